// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "nesting.hpp"

using namespace nesting;

TEST_CASE("jacrev of any transform of any transform", "[nesting]") { check_two_more<by_jacrev>(Tensor<double>(0.4)); }
