// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

#include "functra/core/config.hpp"

// The element of a tensor is an arithmetic value, or a pack of them: in the lanes lowering of vmap every element holds one
// example in each of its lanes. The pack itself is defined on the floor below.
namespace functra::lanes {
template <class T, int N>
struct pack;
}

namespace functra::detail {

template <class T>
struct element_traits {
  using scalar = T;
  static constexpr int lanes = 1;
};
template <class T, int N>
struct element_traits<lanes::pack<T, N>> {
  using scalar = T;
  static constexpr int lanes = N;
};
template <class T, int N>
struct element_with_lanes {
  using type = lanes::pack<T, N>;
};
template <class T>
struct element_with_lanes<T, 1> {
  using type = T;
};

}  // namespace functra::detail

namespace functra {

// double for double and for a pack of doubles.
template <class T>
using scalar_t = typename detail::element_traits<T>::scalar;
template <class T>
inline constexpr int lanes_of = detail::element_traits<T>::lanes;
// The element type that has N lanes of T.
template <class T, int N>
using element_t = typename detail::element_with_lanes<T, N>::type;

}  // namespace functra
