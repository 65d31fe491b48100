// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exponent.hpp"
#include "functra/lanes/math/polynomial.hpp"

// log, log2, log10, log1p.
//
//   x = 2^k m, m in [sqrt(1/2), sqrt(2)), f = m - 1, log x = k ln 2 + log(1 + f), log(1 + f) = f - c
//   double: s = f / (2 + f), log(1 + f) = 2 atanh s, c = f^2/2 - s (f^2/2 + s^2 p(s^2)), p minimax of degree 6, error < 2^-59
//   float:  c = f^2 (1/2 - f p(f)), p minimax of degree 7, error < 2^-27
//   log(1 + x): the rounding error of 1 + x is known exactly and is added to f

namespace functra::lanes {

namespace detail {

// f - log(1 + f), for f in [sqrt(1/2) - 1, sqrt(2) - 1).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> log1p_correction(pack<T, N> f) {
  if constexpr (sizeof(T) == 8) {
    const auto s = f / (f + 2.0);
    const auto z = s * s;
    const auto p = polynomial(z, 0x1.2f038ef1766ffp-3, 0x1.39a1ef2585ab4p-3, 0x1.74663c9c75586p-3, 0x1.c71c5216191cap-3,
                              0x1.24924941df177p-2, 0x1.999999997ff39p-2, 0x1.5555555555592p-1);
    const auto half_square = f * f * 0.5;
    return fma(-s, fma(z, p, half_square), half_square);
  } else {
    const auto p = polynomial(f, -0x1.38fd08p-4f, 0x1.058752p-3f, -0x1.0d8c32p-3f, 0x1.22d46p-3f, -0x1.5471p-3f, 0x1.99a03ep-3f,
                              -0x1.00022cp-2f, 0x1.555554p-2f);
    return f * f * fma(-f, p, 0.5f);
  }
}

// k ln 2 + log(1 + f).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> log_assemble(pack<T, N> k, pack<T, N> f) {
  constexpr T ln2_high = sizeof(T) == 8 ? T(0x1.62e42fefa38p-1) : T(0x1.62e4p-1);
  constexpr T ln2_low = sizeof(T) == 8 ? T(0x1.ef35793c7673p-45) : T(0x1.7f7d1cp-20);
  return fma(k, ln2_high, f - fma(k, -ln2_low, log1p_correction(f)));
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> log(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(log(x.lo), log(x.hi));
  else {
    const auto [m, k] = detail::split_exponent(x);
    return detail::log_assemble(k, m - T{1});
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> log2(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(log2(x.lo), log2(x.hi));
  else {
    const auto [m, k] = detail::split_exponent(x);
    const auto f = m - T{1};
    return fma(f - detail::log1p_correction(f), static_cast<T>(0x1.71547652b82fep0), k);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> log10(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(log10(x.lo), log10(x.hi));
  else {
    constexpr T high = sizeof(T) == 8 ? T(0x1.34413509f78p-2) : T(0x1.344p-2);  // log10 2
    constexpr T low = sizeof(T) == 8 ? T(0x1.fef311f12b358p-46) : T(0x1.3509f8p-18);
    const auto [m, k] = detail::split_exponent(x);
    const auto f = m - T{1};
    const auto log_m = (f - detail::log1p_correction(f)) * static_cast<T>(0x1.bcb7b1526e50ep-2);
    return fma(k, high, fma(k, low, log_m));
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> log1p(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(log1p(x.lo), log1p(x.hi));
  else {
    const auto sum = x + T{1};
    const auto rest = (T{1} - (sum - (sum - T{1}))) + (x - (sum - T{1}));
    const auto [m, k] = detail::split_exponent(sum);
    constexpr T most = static_cast<T>(detail::mantissa_bits<T> + 2);  // beyond, rest does not count
    const auto bounded = detail::clamp(k, -most, most);
    const auto exact = select(abs(rest) < T{1}, rest, T{0});
    const auto f = (m - T{1}) + exact * detail::power_of_two(-bounded);
    return detail::select_where<detail::relation::less>(abs(x), P(std::numeric_limits<T>::epsilon() / 4), x,
                                                        detail::log_assemble(k, f));
  }
}

}  // namespace functra::lanes
