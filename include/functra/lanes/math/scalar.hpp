// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>

#include "functra/core/config.hpp"

// The functions of one lane: the standard library's, under the names that packs use.

namespace functra::lanes {

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
  return std::sin(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T cos(T x) {
  return std::cos(x);
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
  return std::tanh(x);
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
  return std::erf(x);
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
  sine = std::sin(x);
  cosine = std::cos(x);
}

}  // namespace functra::lanes
