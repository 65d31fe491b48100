// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exponent.hpp"
#include "functra/lanes/math/polynomial.hpp"

// exp, exp2, expm1.
//
//   x = n ln 2 + r, |r| <= ln(2)/2, ln 2 in two parts of which the first has so few bits that n times it is exact
//   e^r = 1 + t, t = r + r^2 q(r), q minimax of degree 9 (float: 4), |error| / |t| < 2^-55 (2^-26)
//   e^x = 2^n (1 + t),  e^x - 1 = 2^n t + (2^n - 1)

namespace functra::lanes {

namespace detail {

template <class P>
struct exp_parts {
  P n;  // an integer
  P t;  // e^r - 1
};

// r + r^2 q(r) = e^r - 1 for |r| <= ln(2)/2.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> expm1_reduced(pack<T, N> r) {
  const auto q = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(r, 0x1.ae954247ef358p-26, 0x1.28a19ab839037p-22, 0x1.71de6903db81fp-19, 0x1.a019a7ac8668ap-16,
                        0x1.a01a0185e482fp-13, 0x1.6c16c17ed1befp-10, 0x1.111111111515fp-7, 0x1.5555555552256p-5,
                        0x1.555555555554ep-3, 0x1.0000000000005p-1);
    else return polynomial(r, 0x1.6b9c7p-10f, 0x1.12254cp-7f, 0x1.5556f2p-5f, 0x1.5554b4p-3f, 0x1.fffffep-2f);
  }();
  return fma(r * r, q, r);
}

template <class T, int N>
FUNCTRA_INLINE exp_parts<pack<T, N>> exp_reduce(pack<T, N> x) {
  constexpr T log2_e = static_cast<T>(0x1.71547652b82fep0);
  constexpr T ln2_high = sizeof(T) == 8 ? T(0x1.62e42fefa38p-1) : T(0x1.62e4p-1);
  constexpr T ln2_low = sizeof(T) == 8 ? T(0x1.ef35793c7673p-45) : T(0x1.7f7d1cp-20);
  const auto n = fma(x, log2_e, rounding_shift<T>) - rounding_shift<T>;
  const auto r = fma(n, -ln2_low, fma(n, -ln2_high, x));
  return {n, expm1_reduced(r)};
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> exp(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(exp(x.lo), exp(x.hi));
  else {
    constexpr bool wide = sizeof(T) == 8;  // beyond the bounds: 0 and infinity
    const auto [n, t] = detail::exp_reduce(detail::clamp(x, wide ? T(-746) : T(-104), wide ? T(710) : T(89)));
    return detail::scale(t + T{1}, n);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> exp2(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(exp2(x.lo), exp2(x.hi));
  else {
    constexpr bool wide = sizeof(T) == 8;
    const auto bounded = detail::clamp(x, wide ? T(-1076) : T(-151), wide ? T(1025) : T(129));
    const auto n = (bounded + detail::rounding_shift<T>)-detail::rounding_shift<T>;
    const auto t = detail::expm1_reduced((bounded - n) * static_cast<T>(0x1.62e42fefa39efp-1));
    return detail::scale(t + T{1}, n);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> expm1(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(expm1(x.lo), expm1(x.hi));
  else {
    constexpr bool wide = sizeof(T) == 8;
    const auto [n, t] = detail::exp_reduce(detail::clamp(x, wide ? T(-40) : T(-20), wide ? T(710) : T(89)));
    const auto half_power = detail::power_of_two(n - T{1});  // 2^n itself would overflow before the result does
    const auto half = fma(half_power, t, half_power - T{0.5});
    return detail::select_where<detail::relation::less>(abs(x), P(std::numeric_limits<T>::epsilon() / 4), x, half + half);
  }
}

}  // namespace functra::lanes
