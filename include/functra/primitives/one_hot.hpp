// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/cast.hpp"
#include "functra/primitives/comparison.hpp"
#include "functra/primitives/gather.hpp"

//  one_hot    y_{i..., k} = 1 where k = indices_{i...}, else 0: a comparison with 0, 1, ..., without derivative
namespace functra {

namespace detail {
template <class T, class X, class I>
FUNCTRA_INLINE auto one_hot_in(const I& indices, index_t n) {
  static_assert(integer_tensor<I> || std::integral<I>, "[one_hot] indices must be integers");
  if (n < 0) fail("one_hot", "the number of classes must not be negative, got ", n);
  // Values that the dtype of the indices cannot hold are never met.
  using Index = std::conditional_t<std::integral<I>, std::int64_t, dtype_t<I>>;
  tensor_of<Index, X> classes(uninitialized, X::from(&n));
  for (index_t k = 0; k < n; ++k) classes.mutable_data()[k] = static_cast<Index>(k);
  if constexpr (std::integral<I>) return cast<T>(classes == indices);
  else {
    const auto column = insert_units<rank_of<I>, 1>(as_value(indices));
    return cast<T>(column == classes);
  }
}
}  // namespace detail

// For each index a vector of n elements that is 1 at the index and 0 elsewhere; all 0 where the index is not in [0, n).
//   one_hot(i, 4): i64[m] -> f64[m,4]     one_hot<float>(i, 4): i64[m] -> f32[m,4]     one_hot<float, 4>(i): with a static extent
template <class T = double, class I>
  requires(tensor_like<I> || std::integral<I>)
auto one_hot(const I& indices, index_t n) {
  return detail::one_hot_in<T, extents<dyn>>(indices, n);
}
template <class T, index_t N, class I>
  requires(tensor_like<I> || std::integral<I>)
auto one_hot(const I& indices) {
  return detail::one_hot_in<T, extents<N>>(indices, N);
}

}  // namespace functra
