// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/double_word.hpp"
#include "functra/lanes/math/exp.hpp"
#include "functra/lanes/math/log.hpp"

// pow: |x|^y = e^(y log |x|), with the logarithm to 2^-66 of itself, since y multiplies its error by as much as 745.
//
//   double: |x| = 2^k m, f = m - 1, s = f / (2 + f) in two words; log m = 2 s + s^3 (2/3 + z q(z)), z = s^2, q minimax of degree 6,
//           error < 2^-66; all but q in two words, as are k ln 2 + log m and its product with y
//   float:  the double logarithm and exponential
//   Special cases as C99, Annex F.

namespace functra::lanes {

namespace detail {

// log x in two words, for finite positive x.
template <int N>
FUNCTRA_INLINE double_word<pack<double, N>> log_double_word(pack<double, N> x) {
  const auto [m, k] = split_exponent(x);
  const auto f = m - 1.0;
  const auto sum = exact_sum(pack<double, N>(2.0), f);
  const auto inverse = 1.0 / sum.high;
  const auto s = f * inverse;
  // s high + s low = f / (sum high + sum low)
  const auto product = exact_product(s, sum.high);
  const auto s_low = (((f - product.high) - product.low) - s * sum.low) * inverse;

  const auto z = exact_product(s, s);
  const auto z_low = fma(s + s, s_low, z.low);
  const auto q = polynomial(z.high, 0x1.0e43544bcd494p-3, 0x1.0f7fd99bcf42dp-3, 0x1.3b1eeca0ce331p-3, 0x1.745ce9e0c0f6bp-3,
                            0x1.c71c722d6bc34p-3, 0x1.2492492457d3ep-2, 0x1.9999999999b3p-2);
  const auto p = exact_sum(pack<double, N>(0x1.5555555555555p-1), z.high * q);
  const auto p_low = p.low + 0x1.5555555555555p-55;
  const auto w = exact_product(z.high, p.high);  // z p
  const auto w_low = fma(z.high, p_low, fma(z_low, p.high, w.low));
  const auto cubic = exact_product(s, w.high);  // s z p
  const auto cubic_low = fma(s, w_low, fma(s_low, w.high, cubic.low));

  const auto log_m = exact_sum(s + s, cubic.high);
  const auto log_m_low = log_m.low + (fma(s_low, 2.0, cubic_low));
  const auto high = exact_sum(k * 0x1.62e42fefa38p-1, log_m.high);
  const auto low = high.low + fma(k, 0x1.ef35793c7673p-45, log_m_low);
  return {high.high, low};
}

// |x|^y for finite nonzero x and finite y.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> pow_positive(pack<T, N> x, pack<T, N> y) {
  using P = pack<T, N>;
  if constexpr (sizeof(T) == 4) {
    return convert<float>(exp(convert<double>(y) * log(convert<double>(x))));
  } else {
    const auto log_x = log_double_word(x);
    const P bounded_y = clamp(y, T(-0x1p64), T(0x1p64));  // so that the product does not overflow
    const auto product = exact_product(bounded_y, log_x.high);
    const auto high = clamp(product.high, T(-800), T(800));
    const auto low = select(high == product.high, fma(bounded_y, log_x.low, product.low), T{0});
    const auto [n, t] = exp_reduce(high);
    return scale(fma(low, t, t + low) + T{1}, n);  // e^(high + low) = e^high (1 + low)
  }
}

// x^y from |x|^y, for all x and y.
template <class T, int N>
FUNCTRA_COLD pack<T, N> pow_special(pack<T, N> x, pack<T, N> y, pack<T, N> finite) {
  using P = pack<T, N>;
  constexpr T infinity = std::numeric_limits<T>::infinity();
  const P nan(std::numeric_limits<T>::quiet_NaN()), zero(T{0}), one(T{1});
  const auto size = abs(x);

  // 0, infinity and 1 to any power, and everything to an infinite power.
  const auto limit = select((size < T{1}) ^ (y < T{0}), zero, P(infinity));
  const auto at_limit = (size == T{0}) | (size == infinity) | isinf(y);
  const auto magnitude = select(size == T{1}, one, select(at_limit, limit, finite));

  // A negative base.
  const auto half = y * T{0.5};
  const auto is_integer = round(y) == y;
  const auto is_odd = is_integer & (round(half) != half);
  const auto negative = bit_cast<int_t<T>>(x) < int_t<T>{0};
  const auto signed_magnitude = select(negative & is_odd, -magnitude, magnitude);
  const auto undefined = ((x < T{0}) & (size != infinity) & !is_integer) | isnan(x) | isnan(y);
  return select((y == T{0}) | (x == T{1}), one, select(undefined, nan, signed_magnitude));
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> pow(pack<T, N> x, pack<T, N> y) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(pow(x.lo, y.lo), pow(x.hi, y.hi));
  else {
    const auto finite = detail::pow_positive(abs(x), y);
    constexpr T infinity = std::numeric_limits<T>::infinity();
    const auto ordinary = (x > T{0}) & (x < infinity) & (abs(y) < infinity);
    if (!ordinary.all()) [[unlikely]]
      return detail::pow_special(x, y, finite);
    return finite;
  }
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> pow(pack<T, N> x, std::type_identity_t<T> y) {
  return pow(x, pack<T, N>(y));
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> pow(std::type_identity_t<T> x, pack<T, N> y) {
  return pow(pack<T, N>(x), y);
}

}  // namespace functra::lanes
