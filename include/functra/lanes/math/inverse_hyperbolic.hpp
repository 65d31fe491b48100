// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/log.hpp"

// asinh, acosh, atanh from log1p, whose argument has no cancellation:
//
//   asinh a = log1p(a + a^2 / (1 + sqrt(1 + a^2)))
//   acosh x = log1p(t + sqrt(t (2 + t))), t = x - 1
//   atanh a = log1p(2 a / (1 - a)) / 2
//
// and from log x + ln 2 where the squares overflow, which is where they make no difference.

namespace functra::lanes {

namespace detail {

template <class T>
inline constexpr T ln2 = static_cast<T>(0x1.62e42fefa39efp-1);
template <class T>
inline constexpr T squares_matter_below = sizeof(T) == 8 ? T(0x1p28) : T(0x1p13);

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> asinh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(asinh(x.lo), asinh(x.hi));
  else {
    const auto a = abs(x);
    const auto square = a * a;
    const auto large = a > detail::squares_matter_below<T>;
    const auto result = log1p(select(large, a - T{1}, a + square / (T{1} + sqrt(T{1} + square))));
    return copysign(select(large, result + detail::ln2<T>, result), x);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> acosh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(acosh(x.lo), acosh(x.hi));
  else {
    const auto t = x - T{1};
    const auto large = x > detail::squares_matter_below<T>;
    const auto result = log1p(select(large, t, t + sqrt(t * (t + T{2}))));
    const P nan(std::numeric_limits<T>::quiet_NaN());
    return select(x < T{1}, nan, select(large, result + detail::ln2<T>, result));
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> atanh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(atanh(x.lo), atanh(x.hi));
  else {
    const auto a = abs(x);
    return copysign(log1p((a + a) / (T{1} - a)) * T{0.5}, x);
  }
}

}  // namespace functra::lanes
