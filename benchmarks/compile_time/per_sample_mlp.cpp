// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Per-sample gradients of a network: vmap(grad(loss)).
#include <iostream>

#include "mlp.hpp"
using namespace functra;

int main() {
  const Model model{normal<double>(Key{0}, extents<8, 4>()), {}, normal<double>(Key{1}, extents<1, 8>()), {}};
  const auto x = normal<double>(Key{2}, extents<dyn, 4>(100));
  const auto y = normal<double>(Key{3}, extents<dyn, 1>(100));
  const auto gradients = vmap(grad(loss), in_dims<none, 0, 0>)(model, x, y);
  std::cout << sum(gradients.w1) << '\n';
}
