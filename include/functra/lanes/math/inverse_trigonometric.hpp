// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exponent.hpp"
#include "functra/lanes/math/polynomial.hpp"

// asin, acos, atan, atan2.
//
//   asin a, a <= 1/2:  a + a^3 p(a^2), p minimax of degree 12 (5), error < 2^-59 (2^-31)
//           a > 1/2:   pi/2 - 2 asin sqrt((1 - a)/2)
//   atan(a / b), a <= b, is atan z with z = a / b up to tan(pi/8) and pi/4 + atan z with z = (a - b)/(a + b) beyond:
//   atan z = z + z^3 p(z^2), p minimax of degree 10 (4), error < 2^-59 (2^-30). One division.

namespace functra::lanes {

namespace detail {

template <class T>
inline constexpr T half_pi = static_cast<T>(0x1.921fb54442d18p0);
// pi/2 - half_pi.
template <class T>
inline constexpr T half_pi_rest = sizeof(T) == 8 ? T(0x1.1a62633145c07p-54) : T(-0x1.777a5cp-25);

// `near` where a <= 1/2, `far` elsewhere.
template <class P>
FUNCTRA_INLINE P select_far(P a, P far, P near) {
  return select_where<relation::less>(P(typename P::value_type(0.5)), a, far, near);
}

// asin a where a <= 1/2, asin sqrt((1 - a)/2) beyond.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> asin_reduced(pack<T, N> a) {
  const auto square = select_far(a, fma(a, T{-0.5}, T{0.5}), a * a);
  const auto root = select_far(a, sqrt(square), a);
  const auto p = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(square, 0x1.0c5cbc78588a2p-5, -0x1.5b5f2c0ccc6fcp-6, 0x1.65ef245d83c71p-6, 0x1.de8c1bf6af1fbp-9,
                        0x1.61b6257fd63fdp-7, 0x1.757095ea94118p-7, 0x1.ca220492a2dd5p-7, 0x1.1c49d71d82ef5p-6,
                        0x1.6e8be037c7214p-6, 0x1.f1c71a895ee6cp-6, 0x1.6db6db722f8fap-5, 0x1.333333332dee6p-4,
                        0x1.5555555555578p-3);
    else
      return polynomial(square, 0x1.34c516p-5f, 0x1.d5236cp-7f, 0x1.04d2e4p-5f, 0x1.6ca754p-5f, 0x1.3338acp-4f, 0x1.55554cp-3f);
  }();
  return fma(root * square, p, root);
}

// atan z, |z| <= tan(pi/8).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> atan_reduced(pack<T, N> z) {
  const auto square = z * z;
  const auto p = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(square, -0x1.24c37d8ee91d6p-6, 0x1.3789e8a2ed3eap-5, -0x1.9cb51b1aefc65p-5, 0x1.df08c16488e08p-5,
                        -0x1.10eb45e0fb4ddp-4, 0x1.3b110f17b8019p-4, -0x1.745cf84ca96edp-4, 0x1.c71c70e10ec5dp-4,
                        -0x1.24924922a0753p-3, 0x1.999999999564fp-3, -0x1.555555555553cp-2);
    else return polynomial(square, -0x1.f2acb8p-5f, 0x1.b21adep-4f, -0x1.23b924p-3f, 0x1.9991dep-3f, -0x1.55554ap-2f);
  }();
  return fma(z * square, p, z);
}

// The angle of the point (x, y) of the first quadrant, in [0, pi/2].
template <class T, int N>
FUNCTRA_INLINE pack<T, N> first_quadrant_angle(pack<T, N> y, pack<T, N> x) {
  const auto a = lesser(y, x), b = greater(x, y);  // one of each even if one is NaN
  const auto limit = b * static_cast<T>(0x1.a827999fcef32p-2);
  const auto select_diagonal = [&](pack<T, N> yes, pack<T, N> no)
                                   FUNCTRA_INLINE_LAMBDA { return select_where<relation::less>(limit, a, yes, no); };
  const auto z = select_diagonal(a - b, a) / select_diagonal(a + b, b);
  const auto angle = select_diagonal(half_pi<T> / 2, T{0}) + atan_reduced(z);
  return select_where<relation::less>(x, y, (half_pi<T> - angle) + half_pi_rest<T>, angle);
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> asin(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(asin(x.lo), asin(x.hi));
  else {
    const auto size = abs(x);
    const auto a = detail::asin_reduced(size);
    return copysign(detail::select_far<P>(size, (detail::half_pi<T> - (a + a)) + detail::half_pi_rest<T>, a), x);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> acos(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(acos(x.lo), acos(x.hi));
  else {
    const auto size = abs(x);
    const auto a = detail::asin_reduced(size);
    const auto twice = a + a;
    const auto left = (T{2} * detail::half_pi<T> - twice) + T{2} * detail::half_pi_rest<T>;
    const auto far = detail::select_where<detail::relation::less>(x, P(T{0}), left, twice);
    return detail::select_far<P>(size, far, (detail::half_pi<T> - copysign(a, x)) + detail::half_pi_rest<T>);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> atan(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(atan(x.lo), atan(x.hi));
  else return copysign(detail::first_quadrant_angle(abs(x), P(T{1})), x);
}

// The angle of the point (x, y), in [-pi, pi].
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> atan2(pack<T, N> y, pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(atan2(y.lo, x.lo), atan2(y.hi, x.hi));
  else {
    // Points of which a sum or difference overflows come nearer; infinite, on the diagonal or at the origin ones are moved
    // to a finite point of the same angle.
    const auto height = abs(y), width = abs(x);
    const auto equal = (height == width) & ((height == T{0}) | (height > std::numeric_limits<T>::max()));
    const auto origin = equal & (height == T{0});
    const auto far = (height > std::numeric_limits<T>::max() / 4) | (width > std::numeric_limits<T>::max() / 4);
    const auto factor = select(far, P(T{0.25}), P(T{1}));
    const auto angle = detail::first_quadrant_angle(select(equal, select(origin, P(T{0}), P(T{1})), height * factor),
                                                    select(equal, P(T{1}), width * factor));
    const auto left = bit_cast<detail::int_t<T>>(x) < detail::int_t<T>{0};
    const auto half_plane = select(left, (T{2} * detail::half_pi<T> - angle) + T{2} * detail::half_pi_rest<T>, angle);
    return copysign(half_plane, y);
  }
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> atan2(pack<T, N> y, std::type_identity_t<T> x) {
  return atan2(y, pack<T, N>(x));
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> atan2(std::type_identity_t<T> y, pack<T, N> x) {
  return atan2(pack<T, N>(y), x);
}

}  // namespace functra::lanes
