// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <array>
#include <limits>
#include <stdexcept>
#include <vector>

#include "../catch.hpp"
#include "functra/functra.hpp"

// What a tape keeps of statements of every kind, and how it is swept.

using namespace functra;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Scalars, small tensors and large ones in turn, over several chunks of the tape: the gradient is n (2 x + 1) + 3 n + 5 n.
auto mixed(int n) {
  return [n](const auto& x) {
    auto total = eval(0.0 * x);
    for (int i = 0; i < n; ++i) {
      total += square(x) + x;
      const auto small = eval(x * Tensor<double, 3>{1, 1, 1});
      total = total + sum(small);
      const auto large = eval(x * ones<double>(200));
      total = total + large(0) + 4.0 * at(large, 7);
    }
    return total;
  };
}

}  // namespace

TEST_CASE("statements of all kinds are swept in order, again and again") {
  for (int n : {0, 1, 3, 50, 400}) {
    const auto [y, pull] = vjp(mixed(n), 0.75);
    for (double c : {1.0, -2.0, 0.0, 1.0}) REQUIRE(pull(c).item() == c * n * (2 * 0.75 + 9));
    REQUIRE(grad(mixed(n))(0.75).item() == n * (2 * 0.75 + 9));
  }
}

TEST_CASE("statements in lanes are swept in order") {
  const auto f = [](const auto& x) {
    auto total = eval(x(0) * 1.0);
    for (int i = 0; i < 300; ++i) {
      total += x(0) - x(1);
      total += sum(x);
    }
    return total;
  };
  Tensor<double, dyn, 2> xs(extents<dyn, 2>(37));
  for (index_t i = 0; i < 37; ++i) xs(i, 0) = 0.5 * static_cast<double>(i);
  const auto g = vmap(grad(f))(xs);
  for (index_t i = 0; i < 37; ++i) {
    REQUIRE(g(i, 0) == 601);
    REQUIRE(g(i, 1) == 0);
  }
}

TEST_CASE("infinite cotangents pass partials of 1 and -1, and stop at those of 0") {
  const auto f = [](const auto& a, const auto& b, const auto& c, const auto& d) {
    const auto u = eval(a - b), v = eval(c * d);
    return u + v;
  };
  const auto result = vjp(f, 1.0, 2.0, 3.0, 0.0);
  const auto of = [&](double cotangent) {
    const auto [a, b, c, d] = result.vjp_fn(cotangent);
    return std::vector<double>{a.item(), b.item(), c.item(), d.item()};
  };
  CHECK(of(inf) == std::vector<double>{inf, -inf, 0, inf});
  CHECK(of(-inf) == std::vector<double>{-inf, inf, 0, -inf});
  CHECK(of(1) == std::vector<double>{1, -1, 0, 3});
  CHECK(of(0) == std::vector<double>{0, 0, 0, 0});
  const auto lost = of(not_a_number);
  CHECK((lost[0] != lost[0] && lost[1] != lost[1] && lost[2] == 0 && lost[3] != lost[3]));
  CHECK(of(2) == std::vector<double>{2, -2, 0, 6});
}

TEST_CASE("cotangents of zero stop at infinite partials of scalars") {
  const auto f = [](const auto& x, const auto& w) {
    const auto root = eval(sqrt(x));
    return root * w;
  };
  const auto [gx, gw] = grad(f, argnums<0, 1>)(0.0, 0.0);
  CHECK(gx.item() == 0);
  CHECK(gw.item() == 0);
  CHECK(grad(f)(0.0, 1.0).item() == inf);
}

TEST_CASE("scalar statements of several dtypes send cotangents in the dtype of each operand") {
  const auto f = [](const auto& x, const auto& y) {
    const auto d = eval(cast<double>(x) - y);
    return square(d) + cast<double>(x);
  };
  const auto [gx, gy] = grad(f, argnums<0, 1>)(1.5F, 0.25);
  static_assert(std::is_same_v<decltype(gx), const Tensor<float>> && std::is_same_v<decltype(gy), const Tensor<double>>);
  CHECK(gx.item() == 3.5F);
  CHECK(gy.item() == -2.5);
}

TEST_CASE("a statement of variables that were constants before works") {
  const auto f = [](const auto& x) {
    using T = std::remove_cvref_t<decltype(x)>;
    T a = 2.0, b = 3.0, last = 0.0;
    for (int i = 0; i < 4; ++i) {
      last = a * b + 1.0;  // 7, without a tape
      a = i == 2 ? T(x * b - a) : a;
    }
    return last + a * 2.0;
  };
  // In the last round a = 3 x - 2: the result is 3 (3 x - 2) + 1 + 2 (3 x - 2).
  CHECK(grad(f)(0.5).item() == 15);
}

TEST_CASE("gradients by elements are theirs alone") {
  const auto f = [](const auto& x) {
    auto total = eval(x(0) * x(1));
    for (index_t i = 1; i + 1 < x.extent(0); ++i) total += x(i) * x(i + 1);
    return total;
  };
  const auto x = Tensor<double, dyn>(arange(5.0));
  const auto first = grad(f)(x);
  const auto second = grad(f)(Tensor<double, dyn>(2.0 * x));
  const auto expected = std::vector<double>{1, 2, 4, 6, 3};
  for (index_t i = 0; i < 5; ++i) {
    CHECK(first(i) == expected[static_cast<std::size_t>(i)]);
    CHECK(second(i) == 2 * expected[static_cast<std::size_t>(i)]);
  }
  const auto [y, pull] = vjp(f, x);
  const auto once = pull(1.0), twice = pull(2.0);
  for (index_t i = 0; i < 5; ++i) {
    CHECK(once(i) == first(i));
    CHECK(twice(i) == second(i));
  }
}

TEST_CASE("an error that f catches leaves the tape in order") {
  const auto f = [](const auto& x) {
    auto total = eval(square(x(0)));
    for (index_t i = 0; i < 5; ++i) {
      try {
        total += sum(x) * x(i);
      } catch (const std::exception&) {
        total += 10.0 * x(0);
      }
    }
    return total;
  };
  const auto check = [&](const auto& x) {
    const auto g = grad(f)(x);  // sum(x)^2 + x0^2 + 2 (10 x0)
    CHECK(g(0) == 2 * 6.0 + 2 * 1 + 20);
    CHECK(g(2) == 2 * 6.0);
  };
  check(Tensor<double, 3>{1, 2, 3});
  check(Tensor<double, dyn>{1, 2, 3});
}

TEST_CASE("vectors of numbers have gradients in closures and beside tensors") {
  const std::vector<double> v{1, 2, 3};
  const std::array<std::vector<float>, 2> w{std::vector<float>{1, 2}, std::vector<float>{}};
  const auto outer = [&](const auto& t) {
    const auto g = grad([&](const auto& p) { return t * p[0] * p[1] + square(p[2]); })(v);
    return g[0] * g[2];  // t 2 6
  };
  CHECK(grad(outer)(0.5).item() == 12);
  const auto [g, gw] = grad([](const auto& p, const auto& q) { return p[0] * p[2] + cast<double>(q[0][1] * q[0][1]); }, argnums<0, 1>)(v, w);
  CHECK((g[0].item() == 3 && g[1].item() == 0 && g[2].item() == 1));
  CHECK((gw[0][0].item() == 0 && gw[0][1].item() == 4 && gw[1].empty()));
}
