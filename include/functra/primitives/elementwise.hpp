// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/apply.hpp"
#include "functra/lanes/math.hpp"

namespace functra::detail {

// A law of one floating-point operand, for operations that std lacks: an arithmetic value gives its value at once.
template <class Op, class A>
FUNCTRA_INLINE auto apply_elementwise(A&& a) {
  if constexpr (std::is_arithmetic_v<bare<A>>) return Op::value(static_cast<domain_dtype<bare<A>, domain::floating>>(a));
  else return apply_law<Op, domain::floating>(std::forward<A>(a));
}

}  // namespace functra::detail
