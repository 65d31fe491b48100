// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/elementwise.hpp"
#include "functra/primitives/power.hpp"

//  sin cos tan, asin acos atan atan2     elementwise, in radians
//  sin    y = sin x          dy/dx = cos x               both from one evaluation
//  cos    y = cos x          dy/dx = -sin x              the same
//  tan    y = tan x          dy/dx = 1 + y y
//  asin   sin y = x          dy/dx = 1 / sqrt((1 - x) (1 + x))
//  acos   cos y = x          dy/dx = -1 / sqrt((1 - x) (1 + x))
//  atan   tan y = x          dy/dx = 1 / (1 + x x)
//  atan2  y = angle of (b, a)     dy/da = b / (a a + b b)     dy/db = -a / (a a + b b)
namespace functra {

namespace law {

struct sin;
struct cos;

namespace detail {
// sin x and cos x, and their tangents from each other.
template <class L>
FUNCTRA_INLINE void sincos(const L& x, L& s, L& c) {
  if constexpr (is_dual_lane<L>) {
    sincos(x.p, s.p, c.p);
    s.t = x.t * c.p;
    c.t = -(x.t * s.p);
  } else if constexpr (is_value_lane<L>) {
    s = apply<sin>(x);
    c = apply<cos>(x);
  } else lanes::sincos(x, s, c);
}
}  // namespace detail

struct sin : law_base {
  using joint_tag = void;
  static constexpr char name[] = "sin";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::sin(x); }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    detail::sincos(x, y, d);
  }
};

struct cos : law_base {
  using joint_tag = void;
  static constexpr char name[] = "cos";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::cos(x); }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    detail::sincos(x, d, y);
    d = -d;
  }
};

struct tan : law_base {
  static constexpr char name[] = "tan";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::tan(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return constant_like(y, 1) + y * y; }
};

struct asin : law_base {
  static constexpr char name[] = "asin";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::asin(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) {
    const auto unit = constant_like(x, 1);
    return unit / apply<sqrt>((unit - x) * (unit + x));
  }
};

struct acos : law_base {
  static constexpr char name[] = "acos";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::acos(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto& x) { return -asin::d0(y, x); }
};

struct atan : law_base {
  static constexpr char name[] = "atan";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::atan(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return constant_like(x, 1) / (constant_like(x, 1) + x * x); }
};

struct atan2 : law_base {
  static constexpr char name[] = "atan2";
  static constexpr int cost = 25;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return lanes::atan2(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a, const auto& b) { return b / plus(a * a, b * b); }
  static FUNCTRA_INLINE auto d1(const auto&, const auto& a, const auto& b) { return -a / plus(a * a, b * b); }
};

}  // namespace law

// The sine, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto sin(A&& a) {
  return apply_law<law::sin, detail::domain::floating>(std::forward<A>(a));
}
// The cosine, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto cos(A&& a) {
  return apply_law<law::cos, detail::domain::floating>(std::forward<A>(a));
}
// The tangent, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto tan(A&& a) {
  return apply_law<law::tan, detail::domain::floating>(std::forward<A>(a));
}
// The angle in [-pi/2, pi/2] with this sine, elementwise; NaN outside of [-1, 1].
template <tensor_like A>
FUNCTRA_INLINE auto asin(A&& a) {
  return apply_law<law::asin, detail::domain::floating>(std::forward<A>(a));
}
// The angle in [0, pi] with this cosine, elementwise; NaN outside of [-1, 1].
template <tensor_like A>
FUNCTRA_INLINE auto acos(A&& a) {
  return apply_law<law::acos, detail::domain::floating>(std::forward<A>(a));
}
// The angle in [-pi/2, pi/2] with this tangent, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto atan(A&& a) {
  return apply_law<law::atan, detail::domain::floating>(std::forward<A>(a));
}
// The angle in [-pi, pi] of the point with ordinate a and abscissa b, elementwise; its derivative is NaN at the origin.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto atan2(A&& a, B&& b) {
  return apply_law<law::atan2, detail::domain::floating>(std::forward<A>(a), std::forward<B>(b));
}

}  // namespace functra
