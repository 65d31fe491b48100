// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/traced.hpp"
#include "functra/primitives/along.hpp"
#include "functra/primitives/cast.hpp"

//  mean     sum(x) / n                      the fused sum of x / n, as lazy as sum
//  var      sum((x - mean)^2) / (n - ddof)  composed
//  norm     sqrt(sum(x^2))                  composed; its derivative x / y is 0 where y = 0
//  stddev   sqrt(var)                       likewise 0 where var = 0
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

// A functor at a floating-point dtype, times the leaf that follows: what a mean sums.
template <class F, class T = domain_dtype<typename F::type, domain::floating>>
using weighted = law::fn<law::mul, converted<T, F>, law::arg<T>>;

// A leaf with the extent 1 where it has none, so that a sum over no elements can be NaN.
template <class V>
FUNCTRA_COLD V one_element(const V& v) {
  using X = extents_of_value<V>;
  if constexpr (X::is_static) return v;
  else {
    index_t n[X::R];
    for (int d = 0; d < X::R; ++d) n[d] = is_dynamic(X::static_extent(d)) ? 1 : X::static_extent(d);
    return constant_value<V>(X::from(n), 1);
  }
}

// The sum of all elements over their number less `ddof`, lazy.
template <class A>
FUNCTRA_INLINE auto lazy_mean(A&& a, index_t ddof) {
  return as_statement(std::forward<A>(a), [ddof]<class F, class... V>(bundle<V...>&& leaves) FUNCTRA_INLINE_LAMBDA {
    using W = weighted<F>;
    using T = typename W::type;
    using X = broadcast_extents<extents_of_value<V>...>;
    if constexpr (static_size<X> == 0) {
      return SumExpr<law::arg<T>, T>("mean", bundle<T>{std::numeric_limits<T>::quiet_NaN()});
    } else
      return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
        const index_t n = common_extents<X>("mean", get<i>(leaves)...).size();
        if constexpr (!X::is_static) {
          if (n == 0) [[unlikely]]
            return SumExpr<W, V..., T>("mean", bundle<V..., T>{one_element(get<i>(leaves))..., std::numeric_limits<T>::quiet_NaN()});
        }
        return SumExpr<W, V..., T>("mean", bundle<V..., T>{std::move(get<i>(leaves))..., T(1) / static_cast<T>(n - ddof)});
      }(ints<sizeof...(V)>);
  });
}

// The same over the dims of Mask.
template <unsigned Mask, bool Keep, class A>
auto mean_over(A&& a, index_t ddof) {
  return as_statement(std::forward<A>(a), [ddof]<class F, class... V>(bundle<V...>&& leaves) {
    using W = weighted<F>;
    using T = typename W::type;
    using X = broadcast_extents<extents_of_value<V>...>;
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      const index_t n = reduced_count<Mask>(common_extents<X>("mean", get<i>(leaves)...));
      auto y = bind(fused_statement<law::value_of<W>, onto::keep<Mask>>{}, "mean", get<i>(leaves)..., T(1) / static_cast<T>(n - ddof));
      if (n == 0) y = constant_value<decltype(y)>(y.get_extents(), std::numeric_limits<double>::quiet_NaN());
      return finish_reduction<Mask, Keep, X::R>(y);
    }(ints<sizeof...(V)>);
  });
}

// A mean whose divisor is `ddof` less than the number of elements: lazy over all dims.
template <unsigned Mask, bool Keep, class A>
FUNCTRA_INLINE auto mean_with(A&& a, index_t ddof) {
  if constexpr (reduces_all<Mask, rank_of<std::remove_cvref_t<A>>> && !Keep) return lazy_mean(std::forward<A>(a), ddof);
  else return mean_over<Mask, Keep>(std::forward<A>(a), ddof);
}

