// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "functra/dense/kernels.hpp"

// Contractions of static extents, planned at compile time.
namespace functra::dense {

// P states `static constexpr product_plan plan`, for elements TA, TB, TC.
template <class P>
struct static_contraction {
  static constexpr const product_plan& plan = P::plan;
  static constexpr write how = plan.adds ? write::add : write::store;

  template <class TA, class TB, class TC>
  static FUNCTRA_INLINE void run(const TA* a, const TB* b, TC* c) {
    if constexpr (plan.swapped) nest<0>(b, a, c);
    else nest<0>(a, b, c);
  }

 private:
  template <int D, class TA, class TB, class TC>
  static FUNCTRA_INLINE void nest(const TA* a, const TB* b, TC* c) {
    using namespace detail;
    if constexpr (D < plan.loops.count) {
      constexpr index_walk w = plan.loops.at[D];
      for (index_t i = 0; i < w.n; ++i) nest<D + 1>(a + i * w.a, b + i * w.b, c + i * w.c);
    } else if constexpr (plan.kind == form::elements) {
      tiles<TC, plan.v.n, access::element, access::element, access::element>(a, b, c);
    } else if constexpr (plan.kind == form::dots) {
      constexpr int width = static_cast<int>(std::min<index_t>(lanes::width<TC>, static_cast<index_t>(std::bit_floor(static_cast<std::size_t>(plan.k.n)))));
      static_tiles<plan.u.n, 4>([&](auto u, index_t i) FUNCTRA_INLINE_LAMBDA {
        constexpr int flying = u > 1 || plan.k.n < 4 * width ? 1 : 4;
        detail::dot_rows<lanes::pack<TC, width>, u, flying, TC>::run({plan.u, plan.v, plan.k, how}, a + i * plan.u.a, b, c + i * plan.u.c);
      });
    } else {
      chunks<plan.v.n, lanes::width<TC>>(a, b, c);
    }
  }

  // N neighbours along v: as many vectors of W lanes as fit, then narrower ones.
  template <index_t N, int W, class T>
  static FUNCTRA_INLINE void chunks(const T* a, const T* b, T* c) {
    using detail::access;
    constexpr access along_a = plan.kind == form::pointwise ? access::vector : access::element;
    constexpr index_t full = N / W;
    if constexpr (W == 1) {
      if constexpr (full > 0) tiles<T, full, access::element, access::element, access::element>(a, b, c);
    } else {
      if constexpr (full > 0) tiles<lanes::pack<T, W>, full, along_a, access::vector, access::vector>(a, b, c);
      if constexpr (N % W != 0) chunks<N % W, W / 2>(a + full * W * plan.v.a, b + full * W * plan.v.b, c + full * W * plan.v.c);
    }
  }

  template <class L, index_t Count, detail::access A, detail::access B, detail::access C, class TA, class TB, class TC>
  static FUNCTRA_INLINE void tiles(const TA* a, const TB* b, TC* c) {
    constexpr detail::tile_size size = detail::best_tile(plan.u.n, Count, detail::registers_of<L>);
    detail::static_tiles<plan.u.n, size.u>([&](auto u, index_t i) FUNCTRA_INLINE_LAMBDA {
      detail::static_tiles<Count, size.v>([&](auto v, index_t j) FUNCTRA_INLINE_LAMBDA {
        using T = detail::tile<L, u, v, A, B, C>;
        const index_t at = j * T::width;
        T::template run<plan.k.n>({plan.u, plan.v, plan.k, how}, a + i * plan.u.a + at * plan.v.a, b + i * plan.u.b + at * plan.v.b,
                                  c + i * plan.u.c + at * plan.v.c);
      });
    });
  }
};

}  // namespace functra::dense
