// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "functra/core/config.hpp"

//  Threefry-2x32 with 20 rounds: a bijection of counters (two 32-bit words) for each key, whose values pass for random numbers.
//  J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw: Parallel random numbers: as easy as 1, 2, 3. SC 2011.
namespace functra {

namespace detail {

template <int R, class U>
FUNCTRA_INLINE constexpr U rotate_left(U x) {
  return (x << R) | (x >> (32 - R));
}
template <int R, class U>
FUNCTRA_INLINE constexpr void threefry_round(U& x0, U& x1) {
  x0 = x0 + x1;
  x1 = rotate_left<R>(x1) ^ x0;
}
template <int A, int B, int C, int D, class U>
FUNCTRA_INLINE constexpr void threefry_rounds(U& x0, U& x1) {
  threefry_round<A>(x0, x1);
  threefry_round<B>(x0, x1);
  threefry_round<C>(x0, x1);
  threefry_round<D>(x0, x1);
}

}  // namespace detail

// Enciphers the counter (x0, x1) in place with the key (k0, k1). U is std::uint32_t, or a pack of them for as many counters.
template <class U>
FUNCTRA_INLINE constexpr void threefry(std::uint32_t k0, std::uint32_t k1, U& x0, U& x1) {
  const std::uint32_t k[] = {k0, k1, k0 ^ k1 ^ 0x1BD11BDAU};
  x0 = x0 + U(k0);
  x1 = x1 + U(k1);
  // Four rounds, then a part of the key.
  for (std::uint32_t i = 1; i <= 5; ++i) {
    if (i % 2 == 1) detail::threefry_rounds<13, 15, 26, 6>(x0, x1);
    else detail::threefry_rounds<17, 29, 16, 24>(x0, x1);
    x0 = x0 + U(k[i % 3]);
    x1 = x1 + U(k[(i + 1) % 3] + i);
  }
}

}  // namespace functra