// The mean of squared distances from the mean.
template <unsigned Mask, bool Keep, class A>
auto variance(const A& a, index_t ddof) {
  const auto& v = as_value(a);
  return mean_with<Mask, Keep>(square(v - mean_with<Mask, !reduces_all<Mask, rank_of<A>>>(v, 0)), ddof);
}

// An option of a statistic: a reduction's, or a number for ddof.
template <class O>
concept statistic_option = reduction_option<O> || std::integral<O>;
template <class O>
using dims_option = std::conditional_t<std::integral<O>, keepdim_t, O>;
template <class... O>
constexpr index_t option_ddof(O... o) {
  index_t ddof = 0;
  [[maybe_unused]] const auto take = [&](auto x) {
    if constexpr (std::integral<decltype(x)>) ddof = static_cast<index_t>(x);
  };
  (take(o), ...);
  return ddof;
}
template <class... O>
inline constexpr bool one_ddof = (0 + ... + int(std::integral<O>)) <= 1;

}  // namespace detail

// The mean of all elements, lazy: it fuses with the expression that it is the mean of; or over some dims.
//   mean(x): T[x...] -> T[]     mean(x, dims<0, 2>): T[a,b,c] -> T[b]; with keepdim T[1,b,1]
// Integers and booleans give doubles; NaN where there are no elements.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto mean(A&& a, O...) {
  using U = std::remove_cvref_t<A>;
  static_assert(detail::valid_options<U, O...>, "[mean] dims must lie within the rank, each once");
  return detail::mean_with<detail::option_mask<U, O...>, detail::option_keep<O...>>(std::forward<A>(a), 0);
}

template <tensor_like A, std::integral I>
void mean(const A&, I) {
  static_assert(!std::integral<I>, "[mean] dims are part of the type: mean(x, dim<0>)");
}

// The variance: the mean of squared distances from the mean, over all dims or some. A number ddof makes the divisor n - ddof.
//   var(x): T[x...] -> T[]     var(x, dims<0>): T[m,n] -> T[n]     var(x, dims<0>, keepdim, 1): T[m,n] -> T[1,n], the sample variance
template <tensor_like A, detail::statistic_option... O>
auto var(const A& a, O... options) {
  static_assert(detail::valid_options<A, detail::dims_option<O>...> && detail::one_ddof<O...>,
                "[var] dims must lie within the rank, each once; one number for ddof");
  return detail::variance<detail::option_mask<A, O...>, detail::option_keep<O...>>(a, detail::option_ddof(options...));
}

// The standard deviation, the square root of var with the same options. Its gradient is 0 where all elements are equal.
template <tensor_like A, detail::statistic_option... O>
auto stddev(const A& a, O... options) {
  static_assert(detail::valid_options<A, detail::dims_option<O>...> && detail::one_ddof<O...>,
                "[stddev] dims must lie within the rank, each once; one number for ddof");
  const index_t ddof = detail::option_ddof(options...);
  return apply_law<law::root_of_squares>(detail::variance<detail::option_mask<A, O...>, detail::option_keep<O...>>(a, ddof));
}

// The 2-norm, over all dims or some. Its gradient is 0 where all elements are 0.
//   norm(x): T[x...] -> T[]     norm(x, dims<1>): T[m,n] -> T[m]; with keepdim T[m,1]
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto norm(A&& a, O...) {
  using U = std::remove_cvref_t<A>;
  static_assert(detail::valid_options<U, O...>, "[norm] dims must lie within the rank, each once");
  constexpr unsigned mask = detail::option_mask<U, O...>;
  const auto squares = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (std::is_floating_point_v<detail::dtype_t<U>>) return square(std::forward<A>(a));
    else return square(cast<double>(std::forward<A>(a)));
  };
  if constexpr (sizeof...(O) == 0) return apply_law<law::root_of_squares>(sum(squares()));
  else return apply_law<law::root_of_squares>(detail::sum_over<mask, detail::option_keep<O...>>(squares()));
}

}  // namespace functra
