// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

namespace {

struct {
  template <class F>
  void operator()(F f, double at) const {
    const double h = 1e-4;
    const auto second = grad(grad(f));
    const double expected = (second(at + h).item() - second(at - h).item()) / (2 * h);
    check_near(grad(second)(at), {expected}, 1e-6);
  }
} constexpr third_derivative_is_the_slope_of_the_second{};

}  // namespace

TEST_CASE("third derivatives of laws whose value and partial are made together", "[order]") {
  constexpr auto check = third_derivative_is_the_slope_of_the_second;
  check([](auto x) { return sin(x) * cos(x); }, 0.4);
  check([](auto x) { return sigmoid(x) + softplus(x); }, 0.3);
  check([](auto x) { return silu(x) * gelu(x); }, 0.3);
}
TEST_CASE("third derivatives of laws with masks", "[order]") {
  constexpr auto check = third_derivative_is_the_slope_of_the_second;
  check([](auto x) { return relu(x * x * x) + abs(x * x * x); }, 0.3);
  check([](auto x) { return max(x * x * x, 0.1) + min(x * x * x, 0.1); }, 0.8);
  check([](auto x) { return clamp(exp(x), x * x * x, 5.0 + x * x); }, 0.8);
  check([](auto x) { return where(x > 0.0, sqrt(x) * sin(x), x); }, 0.4);
  check([](auto x) { return where(x > 0.0, sqrt(x), x * x * x); }, -0.4);  // the branch not taken is NaN
  check([](auto x) { return pow(x, x) + pow(x, 3) + pow(x, 2.5); }, 0.8);
}
TEST_CASE("third derivatives of laws with partials from laws", "[order]") {
  constexpr auto check = third_derivative_is_the_slope_of_the_second;
  check([](auto x) { return asinh(x) * erf(x); }, 0.3);
  check([](auto x) { return atan2(x, x * x + 1.0) / (x + 2.0); }, 0.4);
  check_near(grad(grad(grad([](auto x) { return cast<double>(cast<float>(x) * 0.5F) * x * x; })))(0.25), {3.0});
}
TEST_CASE("third derivatives through reductions and broadcasts", "[order]") {
  constexpr auto check = third_derivative_is_the_slope_of_the_second;
  const Tensor<double, dyn> a{0.5, -1.0, 2.0};
  check([&](auto x) { return logsumexp(a * x); }, 0.3);
  check([&](auto x) { return dot(softmax(a * x, dim<0>), a); }, 0.3);
  check([&](auto x) { return sum(a * exp(x * a) / (x + 3.0)); }, 0.3);
}
