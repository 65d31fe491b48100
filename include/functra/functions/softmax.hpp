// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/taped.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/primitives/log_sum_exp.hpp"

//  logsumexp    log(sum(e^x)); over several dims one after the other: log sum_i e^(log sum_k e^x_ik)
//  softmax      e^x / sum(e^x)
//  log_softmax  x - logsumexp(x)
namespace functra {

namespace detail {

// An operand as a floating-point value.
template <class A>
FUNCTRA_INLINE decltype(auto) as_floating(const A& a) {
  if constexpr (std::is_floating_point_v<dtype_t<A>>) return as_value(a);
  else return eval(cast<double>(a));
}

// Along dim D. Where one derivative of a plain operand is asked for, and no more, its exponentials are kept.
template <int D, class V>
FUNCTRA_INLINE auto logsumexp_along(const V& v) {
  if constexpr (kind_of<V> == tracer::taped) {
    if constexpr (is_plain<typename V::value_type>) return bind(weighted_logsumexp_at<D>(v.value()), v);
    else return bind(rules::logsumexp<D>{}, v);
  } else if constexpr (kind_of<V> == tracer::dual) {
    if constexpr (is_plain<decltype(v.primal)>) return bind(weighted_logsumexp_at<D>(v.primal), v);
    else return bind(rules::logsumexp<D>{}, v);
  } else return bind(rules::logsumexp<D>{}, v);
}
template <unsigned Mask, class V>
FUNCTRA_INLINE auto logsumexp_over(const V& v) {
  if constexpr (Mask == 0) return eval(v);
  else {
    constexpr int D = std::bit_width(Mask) - 1, R = extents_of_value<V>::R;
    return logsumexp_over<(Mask & ~(1U << D))>(finish_reduction<(1U << D), true, R>(logsumexp_along<D>(v)));
  }
}

}  // namespace detail

// The logarithm of the sum of the exponentials, over all dims or some; it overflows only where the result does. -inf where all
// elements are -inf, or where there are none.
//   logsumexp(x): T[x...] -> T[]     logsumexp(x, dims<1>): T[m,n] -> T[m]; with keepdim T[m,1]
// Costs one exponential an element; the gradient costs no more.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto logsumexp(const A& a, O...) {
  static_assert(detail::valid_options<A, O...>, "[logsumexp] dims must lie within the rank, each once");
  constexpr unsigned mask = detail::option_mask<A, O...>;
  constexpr bool keep = detail::option_keep<O...>;
  constexpr int R = detail::rank_of<A>;
  const auto& v = detail::as_floating(a);
  if constexpr (R == 0) return eval(v);
  else if constexpr (detail::reduces_all<mask, R>) {
    const auto y = [&] {
      if constexpr (R == 1) return detail::logsumexp_along<0>(v);
      else return detail::logsumexp_along<0>(flatten(v));
    }();
    return detail::finish_reduction<mask, keep, R>(y);
  } else if constexpr (std::has_single_bit(mask)) return detail::finish_reduction<mask, keep, R>(detail::logsumexp_along<std::countr_zero(mask)>(v));
  else return detail::finish_reduction<mask, keep, R>(detail::logsumexp_over<mask>(v));
}

// The exponentials along a dim, the last by default, divided by their sum.   softmax(x, dim<1>): T[m,n] -> T[m,n]
// -inf gets the weight 0; where all elements are -inf, all weights are 0.
template <tensor_like A, int D = -1>
FUNCTRA_INLINE auto softmax(const A& a, dim_t<D> = {}) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[softmax] the dim must lie within the rank");
  return bind(rules::softmax<wrap_dim(D, R)>{}, detail::as_floating(a));
}

// The logarithm of softmax, without loss of digits.   log_softmax(x, dim<1>): T[m,n] -> T[m,n]
template <tensor_like A, int D = -1>
FUNCTRA_INLINE auto log_softmax(const A& a, dim_t<D> = {}) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[log_softmax] the dim must lie within the rank");
  const auto& v = detail::as_floating(a);
  return apply_law<law::log_weight_in_sum>(v, detail::logsumexp_along<wrap_dim(D, R)>(v));
}

}  // namespace functra
