// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/power.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("integer powers obey the laws on both sides of zero", "[primitives]") {
  laws::run(elementwise("pow(x, 3)", [](const auto& x) { return pow(x, 3); }, [](auto x) { return x * x * x; }, {{-2, 2}}));
  laws::run(elementwise("pow(x, -2.0)", [](const auto& x) { return pow(x, -2.0); }, [](auto x) { return 1 / (x * x); }, {{-2, -0.5}}));
  laws::run(elementwise("pow(x, 0)", [](const auto& x) { return pow(x, 0); }, [](auto) { return 1.0L; }, {{-2, 2}}));
  laws::run(elementwise("pow(2, x)", [](const auto& x) { return pow(2, x); }, [](auto x) { return std::exp2(x); }, {{-2, 2}}));
}
