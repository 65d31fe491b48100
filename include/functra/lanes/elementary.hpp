// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <concepts>
#include <limits>

#include "functra/lanes/bit_cast.hpp"
#include "functra/lanes/register_rounding.hpp"
#include "functra/lanes/select.hpp"

// What the machine computes exactly or rounds once: fma, sqrt, abs, copysign, the rounding functions, the classes of numbers.

namespace functra::lanes {

// a b + c; rounded once where the machine has the instruction.
template <std::floating_point T>
FUNCTRA_INLINE T fma(T a, T b, T c) {
  if constexpr (!detail::has_fma) return a * b + c;
  else if constexpr (sizeof(T) == 8) return __builtin_fma(a, b, c);
  else return __builtin_fmaf(a, b, c);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> fma(pack<T, N> a, pack<T, N> b, pack<T, N> c) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(fma(a.lo, b.lo, c.lo), fma(a.hi, b.hi, c.hi));
  else if constexpr (P::is_register) return P::from_raw(detail::fused<T, N>(a.raw(), b.raw(), c.raw()));
  else return fma(a.value, b.value, c.value);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> fma(pack<T, N> a, pack<T, N> b, std::type_identity_t<T> c) {
  return fma(a, b, pack<T, N>(c));
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> fma(pack<T, N> a, std::type_identity_t<T> b, pack<T, N> c) {
  return fma(a, pack<T, N>(b), c);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> fma(std::type_identity_t<T> a, pack<T, N> b, pack<T, N> c) {
  return fma(pack<T, N>(a), b, c);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> fma(pack<T, N> a, std::type_identity_t<T> b, std::type_identity_t<T> c) {
  return fma(a, pack<T, N>(b), pack<T, N>(c));
}

// a b + c; c where b is 0 (or, with Both, a), even where the other is NaN or infinite.
template <bool Both, std::floating_point T>
FUNCTRA_INLINE T absorbing_fma(T a, T b, T c) {
  return b == T(0) || (Both && a == T(0)) ? c : fma(a, b, c);
}
template <bool Both, std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> absorbing_fma(pack<T, N> a, pack<T, N> b, pack<T, N> c) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(absorbing_fma<Both>(a.lo, b.lo, c.lo), absorbing_fma<Both>(a.hi, b.hi, c.hi));
  else if constexpr (P::is_register) return P::from_raw(detail::absorbing_fused<Both, T, N>(a.raw(), b.raw(), c.raw()));
  else return absorbing_fma<Both>(a.value, b.value, c.value);
}

// Whether some lane may be NaN: always where one is, and at times where lanes are infinite.
template <std::floating_point T>
FUNCTRA_INLINE bool maybe_nan(T a) {
  return a != a;
}
template <std::floating_point T, int N>
FUNCTRA_INLINE bool maybe_nan(pack<T, N> a) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return maybe_nan(a.lo + a.hi);
  else if constexpr (P::is_register) return any(a != a);
  else return maybe_nan(a.value);
}

// a b; 0 where b is 0 (or, with Both, a), even where the other is NaN or infinite.
template <bool Both, std::floating_point T>
FUNCTRA_INLINE T absorbing_product(T a, T b) {
  return b == T(0) || (Both && a == T(0)) ? T(0) : a * b;
}
template <bool Both, std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> absorbing_product(pack<T, N> a, pack<T, N> b) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(absorbing_product<Both>(a.lo, b.lo), absorbing_product<Both>(a.hi, b.hi));
  else if constexpr (P::is_register) return P::from_raw(detail::absorbing_product<Both, T, N>(a.raw(), b.raw()));
  else return absorbing_product<Both>(a.value, b.value);
}

template <std::floating_point T>
FUNCTRA_INLINE T sqrt(T x) {
  return std::sqrt(x);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> sqrt(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(sqrt(x.lo), sqrt(x.hi));
  else if constexpr (P::is_register) return P::from_raw(detail::square_root<T, N>(x.raw()));
  else return sqrt(x.value);
}

namespace detail {

template <rounding R, class T, int N>
FUNCTRA_INLINE pack<T, N> rounded(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(rounded<R>(x.lo), rounded<R>(x.hi));
  else if constexpr (P::is_register) return P::from_raw(rounded<R, T, N>(x.raw()));
  else if constexpr (R == rounding::to_nearest_even) return std::nearbyint(x.value);
  else if constexpr (R == rounding::down) return std::floor(x.value);
  else if constexpr (R == rounding::up) return std::ceil(x.value);
  else return std::trunc(x.value);
}

}  // namespace detail

template <std::floating_point T>
FUNCTRA_INLINE T floor(T x) {
  return std::floor(x);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> floor(pack<T, N> x) {
  return detail::rounded<detail::rounding::down>(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T ceil(T x) {
  return std::ceil(x);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> ceil(pack<T, N> x) {
  return detail::rounded<detail::rounding::up>(x);
}
template <std::floating_point T>
FUNCTRA_INLINE T trunc(T x) {
  return std::trunc(x);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> trunc(pack<T, N> x) {
  return detail::rounded<detail::rounding::to_zero>(x);
}
// The nearest integer, halfway cases to even, as numpy.
template <std::floating_point T>
FUNCTRA_INLINE T round(T x) {
  return std::nearbyint(x);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> round(pack<T, N> x) {
  return detail::rounded<detail::rounding::to_nearest_even>(x);
}

namespace detail {

template <class T>
inline constexpr uint_t<T> sign_bit = uint_t<T>{1} << (8 * sizeof(T) - 1);

}  // namespace detail

// |x|; the least integer stays itself.
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> abs(pack<T, N> x) {
  if constexpr (std::is_floating_point_v<T>) return bit_cast<T>(bit_cast<detail::uint_t<T>>(x) & ~detail::sign_bit<T>);
  else if constexpr (std::is_signed_v<T>) return detail::select_where<detail::relation::less>(x, pack<T, N>(T{0}), -x, x);
  else return x;
}
template <scalar T>
FUNCTRA_INLINE T abs(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::fabs(x);
  else if constexpr (std::is_signed_v<T>)
    return x < 0 ? static_cast<T>(detail::uint_t<T>{0} - static_cast<detail::uint_t<T>>(x)) : x;
  else return x;
}

// The magnitude of one, the sign bit of the other.
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> copysign(pack<T, N> magnitude, pack<T, N> sign) {
  const auto sign_bits = bit_cast<detail::uint_t<T>>(sign) & detail::sign_bit<T>;
  return bit_cast<T>((bit_cast<detail::uint_t<T>>(magnitude) & ~detail::sign_bit<T>) | sign_bits);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> copysign(std::type_identity_t<T> magnitude, pack<T, N> sign) {
  return copysign(pack<T, N>(magnitude), sign);
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> copysign(pack<T, N> magnitude, std::type_identity_t<T> sign) {
  return copysign(magnitude, pack<T, N>(sign));
}
template <std::floating_point T>
FUNCTRA_INLINE T copysign(T magnitude, T sign) {
  return std::copysign(magnitude, sign);
}

template <scalar T, int N>
FUNCTRA_INLINE pack<bool, N> isnan(pack<T, N> x) {
  return x != x;
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<bool, N> isinf(pack<T, N> x) {
  return abs(x) == std::numeric_limits<T>::infinity();
}
template <std::floating_point T, int N>
FUNCTRA_INLINE pack<bool, N> isfinite(pack<T, N> x) {
  return abs(x) < std::numeric_limits<T>::infinity();
}
template <std::integral T, int N>
FUNCTRA_INLINE pack<bool, N> isinf(pack<T, N>) {
  return false;
}
template <std::integral T, int N>
FUNCTRA_INLINE pack<bool, N> isfinite(pack<T, N>) {
  return true;
}
template <scalar T>
FUNCTRA_INLINE bool isnan(T x) {
  return x != x;
}
template <scalar T>
FUNCTRA_INLINE bool isinf(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isinf(x);
  else return false;
}
template <scalar T>
FUNCTRA_INLINE bool isfinite(T x) {
  if constexpr (std::is_floating_point_v<T>) return std::isfinite(x);
  else return true;
}

}  // namespace functra::lanes
