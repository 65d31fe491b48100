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

// A flat struct of members that get<I> finds; hot code prefers it to std::tuple, which compilers keep in memory. Few members
// are plain ones, which costs the least time to compile.
template <class... T>
struct bundle : detail::bundle_base<std::make_integer_sequence<int, sizeof...(T)>, T...> {
  FUNCTRA_INLINE bundle() = default;
  template <class... U>
    requires(sizeof...(U) == sizeof...(T))
  FUNCTRA_INLINE bundle(U&&... u) : detail::bundle_base<std::make_integer_sequence<int, sizeof...(T)>, T...>{{std::forward<U>(u)}...} {}

  template <int I>
  FUNCTRA_INLINE auto& at() {
    return static_cast<detail::bundle_member<I, std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<T...>>>&>(*this).value;
  }
};
template <class A>
struct bundle<A> {
  FUNCTRA_EMPTY A a;
};
template <class A, class B>
struct bundle<A, B> {
  FUNCTRA_EMPTY A a;
  FUNCTRA_EMPTY B b;
};
template <class A, class B, class C>
struct bundle<A, B, C> {
  FUNCTRA_EMPTY A a;
  FUNCTRA_EMPTY B b;
  FUNCTRA_EMPTY C c;
};
template <class A, class B, class C, class D>
struct bundle<A, B, C, D> {
  FUNCTRA_EMPTY A a;
  FUNCTRA_EMPTY B b;
  FUNCTRA_EMPTY C c;
  FUNCTRA_EMPTY D d;
};

template <class... T>
FUNCTRA_INLINE bundle<std::remove_cvref_t<T>...> make_bundle(T&&... x) {
  return bundle<std::remove_cvref_t<T>...>{std::forward<T>(x)...};
}

template <int I, class... T>
FUNCTRA_INLINE auto& get(bundle<T...>& b) {
  if constexpr (sizeof...(T) > 4) return b.template at<I>();
  else if constexpr (I == 0) return b.a;
  else if constexpr (I == 1) return b.b;
  else if constexpr (I == 2) return b.c;
  else return b.d;
}
template <int I, class... T>
FUNCTRA_INLINE const auto& get(const bundle<T...>& b) {
  if constexpr (sizeof...(T) > 4) return const_cast<bundle<T...>&>(b).template at<I>();
  else if constexpr (I == 0) return b.a;
  else if constexpr (I == 1) return b.b;
  else if constexpr (I == 2) return b.c;
  else return b.d;
}

// The I-th of some arguments.
template <int I, class A, class... B>
FUNCTRA_INLINE constexpr const auto& nth_of(const A& a, const B&... b) {
  if constexpr (I == 0) return static_cast<void>((static_cast<void>(b), ...)), a;
  else return static_cast<void>(a), nth_of<I - 1>(b...);
}

template <int I, class... T>
using nth_type = std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<T...>>;

// Element I of a std::tuple or a bundle.
template <int I, class Tuple>
FUNCTRA_INLINE constexpr decltype(auto) nth(Tuple&& t) {
  return get<I>(t);
}

// A bundle of the members of b, moved one by one: g++ calls the implicit move constructor. Few are spelled out, as above.
template <class... T, int... I>
FUNCTRA_INLINE bundle<T...> moved_by(std::integer_sequence<int, I...>, bundle<T...>& b) {
  return bundle<T...>{std::move(get<I>(b))...};
}
template <class... T>
FUNCTRA_INLINE bundle<T...> moved(bundle<T...>& b) {
  using B = bundle<T...>;
  constexpr std::size_t n = sizeof...(T);
  if constexpr (n == 1) return B{std::move(b.a)};
  else if constexpr (n == 2) return B{std::move(b.a), std::move(b.b)};
  else if constexpr (n == 3) return B{std::move(b.a), std::move(b.b), std::move(b.c)};
  else return moved_by(std::make_integer_sequence<int, static_cast<int>(n)>{}, b);
}

// The members of a, then those of b, moved.
template <class... V, class... W, int... I, int... J>
FUNCTRA_INLINE bundle<V..., W...> concat_by(std::integer_sequence<int, I...>, std::integer_sequence<int, J...>, bundle<V...>& a, bundle<W...>& b) {
  return bundle<V..., W...>{std::move(get<I>(a))..., std::move(get<J>(b))...};
}
template <class... V, class... W>
FUNCTRA_INLINE bundle<V..., W...> concat(bundle<V...>& x, bundle<W...>& y) {
  using B = bundle<V..., W...>;
  constexpr std::size_t n = sizeof...(V), m = sizeof...(W);
  if constexpr (n == 1 && m == 1) return B{std::move(x.a), std::move(y.a)};
  else if constexpr (n == 1 && m == 2) return B{std::move(x.a), std::move(y.a), std::move(y.b)};
  else if constexpr (n == 2 && m == 1) return B{std::move(x.a), std::move(x.b), std::move(y.a)};
  else if constexpr (n == 2 && m == 2) return B{std::move(x.a), std::move(x.b), std::move(y.a), std::move(y.b)};
  else return concat_by(std::make_integer_sequence<int, n>{}, std::make_integer_sequence<int, m>{}, x, y);
}

// The numbers 0 .. N-1 as a value: [&]<int... i>(std::integer_sequence<int, i...>) { ... }(ints<3>). One of them as a value.
template <auto N>
inline constexpr std::make_integer_sequence<int, static_cast<int>(N)> ints{};
template <int I>
inline constexpr std::integral_constant<int, I> index_constant{};
template <int... I, class F>
FUNCTRA_INLINE constexpr void for_each_index(std::integer_sequence<int, I...>, F&& f) {
  (f(std::integral_constant<int, I>{}), ...);
}

}  // namespace functra
