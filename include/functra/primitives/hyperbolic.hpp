// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/elementwise.hpp"
#include "functra/primitives/power.hpp"

//  sinh cosh tanh, asinh acosh atanh     elementwise
//  sinh   y = (e^x - e^-x) / 2     dy/dx = cosh x
//  cosh   y = (e^x + e^-x) / 2     dy/dx = sinh x
//  tanh   y = sinh x / cosh x      dy/dx = (1 - y) (1 + y)
//  asinh  sinh y = x               dy/dx = 1 / sqrt(1 + x x)
//  acosh  cosh y = x               dy/dx = 1 / sqrt((x - 1) (x + 1))
//  atanh  tanh y = x               dy/dx = 1 / ((1 - x) (1 + x))
namespace functra {

namespace law {

struct cosh;

struct sinh : law_base {
  static constexpr char name[] = "sinh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::sinh(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<cosh>(x); }
};

struct cosh : law_base {
  static constexpr char name[] = "cosh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::cosh(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<sinh>(x); }
};

struct tanh : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "tanh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::tanh(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return (constant_like(y, 1) - y) * (constant_like(y, 1) + y); }
};

struct asinh : law_base {
  static constexpr char name[] = "asinh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::asinh(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<rsqrt>(constant_like(x, 1) + x * x); }
};

struct acosh : law_base {
  static constexpr char name[] = "acosh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::acosh(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<rsqrt>((x - constant_like(x, 1)) * (x + constant_like(x, 1))); }
};

struct atanh : law_base {
  static constexpr char name[] = "atanh";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::atanh(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) {
    const auto unit = constant_like(x, 1);
    return unit / ((unit - x) * (unit + x));
  }
};

}  // namespace law

// The hyperbolic sine, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto sinh(A&& a) {
  return apply_law<law::sinh, detail::domain::floating>(std::forward<A>(a));
}
// The hyperbolic cosine, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto cosh(A&& a) {
  return apply_law<law::cosh, detail::domain::floating>(std::forward<A>(a));
}
// The hyperbolic tangent, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto tanh(A&& a) {
  return apply_law<law::tanh, detail::domain::floating>(std::forward<A>(a));
}
// The inverse of sinh, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto asinh(A&& a) {
  return apply_law<law::asinh, detail::domain::floating>(std::forward<A>(a));
}
// The inverse of cosh, not negative, elementwise; NaN below 1.
template <tensor_like A>
FUNCTRA_INLINE auto acosh(A&& a) {
  return apply_law<law::acosh, detail::domain::floating>(std::forward<A>(a));
}
// The inverse of tanh, elementwise; NaN outside of [-1, 1].
template <tensor_like A>
FUNCTRA_INLINE auto atanh(A&& a) {
  return apply_law<law::atanh, detail::domain::floating>(std::forward<A>(a));
}

}  // namespace functra
