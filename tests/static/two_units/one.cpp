// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

double slope(double x);

int main() { return slope(0.0) == 1.0 ? 0 : 1; }
