// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <chrono>

#include "numbers.hpp"

using namespace functra;

// A name that is used again is computed once, so a program's cost is linear in its length.

TEST_CASE("25 doublings cost 25 additions", "[sharing]") {
  const auto f = [](const auto& x) {
    auto y = eval(x + x);
    for (int i = 1; i < 25; ++i) y = eval(y + y);
    return sum(y);
  };
  const double n = 33554432.0;
  const auto x = tensor({1.0, 2.0, 3.0});
  CHECK(f(x).item() == 6 * n);
  check_near(grad(f)(x), {n, n, n});
  check_near(grad(f)(Tensor<double, 2>{1.0, 2.0}), {n, n});
  check_near(grad(f)(Tensor<double>(1.0)), {n});
  check_near(jvp(f, x, x).tangent, {6 * n});
  check_near(vmap(grad(f))(eye(2)), {n, n, n, n});
}

namespace {
// y = x^(2^25) near 1, by 25 named squarings.
const auto squarings = [](const auto& x) {
  auto y1 = x * x;
  auto y2 = y1 * y1;
  auto y3 = y2 * y2;
  auto y4 = y3 * y3;
  auto y5 = y4 * y4;
  auto y6 = y5 * y5;
  auto y7 = y6 * y6;
  auto y8 = y7 * y7;
  auto y9 = y8 * y8;
  auto y10 = y9 * y9;
  auto y11 = y10 * y10;
  auto y12 = y11 * y11;
  auto y13 = y12 * y12;
  auto y14 = y13 * y13;
  auto y15 = y14 * y14;
  auto y16 = y15 * y15;
  auto y17 = y16 * y16;
  auto y18 = y17 * y17;
  auto y19 = y18 * y18;
  auto y20 = y19 * y19;
  auto y21 = y20 * y20;
  auto y22 = y21 * y21;
  auto y23 = y22 * y22;
  auto y24 = y23 * y23;
  auto y25 = y24 * y24;
  return sum(y25);
};
}  // namespace

TEST_CASE("25 named squarings cost 25 multiplications", "[sharing]") {
  const double x0 = 1 + 1e-8, n = 33554432.0;
  const double value = std::exp(n * std::log1p(x0 - 1)), slope = n * value / x0;
  const auto check = [&](const auto& x) {
    check_near(squarings(x), {value}, 1e-7);
    check_near(grad(squarings)(x), {slope}, 1e-7);
    check_near(jvp(squarings, x, ones_like(x)).tangent, {slope}, 1e-7);
    check_near(hvp([](const auto& v) { return squarings(v); }, x, ones_like(x)), {slope * (n - 1) / x0}, 1e-7);
  };
  check(tensor({x0}));
  check(Tensor<double, 1>{x0});
  check_near(grad(squarings)(Tensor<double>(x0)), {slope}, 1e-7);
}

TEST_CASE("a named expression is evaluated once", "[sharing]") {
  const Tensor<double, dyn> x(extents<dyn>(1 << 16));
  const auto y = exp(x);
  const void* const first = y.pin().data();
  const auto z = y + y;
  CHECK(y.pin().data() == first);
  check_near(numbers{z(0)}, {2.0});
  const auto copy = y;
  CHECK(copy.pin().data() == first);
}

TEST_CASE("copies of tensors share until one is written to", "[sharing]") {
  Tensor<double, dyn> x{1.0, 2.0};
  const auto copy = x;
  const auto y = x * 10.0;
  x(0) = 5.0;
  check_near(copy, {1.0, 2.0});
  check_near(y, {10.0, 20.0});  // the expression holds the value that it was made with
  check_near(x, {5.0, 2.0});
}

TEST_CASE("traced values are values: assigning one leaves its copies alone", "[sharing]") {
  const auto f = [](const auto& x) {
    auto y = eval(x * x);
    const auto before = y;
    y = eval(y * 3.0);
    auto z = y;
    z += before;
    return sum(y) + sum(before) * 10.0 + sum(z) * 100.0;  // 3x² + 10x² + 400x²
  };
  check_near(grad(f)(tensor({1.0, 2.0})), {826.0, 1652.0});
  check_near(grad(f)(Tensor<double, 2>{1.0, 2.0}), {826.0, 1652.0});
  check_near(jvp(f, tensor({1.0, 2.0}), tensor({1.0, 0.0})).tangent, {826.0});
}

TEST_CASE("inputs written to after the call do not change a kept pullback", "[sharing]") {
  Tensor<double, dyn> x{1.0, 2.0};
  const auto pulled = vjp([](const auto& v) { return v * v; }, x);
  x(0) = 100.0;
  check_near(pulled.vjp_fn(tensor({1.0, 1.0})), {2.0, 4.0});
  auto output = pulled.output;
  output(0) = -1.0;
  check_near(pulled.output, {1.0, 4.0});
  auto g = pulled.vjp_fn(tensor({1.0, 1.0}));
  g(0) = 7.0;
  check_near(pulled.vjp_fn(tensor({1.0, 1.0})), {2.0, 4.0});
}
