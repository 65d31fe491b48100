// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "nested.hpp"

using namespace functra;
using namespace nested;

namespace {
template <class A, class B, class C>
void check_three(const A& outer, const B& middle, const C& inner) {
  const auto t = outer(middle(inner(scalar)))(x);
  CHECK(shape_of(t) == std::vector<index_t>{2, 2, 2});
  check_near(t, third);
}
}  // namespace

TEST_CASE("three Jacobians, reverse first", "[jacobian]") {
  check_three(rev, rev, rev);
  check_three(fwd, rev, rev);
  check_three(rev, fwd, rev);
  check_three(fwd, fwd, rev);
}
