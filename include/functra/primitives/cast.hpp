// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/apply.hpp"

//  cast    y = x as a T     y' = x' as a T,  x~ = y~ as the dtype of x     derived: the law is in expr/apply.hpp
//          no derivative passes an integer or bool
namespace functra {

// The same numbers as T, elementwise. Floating point to integers goes toward zero and saturates, NaN to 0; to bool: is it not zero?
//   cast<double>(i)    i32[n] -> f64[n]
template <class T, operand A>
FUNCTRA_INLINE auto cast(A&& a) {
  using U = detail::bare<A>;
  if constexpr (std::is_arithmetic_v<U>) return lanes::convert<T>(a);
  else if constexpr (std::is_same_v<detail::dtype_t<U>, T>) return U(std::forward<A>(a));
  else return apply_law<law::cast<T>, detail::domain::any>(std::forward<A>(a));
}

}  // namespace functra
