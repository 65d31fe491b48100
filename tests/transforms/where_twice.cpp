// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

#include "catch.hpp"
#include "numbers.hpp"

// Second derivatives of `where` by forward over forward and forward over reverse, where the branch not taken has a name and is not finite.

using namespace functra;

TEST_CASE("forward over forward keeps what is not finite out", "[where]") {
  const auto root = [](const auto& x) {
    auto s = sqrt(x);
    auto w = where(x > 0.0, s, x * 2.0);
    return w;
  };
  CHECK(jacfwd(jacfwd(root))(-1.0).item() == 0);
  CHECK(jacfwd(jacfwd(root))(4.0).item() == Approx(-0.25 / 8));
  const auto inverse = [](const auto& x) {
    auto r = 1.0 / x;
    return sum(where(x > 0.0, 0.0 * r, x * 2.0));
  };
  check_near(diag(jacfwd(jacfwd(inverse))(tensor({-1.0, 0.0, 4.0}))), {0, 0, 0});
}

TEST_CASE("forward over reverse keeps a quotient by zero out", "[where]") {
  const auto share = [](const auto& x) {
    auto q = x / sum(x);
    return sum(where(sum(x) != 0.0, q * q, x));
  };
  check_near(jacfwd(jacrev(share))(Tensor<double, 2>{0.0, 0.0}), {0, 0, 0, 0});
}
