// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/taped.hpp"
#include "functra/tensor/create.hpp"
#include "functra/tensor/tree.hpp"

// Constants with the dtype, the extents and the levels of something, which is not evaluated. Like a traced value they are traced: a
// sum that begins with zeros_like(x) can become one of x.
namespace functra {

// A value like x whose elements are all `value`.   T[x...] -> T[x...]
template <operand A, detail::arithmetic V>
auto full_like(const A& x, V value) {
  using T = dtype_of<value_t<A>>;
  if constexpr (std::is_arithmetic_v<A>) return full<T>(value);
  else {
    using X = extents_of_value<value_t<A>>;
    using Y = on_tower_t<tower_of<value_t<A>>, T, X>;
    if constexpr (std::is_same_v<Y, tensor_of<T, X>>) return detail::filled<T>(value, X(x.get_extents()));
    else return detail::constant_value<Y>(X(x.get_extents()), static_cast<double>(static_cast<T>(value)));
  }
}
template <operand A>
auto zeros_like(const A& x) {
  return full_like(x, 0);
}
template <operand A>
auto ones_like(const A& x) {
  return full_like(x, 1);
}

// a with the levels of all leaves of `others` besides its own, as a constant with respect to these. A loop that carries a value begins
// with it, for in C++ a name keeps its type:
//   auto h = traced_like(zeros<double>(4), params, xs);
//   for (...) h = tanh(matmul(params.w, h) + at(xs, i));
template <operand A, class... Others>
auto traced_like(const A& a, const Others&... others) {
  using V = value_t<A>;
  using Y = on_tower_t<join_t<tower_of<V>, tree_tower_t<Others...>>, dtype_of<V>, extents_of_value<V>>;
  static_cast<void>((static_cast<void>(others), ...));
  return detail::lift<Y>(detail::as_value(a));
}

}  // namespace functra
