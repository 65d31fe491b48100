// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>

#include "functra/lanes/math/erf.hpp"
#include "functra/lanes/math/hyperbolic.hpp"
#include "functra/lanes/math/trigonometric.hpp"

// The functions of one lane, under the names that packs use: the standard library's, or a pack's where that is faster.

namespace functra::lanes {

namespace detail {

// Measured against glibc 2.36: sincos takes half the time, sin, cos and tanh of double three quarters or less, tanh and erf of float
// half; exp, log, pow and what remains are faster there. Without fused multiply-adds, which glibc uses wherever it runs, nothing is.
#if defined(__FMA__)
inline constexpr bool packs_have_fma = true;
#else
inline constexpr bool packs_have_fma = false;
#endif
template <class T>
using smallest_pack = pack<T, 16 / static_cast<int>(sizeof(T))>;

}  // namespace detail

template <std::floating_point T>
FUNCTRA_INLINE T exp(T x) {
  return std::exp(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T exp2(T x) {
  return std::exp2(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T expm1(T x) {
  return std::expm1(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T log(T x) {
  return std::log(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T log2(T x) {
  return std::log2(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T log10(T x) {
  return std::log10(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T log1p(T x) {
  return std::log1p(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T sin(T x) {
  if constexpr (detail::packs_have_fma && sizeof(T) == 8) return sin(detail::smallest_pack<T>(x))[0];
  else return std::sin(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T cos(T x) {
  if constexpr (detail::packs_have_fma && sizeof(T) == 8) return cos(detail::smallest_pack<T>(x))[0];
  else return std::cos(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T tan(T x) {
  return std::tan(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T asin(T x) {
  return std::asin(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T acos(T x) {
  return std::acos(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T atan(T x) {
  return std::atan(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T sinh(T x) {
  return std::sinh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T cosh(T x) {
  return std::cosh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T tanh(T x) {
  if constexpr (detail::packs_have_fma) return tanh(detail::smallest_pack<T>(x))[0];
  else return std::tanh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T asinh(T x) {
  return std::asinh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T acosh(T x) {
  return std::acosh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T atanh(T x) {
  return std::atanh(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T erf(T x) {
  if constexpr (detail::packs_have_fma && sizeof(T) == 4) return erf(detail::smallest_pack<T>(x))[0];
  else return std::erf(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T erfc(T x) {
  return std::erfc(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T cbrt(T x) {
  return std::cbrt(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T atan2(T y, T x) {
  return std::atan2(y, x);
}
template <std::floating_point T>
FUNCTRA_INLINE T pow(T x, T y) {
  return std::pow(x, y);
}
template <std::floating_point T>
FUNCTRA_INLINE void sincos(T x, T& sine, T& cosine) {
  if constexpr (detail::packs_have_fma) {
    detail::smallest_pack<T> s, c;
    sincos(detail::smallest_pack<T>(x), s, c);
    sine = s[0];
    cosine = c[0];
  } else {
    sine = std::sin(x);
    cosine = std::cos(x);
  }
}
template <std::floating_point T>
FUNCTRA_INLINE void erf_and_gaussian(T x, T& y, T& gaussian) {
  if constexpr (detail::packs_have_fma) {
    detail::smallest_pack<T> e, g;
    erf_and_gaussian(detail::smallest_pack<T>(x), e, g);
    y = e[0];
    gaussian = g[0];
  } else {
    y = std::erf(x);
    gaussian = std::exp(-(x * x));
  }
}

}  // namespace functra::lanes
