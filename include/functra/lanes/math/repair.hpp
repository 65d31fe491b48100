// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "functra/lanes/pack.hpp"

namespace functra::lanes::detail {

// The rare lanes that a vector formula does not cover, one at a time by the standard library: result[i] = f(x[i]) where bit i is
// set. Not inline, so that it costs the common case a test and a branch.
template <class T, int N>
FUNCTRA_COLD pack<T, N> repair(std::uint64_t lanes, pack<T, N> x, pack<T, N> result, T (*f)(T)) {
  array_t<T, N> arguments, values;
  x.store(arguments);
  result.store(values);
  for (; lanes != 0; lanes &= lanes - 1) {
    const int i = std::countr_zero(lanes);
    values[i] = f(arguments[i]);
  }
  return pack<T, N>::load(values);
}

}  // namespace functra::lanes::detail
