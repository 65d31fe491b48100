// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/along.hpp"

//  diagonal   y_i = x_ii                        the last two dims become one, as long as the shorter
//  spread     y_ii = x_i, 0 elsewhere           its transpose
//  triangle   y_ij = x_ij where j - i <= k (lower) or j - i >= k (upper), 0 elsewhere; its own transpose
//  jvp        the same of x'                    derived: linear
//  batch      leading dims ride along
namespace functra {

namespace rules {

template <class X>
struct spread_diagonal;

struct diagonal : linear<diagonal> {
  static constexpr char name[] = "diag";
  static constexpr bool is_view = true;

  template <class X>
  static constexpr auto shape() {
    static_shape<X::R - 1> s{};
    for (int d = 0; d < X::R - 2; ++d) s[d] = X::static_extent(d);
    const index_t m = X::static_extent(X::R - 2), n = X::static_extent(X::R - 1);
    s[X::R - 2] = is_dynamic(m) || is_dynamic(n) ? dyn : m < n ? m : n;
    return s;
  }

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using X = extents_of_value<V>;
    using Y = extents_of<X::R - 1, shape<X>()>;
    index_t from[X::R], n[Y::R];
    functra::detail::strides_of(v, from);
    for (int d = 0; d < Y::R; ++d) n[d] = v.extent(d);
    n[Y::R - 1] = std::min(v.extent(X::R - 2), v.extent(X::R - 1));
    from[X::R - 2] += from[X::R - 1];
    return functra::detail::restrided(v, 0, Y::from(n), from);
  }
  template <class C, class V>
  auto transpose(const C& c, const V& x) const {
    using X = std::remove_cvref_t<decltype(x.get_extents())>;
    return bind(spread_diagonal<X>{{}, x.get_extents()}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(diagonal{}, v);
  }
};

// X: the extents of the result.
template <class X>
struct spread_diagonal : linear<spread_diagonal<X>> {
  static constexpr char name[] = "diag";
  FUNCTRA_EMPTY X to;

  template <class V>
  auto eval(const V& v) const {
    const auto& x = functra::detail::contiguous(v);
    tensor_of<element_of<V>, X> out(to);
    const index_t m = to.extent(X::R - 2), n = to.extent(X::R - 1), k = std::min(m, n);
    if (out.size() == 0) return out;
    auto* place = out.mutable_data();
    const index_t count = x.size() / k;
    for (index_t b = 0; b < count; ++b)
      for (index_t i = 0; i < k; ++i) place[b * m * n + i * (n + 1)] = x.data()[b * k + i];
    return out;
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(diagonal{}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    using Y = insert_extent<X, 0, extents_of_value<V>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = v.extent(0);
    for (int d = 0; d < X::R; ++d) n[d + 1] = to.extent(d);
    return bind(spread_diagonal<Y>{{}, Y::from(n)}, v);
  }
};

template <bool Upper>
struct triangle : linear<triangle<Upper>> {
  static constexpr const char* name = Upper ? "triu" : "tril";
  index_t k;

  template <class V>
  auto eval(const V& v) const {
    constexpr int R = extents_of_value<V>::R;
    auto out = functra::eval(v);
    using T = element_of<V>;
    if (out.size() == 0) return out;
    const index_t m = out.extent(R - 2), n = out.extent(R - 1), count = out.size() / (m * n);
    T* row = out.mutable_data();
    for (index_t b = 0; b < count; ++b)
      for (index_t i = 0; i < m; ++i, row += n) {
        const index_t edge = std::clamp<index_t>(Upper ? i + k : i + k + 1, 0, n);
        for (index_t j = Upper ? 0 : edge; j < (Upper ? edge : n); ++j) row[j] = T(0);
      }
    return out;
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(*this, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(*this, v);
  }
};

}  // namespace rules

// A matrix with the vector on its diagonal; of a matrix, its diagonal.   T[n] -> T[n,n]    T[m,n] -> T[min(m,n)]
template <tensor_like A>
FUNCTRA_INLINE auto diag(const A& a) {
  using X = detail::extents_t<A>;
  static_assert(X::R == 1 || X::R == 2, "[diag] a vector or a matrix is required; vmap(...) maps over further dims");
  const auto& v = detail::as_value(a);
  if constexpr (X::R == 2) return bind(rules::diagonal{}, v);
  else {
    using Y = extents<X::static_extent(0), X::static_extent(0)>;
    const index_t n[] = {v.extent(0), v.extent(0)};
    return bind(rules::spread_diagonal<Y>{{}, Y::from(n)}, v);
  }
}

// The sum of the diagonal of a matrix.   T[m,n] -> T[]
template <tensor_like A>
FUNCTRA_INLINE auto trace(const A& a) {
  static_assert(detail::rank_of<A> == 2, "[trace] a matrix is required; vmap(...) maps over further dims");
  return sum(bind(rules::diagonal{}, detail::as_value(a)));
}

// The lower triangle, with zeros above diagonal k: 0 is the main one, 1 the one above it.   T[..., m,n] -> T[..., m,n]
template <tensor_like A>
auto tril(const A& a, index_t k = 0) {
  static_assert(detail::rank_of<A> >= 2, "[tril] a matrix, or a stack of them, is required");
  return bind(rules::triangle<false>{{}, k}, detail::as_value(a));
}
// The upper triangle, with zeros below diagonal k.   T[..., m,n] -> T[..., m,n]
template <tensor_like A>
auto triu(const A& a, index_t k = 0) {
  static_assert(detail::rank_of<A> >= 2, "[triu] a matrix, or a stack of them, is required");
  return bind(rules::triangle<true>{{}, k}, detail::as_value(a));
}

}  // namespace functra
