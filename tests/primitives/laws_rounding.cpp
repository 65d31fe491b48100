// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/extremum.hpp"
#include "functra/primitives/rounding.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("abs, sign and the roundings obey the laws", "[primitives]") {
  laws::run(elementwise("abs", [](const auto& x) { return abs(x); }, [](auto x) { return std::fabs(x); }, {{-3, 3}}));
  laws::run(elementwise("sign", [](const auto& x) { return sign(x); }, [](auto x) { return x > 0 ? 1.0L : -1.0L; }, {{-3, 3}}));
  laws::run(elementwise("floor", [](const auto& x) { return floor(x); }, [](auto x) { return std::floor(x); }, {{-3, 3}}));
  laws::run(elementwise("ceil", [](const auto& x) { return ceil(x); }, [](auto x) { return std::ceil(x); }, {{-3, 3}}));
  laws::run(elementwise("round", [](const auto& x) { return round(x); }, [](auto x) { return std::nearbyint(x); }, {{-3, 3}}));
}
