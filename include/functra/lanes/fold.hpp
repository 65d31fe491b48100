// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "functra/core/element.hpp"
#include "functra/core/extents.hpp"
#include "functra/lanes/loop_kernel.hpp"
#include "functra/lanes/pack.hpp"

// Folds of a strided array by an associative operation: max, min, product, any, all. (Sums are outputs of the loop engine.)
//
// An operation states identity<S>() on scalars and combine(a, b) on scalars and packs.
namespace functra::lanes {

struct fold_max {
  template <class S>
  static constexpr S identity() {
    if constexpr (std::numeric_limits<S>::has_infinity) return -std::numeric_limits<S>::infinity();
    else return std::numeric_limits<S>::lowest();
  }
  template <class L>
  static FUNCTRA_INLINE L combine(const L& a, const L& b) {
    return max(a, b);
  }
};
struct fold_min {
  template <class S>
  static constexpr S identity() {
    if constexpr (std::numeric_limits<S>::has_infinity) return std::numeric_limits<S>::infinity();
    else return std::numeric_limits<S>::max();
  }
  template <class L>
  static FUNCTRA_INLINE L combine(const L& a, const L& b) {
    return min(a, b);
  }
};
struct fold_product {
  template <class S>
  static constexpr S identity() {
    return S(1);
  }
  template <class L>
  static FUNCTRA_INLINE L combine(const L& a, const L& b) {
    if constexpr (std::is_integral_v<L>)
      return static_cast<L>(static_cast<std::make_unsigned_t<L>>(a) * static_cast<std::make_unsigned_t<L>>(b));
    else return a * b;
  }
};
struct fold_any {
  template <class S>
  static constexpr S identity() {
    return S(false);
  }
  template <class L>
  static FUNCTRA_INLINE L combine(const L& a, const L& b) {
    return a || b;
  }
};
struct fold_all {
  template <class S>
  static constexpr S identity() {
    return S(true);
  }
  template <class L>
  static FUNCTRA_INLINE L combine(const L& a, const L& b) {
    return a && b;
  }
};

// Several accumulators hide the latency of the operation; their number does not depend on the machine.
template <class Op, class T>
inline T fold_row(const T* p, index_t n, index_t stride) {
  using S = scalar_t<T>;
  constexpr int ways = 4;
  const T start = T(Op::template identity<S>());
  T r = start;
  index_t i = 0;
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    constexpr int w = width<T>;
    if (stride == 1 && n >= 2 * w) {
      using P = pack<T, w>;
      P a[ways] = {P(start), P(start), P(start), P(start)};
      for (; i + ways * w <= n; i += ways * w)
        for (int k = 0; k < ways; ++k) a[k] = Op::combine(a[k], P::load(p + i + k * w));
      for (; i + w <= n; i += w) a[0] = Op::combine(a[0], P::load(p + i));
      r = detail::reduce(Op::combine(Op::combine(a[0], a[1]), Op::combine(a[2], a[3])),
                         [](const auto& x, const auto& y) FUNCTRA_INLINE_LAMBDA { return Op::combine(x, y); });
    }
  }
  for (; i < n; ++i) r = Op::combine(r, p[i * stride]);
  return r;
}

// to[j] = combine(to[j], from[j]).
template <class Op, class T>
inline void fold_columns(T* to, index_t to_stride, const T* from, index_t from_stride, index_t n) {
  index_t j = 0;
  if constexpr (std::is_arithmetic_v<T> && !std::is_same_v<T, bool>) {
    constexpr int w = width<T>;
    if (to_stride == 1 && from_stride == 1)
      for (; j + w <= n; j += w) Op::combine(pack<T, w>::load(to + j), pack<T, w>::load(from + j)).store(to + j);
  }
  for (; j < n; ++j) to[j * to_stride] = Op::combine(to[j * to_stride], from[j * from_stride]);
}

namespace detail {
template <class Op, class T>
void fold_nest(const T* from, T* to, const index_t* n, const index_t* from_stride, const index_t* to_stride, int rank) {
  if (rank == 0) *to = Op::combine(*to, *from);
  else if (rank > 1)
    for (index_t i = 0; i < n[0]; ++i)
      fold_nest<Op>(from + i * from_stride[0], to + i * to_stride[0], n + 1, from_stride + 1, to_stride + 1, rank - 1);
  else if (to_stride[0] == 0) *to = Op::combine(*to, fold_row<Op>(from, n[0], from_stride[0]));
  else fold_columns<Op>(to, to_stride[0], from, from_stride[0], n[0]);
}
}  // namespace detail

// Folds `from` into `to`, which holds the identity: dims in which `to` has the stride 0 are folded.
template <class Op, class T>
void fold(const T* from, T* to, int rank, const index_t* shape, const index_t* from_stride, const index_t* to_stride) {
  // Neighbouring dims that both sides walk as one are one.
  index_t n[max_rank], s[max_rank], t[max_rank];
  int r = 0;
  for (int d = 0; d < rank; ++d) {
    if (shape[d] == 0) return;
    if (shape[d] == 1) continue;
    const bool merges = r > 0 && s[r - 1] == from_stride[d] * shape[d] && t[r - 1] == to_stride[d] * shape[d];
    if (!merges) ++r;
    n[r - 1] = merges ? n[r - 1] * shape[d] : shape[d];
    s[r - 1] = from_stride[d];
    t[r - 1] = to_stride[d];
  }
  detail::fold_nest<Op>(from, to, n, s, t, r);
}

}  // namespace functra::lanes
