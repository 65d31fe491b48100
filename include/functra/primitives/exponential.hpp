// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <numbers>

#include "functra/primitives/elementwise.hpp"

//  exp exp2 expm1, log log2 log10 log1p     elementwise
//  exp    y = e^x            dy/dx = y
//  exp2   y = 2^x            dy/dx = y ln 2
//  expm1  y = e^x - 1        dy/dx = e^x, for y + 1 loses all digits where x is far below 0
//  log    y = ln x           dy/dx = 1 / x
//  log2   y = ln x / ln 2    dy/dx = 1 / (x ln 2)
//  log10  y = ln x / ln 10   dy/dx = 1 / (x ln 10)
//  log1p  y = ln(1 + x)      dy/dx = 1 / (1 + x)
namespace functra {

namespace law {

struct exp : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "exp";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::exp(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return y; }
};

struct exp2 : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "exp2";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::exp2(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return y * constant_like(y, std::numbers::ln2); }
};

struct expm1 : law_base {
  static constexpr char name[] = "expm1";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::expm1(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return apply<exp>(x); }
};

struct log : law_base {
  static constexpr char name[] = "log";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::log(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return constant_like(x, 1) / x; }
};

struct log2 : law_base {
  static constexpr char name[] = "log2";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::log2(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return constant_like(x, std::numbers::log2e) / x; }
};

struct log10 : law_base {
  static constexpr char name[] = "log10";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::log10(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return constant_like(x, std::numbers::log10e) / x; }
};

struct log1p : law_base {
  static constexpr char name[] = "log1p";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::log1p(x); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) { return constant_like(x, 1) / (constant_like(x, 1) + x); }
};

}  // namespace law

// e^x, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto exp(A&& a) {
  return apply_law<law::exp, detail::domain::floating>(std::forward<A>(a));
}
// 2^x, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto exp2(A&& a) {
  return apply_law<law::exp2, detail::domain::floating>(std::forward<A>(a));
}
// e^x - 1, elementwise, exact to the last digits for small x.
template <tensor_like A>
FUNCTRA_INLINE auto expm1(A&& a) {
  return apply_law<law::expm1, detail::domain::floating>(std::forward<A>(a));
}
// The natural logarithm, elementwise: -inf at 0, NaN below.
template <tensor_like A>
FUNCTRA_INLINE auto log(A&& a) {
  return apply_law<law::log, detail::domain::floating>(std::forward<A>(a));
}
// The logarithm to the base 2, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto log2(A&& a) {
  return apply_law<law::log2, detail::domain::floating>(std::forward<A>(a));
}
// The logarithm to the base 10, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto log10(A&& a) {
  return apply_law<law::log10, detail::domain::floating>(std::forward<A>(a));
}
// ln(1 + x), elementwise, exact to the last digits for small x.
template <tensor_like A>
FUNCTRA_INLINE auto log1p(A&& a) {
  return apply_law<law::log1p, detail::domain::floating>(std::forward<A>(a));
}

}  // namespace functra
