// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/einsum.hpp"

#include "../laws.hpp"

using functra::dyn;
using functra::einsum;
using laws::sample;

TEST_CASE("einsum of three operands obeys the laws", "[primitives]") {
  const auto f = [](const auto& a, const auto& b, const auto& c) { return einsum<"ij,jk,kk->i">(a, b, c); };
  const auto a = sample<dyn, dyn>({-1, 1}, 1, 2, 3), b = sample<dyn, dyn>({-1, 1}, 2, 3, 2), c = sample<dyn, dyn>({-1, 1}, 3, 2, 2);
  laws::check_first_derivative(f, a, b, c);
  laws::check_second_derivative(f, a, b, c);
}
