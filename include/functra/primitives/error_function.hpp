// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <numbers>

#include "functra/primitives/exponential.hpp"

//  erf    y = 2 / sqrt(pi) times the integral of e^(-t t) from 0 to x     dy/dx = 2 / sqrt(pi) e^(-x x)     from one exponential
//  erfc   y = 1 - erf x                                                   dy/dx = -2 / sqrt(pi) e^(-x x)
namespace functra {

namespace law {

struct erf;

namespace detail {
// erf x and its derivative 2 / sqrt(pi) e^(-x x), whose own is -2 x times it.
template <class L>
FUNCTRA_INLINE void erf_and_slope(const L& x, L& y, L& d) {
  if constexpr (is_dual_lane<L>) {
    erf_and_slope(x.p, y.p, d.p);
    y.t = x.t * d.p;
    d.t = y.t * (constant_like(x.p, -2) * x.p);
  } else if constexpr (is_value_lane<L>) {
    y = apply<erf>(x);
    d = apply<exp>(-(x * x)) * constant_like(x, 2 * std::numbers::inv_sqrtpi);
  } else {
    lanes::erf_and_gaussian(x, y, d);
    d = d * constant_like(x, 2 * std::numbers::inv_sqrtpi);
  }
}
}  // namespace detail

struct erf : law_base {
  using joint_tag = void;
  static constexpr char name[] = "erf";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::erf(x); }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    detail::erf_and_slope(x, y, d);
  }
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
