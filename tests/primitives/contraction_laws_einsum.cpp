// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/einsum.hpp"

#include "../laws.hpp"

using functra::dyn;
using functra::einsum;
using laws::sample;

TEST_CASE("einsum with a batch index obeys the laws", "[primitives]") {
  laws::run("static", [](const auto& a, const auto& b) { return einsum<"bij,bj->ib">(a, b); }, sample<2, 3, 2>({-1, 1}, 1), sample<2, 2>({-1, 1}, 2));
}

TEST_CASE("einsum with a diagonal obeys the laws", "[primitives]") {
  laws::run("dynamic", [](const auto& a) { return einsum<"iji->ji">(a); }, sample<dyn, dyn, dyn>({-1, 1}, 1, 3, 2, 3));
  laws::run("static", [](const auto& a) { return einsum<"ii->i">(a); }, sample<3, 3>({-1, 1}, 1));
}
