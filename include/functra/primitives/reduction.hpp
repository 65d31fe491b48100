// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/fold.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/primitives/comparison.hpp"
#include "functra/primitives/recurrence.hpp"
#include "functra/primitives/select.hpp"

//  max, min   y = the greatest, the least element over dims; NaN where one is NaN
//  shape      T[x...] -> T[x..., 1 in the dims of Mask]; T[] where those are all
//  jvp        y' = the mean of x' over the places where x = y: ties share
//  vjp        x~ = y~ / (number of ties) where x = y, 0 elsewhere
//  batch      the dims move up by one
//
//  prod       y = product over dim D
//  jvp        y' = sum_i x'_i prod_{k != i} x_k         the products that leave out one factor are recurrences, so that zero
//  vjp        x~_i = y~ prod_{k != i} x_k               factors are as good as any, to every order of differentiation
//
//  any, all   boolean; without derivative
namespace functra {

namespace detail {

// Where each element of X goes in a reduction over the dims of Mask.
template <unsigned Mask, class X>
constexpr auto fold_places() {
  static_shape<static_cast<int>(X{}.size())> to{};
  for (int i = 0; i < X{}.size(); ++i) {
    index_t rest = i, stride = 1;
    for (int d = X::R - 1; d >= 0; --d) {
      const index_t at = rest % X::static_extent(d);
      rest /= X::static_extent(d);
      if ((Mask >> d) & 1U) continue;
      to[i] += at * stride;
      stride *= X::static_extent(d);
    }
  }
  return to;
}

// A plain operand folded over the dims of Mask.
template <class Op, unsigned Mask, class V>
FUNCTRA_INLINE auto folded(const V& v) {
  using X = extents_of_value<V>;
  using T = element_of<V>;
  tensor_of<T, reduced_extents<Mask, X>> out(uninitialized, reduced_shape<Mask>(v.get_extents()));
  for (index_t i = 0; i < out.size(); ++i) out.mutable_data()[i] = T(Op::template identity<scalar_t<T>>());
  if constexpr (X::is_static && !is_view<V> && static_size<X> <= (lanes_of<T> > 1 ? 512 : 64)) {
    if constexpr (X{}.size() > 0) {
      static constexpr auto places = fold_places<Mask, X>();
      for (int i = 0; i < static_cast<int>(X{}.size()); ++i) {
        T& y = out.mutable_data()[places[i]];
        y = Op::combine(y, v.data()[i]);
      }
    }
  } else {
    index_t shape[array_size(X::R)], from[array_size(X::R)], to[array_size(X::R)], stride = 1;
    for (int d = X::R - 1; d >= 0; --d) {
      shape[d] = v.extent(d);
      to[d] = ((Mask >> d) & 1U) ? 0 : stride;
      if (to[d] != 0) stride *= shape[d];
    }
    strides_of(v, from);
    lanes::fold<Op>(origin(v), out.mutable_data(), X::R, shape, from, to);
  }
  return out;
}

}  // namespace detail

namespace rules {

template <class Op, unsigned Mask>
struct extremum : primitive {
  static constexpr bool needs_output = true;
  static constexpr const char* name = std::is_same_v<Op, lanes::fold_max> ? "max" : "min";

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    auto y = functra::detail::folded<Op, Mask>(v);
    if (functra::detail::reduced_count<Mask>(v.get_extents()) == 0 && y.size() > 0)
      fail(name, "at least one element is required in the reduced dims, got none");
    return y;
  }
  template <int, class T, class Y, class X>
  auto jvp(const T& t, const Y& y, const X& x) const {
    const auto hit = functra::eval(x == y);
    return functra::detail::sum_within<Mask>(where(hit, t, 0)) / ties<dtype_of<T>>(hit);
  }
  template <int, class C, class Y, class X>
  auto vjp(const C& c, const Y& y, const X& x) const {
    const auto hit = functra::eval(x == y);
    const auto share = functra::eval(c / ties<dtype_of<C>>(hit));
    return where(hit, share, 0);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return functra::detail::batched_reduction<Mask>(bind(extremum<Op, (Mask << 1)>{}, v));
  }

 private:
  template <class T, class H>
  static auto ties(const H& hit) {
    return functra::detail::sum_within<Mask>(cast<T>(hit));
  }
};
template <unsigned Mask>
using greatest = extremum<lanes::fold_max, Mask>;
template <unsigned Mask>
using least = extremum<lanes::fold_min, Mask>;

template <int D>
struct product : primitive {
  static constexpr char name[] = "prod";

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    return functra::detail::folded<lanes::fold_product, (1U << D)>(v);
  }
  template <int, class T, class Y, class X>
  auto jvp(const T& t, const Y&, const X& x) const {
    return functra::detail::sum_within<(1U << D)>(t * functra::detail::product_of_others<D>(x));
  }
  template <int, class C, class Y, class X>
  auto vjp(const C& c, const Y&, const X& x) const {
    return c * functra::detail::product_of_others<D>(x);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return functra::detail::batched_reduction<(1U << D)>(bind(product<D + 1>{}, v));
  }
};

template <class Op, unsigned Mask>
struct truth : nondifferentiable {
  static constexpr const char* name = std::is_same_v<Op, lanes::fold_any> ? "any" : "all";
  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    return functra::detail::folded<Op, Mask>(v);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return functra::detail::batched_reduction<Mask>(bind(truth<Op, (Mask << 1)>{}, v));
  }
};

}  // namespace rules

