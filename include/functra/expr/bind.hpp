// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/fused.hpp"
#include "functra/expr/value_lane.hpp"

// The one interception point: every operation, fused statement or primitive, is applied to values here. The tracers of the
// highest level among the operands interpret it; on plain tensors it is evaluated.
namespace functra {

// How tracers of one kind interpret; specialized in interpreters/.
//   fused_statement<L>(statement, name, values...)     apply<L>(primitive, values...)
template <tracer Kind>
struct interpreter;

namespace detail {

// Small static values are interpreted in place. Work on large ones is worth a call, and costs a compiler less as one.
template <class... V>
inline constexpr bool in_place = (extents_of_value<V>::is_static && ...);
// So is the choice of one element.
template <class P>
inline constexpr bool is_element = false;
template <class P>
  requires requires(const P& p) { p.window, p.to; }
inline constexpr bool is_element<P> = decltype(P::to)::R == 0;

template <class G, class... Spec, class... V>
FUNCTRA_NOINLINE auto bind_large(fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  return interpreter<top_kind<V...>()>::template fused<max_level<V...>>(statement, name, v...);
}
template <class P, class... V>
FUNCTRA_NOINLINE auto bind_large(const P& p, const V&... v) {
  if constexpr (max_level<V...> == 0) return p.eval(v...);
  else return interpreter<top_kind<V...>()>::template apply<max_level<V...>>(p, v...);
}

// A jet that meets values of higher levels is wide.
template <class V>
inline constexpr bool is_narrow_jet = false;
template <class P, int L, int N, int Order>
inline constexpr bool is_narrow_jet<jet<P, L, N, Order>> = Order > 0;
template <class... V>
inline constexpr bool widens = (is_narrow_jet<V> || ...) && top_kind<V...>() != tracer::jet;
template <class V>
FUNCTRA_INLINE decltype(auto) widened_operand(const V& v) {
  if constexpr (is_narrow_jet<V>) return v.widened();
  else return (v);
}

// How many times the values of a statement are differentiated.
template <class... V>
inline constexpr int order_of = std::max({0, derivative_order<tower_of<V>>...});

// From the second order on, the partials of a statement are not functors to be differentiated in turn, but statements.
template <class G, class... V>
inline constexpr bool in_parts = false;
template <class F, law::mask_t Mask, class... V>
inline constexpr bool in_parts<law::partials_of<F, Mask>, V...> = order_of<V...> >= 2;

template <class F, law::mask_t Mask, class Spec, class... Full, class... V>
FUNCTRA_NOINLINE auto bind_parts(fused_statement<law::partials_of<F, Mask>, Spec, Full...>, const char* name, const V&... v);

}  // namespace detail

// A fused statement: one value, or a bundle of several.
template <class G, class... Spec, class... V>
FUNCTRA_INLINE auto bind(fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  if constexpr (detail::widens<V...>) return bind(statement, name, detail::widened_operand(v)...);
  else if constexpr (detail::in_parts<G, V...>) return detail::bind_parts(statement, name, v...);
  else if constexpr (max_level<V...> == 0) return detail::evaluate(statement, name, v...);
  else if constexpr (!detail::in_place<V...>) return detail::bind_large(statement, name, v...);
  else return interpreter<top_kind<V...>()>::template fused<max_level<V...>>(statement, name, v...);
}

// A primitive of the rule book.
template <class P, class... V>
FUNCTRA_INLINE auto bind(const P& p, const V&... v) {
  if constexpr (detail::widens<V...>) return bind(p, detail::widened_operand(v)...);
  else if constexpr (!detail::in_place<V...> && !detail::is_element<P>) return detail::bind_large(p, v...);
  else if constexpr (max_level<V...> == 0) return p.eval(v...);
  else return interpreter<top_kind<V...>()>::template apply<max_level<V...>>(p, v...);
}

namespace law {
template <class Op, class... V>
FUNCTRA_INLINE auto apply_to_values(const value_lane<V>&... a) {
  auto y = bind(fused_statement<value_of<fn<Op, arg<dtype_of<V>>...>>, onto::full>{}, Op::name, a.v...);
  return value_lane<decltype(y)>(std::move(y));
}
}  // namespace law

namespace rules {
template <class X>
struct broadcast;
}

namespace detail {

// A part of a statement with the extents of the statement.
template <class X, class S>
auto full_part(const X& x, const S& s) {
  const auto v = law::detail::seed_lane(s).v;
  using V = std::remove_const_t<decltype(v)>;
  if constexpr (std::is_arithmetic_v<V>) return full_part(x, law::value_lane(Tensor<V>(v)));
  else if constexpr (!std::is_same_v<extents_of_value<V>, X>) return bind(rules::broadcast<X>{{}, x}, v);
  else if constexpr (X::is_static) return v;
  else {
    return agrees(x, v) ? v : V(bind(rules::broadcast<X>{{}, x}, v));
  }
}

template <class F, law::mask_t Mask, class Spec, class... Full, class... V>
FUNCTRA_NOINLINE auto bind_parts(fused_statement<law::partials_of<F, Mask>, Spec, Full...>, const char* name, const V&... v) {
  const auto x = common_extents<broadcast_extents<extents_of_value<V>...>>(name, v...);
  const auto node = law::parts<F, 0, Mask>::run(v...);
  const auto partials = node.rev(law::unit_seed<typename F::type>{});
  auto y = [&] {
    if constexpr (std::is_same_v<Spec, onto::full>) return full_part(x, node.y);
    else return bind(fused_statement<law::value_of<law::arg<typename F::type>>, Spec>{}, name, full_part(x, node.y));
  }();
  return [&]<int... K>(std::integer_sequence<int, K...>) { return make_bundle(std::move(y), full_part(x, get<K>(partials))...); }(ints<sizeof...(Full)>);
}

}  // namespace detail
}  // namespace functra
