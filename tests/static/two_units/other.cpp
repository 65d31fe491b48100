// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

double slope(double x);
double slope(double x) {
  return functra::grad([](auto v) { return sin(v); })(functra::Tensor<double>(x)).item();
}
