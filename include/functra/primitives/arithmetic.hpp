// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/apply.hpp"

//  + - * / and unary -       elementwise; square, reciprocal
//  add    y = a + b          dy/da = 1            dy/db = 1
//  sub    y = a - b          dy/da = 1            dy/db = -1
//  mul    y = a b            dy/da = b            dy/db = a
//  div    y = a / b          dy/da = 1 / b        dy/db = -y / b
//  neg    y = -a             dy/da = -1
//  square y = a a            dy/da = 2 a
//  reciprocal y = 1 / a      dy/da = -y y
namespace functra {

namespace law {

struct add : law_base {
  static constexpr char name[] = "operator+";
  static constexpr bool linear = true;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return plus(a, b); }
  static FUNCTRA_INLINE one d0(const auto&, const auto&, const auto&) { return {}; }
  static FUNCTRA_INLINE one d1(const auto&, const auto&, const auto&) { return {}; }
};

struct sub : law_base {
  static constexpr char name[] = "operator-";
  static constexpr bool linear = true;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return minus(a, b); }
  static FUNCTRA_INLINE one d0(const auto&, const auto&, const auto&) { return {}; }
  static FUNCTRA_INLINE minus_one d1(const auto&, const auto&, const auto&) { return {}; }
};

struct mul : law_base {
  static constexpr char name[] = "operator*";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return times(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto&, const auto& b) { return b; }
  static FUNCTRA_INLINE auto d1(const auto&, const auto& a, const auto&) { return a; }
};

struct div : law_base {
  static constexpr char name[] = "operator/";
  static constexpr int cost = 4;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return divide(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto&, const auto& b) { return constant_like(b, 1) / b; }
  static FUNCTRA_INLINE auto d1(const auto& y, const auto&, const auto& b) { return -y * (constant_like(b, 1) / b); }  // the division of d0
};

struct neg : law_base {
  static constexpr char name[] = "operator-";
  static constexpr bool linear = true;
  static FUNCTRA_INLINE auto value(const auto& a) { return negate(a); }
  static FUNCTRA_INLINE minus_one d0(const auto&, const auto&) { return {}; }
};

struct square : law_base {
  static constexpr char name[] = "square";
  static FUNCTRA_INLINE auto value(const auto& a) { return times(a, a); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a) { return a + a; }
};

struct reciprocal : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "reciprocal";
  static constexpr int cost = 4;
  static FUNCTRA_INLINE auto value(const auto& a) { return constant_like(a, 1) / a; }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return -(y * y); }
};

}  // namespace law

namespace detail {
// a += b.
template <class A, class S>
FUNCTRA_INLINE A& rename(A& a, S&& s) {
  static_assert(std::is_lvalue_reference_v<A> && value<A>,
                "[operator+=] a named value is required: hold it as `auto y = eval(expression);`; use set_at(x, value, i...) or add_at(x, value, i...) on a part of a tensor");
  return a = std::remove_cvref_t<A>(std::forward<S>(s));
}
}  // namespace detail

// clang-format off
template <operand A, operand B> requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator+(A&& a, B&& b) { return apply_law<law::add>(std::forward<A>(a), std::forward<B>(b)); }
template <operand A, operand B> requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator-(A&& a, B&& b) { return apply_law<law::sub>(std::forward<A>(a), std::forward<B>(b)); }
template <operand A, operand B> requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator*(A&& a, B&& b) { return apply_law<law::mul>(std::forward<A>(a), std::forward<B>(b)); }
template <operand A, operand B> requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator/(A&& a, B&& b) { return apply_law<law::div>(std::forward<A>(a), std::forward<B>(b)); }
template <tensor_like A> FUNCTRA_INLINE auto operator-(A&& a) { return apply_law<law::neg>(std::forward<A>(a)); }
template <tensor_like A> FUNCTRA_INLINE A&& operator+(A&& a) { return std::forward<A>(a); }

// On a value, `a += b` names the sum a again: a = a + b. The dtype and the extents of a stay.
template <tensor_like A, operand B> FUNCTRA_INLINE A& operator+=(A&& a, B&& b) { return detail::rename<A>(a, a + std::forward<B>(b)); }
template <tensor_like A, operand B> FUNCTRA_INLINE A& operator-=(A&& a, B&& b) { return detail::rename<A>(a, a - std::forward<B>(b)); }
template <tensor_like A, operand B> FUNCTRA_INLINE A& operator*=(A&& a, B&& b) { return detail::rename<A>(a, a * std::forward<B>(b)); }
template <tensor_like A, operand B> FUNCTRA_INLINE A& operator/=(A&& a, B&& b) { return detail::rename<A>(a, a / std::forward<B>(b)); }
// clang-format on

// Elementwise a * a.
template <operand A>
FUNCTRA_INLINE auto square(A&& a) {
  if constexpr (tensor_like<A>) return apply_law<law::square>(std::forward<A>(a));
  else return a * a;
}

// Elementwise 1 / a.
template <operand A>
FUNCTRA_INLINE auto reciprocal(A&& a) {
  if constexpr (tensor_like<A>) return apply_law<law::reciprocal, detail::domain::floating>(std::forward<A>(a));
  else return 1 / a;
}

}  // namespace functra
