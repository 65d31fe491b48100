// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/error_function.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("the error functions obey the laws", "[primitives]") {
  laws::run(elementwise("erf", [](const auto& x) { return erf(x); }, [](auto x) { return std::erf(x); }, {{-2, 2}}));
  laws::run(elementwise("erfc", [](const auto& x) { return erfc(x); }, [](auto x) { return std::erfc(x); }, {{-2, 2}}));
}
