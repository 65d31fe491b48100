// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/testing/check_grads.hpp"

#include "../catch.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/trigonometric.hpp"

using namespace functra;

namespace {

// sin, with a derivative that is not right.
struct wrong_law : law::law_base {
  static constexpr char name[] = "wrong";
  static auto value(const auto& a) { return law::apply<law::sin>(a); }
  static auto d0(const auto&, const auto& a) { return law::apply<law::cos>(a) * law::constant_like(a, 1.01); }
};
// The identity, whose pullback doubles.
struct wrong_pullback : rules::linear<wrong_pullback> {
  template <class V>
  auto eval(const V& v) const {
    return functra::eval(v * 1.0);
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return c * 2.0;
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(*this, v);
  }
};

template <class W, class B>
struct layer {
  W weight;
  B bias;
};

}  // namespace

TEST_CASE("correct derivatives pass") {
  const auto f = [](const auto& x, const auto& y) { return sin(x) * y + exp(x * y); };
  check_grads(f, std::tuple{tensor({0.1, -0.7, 1.3}), Tensor<double>(0.4)});
  check_grads(f, std::tuple{tensor({0.1f, -0.7f, 1.3f}), Tensor<float>(0.4f)});
}

TEST_CASE("arithmetic arguments and results are tensors of rank 0") {
  check_grads([](const auto& x) { return sin(x) * x; }, std::tuple{0.3});
  check_grads([](const auto&) { return 1.0; }, std::tuple{0.3});
}

TEST_CASE("arguments and results may be trees") {
  const auto f = [](const auto& p, const auto& x) { return std::pair{sin(p.weight * x) + p.bias, sum(p.bias * x)}; };
  check_grads(f, std::tuple{layer<Tensor<double, 2>, Tensor<double>>{{0.5, 0.25}, 1.5}, Tensor<double, 2>{1.0, -2.0}});
}

TEST_CASE("tensors of integers are held fixed") {
  check_grads([](const auto& n, const auto& x) { return sin(x * n); }, std::tuple{tensor({1, 2}), tensor({0.5, 1.0})});
}

TEST_CASE("large arguments and results are compared by their size") {
  check_grads([](const auto& x) { return x * x * 1e3; }, std::tuple{tensor({1e6, -2e5, 3.0})});
}

TEST_CASE("a wrong derivative is reported with its numbers") {
  const auto f = [](const auto& x) { return apply_law<wrong_law>(x) * 2.0; };
  CHECK_THROWS_WITH(check_grads(f, std::tuple{Tensor<double, 2>{0.5, 0.25}}),
                    ContainsSubstring("[check_grads] jvp, order 1: the tangent of element 0 of the output is ") &&
                        ContainsSubstring(", but central differences give "));
  const auto g = [f](const auto& x) { return std::tuple{x * 1.0, f(x)}; };
  CHECK_THROWS_WITH(check_grads(g, std::tuple{Tensor<double, 2>{0.5, 0.25}}), ContainsSubstring("element 0 of output 1"));
}

TEST_CASE("a pullback that disagrees with its pushforward is reported") {
  const auto f = [](const auto& x) { return bind(wrong_pullback{}, detail::as_value(x)); };
  CHECK_THROWS_WITH(check_grads(f, std::tuple{tensor({0.5, 0.25})}), ContainsSubstring("[check_grads] vjp, order 1:"));
}

TEST_CASE("a derivative that is NaN is reported") {
  const auto f = [](const auto& x) { return x / x; };
  CHECK_THROWS_WITH(check_grads(f, std::tuple{Tensor<double>(0.0)}), ContainsSubstring("nan"));
}

