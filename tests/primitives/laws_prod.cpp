// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/reduction.hpp"

#include "../reference.hpp"

using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("products obey the laws", "[primitives]") {
  laws::run("prod", [](const auto& x) { return prod(x); }, sample<4>({-1, 1}, 1));
  laws::run("prod(dims<0, 2>)", [](const auto& x) { return prod(x, dims<0, 2>); }, sample<dyn, dyn, dyn>({-1, 1}, 2, 2, 3, 2));
}

TEST_CASE("mapped gradients of products are the loop", "[primitives]") {
  const auto slope = functra::grad([](const auto& x) { return sum(square(prod(x, dims<1>))); });
  laws::check_vmap(slope, {{{0.1, 0.9}}}, sample<2, 3>({-1, 1}, 3));
}
