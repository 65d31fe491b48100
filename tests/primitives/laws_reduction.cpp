// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/reduction.hpp"

#include "../reference.hpp"

using functra::dims;
using functra::dyn;
using functra::keepdim;
using laws::sample;

TEST_CASE("extrema obey the laws", "[primitives]") {
  reference::run("max", [](const auto& x) { return max(x); }, sample<dyn, dyn>({-1, 1}, 1, 3, 4));
  reference::run("min(dims<1>)", [](const auto& x) { return min(x, dims<1>); }, sample<2, 3>({-1, 1}, 2));
  laws::run("max(dims<0, 2>, keepdim)", [](const auto& x) { return max(x, dims<0, 2>, keepdim); }, sample<dyn, 2, dyn>({-1, 1}, 3, 3, 2));
}
