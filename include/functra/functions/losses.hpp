// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/functions/softmax.hpp"
#include "functra/functions/statistics.hpp"
#include "functra/primitives/gather.hpp"

//  mean_squared_error   mean((p - t)^2)
//  cross_entropy        mean(logsumexp(x) - x_label), the negative log-likelihood of the labels under softmax(x)
namespace functra {

// The mean of the squared differences, lazy.   T[x...], T[x...] -> T[]
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto mean_squared_error(A&& prediction, B&& target) {
  return mean(square(std::forward<A>(prediction) - std::forward<B>(target)));
}

// The cross entropy of integer labels under the softmax of logits along the last dim, averaged over the other dims.
//   cross_entropy(x, label): T[m,n], i64[m] -> T[]     T[n], i64[] -> T[]
// Throws where a label is out of range; negative ones count from the end.
template <tensor_like A, class I>
  requires(tensor_like<I> || std::integral<I>)
auto cross_entropy(const A& logits, const I& labels) {
  constexpr int R = detail::rank_of<A>;
  static_assert(R > 0, "[cross_entropy] logits must have a dim of classes");
  const auto& x = detail::as_floating(logits);
  if constexpr (std::integral<I>) {
    static_assert(R == 1, "[cross_entropy] one label serves one vector of logits only");
    return eval(logsumexp(x) - detail::slice_at<0>(x, static_cast<index_t>(labels)));
  } else {
    static_assert(detail::integer_tensor<I>, "[cross_entropy] labels must be integers");
    static_assert(detail::rank_of<I> == R - 1, "[cross_entropy] labels must have the dims of the logits but the last");
    const auto& at = detail::as_value(labels);
    for (int d = 0; d < R - 1; ++d)
      if (at.extent(d) != x.extent(d))
        fail("cross_entropy", "labels must have the extents of the logits, got ", at.extent(d), " and ", x.extent(d), " in dim ", d);
    return eval(mean(logsumexp(x, dims<R - 1>) - bind(rules::gather<R - 1, R - 1>{}, x, at)));
  }
}

}  // namespace functra
