// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/join.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using laws::sample;

TEST_CASE("joins obey the laws", "[primitives]") {
  laws::run("concatenate", [](const auto& a, const auto& b) { return concatenate(std::tuple{a, b, a}, dim<1>); }, sample<2, 3>({-1, 1}, 1), sample<2, 2>({-1, 1}, 2));
  laws::run("stack", [](const auto& a, const auto& b) { return stack(std::tuple{a, b}, dim<1>); }, sample<dyn>({-1, 1}, 1, 3), sample<dyn>({-1, 1}, 2, 3));
}
