// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/diag.hpp"

#include "../reference.hpp"

using functra::dyn;
using laws::sample;

TEST_CASE("triangles obey the laws", "[primitives]") {
  laws::run("tril", [](const auto& x) { return tril(square(x), -1); }, sample<2, 3>({-1, 1}, 1));
  laws::run("triu", [](const auto& x) { return triu(x, 1); }, sample<dyn, dyn, dyn>({-1, 1}, 1, 2, 3, 3));
  reference::run("diag", [](const auto& x) { return diag(x); }, sample<2, 2>({-1, 1}, 1));
}
