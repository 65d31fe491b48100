// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/testing/check_grads.hpp"

#include "../catch.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/trigonometric.hpp"

using namespace functra;

namespace {
// sin, with a right derivative (wrong_later) that has a wrong one (wrong_cos).
struct wrong_cos : law::law_base {
  static auto value(const auto& a) { return law::apply<law::cos>(a); }
  static auto d0(const auto&, const auto& a) { return law::apply<law::sin>(a); }
};
struct wrong_later : law::law_base {
  static constexpr char name[] = "wrong later";
  static auto value(const auto& a) { return law::apply<law::sin>(a); }
  static auto d0(const auto&, const auto& a) { return law::apply<wrong_cos>(a); }
};

}  // namespace

TEST_CASE("correct second derivatives pass") {
  const auto f = [](const auto& x, const auto& y) { return sin(x) * y + exp(x * y); };
  check_grads(f, std::tuple{tensor({0.1, -0.7, 1.3}), Tensor<double>(0.4)}, 2);
}

TEST_CASE("second derivatives may be those of trees") {
  const auto f = [](const auto& p) { return std::pair{sin(p.first) * p.second, sum(p.second * p.first)}; };
  const auto p = std::pair{Tensor<float, 2>{0.5f, 0.25f}, Tensor<float, 2>{1.5f, 1.0f}};
  check_grads(f, std::tuple<decltype(p)>{p}, 2);
}

TEST_CASE("a wrong second derivative is reported by order 2 only") {
  const auto f = [](const auto& x) { return apply_law<wrong_later>(x) * 1.0; };
  CHECK_NOTHROW(check_grads(f, std::tuple{Tensor<double, 2>{0.5, 0.25}}, 1));
  CHECK_THROWS_WITH(check_grads(f, std::tuple{Tensor<double, 2>{0.5, 0.25}}, 2), ContainsSubstring("order 2:"));
}

TEST_CASE("the tolerance may be chosen") {
  const auto f = [](const auto& x) { return apply_law<wrong_later>(x) * 1.0; };
  CHECK_NOTHROW(check_grads(f, std::tuple{Tensor<double, 2>{0.5, 0.25}}, 2, 10.0));
}

TEST_CASE("other orders are rejected") {
  CHECK_THROWS_WITH(check_grads([](const auto& x) { return x * x; }, std::tuple{0.5}, 3), ContainsSubstring("[check_grads] order 1 or 2 is required, got 3"));
}
