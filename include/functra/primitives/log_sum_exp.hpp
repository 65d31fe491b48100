// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/log_sum_exp.hpp"
#include "functra/primitives/along.hpp"

//  logsumexp  y = log(sum_i e^x_i) along dim D           shape  T[b, n, a] -> T[b, 1, a]; T[n] -> T[]
//  jvp        y' = sum_i x_i' e^(x_i - y)
//  vjp        x_i~ = y~ e^(x_i - y)                      one fused pass: the sum is not formed again
//
//  softmax    y_i = e^x_i / sum_k e^x_k along dim D      shape  T[b, n, a] -> T[b, n, a]
//  jvp        y_i' = y_i (x_i' - sum_k x_k' y_k)
//  vjp        x_i~ = y_i (y_i~ - sum_k y_k~ y_k)         no exponentials: y is kept
//
//  batch      D moves up by one
//  -inf among x weighs nothing; where all are -inf, logsumexp is -inf, softmax is 0, and so are the derivatives
namespace functra {

namespace law {

template <class L>
FUNCTRA_INLINE auto zero_for_minus_infinity(const L& y) {
  using S = lane_scalar<L>;
  return select(primal(y) == constant<typename primal_lane<L>::type>(-std::numeric_limits<S>::infinity()), constant<L>(S(0)), y);
}

// e^(x - y), where y is a logsumexp.
struct weight_in_sum : law_base {
  static constexpr char name[] = "softmax";
  static constexpr int cost = 21;
  static FUNCTRA_INLINE auto value(const auto& x, const auto& y) { return lanes::exp(x - zero_for_minus_infinity(y)); }
  static FUNCTRA_INLINE auto d0(const auto& e, const auto&, const auto&) { return e; }
  static FUNCTRA_INLINE auto d1(const auto& e, const auto&, const auto&) { return -e; }
};

// x - y, where y is a logsumexp.
struct log_weight_in_sum : law_base {
  static constexpr char name[] = "log_softmax";
  static constexpr bool linear = true;
  static FUNCTRA_INLINE auto value(const auto& x, const auto& y) { return x - zero_for_minus_infinity(y); }
  static FUNCTRA_INLINE one d0(const auto&, const auto&, const auto&) { return {}; }
  static FUNCTRA_INLINE minus_one d1(const auto&, const auto&, const auto&) { return {}; }
};

}  // namespace law

namespace rules {

template <int D>
struct logsumexp : primitive {
  static constexpr char name[] = "logsumexp";
  static constexpr bool needs_output = true;

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using T = element_of<V>;
    const auto& x = functra::detail::contiguous(v);
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    const auto y = functra::detail::reduced_shape<(1U << D)>(x.get_extents());
    tensor_of<T, std::remove_const_t<decltype(y)>> out(uninitialized, y);
    lanes::log_sum_exp(x.data(), out.mutable_data(), l.before, l.n, l.after);
    return out;
  }
  template <int, class T, class Y, class X>
  auto jvp(const T& t, const Y& y, const X& x) const {
    return functra::detail::sum_within<(1U << D)>(t * apply_law<law::weight_in_sum>(x, y));
  }
  template <int, class C, class Y, class X>
  auto vjp(const C& c, const Y& y, const X& x) const {
    return c * apply_law<law::weight_in_sum>(x, y);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return functra::detail::batched_reduction<(1U << D)>(bind(logsumexp<D + 1>{}, v));
  }
};

// The same at a plain operand whose softmax is known as well: one exponential an element serves value and derivative.
template <int D, class P, class S>
struct weighted_logsumexp : primitive {
  static constexpr char name[] = "logsumexp";
  static constexpr bool needs_input = false;
  P weights;
  S sum;

  template <class V>
  S eval(const V&) const {
    return sum;
  }
  template <int, class T, class Y, class X>
  auto jvp(const T& t, const Y&, const X&) const {
    return functra::detail::sum_within<(1U << D)>(t * weights);
  }
  template <int, class C, class Y, class X>
  auto vjp(const C& c, const Y&, const X&) const {
    return c * weights;
  }
};

template <int D>
struct softmax : primitive {
  static constexpr char name[] = "softmax";
  static constexpr bool needs_input = false;
  static constexpr bool needs_output = true;

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using T = element_of<V>;
    const auto& x = functra::detail::contiguous(v);
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    tensor_of<T, extents_of_value<V>> out(uninitialized, x.get_extents());
    lanes::softmax(x.data(), out.mutable_data(), static_cast<T*>(nullptr), l.before, l.n, l.after);
    return out;
  }
  template <int, class T, class Y, class X>
  auto jvp(const T& t, const Y& y, const X&) const {
    const auto mean = functra::detail::sum_within<(1U << D)>(t * y);
    return y * (t - mean);
  }
  template <int, class C, class Y, class X>
  auto vjp(const C& c, const Y& y, const X&) const {
    const auto mean = functra::detail::sum_within<(1U << D)>(c * y);
    return y * (c - mean);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(softmax<D + 1>{}, v);
  }
};

}  // namespace rules

namespace detail {
// The rule for logsumexp at a plain operand, with its softmax.
template <int D, class V>
auto weighted_logsumexp_at(const V& v) {
  using T = element_of<V>;
  using X = extents_of_value<V>;
  const auto& x = contiguous(v);
  const auto l = lines_along<D>(x.get_extents());
  tensor_of<T, X> weights(uninitialized, x.get_extents());
  tensor_of<T, reduced_extents<(1U << D), X>> sum(uninitialized, reduced_shape<(1U << D)>(x.get_extents()));
  lanes::softmax(x.data(), weights.mutable_data(), sum.mutable_data(), l.before, l.n, l.after);
  return rules::weighted_logsumexp<D, decltype(weights), decltype(sum)>{{}, std::move(weights), std::move(sum)};
}
}  // namespace detail
}  // namespace functra
