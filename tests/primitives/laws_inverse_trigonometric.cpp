// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/trigonometric.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("inverse trigonometric functions obey the laws", "[primitives]") {
  laws::run(elementwise("asin", [](const auto& x) { return asin(x); }, [](auto x) { return std::asin(x); }, {{-0.8, 0.8}}));
  laws::run(elementwise("acos", [](const auto& x) { return acos(x); }, [](auto x) { return std::acos(x); }, {{-0.8, 0.8}}));
  laws::run(elementwise("atan", [](const auto& x) { return atan(x); }, [](auto x) { return std::atan(x); }, {{-3, 3}}));
  laws::run(elementwise("atan2", [](const auto& a, const auto& b) { return atan2(a, b); }, [](auto a, auto b) { return std::atan2(a, b); }, {{-2, 2}, {0.5, 2}}));
}
