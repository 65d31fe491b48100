// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/primitives/restride.hpp"
#include "functra/rules/primitive.hpp"

//  slice      y = x(start + i step) along each dim; the dims in Drop, of one index, fall away
//  embed      its transpose: zeros of the extents of x, with c added at the places that slice reads
//  jvp        slice(x'), embed(c')              derived: linear
//  vjp        x~ = embed(y~);  c~ = slice(y~)
//  batch      the batch axis is taken whole
namespace functra {

namespace rules {

// Where a slice reads: R dims of the operand, those in Drop dropped.
template <int R>
struct slice_window {
  index_t start[array_size(R)];
  index_t step[array_size(R)];

  slice_window<R + 1> batched() const {
    slice_window<R + 1> w;
    w.start[0] = 0;
    w.step[0] = 1;
    for (int i = 0; i < R; ++i) {
      w.start[i + 1] = start[i];
      w.step[i + 1] = step[i];
    }
    return w;
  }
  // The offset and strides of the window in an operand with the strides s.
  FUNCTRA_INLINE index_t locate(unsigned drop, const index_t* s, index_t* out) const {
    index_t offset = 0;
    int k = 0;
    for (int i = 0; i < R; ++i) {
      offset += start[i] * s[i];
      if (((drop >> i) & 1U) == 0) out[k++] = s[i] * step[i];
    }
    return offset;
  }
};

template <int R, unsigned Drop, class X>
struct embed;
template <int R, unsigned Drop>
struct slice_place;

template <int R, unsigned Drop, class X>
struct slice : linear<slice<R, Drop, X>> {
  static constexpr char name[] = "at";
  static constexpr bool is_view = true;
  slice_window<R> window;
  FUNCTRA_EMPTY X to;

  // Whether the elements are neighbours in memory whatever the indices are: leading dims dropped, the others whole.
  template <class V>
  static constexpr bool contiguous() {
    using A = extents_of_value<V>;
    bool whole = A::is_static;
    for (int i = 0; i < R; ++i)
      if (((Drop >> i) & 1U) == 0) {
        whole = whole && (Drop >> i) == 0 && X::static_extent(i - std::popcount(Drop)) == A::static_extent(i);
      }
    return whole;
  }
  template <class V>
  FUNCTRA_INLINE index_t offset_in(const V& v) const {
    index_t from[array_size(R)], s[array_size(R)];
    functra::detail::strides_of(v, from);
    return window.locate(Drop, from, s);
  }

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    index_t from[array_size(R)], s[array_size(R)];
    functra::detail::strides_of(v, from);
    const index_t offset = window.locate(Drop, from, s);
    return functra::detail::restrided(v, offset, to, s);
  }
  template <class C, class V>
  auto transpose(const C& c, const V& x) const {
    using Y = std::remove_cvref_t<decltype(x.get_extents())>;
    return bind(embed<R, Drop, Y>{{}, window, x.get_extents()}, c);
  }
  // Where a diagonal of a batch of tangents goes, and its elements (all of them).
  static constexpr bool moves_bands = true, fills_rows = true;
  template <class D, class E>
  FUNCTRA_INLINE bool move(const D& from, E& d) const {
    d.offset = from.offset + window.locate(Drop, from.slope, d.slope);
    return true;
  }
  template <class T, class A>
  FUNCTRA_INLINE void move_row(const T* from, const A& x, T* row) const {
    index_t natural[array_size(R)], s[array_size(R)];
    functra::detail::natural_strides(x, natural);
    const index_t offset = window.locate(Drop, natural, s);
    functra::detail::copy_strided(from + offset, to.extent_data(), s, X::R, row);
  }
  // Where the transpose adds its argument, for sums that are there already.
  FUNCTRA_INLINE slice_place<R, Drop> place() const { return {window}; }
  template <unsigned, class V>
  FUNCTRA_INLINE auto batch(const V& v) const {
    using Y = insert_extent<X, 0, extents_of_value<V>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = v.extent(0);
    for (int i = 0; i < X::R; ++i) n[i + 1] = to.extent(i);
    return bind(slice<R + 1, (Drop << 1), Y>{{}, window.batched(), Y::from(n)}, v);
  }
};

// The elements that a slice reads, as a place to add to.
template <int R, unsigned Drop>
struct slice_place {
  slice_window<R> window;

