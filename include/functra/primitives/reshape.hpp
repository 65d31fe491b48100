// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/primitives/restride.hpp"
#include "functra/rules/primitive.hpp"

//  reshape    the same elements, in row-major order, in other extents
//  shape      T[x...] -> T[y...], as many elements
//  jvp        reshape(x')                       derived: linear
//  vjp        x~ = reshape(y~, extents of x)
//  batch      the batch axis stays in front
namespace functra {

namespace rules {
template <class X>
struct reshape : linear<reshape<X>> {
  static constexpr char name[] = "reshape";
  static constexpr bool is_view = true;
  FUNCTRA_EMPTY X to;

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using T = element_of<V>;
    if constexpr (X::is_static && extents_of_value<V>::is_static) {
      static_assert(X{}.size() == extents_of_value<V>{}.size(), "[reshape] the new extents must have as many elements as the old");
    } else if (to.size() != v.size()) fail("reshape", "the new extents must have as many elements as the old, got ", to.size(), " for ", v.size());
    if constexpr (functra::detail::is_view<V>) return eval(v.materialize_as());
    else if constexpr (functra::detail::is_inline_tensor<V> || tensor_of<T, X>::is_inline) {
      tensor_of<T, X> t(uninitialized, to);
      for (index_t i = 0; i < t.size(); ++i) t.mutable_data()[i] = v.data()[i];
      return t;
    } else return tensor_of<T, X>(v.handle(), to);
  }
  template <class C, class V>
  auto transpose(const C& c, const V& x) const {
    using Y = std::remove_cvref_t<decltype(x.get_extents())>;
    return bind(reshape<Y>{{}, x.get_extents()}, c);
  }
  template <unsigned, class V>
  FUNCTRA_INLINE auto batch(const V& v) const {
    using Y = insert_extent<X, 0, extents_of_value<V>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = v.extent(0);
    for (int i = 0; i < X::R; ++i) n[i + 1] = to.extent(i);
    return bind(reshape<Y>{{}, Y::from(n)}, v);
  }
};
}  // namespace rules

namespace detail {
template <class X, class V>
FUNCTRA_INLINE auto reshaped(const V& v, const X& x) {
  if constexpr (std::is_same_v<X, extents_of_value<V>> && X::is_static) return v;
  else return bind(rules::reshape<X>{{}, x}, v);
}

// Without the dims in Mask, which have the extent 1.
template <unsigned Mask, class X>
constexpr auto dropped_shape() {
  static_shape<X::R - std::popcount(Mask)> s{};
  int k = 0;
  for (int i = 0; i < X::R; ++i)
    if (((Mask >> i) & 1U) == 0) s[k++] = X::static_extent(i);
  return s;
}
template <unsigned Mask, class V>
FUNCTRA_INLINE auto drop_dims(const V& v) {
  using X = extents_of_value<V>;
  if constexpr (Mask == 0) return v;
  else {
    using Y = extents_of<X::R - std::popcount(Mask), dropped_shape<Mask, X>()>;
    index_t n[array_size(Y::R)];
    int k = 0;
    for (int i = 0; i < X::R; ++i)
      if (((Mask >> i) & 1U) == 0) n[k++] = v.extent(i);
    return bind(rules::reshape<Y>{{}, Y::from(n)}, v);
  }
}

// With N dims of extent 1 in front of dim D.
template <int D, int N, class X>
constexpr auto unit_shape() {
  static_shape<X::R + N> s{};
  for (int i = 0; i < X::R + N; ++i) s[i] = i < D ? X::static_extent(i) : i < D + N ? 1 : X::static_extent(i - N);
  return s;
}
template <int D, int N, class V>
FUNCTRA_INLINE auto insert_units(const V& v) {
  using X = extents_of_value<V>;
  if constexpr (N == 0) return v;
  else {
    using Y = extents_of<X::R + N, unit_shape<D, N, X>()>;
    index_t n[Y::R];
    for (int i = 0; i < Y::R; ++i) n[i] = i < D ? v.extent(i) : i < D + N ? 1 : v.extent(i - N);
    return bind(rules::reshape<Y>{{}, Y::from(n)}, v);
  }
}
}  // namespace detail

// The same elements in other extents. One of the run-time extents may be -1: what the size implies.
//   reshape(x, n...)    T[x...] -> T[n...], dynamic        reshape<2, 3>(x)    T[x...] -> T[2,3]
template <tensor_like A, class... N>
  requires(std::integral<N> && ...)
auto reshape(const A& a, N... n) {
  const auto& v = detail::as_value(a);
  using X = dynamic_extents<static_cast<int>(sizeof...(N))>;
  index_t shape[array_size(sizeof...(N))] = {static_cast<index_t>(n)...};
  index_t known = 1;
  int open = -1;
  for (int i = 0; i < X::R; ++i) {
    if (shape[i] == -1 && open < 0) open = i;
    else known *= shape[i];
  }
  if (open >= 0) shape[open] = known != 0 ? v.size() / known : 0;
  return bind(rules::reshape<X>{{}, X::from(shape)}, v);
}
template <index_t... E, tensor_like A>
  requires(sizeof...(E) > 0)
FUNCTRA_INLINE auto reshape(const A& a) {
  return bind(rules::reshape<extents<E...>>{{}, extents<E...>{}}, detail::as_value(a));
}

// All elements in one dim.   T[x...] -> T[size]
template <tensor_like A>
FUNCTRA_INLINE auto flatten(const A& a) {
  const auto& v = detail::as_value(a);
  using V = std::remove_cvref_t<decltype(v)>;
  if constexpr (extents_of_value<V>::is_static) return reshape<extents_of_value<V>{}.size()>(v);
  else return reshape(v, v.size());
}

// A dim of extent 1 inserted at D.   unsqueeze<0>(x): T[n] -> T[1,n]
template <int D, tensor_like A>
FUNCTRA_INLINE auto unsqueeze(const A& a) {
  constexpr int R = extents_of_value<value_t<A>>::R;
  static_assert(wrap_dim(D, R + 1) >= 0 && wrap_dim(D, R + 1) <= R, "[unsqueeze] the dim must lie within the rank of the result");
  return detail::insert_units<wrap_dim(D, R + 1), 1>(detail::as_value(a));
}

// Without the dims D, whose extent must be 1; without all static dims of extent 1 where none is named.
template <int... D, tensor_like A>
FUNCTRA_INLINE auto squeeze(const A& a) {
  const auto& v = detail::as_value(a);
  using X = extents_of_value<value_t<A>>;
  constexpr unsigned mask = [] {
    unsigned m = 0;
    ((m |= 1U << wrap_dim(D, X::R)), ...);
    if (sizeof...(D) == 0)
      for (int i = 0; i < X::R; ++i)
        if (X::static_extent(i) == 1) m |= 1U << i;
    return m;
  }();
  static_assert(mask != 0 || X::is_static, "[squeeze] a dim whose extent is known at run time alone must be named: squeeze<i>(x)");
  for (int i = 0; i < X::R; ++i)
    if (((mask >> i) & 1U) && v.extent(i) != 1) fail("squeeze", "dim ", i, " must have the extent 1, got ", v.extent(i));
  return detail::drop_dims<mask>(v);
}

}  // namespace functra
