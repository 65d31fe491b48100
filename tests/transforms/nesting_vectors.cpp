// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "nesting.hpp"

using namespace nesting;

namespace {
const Tensor<double, dyn> x{0.4, -0.7};
const Tensor<double, 2> p{0.4, -0.7};
}  // namespace

TEST_CASE("each transform of vectors", "[nesting]") {
  check_one_more<>(x);
  check_one_more<>(p);
}
TEST_CASE("two transforms of vectors", "[nesting]") {
  check<by_grad, by_jacfwd>(x);
  check<by_jvp, by_jacrev>(x);
  check<by_vmap, by_grad>(x);
  check<by_jacrev, by_vmap>(x);
  check<by_jacfwd, by_jvp>(x);
  check<by_jacfwd, by_grad>(p);
  check<by_vmap, by_jacfwd>(p);
  check<by_grad, by_vmap>(p);
}
TEST_CASE("three transforms of vectors", "[nesting]") {
  check<by_jacfwd, by_vmap, by_grad>(x);
  check<by_grad, by_jvp, by_vmap>(x);
  check<by_vmap, by_jacrev, by_jvp>(x);
  check<by_jacrev, by_jacfwd, by_jacrev>(p);
}
