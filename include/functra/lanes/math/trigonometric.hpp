// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>

#include "functra/lanes/math/exponent.hpp"
#include "functra/lanes/math/polynomial.hpp"
#include "functra/lanes/math/repair.hpp"

// sin, cos, sincos, tan.
//
//   |x| = n pi/2 + r, |r| <= pi/4 (Cody and Waite): n pi/2 is subtracted in parts. With fused multiply-add the parts have all
//   bits of T, since x - n p1 is then exact; three of them (159 or 72 bits) leave r correct to a bit even next to a multiple of
//   pi/2, up to |x| = 2^30 (2^17). Without it, parts of 33 bits, up to 2^20, and float goes through double.
//   sin r = r + r^3 s(r^2), cos r = 1 - r^2/2 + r^4 c(r^2), minimax, error < 2^-57 (2^-27); n mod 4 swaps and negates them.
//   Larger |x| take the standard library's reduction, lane by lane.

namespace functra::lanes {

namespace detail {

template <class T>
inline constexpr T largest_reduced = sizeof(T) == 4 ? T(0x1p17)
                                     : has_fma      ? T(0x1p30)
                                                    : T(0x1p20);

template <class T, int N>
struct quarter_turns {
  pack<T, N> r;
  pack<uint_t<T>, N> n;  // its two lowest bits count
};

// For 0 <= x <= largest_reduced.
template <class T, int N>
FUNCTRA_INLINE quarter_turns<T, N> reduce_turns(pack<T, N> x) {
  const auto shifted = fma(x, static_cast<T>(0x1.45f306dc9c883p-1), rounding_shift<T>);
  const auto n = shifted - rounding_shift<T>;
  const auto bits = bit_cast<uint_t<T>>(shifted);
  if constexpr (has_fma && sizeof(T) == 8)
    return {fma(n, 0x1.f1976b7ed8fbcp-110, fma(n, -0x1.1a62633145c07p-54, fma(n, -0x1.921fb54442d18p0, x))), bits};
  else if constexpr (has_fma) return {fma(n, 0x1.ee59dap-50f, fma(n, 0x1.777a5cp-25f, fma(n, -0x1.921fb6p0f, x))), bits};
  else if constexpr (sizeof(T) == 8)
    return {(((x - n * 0x1.921fb544p0) - n * 0x1.0b4611a6p-34) - n * 0x1.3198a2ep-69) - n * 0x1.b839a252049c1p-104, bits};
  else {
    const auto wide = convert<double>(n);
    const auto r = (convert<double>(x) - wide * 0x1.921fb544p0) - wide * 0x1.0b4611a626331p-34;
    return {convert<float>(r), bits};
  }
}

template <class T, int N>
FUNCTRA_INLINE pack<T, N> sin_reduced(pack<T, N> r, pack<T, N> square) {
  const auto s = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(square, 0x1.5d8b5629ee152p-33, -0x1.ae5e4b8591f74p-26, 0x1.71de35552ce28p-19, -0x1.a01a019be9226p-13,
                        0x1.111111110f73p-7, -0x1.5555555555548p-3);
    else return polynomial(square, -0x1.991c28p-13f, 0x1.1106c6p-7f, -0x1.555544p-3f);
  }();
  return fma(r * square, s, r);
}

template <class T, int N>
FUNCTRA_INLINE pack<T, N> cos_reduced(pack<T, N> square) {
  if constexpr (sizeof(T) == 8)
    return polynomial(square, -0x1.8f99cafcd8f3fp-37, 0x1.1ee9c334cf4ecp-29, -0x1.27e4f7cd31059p-22, 0x1.a01a019c5c38ep-16,
                      -0x1.6c16c16c14ep-10, 0x1.555555555554ap-5, -0.5, 1.0);
  else return polynomial(square, 0x1.99de6ap-16f, -0x1.6c0c14p-10f, 0x1.55554ap-5f, -0.5f, 1.0f);
}

template <class T, int N>
FUNCTRA_INLINE pack<T, N> select_even(pack<uint_t<T>, N> n, pack<T, N> even, pack<T, N> odd) {
  if constexpr (has_mask_registers<T, N>) return select((n & uint_t<T>{1}) == uint_t<T>{0}, even, odd);
  else {
    const auto lowest = n << (8 * static_cast<int>(sizeof(T)) - 1);  // as the sign bit of an integer
    const auto zero = pack<int_t<T>, N>(int_t<T>{0});
    const auto odd_bits = bit_cast<int_t<T>>(odd), even_bits = bit_cast<int_t<T>>(even);
    return bit_cast<T>(select_where<relation::less>(bit_cast<int_t<T>>(lowest), zero, odd_bits, even_bits));
  }
}

// The sine and cosine of x = +-(n pi/2 + r), each from the sine and cosine of r.
template <class T, int N>
struct circle_point {
  pack<T, N> sin_r, cos_r;
  pack<uint_t<T>, N> n;

