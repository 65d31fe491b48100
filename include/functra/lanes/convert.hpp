// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "functra/lanes/select.hpp"

namespace functra::lanes {

namespace detail {

// The conversion of the language, which is undefined where the value does not fit.
template <class U, class T, int N>
FUNCTRA_INLINE pack<U, N> convert_in_range(pack<T, N> x) {
  if constexpr (N == 1) return pack<U, N>(static_cast<U>(x.value));
  else if constexpr (pack<T, N>::is_register && pack<U, N>::is_register)
    return pack<U, N>::from_raw(__builtin_convertvector(x.raw(), vector_t<U, N>));
  else return pack<U, N>::join(convert_in_range<U>(x.low()), convert_in_range<U>(x.high()));
}

// The least number of the floating type F that the integer type U cannot hold: 2^31, 2^32, 2^63 or 2^64.
template <class U, class F>
inline constexpr F beyond = static_cast<F>(std::numeric_limits<U>::max() / 2 + 1) * F{2};

}  // namespace detail

// Every lane as a U. Numbers to bool: is it nonzero? Floating point to integers: toward zero, saturating, NaN to 0.
template <class U, class T, int N>
FUNCTRA_INLINE pack<U, N> convert(pack<T, N> x) {
  if constexpr (std::is_same_v<T, U>) return x;
  else if constexpr (std::is_same_v<T, bool>) return select(x, pack<U, N>(U{1}), pack<U, N>(U{0}));
  else if constexpr (std::is_same_v<U, bool>) return x != pack<T, N>(T{0});
  else if constexpr (std::is_floating_point_v<T> && std::is_integral_v<U>) {
    using limits = std::numeric_limits<U>;
    const auto too_large = x >= pack<T, N>(detail::beyond<U, T>);
    const auto in_range = (x >= pack<T, N>(static_cast<T>(limits::min()))) & !too_large;
    const auto inside = detail::convert_in_range<U>(select(in_range, x, T{0}));
    const auto below = select((x < T{0}) & !in_range, pack<U, N>(limits::min()), inside);
    return select(too_large, pack<U, N>(limits::max()), below);
  } else return detail::convert_in_range<U>(x);
}

template <class U, scalar T>
FUNCTRA_INLINE U convert(T x) {
  if constexpr (std::is_floating_point_v<T> && std::is_integral_v<U> && !std::is_same_v<U, bool>) {
    using limits = std::numeric_limits<U>;
    if (x >= detail::beyond<U, T>) return limits::max();
    if (x >= static_cast<T>(limits::min())) return static_cast<U>(x);
    return x < 0 ? limits::min() : U{0};
  } else return static_cast<U>(x);
}

}  // namespace functra::lanes
