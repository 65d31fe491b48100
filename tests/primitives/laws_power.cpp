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

TEST_CASE("powers obey the laws", "[primitives]") {
  laws::run(elementwise("pow", [](const auto& a, const auto& b) { return pow(a, b); }, [](auto a, auto b) { return std::pow(a, b); }, {{0.5, 2}, {-2, 3}}));
  laws::run(elementwise("pow by a number", [](const auto& x) { return pow(x, -2.5); }, [](auto x) { return std::pow(x, -2.5L); }, {{0.5, 2}}));
}
