// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/matmul.hpp"

#include "../reference.hpp"

using functra::dyn;
using laws::sample;

TEST_CASE("matrix times vector obeys the laws", "[primitives]") {
  reference::run("static", [](const auto& a, const auto& x) { return matmul(a, x); }, sample<3, 4>({-1, 1}, 1), sample<4>({-1, 1}, 2));
}

TEST_CASE("dot obeys the laws", "[primitives]") {
  laws::run("dynamic", [](const auto& x, const auto& y) { return dot(x, y); }, sample<dyn>({-1, 1}, 1, 5), sample<dyn>({-1, 1}, 2, 5));
}

TEST_CASE("outer obeys the laws", "[primitives]") {
  laws::run("mixed", [](const auto& x, const auto& y) { return outer(x, y); }, sample<3>({-1, 1}, 1), sample<dyn>({-1, 1}, 2, 4));
}
