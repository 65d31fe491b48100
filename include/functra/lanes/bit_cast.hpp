// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/numeric_pack.hpp"

namespace functra::lanes {

// The bits of every lane as a number of another type of the same size.
template <class U, class T, int N>
FUNCTRA_INLINE pack<U, N> bit_cast(pack<T, N> x) {
  static_assert(sizeof(U) == sizeof(T), "functra: bit_cast keeps the size of a lane");
  if constexpr (pack<T, N>::is_split) return pack<U, N>::join(bit_cast<U>(x.lo), bit_cast<U>(x.hi));
  else return pack<U, N>::from_raw(__builtin_bit_cast(typename pack<U, N>::raw_type, x.raw()));
}
template <class U, class T>
  requires(std::is_arithmetic_v<T> && sizeof(U) == sizeof(T))
FUNCTRA_INLINE U bit_cast(T x) { return __builtin_bit_cast(U, x); }

}  // namespace functra::lanes
