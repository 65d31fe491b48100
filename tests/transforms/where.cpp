// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

// where never leaks NaN or inf from the branch that was not taken.

namespace {

const Tensor<double, dyn> x{-1.0, 0.0, 4.0};
const Tensor<double, 3> p{-1.0, 0.0, 4.0};

// sqrt(x) where x > 0, else x²: the derivative of sqrt is NaN at -1 and inf at 0.
const auto fused = [](const auto& v) { return where(v > 0.0, sqrt(v), v * v); };
const auto named = [](const auto& v) {
  const auto root = sqrt(v);
  const auto square = v * v;
  const auto mask = v > 0.0;
  return where(mask, root, square);
};
const auto evaluated = [](const auto& v) {
  const auto root = eval(sqrt(v));
  const auto logarithm = eval(log(v));
  return where(v > 0.0, root + 0.0 * logarithm, v * v);
};
// The branch was used before, as a part of longer chains.
const auto chained = [](const auto& v) {
  const auto root = sqrt(v);
  const auto chain = root * root / root;
  return where(v > 0.0, chain, v * v);
};
const auto reversed = [](const auto& v) { return where(v <= 0.0, v * v, exp(0.5 * log(v))); };

const numbers values{1.0, 0.0, 2.0};
const numbers slopes{-2.0, 0.0, 0.25};
const numbers curvatures{2.0, 2.0, -0.25 / 8};

template <class F, class X>
void check_where(const F& f, const X& v) {
  check_near(f(v), values);
  check_near(grad([&](const auto& u) { return sum(f(u)); })(v), slopes);
  check_near(jvp(f, v, ones_like(v)).tangent, slopes);
  check_near(vjp(f, v).vjp_fn(ones_like(v)), slopes);
}
template <class F, class X>
void check_curvature(const F& f, const X& v) {
  const numbers expected{curvatures[0], 0, 0, 0, curvatures[1], 0, 0, 0, curvatures[2]};
  const auto total = [&](const auto& u) { return sum(f(u)); };
  check_near(hessian(total)(v), expected);
  check_near(jacrev(grad(total))(v), expected);
}
template <class F>
void check_all(const F& f) {
  check_where(f, x);
  check_where(f, p);
  check_curvature(f, x);
  check_curvature(f, p);
  const auto slope = grad(f);
  check_near(vmap(slope)(x), slopes);
  check_near(vmap(slope, lowering::batch_axis)(x), slopes);
  check_near(vmap(grad(slope))(x), curvatures);
}

}  // namespace

TEST_CASE("where of temporaries", "[where]") { check_all(fused); }
TEST_CASE("where of named branches", "[where]") { check_all(named); }
TEST_CASE("where of evaluated branches", "[where]") { check_all(evaluated); }
TEST_CASE("where of chains", "[where]") { check_all(chained); }
TEST_CASE("where with the branches exchanged", "[where]") { check_all(reversed); }

TEST_CASE("where of sums and products whose branch is not finite", "[where]") {
  // x log x, with 0 at 0, reduced and contracted.
  const auto entropy = [](const auto& v) {
    const auto terms = v * log(v);
    return sum(where(v > 0.0, terms, 0.0));
  };
  const auto q = tensor({0.5, 0.0, 0.25});
  const numbers expected{std::log(0.5) + 1, 0.0, std::log(0.25) + 1};
  check_near(entropy(q), {0.5 * std::log(0.5) + 0.25 * std::log(0.25)});
  check_near(grad(entropy)(q), expected);
  check_near(grad(entropy)(Tensor<double, 3>(q)), expected);
  check_near(hvp(entropy, q, ones_like(q)), {2.0, 0.0, 4.0});
  const auto masked = [](const auto& v) {
    const auto inverse = 1.0 / v;
    return dot(where(v > 0.0, inverse, 1.0), v);
  };
  check_near(masked(q), {2.0});
  check_near(grad(masked)(q), {0.0, 1.0, 0.0});
}

TEST_CASE("where picks elements of numbers and of broadcast operands", "[where]") {
  const auto m = Tensor<double, dyn, dyn>{{1.0, -2.0}, {-3.0, 4.0}};
  const auto b = tensor({10.0, 20.0});
  check_near(where(m > 0.0, m, b), {1, 20, 10, 4});
  const auto f = [](const auto& u, const auto& v) { return sum(where(u > 0.0, u * v, v)); };
  check_near(grad(f, argnums<0, 1>)(m, b), {10, 0, 0, 20, 2, 5});
  check_near(grad([](const auto& u) { return where(u > 0.0, 1.0, u); })(Tensor<double>(2.0)), {0.0});
  check_near(grad([](const auto& u) { return where(u > 0.0, u, 1.0); })(Tensor<double>(2.0)), {1.0});
}
