// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "functra/core/config.hpp"

namespace functra {

namespace detail {
template <int I, class T>
struct bundle_member {
  FUNCTRA_EMPTY T value;
};
template <class Seq, class... T>
struct bundle_base;
template <int... I, class... T>
struct bundle_base<std::integer_sequence<int, I...>, T...> : bundle_member<I, T>... {};
}  // namespace detail

// A flat struct of numbered members; hot code prefers it to std::tuple, which compilers keep in memory.
template <class... T>
struct bundle : detail::bundle_base<std::make_integer_sequence<int, sizeof...(T)>, T...> {};

template <class... T>
FUNCTRA_INLINE bundle<std::remove_cvref_t<T>...> make_bundle(T&&... x) {
  return {{{std::forward<T>(x)}...}};
}

template <int I, class T>
FUNCTRA_INLINE const T& get(const detail::bundle_member<I, T>& m) {
  return m.value;
}
template <int I, class T>
FUNCTRA_INLINE T& get(detail::bundle_member<I, T>& m) {
  return m.value;
}

template <int I, class... T>
using nth_type = std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<T...>>;

// Element I of a std::tuple.
template <int I, class Tuple>
FUNCTRA_INLINE constexpr decltype(auto) nth(Tuple&& t) {
  return std::get<static_cast<std::size_t>(I)>(t);
}

// Calls f with integral constants 0 .. N-1.
template <auto N, class F>
FUNCTRA_INLINE constexpr decltype(auto) with_indices(F&& f) {
  return [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA -> decltype(auto) {
    return f(std::integral_constant<int, I>{}...);
  }(std::make_integer_sequence<int, static_cast<int>(N)>{});
}
template <auto N, class F>
FUNCTRA_INLINE constexpr void for_each_index(F&& f) {
  [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
    (f(std::integral_constant<int, I>{}), ...);
  }(std::make_integer_sequence<int, static_cast<int>(N)>{});
}

}  // namespace functra
