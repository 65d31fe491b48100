// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/update.hpp"

#include "../reference.hpp"

using functra::dyn;
using laws::sample;

TEST_CASE("updates of small tensors from themselves obey the laws", "[primitives]") {
  reference::run("set_at", [](const auto& x) { return set_at(x, at(x, 2) * x(0), 1); }, sample<3>({-1, 1}, 1));
  reference::run("add_at", [](const auto& x) { return add_at(x, at(x, 0) * at(x, 1), 1); }, sample<dyn, 2>({-1, 1}, 2, 2));
}
