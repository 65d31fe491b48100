// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "functra/lanes/pack.hpp"
#include "functra/lanes/register_exponent.hpp"

// Powers of two: multiplying by them, taking them out, and integers held in floating point.
//
// A number n with |n| < 2^51 (2^22 for float) plus 1.5 x 2^52 (1.5 x 2^23) has n, rounded to an integer, in its lowest bits;
// subtracting the constant again leaves that integer as a floating-point number.

namespace functra::lanes::detail {

template <class T>
inline constexpr T rounding_shift = sizeof(T) == 8 ? T(0x1.8p52) : T(0x1.8p23);
template <class T>
inline constexpr int mantissa_bits = std::numeric_limits<T>::digits - 1;
template <class T>
inline constexpr int exponent_bias = std::numeric_limits<T>::max_exponent - 1;

// 2^n from shifted = n + rounding_shift, for n in the range of normal numbers.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> power_of_two_shifted(pack<T, N> shifted) {
  return bit_cast<T>((bit_cast<int_t<T>>(shifted) + int_t<T>{exponent_bias<T>}) << mantissa_bits<T>);
}

// 2^n for an integer n in the range of normal numbers.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> power_of_two(pack<T, N> n) {
#if defined(__AVX512F__)
  if constexpr (has_exponent_instructions<T, N>) return pack<T, N>::from_raw(scaled<T, N>(pack<T, N>(T{1}).raw(), n.raw()));
  else
#endif
    return power_of_two_shifted(n + rounding_shift<T>);
}

// x 2^n for an integer n, rounded once, into denormals and infinity: |n| may be twice the largest exponent.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> scale(pack<T, N> x, pack<T, N> n) {
#if defined(__AVX512F__)
  if constexpr (has_exponent_instructions<T, N>) return pack<T, N>::from_raw(scaled<T, N>(x.raw(), n.raw()));
  else
#endif
  {
    const auto half = fma(n, T{0.5}, rounding_shift<T>) - rounding_shift<T>;
    return x * power_of_two(half) * power_of_two(n - half);
  }
}

// x within [low, high]; NaN stays.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> clamp(pack<T, N> x, T low, T high) {
  return greater(pack<T, N>(low), lesser(pack<T, N>(high), x));
}

template <class P>
struct binary_parts {
  P mantissa;
  P exponent;
};

// x = m 2^k, m in [sqrt(1/2), sqrt(2)). Zero has k = -infinity and infinity k = infinity, both with m = 1; negative numbers and
// NaN have m = NaN. So a logarithm needs no special cases.
template <class T, int N>
FUNCTRA_INLINE binary_parts<pack<T, N>> split_exponent(pack<T, N> x) {
  using P = pack<T, N>;
  using I = int_t<T>;
  constexpr T sqrt_2 = static_cast<T>(0x1.6a09e667f3bcdp0);
#if defined(__AVX512F__)
  if constexpr (has_exponent_instructions<T, N>) {
    const auto m = P::from_raw(mantissa<T, N>(x.raw()));
    const auto k = P::from_raw(exponent<T, N>(x.raw()));
    const auto large = m >= sqrt_2;
    return {select(large, m * T{0.5}, m), select(large, k + T{1}, k)};
  } else
#endif
  {
    constexpr T infinity = std::numeric_limits<T>::infinity();
    constexpr T two_to_bits = static_cast<T>(I{1} << (mantissa_bits<T> + 2));
    const P least(std::numeric_limits<T>::min());
    const P normal = select_where<relation::less>(x, least, x * two_to_bits, x);
    const P correction = select_where<relation::less>(x, least, P(static_cast<T>(mantissa_bits<T> + 2)), P(T{0}));
    // Counting exponents from sqrt(1/2) puts their steps where the interval of m ends.
    constexpr I from = __builtin_bit_cast(I, sqrt_2 / 2);
    constexpr I exponent_mask = static_cast<I>(~((uint_t<T>{1} << mantissa_bits<T>)-1));
    const auto bits = bit_cast<I>(normal);
    const auto offset = bits - from;
    const P m = bit_cast<T>(bits - (offset & exponent_mask));
    const auto biased = bit_cast<uint_t<T>>(offset + (I{exponent_bias<T>} << mantissa_bits<T>)) >> mantissa_bits<T>;
    constexpr T shift = static_cast<T>(I{1} << mantissa_bits<T>);  // its lowest bit is worth 1
    const P k = bit_cast<T>(biased | __builtin_bit_cast(uint_t<T>, shift)) - (shift + T{exponent_bias<T>}) - correction;
    const P zero(T{0}), inf(infinity);
    const P positive = select_where<relation::less_equal>(zero, x, m, P(std::numeric_limits<T>::quiet_NaN()));
    const P k_of_zero = select_where<relation::equal>(x, zero, -inf, k);
    return {select_where<relation::equal>(x, zero, P(T{1}), select_where<relation::equal>(x, inf, P(T{1}), positive)),
            select_where<relation::equal>(x, inf, inf, k_of_zero)};
  }
}

}  // namespace functra::lanes::detail
