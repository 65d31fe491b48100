// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/hyperbolic.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("hyperbolic functions obey the laws", "[primitives]") {
  laws::run(elementwise("sinh", [](const auto& x) { return sinh(x); }, [](auto x) { return std::sinh(x); }, {{-2, 2}}));
  laws::run(elementwise("cosh", [](const auto& x) { return cosh(x); }, [](auto x) { return std::cosh(x); }, {{-2, 2}}));
  laws::run(elementwise("tanh", [](const auto& x) { return tanh(x); }, [](auto x) { return std::tanh(x); }, {{-2, 2}}));
}

TEST_CASE("inverse hyperbolic functions obey the laws", "[primitives]") {
  laws::run(elementwise("asinh", [](const auto& x) { return asinh(x); }, [](auto x) { return std::asinh(x); }, {{-3, 3}}));
  laws::run(elementwise("acosh", [](const auto& x) { return acosh(x); }, [](auto x) { return std::acosh(x); }, {{1.5, 4}}));
  laws::run(elementwise("atanh", [](const auto& x) { return atanh(x); }, [](auto x) { return std::atanh(x); }, {{-0.7, 0.7}}));
}
