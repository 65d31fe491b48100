// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "nested.hpp"

using namespace functra;
using namespace nested;

namespace {
template <class Outer, class Inner>
void check_two(const Outer& outer, const Inner& inner) {
  check_near(outer(inner(scalar))(p), second);
  check_near(outer(inner(scalar))(x), second);
  const auto h = outer(inner(vector))(x);
  CHECK(shape_of(h) == std::vector<index_t>{2, 2, 2});
  check_near(h, difference_jacobian(jacfwd(vector), x), 1e-8);
  check_near(outer(inner(vector))(p), flat(h));
}
}  // namespace

TEST_CASE("two Jacobians", "[jacobian]") {
  check_two(rev, rev);
  check_two(rev, fwd);
  check_two(fwd, rev);
  check_two(fwd, fwd);
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

TEST_CASE("forward mode goes through pushforwards, Hessian-vector products and Jacobians at dynamic extents") {
  const Tensor<double, dyn> x{0.3, -0.7, 1.1};
  const auto f = [](const auto& v) { return sum(sin(v) * v * v) + prod(v); };
  const auto curves = [](const auto& v) { return sin(v) * sum(v); };
  const auto same = [](const auto& a, const auto& b) { check_near(a, flat(b), 1e-9); };
  same(jacfwd(linearize(curves, x).jvp_fn)(x), jacrev(curves)(x));
  same(jacfwd([&](const auto& t) { return jvp(curves, x, t).tangent; })(x), jacrev(curves)(x));
  same(jacfwd([&](const auto& t) { return hvp(f, x, t); })(x), hessian(f)(x));
  const auto laplacian = [&](const auto& v) { return trace(hessian(f)(v)); };
  check_near(jacfwd(laplacian)(x), difference_jacobian(laplacian, x), 1e-6);
}
