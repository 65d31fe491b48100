// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/along.hpp"
#include "functra/primitives/cast.hpp"

//  cumsum     y_i = sum_{k <= i} x_k along dim D; reversed: k >= i
//  jvp        cumsum(x')                        derived: linear
//  vjp        x~ = reversed cumsum(y~)
//  batch      D moves up by one
namespace functra {

namespace rules {
template <int D, bool Reversed>
struct cumsum : linear<cumsum<D, Reversed>> {
  static constexpr char name[] = "cumsum";

  template <class V>
  auto eval(const V& v) const {
    using T = element_of<V>;
    const auto& x = functra::detail::contiguous(v);
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    tensor_of<T, extents_of_value<V>> out(uninitialized, x.get_extents());
    const T* from = x.data();
    T* to = out.mutable_data();
    // The running sums of one row: a register where there is one line, the row before where there are several.
    if (l.after == 1) {
      for (index_t o = 0; o < l.before; ++o, from += l.n, to += l.n) {
        T total = T(0);
        for (index_t k = 0; k < l.n; ++k) {
          const index_t i = Reversed ? l.n - 1 - k : k;
          to[i] = total = law::plus(total, from[i]);
        }
      }
      return out;
    }
    const index_t last = Reversed ? l.after : -l.after;
    for (index_t o = 0; o < l.before; ++o)
      for (index_t k = 0; k < l.n; ++k) {
        const index_t row = (o * l.n + (Reversed ? l.n - 1 - k : k)) * l.after;
        for (index_t j = row; j < row + l.after; ++j) to[j] = k == 0 ? from[j] : law::plus(to[j + last], from[j]);
      }
    return out;
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(cumsum<D, !Reversed>{}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(cumsum<D + 1, Reversed>{}, v);
  }
};
}  // namespace rules

// The running sum along a dim; booleans are counted.   cumsum(x, dim<0>): T[n] -> T[n]
template <tensor_like A, int D>
auto cumsum(const A& a, dim_t<D>) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[cumsum] the dim must lie within the rank");
  if constexpr (std::is_same_v<detail::dtype_t<A>, bool>) return cumsum(eval(cast<std::int64_t>(a)), dim<D>);
  else return bind(rules::cumsum<wrap_dim(D, R), false>{}, detail::as_value(a));
}

}  // namespace functra
