// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/comparison.hpp"
#include "functra/primitives/extremum.hpp"
#include "functra/primitives/power.hpp"
#include "functra/primitives/select.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("where obeys the laws", "[primitives]") {
  laws::run(elementwise("where", [](const auto& a, const auto& b) { return where(a > b, a * b, b - a); },
                        [](auto a, auto b) { return a > b ? a * b : b - a; }, {{-2, 2}, {-2, 2}}));
  laws::run(elementwise("where with a root", [](const auto& x) { return where(x > 0, sqrt(x), 0.0); },
                        [](auto x) { return x > 0 ? std::sqrt(x) : 0; }, {{-2, 2}}));
}

TEST_CASE("clamp of three tensors obeys the laws", "[primitives]") {
  laws::run("clamp", [](const auto& x, const auto& low, const auto& high) { return clamp(x, low, high); },
            laws::sample<functra::dyn>({-3, 3}, 1, 11), laws::sample<functra::dyn>({-2, 0}, 2, 11), laws::sample<functra::dyn>({1, 2}, 3, 11));
}
