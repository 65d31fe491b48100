// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/power.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("powers obey the laws", "[primitives]") {
  laws::run(elementwise("pow", [](const auto& a, const auto& b) { return pow(a, b); }, [](auto a, auto b) { return std::pow(a, b); }, {{0.5, 2}, {-2, 3}}));
  laws::run(elementwise("pow by a number", [](const auto& x) { return pow(x, -2.5); }, [](auto x) { return std::pow(x, -2.5L); }, {{0.5, 2}}));
}
