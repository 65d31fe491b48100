// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "numbers.hpp"

using namespace functra;

namespace {

// Resident memory of this process in bytes; 0 where the system does not tell.
std::size_t resident() {
  std::ifstream status("/proc/self/statm");
  std::size_t total = 0, pages = 0;
  status >> total >> pages;
  return pages * 4096;
}

const auto million = [](const auto& x) {
  auto y = eval(x * 1.0);
  for (int i = 0; i < 1000000; ++i) y = eval(y * 0.999999 + 1e-6 * x);
  return y;
};
const auto thousands = [](const auto& x) {
  auto y = eval(x * 1.0);
  for (int i = 0; i < 20000; ++i) y = eval(sin(y) + x);
  return sum(y);
};
const auto shallow = [](const auto& x) { return sum(exp(x) * sin(x) * x); };
const numbers expected_slopes = flat(grad(shallow)(linspace(0.0, 1.0, 50)));

struct thrown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace

TEST_CASE("a loop of a million steps", "[robustness]") {
  // y' = a^n + 1e-6 (1 - a^n) / (1 - a), with 1 - a = 1e-6: 1 exactly.
  std::size_t before = 0;
  for (int repeat = 0; repeat < 4; ++repeat) {
    check_near(grad(million)(Tensor<double>(0.5)), {1.0}, 1e-6);
    if (repeat == 0) before = resident();
  }
  CHECK(resident() < before + (std::size_t{64} << 20));
  check_near(jvp(million, Tensor<double>(0.5), Tensor<double>(1.0)).tangent, {1.0}, 1e-6);
}

TEST_CASE("long loops over tensors do not leak", "[robustness]") {
  const auto x = linspace(0.0, 1.0, 40);
  std::size_t before = 0;
  const numbers first = flat(grad(thousands)(x));
  for (int repeat = 0; repeat < 6; ++repeat) {
    check_near(grad(thousands)(x), first);
    if (repeat == 0) before = resident();
  }
  CHECK(resident() < before + (std::size_t{16} << 20));
}

TEST_CASE("a long tape is dropped with its pullback", "[robustness]") {
  const auto x = linspace(0.0, 1.0, 40);
  std::size_t before = 0;
  for (int repeat = 0; repeat < 6; ++repeat) {
    const auto kept = vjp(thousands, x);
    const numbers first = flat(kept.vjp_fn(Tensor<double>(1.0)));
    check_near(kept.vjp_fn(Tensor<double>(1.0)), first);
    if (repeat == 0) before = resident();
  }
  CHECK(resident() < before + (std::size_t{16} << 20));
}

TEST_CASE("an exception in f leaves the library usable", "[robustness]") {
  const auto x = linspace(0.0, 1.0, 50);
  const auto f = [](const auto& v) {
    auto y = eval(v * v);
    for (int i = 0; i < 100; ++i) {
      y = eval(y * v);
      if (i == 50) throw thrown("in the middle");
    }
    return sum(y);
  };
  std::size_t before = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    CHECK_THROWS_AS(grad(f)(x), thrown);
    CHECK_THROWS_AS(jvp(f, x, x), thrown);
    CHECK_THROWS_AS(vjp(f, x), thrown);
    CHECK_THROWS_AS(grad([&](const auto& v) { return grad(f)(v)(0) * sum(v); })(x), thrown);
    if (repeat == 20) before = resident();
  }
  CHECK(resident() < before + (std::size_t{4} << 20));
  CHECK_THROWS_AS(hessian(f)(x), thrown);
  CHECK_THROWS_AS(vmap(f)(eye(3)), thrown);
  CHECK_THROWS_AS(vmap(grad(f))(Tensor<double, 2, 3>()), thrown);
  check_near(grad(shallow)(x), expected_slopes);
}

TEST_CASE("an error in a shape leaves the library usable", "[robustness]") {
  const auto x = linspace(0.0, 1.0, 50);
  CHECK_THROWS_WITH(grad([&](const auto& v) { return sum(v * zeros(49)); })(x), ContainsSubstring("50") && ContainsSubstring("49"));
  check_near(grad(shallow)(x), expected_slopes);
}

TEST_CASE("threads differentiate at once", "[robustness]") {
  const auto x = linspace(0.0, 1.0, 50);
  std::vector<std::thread> threads;
  std::vector<int> good(4, 0);
  for (std::size_t t = 0; t < good.size(); ++t)
    threads.emplace_back([&, t] {
      for (int repeat = 0; repeat < 300; ++repeat) {
        const auto copy = x;  // shared by all threads
        const numbers g = flat(grad(shallow)(copy));
        const numbers v = flat(vmap(grad([](const auto& u) { return sin(u) * u; }))(copy));
        bool same = v.size() == 50 && std::abs(v[0]) < 1e-15;
        for (std::size_t i = 0; i < g.size(); ++i) same = same && g[i] == expected_slopes[i];
        good[t] += same;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(good == std::vector<int>(4, 300));
}

TEST_CASE("threads share a pullback", "[robustness]") {
  const Tensor<double, dyn> x{0.5, 1.0, 1.5};
  const auto result = vjp([](const auto& v) { return sin(v) * v; }, x);
  const auto& pull = result.vjp_fn;
  const auto slopes = eval(cos(x) * x + sin(x));
  std::vector<std::thread> threads;
  std::vector<int> wrong(3, 0);
  for (int t = 0; t < 3; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) {
        const auto g = pull(full<double>(t + 1.0, 3));
        for (int k = 0; k < 3; ++k) wrong[static_cast<std::size_t>(t)] += std::abs(g(k) - (t + 1) * slopes(k)) > 1e-12;
      }
    });
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(3, 0));
}

TEST_CASE("a cotangent of a wrong shape leaves the pullback as it was", "[robustness]") {
  const Tensor<double, dyn> x{1.0, 2.0};
  const auto [y, pull] = vjp([](const auto& v) { return std::tuple{v * 3.0, v * v}; }, x);
  CHECK_THROWS_AS(pull(std::tuple{ones_like(x), zeros<double>(3)}), error);
  const auto g = pull(std::tuple{ones_like(x), ones_like(x)});
  CHECK(g(0) == 5.0);
  CHECK(g(1) == 7.0);
}

TEST_CASE("tensors and gradients made in one thread are dropped in another", "[robustness]") {
  std::vector<Tensor<double, dyn>> made(100);
  for (int repeat = 0; repeat < 20; ++repeat) {
    std::thread maker([&] {
      for (auto& t : made) t = grad(shallow)(linspace(0.0, 1.0, 50));
    });
    maker.join();
    std::thread dropper([taken = std::move(made)]() mutable { taken.clear(); });
    dropper.join();
    made.assign(100, {});
  }
  check_near(grad(shallow)(linspace(0.0, 1.0, 50)), expected_slopes);
}
