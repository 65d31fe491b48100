// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

int main() {
  const functra::Tensor<double> zero = 0.0;
  return functra::grad([](auto x) { return sin(x); })(zero).item() == 1.0 ? 0 : 1;
}
