// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>

// What code that is generic over "one lane or many" asks of its lane type.

namespace functra::lanes {

// N lanes of T, computed on together; N is a power of two.
template <class T, int N>
struct pack;

namespace detail {

template <class L>
struct lane_traits {
  using value = L;
  template <class U>
  using rebind = U;
  static constexpr int count = 1;
  static constexpr bool is_pack = false;
};

template <class T, int N>
struct lane_traits<pack<T, N>> {
  using value = T;
  template <class U>
  using rebind = pack<U, N>;
  static constexpr int count = N;
  static constexpr bool is_pack = true;
};

}  // namespace detail

template <class L>
inline constexpr bool is_pack = detail::lane_traits<L>::is_pack;

// T for pack<T, N> and for T itself.
template <class L>
using lane_value_t = typename detail::lane_traits<L>::value;

// N for pack<T, N>, 1 for a scalar.
template <class L>
inline constexpr int lane_count = detail::lane_traits<L>::count;

// pack<U, N> for pack<T, N>, U for a scalar.
template <class L, class U>
using rebind_lane = typename detail::lane_traits<L>::template rebind<U>;

}  // namespace functra::lanes
