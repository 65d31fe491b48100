// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/jet.hpp"
#include "functra/interpreters/taped.hpp"
#include "functra/tensor/print.hpp"

// What is not a plain tensor as text: expressions print their value, traced values show what they are made of.
//
//   dual(primal=[1. 2.], tangent=[1. 0.])    taped([1. 2.])    jet([1. 2.])    batched([[1. 2.]
//                                                                                       [3. 4.]])
namespace functra {

namespace detail {

// `name` in front of a text, whose further lines are set below its first.
inline std::string labelled(std::string name, const std::string& text) {
  const std::string indent(name.size(), ' ');
  for (const char c : text) {
    name += c;
    if (c == '\n') name += indent;
  }
  return name;
}

// Examples in the lanes of packs, as the batch that they stand for.
template <class T, int N, index_t... E>
Tensor<T, static_cast<index_t>(N), E...> stacked_lanes(const Tensor<lanes::pack<T, N>, E...>& t) {
  using Y = extents<static_cast<index_t>(N), E...>;
  index_t shape[Y::R] = {N};
  for (int i = 1; i < Y::R; ++i) shape[i] = t.extent(i - 1);
  Tensor<T, static_cast<index_t>(N), E...> y(uninitialized, Y::from(shape));
  for (int l = 0; l < N; ++l)
    for (index_t i = 0; i < t.size(); ++i) y.mutable_data()[l * t.size() + i] = t.data()[i][l];
  return y;
}

template <tensor_like A>
std::string text_of(const A& a) {
  if constexpr (is_expr<A> || is_sum_expr<A>) return text_of(a.pinned());
  else if constexpr (kind_of<A> == tracer::dual) {
    const std::string primal = text_of(a.primal), tangent = text_of(a.tangent());
    if ((primal + tangent).find('\n') == std::string::npos) return "dual(primal=" + primal + ", tangent=" + tangent + ")";
    return labelled("dual(primal=", primal) + ",\n" + labelled("     tangent=", tangent) + ")";
  } else if constexpr (kind_of<A> == tracer::taped) return labelled("taped(", text_of(a.value())) + ")";
  else if constexpr (kind_of<A> == tracer::batched) return labelled("batched(", text_of(a.value)) + ")";
  else if constexpr (kind_of<A> == tracer::jet) return labelled("jet(", text_of(a.primal())) + ")";
  else if constexpr (lanes_of<element_of<A>> > 1) {
    if constexpr (is_view<A>) return text_of(a.materialize_as());
    else return labelled("batched(", tensor_text(stacked_lanes(a))) + ")";
  } else return tensor_text(a);
}

}  // namespace detail

template <tensor_like A>
std::ostream& operator<<(std::ostream& os, const A& a) {
  return os << detail::text_of(a);
}

}  // namespace functra
