// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <numbers>

#include "functra/primitives/exponential.hpp"

//  erf    y = 2 / sqrt(pi) times the integral of e^(-t t) from 0 to x     dy/dx = 2 / sqrt(pi) e^(-x x)
//  erfc   y = 1 - erf x                                                   dy/dx = -2 / sqrt(pi) e^(-x x)
namespace functra {

namespace law {

struct erf : law_base {
  static constexpr char name[] = "erf";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::erf(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<exp>(-(x * x)) * constant_like(x, 2 * std::numbers::inv_sqrtpi); }
};

struct erfc : law_base {
  static constexpr char name[] = "erfc";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::erfc(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<exp>(-(x * x)) * constant_like(x, -2 * std::numbers::inv_sqrtpi); }
};

}  // namespace law

// The error function, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto erf(A&& a) {
  return apply_law<law::erf, detail::domain::floating>(std::forward<A>(a));
}
// 1 - erf(x), elementwise, exact to the last digits where x is large.
template <tensor_like A>
FUNCTRA_INLINE auto erfc(A&& a) {
  return apply_law<law::erfc, detail::domain::floating>(std::forward<A>(a));
}

}  // namespace functra
