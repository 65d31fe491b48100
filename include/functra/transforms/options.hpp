// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/interpreters/jet_rules.hpp"
#include "functra/interpreters/taped.hpp"
#include "functra/primitives/join.hpp"
#include "functra/primitives/permute.hpp"
#include "functra/tensor/tree.hpp"

// What transforms share: their options, the level of a call, and the arguments that they trace.
namespace functra {

namespace detail {

// ---- options ----

template <class T>
inline constexpr bool is_argnums = false;
template <int... I>
inline constexpr bool is_argnums<argnums_t<I...>> = true;
template <class T>
inline constexpr bool is_in_dims = false;
template <int... I>
inline constexpr bool is_in_dims<in_dims_t<I...>> = true;
template <class T>
inline constexpr bool is_out_dims = false;
template <int... I>
inline constexpr bool is_out_dims<out_dims_t<I...>> = true;

// The first type among Options for which the predicate holds, else Default.
template <template <class> class Is, class Default, class... Options>
struct find_option {
  using type = Default;
};
template <template <class> class Is, class Default, class O, class... Rest>
struct find_option<Is, Default, O, Rest...> : std::conditional_t<Is<O>::value, std::type_identity<O>, find_option<Is, Default, Rest...>> {};

template <class T>
struct argnums_option : std::bool_constant<is_argnums<T>> {};
template <class T>
struct in_dims_option : std::bool_constant<is_in_dims<T>> {};
template <class T>
struct out_dims_option : std::bool_constant<is_out_dims<T>> {};

template <class O, class... Options>
inline constexpr bool has_option = (std::is_same_v<O, Options> || ...);

// What is given behind f, where it is no option, is often meant for the callable that the transform returns.
template <class... Options>
inline constexpr bool derivative_options = ((is_argnums<Options> || std::is_same_v<Options, has_aux_t>) && ...);
template <class... Options>
inline constexpr bool jacobian_options = ((derivative_options<Options> || std::is_same_v<Options, chunk_size>) && ...);
template <class... Options>
inline constexpr bool vmap_options =
    ((is_in_dims<Options> || is_out_dims<Options> || has_option<Options, chunk_size, lowering::lanes_t, lowering::batch_axis_t, randomness::same_t, randomness::different_t>) && ...);

// Whether each kind of option is given once at most.
template <class... Options>
inline constexpr bool once_each = (0 + ... + is_argnums<Options>) <= 1 && (0 + ... + is_in_dims<Options>) <= 1 && (0 + ... + is_out_dims<Options>) <= 1 &&
                                  (0 + ... + std::is_same_v<Options, has_aux_t>) <= 1 && (0 + ... + std::is_same_v<Options, chunk_size>) <= 1;

// The argument numbers of a call with N arguments: negative numbers wrap.
template <int N, class Argnums>
struct selected;
template <int N, int... I>
struct selected<N, argnums_t<I...>> {
  static_assert(((I < N && I >= -N) && ...), "[argnums] each number must be below the number of arguments (negative ones count from the end)");
  static constexpr int number[sizeof...(I)] = {wrap_dim(I, N)...};
  static constexpr int count = sizeof...(I);
  static constexpr bool contains(int i) { return ((wrap_dim(I, N) == i) || ...); }
  static constexpr int position(int i) {
    for (int k = 0; k < count; ++k)
      if (number[k] == i) return k;
    return -1;
  }
  static_assert([] {
    for (int i = 0; i < count; ++i)
      for (int k = 0; k < i; ++k)
        if (number[i] == number[k]) return false;
    return true;
  }(), "[argnums] each argument may be named once");
};

// ---- levels ----

// A closure may hold traced values of outer transforms. Its result type on plain arguments tells which levels reach it; a
// stateless callable holds none.
template <class F>
inline constexpr bool is_closure = !std::is_empty_v<F> && !std::is_pointer_v<F>;

template <class F, class... A>
auto captured_tower() {
  if constexpr (is_closure<F>) {
    if constexpr (std::is_invocable_v<const F&, const A&...>)
      return std::type_identity<tree_tower_t<decltype(std::declval<const F&>()(std::declval<const A&>()...))>>{};
    else return std::type_identity<hole<1>>{};
  } else return std::type_identity<hole<1>>{};
}

// All levels that a call of f lives on: those of its arguments and those that it captured. Jets that are differentiated are wide.
template <class F, class... A>
using call_tower = widened_t<join_t<typename decltype(captured_tower<F, A...>())::type, tree_tower_t<A...>>>;

// ---- arguments ----

// An argument with expressions evaluated and views copied; floating-point values of the arguments to trace become rank-0 tensors.
// What needs none of that stays where it is; jets that are traced are wide.
template <bool Traced, class A>
FUNCTRA_INLINE decltype(auto) settle(A&& a) {
  using V = std::remove_cvref_t<A>;
  if constexpr (value<V> && !(Traced && (is_view<V> || is_narrow_jet<V>))) {
    if constexpr (std::is_lvalue_reference_v<A>) return static_cast<const V&>(a);
    else return V(std::move(a));
  } else
    return tree_map(
        []<class T>(const T& x) {
          if constexpr (std::is_arithmetic_v<T>) {
            if constexpr (Traced) return Tensor<T>(x);
            else return x;
          } else if constexpr (Traced && is_narrow_jet<value_t<T>>) return eval(x).widened();
          else if constexpr (Traced || is_expr<T> || is_sum_expr<T>) return eval(x);
          else return x;
        },
        a);
}

// Whether a tree is of floating-point values alone. What traces them can take them as they are.
template <class A>
inline constexpr bool is_of_numbers = std::is_floating_point_v<A>;
template <class T, class Al>
inline constexpr bool is_of_numbers<std::vector<T, Al>> = is_of_numbers<T>;
template <class T, std::size_t N>
inline constexpr bool is_of_numbers<std::array<T, N>> = is_of_numbers<T>;
template <bool Traced, class A>
FUNCTRA_INLINE decltype(auto) settle_but_numbers(const A& a) {
  if constexpr (is_of_numbers<A>) return (a);
  else return settle<Traced>(a);
}

// A transform of a function: it says how many registers wide the groups of vmap should be.
template <class F>
concept sized_for_lanes = requires { F::group_registers; };
// How many that are for forward mode over F, which may keep a tape; else one.
template <class F>
inline constexpr int forward_registers = 1;
template <sized_for_lanes F>
inline constexpr int forward_registers<F> = F::group_registers;

// Whether what lives on a tower are examples in lanes.
template <class W>
inline constexpr bool in_lanes = false;
template <int N>
inline constexpr bool in_lanes<hole<N>> = N > 1;
// The call of f by a transform of what lives on the tower W. What a user wrote for lanes is inlined whole; a transform, which
// keeps a tape, is not.
template <class W, class F, class... A>
  requires(in_lanes<W> && !sized_for_lanes<F>)
FUNCTRA_FLATTEN inline auto call_traced(const F& f, const A&... a) {
  return f(a...);
}
template <class W, class F, class... A>
FUNCTRA_INLINE auto call_traced(const F& f, const A&... a) {
  return f(a...);
}

template <class T>
concept floating_leaf = std::is_floating_point_v<dtype_of<T>>;

// The members of a tuple that are selected, in the order asked; one alone stands by itself.
template <class Sel, class T>
FUNCTRA_INLINE auto pick_selected(T&& t) {
  if constexpr (Sel::count == 1) return std::get<static_cast<std::size_t>(Sel::number[0])>(std::forward<T>(t));
  else
    return [&]<int... k>(std::integer_sequence<int, k...>) {
      return std::tuple{std::get<static_cast<std::size_t>(Sel::number[k])>(t)...};
    }(ints<Sel::count>);
}

// Results of pieces as one: `join(a, b)` puts two neighbours together. Pairwise, so that every piece is copied a logarithmic
// number of times.
template <class P, class Join>
P join_pieces(std::vector<P>& pieces, const Join& join) {
  while (pieces.size() > 1) {
    std::size_t k = 0;
    for (std::size_t i = 0; i < pieces.size(); i += 2) pieces[k++] = i + 1 < pieces.size() ? join(pieces[i], pieces[i + 1]) : pieces[i];
    pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(k), pieces.end());
  }
  return std::move(pieces[0]);
}

// A tree of arrays of the types that joining gives: a traced view becomes a traced tensor.
template <class Y>
auto joinable_tree(const Y& y) {
  return tree_map(
      []<class V>(const V& v) {
        if constexpr (level_of<V> == 0) return v;
        else return eval(concatenate(std::tuple{v}, dim<0>));
      },
      y);
}

// Two trees of arrays, one behind the other along dim D.
template <int D, class Y>
Y join_trees(const Y& a, const Y& b) {
  return tree_map(
      []<class V>(const V& u, const V& v) {
        constexpr int d = wrap_dim(D, extents_of_value<V>::R);
        return lift<V>(eval(concatenate(std::tuple{u, v}, dim<d>)));
      },
      a, b);
}

template <class X>
std::string shape_text(const X& x) {
  std::string s = "[";
  for (int i = 0; i < x.rank(); ++i) s += (i ? "," : "") + std::to_string(x.extent(i));
  return s + "]";
}

}  // namespace detail
}  // namespace functra
