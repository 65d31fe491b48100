// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/double_word.hpp"
#include "functra/lanes/math/exp.hpp"

// erf, erfc.
//
//   erf a, a < 1:    a + a p(a^2), p minimax of degree 11 (float: 6), error < 2^-56 (2^-29)
//          a >= 1:   1 - e^-g(a), g = -log erfc minimax on [1, 6] (float: [0.87, 4]) of degree 17 (6) for the absolute error
//                    of e^-g, < 2^-57 (2^-28)
//   erfc a, a >= 1/2: e^(-a^2) h(u) / (1 + 2 a), u = (a - 4)/(a + 4), h minimax of degree 21 (9) up to a = 27 (10), where erfc
//                    leaves the denormals, error < 2^-54 (2^-25); the rounding error of a^2 is carried into the exponential

namespace functra::lanes {

namespace detail {

// For |x| <= 1.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> erf_small(pack<T, N> x) {
  const auto square = x * x;
  const auto p = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(square, -0x1.a25c0330e1b9fp-31, 0x1.d3e6df32caea5p-27, -0x1.5b8d9f61dc68bp-23, 0x1.b96b83853aabap-20,
                        -0x1.f4c832d5bcc99p-17, 0x1.f9a296e91fd25p-14, -0x1.c02daeb8beef6p-11, 0x1.565bcceee2a77p-8,
                        -0x1.b82ce311a9a79p-6, 0x1.ce2f21a03f8bep-4, -0x1.812746b03799dp-2, 0x1.06eba8214db68p-3);
    else
      return polynomial(square, 0x1.4771fep-14f, -0x1.a3515ep-11f, 0x1.53f224p-8f, -0x1.b7f71ap-6f, 0x1.ce2ce6p-4f,
                        -0x1.81273ep-2f, 0x1.06eba8p-3f);
  }();
  return fma(x, p, x);
}

// -log erfc a, for 0.87 <= a <= 6 (float: 4).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> minus_log_erfc(pack<T, N> a) {
  if constexpr (sizeof(T) == 8)
    return polynomial(a, 0x1.5ac67bd04a7c7p-38, -0x1.c1a430c766f49p-33, 0x1.0e558cf38316fp-28, -0x1.8ebc8b561d28bp-25,
                      0x1.90cd4e1ed3d8p-22, -0x1.1ea08c7b7a9a3p-19, 0x1.22cdb1fb70e96p-17, -0x1.7edec644fc47ap-16,
                      0x1.53f397d98c9cep-16, 0x1.1b3ca442c66a6p-13, -0x1.940b7c9572d2p-11, 0x1.f641abb479902p-10,
                      -0x1.ae96603fea9f6p-12, -0x1.37228bfd10a17p-6, 0x1.a4ac5b68ff594p-4, 0x1.45f62761a7b07p-1,
                      0x1.20dd1fd265b27p0, 0x1.0dfc4fa9f215dp-21);
  else
    return polynomial(a, -0x1.a5b8a8p-13f, 0x1.956feep-9f, -0x1.6f650cp-6f, 0x1.ab5b7ap-4f, 0x1.460146p-1f, 0x1.20c0c2p0f,
                      0x1.159384p-13f);
}

// erfc a, for a >= 1/2.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> erfc_large(pack<T, N> a) {
  const auto bounded = lesser(pack<T, N>(sizeof(T) == 8 ? T(27.5) : T(10.5)), a);
  const auto square = bounded * bounded;
  const auto rest = product_error(bounded, bounded, square);
  const auto [n, t] = exp_reduce(-square);
  const auto exp_rest = t - fma(rest, t, rest);  // e^-rest = 1 - rest
  // (a - 4)/(a + 4) and 1/(1 + 2 a) from one division.
  const auto sum = bounded + T{4}, twice = fma(bounded, T{2}, T{1});
  const auto inverse = T{1} / (sum * twice);
  const auto u = (bounded - T{4}) * (twice * inverse);
  const auto h = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(u, -0x1.0a78eccb7a97p-27, -0x1.9ca06e8d31f6ap-28, 0x1.a8a153c7178a5p-24, 0x1.a7b2d7d5d27b1p-25,
                        -0x1.b5ceeddfb439ep-21, 0x1.58a95cc8bcb52p-22, 0x1.7ed62d83d24ffp-18, -0x1.791f4aa478541p-17,
                        -0x1.9953772c35426p-16, 0x1.3be3f8f0a6e64p-13, -0x1.a1df40e7a53cp-13, -0x1.8d4ad3ece93e5p-11,
                        0x1.49c672904ea97p-8, -0x1.0962383fc7cd5p-6, 0x1.3079edf6adadbp-5, -0x1.0fb06dffc7f2cp-4,
                        0x1.7fee004e0f6cep-4, -0x1.9ddb23c3d836ap-4, 0x1.16ecefcfa553cp-4, 0x1.f7f5df66fb2dbp-7,
                        -0x1.1df1ad154a29p-3, 0x1.3ba5916e9fd7fp0);
    else
      return polynomial(u, 0x1.741e82p-8f, -0x1.08348ep-6f, 0x1.2d9b6cp-5f, -0x1.108ea6p-4f, 0x1.801f1p-4f, -0x1.9da7cap-4f,
                        0x1.16eb94p-4f, 0x1.f7da7p-7f, -0x1.1df1aep-3f, 0x1.3ba592p0f);
  }();
  const auto reciprocal = sum * inverse;
  const auto quotient = h * reciprocal;
  const auto factor = fma(fma(-quotient, twice, h), reciprocal, quotient);
  return scale(fma(factor, exp_rest, factor), n);
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> erf(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(erf(x.lo), erf(x.hi));
  else {
    const auto a = detail::lesser(P(sizeof(T) == 8 ? T(5.95) : T(4)), abs(x));  // from there on erf rounds to 1
    const auto [n, t] = detail::exp_reduce(-detail::minus_log_erfc(a));
    const auto power = detail::power_of_two(n);
    const auto large = fma(-power, t, T{1} - power);
    const P limit(sizeof(T) == 8 ? T(1) : T(0.875));
    return copysign(detail::select_where<detail::relation::less>(a, limit, detail::erf_small(a), large), x);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> erfc(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(erfc(x.lo), erfc(x.hi));
  else {
    const auto a = abs(x);
    const auto tail = detail::erfc_large(detail::greater(P(T{0.5}), a));
    const auto large = select(x < T{0}, T{2} - tail, tail);
    const auto small = T{1} - detail::erf_small(x);
    return detail::select_where<detail::relation::less>(a, P(T{0.5}), small, large);
  }
}

}  // namespace functra::lanes
