// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/elementary.hpp"

// Over the lanes of one pack, as a balanced tree: the two halves are combined until one lane is left. The order of additions
// depends on N only, never on the machine.

namespace functra::lanes {

namespace detail {

template <class T, int N, class F>
FUNCTRA_INLINE T reduce(pack<T, N> x, F f) {
  if constexpr (N == 1) return x[0];
  else return reduce(f(x.low(), x.high()), f);
}

}  // namespace detail

template <class T, int N>
FUNCTRA_INLINE T reduce_add(pack<T, N> x) {
  return detail::reduce(x, [](auto a, auto b) FUNCTRA_INLINE_LAMBDA { return a + b; });
}
template <class T, int N>
FUNCTRA_INLINE T reduce_mul(pack<T, N> x) {
  return detail::reduce(x, [](auto a, auto b) FUNCTRA_INLINE_LAMBDA { return a * b; });
}
// NaN if any lane is NaN.
template <class T, int N>
FUNCTRA_INLINE T reduce_max(pack<T, N> x) {
  return detail::reduce(x, [](auto a, auto b) FUNCTRA_INLINE_LAMBDA { return max(a, b); });
}
template <class T, int N>
FUNCTRA_INLINE T reduce_min(pack<T, N> x) {
  return detail::reduce(x, [](auto a, auto b) FUNCTRA_INLINE_LAMBDA { return min(a, b); });
}

template <scalar T>
FUNCTRA_INLINE T reduce_add(T x) {
  return x;
}
template <scalar T>
FUNCTRA_INLINE T reduce_mul(T x) {
  return x;
}
template <scalar T>
FUNCTRA_INLINE T reduce_max(T x) {
  return x;
}
template <scalar T>
FUNCTRA_INLINE T reduce_min(T x) {
  return x;
}

}  // namespace functra::lanes
