// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <functra/functra.hpp>

#include "workload.hpp"

namespace workload {

// The numbers of a buffer as a tensor with the given extents.
template <class T, functra::index_t... E>
auto as_tensor(const Buffer<T>& from, const functra::extents<E...>& shape) {
  auto t = functra::zeros<T>(shape);
  std::copy_n(from.data(), t.size(), t.data());
  return t;
}
template <class T>
auto as_tensor(const Buffer<T>& from) {
  return as_tensor(from, functra::extents<functra::dyn>(from.size()));
}

}  // namespace workload
