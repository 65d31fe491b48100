// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/elementwise.hpp"

//  abs sign floor ceil round     elementwise; integers stay integers
//  abs    y = |x|                dy/dx = sign x, so 0 at 0
//  sign   y = -1, 0 or 1         no derivative: constant almost everywhere
//  floor ceil round              the same
namespace functra {

namespace law {

struct sign : law_base {
  static constexpr char name[] = "sign";
  static constexpr bool differentiable = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    if constexpr (std::is_unsigned_v<lane_scalar<L>>) return lanes::select(x != L(0), L(1), x);
    else return lanes::select(x > L(0), L(1), lanes::select(x < L(0), L(-1), x));
  }
};

struct abs : law_base {
  static constexpr char name[] = "abs";
  static constexpr bool smooth = false;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::abs(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<sign>(x); }
};

struct floor : law_base {
  static constexpr char name[] = "floor";
  static constexpr bool differentiable = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    if constexpr (std::is_floating_point_v<lane_scalar<L>>) return lanes::floor(x);
    else return x;
  }
};

struct ceil : law_base {
  static constexpr char name[] = "ceil";
  static constexpr bool differentiable = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    if constexpr (std::is_floating_point_v<lane_scalar<L>>) return lanes::ceil(x);
    else return x;
  }
};

struct round : law_base {
  static constexpr char name[] = "round";
  static constexpr bool differentiable = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    if constexpr (std::is_floating_point_v<lane_scalar<L>>) return lanes::round(x);
    else return x;
  }
};

}  // namespace law

// |x|, elementwise; its derivative at 0 is 0.
template <tensor_like A>
FUNCTRA_INLINE auto abs(A&& a) {
  return apply_law<law::abs>(std::forward<A>(a));
}
// -1, 0 or 1, elementwise; NaN stays NaN.
template <operand A>
FUNCTRA_INLINE auto sign(A&& a) {
  if constexpr (tensor_like<A>) return apply_law<law::sign>(std::forward<A>(a));
  else return law::sign::value(a);
}
// The greatest integer that is not above x, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto floor(A&& a) {
  return apply_law<law::floor>(std::forward<A>(a));
}
// The least integer that is not below x, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto ceil(A&& a) {
  return apply_law<law::ceil>(std::forward<A>(a));
}
// The nearest integer, halfway cases to even as in numpy, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto round(A&& a) {
  return apply_law<law::round>(std::forward<A>(a));
}

}  // namespace functra
