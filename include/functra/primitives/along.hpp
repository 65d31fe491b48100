// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/primitives/broadcast.hpp"

// What the pages that work along a dim share: the options of reductions, an array as [before, n, after], and operands whose
// batch axes have to meet.
namespace functra::detail {

// ---- the options of a reduction: nothing (all dims), dims<0, 2> or dim<1>, and keepdim ----

template <class O>
struct option_dims {
  static constexpr bool names = false;
  template <int R>
  static constexpr unsigned mask = 0;
  template <int R>
  static constexpr bool valid = true;
};
template <int... D>
struct option_dims<dims_t<D...>> {
  static constexpr bool names = true;
  template <int R>
  static constexpr unsigned mask = dims_mask<R, D...>();
  template <int R>
  static constexpr bool valid = valid_dims<R, D...>();
};
template <int D>
struct option_dims<dim_t<D>> : option_dims<dims_t<D>> {};

template <class O>
concept reduction_option = option_dims<O>::names || std::is_same_v<O, keepdim_t>;

template <class A>
inline constexpr int rank_of = extents_of_value<value_t<A>>::R;

template <class A, class... O>
inline constexpr bool valid_options = (option_dims<O>::template valid<rank_of<A>> && ...) && (0 + ... + int(option_dims<O>::names)) <= 1;
// The dims that options name: all where none is named.
template <class A, class... O>
inline constexpr unsigned option_mask =
    (option_dims<O>::names || ...) ? (0U | ... | option_dims<O>::template mask<rank_of<A>>) : (1U << rank_of<A>) - 1U;
template <class... O>
inline constexpr bool option_keep = (std::is_same_v<O, keepdim_t> || ...);

// What the rule of a reduction over the dims of Mask gives: those dims stay, with extent 1; but of all dims, rank 0.
template <unsigned Mask, int R>
inline constexpr bool reduces_all = Mask == (1U << R) - 1U;
template <unsigned Mask, class X>
using reduced_extents = std::conditional_t<reduces_all<Mask, X::R>, extents<>, extents_of<X::R, kept_shape<Mask, X>()>>;

template <unsigned Mask, class X>
FUNCTRA_INLINE auto reduced_shape(const X& x) {
  using Y = reduced_extents<Mask, X>;
  index_t n[array_size(X::R)];
  for (int d = 0; d < X::R; ++d) n[d] = ((Mask >> d) & 1U) ? 1 : x.extent(d);
  if constexpr (Y::R == 0) return Y{};
  else return Y::from(n);
}

// The result of such a rule on an operand of rank R, without the reduced dims or with them.
template <unsigned Mask, bool Keep, int R, class Y>
FUNCTRA_INLINE auto finish_reduction(const Y& y) {
  constexpr bool kept = extents_of_value<Y>::R == R;
  if constexpr (Keep && !kept) return insert_units<0, R>(y);
  else if constexpr (!Keep && kept) return drop_dims<Mask>(y);
  else return y;
}
// The result for a batch of operands, of the rule for the operands with their batch axis.
template <unsigned Mask, class Y>
FUNCTRA_INLINE auto batched_reduction(const Y& y) {
  if constexpr (reduces_all<Mask, extents_of_value<Y>::R - 1>) return drop_dims<(Mask << 1)>(y);
  else return y;
}

// A sum over the dims of Mask that broadcasts against the operand, as the results of rules do.
template <unsigned Mask, class A>
FUNCTRA_INLINE auto sum_within(A&& a) {
  if constexpr (reduces_all<Mask, rank_of<A>>) return eval(sum(std::forward<A>(a)));
  else return sum_over<Mask, true>(std::forward<A>(a));
}

// How many elements fall together in a reduction over the dims of Mask.
template <unsigned Mask, class X>
FUNCTRA_INLINE index_t reduced_count(const X& x) {
  index_t n = 1;
  for (int d = 0; d < X::R; ++d)
    if ((Mask >> d) & 1U) n *= x.extent(d);
  return n;
}

// ---- an array as [before, n, after] ----

struct lines {
  index_t before = 1, n = 1, after = 1;
};
template <int D, class X>
FUNCTRA_INLINE lines lines_along(const X& x) {
  lines l;
  for (int d = 0; d < X::R; ++d) (d < D ? l.before : d == D ? l.n : l.after) *= x.extent(d);
  return l;
}

// A plain operand whose elements are neighbours in memory.
template <class V>
FUNCTRA_INLINE decltype(auto) contiguous(const V& v) {
  if constexpr (is_view<V>) return v.materialize_as();
  else return (v);
}

// The element that holds both A and B: a pack where one of them is a pack.
template <class T, class... A>
using common_element = element_t<T, std::max({1, lanes_of<A>...})>;

// ---- batch axes ----

// The static extent of the first dim of the operands in Mask.
template <law::mask_t Mask, class... V>
constexpr index_t mapped_extent() {
  index_t b = dyn;
  law::mask_t bit = 1;
  const auto take = [&]<class X>(const X*) {
    if constexpr (X::R > 0)
      if ((Mask & bit) && !is_dynamic(X::static_extent(0))) b = X::static_extent(0);
    bit <<= 1;
  };
  (take(static_cast<const extents_of_value<V>*>(nullptr)), ...);
  return b;
}

// All operands with a leading batch axis: those without one are repeated over it. Calls use(operands...).
template <law::mask_t Mask, class Use, class... V>
FUNCTRA_INLINE auto with_all_mapped(const Use& use, const V&... v) {
  constexpr index_t B = mapped_extent<Mask, V...>();
  index_t n = 0;
  return [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto count = [&](auto k) {
      if constexpr (((Mask >> k) & 1U) != 0) n = extent_of(nth_of<k>(v...), 0);
    };
    (count(index_constant<i>), ...);
    const auto fit = [&](auto k) {
      if constexpr (((Mask >> k) & 1U) != 0) return nth_of<k>(v...);
      else return broadcast_leading<B>(nth_of<k>(v...), n);
    };
    return use(fit(index_constant<i>)...);
  }(ints<sizeof...(V)>);
}

}  // namespace functra::detail
