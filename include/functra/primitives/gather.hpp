// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/along.hpp"
#include "functra/primitives/permute.hpp"
#include "functra/primitives/slice.hpp"

//  gather       y[b, p, i..., q] = x[b, p, indices[b, i...], q]: the indices replace dim D; the first B dims, b, are common to both
//  shape        T[b, p, n, q], int[b, i...] -> T[b, p, i..., q]
//  scatter_add  its transpose: zeros of the extents of x, with c added at the places that gather reads
//  jvp          gather(x', indices), scatter_add(c', indices)
//  vjp          x~ = scatter_add(y~, indices);  c~ = gather(y~, indices).  Indices have no derivative
//  batch        x alone mapped, and no common dims: one dim more in front of D; indices alone: their axis comes to the front;
//               else one more common dim
namespace functra {

namespace detail {

// The extents of x with dim D replaced by the dims of the indices I behind the first B.
template <int B, int D, class X, class I>
constexpr auto gathered_shape() {
  static_shape<X::R - 1 + I::R - B> s{};
  int k = 0;
  for (int d = 0; d < D; ++d) s[k++] = X::static_extent(d);
  for (int d = B; d < I::R; ++d) s[k++] = I::static_extent(d);
  for (int d = D + 1; d < X::R; ++d) s[k++] = X::static_extent(d);
  return s;
}
template <int B, int D, class X, class I>
using gathered_extents = extents_of<X::R - 1 + I::R - B, gathered_shape<B, D, X, I>()>;

// An index in range; negative ones count from the end.
template <class I>
FUNCTRA_INLINE index_t resolve_gathered(I i, index_t n) {
  index_t k = static_cast<index_t>(i);
  if (k < 0) k += n;
  if (static_cast<std::size_t>(k) >= static_cast<std::size_t>(n)) [[unlikely]]
    fail("take", "index ", static_cast<index_t>(i), " is out of range for an extent of ", n);
  return k;
}

// to = from[k], from a row of elements with the given stride; a pack of indices reads its lanes at different places.
template <class T, class E, class I>
FUNCTRA_INLINE void gather_element(T& to, const E* from, index_t stride, const I& i, index_t n) {
  if constexpr (lanes_of<I> == 1) to = T(from[resolve_gathered(i, n) * stride]);
  else
    for (int l = 0; l < lanes_of<I>; ++l) {
      const E& e = from[resolve_gathered(i[l], n) * stride];
      if constexpr (lanes_of<E> == 1) to.set(l, e);
      else to.set(l, e[l]);
    }
}
template <class T, class E, class I>
FUNCTRA_INLINE void scatter_element(T* to, index_t stride, const E& from, const I& i, index_t n) {
  if constexpr (lanes_of<I> == 1) {
    T& t = to[resolve_gathered(i, n) * stride];
    t = law::plus(t, T(from));
  } else
    for (int l = 0; l < lanes_of<I>; ++l) {
      T& t = to[resolve_gathered(i[l], n) * stride];
      if constexpr (lanes_of<E> == 1) t.set(l, law::plus(t[l], from));
      else t.set(l, law::plus(t[l], from[l]));
    }
}

// Visits the places of a gather: use(offset in x, index, offset in y) for runs of `after` elements.
template <int B, int D, class X, class V, class Use>
FUNCTRA_INLINE void for_each_gathered(const X& x, const V& indices, const Use& use) {
  index_t common = 1, before = 1, after = 1, count = 1;
  for (int d = 0; d < X::R; ++d)
    if (d != D) (d < B ? common : d < D ? before : after) *= x.extent(d);
  for (int d = B; d < extents_of_value<V>::R; ++d) count *= indices.extent(d);
  const index_t n = x.extent(D);
  for (index_t b = 0; b < common; ++b)
    for (index_t p = 0; p < before; ++p)
      for (index_t k = 0; k < count; ++k)
        use((b * before + p) * n * after, indices.data()[b * count + k], ((b * before + p) * count + k) * after, after, n);
}

}  // namespace detail

namespace rules {

template <int B, int D, class X>
struct scatter_add;

template <int B, int D>
struct gather : primitive {
  static constexpr bool is_linear = true;
  static constexpr char name[] = "take";

  template <class V, class I>
  FUNCTRA_INLINE auto eval(const V& v, const I& indices) const {
    using E = element_of<V>;
    using T = functra::detail::common_element<dtype_of<V>, E, element_of<I>>;
    using Y = functra::detail::gathered_extents<B, D, extents_of_value<V>, extents_of_value<I>>;
    const auto& x = functra::detail::contiguous(v);
    const auto& at = functra::detail::contiguous(indices);
    index_t shape[array_size(Y::R)];
    constexpr int r = extents_of_value<I>::R - B;
    for (int d = 0; d < Y::R; ++d) shape[d] = d < D ? x.extent(d) : d < D + r ? at.extent(d - D + B) : x.extent(d - r + 1);
    tensor_of<T, Y> out(uninitialized, Y::from(shape));
    if (out.size() == 0) return out;
    T* to = out.mutable_data();
    const auto read = [&](index_t from, const auto& i, index_t y, index_t after, index_t n) FUNCTRA_INLINE_LAMBDA {
      if constexpr (lanes_of<element_of<I>> == 1 && std::is_same_v<T, E>) {
        const E* row = x.data() + from + functra::detail::resolve_gathered(i, n) * after;
        for (index_t q = 0; q < after; ++q) to[y + q] = row[q];
      } else
        for (index_t q = 0; q < after; ++q) functra::detail::gather_element(to[y + q], x.data() + from + q, after, i, n);
    };
    functra::detail::for_each_gathered<B, D>(x.get_extents(), at, read);
    return out;
  }
  template <int, class T, class Y, class V, class I>
  auto jvp(const T& t, const Y&, const V&, const I& indices) const {
    return bind(*this, t, indices);
  }
  template <int, class C, class Y, class V, class I>
  auto vjp(const C& c, const Y&, const V& v, const I& indices) const {
    using X = extents_of_value<V>;
    return bind(scatter_add<B, D, X>{{}, X::from(v.shape().data())}, c, indices);
  }
  template <unsigned Mask, class V, class I>
  auto batch(const V& v, const I& indices) const {
    if constexpr (Mask == 1 && B == 0) return bind(gather<0, D + 1>{}, v, indices);
    else if constexpr (Mask == 2 && B == 0) return functra::detail::move_dim<D, 0>(bind(*this, v, indices));
    else
      return functra::detail::with_all_mapped<Mask>([](const auto& x, const auto& i) { return bind(gather<B + 1, D + 1>{}, x, i); }, v, indices);
  }
};

template <int B, int D, class X>
struct scatter_add : primitive {
  static constexpr bool is_linear = true;
  static constexpr char name[] = "take";
  FUNCTRA_EMPTY X to;

