// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "functra/lanes/fold.hpp"
#include "functra/primitives/along.hpp"

//  argmax, argmin   i64 index along dim D of the first greatest, least element; the first NaN where there is one
//  shape            T[b..., n, a...] -> i64[b..., 1, a...]; T[n] -> i64[]
//  derivative       none
//  batch            D moves up by one
namespace functra {

namespace detail {

// Whether x comes before the best so far: it is better, or the first NaN.
template <class Op, class L>
FUNCTRA_INLINE auto beats(const L& x, const L& best) {
  const auto better = [&] {
    if constexpr (std::is_same_v<Op, lanes::fold_max>) return x > best;
    else return x < best;
  }();
  if constexpr (std::is_floating_point_v<scalar_t<L>>) return better || (x != x && best == best);
  else return better;
}

// The index of the best element of a row of scalars: its value first, by packs, then its place.
template <class Op, class T>
inline std::int64_t best_of_row(const T* p, index_t n) {
  const T best = lanes::fold_row<Op>(p, n, 1);
  index_t i = 0;
  if (best == best)
    while (i < n && !(p[i] == best)) ++i;
  else
    while (i < n && p[i] == p[i]) ++i;
  return static_cast<std::int64_t>(i);
}

}  // namespace detail

namespace rules {

template <class Op, int D>
struct arg_extremum : nondifferentiable {
  static constexpr const char* name = std::is_same_v<Op, lanes::fold_max> ? "argmax" : "argmin";

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using T = element_of<V>;
    using Index = functra::detail::common_element<std::int64_t, T>;
    const auto& x = functra::detail::contiguous(v);
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    if (l.n == 0 && l.before * l.after > 0) fail(name, "at least one element is required in the reduced dim, got none");
    const auto y = functra::detail::reduced_shape<(1U << D)>(x.get_extents());
    tensor_of<Index, std::remove_const_t<decltype(y)>> out(uninitialized, y);
    Index* to = out.mutable_data();
    const T* from = x.data();
    for (index_t o = 0; o < l.before; ++o, from += l.n * l.after) {
      if constexpr (std::is_arithmetic_v<T>) {
        if (l.after == 1) {
          *to++ = functra::detail::best_of_row<Op>(from, l.n);
          continue;
        }
      }
      for (index_t j = 0; j < l.after; ++j) {
        T best = from[j];
        Index at = Index(0);
        for (index_t i = 1; i < l.n; ++i) {
          const T& x_i = from[i * l.after + j];
          const auto first = functra::detail::beats<Op>(x_i, best);
          best = lanes::select(first, x_i, best);
          at = lanes::select(first, Index(i), at);
        }
        *to++ = at;
      }
    }
    return out;
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return functra::detail::batched_reduction<(1U << D)>(bind(arg_extremum<Op, D + 1>{}, v));
  }
};

}  // namespace rules

namespace detail {

template <class Op, class A, class... O>
FUNCTRA_INLINE auto arg_over(const A& a) {
  constexpr bool keep = option_keep<O...>;
  constexpr unsigned mask = option_mask<A, O...>;
  constexpr int R = rank_of<A>;
  if constexpr ((option_dims<O>::names || ...))
    return finish_reduction<mask, keep, R>(bind(rules::arg_extremum<Op, std::countr_zero(mask)>{}, as_value(a)));
  else return finish_reduction<mask, keep, R>(bind(rules::arg_extremum<Op, 0>{}, flatten(a)));  // an index into the flattened operand
}

template <class A, class... O>
inline constexpr bool one_dim = valid_options<A, O...> && (!(option_dims<O>::names || ...) || std::has_single_bit(option_mask<A, O...>));

}  // namespace detail

// The index of the greatest element: of all elements, in row-major order, or along a dim. Of equal ones the first counts, and NaN
// counts as the greatest.
//   argmax(x): T[x...] -> i64[]    argmax(x, dim<1>): T[m,n] -> i64[m]; with keepdim i64[m,1]
// Throws where there is no element to choose from.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto argmax(const A& a, O...) {
  static_assert(detail::one_dim<A, O...>, "[argmax] one dim within the rank is required, or none for all elements");
  return detail::arg_over<lanes::fold_max, A, O...>(a);
}

// The index of the least element, as argmax; NaN counts as the least.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto argmin(const A& a, O...) {
  static_assert(detail::one_dim<A, O...>, "[argmin] one dim within the rank is required, or none for all elements");
  return detail::arg_over<lanes::fold_min, A, O...>(a);
}

}  // namespace functra
