// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/exponential.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("exponentials obey the laws", "[primitives]") {
  laws::run(elementwise("exp", [](const auto& x) { return exp(x); }, [](auto x) { return std::exp(x); }, {{-3, 3}}));
}
