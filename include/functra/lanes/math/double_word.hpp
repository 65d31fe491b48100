// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/elementary.hpp"

// The rounding errors of sums and products, which are floating-point numbers themselves (Dekker 1971): the unevaluated sum of
// two numbers of which the second is less than the last bit of the first has twice the bits.

namespace functra::lanes::detail {

template <class P>
struct double_word {
  P high, low;
};

// a + b exactly, for |a| >= |b| or a = 0.
template <class P>
FUNCTRA_INLINE double_word<P> exact_sum(P a, P b) {
  const P sum = a + b;
  return {sum, b - (sum - a)};
}

// a b - product, exactly, where product is a b rounded. Without fused multiply-add the factors are split into halves, whose
// products are exact; |a|, |b| < 2^996 (2^115 for float).
template <class T, int N>
FUNCTRA_INLINE pack<T, N> product_error(pack<T, N> a, pack<T, N> b, pack<T, N> product) {
  if constexpr (has_fma) return fma(a, b, -product);
  else {
    constexpr T splitter = sizeof(T) == 8 ? T(0x1p27 + 1) : T(0x1p12 + 1);
    const auto a_high = a * splitter - (a * splitter - a), a_low = a - a_high;
    const auto b_high = b * splitter - (b * splitter - b), b_low = b - b_high;
    return ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
  }
}
template <class P>
FUNCTRA_INLINE double_word<P> exact_product(P a, P b) {
  const P product = a * b;
  return {product, product_error(a, b, product)};
}

}  // namespace functra::lanes::detail
