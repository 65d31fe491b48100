// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/rearrange.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using laws::sample;

TEST_CASE("flip and roll obey the laws", "[primitives]") {
  laws::run("flip", [](const auto& x) { return flip(x, dim<1>); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
  laws::run("flip", [](const auto& x) { return flip(x) * x; }, sample<3>({-1, 1}, 1));
  laws::run("roll", [](const auto& x) { return roll(x, 1, dim<0>) * x; }, sample<3, 2>({-1, 1}, 1));
  laws::run("roll", [](const auto& x) { return roll(x, 2); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
}
