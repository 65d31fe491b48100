// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/hyperbolic.hpp"
#include "functra/primitives/trigonometric.hpp"
#include "functra/tensor/create.hpp"
#include "functra/transforms/grad.hpp"

// A tensor, or views of it that overlap, may be several leaves of one statement: their cotangents add up in one buffer.

using namespace functra;

TEST_CASE("the cotangents of a leaf that occurs twice beside another add up") {
  const auto f = [](const auto& x, const auto& y) { return sum(sin(x) * y + exp(x * y)); };
  for (index_t n : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64, 100, 1000}) {
    const auto x = linspace(-1.0, 1.0, n);
    const Tensor<double> y(0.4);
    const auto [gx, gy] = grad(f, argnums<0, 1>)(x, y);
    double expected = 0;
    for (index_t i = 0; i < n; ++i) {
      const double v = x(i);
      REQUIRE_THAT(gx(i), WithinRel(0.4 * std::cos(v) + 0.4 * std::exp(0.4 * v), 1e-12));
      expected += std::sin(v) + v * std::exp(0.4 * v);
    }
    REQUIRE_THAT(gy.item(), WithinRel(expected, 1e-12) || WithinAbs(expected, 1e-12));
  }
}

TEST_CASE("the cotangents of overlapping views add up") {
  const auto f = [](const auto& x) { return sum(square(at(x, range(1, range::end)) - at(x, range(0, -1)))); };
  for (index_t n : {2, 3, 9, 17, 33, 100}) {
    const auto x = arange(n) * arange(n);
    const auto g = grad(f)(x);
    const Tensor<double, dyn> v = x;
    for (index_t i = 0; i < n; ++i) {
      const double left = i > 0 ? v(i) - v(i - 1) : 0, right = i + 1 < n ? v(i + 1) - v(i) : 0;
      REQUIRE(g(i) == 2 * (left - right));
    }
  }
}

TEMPLATE_TEST_CASE("the cotangents of views at many shifts add up", "", float, double) {
  // Shifts of one element and of hundreds, of few and of many views, of which some are the same.
  const auto f = [](const auto& x, index_t n, index_t far) {
    const auto a = at(x, range(0, n)), b = at(x, range(1, n + 1)), c = at(x, range(far, far + n));
    return sum(a * b + square(a) * c) + sum(b * c * c * b * a + c);
  };
  for (index_t n : {1, 5, 64, 130, 600, 1500})
    for (index_t far : {2, 3, 8, 17, 64, 100, 1000}) {
      CAPTURE(n, far);
      Tensor<TestType, dyn> x = zeros<TestType>(n + far + 3);
      for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<TestType>(i % 7 - 3);  // no sum rounds
      const auto g = grad(f)(x, n, far);
      Tensor<TestType, dyn> expected = zeros<TestType>(x.size());
      for (index_t i = 0; i < n; ++i) {
        const TestType a = x(i), b = x(i + 1), c = x(i + far);
        expected.mutable_data()[i] += b + 2 * a * c + b * b * c * c;
        expected.mutable_data()[i + 1] += a + 2 * a * b * c * c;
        expected.mutable_data()[i + far] += a * a + 2 * a * b * b * c + 1;
      }
      for (index_t i = 0; i < x.size(); ++i) REQUIRE(g(i) == expected(i));
    }
}

TEST_CASE("places that no view reaches have no gradient, however often the tape is swept") {
  const auto x = linspace(0.0, 1.0, 50);
  const auto [y, pull] = vjp([](const auto& v) { return square(at(v, range(10, 20))) * at(v, range(30, 40)) + square(at(v, range(19, 29))); }, x);
  for (int sweep = 0; sweep < 3; ++sweep) {
    const auto g = pull(ones<double>(10));
    for (index_t i = 0; i < 50; ++i) {
      double expected = i >= 19 && i < 29 ? 2 * x(i) : 0;
      if (i >= 10 && i < 20) expected += 2 * x(i) * x(i + 20);
      if (i >= 30 && i < 40) expected += x(i - 20) * x(i - 20);
      REQUIRE_THAT(g(i), WithinRel(expected, 1e-14) || WithinAbs(expected, 1e-15));
    }
  }
}

