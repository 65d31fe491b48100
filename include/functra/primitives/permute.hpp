// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/primitives/restride.hpp"
#include "functra/rules/primitive.hpp"

//  permute    dim i of the result is dim D_i of x; transpose(x) reverses the dims
//  jvp        permute(x')                       derived: linear
//  vjp        x~ = permute by the inverse
//  batch      the batch axis stays in front
namespace functra {

namespace rules {
template <int... D>
struct permute : linear<permute<D...>> {
  static constexpr char name[] = "permute";
  static constexpr bool is_view = true;
  static constexpr int order[sizeof...(D) + 1] = {D..., 0};
  static constexpr int R = sizeof...(D);

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using X = extents_of_value<V>;
    using Y = extents<X::static_extent(D)...>;
    index_t from[array_size(R)], n[array_size(R)], s[array_size(R)];
    functra::detail::strides_of(v, from);
    for (int i = 0; i < R; ++i) {
      n[i] = v.extent(order[i]);
      s[i] = from[order[i]];
    }
    return functra::detail::restrided(v, 0, Y::from(n), s);
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return [&]<int... i>(std::integer_sequence<int, i...>) { return bind(permute<inverse(i)...>{}, c); }(ints<R>);
  }
  template <unsigned, class V>
  FUNCTRA_INLINE auto batch(const V& v) const {
    return bind(permute<0, (D + 1)...>{}, v);
  }

 private:
  static constexpr int inverse(int i) {
    for (int k = 0; k < R; ++k)
      if (order[k] == i) return k;
    return -1;
  }
};
}  // namespace rules

// The dims in another order.   permute<2, 0, 1>(x): T[a,b,c] -> T[c,a,b]
template <int... D, tensor_like A>
FUNCTRA_INLINE auto permute(const A& a) {
  constexpr int R = extents_of_value<value_t<A>>::R;
  static_assert(sizeof...(D) == R, "[permute] as many dims as the rank are required, each once");
  static_assert([] {
    unsigned seen = 0;
    ((seen |= 1U << wrap_dim(D, R)), ...);
    return seen == (1U << R) - 1U;
  }(), "[permute] as many dims as the rank are required, each once");
  return bind(rules::permute<wrap_dim(D, R)...>{}, detail::as_value(a));
}

// The dims in reverse order.   T[m,n] -> T[n,m]
template <tensor_like A>
FUNCTRA_INLINE auto transpose(const A& a) {
  constexpr int R = extents_of_value<value_t<A>>::R;
  return [&]<int... i>(std::integer_sequence<int, i...>) { return bind(rules::permute<(R - 1 - i)...>{}, detail::as_value(a)); }(ints<R>);
}

namespace detail {
// Dim From moved to position To.
template <int R, int From, int To>
constexpr auto moved_dim() {
  static_shape<R> s{};
  int k = 0;
  for (int i = 0; i < R; ++i) {
    if (i == To) {
      s[i] = From;
      continue;
    }
    if (k == From) ++k;
    s[i] = k++;
  }
  return s;
}
template <int From, int To, class V>
FUNCTRA_INLINE auto move_dim(const V& v) {
  constexpr int R = extents_of_value<V>::R;
  if constexpr (From == To) return v;
  else {
    static constexpr auto order = moved_dim<R, From, To>();
    return [&]<int... i>(std::integer_sequence<int, i...>) { return bind(rules::permute<static_cast<int>(order.v[i])...>{}, v); }(ints<R>);
  }
}
}  // namespace detail

}  // namespace functra
