// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/fused.hpp"

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

}  // namespace detail

// A fused statement: one value, or a bundle of several.
template <class G, class... Spec, class... V>
FUNCTRA_INLINE auto bind(fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  if constexpr (max_level<V...> == 0) return detail::evaluate(statement, name, v...);
  else if constexpr (!detail::in_place<V...>) return detail::bind_large(statement, name, v...);
  else return interpreter<top_kind<V...>()>::template fused<max_level<V...>>(statement, name, v...);
}

// A primitive of the rule book.
template <class P, class... V>
FUNCTRA_INLINE auto bind(const P& p, const V&... v) {
  if constexpr (!detail::in_place<V...> && !detail::is_element<P>) return detail::bind_large(p, v...);
  else if constexpr (max_level<V...> == 0) return p.eval(v...);
  else return interpreter<top_kind<V...>()>::template apply<max_level<V...>>(p, v...);
}

}  // namespace functra
