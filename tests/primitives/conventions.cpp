// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/activation.hpp"
#include "functra/primitives/comparison.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/extremum.hpp"
#include "functra/primitives/power.hpp"
#include "functra/primitives/rounding.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"

#include "../catch.hpp"

using namespace functra;

namespace {

const Tensor<double> zero = 0.0;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// The derivative in operand I by reverse mode.
template <int I = 0, class F, class... X>
double slope(const F& f, const X&... x) {
  return grad(f, argnums<I>)(Tensor<double>(x)...).item();
}
// The derivative by forward mode.
template <class F>
double tangent(const F& f, double x) {
  return jvp(f, Tensor<double>(x), Tensor<double>(1.0)).tangent.item();
}

}  // namespace

TEST_CASE("ties of max and min share equally", "[primitives]") {
  const auto greater = [](const auto& a, const auto& b) { return max(a, b); };
  const auto lesser = [](const auto& a, const auto& b) { return min(a, b); };
  CHECK(slope<0>(greater, 2.0, 2.0) == 0.5);
  CHECK(slope<1>(greater, 2.0, 2.0) == 0.5);
  CHECK(slope<0>(lesser, 2.0, 2.0) == 0.5);
  CHECK(slope<1>(lesser, 2.0, 2.0) == 0.5);
  CHECK(slope<0>(greater, 3.0, 2.0) == 1);
  CHECK(slope<1>(greater, 3.0, 2.0) == 0);
  CHECK(slope<0>(lesser, 3.0, 2.0) == 0);
  CHECK(tangent([](const auto& x) { return max(x, 1.0); }, 1.0) == 0.5);
  const Tensor<double, dyn> x{0, 1, 2};
  const auto g = grad([](const auto& v) { return sum(max(v, 1.0) * max(v, v)); })(x);
  CHECK(g(0) == 1);
  CHECK(g(1) == 1.5);
  CHECK(g(2) == 4);
}

TEST_CASE("NaN wins over numbers in max, min and clamp", "[primitives]") {
  const Tensor<double, dyn> x{not_a_number, 1};
  CHECK(std::isnan(max(x, 0.0)(0)));
  CHECK(std::isnan(max(0.0, x)(0)));
  CHECK(std::isnan(min(x, 0.0)(0)));
  CHECK(std::isnan(clamp(x, 0.0, 2.0)(0)));
  CHECK(max(x, 0.0)(1) == 1);
}

TEST_CASE("the branch that max did not take lets no infinity through", "[primitives]") {
  const auto f = [](const auto& x) { return max(log(x), -5.0); };
  CHECK(slope(f, 0.0) == 0);
  CHECK(tangent(f, 0.0) == 0);
  const Tensor<double, dyn> x{0, 1};
  CHECK(grad([](const auto& v) { return sum(max(log(v), -5.0)); })(x)(0) == 0);
}

TEST_CASE("the derivatives of abs and relu at 0 are 0", "[primitives]") {
  const auto absolute = [](const auto& x) { return abs(x); };
  const auto rectified = [](const auto& x) { return relu(x); };
  CHECK(slope(absolute, 0.0) == 0);
  CHECK(tangent(absolute, 0.0) == 0);
  CHECK(slope(absolute, -2.0) == -1);
  CHECK(slope(rectified, 0.0) == 0);
  CHECK(tangent(rectified, 0.0) == 0);
  CHECK(slope(rectified, 1e-300) == 1);
  CHECK(slope(rectified, -1e-300) == 0);
}

TEST_CASE("clamp passes the gradient strictly inside only", "[primitives]") {
  const Tensor<double, dyn> x{-1, 0, 1, 2, 3};
  const auto g = grad([](const auto& v) { return sum(clamp(v, 0, 2)); })(x);
  const double expected[] = {0, 0, 1, 0, 0};
  for (int i = 0; i < 5; ++i) CHECK(g(i) == expected[i]);
  const auto f = [](const auto& v, const auto& low, const auto& high) { return clamp(v, low, high); };
  CHECK(slope<1>(f, -1.0, 0.0, 2.0) == 1);
  CHECK(slope<2>(f, 3.0, 0.0, 2.0) == 1);
  CHECK(slope<1>(f, 1.0, 0.0, 2.0) == 0);
}

