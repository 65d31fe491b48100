// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/extremum.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("extrema obey the laws", "[primitives]") {
  laws::run(elementwise("max", [](const auto& a, const auto& b) { return max(a, b); }, [](auto a, auto b) { return a > b ? a : b; }, {{-3, 3}, {-3, 3}}));
  laws::run(elementwise("min", [](const auto& a, const auto& b) { return min(a, b); }, [](auto a, auto b) { return a < b ? a : b; }, {{-3, 3}, {-3, 3}}));
  laws::run(elementwise("clamp", [](const auto& x) { return clamp(x, -1, 2.0); }, [](auto x) { return x < -1 ? -1 : x > 2 ? 2 : x; }, {{-3, 3}}));
}
