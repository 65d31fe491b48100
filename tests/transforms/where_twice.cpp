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

TEST_CASE("the hessian of a function with several values", "[hessian]") {
  const auto f = [](const auto& x) { return sin(x) * sum(x); };
  const Tensor<double, dyn> x{0.3, -0.7};
  const auto h = hessian(f)(x);
  const auto expected = jacfwd(jacfwd(f))(x);
  CHECK(h.shape() == expected.shape());
  for (index_t i = 0; i < h.size(); ++i) CHECK(h.data()[i] == Approx(expected.data()[i]));
  const auto [with, aux] = hessian([&](const auto& v) { return std::pair{f(v), v + 1.0}; }, has_aux)(x);
  CHECK(with(1, 1, 1) == Approx(h(1, 1, 1)));
  CHECK(aux(0) == Approx(1.3));
}
