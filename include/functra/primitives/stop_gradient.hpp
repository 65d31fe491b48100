// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/rules/primitive.hpp"

//  stop_gradient   y = x
//  shape           T[x...] -> T[x...]
//  jvp, vjp        none: what comes out has no level of differentiation, whatever their number was
//  batch           the batch axis stays
namespace functra {

namespace rules {
struct stop_gradient : nondifferentiable {
  static constexpr char name[] = "stop_gradient";
  template <class V>
  FUNCTRA_INLINE V eval(const V& v) const {
    return v;
  }
  template <unsigned, class V>
  FUNCTRA_INLINE auto batch(const V& v) const {
    return bind(stop_gradient{}, v);
  }
};
}  // namespace rules

// x as a constant: no derivative, forward or reverse, of any transform passes it.   T[x...] -> T[x...]
template <operand A>
FUNCTRA_INLINE auto stop_gradient(const A& a) {
  return bind(rules::stop_gradient{}, detail::as_value(a));
}

}  // namespace functra
