// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/statistics.hpp"

#include "../reference.hpp"

using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("variances obey the laws", "[functions]") {
  laws::run("var", [](const auto& x) { return var(x, 1); }, sample<3>({-1, 1}, 1));
  laws::run("var over dims", [](const auto& x) { return var(x, dims<1>); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
  laws::run("stddev", [](const auto& x) { return stddev(x); }, sample<dyn>({-1, 1}, 1, 4));
}
