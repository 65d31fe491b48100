// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/traced.hpp"
#include "functra/primitives/along.hpp"

//  mean     sum(x) / n                      a fused sum of x / n, as lazy as sum
//  var      sum((x - mean)^2) / (n - ddof)  composed
//  norm     sqrt(sum(x^2))                  composed; its derivative x / y is 0 where y = 0
//  stddev   norm(x - mean) / sqrt(n - ddof)
namespace functra {

namespace law {

// The square root of a sum of squares: where it is 0, so are the squares' derivatives, and so is its own.
struct root_of_squares : law_base {
  static constexpr char name[] = "norm";
  static constexpr int cost = 4;
  static FUNCTRA_INLINE auto value(const auto& x) { return lanes::sqrt(x); }
  static FUNCTRA_INLINE auto d0(const auto& y, const auto&) {
    const auto p = primal(y);
    return masked{p != constant_like(p, 0), constant_like(y, 0.5) / y};
  }
};

}  // namespace law

namespace detail {

template <class T>
using floating_dtype = std::conditional_t<std::is_floating_point_v<T>, T, double>;

// A functor at the dtype T, times the leaf that follows: what a mean sums.
template <class T, class F>
using weighted = law::fn<law::mul, converted<T, F>, law::arg<T>>;

// A leaf like v that has elements where v has none.
template <class V>
auto one_element(const V& v) {
  using X = extents_of_value<V>;
  index_t n[array_size(X::R)];
  for (int d = 0; d < X::R; ++d) n[d] = X::static_extent(d) == dyn && v.extent(d) == 0 ? 1 : v.extent(d);
  if constexpr (X::R == 0) return v;
  else return constant_value<V>(X::from(n), 1);
}

// The mean over the dims of Mask, with `ddof` elements less in the divisor.
template <unsigned Mask, bool Keep, class A>
auto mean_over(A&& a, index_t ddof = 0) {
  return as_statement(std::forward<A>(a), [&]<class F, class... V>(bundle<V...>&& leaves) {
    using T = floating_dtype<typename F::type>;
    return with_indices<sizeof...(V)>([&](auto... i) {
      const auto x = common_extents<broadcast_extents<extents_of_value<V>...>>("mean", get<i>(leaves)...);
      const index_t n = reduced_count<Mask>(shape_holder<decltype(x)>{x});
      const T weight = T(1) / static_cast<T>(n - ddof);
      const auto y = bind(fused<law::value_of<weighted<T, F>>, onto::keep<Mask>>{}, "mean", get<i>(leaves)..., weight);
      // No elements have no mean.
      using Y = std::remove_const_t<decltype(y)>;
      const auto z = n > 0 ? y : Y(eval(y + std::numeric_limits<T>::quiet_NaN()));
      return finish_reduction<Mask, Keep>(z);
    });
  });
}

}  // namespace detail

