// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/expr.hpp"
#include "functra/tensor/create.hpp"

// Constants with the dtype and the extents of something: plain tensors, also where that is a traced value (inside of vmap they
// have the extents of one example) or an expression, which is not evaluated.
namespace functra {

// A tensor like x whose elements are all `value`.   T[x...] -> T[x...]
template <operand A, detail::arithmetic V>
auto full_like(const A& x, V value) {
  using T = dtype_of<value_t<A>>;
  if constexpr (std::is_arithmetic_v<A>) return full<T>(value);
  else {
    using X = extents_of_value<value_t<A>>;
    return detail::filled<T>(value, X(x.get_extents()));
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

}  // namespace functra