TEST_CASE("sign and the roundings are constant to a derivative", "[primitives]") {
  CHECK(slope([](const auto& x) { return x * floor(x) * sign(x); }, 2.5) == 2);
  CHECK(tangent([](const auto& x) { return x * ceil(x) + round(x); }, 2.4) == 3);
  CHECK(sign(Tensor<double, dyn>{-2, 0, 5})(0) == -1);
  CHECK(std::isnan(sign(Tensor<double>(not_a_number)).item()));
  CHECK(round(Tensor<double>(2.5)).item() == 2);  // halfway to even
  CHECK(sign(-3) == -1);
  static_assert(std::is_same_v<dtype_of<decltype(eval(floor(Tensor<int>(3))))>, int>);
}

TEST_CASE("powers are right at 0 and for negative bases", "[primitives]") {
  const Tensor<double, dyn> x{-2, -1, 0, 1, 3};
  const auto squares = grad([](const auto& v) { return sum(pow(v, 2)); })(x);
  const auto quarters = grad([](const auto& v) { return sum(pow(v, 4.0)); })(x);
  for (int i = 0; i < 5; ++i) {
    CHECK(pow(x, 2)(i) == x(i) * x(i));
    CHECK(pow(x, 2.0)(i) == x(i) * x(i));
    CHECK(pow(x, -1)(i) == 1 / x(i));
    CHECK_THAT(pow(x, 41)(i), WithinRel(std::pow(x(i), 41), 1e-14));
    CHECK(squares(i) == 2 * x(i));
    CHECK(quarters(i) == 4 * x(i) * x(i) * x(i));
  }
  // The derivative of x^0 is 0, also at 0, whatever holds the exponent.
  CHECK(slope([](const auto& v) { return pow(v, 0); }, 0.0) == 0);
  CHECK(slope([](const auto& v) { return pow(v, 0.0); }, 0.0) == 0);
  CHECK(slope<0>([](const auto& a, const auto& b) { return pow(a, b); }, 0.0, 0.0) == 0);
  CHECK(slope<0>([](const auto& a, const auto& b) { return pow(a, b); }, -2.0, 3.0) == 12);
  CHECK(tangent([](const auto& v) { return pow(v, 0); }, 0.0) == 0);
  // Higher ones, where a power of 0 appears.
  CHECK(grad(grad([](const auto& v) { return pow(v, 2); }))(zero).item() == 2);
  CHECK(grad(grad(grad([](const auto& v) { return pow(v, 2); })))(zero).item() == 0);
  CHECK(grad(grad(grad([](const auto& v) { return pow(v, 3); })))(zero).item() == 6);
  CHECK(grad(grad([](const auto& v) { return pow(v, Tensor<double>(2.0)); }))(zero).item() == 2);
}

TEST_CASE("an exponent has no derivative where the base is not positive", "[primitives]") {
  const auto f = [](const auto& a, const auto& b) { return pow(a, b); };
  CHECK(slope<1>(f, -2.0, 3.0) == 0);
  CHECK(slope<1>(f, 0.0, 3.0) == 0);
  const Tensor<double> three = 3.0, still = 0.0, moving = 1.0;
  CHECK(jvp(f, std::tuple{Tensor<double>(-2.0), three}, std::tuple{moving, still}).tangent.item() == 12);
  const auto both = grad(f, argnums<0, 1>)(Tensor<double>(-2.0), three);
  CHECK(std::get<0>(both).item() == 12);
  // The second derivative in both: d/db (b a^(b-1)) at b = 0 is 1 / a.
  CHECK(grad(grad(f), argnums<1>)(Tensor<double>(4.0), zero).item() == 0.25);
}

TEST_CASE("integer powers stay integers", "[primitives]") {
  const Tensor<std::int64_t, dyn> x{-2, -1, 1, 3};
  const auto y = eval(pow(x, 5));
  static_assert(std::is_same_v<dtype_of<decltype(y)>, std::int64_t>);
  CHECK(y(0) == -32);
  CHECK(y(3) == 243);
  const auto inverse = eval(pow(x, -3));
  CHECK(inverse(0) == 0);
  CHECK(inverse(1) == -1);
  CHECK(inverse(2) == 1);
  CHECK(pow(x, 0.5)(2) == 1.0);
  CHECK(pow(2, x)(3) == 8);
}

