// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/contraction.hpp"

//  merge_dims   y[i] = x[i,i]: dims of x that carry the same index become one, which walks along their diagonal
//  shape        T[n,n] -> T[n] for the word 0x11;  T[n,m,n] -> T[n,m] for 0x121
//  split_dims   its transpose: zeros of the extents of x, with c on the diagonal
//  jvp          merge_dims(x'), split_dims(c')         derived: linear
//  vjp          x~ = split_dims(y~);  c~ = merge_dims(y~)
//  batch        the batch axis has an index of its own, in front
namespace functra {

namespace detail {

// The digits of a word, each once, in the order in which they appear.
constexpr digits distinct(digits x) {
  digits y = 0;
  for (int i = 0; i < digit_count(x); ++i)
    if (digit_position(y, digit(x, i)) < 0) y = append_digit(y, digit(x, i));
  return y;
}
constexpr digits renumbered(digits x) { return normalized({x, 0, 0}).a; }

template <digits W, class X>
constexpr auto merged_shape() {
  constexpr digits y = distinct(W);
  static_shape<digit_count(y)> s{};
  for (int k = 0; k < digit_count(y); ++k) {
    s[k] = dyn;
    for (int i = 0; i < X::R; ++i)
      if (digit(W, i) == digit(y, k) && !is_dynamic(X::static_extent(i))) s[k] = X::static_extent(i);
  }
  return s;
}
template <digits W, class X>
using merged_extents = extents_of<digit_count(distinct(W)), merged_shape<W, X>()>;

// The strides of merged dims: the sum of those that become one.
template <digits W>
FUNCTRA_INLINE void merge_strides(const index_t* from, index_t* to) {
  constexpr digits y = distinct(W);
  for (int k = 0; k < digit_count(y); ++k) {
    to[k] = 0;
    for (int i = 0; i < digit_count(W); ++i)
      if (digit(W, i) == digit(y, k)) to[k] += from[i];
  }
}
}  // namespace detail

namespace rules {

template <std::uint64_t W, class X>
struct split_dims;

template <std::uint64_t W>
struct merge_dims : linear<merge_dims<W>> {
  static constexpr char name[] = "einsum";
  static constexpr bool is_view = true;

  template <class V>
  auto eval(const V& v) const {
    namespace d = functra::detail;
    using Y = d::merged_extents<W, extents_of_value<V>>;
    constexpr int r = extents_of_value<V>::R;
    index_t from[array_size(r)], s[array_size(Y::R)], n[array_size(Y::R)];
    d::strides_of(v, from);
    d::merge_strides<W>(from, s);
    for (int i = 0; i < r; ++i) {
      const int first = d::digit_position(W, d::digit(W, i));
      if (v.extent(i) != v.extent(first))
        fail(name, "dims with the same index must have the same extent, got ", v.extent(first), " (dim ", first, ") and ", v.extent(i), " (dim ", i, ")");
      n[d::digit_position(d::distinct(W), d::digit(W, i))] = v.extent(i);
    }
    return d::restrided(v, 0, Y::from(n), s);
  }
  template <class C, class V>
  auto transpose(const C& c, const V& x) const {
    using X = std::remove_cvref_t<decltype(x.get_extents())>;
    return bind(split_dims<W, X>{{}, x.get_extents()}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(merge_dims<functra::detail::renumbered(functra::detail::prepend_digit(functra::detail::max_digit, W))>{}, v);
  }
};

template <std::uint64_t W, class X>
struct split_dims : linear<split_dims<W, X>> {
  static constexpr char name[] = "einsum";
  FUNCTRA_EMPTY X to;

  template <class C>
  auto eval(const C& c) const {
    namespace d = functra::detail;
    using T = element_of<C>;
    using A = extents_of_value<C>;
    tensor_of<T, X> out(to);
    if (c.size() == 0) return out;
    index_t from[array_size(X::R)], s[array_size(A::R)];
    d::strides_of(out, from);
    d::merge_strides<W>(from, s);
    const A x = d::common_extents<A>(name, c);
    bundle<d::target<T, A, true>> diagonal{{out.mutable_data(), x, true, s}};
    d::run_dynamic<law::value_of<law::arg<scalar_t<T>>>, lanes_of<T>>(ints<1>, x, diagonal, c);
    return out;
  }
  template <class C2, class C>
  auto transpose(const C2& c2, const C&) const {
    return bind(merge_dims<W>{}, c2);
  }
  template <unsigned, class C>
  auto batch(const C& c) const {
    using Y = insert_extent<X, 0, extents_of_value<C>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = c.extent(0);
    for (int i = 0; i < X::R; ++i) n[i + 1] = to.extent(i);
    return bind(split_dims<functra::detail::renumbered(functra::detail::prepend_digit(functra::detail::max_digit, W)), Y>{{}, Y::from(n)}, c);
  }
};

}  // namespace rules
}  // namespace functra
