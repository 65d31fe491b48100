// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// One gradient.
#include <functra/functra.hpp>
#include <iostream>
using namespace functra;

int main() {
  auto rosenbrock = [](const auto& x) {
    const auto n = x.extent(0);
    auto a = at(x, range(0, n - 1)), b = at(x, range(1, n));
    return sum(100.0 * square(b - square(a)) + square(1.0 - a));
  };
  std::cout << grad(rosenbrock)(Tensor<double, dyn>{-1.0, 2.0, 0.5, 1.5}) << '\n';
}
