// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "nesting.hpp"

using namespace nesting;

TEST_CASE("grad of any transform of any transform", "[nesting]") { check_two_more<by_grad>(Tensor<double>(0.4)); }
