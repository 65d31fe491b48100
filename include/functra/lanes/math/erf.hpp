// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/double_word.hpp"
#include "functra/lanes/math/exp.hpp"

// erf with e^(-x^2), erfc.
//
//   erf a, a < 1:    a + a p(a^2), p minimax of degree 11 (float: 6), error < 2^-56 (2^-29)
//          a >= 1:   1 - e^(-a^2) g(a - 1), g = e^(a^2) erfc a minimax on [1, 5.95] (float: [0.875, 4], a - 0.875) of degree
//                    20 (8) for the absolute error of the product, < 2^-56 (2^-27); so the derivative of erf comes with it
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

// e^(a^2) erfc a, for 1 <= a <= 5.95 (float: 0.875, 4).
template <class T>
inline constexpr T erf_limit = sizeof(T) == 8 ? T(1) : T(0.875);
template <class T, int N>
FUNCTRA_INLINE pack<T, N> scaled_erfc(pack<T, N> a) {
  const auto u = a - erf_limit<T>;
  if constexpr (sizeof(T) == 8)
    return polynomial(u, 0x1.4a0646e5ed37bp-40, -0x1.595e841a26f9bp-35, 0x1.544542406a483p-31, -0x1.a6ae9be36d3fcp-28,
                      0x1.772935cb7f4c9p-25, -0x1.00bc606a2ea2cp-22, 0x1.1edb42b0095e3p-20, -0x1.12b043e1b7a48p-18,
                      0x1.d65ec069599bbp-17, -0x1.747fa613baeeep-15, 0x1.17160bd28773ap-13, -0x1.9021b9a6f4a2fp-12,
                      0x1.13471178769eap-10, -0x1.6af068e9cf79ap-9, 0x1.c8cb54d0da4d3p-8, -0x1.10fceed616936p-6,
                      0x1.33cad0c473f63p-5, -0x1.44837f8784898p-4, 0x1.3c27283c2bb7ep-3, -0x1.17c4e3f17bf81p-2,
                      0x1.b5d8780f956b2p-2);
  else
    return polynomial(u, 0x1.2b6dd4p-13f, -0x1.77ed38p-10f, 0x1.b708bep-8f, -0x1.4ec776p-6f, 0x1.8eba3ep-5f, -0x1.9c1fcap-4f,
                      0x1.80dbe4p-3f, -0x1.43698p-2f, 0x1.db747ep-2f);
}

// erf x, given |x| bounded by where erf rounds to 1, and e^(-x^2).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> erf_given(pack<T, N> x, pack<T, N> a, pack<T, N> gaussian) {
  const auto large = fma(-gaussian, scaled_erfc(a), pack<T, N>(T{1}));
  return copysign(select_where<relation::less>(a, pack<T, N>(erf_limit<T>), erf_small(a), large), x);
}
template <class T, int N>
FUNCTRA_INLINE pack<T, N> bounded_for_erf(pack<T, N> x) {
  return lesser(pack<T, N>(sizeof(T) == 8 ? T(5.95) : T(4)), abs(x));
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
    const auto a = detail::bounded_for_erf(x);
    const auto [n, t] = detail::exp_reduce(-(a * a));
    const auto power = detail::power_of_two(n);
    return detail::erf_given(x, a, fma(power, t, power));
  }
}

// y = erf x and gaussian = e^(-x^2), which its derivative is a multiple of.
template <std::floating_point T, int N>
FUNCTRA_INLINE void erf_and_gaussian(pack<T, N> x, pack<T, N>& y, pack<T, N>& gaussian) {
  using P = pack<T, N>;
  if constexpr (P::is_split) {
    erf_and_gaussian(x.lo, y.lo, gaussian.lo);
    erf_and_gaussian(x.hi, y.hi, gaussian.hi);
  } else {
    gaussian = exp(-(x * x));
    y = detail::erf_given(x, detail::bounded_for_erf(x), gaussian);
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
