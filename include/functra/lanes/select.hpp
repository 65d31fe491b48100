// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "functra/lanes/numeric_pack.hpp"
#include "functra/lanes/register_rounding.hpp"

// Choosing between two values lane by lane: select, min, max.

namespace functra::lanes {

template <class T>
concept scalar = std::is_arithmetic_v<T>;

// `yes` where the mask is set, `no` elsewhere.
template <scalar T>
FUNCTRA_INLINE T select(bool where, T yes, std::type_identity_t<T> no) {
  return where ? yes : no;
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> select(pack<bool, N> where, pack<T, N> yes, pack<T, N> no) {
  if constexpr (std::is_same_v<T, bool>) return (where & yes) | (~where & no);
  else if constexpr (pack<T, N>::is_split)
    return pack<T, N>::join(select(where.low(), yes.lo, no.lo), select(where.high(), yes.hi, no.hi));
  else if constexpr (pack<T, N>::is_register)
    return pack<T, N>::from_raw(detail::blend_bits<T, N>(where.bits, yes.raw(), no.raw()));
  else return where.bits != 0 ? yes : no;
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> select(pack<bool, N> where, pack<T, N> yes, std::type_identity_t<T> no) {
  return select(where, yes, pack<T, N>(no));
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> select(pack<bool, N> where, std::type_identity_t<T> yes, pack<T, N> no) {
  return select(where, pack<T, N>(yes), no);
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> select(pack<bool, N> where, T yes, T no) {
  return select(where, pack<T, N>(yes), pack<T, N>(no));
}

namespace detail {

// Zeros around a one.
template <class T, int N>
struct one_among_zeros {
  T row[static_cast<std::size_t>(2 * N - 1)] = {};
  constexpr one_among_zeros() { row[N - 1] = T(1); }
};
template <class T, int N>
inline constexpr one_among_zeros<T, N> one_in_row{};

}  // namespace detail

// A one in lane k, zeros elsewhere; 0 <= k < N.
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> unit(std::ptrdiff_t k) {
  if constexpr (detail::has_mask_registers<T, std::min(N, width<T>)>) return select(pack<bool, N>::from_bits(std::uint64_t{1} << k), T(1), T(0));
  else return pack<T, N>::load(detail::one_in_row<T, N>.row + (N - 1) - k);
}

namespace detail {

// select(a R b, yes, no) in one step, which is cheaper where a mask of bits is not what the machine has.
template <relation R, class T, int N>
FUNCTRA_INLINE pack<T, N> select_where(pack<T, N> a, pack<T, N> b, pack<T, N> yes, pack<T, N> no) {
  using P = pack<T, N>;
  if constexpr (P::is_split)
    return P::join(select_where<R>(a.lo, b.lo, yes.lo, no.lo), select_where<R>(a.hi, b.hi, yes.hi, no.hi));
  else if constexpr (P::is_register) return P::from_raw(blend_where<R, T, N>(a.raw(), b.raw(), yes.raw(), no.raw()));
  else return P::template compare<R>(a, b).bits != 0 ? yes : no;
}

// a < b ? a : b, so b if either is NaN: one instruction.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> lesser(pack<T, N> a, pack<T, N> b) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(lesser(a.lo, b.lo), lesser(a.hi, b.hi));
  else if constexpr (P::is_register) return P::from_raw(lesser<T, N>(a.raw(), b.raw()));
  else return (a.value) < b.value ? a : b;
}
// a > b ? a : b, so b if either is NaN.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> greater(pack<T, N> a, pack<T, N> b) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(greater(a.lo, b.lo), greater(a.hi, b.hi));
  else if constexpr (P::is_register) return P::from_raw(greater<T, N>(a.raw(), b.raw()));
  else return a.value > b.value ? a : b;
}

}  // namespace detail

// The lesser and the greater; NaN if either is NaN, as numpy.minimum and numpy.maximum.
template <scalar T>
FUNCTRA_INLINE T min(T a, T b) {
  return a < b || a != a ? a : b;
}
template <scalar T>
FUNCTRA_INLINE T max(T a, T b) {
  return a > b || a != a ? a : b;
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> min(pack<T, N> a, pack<T, N> b) {
  if constexpr (std::is_same_v<T, bool>) return a & b;
  else if constexpr (std::is_integral_v<T>) return detail::lesser(a, b);
  else return detail::select_where<detail::relation::not_equal>(a, a, a, detail::lesser(a, b));
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> max(pack<T, N> a, pack<T, N> b) {
  if constexpr (std::is_same_v<T, bool>) return a | b;
  else if constexpr (std::is_integral_v<T>) return detail::greater(a, b);
  else return detail::select_where<detail::relation::not_equal>(a, a, a, detail::greater(a, b));
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> min(pack<T, N> a, std::type_identity_t<T> b) {
  return min(a, pack<T, N>(b));
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> min(std::type_identity_t<T> a, pack<T, N> b) {
  return min(pack<T, N>(a), b);
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> max(pack<T, N> a, std::type_identity_t<T> b) {
  return max(a, pack<T, N>(b));
}
template <scalar T, int N>
FUNCTRA_INLINE pack<T, N> max(std::type_identity_t<T> a, pack<T, N> b) {
  return max(pack<T, N>(a), b);
}

}  // namespace functra::lanes
