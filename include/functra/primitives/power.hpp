// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "functra/primitives/elementwise.hpp"
#include "functra/primitives/exponential.hpp"

//  sqrt rsqrt cbrt pow      elementwise
//  sqrt   y = x^(1/2)       dy/dx = 1 / (2 y)
//  rsqrt  y = x^(-1/2)      dy/dx = -y y y / 2
//  cbrt   y = x^(1/3)       dy/dx = 1 / (3 y y)
//  pow    y = a^b           dy/da = b a^(b-1); 0 for b = 0, even at a = 0
//                           dy/db = y ln a; 0 for a <= 0, where b cannot move
namespace functra {

namespace law {

struct sqrt : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "sqrt";
  static constexpr int cost = 6;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::sqrt(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return constant_like(y, 0.5) / y; }
};

struct rsqrt : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "rsqrt";
  static constexpr int cost = 10;
  static FUNCTRA_INLINE auto value(const auto& x) { return constant_like(x, 1) / lanes::sqrt(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return y * y * y * constant_like(y, -0.5); }
};

struct cbrt : law_base {
  using of_value_tag = void;
  static constexpr char name[] = "cbrt";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::cbrt(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) { return constant_like(y, 1) / (y * y * constant_like(y, 3)); }
};

struct pow : law_base {
  static constexpr char name[] = "pow";
  static constexpr bool smooth = false;
  static constexpr int cost = 40;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return lanes::pow(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a, const auto& b) {
    const auto base = primal(a);
    const auto exponent = primal(b);
    return masked{(base != constant_like(base, 0)) || (exponent != constant_like(base, 0)), times(b, apply<pow>(a, b - constant_like(b, 1)))};
  }
  static FUNCTRA_INLINE auto d1(const auto& y, const auto& a, const auto&) {
    const auto base = primal(a);
    return masked{base > constant_like(base, 0), y * apply<log>(a)};
  }
};

namespace detail {

// a^n by repeated squaring, n >= 0.
template <class L>
FUNCTRA_INLINE L repeated_product(const L& a, std::uint32_t n) {
  if (n == 2) return times(a, a);
  L y(1), square = a;
  for (;; square = times(square, square)) {
    if (n & 1U) y = times(y, square);
    if ((n >>= 1) == 0) return y;
  }
}

// The number in all lanes of a leaf that is an arithmetic value.
template <class B>
FUNCTRA_INLINE auto common_number(const B& b) {
  if constexpr (lanes::is_pack<B>) return b[0];
  else if constexpr (is_value_lane<B>) return b.v;
  else return b;
}

}  // namespace detail

// a^b for an exponent that is an arithmetic value: the same for all elements, and no derivative reaches it. Small integers are
// products.
struct constant_power : law_base {
  static constexpr char name[] = "pow";
  static constexpr int cost = 40;
  template <class L, class B>
  static FUNCTRA_INLINE L value(const L& a, const B& b) {
    const auto n = detail::common_number(b);
    using T = std::remove_const_t<decltype(n)>;
    if (n >= T(-most) && n <= T(most)) {
      const auto k = static_cast<int>(n);
      if (static_cast<T>(k) == n) {
        const L y = detail::repeated_product(a, static_cast<std::uint32_t>(k < 0 ? -k : k));
        return k < 0 ? L(1) / y : y;
      }
    }
    return lanes::pow(a, L(n));
  }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a, const auto& b) {
    const auto exponent = primal(b);
    const auto n = detail::common_number(exponent);
    using T = std::remove_const_t<decltype(n)>;
    // For n = 0 the product 0 a^0, which is 0 everywhere.
    return apply<constant_power>(a, decltype(exponent)(n == T(0) ? n : n - T(1))) * constant_like(a, static_cast<double>(n));
  }
  static FUNCTRA_INLINE zero d1(const auto&, const auto&, const auto&) { return {}; }

 private:
  static constexpr int most = 32;
};

// a^b of integers; 0 or a sign where b < 0. It wraps.
struct integer_power : law_base {
  static constexpr char name[] = "pow";
  static constexpr int cost = 10;
  static constexpr bool differentiable = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& a, const L& b) {
    const L zilch(0), unit(1), two(2);
    L y = unit, square = a, n = b;
    while (lanes::any(n > zilch)) {
      y = lanes::select(n % two == unit, times(y, square), y);
      square = times(square, square);
      n = divide(n, two);
    }
    const L odd = b % two;
    const L inverse = lanes::select(a == unit, unit, lanes::select(a == minus(zilch, unit), lanes::select(odd == zilch, unit, a), zilch));
    return lanes::select(b < zilch, inverse, y);
  }
};

}  // namespace law

// The square root, elementwise: NaN below 0; its derivative is infinite at 0.
template <tensor_like A>
FUNCTRA_INLINE auto sqrt(A&& a) {
  return apply_law<law::sqrt, detail::domain::floating>(std::forward<A>(a));
}

// 1 / sqrt(x), elementwise.
template <operand A>
FUNCTRA_INLINE auto rsqrt(A&& a) {
  return detail::apply_elementwise<law::rsqrt>(std::forward<A>(a));
}

// The cube root, elementwise; its derivative is infinite at 0.
template <tensor_like A>
FUNCTRA_INLINE auto cbrt(A&& a) {
  return apply_law<law::cbrt, detail::domain::floating>(std::forward<A>(a));
}

// a^b, elementwise; either may be an arithmetic value. For a < 0, NaN unless b is an integer (of any dtype). Integer tensors give
// an integer tensor. An arithmetic exponent that is an integer of at most 32 costs a few products:
//   pow(x, 3)    f64[n] -> f64[n]
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto pow(A&& a, B&& b) {
  using T = typename decltype(detail::common_dtype<detail::bare<A>, detail::bare<B>>())::type;
  if constexpr (!std::is_floating_point_v<T>) return apply_law<law::integer_power>(std::forward<A>(a), std::forward<B>(b));
  else if constexpr (std::is_arithmetic_v<detail::bare<B>>) return apply_law<law::constant_power>(std::forward<A>(a), b);
  else return apply_law<law::pow>(std::forward<A>(a), std::forward<B>(b));
}

}  // namespace functra
