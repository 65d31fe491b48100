// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/exponential.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("exponentials obey the laws", "[primitives]") {
  laws::run(elementwise("exp", [](const auto& x) { return exp(x); }, [](auto x) { return std::exp(x); }, {{-3, 3}}));
  laws::run(elementwise("exp2", [](const auto& x) { return exp2(x); }, [](auto x) { return std::exp2(x); }, {{-3, 3}}));
  laws::run(elementwise("expm1", [](const auto& x) { return expm1(x); }, [](auto x) { return std::expm1(x); }, {{-3, 3}}));
}
