// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// The Hessian of a network's loss in one layer's weights.
#include <iostream>

#include "mlp.hpp"
using namespace functra;

int main() {
  const Model model{normal<double>(Key{0}, extents<8, 4>()), {}, normal<double>(Key{1}, extents<1, 8>()), {}};
  const auto x = normal<double>(Key{2}, extents<4>());
  const auto y = normal<double>(Key{3}, extents<1>());
  const auto in_weights = [&](const auto& w1) { return loss(Mlp{w1, model.b1, model.w2, model.b2}, x, y); };
  std::cout << sum(hessian(in_weights)(model.w1)) << '\n';
}
