// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/matmul.hpp"

#include "../laws.hpp"

using functra::dyn;
using laws::sample;

namespace {
constexpr auto product = [](const auto& a, const auto& b) { return matmul(a, b); };
}

TEST_CASE("matrix times matrix obeys the laws", "[primitives]") {
  laws::run("dynamic", product, sample<dyn, dyn>({-1, 1}, 1, 3, 4), sample<dyn, dyn>({-1, 1}, 2, 4, 2));
  laws::run("static", product, sample<3, 3>({-1, 1}, 1), sample<3, 2>({-1, 1}, 2));
}
