// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/trigonometric.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("trigonometric functions obey the laws", "[primitives]") {
  laws::run(elementwise("sin", [](const auto& x) { return sin(x); }, [](auto x) { return std::sin(x); }, {{-4, 4}}));
  laws::run(elementwise("cos", [](const auto& x) { return cos(x); }, [](auto x) { return std::cos(x); }, {{-4, 4}}));
  laws::run(elementwise("tan", [](const auto& x) { return tan(x); }, [](auto x) { return std::tan(x); }, {{-1, 1}}));
}
