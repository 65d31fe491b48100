// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/exponential.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("logarithms obey the laws", "[primitives]") {
  laws::run(elementwise("log", [](const auto& x) { return log(x); }, [](auto x) { return std::log(x); }, {{0.3, 4}}));
  laws::run(elementwise("log2", [](const auto& x) { return log2(x); }, [](auto x) { return std::log2(x); }, {{0.3, 4}}));
  laws::run(elementwise("log10", [](const auto& x) { return log10(x); }, [](auto x) { return std::log10(x); }, {{0.3, 4}}));
  laws::run(elementwise("log1p", [](const auto& x) { return log1p(x); }, [](auto x) { return std::log1p(x); }, {{-0.6, 3}}));
}
