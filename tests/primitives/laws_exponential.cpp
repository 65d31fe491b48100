// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/error_function.hpp"
#include "functra/primitives/exponential.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("exponentials obey the laws", "[primitives]") {
  laws::run(elementwise("exp", [](const auto& x) { return exp(x); }, [](auto x) { return std::exp(x); }, {{-3, 3}}));
  laws::run(elementwise("exp2", [](const auto& x) { return exp2(x); }, [](auto x) { return std::exp2(x); }, {{-3, 3}}));
  laws::run(elementwise("expm1", [](const auto& x) { return expm1(x); }, [](auto x) { return std::expm1(x); }, {{-3, 3}}));
}

TEST_CASE("the error functions obey the laws", "[primitives]") {
  laws::run(elementwise("erf", [](const auto& x) { return erf(x); }, [](auto x) { return std::erf(x); }, {{-2, 2}}));
  laws::run(elementwise("erfc", [](const auto& x) { return erfc(x); }, [](auto x) { return std::erfc(x); }, {{-2, 2}}));
}