  template <class C, class I>
  auto eval(const C& c, const I& indices) const {
    using E = element_of<C>;
    using T = functra::detail::common_element<dtype_of<C>, E, element_of<I>>;
    const auto& from = functra::detail::contiguous(c);
    const auto& at = functra::detail::contiguous(indices);
    tensor_of<T, X> out(uninitialized, to);
    if (out.size() == 0) return out;
    T* place = out.mutable_data();
    for (index_t i = 0; i < out.size(); ++i) place[i] = T(0);
    const auto add = [&](index_t x, const auto& i, index_t y, index_t after, index_t n) FUNCTRA_INLINE_LAMBDA {
      for (index_t q = 0; q < after; ++q) functra::detail::scatter_element(place + x + q, after, from.data()[y + q], i, n);
    };
    functra::detail::for_each_gathered<B, D>(to, at, add);
    return out;
  }
  template <int, class T, class Y, class C, class I>
  auto jvp(const T& t, const Y&, const C&, const I& indices) const {
    return bind(*this, t, indices);
  }
  template <int, class C2, class Y, class C, class I>
  auto vjp(const C2& c, const Y&, const C&, const I& indices) const {
    return bind(gather<B, D>{}, c, indices);
  }
  template <unsigned Mask, class C, class I>
  auto batch(const C& c, const I& indices) const {
    if constexpr (Mask == 1 && B == 0) return bind(scatter_add<0, D + 1, batched_extents<C>>{{}, with_batch<C>(c)}, c, indices);
    else
      return functra::detail::with_all_mapped<Mask>(
          [&](const auto& x, const auto& i) {
            return bind(scatter_add<B + 1, D + 1, batched_extents<decltype(x)>>{{}, with_batch<decltype(x)>(x)}, x, i);
          },
          c, indices);
  }

 private:
  template <class V>
  using batched_extents = insert_extent<X, 0, extents_of_value<V>::static_extent(0)>;
  template <class V>
  auto with_batch(const std::remove_cvref_t<V>& v) const {
    index_t n[X::R + 1];
    n[0] = v.extent(0);
    for (int d = 0; d < X::R; ++d) n[d + 1] = to.extent(d);
    return batched_extents<V>::from(n);
  }
};

}  // namespace rules

namespace detail {
template <class I>
concept integer_tensor = tensor_like<I> && std::is_integral_v<dtype_t<I>> && !std::is_same_v<dtype_t<I>, bool>;

// One index along dim D, which it drops.
template <int D, class V>
FUNCTRA_INLINE auto slice_at(const V& v, index_t i) {
  using X = extents_of_value<V>;
  using Y = erase_extent<X, D>;
  rules::slice_window<X::R> w;
  index_t n[array_size(Y::R)];
  for (int d = 0; d < X::R; ++d) {
    w.start[d] = d == D ? resolve_gathered(i, v.extent(d)) : 0;
    w.step[d] = 1;
    if (d != D) n[d < D ? d : d - 1] = v.extent(d);
  }
  return bind(rules::slice<X::R, (1U << D), Y>{{}, w, Y::from(n)}, v);
}
}  // namespace detail

// The parts of x at indices along a dim, which the dims of the indices replace; a single integer drops it.
//   take(x, i, dim<0>): T[n,k], i64[m] -> T[m,k]     take(x, i, dim<1>): T[k,n], i64[a,b] -> T[k,a,b]     take(x, 2, dim<0>): T[n,k] -> T[k]
// Negative indices count from the end; throws where one is out of range. The gradient adds up what equal indices have taken.
template <tensor_like A, class I, int D>
  requires(tensor_like<I> || std::integral<I>)
FUNCTRA_INLINE auto take(const A& a, const I& indices, dim_t<D>) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[take] the dim must lie within the rank");
  constexpr int d = wrap_dim(D, R);
  if constexpr (std::integral<I>) return detail::slice_at<d>(detail::as_value(a), static_cast<index_t>(indices));
  else {
    static_assert(detail::integer_tensor<I>, "[take] indices must be integers; use where(mask, x, 0) or cast<std::int64_t>(indices)");
    return bind(rules::gather<0, d>{}, detail::as_value(a), detail::as_value(indices));
  }
}

}  // namespace functra
