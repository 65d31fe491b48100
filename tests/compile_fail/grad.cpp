// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
#if CASE == 1  // expect: [grad] f must return a rank-0 tensor
  grad([](auto v) { return sin(v); })(x);
#endif
}
