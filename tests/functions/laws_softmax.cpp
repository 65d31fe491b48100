// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/softmax.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dims;
using functra::dyn;
using laws::sample;

TEST_CASE("softmax and its logarithm obey the laws", "[functions]") {
  laws::run("softmax", [](const auto& x) { return softmax(x, dim<1>); }, sample<2, 3>({-1, 1}, 1));
  laws::run("softmax along the last dim", [](const auto& x) { return softmax(x) + log_softmax(x); }, sample<2, 3>({-1, 1}, 1));
  laws::run("softmax along dim 0", [](const auto& x) { return softmax(x, dim<0>); }, sample<dyn, dyn>({-1, 1}, 1, 3, 2));
  laws::run("log_softmax", [](const auto& x) { return log_softmax(x, dim<1>); }, sample<dyn, dyn>({-1, 1}, 1, 2, 3));
}
