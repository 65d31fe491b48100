// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/statistics.hpp"

#include "../reference.hpp"

using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("mean and norm obey the laws", "[functions]") {
  reference::run("mean", [](const auto& x) { return mean(square(x)); }, sample<3>({-1, 1}, 1));
  laws::run("mean over dims", [](const auto& x) { return mean(x, dims<0>); }, sample<dyn, dyn>({-1, 1}, 1, 3, 2));
  laws::run("norm", [](const auto& x) { return norm(x); }, sample<3>({-1, 1}, 1));
  laws::run("norm over dims", [](const auto& x) { return norm(x, dims<1>); }, sample<dyn, dyn>({0.1, 1}, 1, 2, 3));
}
