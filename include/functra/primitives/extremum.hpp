// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/elementwise.hpp"

//  max min clamp               elementwise; NaN wins
//  max    the greater of two   dy/da = 1 where a > b, 1/2 where a = b, else 0; dy/db likewise: ties share equally
//  min    the lesser of two    the same, with a < b
//  clamp  min(max(x, l), h)    dy/dx = 1 strictly inside, else 0; dy/dl = 1 where x < l < h; dy/dh = 1 where h < max(x, l)
namespace functra {

namespace law {

namespace detail {
// 1 where `wins`, 1/2 where `ties`, else 0.
template <class M, class L>
FUNCTRA_INLINE auto share(const M& wins, const M& ties, const L& like) {
  const auto d = select(ties, constant_like(like, 0.5), constant_like(like, 1));
  return masked{wins || ties, d};
}
}  // namespace detail

struct max : law_base {
  static constexpr char name[] = "max";
  static constexpr bool smooth = false;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return lanes::max(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a, const auto& b) {
    const auto x = primal(a);
    const auto z = primal(b);
    return detail::share(x > z, x == z, x);
  }
  static FUNCTRA_INLINE auto d1(const auto& y, const auto& a, const auto& b) { return d0(y, b, a); }
};

struct min : law_base {
  static constexpr char name[] = "min";
  static constexpr bool smooth = false;
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return lanes::min(a, b); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& a, const auto& b) {
    const auto x = primal(a);
    const auto z = primal(b);
    return detail::share(x < z, x == z, x);
  }
  static FUNCTRA_INLINE auto d1(const auto& y, const auto& a, const auto& b) { return d0(y, b, a); }
};

struct clamp : law_base {
  static constexpr char name[] = "clamp";
  static constexpr bool smooth = false;
  static constexpr int cost = 2;
  static FUNCTRA_INLINE auto value(const auto& x, const auto& low, const auto& high) { return lanes::min(lanes::max(x, low), high); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto& x, const auto& low, const auto& high) {
    const auto at = primal(x);
    return masked_one{(primal(low) < at) && (at < primal(high))};
  }
  static FUNCTRA_INLINE auto d1(const auto&, const auto& x, const auto& low, const auto& high) {
    const auto l = primal(low);
    return masked_one{(primal(x) < l) && (l < primal(high))};
  }
  static FUNCTRA_INLINE auto d2(const auto&, const auto& x, const auto& low, const auto& high) {
    const auto h = primal(high);
    return masked_one{(h < primal(x)) || (h < primal(low))};
  }
};

}  // namespace law

// The greater of two, elementwise; NaN where either is NaN. Where they tie, each has half of the derivative.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto max(A&& a, B&& b) {
  return apply_law<law::max>(std::forward<A>(a), std::forward<B>(b));
}
// The lesser of two, elementwise; NaN where either is NaN. Where they tie, each has half of the derivative.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto min(A&& a, B&& b) {
  return apply_law<law::min>(std::forward<A>(a), std::forward<B>(b));
}
// x limited to [low, high], elementwise; its derivative is 1 strictly inside and 0 elsewhere.
template <operand X, operand L, operand H>
  requires(tensor_like<X> || tensor_like<L> || tensor_like<H>)
FUNCTRA_INLINE auto clamp(X&& x, L&& low, H&& high) {
  return apply_law<law::clamp>(std::forward<X>(x), std::forward<L>(low), std::forward<H>(high));
}

// The same of numbers: an element of a plain tensor is one.
template <detail::arithmetic A, detail::arithmetic B>
auto max(A a, B b) {
  using T = std::common_type_t<A, B>;
  return lanes::max(static_cast<T>(a), static_cast<T>(b));
}
template <detail::arithmetic A, detail::arithmetic B>
auto min(A a, B b) {
  using T = std::common_type_t<A, B>;
  return lanes::min(static_cast<T>(a), static_cast<T>(b));
}
template <detail::arithmetic X, detail::arithmetic L, detail::arithmetic H>
auto clamp(X x, L low, H high) {
  return functra::min(functra::max(x, low), high);
}

// As specialized as std's, and so preferred to them where a template says `using std::max;`.
template <tensor_like A>
FUNCTRA_INLINE auto max(const A& a, const A& b) {
  return apply_law<law::max>(a, b);
}
template <tensor_like A>
FUNCTRA_INLINE auto min(const A& a, const A& b) {
  return apply_law<law::min>(a, b);
}
template <tensor_like A>
FUNCTRA_INLINE auto clamp(const A& x, const A& low, const A& high) {
  return apply_law<law::clamp>(x, low, high);
}

}  // namespace functra
