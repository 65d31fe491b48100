// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <tuple>

#include "functra/expr/functor.hpp"

// What the laws of a statement tell before it runs.
namespace functra::law {

// The partial derivative of F in leaf I, where the laws alone say that it is 1 or -1; otherwise 0.
template <class F, int I>
struct known_partial_of : std::integral_constant<int, 0> {};
template <class T>
struct known_partial_of<arg<T>, 0> : std::integral_constant<int, 1> {};
template <class F, int I>
inline constexpr int known_partial = known_partial_of<F, I>::value;

namespace detail {
template <class D>
inline constexpr int known_value = 0;
template <int V>
inline constexpr int known_value<constant_partial<V>> = V;

template <class Op, int K, int I, class... A>
constexpr int known_below() {
  using Child = std::tuple_element_t<static_cast<std::size_t>(K), std::tuple<A...>>;
  if constexpr (I >= Child::arity) return known_below<Op, K + 1, I - Child::arity, A...>();
  else if constexpr (!Op::differentiable || joint<Op> || customized<Op>) return 0;
  else return known_value<decltype(partial<K, Op>(std::declval<typename fn<Op, A...>::type>(), std::declval<typename A::type>()...))> * known_partial<Child, I>;
}
}  // namespace detail
template <class Op, class... A, int I>
struct known_partial_of<fn<Op, A...>, I> : std::integral_constant<int, detail::known_below<Op, 0, I, A...>()> {};

// The first part of a statement, not the whole, that is worth keeping for a pullback: it costs much, and its derivative is known from
// its value and next to nothing else. `rest` is the statement with a leaf in its place.
template <class F>
inline constexpr bool is_worth_keeping = false;
template <class Op, class A>
inline constexpr bool is_worth_keeping<fn<Op, A>> = detail::is_of_value<fn<Op, A>> && Op::cost >= 20 && A::cost <= 3;

template <class F, int First = 0>
struct kept_part {
  static constexpr bool found = false;
};
template <class F, int First>
struct kept_part_at : kept_part<F, First> {};
template <class F, int First>
  requires is_worth_keeping<F>
struct kept_part_at<F, First> {
  static constexpr bool found = true;
  static constexpr int first = First;
  using part = F;
  using rest = arg<typename F::type>;
};
template <class Op, class A, int First>
  requires(kept_part_at<A, First>::found)
struct kept_part<fn<Op, A>, First> : kept_part_at<A, First> {
  using rest = fn<Op, typename kept_part_at<A, First>::rest>;
};
template <class Op, class A, class B, int First>
  requires(kept_part_at<A, First>::found)
struct kept_part<fn<Op, A, B>, First> : kept_part_at<A, First> {
  using rest = fn<Op, typename kept_part_at<A, First>::rest, B>;
};
template <class Op, class A, class B, int First>
  requires(!kept_part_at<A, First>::found && kept_part_at<B, First + A::arity>::found)
struct kept_part<fn<Op, A, B>, First> : kept_part_at<B, First + A::arity> {
  using rest = fn<Op, A, typename kept_part_at<B, First + A::arity>::rest>;
};

}  // namespace functra::law
