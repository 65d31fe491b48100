// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/activation.hpp"

#include "../laws.hpp"

using laws::elementwise;

TEST_CASE("activations obey the laws", "[primitives]") {
  laws::run(elementwise("sigmoid", [](const auto& x) { return sigmoid(x); }, [](auto x) { return 1 / (1 + std::exp(-x)); }, {{-4, 4}}));
  laws::run(elementwise("softplus", [](const auto& x) { return softplus(x); }, [](auto x) { return std::log1p(std::exp(x)); }, {{-4, 4}}));
  laws::run(elementwise("relu", [](const auto& x) { return relu(x); }, [](auto x) { return x > 0 ? x : 0; }, {{-4, 4}}));
  laws::run(elementwise("silu", [](const auto& x) { return silu(x); }, [](auto x) { return x / (1 + std::exp(-x)); }, {{-4, 4}}));
  laws::run(elementwise("gelu", [](const auto& x) { return gelu(x); }, [](auto x) { return x * std::erfc(-x / std::sqrt(2.0L)) / 2; }, {{-4, 4}}));
}