TEST_CASE("activations and their derivatives are finite far from 0", "[primitives]") {
  for (const double x : {-1e4, -800.0, -100.0, -40.0, 40.0, 100.0, 800.0, 1e4}) {
    INFO(x);
    const bool up = x > 0;
    CHECK_THAT(sigmoid(Tensor<double>(x)).item(), WithinAbs(up ? 1 : 0, 1e-17));
    CHECK_THAT(softplus(Tensor<double>(x)).item(), WithinAbs(up ? x : 0, 1e-17));
    CHECK_THAT(silu(Tensor<double>(x)).item(), WithinAbs(up ? x : 0, 1e-15));
    CHECK_THAT(gelu(Tensor<double>(x)).item(), WithinAbs(up ? x : 0, 1e-15));
    CHECK_THAT(slope([](const auto& v) { return sigmoid(v); }, x), WithinAbs(0, 1e-16));
    CHECK_THAT(slope([](const auto& v) { return softplus(v); }, x), WithinAbs(up ? 1 : 0, 1e-16));
    CHECK_THAT(slope([](const auto& v) { return silu(v); }, x), WithinAbs(up ? 1 : 0, 1e-15));
    CHECK_THAT(slope([](const auto& v) { return gelu(v); }, x), WithinAbs(up ? 1 : 0, 1e-15));
    CHECK_THAT(grad(grad([](const auto& v) { return softplus(v) + silu(v) + gelu(v); }))(Tensor<double>(x)).item(), WithinAbs(0, 1e-15));
  }
  // Small, not lost.
  CHECK_THAT(sigmoid(-40.0), WithinRel(std::exp(-40.0), 1e-14));
  CHECK_THAT(slope([](const auto& v) { return sigmoid(v); }, 40.0), WithinRel(std::exp(-40.0), 1e-14));
  CHECK_THAT(softplus(-40.0), WithinRel(std::exp(-40.0), 1e-14));
  CHECK_THAT(gelu(-10.0), WithinRel(-5 * std::erfc(std::sqrt(50.0)), 1e-13));
  CHECK_THAT(slope([](const auto& v) { return expm1(v); }, -50.0), WithinRel(std::exp(-50.0), 1e-14));
}

TEST_CASE("operations that std lacks take numbers as well", "[primitives]") {
  CHECK(relu(-2) == 0);
  CHECK(relu(2.5F) == 2.5F);
  CHECK(sigmoid(0) == 0.5);
  static_assert(std::is_same_v<decltype(sigmoid(0.0F)), float>);
  CHECK(rsqrt(4.0) == 0.5);
}

TEST_CASE("templates that use the names of std work on tensors", "[primitives]") {
  const auto f = []<class T>(const T& a, const T& b) {
    using std::abs;
    using std::clamp;
    using std::max;
    using std::min;
    using std::pow;
    return max(a, b) + min(a, b) + clamp(abs(a), a, b) + pow(a, 2) + pow(a, b);
  };
  CHECK(f(2.0, 3.0) == 5 + 2 + 4 + 8);
  CHECK(f(Tensor<double>(2.0), Tensor<double>(3.0)).item() == 5 + 2 + 4 + 8);
  const Tensor<double, dyn> x{2, 2};
  CHECK(f(x, x)(1) == 4 + 2 + 4 + 4);
  CHECK(std::max(1.0, 2.0) == 2);
}

TEST_CASE("infinite arguments give the limits", "[primitives]") {
  CHECK(exp(Tensor<double>(-infinity)).item() == 0);
  CHECK(sigmoid(Tensor<double>(infinity)).item() == 1);
  CHECK(sigmoid(Tensor<double>(-infinity)).item() == 0);
  CHECK(softplus(Tensor<double>(infinity)).item() == infinity);
  CHECK(softplus(Tensor<double>(-infinity)).item() == 0);
  CHECK(rsqrt(Tensor<double>(infinity)).item() == 0);
}