  slice_place<R + 1, (Drop << 1)> batched() const { return {window.batched()}; }
  // Its offset and strides in an array of the extents x.
  template <class X>
  FUNCTRA_INLINE index_t locate(const X& x, index_t* s) const {
    index_t natural[array_size(R)];
    functra::detail::natural_strides(x, natural);
    return window.locate(Drop, natural, s);
  }
  // The diagonal of an array of the extents x that has the diagonal `from` of the window; false where there is none.
  template <class D, class X, class E>
  FUNCTRA_INLINE bool carry(const D& from, const X& x, E& d) const {
    functra::detail::natural_strides(x, d.slope);  // dims of one index may have any
    d.offset = from.offset;
    for (int i = 0, k = 0; i < R; ++i) {
      if (((Drop >> i) & 1U) == 0) {
        d.slope[i] = from.slope[k] / window.step[i];
        if (d.slope[i] * window.step[i] != from.slope[k++]) return false;
      }
      d.offset -= window.start[i] * d.slope[i];
    }
    return true;
  }
  // Adds c to them in the array of extents X at p.
  template <class T, class X, class C>
  FUNCTRA_INLINE void add(T* p, const X& x, const C& c) const {
    using A = extents_of_value<C>;
    index_t s[array_size(R)];
    T* const to = p + locate(x, s);
    if constexpr (A::R == 0) *to = *to + functra::detail::origin(c)[0];
    else {
      // Strides of the target are known at run time only.
      const A n(functra::detail::extents_in(c));
      if (n.size() > 0) functra::detail::run_fused<law::value_of<law::arg<scalar_t<T>>>>(n, bundle<functra::detail::target<T, A, true>>{{to, n, true, s}}, c);
    }
  }
};

template <int R, unsigned Drop, class X>
struct embed : linear<embed<R, Drop, X>> {
  static constexpr char name[] = "at";
  slice_window<R> window;
  FUNCTRA_EMPTY X to;
  static constexpr bool moves_bands = true, fills_rows = false;
  template <class D, class E>
  FUNCTRA_INLINE bool move(const D& from, E& d) const {
    return slice_place<R, Drop>{window}.carry(from, to, d);
  }
  template <class T, class A>
  FUNCTRA_INLINE void move_row(const T* from, const A& x, T* row) const {
    index_t s[array_size(R)];
    const index_t offset = slice_place<R, Drop>{window}.locate(to, s);
    functra::detail::spread<0>(x, from, s, row + offset);
  }

  template <class C>
  auto eval(const C& c) const {
    tensor_of<element_of<C>, X> out(to);
    if (out.size() > 0) slice_place<R, Drop>{window}.add(out.mutable_data(), to, c);
    return out;
  }
  template <class C2, class C>
  auto transpose(const C2& c2, const C& c) const {
    using Y = std::remove_cvref_t<decltype(c.get_extents())>;
    return bind(slice<R, Drop, Y>{{}, window, c.get_extents()}, c2);
  }
  template <unsigned, class C>
  auto batch(const C& c) const {
    using Y = insert_extent<X, 0, extents_of_value<C>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = c.extent(0);
    for (int i = 0; i < X::R; ++i) n[i + 1] = to.extent(i);
    return bind(embed<R + 1, (Drop << 1), Y>{{}, window.batched(), Y::from(n)}, c);
  }
};
}  // namespace rules

