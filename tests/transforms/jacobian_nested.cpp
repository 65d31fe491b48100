// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

// jacrev and jacfwd of each other, to depth three.

namespace {
const auto rev = [](auto f) { return jacrev(f); };
const auto fwd = [](auto f) { return jacfwd(f); };

// R^2 -> R: x0^3 x1 + x1^2 x0
const auto scalar = [](const auto& x) { return x(0) * x(0) * x(0) * x(1) + x(1) * x(1) * x(0); };
// R^2 -> R^2
const auto vector = [](const auto& x) { return sin(x) * x(0); };
const double a = 0.5, b = -1.5;
const Tensor<double, 2> p{a, b};
const Tensor<double, dyn> x{a, b};
const numbers second{6 * a * b, 3 * a * a + 2 * b, 3 * a * a + 2 * b, 2 * a};
const numbers third{6 * b, 6 * a, 6 * a, 2, 6 * a, 2, 2, 0};

template <class Outer, class Inner>
void check_two(const Outer& outer, const Inner& inner) {
  check_near(outer(inner(scalar))(p), second);
  check_near(outer(inner(scalar))(x), second);
  const auto h = outer(inner(vector))(x);
  CHECK(shape_of(h) == std::vector<index_t>{2, 2, 2});
  check_near(h, difference_jacobian(jacfwd(vector), x), 1e-8);
  check_near(outer(inner(vector))(p), flat(h));
}
template <class A, class B, class C>
void check_three(const A& outer, const B& middle, const C& inner) {
  check_near(outer(middle(inner(scalar)))(p), third);
  const auto t = outer(middle(inner(scalar)))(x);
  CHECK(shape_of(t) == std::vector<index_t>{2, 2, 2});
  check_near(t, third);
}
}  // namespace

TEST_CASE("two Jacobians", "[jacobian]") {
  check_two(rev, rev);
  check_two(rev, fwd);
  check_two(fwd, rev);
  check_two(fwd, fwd);
}
TEST_CASE("three Jacobians, reverse first", "[jacobian]") {
  check_three(rev, rev, rev);
  check_three(fwd, rev, rev);
  check_three(rev, fwd, rev);
  check_three(fwd, fwd, rev);
}
TEST_CASE("three Jacobians, forward first", "[jacobian]") {
  check_three(rev, rev, fwd);
  check_three(fwd, rev, fwd);
  check_three(rev, fwd, fwd);
  check_three(fwd, fwd, fwd);
}
TEST_CASE("hessian, grad and Jacobians of each other", "[jacobian]") {
  const auto hess = [](auto f) { return hessian(f); };
  check_near(jacrev(hess(scalar))(x), third);
  check_near(jacfwd(hess(scalar))(p), third);
  check_near(jacrev(grad(scalar))(x), second);
  check_near(jacfwd(grad(scalar), chunk_size(1))(x), second);
  check_near(hessian([](const auto& v) { return sum(jacrev(vector)(v)); })(p), difference_jacobian([](const auto& v) {
    return grad([](const auto& u) { return sum(jacfwd(vector)(u)); })(v);
  }, p), 1e-8);
  check_near(jacrev(jacrev(scalar, chunk_size(1)), chunk_size(1))(x), second);
  check_near(jacfwd(jacfwd(scalar, chunk_size(1)), chunk_size(2))(x), second);
}
