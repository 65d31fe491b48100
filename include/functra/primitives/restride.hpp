// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/expr.hpp"

// What the pages of structure (reshape, permute, broadcast, slice) share: a plain tensor seen through other extents and strides.
namespace functra::detail {

template <class V>
inline constexpr bool is_inline_tensor = false;
template <class T, index_t... E>
inline constexpr bool is_inline_tensor<Tensor<T, E...>> = Tensor<T, E...>::is_inline;

template <class V>
inline constexpr bool is_view = false;
template <class T, index_t... E>
inline constexpr bool is_view<View<T, E...>> = true;

template <class T, class X>
struct view_for;
template <class T, index_t... E>
struct view_for<T, extents<E...>> {
  using type = View<T, E...>;
};

// The strides of a contiguous array.
template <class X>
FUNCTRA_INLINE void natural_strides(const X& x, index_t* s) {
  index_t k = 1;
  for (int i = X::R - 1; i >= 0; --i) {
    s[i] = k;
    k *= x.extent(i);
  }
}

// The strides of a plain operand.
template <class V>
FUNCTRA_INLINE void strides_of(const V& v, index_t* s) {
  constexpr int R = extents_of_value<V>::R;
  if constexpr (is_view<V>)
    for (int i = 0; i < R; ++i) s[i] = v.stride(i);
  else natural_strides(v.get_extents(), s);
}

// Copies elements at strides into the extents X.
template <int D, class X, class T>
FUNCTRA_INLINE T* copy_small(const T* from, const index_t* stride, T* to) {
  if constexpr (D == X::R) {
    if constexpr (lanes_of<T> > 1) to->copy_from(*from);
    else *to = *from;
    return to + 1;
  } else {
    for (index_t i = 0; i < X::static_extent(D); ++i) to = copy_small<D + 1, X>(from + i * stride[D], stride, to);
    return to;
  }
}

// Copies n neighbours, of at most Count, and zeros behind them: by the registers by which what lies inline is copied, for loads wait for
// stores of other sizes.
template <index_t Count, class T>
FUNCTRA_INLINE void copy_neighbours(const T* from, index_t n, T* to) {
  if constexpr (Count > 0) {
    constexpr int W = static_cast<int>(std::min<index_t>(8, static_cast<index_t>(std::bit_floor(static_cast<std::size_t>(Count)))));
    const int k = static_cast<int>(std::clamp<index_t>(n, 0, W));
    if constexpr (W == 1) *to = k > 0 ? *from : T(0);
    else lanes::pack<T, W>::load_partial(from, k).store(to);
    copy_neighbours<Count - W>(from + W, n - W, to + W);
  }
}

// Copies contiguous elements of the extents x to places at strides.
template <int D, class X, class T>
FUNCTRA_INLINE const T* spread(const X& x, const T* from, const index_t* stride, T* to) {
  if constexpr (D == X::R) {
    *to = *from;
    return from + 1;
  } else {
    for (index_t i = 0; i < x.extent(D); ++i) from = spread<D + 1>(x, from, stride, to + i * stride[D]);
    return from;
  }
}

// The elements of v from `offset`, with new extents and strides: a view where v has storage to share, a copy where it is inline.
template <class V, class X>
FUNCTRA_INLINE auto restrided(const V& v, index_t offset, const X& x, const index_t* strides) {
  using T = element_of<V>;
  if constexpr (X::R == 0) {
    static_cast<void>(strides);
    Tensor<T> t(uninitialized);
    t.mutable_data()[0] = origin(v)[offset];
    return t;
  } else if constexpr (is_inline_tensor<V>) {
    tensor_of<T, X> t(uninitialized, x);
    if constexpr (X::is_static) {
      copy_small<0, X>(v.data() + offset, strides, t.mutable_data());
    } else {
      if constexpr (X::R == 1 && std::is_floating_point_v<T>)
        if (strides[0] == 1) {
          copy_neighbours<X::max_size>(v.data() + offset, x.size(), t.mutable_data());
          return t;
        }
      index_t shape[X::R];
      for (int i = 0; i < X::R; ++i) shape[i] = x.extent(i);
      if (x.size() > 0) copy_strided(v.data() + offset, shape, strides, X::R, t.mutable_data());
    }
    return t;
  } else return typename view_for<T, X>::type(v.handle(), origin(v) + offset, x, strides);
}

}  // namespace functra::detail