TEST_CASE("a leaf that is broadcast and occurs twice adds up") {
  const auto f = [](const auto& row, const auto& m) { return sum(row * m + row * row); };
  for (index_t n : {1, 3, 8, 20}) {
    const auto row = arange(n), m = Tensor<double, dyn>(arange(5 * n));
    const auto [gr, gm] = grad(f, argnums<0, 1>)(row, reshape(m, 5, n));
    for (index_t j = 0; j < n; ++j) {
      double expected = 0;
      for (index_t i = 0; i < 5; ++i) expected += m(i * n + j);
      REQUIRE(gr(j) == expected + 10 * row(j));
      REQUIRE(gm(4, j) == row(j));
    }
  }
}

TEST_CASE("static leaves that occur twice add up") {
  const auto f = [](const auto& x, const auto& y) { return sum(sin(x) * y + exp(x * y)); };
  const auto check = [&]<index_t N>(Tensor<double, N> x) {
    for (index_t i = 0; i < N; ++i) x(i) = static_cast<double>(i) / N;
    const auto g = grad(f)(x, Tensor<double>(0.4));
    for (index_t i = 0; i < N; ++i) REQUIRE_THAT(g(i), WithinRel(0.4 * std::cos(x(i)) + 0.4 * std::exp(0.4 * x(i)), 1e-12));
  };
  check(Tensor<double, 7>());
  check(Tensor<double, 101>());
  check(Tensor<double, 1001>());
}

TEST_CASE("cotangents of constants of a traced type go nowhere") {
  const auto w = linspace(1.0, 2.0, 9), x = linspace(-1.0, 1.0, 9);
  const auto f = [&](auto v, auto s) {
    decltype(v) a = w, b = w;  // plain values as values of the transform
    decltype(s) two = 2.0;
    const auto y = two * s * a * v * b;
    return sum(y * v) + sum(a * b);
  };
  const auto [gx, gs] = grad(f, argnums<0, 1>)(x, 3.0);
  double expected = 0;
  for (index_t i = 0; i < 9; ++i) {
    REQUIRE_THAT(gx(i), WithinRel(12 * w(i) * w(i) * x(i), 1e-14));
    expected += 2 * w(i) * w(i) * x(i) * x(i);
  }
  REQUIRE_THAT(gs.item(), WithinRel(expected, 1e-14));
  const auto part = [&](auto v) {
    auto y = at(v, range(0, 5));
    decltype(y) d = at(w, range(4, 9));  // a view as a view of the transform
    return sum(d * y * y) + sum(d);
  };
  const auto g = grad(part)(x);
  for (index_t i = 0; i < 9; ++i) REQUIRE_THAT(g(i), WithinRel(i < 5 ? 2 * w(i + 4) * x(i) : 0, 1e-14));
}

TEST_CASE("a sum over some dims of a function that is kept for the pullback has the gradients of its named steps") {
  const auto w = linspace(-1.0, 1.0, 30), b = linspace(0.5, 1.5, 30);
  const auto m = Tensor<double, dyn, dyn>(reshape(linspace(-2.0, 2.0, 30 * 40), 40, 30));
  const auto fused = [](const auto& x, const auto& v, const auto& c) {
    return sum(square(sum(v * tanh(x + c), dims<1>))) + sum(sum(x * exp(x) * exp(v * c), dims<0>) * c);
  };
  const auto named = [](const auto& x, const auto& v, const auto& c) {
    const auto t = tanh(x + c);
    const auto product = v * t;
    const auto s = sum(product, dims<1>);
    const auto e = exp(x);
    const auto d = exp(v * c);
    const auto q = x * e;
    const auto p = q * d;
    const auto r = sum(p, dims<0>);
    return sum(square(s)) + sum(r * c);
  };
  const auto same = [](const auto& g, const auto& h) {
    for (index_t i = 0; i < g.size(); ++i) REQUIRE_THAT(g.data()[i], WithinRel(h.data()[i], 1e-12) || WithinAbs(h.data()[i], 1e-12));
  };
  const auto [fx, fv, fc] = grad(fused, argnums<0, 1, 2>)(m, w, b);
  const auto [nx, nv, nc] = grad(named, argnums<0, 1, 2>)(m, w, b);
  same(fx, nx);
  same(fv, nv);
  same(fc, nc);
  same(grad(fused, argnums<1>)(m, w, b), nv);
}
