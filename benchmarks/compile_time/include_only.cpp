// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// What the header costs.
#include <functra/functra.hpp>

int main() {}