  FUNCTRA_INLINE explicit circle_point(pack<T, N> size) {
    const auto turns = reduce_turns(size);
    const auto square = turns.r * turns.r;
    sin_r = sin_reduced(turns.r, square);
    cos_r = cos_reduced(square);
    n = turns.n;
  }
  FUNCTRA_INLINE pack<T, N> sin(pack<T, N> x) const {
    const auto sign = second_bit_as_sign(n) ^ (bit_cast<uint_t<T>>(x) & sign_bit<T>);
    return bit_cast<T>(bit_cast<uint_t<T>>(select_even(n, sin_r, cos_r)) ^ sign);
  }
  FUNCTRA_INLINE pack<T, N> cos() const {
    const auto sign = second_bit_as_sign(n + uint_t<T>{1});
    return bit_cast<T>(bit_cast<uint_t<T>>(select_even(n, cos_r, sin_r)) ^ sign);
  }
  FUNCTRA_INLINE static pack<uint_t<T>, N> second_bit_as_sign(pack<uint_t<T>, N> bits) {
    return (bits & uint_t<T>{2}) << (8 * static_cast<int>(sizeof(T)) - 2);
  }
};

template <class T, int N>
FUNCTRA_INLINE pack<T, N> repair_large(pack<T, N> x, pack<T, N> size, pack<T, N> result, T (*f)(T)) {
  const auto large = size > largest_reduced<T>;
  if (large.any()) [[unlikely]]
    return repair(large.bits, x, result, f);
  return result;
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> sin(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(sin(x.lo), sin(x.hi));
  else {
    const auto size = abs(x);
    return detail::repair_large<T, N>(x, size, detail::circle_point<T, N>(size).sin(x), std::sin);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> cos(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(cos(x.lo), cos(x.hi));
  else {
    const auto size = abs(x);
    return detail::repair_large<T, N>(x, size, detail::circle_point<T, N>(size).cos(), std::cos);
  }
}

// Both, for little more than one of them.
template <std::floating_point T, int N>
FUNCTRA_INLINE void sincos(pack<T, N> x, pack<T, N>& sine, pack<T, N>& cosine) {
  if constexpr (pack<T, N>::is_split) {
    sincos(x.lo, sine.lo, cosine.lo);
    sincos(x.hi, sine.hi, cosine.hi);
  } else {
    const auto size = abs(x);
    const detail::circle_point<T, N> point(size);
    sine = point.sin(x);
    cosine = point.cos();
    const auto large = size > detail::largest_reduced<T>;
    if (large.any()) [[unlikely]] {
      sine = detail::repair<T, N>(large.bits, x, sine, std::sin);
      cosine = detail::repair<T, N>(large.bits, x, cosine, std::cos);
    }
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> tan(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(tan(x.lo), tan(x.hi));
  else {
    const auto size = abs(x);
    const detail::circle_point<T, N> point(size);
    const auto quotient =
        detail::select_even(point.n, point.sin_r, point.cos_r) / detail::select_even(point.n, point.cos_r, -point.sin_r);
    const auto result =
        bit_cast<T>(bit_cast<detail::uint_t<T>>(quotient) ^ (bit_cast<detail::uint_t<T>>(x) & detail::sign_bit<T>));
    return detail::repair_large<T, N>(x, size, result, std::tan);
  }
}

}  // namespace functra::lanes
