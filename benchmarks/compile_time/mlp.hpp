// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functra/functra.hpp>

// A network with one hidden layer, and its loss for one example.
template <class W1, class B1, class W2, class B2>
struct Mlp {
  W1 w1;
  B1 b1;
  W2 w2;
  B2 b2;
};
template <class W1, class B1, class W2, class B2>
Mlp(W1, B1, W2, B2) -> Mlp<W1, B1, W2, B2>;  // clang 14 deduces none for aggregates

inline constexpr auto loss = [](const auto& m, const auto& x, const auto& y) {
  return 0.5 * sum(square(matmul(m.w2, tanh(matmul(m.w1, x) + m.b1)) + m.b2 - y));
};

using functra::Tensor;
using Model = Mlp<Tensor<double, 8, 4>, Tensor<double, 8>, Tensor<double, 1, 8>, Tensor<double, 1>>;
