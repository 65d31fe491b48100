// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/softmax.hpp"

#include "../reference.hpp"

using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("logsumexp obeys the laws", "[functions]") {
  reference::run("logsumexp", [](const auto& x) { return logsumexp(x); }, sample<3>({-1, 1}, 1));
  laws::run("logsumexp(dims<1>)", [](const auto& x) { return logsumexp(x, dims<1>); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
  laws::run("logsumexp(dims<0, 2>)", [](const auto& x) { return logsumexp(x, dims<0, 2>); }, sample<dyn, dyn, dyn>({-1, 1}, 1, 2, 2, 2));
}
