// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <cmath>

#include "numbers.hpp"

using namespace functra;

namespace {
template <class Hidden, class Bias, class Output>
struct Net {
  Hidden w;
  Bias b;
  Output v;
};

}  // namespace

TEST_CASE("all compositions of three give one tensor of third derivatives", "[order]") {
  const auto f = [](auto x) { return sum(sin(x) * x) * sum(x); };
  const Tensor<double, dyn> x{0.3, -0.6};
  const auto t = jacfwd(hessian(f))(x);
  check_near(jacrev(jacrev(jacrev(f)))(x), flat(t));
  const Tensor<double, 2> p{0.3, -0.6};
  check_near(jacfwd(jacrev(grad(f)))(p), flat(t));
  const double h = 1e-4;
  const Tensor<double, dyn> e{h, 0.0};
  check_near(at(t, all, all, 0), flat((hessian(f)(eval(x + e)) - hessian(f)(eval(x - e))) / (2 * h)), 1e-6);
}
TEST_CASE("the fifth derivative", "[order]") {
  const auto f = [](auto x) { return exp(x * x); };
  const double x = 0.3, expected = (120 * x + 160 * x * x * x + 32 * std::pow(x, 5)) * std::exp(x * x);
  check_near(grad(grad(grad(grad(grad(f)))))(x), {expected});
  const Tensor<double, dyn> xs{0.3};
  check_near(jacfwd(jacfwd(jacfwd(jacfwd(f))))(xs), {(12 + 48 * x * x + 16 * std::pow(x, 4)) * std::exp(x * x)});
}
TEST_CASE("the Hessian of a loss that holds second derivatives", "[order]") {
  const auto u = [](const auto& p, auto t) { return sum(p.v * tanh(p.w * t + p.b)); };
  using V = Tensor<double, dyn>;
  const Net<V, V, V> net{{0.5, -1.0}, {0.1, 0.2}, {1.0, -0.7}}, step{{0.3, 0.1}, {-0.4, 0.2}, {0.5, 0.6}};
  const V times{0.1, 0.5, 0.9};
  const auto loss = [&](const auto& p) {
    const auto acceleration = vmap(grad(grad([&](auto t) { return u(p, t); })))(times);
    return mean(square(acceleration + 1.0));
  };
  const double h = 1e-5;
  const auto moved = [&](double s) { return tree_map([s](const auto& p, const auto& d) { return eval(p + s * d); }, net, step); };
  const auto expected = tree_map([&](const auto& a, const auto& b) { return eval((a - b) / (2 * h)); }, grad(loss)(moved(h)), grad(loss)(moved(-h)));
  check_near(hvp(loss, net, step), flat(expected), 1e-6);
}
