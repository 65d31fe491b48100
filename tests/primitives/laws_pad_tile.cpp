// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/rearrange.hpp"

#include "../reference.hpp"

using functra::dyn;
using laws::sample;

TEST_CASE("pad and tile obey the laws", "[primitives]") {
  laws::run("pad", [](const auto& x) { return pad(x, {{1, 0}, {0, 2}}); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
  laws::run("pad with a value", [](const auto& x, const auto& v) { return functra::pad<1, 1>(x, v); }, sample<3>({-1, 1}, 1), sample<>({-1, 1}, 2));
  laws::run("tile", [](const auto& x) { return functra::tile<2, 2>(x); }, sample<3>({-1, 1}, 1));
  laws::run("tile", [](const auto& x) { return tile(x, 2, 3); }, sample<dyn, dyn>({-1, 1}, 1, 2, 2));
}