namespace detail {

// Whether every result of a reduction over Mask has an element to choose from, as far as the types know.
template <class X, unsigned Mask>
constexpr bool has_choice() {
  bool none = false, empty = false;
  for (int d = 0; d < X::R; ++d)
    if (X::static_extent(d) == 0) (((Mask >> d) & 1U) ? none : empty) = true;
  return !none || empty;
}

template <template <unsigned> class Rule, unsigned Mask, bool Keep, class V>
FUNCTRA_INLINE auto extremum_over(const V& v) {
  using X = extents_of_value<V>;
  if constexpr (Mask == 0) return eval(v);
  else return finish_reduction<Mask, Keep, X::R>(bind(Rule<Mask>{}, v));
}

// Dim by dim, from the last: what is left after one is smaller for the next.
template <unsigned Mask, class V>
FUNCTRA_INLINE auto product_over(const V& v) {
  if constexpr (Mask == 0) return eval(v);
  else {
    constexpr int D = std::bit_width(Mask) - 1, R = extents_of_value<V>::R;
    return product_over<(Mask & ~(1U << D))>(finish_reduction<(1U << D), true, R>(bind(rules::product<D>{}, v)));
  }
}

// The operand as booleans: numbers are true where they are not zero.
template <class Op, unsigned Mask, bool Keep, class A>
FUNCTRA_INLINE auto truth_over(const A& a) {
  if constexpr (!std::is_same_v<dtype_t<A>, bool>) {
    const auto nonzero = eval(cast<bool>(a));
    return truth_over<Op, Mask, Keep>(nonzero);
  } else if constexpr (Mask == 0) return eval(as_value(a));
  else return finish_reduction<Mask, Keep, rank_of<A>>(bind(rules::truth<Op, Mask>{}, as_value(a)));
}

}  // namespace detail

// The greatest element, over all dims or some.   max(x): T[x...] -> T[]     max(x, dims<0, 2>): T[a,b,c] -> T[b]
// With keepdim the dims stay, with extent 1: max(x, dims<0>, keepdim). Equal elements share the gradient. NaN where one is NaN.
// Throws where there is no element to choose from.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto max(const A& a, O...) {
  static_assert(detail::valid_options<A, O...>, "[max] dims must lie within the rank, each once");
  static_assert(detail::has_choice<detail::extents_t<A>, detail::option_mask<A, O...>>(),
                "[max] at least one element is required in the reduced dims, got none");
  return detail::extremum_over<rules::greatest, detail::option_mask<A, O...>, detail::option_keep<O...>>(detail::as_value(a));
}

// The least element, as max.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto min(const A& a, O...) {
  static_assert(detail::valid_options<A, O...>, "[min] dims must lie within the rank, each once");
  static_assert(detail::has_choice<detail::extents_t<A>, detail::option_mask<A, O...>>(),
                "[min] at least one element is required in the reduced dims, got none");
  return detail::extremum_over<rules::least, detail::option_mask<A, O...>, detail::option_keep<O...>>(detail::as_value(a));
}

// The product of all elements, or over some dims: 1 where there are none. The derivatives are right where factors are zero.
//   prod(x): T[x...] -> T[]    prod(x, dims<0, 2>): T[a,b,c] -> T[b]; with keepdim T[1,b,1].   Booleans are counted as 0 and 1.
template <tensor_like A, detail::reduction_option... O>
auto prod(const A& a, O...) {
  static_assert(detail::valid_options<A, O...>, "[prod] dims must lie within the rank, each once");
  constexpr unsigned mask = detail::option_mask<A, O...>;
  constexpr bool keep = detail::option_keep<O...>;
  constexpr int R = detail::rank_of<A>;
  if constexpr (std::is_same_v<detail::dtype_t<A>, bool>) return prod(eval(cast<std::int64_t>(a)), O{}...);
  else if constexpr (detail::reduces_all<mask, R> && R > 0)
    return detail::finish_reduction<mask, keep, R>(bind(rules::product<0>{}, flatten(a)));
  else return detail::finish_reduction<mask, keep, R>(detail::product_over<mask>(detail::as_value(a)));
}

// Whether any element is true (not zero), over all dims or some: false where there are none.   any(x > 0, dims<1>): T[m,n] -> bool[m]
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto any(const A& a, O...) {
  static_assert(detail::valid_options<A, O...>, "[any] dims must lie within the rank, each once");
  return detail::truth_over<lanes::fold_any, detail::option_mask<A, O...>, detail::option_keep<O...>>(a);
}

// Whether all elements are true (not zero), over all dims or some: true where there are none.   all(x > 0, dims<1>): T[m,n] -> bool[m]
// As an index, `all` takes a whole dim: at(x, all, 0).
struct all_t {
  template <tensor_like A, detail::reduction_option... O>
  FUNCTRA_INLINE auto operator()(const A& a, O...) const {
    static_assert(detail::valid_options<A, O...>, "[all] dims must lie within the rank, each once");
    return detail::truth_over<lanes::fold_all, detail::option_mask<A, O...>, detail::option_keep<O...>>(a);
  }
};
inline constexpr all_t all{};

}  // namespace functra
