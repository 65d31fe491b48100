// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <concepts>
#include <type_traits>

#include "functra/core/extents.hpp"
#include "functra/core/element.hpp"

// Tracers, their levels, and the tower of levels that a value lives on.
namespace functra {

template <class T, index_t... E>
class Tensor;
template <class T, index_t... E>
class View;

// The tracers; each wraps the kind of value that it was given, at a level above all levels inside.
template <class Primal, class Tangent, int Level>
class dual;
template <class Value, int Level, class Cotangent>
class taped;
template <class Value, int Level>
class batched;
// Forward mode in few variables, of plain values alone.
template <class Primal, int Level, int Variables, int Order>
class jet;

enum class tracer { plain, dual, taped, batched, jet };

namespace detail {

// A tower without its base: N is the number of lanes of the base's elements.
template <int N>
struct hole {};
template <class P, class T, int L>
struct dual_tower {};
template <class V, int L, class C>
struct taped_tower {};
template <class V, int L, index_t B>
struct batched_tower {};
template <class P, int L, int N, int Order>
struct jet_tower {};
// What the Order of a jet says: 1 or 2, the derivatives of a narrow one; minus that, of a wide one; 2 less, of a wide one made of narrow
// scalars side by side, which are not wider than they were.
constexpr int jet_derivatives(int order) { return order > 0 ? order : order < -2 ? -order - 2 : -order; }
constexpr int wide_order(int order) { return -jet_derivatives(order); }
constexpr int row_order(int order) { return wide_order(order) - 2; }

template <class V>
struct value_traits;  // level, kind, element (scalar or pack), extents, tower

template <class V>
concept base_value_of = requires { requires value_traits<V>::level == 0; };

template <class S>
  requires std::is_arithmetic_v<S>
struct value_traits<S> {
  static constexpr int level = 0;
  static constexpr tracer kind = tracer::plain;
  using element = S;
  using extents_type = extents<>;
  using tower = hole<1>;
};
template <class T, index_t... E>
struct value_traits<Tensor<T, E...>> {
  static constexpr int level = 0;
  static constexpr tracer kind = tracer::plain;
  using element = T;
  using extents_type = extents<E...>;
  using tower = hole<lanes_of<T>>;
};
template <class T, index_t... E>
struct value_traits<View<T, E...>> : value_traits<Tensor<T, E...>> {};
template <class P, class T, int L>
struct value_traits<dual<P, T, L>> {
  static constexpr int level = L;
  static constexpr tracer kind = tracer::dual;
  using element = typename value_traits<P>::element;
  using extents_type = typename value_traits<P>::extents_type;
  using tower = dual_tower<typename value_traits<P>::tower, typename value_traits<T>::tower, L>;
};
template <class V, int L, class C>
struct value_traits<taped<V, L, C>> {
  static constexpr int level = L;
  static constexpr tracer kind = tracer::taped;
  using element = typename value_traits<V>::element;
  using extents_type = typename value_traits<V>::extents_type;
  using tower = taped_tower<typename value_traits<V>::tower, L, typename value_traits<C>::tower>;
};
template <class V, int L>
struct value_traits<batched<V, L>> {
  static constexpr int level = L;
  static constexpr tracer kind = tracer::batched;
  using element = typename value_traits<V>::element;
  using batched_extents = typename value_traits<V>::extents_type;
  using extents_type = erase_extent<batched_extents, 0>;
  using tower = batched_tower<typename value_traits<V>::tower, L, batched_extents::static_extent(0)>;
};
template <class P, int L, int N, int Order>
struct value_traits<jet<P, L, N, Order>> {
  static constexpr int level = L;
  static constexpr tracer kind = tracer::jet;
  using element = typename value_traits<P>::element;
  using extents_type = typename value_traits<P>::extents_type;
  using tower = jet_tower<typename value_traits<P>::tower, L, N, Order>;
};

// The level of a tower.
template <class W>
inline constexpr int tower_level = 0;
template <class P, class T, int L>
inline constexpr int tower_level<dual_tower<P, T, L>> = L;
template <class V, int L, class C>
inline constexpr int tower_level<taped_tower<V, L, C>> = L;
template <class V, int L, index_t B>
inline constexpr int tower_level<batched_tower<V, L, B>> = L;
template <class P, int L, int N, int Order>
inline constexpr int tower_level<jet_tower<P, L, N, Order>> = L;

// How many times a value on a tower is differentiated.
template <class W>
inline constexpr int derivative_order = 0;
template <class P, class T, int L>
inline constexpr int derivative_order<dual_tower<P, T, L>> = 1 + std::max(derivative_order<P>, derivative_order<T>);
template <class V, int L, class C>
inline constexpr int derivative_order<taped_tower<V, L, C>> = 1 + std::max(derivative_order<V>, derivative_order<C>);
template <class V, int L, index_t B>
inline constexpr int derivative_order<batched_tower<V, L, B>> = derivative_order<V>;
template <class P, int L, int N, int Order>
inline constexpr int derivative_order<jet_tower<P, L, N, Order>> = jet_derivatives(Order);

// A tower whose jets are wide.
template <class W>
struct widened {
  using type = W;
};
template <class W>
using widened_t = typename widened<W>::type;
template <class P, int L, int N, int Order>
struct widened<jet_tower<P, L, N, Order>> {
  using type = jet_tower<P, L, N, wide_order(Order)>;
};
template <class P, class T, int L>
struct widened<dual_tower<P, T, L>> {
  using type = dual_tower<widened_t<P>, widened_t<T>, L>;
};
template <class V, int L, class C>
struct widened<taped_tower<V, L, C>> {
  using type = taped_tower<widened_t<V>, L, widened_t<C>>;
};
template <class V, int L, index_t B>
struct widened<batched_tower<V, L, B>> {
  using type = batched_tower<widened_t<V>, L, B>;
};

// The least tower that has all levels of both. Jets below other levels are wide.
template <class A, class B>
struct join_towers {
  static_assert(std::is_same_v<A, B>,
                "[levels] an inner function mixes its argument with a traced value of an outer transform that does not reach its result; "
                "pass that value as an argument, or return it as aux");
  using type = A;
};
template <class A, class B>
using join2 = typename join_towers<A, B>::type;
template <class A>
struct join_towers<A, A> {
  using type = A;
};
template <int N, int M>
  requires(N != M)
struct join_towers<hole<N>, hole<M>> {
  static_assert(N == 1 || M == 1, "[vmap] values of different lane groups meet");
  using type = hole<(N > M ? N : M)>;
};
template <class P, class T, int L, class B>
  requires(tower_level<B> < L)
struct join_towers<dual_tower<P, T, L>, B> {
  using type = dual_tower<join2<P, widened_t<B>>, join2<T, widened_t<B>>, L>;
};
template <class V, int L, class C, class B>
  requires(tower_level<B> < L)
struct join_towers<taped_tower<V, L, C>, B> {
  using type = taped_tower<join2<V, widened_t<B>>, L, join2<C, widened_t<B>>>;
};
template <class V, int L, index_t N, class B>
  requires(tower_level<B> < L)
struct join_towers<batched_tower<V, L, N>, B> {
  using type = batched_tower<join2<V, widened_t<B>>, L, N>;
};
template <class P, int L, int N, int Order, class B>
  requires(tower_level<B> < L)
struct join_towers<jet_tower<P, L, N, Order>, B> {
  using type = jet_tower<join2<P, B>, L, N, Order>;
};
template <class A, class B>
  requires(tower_level<A> < tower_level<B>)
struct join_towers<A, B> : join_towers<B, A> {};
template <class P, class T, class P2, class T2, int L>
  requires(!std::same_as<dual_tower<P, T, L>, dual_tower<P2, T2, L>>)
struct join_towers<dual_tower<P, T, L>, dual_tower<P2, T2, L>> {
  using type = dual_tower<join2<P, P2>, join2<T, T2>, L>;
};
template <class V, class C, class V2, class C2, int L>
  requires(!std::same_as<taped_tower<V, L, C>, taped_tower<V2, L, C2>>)
struct join_towers<taped_tower<V, L, C>, taped_tower<V2, L, C2>> {
  using type = taped_tower<join2<V, V2>, L, join2<C, C2>>;
};
template <class V, class V2, int L, index_t N, index_t M>
  requires(!std::same_as<batched_tower<V, L, N>, batched_tower<V2, L, M>>)
struct join_towers<batched_tower<V, L, N>, batched_tower<V2, L, M>> {
  using type = batched_tower<join2<V, V2>, L, N != dyn ? N : M>;
};
template <class P, int Order, class P2, int Order2, int L, int N>
  requires(!std::same_as<jet_tower<P, L, N, Order>, jet_tower<P2, L, N, Order2>>)
struct join_towers<jet_tower<P, L, N, Order>, jet_tower<P2, L, N, Order2>> {
  using type = jet_tower<join2<P, P2>, L, N, (Order == Order2 && Order > 0 ? Order : wide_order(Order))>;
};

template <class... W>
struct join_all {
  using type = hole<1>;
};
template <class A>
struct join_all<A> {
  using type = A;
};
template <class A, class B, class... W>
struct join_all<A, B, W...> : join_all<join2<A, B>, W...> {};

// The value with base T[X] on a tower.
template <class W, class T, class X>
struct on_tower;
template <class T, class X>
struct tensor_for;
template <class T, index_t... E>
struct tensor_for<T, extents<E...>> {
  using type = Tensor<T, E...>;
};
template <int N, class T, class X>
struct on_tower<hole<N>, T, X> {
  using type = typename tensor_for<element_t<T, N>, X>::type;
};
template <class P, class Tg, int L, class T, class X>
struct on_tower<dual_tower<P, Tg, L>, T, X> {
  using type = dual<typename on_tower<P, T, X>::type, typename on_tower<Tg, T, X>::type, L>;
};
template <class V, int L, class C, class T, class X>
struct on_tower<taped_tower<V, L, C>, T, X> {
  using type = taped<typename on_tower<V, T, X>::type, L, typename on_tower<C, T, X>::type>;
};
template <class V, int L, index_t B, class T, class X>
struct on_tower<batched_tower<V, L, B>, T, X> {
  using type = batched<typename on_tower<V, T, insert_extent<X, 0, B>>::type, L>;
};
// Tensors that are computed are wide, only scalars are not.
template <class P, int L, int N, int Order, class T, class X>
struct on_tower<jet_tower<P, L, N, Order>, T, X> {
  using type = jet<typename on_tower<P, T, X>::type, L, N, (X::R == 0 && Order > 0 ? Order : wide_order(Order))>;
};

// Without the levels of differentiation: what an integer or boolean result lives on.
template <class W>
struct undifferentiated {
  using type = W;
};
template <class P, class T, int L>
struct undifferentiated<dual_tower<P, T, L>> : undifferentiated<P> {};
template <class V, int L, class C>
struct undifferentiated<taped_tower<V, L, C>> : undifferentiated<V> {};
template <class P, int L, int N, int Order>
struct undifferentiated<jet_tower<P, L, N, Order>> : undifferentiated<P> {};
template <class V, int L, index_t B>
struct undifferentiated<batched_tower<V, L, B>> {
  using type = batched_tower<typename undifferentiated<V>::type, L, B>;
};

template <class V>
struct is_value : std::false_type {};
template <class T, index_t... E>
struct is_value<Tensor<T, E...>> : std::true_type {};
template <class T, index_t... E>
struct is_value<View<T, E...>> : std::true_type {};
template <class P, class T, int L>
struct is_value<dual<P, T, L>> : std::true_type {};
template <class V, int L, class C>
struct is_value<taped<V, L, C>> : std::true_type {};
template <class V, int L>
struct is_value<batched<V, L>> : std::true_type {};
template <class P, int L, int N, int Order>
struct is_value<jet<P, L, N, Order>> : std::true_type {};

}  // namespace detail

// A tensor, a view of one, or a traced value.
template <class V>
concept value = detail::is_value<std::remove_cvref_t<V>>::value;

template <class V>
inline constexpr int level_of = detail::value_traits<std::remove_cvref_t<V>>::level;
template <class V>
inline constexpr tracer kind_of = detail::value_traits<std::remove_cvref_t<V>>::kind;
template <class V>
using tower_of = typename detail::value_traits<std::remove_cvref_t<V>>::tower;
template <class V>
using element_of = typename detail::value_traits<std::remove_cvref_t<V>>::element;
template <class V>
using dtype_of = scalar_t<element_of<V>>;
template <class V>
using extents_of_value = typename detail::value_traits<std::remove_cvref_t<V>>::extents_type;

template <class... V>
inline constexpr int max_level = std::max({0, level_of<V>...});

template <class... W>
using join_t = typename detail::join_all<W...>::type;
template <class W, class T, class X>
using on_tower_t =
    typename detail::on_tower<std::conditional_t<std::is_floating_point_v<T>, W, typename detail::undifferentiated<W>::type>, T, X>::type;

namespace detail {
// Whether a scalar statement of the dtype T over the extents X stays narrow over its leaf V, a jet: a scalar or, for second derivatives,
// a vector of variables. For first ones, reverse mode does as well on vectors.
template <class T, class X, class V>
inline constexpr bool is_jet_leaf = false;
template <class T, class X, class P, int L, int N, int Order>
inline constexpr bool is_jet_leaf<T, X, jet<P, L, N, Order>> =
    Order > 0 && std::is_same_v<T, dtype_of<P>> && (extents_of_value<P>::R == 0 || (Order > 1 && X::R == 1 && std::is_same_v<X, extents_of_value<P>>));

// The tower of a statement, as far as one leaf knows it.
template <class T, class X, class V, bool Jet = kind_of<V> == tracer::jet>
struct leaf_tower {
  using type = tower_of<V>;
};
template <class T, class X, class V>
struct leaf_tower<T, X, V, true> {
  using type = std::conditional_t<is_jet_leaf<T, X, V>, tower_of<V>, widened_t<tower_of<V>>>;
};
// The tower that a statement of the dtype T, over the extents X and the leaves V, lives on.
template <class T, class X, class... V>
using statement_tower = join_t<typename leaf_tower<T, X, V>::type...>;
}  // namespace detail

// The kind of the tracer at the highest level.
template <class... V>
constexpr tracer top_kind() {
  constexpr int top = max_level<V...>;
  tracer k = tracer::plain;
  ((level_of<V> == top && top > 0 ? void(k = kind_of<V>) : void()), ...);
  return k;
}

}  // namespace functra
