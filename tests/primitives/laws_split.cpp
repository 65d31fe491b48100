// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/join.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using laws::sample;

TEST_CASE("parts and stacks of scalars obey the laws", "[primitives]") {
  const auto halves = [](const auto& x) {
    auto [a, b] = functra::split<2>(x, dim<1>);
    return a * square(b);
  };
  reference::run("split", halves, sample<dyn, dyn>({-1, 1}, 1, 2, 4));
  laws::run("split", halves, sample<2, 2>({-1, 1}, 1));
  reference::run("stack of scalars", [](const auto& x) { return stack(std::tuple{at(x, 0) * at(x, 1), at(x, 1) * at(x, 2), at(x, 2)}); }, sample<3>({-1, 1}, 1));
}
