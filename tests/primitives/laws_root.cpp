// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/power.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("roots obey the laws", "[primitives]") {
  laws::run(elementwise("sqrt", [](const auto& x) { return sqrt(x); }, [](auto x) { return std::sqrt(x); }, {{0.4, 4}}));
  laws::run(elementwise("rsqrt", [](const auto& x) { return rsqrt(x); }, [](auto x) { return 1 / std::sqrt(x); }, {{0.4, 4}}));
  laws::run(elementwise("cbrt", [](const auto& x) { return cbrt(x); }, [](auto x) { return std::cbrt(x); }, {{0.4, 4}}));
}
