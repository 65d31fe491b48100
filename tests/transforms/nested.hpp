// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "numbers.hpp"

// jacrev and jacfwd of each other.

namespace nested {
using namespace functra;
inline const auto rev = [](auto f) { return jacrev(f); };
inline const auto fwd = [](auto f) { return jacfwd(f); };

// R^2 -> R: x0^3 x1 + x1^2 x0
inline const auto scalar = [](const auto& x) { return x(0) * x(0) * x(0) * x(1) + x(1) * x(1) * x(0); };
// R^2 -> R^2
inline const auto vector = [](const auto& x) { return sin(x) * x(0); };
inline const double a = 0.5, b = -1.5;
inline const Tensor<double, 2> p{a, b};
inline const Tensor<double, dyn> x{a, b};
inline const numbers second{6 * a * b, 3 * a * a + 2 * b, 3 * a * a + 2 * b, 2 * a};
inline const numbers third{6 * b, 6 * a, 6 * a, 2, 6 * a, 2, 2, 0};
}  // namespace nested
