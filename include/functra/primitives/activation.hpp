// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/error_function.hpp"

//  sigmoid softplus relu gelu silu     elementwise; with e = e^(-|x|), which never overflows
//  sigmoid   y = s(x) = 1 / (1 + e^-x)      s = 1 / (1 + e) for x >= 0, e / (1 + e) below     dy/dx = e / (1 + e)^2
//  softplus  y = ln(1 + e^x)                  = max(x, 0) + log1p(e)                          dy/dx = s(x)
//  relu      y = max(x, 0)                                                                    dy/dx = 1 where x > 0, else 0
//  silu      y = x s(x)                                                                       dy/dx = s(x) + x s'(x)
//  gelu      y = x P(x), P(x) = erfc(-x / sqrt 2) / 2                                         dy/dx = P(x) + x e^(-x x / 2) / sqrt(2 pi)
namespace functra {

namespace law {

struct sigmoid;

namespace detail {

// e^(-|x|) and 1 / (1 + e^(-|x|)).
template <class L>
struct logistic_parts {
  L e, r;
  FUNCTRA_INLINE explicit logistic_parts(const L& x) : e(lanes::exp(-lanes::abs(x))), r(L(1) / (L(1) + e)) {}
};
template <class L>
FUNCTRA_INLINE L logistic(const L& x, const logistic_parts<L>& p) {
  return lanes::select(x < L(0), p.e * p.r, p.r);
}

// s(x) and its derivative.
template <class L>
FUNCTRA_INLINE void logistic(const L& x, L& s, L& d) {
  if constexpr (is_dual_lane<L>) {
    logistic(x.p, s.p, d.p);
    s.t = x.t * d.p;
    d.t = s.t * (constant_like(s.p, 1) - (s.p + s.p));
  } else if constexpr (is_value_lane<L>) {
    s = apply<sigmoid>(x);
    d = s * (constant_like(s, 1) - s);
  } else {
    const logistic_parts<L> parts(x);
    s = logistic(x, parts);
    d = parts.e * parts.r * parts.r;
  }
}

}  // namespace detail

struct sigmoid : law_base {
  using joint_tag = void;
  static constexpr char name[] = "sigmoid";
  static constexpr int cost = 20;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    return detail::logistic(x, detail::logistic_parts<L>(x));
  }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    detail::logistic(x, y, d);
  }
};

struct softplus : law_base {
  using joint_tag = void;
  static constexpr char name[] = "softplus";
  static constexpr int cost = 40;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    return lanes::max(x, L(0)) + lanes::log1p(lanes::exp(-lanes::abs(x)));
  }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    if constexpr (is_dual_lane<L>) {
      L unused;
      detail::logistic(x, d, unused);
      y = {apply<softplus>(x.p), x.t * d.p};
    } else if constexpr (is_value_lane<L>) {
      y = apply<softplus>(x);
      d = apply<sigmoid>(x);
    } else {
      const detail::logistic_parts<L> parts(x);
      y = lanes::max(x, L(0)) + lanes::log1p(parts.e);
      d = detail::logistic(x, parts);
    }
  }
};

struct relu : law_base {
  static constexpr char name[] = "relu";
  static constexpr bool smooth = false;
  template <class L>
  static FUNCTRA_INLINE L value(const L& x) {
    return lanes::max(x, L(0));
  }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x) {
    const auto at = primal(x);
    return masked_one{at > constant_like(at, 0)};
  }
};

struct silu : law_base {
  using joint_tag = void;
  static constexpr char name[] = "silu";
  static constexpr int cost = 20;
  static FUNCTRA_INLINE auto value(const auto& x) { return x * sigmoid::value(x); }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    L s, slope;
    detail::logistic(x, s, slope);
    y = x * s;
    d = s + x * slope;
  }
};

struct gelu : law_base {
  using joint_tag = void;
  static constexpr char name[] = "gelu";
  static constexpr int cost = 40;
  static FUNCTRA_INLINE auto value(const auto& x) { return x * below(x); }
  template <class L>
  static FUNCTRA_INLINE void value_and_d0(const L& x, L& y, L& d) {
    const L p = below(x);
    y = x * p;
    d = p + x * (apply<exp>(x * x * constant_like(x, -0.5)) * constant_like(x, std::numbers::inv_sqrtpi / std::numbers::sqrt2));
  }

 private:
  // The probability that a normal number lies below x.
  template <class L>
  static FUNCTRA_INLINE L below(const L& x) {
    return apply<erfc>(x * constant_like(x, -1 / std::numbers::sqrt2)) * constant_like(x, 0.5);
  }
};

}  // namespace law

// 1 / (1 + e^-x), elementwise.
template <operand A>
FUNCTRA_INLINE auto sigmoid(A&& a) {
  return detail::apply_elementwise<law::sigmoid>(std::forward<A>(a));
}
// ln(1 + e^x), elementwise.
template <operand A>
FUNCTRA_INLINE auto softplus(A&& a) {
  return detail::apply_elementwise<law::softplus>(std::forward<A>(a));
}
// max(x, 0), elementwise; its derivative at 0 is 0. Integers stay integers.
template <operand A>
FUNCTRA_INLINE auto relu(A&& a) {
  if constexpr (tensor_like<A>) return apply_law<law::relu>(std::forward<A>(a));
  else return law::relu::value(a);
}
// x sigmoid(x), elementwise.
template <operand A>
FUNCTRA_INLINE auto silu(A&& a) {
  return detail::apply_elementwise<law::silu>(std::forward<A>(a));
}
// x P(x), elementwise, where P(x) is the probability that a normal number lies below x: the exact form, by erfc.
template <operand A>
FUNCTRA_INLINE auto gelu(A&& a) {
  return detail::apply_elementwise<law::gelu>(std::forward<A>(a));
}

}  // namespace functra
