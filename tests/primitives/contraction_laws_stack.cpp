// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/matmul.hpp"

#include "../laws.hpp"

using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("stacks of matrices obey the laws, where a leading extent stretches", "[primitives]") {
  laws::run("known at run time", [](const auto& a, const auto& b) { return matmul(a, b); }, sample<dyn, dyn, 3>({-1, 1}, 1, 1, 2),
            sample<dyn, dyn, dyn>({-1, 1}, 2, 3, 3, 2));
}

TEST_CASE("tensordot obeys the laws", "[primitives]") {
  laws::run("static", [](const auto& a, const auto& b) { return tensordot(a, b, dims<2, 0>, dims<0, 1>); }, sample<2, 3, 4>({-1, 1}, 1),
            sample<4, 2, 2>({-1, 1}, 2));
}