namespace detail {

template <class I>
inline constexpr bool is_range = false;
template <>
inline constexpr bool is_range<range> = true;
template <class I>
inline constexpr bool is_static_range = false;
template <index_t A, index_t B, index_t S>
inline constexpr bool is_static_range<range_c<A, B, S>> = true;
// A rank-0 tensor of integers is an index, as argmax gives one.
template <class I>
concept tensor_index = tensor_like<I> && extents_of_value<value_t<I>>::R == 0 && std::integral<dtype_of<value_t<I>>> && !std::is_same_v<dtype_of<value_t<I>>, bool>;
template <class I>
FUNCTRA_INLINE auto plain_index(const I& i) {
  if constexpr (tensor_index<I>) {
    static_assert(level_of<value_t<I>> == 0 && lanes_of<element_of<value_t<I>>> == 1,
                  "[at] an index that differs from example to example is not one number; use take(x, i, dim<0>), or one_hot");
    return static_cast<index_t>(as_value(i).item());
  } else return i;
}
template <class I>
concept index_like = std::integral<I> || tensor_index<I> || std::is_same_v<I, all_t> || is_range<I> || is_static_range<I>;

template <index_t A, index_t B, index_t S>
constexpr index_t range_extent(range_c<A, B, S>) {
  return (B - A + S - 1) / S;
}

// The most elements of a tensor whose ranges keep its extents as bounds.
inline constexpr index_t most_bounded = 128;

// The extents that indices leave; no_extent where a dim is dropped.
template <class X, class... I>
constexpr auto indexed_shape() {
  constexpr bool bounded = X::is_bounded && X::max_size <= most_bounded;
  static_shape<X::R> s{};
  for (int i = 0; i < X::R; ++i) s[i] = X::static_extent(i);
  int d = 0;
  [[maybe_unused]] const auto take = [&]<class J>(const J*) {
    if constexpr (std::integral<J>) s[d] = no_extent;
    else if constexpr (is_range<J>) s[d] = bounded ? at_most(bound_of(s[d])) : dyn;
    else if constexpr (is_static_range<J>) s[d] = range_extent(J{});
    ++d;
  };
  (take(static_cast<const I*>(nullptr)), ...);
  return s;
}
template <class X, class... I>
constexpr unsigned indexed_drop() {
  constexpr auto s = indexed_shape<X, I...>();
  unsigned m = 0;
  for (int i = 0; i < X::R; ++i)
    if (s[i] == no_extent) m |= 1U << i;
  return m;
}
template <class X, class... I>
constexpr auto kept_indexed_shape() {
  constexpr auto s = indexed_shape<X, I...>();
  constexpr unsigned drop = indexed_drop<X, I...>();
  static_shape<X::R - std::popcount(drop)> y{};
  int k = 0;
  for (int i = 0; i < X::R; ++i)
    if (s[i] != no_extent) y[k++] = s[i];
  return y;
}

[[noreturn]] FUNCTRA_COLD inline void fail_at(index_t i, int d, index_t n) {
  fail("at", "index ", i, " is out of range for dim ", d, " of extent ", n);
}

// Resolves one index against the extent n: where it starts, its step, and how many it takes.
template <class I>
FUNCTRA_INLINE void resolve_index(const I& i, int d, index_t n, index_t& start, index_t& step, index_t& count) {
  step = 1;
  if constexpr (std::integral<I>) {
    start = static_cast<index_t>(i);
    if (start < 0) start += n;
    if (static_cast<std::size_t>(start) >= static_cast<std::size_t>(n)) fail_at(static_cast<index_t>(i), d, n);
    count = 1;
  } else if constexpr (is_range<I>) {
    // As a Python slice: negative positions count from the end, those beyond the ends are clipped.
    step = i.step;
    if (step == 0) fail("at", "the step of a range must not be zero");
    const auto clip = [n](index_t p, index_t low, index_t high) {
      if (p < 0) p += n;
      return p < low ? low : p > high ? high : p;
    };
    if (step > 0) {
      start = clip(i.first, 0, n);
      const index_t stop = i.last == range::end ? n : clip(i.last, 0, n);
      count = stop > start ? (stop - start + step - 1) / step : 0;
    } else {
      start = clip(i.first, -1, n - 1);
      const index_t stop = i.last == range::end ? -1 : clip(i.last, -1, n - 1);
      count = start > stop ? (start - stop - step - 1) / -step : 0;
    }
    if (count == 0) start = 0;
  } else if constexpr (is_static_range<I>) {
    []<index_t A, index_t B, index_t S>(range_c<A, B, S>, index_t& first, index_t& by) {
      first = A;
      by = S;
    }(i, start, step);
    count = range_extent(i);
    if (count > 0 && start + (count - 1) * step >= n) fail_at(start + (count - 1) * step, d, n);
  } else {
    start = 0;
    count = n;
  }
}

template <class V, class... I>
FUNCTRA_INLINE auto make_slice(const V& v, const I&... i) {
  using X = extents_of_value<V>;
  static_assert(sizeof...(I) <= X::R, "[at] at most as many indices as the rank are allowed");
  constexpr unsigned drop = indexed_drop<X, I...>();
  using Y = extents_of<X::R - std::popcount(drop), kept_indexed_shape<X, I...>()>;
  rules::slice_window<X::R> w;
  index_t count[array_size(X::R)];
  for (int d = 0; d < X::R; ++d) {
    w.start[d] = 0;
    w.step[d] = 1;
    count[d] = v.extent(d);
  }
  int d = 0;
  ((resolve_index(i, d, v.extent(d), w.start[d], w.step[d], count[d]), ++d), ...);
  index_t n[array_size(Y::R)];
  int k = 0;
  for (int j = 0; j < X::R; ++j)
    if (((drop >> j) & 1U) == 0) n[k++] = count[j];
  if constexpr (Y::is_static) return rules::slice<X::R, drop, Y>{{}, w, Y{}};
  else return rules::slice<X::R, drop, Y>{{}, w, Y::from(n)};
}
}  // namespace detail

// A part of x: an integer (or a rank-0 tensor of one) takes one index and drops its dim, range(first, last, step) takes several, `all` the whole dim;
// dims without an index are taken whole. Negative numbers count from the end. range_c<first, last> gives a static extent.
//   at(x, 0)    f64[m,n] -> f64[n]        at(x, all, range(1, 3))    f64[m,n] -> f64[m,2]
// Costs O(1) on large tensors, which share storage with the result; ranges of small static ones (up to 128 elements) live inline as these
// do. Throws where an integer is out of range.
template <tensor_like A, class... I>
  requires((detail::index_like<std::remove_cvref_t<I>> && ...))
FUNCTRA_INLINE auto at(const A& a, const I&... i) {
  const auto& v = detail::as_value(a);
  return bind(detail::make_slice(v, detail::plain_index(i)...), v);
}

}  // namespace functra
