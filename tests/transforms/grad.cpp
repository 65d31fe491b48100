// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

namespace {

Tensor<double> free_function(const Tensor<double>& x) { return x * x; }
template <class T>
auto function_template(const T& x) {
  return sin(x) * x;
}
struct functor {
  double scale;
  template <class X>
  auto operator()(const X& x) const {
    return scale * sum(x * x * x);
  }
};
// A scalar program that knows nothing of functra.
template <class T>
T scalar_program(T x) {
  using std::exp;
  using std::sin;
  T sum = 0;
  T term = 1;
  for (int i = 1; i < 6; ++i) {
    term *= x / i;
    sum += term;
    if (sum > 2.0) sum -= 0.5 * sin(x);
  }
  if (x < 0) return -sum;
  return sum * exp(-x);
}
double slope(double (*f)(double), double x) { return (f(x + 1e-6) - f(x - 1e-6)) / 2e-6; }

const auto weighted = [](const auto& a, const auto& b, const auto& c) { return sum(a * a * b) + 3.0 * c; };
const Tensor<double, 2> a{1.0, 2.0};
const Tensor<double, dyn> b{5.0, 7.0};
const Tensor<double> c = 4.0;

}  // namespace

TEST_CASE("grad takes any callable", "[grad]") {
  const Tensor<double> x = 0.5;
  const double expected = std::cos(0.5) * 0.5 + std::sin(0.5);
  check_near(grad([](const auto& v) { return function_template(v); })(x), {expected});
  const Tensor<double, dyn> v{1.0, 2.0};
  check_near(grad(functor{2.0})(v), {6.0, 24.0});
  double scale = 3.0;
  check_near(grad([&](auto u) { return scale * sum(u * u); })(v), {6.0, 12.0});
  check_near(grad([scale](auto u) { return scale * sum(u * u); })(v), {6.0, 12.0});
  const auto named = [](auto u) { return sum(u); };
  check_near(grad(named)(v), {1.0, 1.0});
  const auto df = grad(named);
  check_near(df(v), {1.0, 1.0});
  check_near(df(tensor({1.0, 1.0, 1.0})), {1.0, 1.0, 1.0});
}

TEST_CASE("grad takes pointers to functions of traced values", "[grad]") {
  using traced_scalar = taped<Tensor<double>, 1, Tensor<double>>;
  traced_scalar (*const square_of)(traced_scalar) = [](traced_scalar v) -> traced_scalar { return v * v; };
  check_near(grad(square_of)(Tensor<double>(3.0)), {6.0});
  CHECK(free_function(Tensor<double>(3.0)).item() == 9.0);
}

TEST_CASE("argnums chooses the arguments, in the order asked", "[grad]") {
  check_near(grad(weighted)(a, b, c), {10.0, 28.0});
  const auto one = grad(weighted, argnums<1>)(a, b, c);
  static_assert(std::is_same_v<decltype(one), const Tensor<double, dyn>>, "one number alone gives a bare leaf");
  check_near(one, {1.0, 4.0});
  check_near(grad(weighted, argnums<-1>)(a, b, c), {3.0});
  check_near(grad(weighted, argnums<-3>)(a, b, c), {10.0, 28.0});
  const auto two = grad(weighted, argnums<2, 0>)(a, b, c);
  static_assert(std::is_same_v<decltype(two), const std::tuple<Tensor<double>, Tensor<double, 2>>>);
  check_near(two, {3.0, 10.0, 28.0});
  check_near(grad(weighted, argnums<0, 1, 2>)(a, b, c), {10.0, 28.0, 1.0, 4.0, 3.0});
  check_near(grad(weighted, argnums<-1, 0>)(a, b, c), {3.0, 10.0, 28.0});
}

TEST_CASE("value_and_grad gives the value, too", "[grad]") {
  const auto [value, gradient] = value_and_grad(weighted)(a, b, c);
  CHECK(value.item() == 45.0);
  check_near(gradient, {10.0, 28.0});
  const auto [same_value, gradients] = value_and_grad(weighted, argnums<1, 2>)(a, b, c);
  CHECK(same_value.item() == 45.0);
  check_near(gradients, {1.0, 4.0, 3.0});
}

TEST_CASE("value_and_grad gives the value of a sum that is not evaluated", "[grad]") {
  const auto [value, gradient] = value_and_grad([](auto x) { return sum(x * x); })(b);
  CHECK(value.item() == 74.0);
  check_near(gradient, {10.0, 14.0});
  const auto [nothing, zero] = value_and_grad([](auto) { return 2.5; })(b);
  CHECK(nothing.item() == 2.5);
  check_near(zero, {0.0, 0.0});
}

TEST_CASE("has_aux hands results through", "[grad]") {
  const auto f = [](auto x, auto y) { return std::pair{sum(x * y), std::tuple{x + y, std::string("aux"), 7}}; };
  const auto [g, aux] = grad(f, has_aux)(b, b);
  check_near(g, {5.0, 7.0});
  static_assert(std::is_same_v<std::tuple_element_t<0, std::remove_cvref_t<decltype(aux)>>, Tensor<double, dyn>>, "aux is a plain value");
  check_near(std::get<0>(aux), {10.0, 14.0});
  CHECK(std::get<1>(aux) == "aux");
  CHECK(std::get<2>(aux) == 7);
  const auto [gs, aux2] = grad(f, has_aux, argnums<1, 0>)(a, b);
  check_near(gs, {1.0, 2.0, 5.0, 7.0});
  const auto [value_aux, g3] = value_and_grad(f, argnums<-1>, has_aux)(a, b);
  CHECK(value_aux.first.item() == 19.0);
  check_near(std::get<0>(value_aux.second), {6.0, 9.0});
  check_near(g3, {1.0, 2.0});
}

TEST_CASE("gradients have the dtype and the extents of their argument", "[grad]") {
  const auto f = [](const auto& x) { return sum(sin(x) * 2.0); };
  static_assert(std::is_same_v<decltype(grad(f)(Tensor<float, 3>())), Tensor<float, 3>>);
  static_assert(std::is_same_v<decltype(grad(f)(Tensor<float, dyn, 4>(extents<dyn, 4>(2)))), Tensor<float, dyn, 4>>);
  static_assert(std::is_same_v<decltype(grad(f)(Tensor<double, 2, dyn, 3>(extents<2, dyn, 3>(2)))), Tensor<double, 2, dyn, 3>>);
  const auto m = Tensor<float, dyn, 2>{{0.0F, 1.0F}, {2.0F, 3.0F}, {4.0F, 5.0F}};
  check_near(grad(f)(m), {2, 2 * std::cos(1.0), 2 * std::cos(2.0), 2 * std::cos(3.0), 2 * std::cos(4.0), 2 * std::cos(5.0)}, 1e-6);
  const auto mixed = [](const auto& x, const auto& y) { return sum(x * y); };
  const auto g = grad(mixed, argnums<0, 1>)(Tensor<float, 2>{1.0F, 2.0F}, Tensor<double, dyn>{3.0, 4.0});
  static_assert(std::is_same_v<decltype(g), const std::tuple<Tensor<float, 2>, Tensor<double, dyn>>>);
  check_near(g, {3.0, 4.0, 1.0, 2.0}, 1e-6);
}

TEST_CASE("an argument that does not matter has a zero gradient of its shape", "[grad]") {
  const auto f = [](auto x, auto, auto) { return sum(x); };
  const auto g = grad(f, argnums<1, 2>)(b, zeros(2, 3), Tensor<float, 2>{1.0F, 2.0F});
  CHECK(shape_of(std::get<0>(g)) == std::vector<index_t>{2, 3});
  check_near(g, numbers(8, 0.0));
  check_near(grad([](auto) { return Tensor<double>(1.0); })(b), {0.0, 0.0});
  check_near(grad([](auto) { return 1.0; })(a), {0.0, 0.0});
  check_near(grad([](auto x) { return sum(b) * x * 0.0 + c; })(c), {0.0});
}

TEST_CASE("grad of numbers differentiates rank-0 tensors", "[grad]") {
  check_near(grad([](auto x) { return x * x; })(3.0), {6.0});
  static_assert(std::is_same_v<decltype(grad([](auto x) { return x * x; })(3.0F)), Tensor<float>>);
  check_near(grad([](auto x, auto k) { return x * k; })(3.0, 2), {2.0});
}

TEST_CASE("branches and loops on values are differentiated as they run", "[grad]") {
  for (const double x : {-1.5, 0.3, 1.2, 2.5}) {
    INFO("x = " << x);
    const auto f = [](auto v) { return scalar_program(v); };
    check_near(grad(f)(Tensor<double>(x)), {slope(&scalar_program<double>, x)}, 1e-7);
    check_near(grad(f)(x), {slope(&scalar_program<double>, x)}, 1e-7);
    check_near(grad(grad(f))(Tensor<double>(x)), {(grad(f)(Tensor<double>(x + 1e-6)).item() - grad(f)(Tensor<double>(x - 1e-6)).item()) / 2e-6}, 1e-7);
    const auto newton = [](auto v) {
      auto y = eval(v * 1.0);
      while (abs(y * y - v) > 1e-14) y = eval(0.5 * (y + v / y));
      return y;
    };
    if (x > 0) check_near(grad(newton)(Tensor<double>(x)), {0.5 / std::sqrt(x)}, 1e-9);
  }
}

TEST_CASE("a scalar result that nobody names is pulled back from constants, repeated leaves and in float", "[grad]") {
  const auto f = [](const auto& x, const auto& y) { return x * x * exp(y * traced_like(Tensor<double>(2.0), x)) - x / traced_like(Tensor<double>(4.0), x); };
  const auto [value, g] = value_and_grad(f, argnums<0, 1>)(1.5, 0.25);
  const double e = std::exp(0.5);
  CHECK_THAT(value.item(), WithinRel(2.25 * e - 0.375, 1e-14));
  CHECK_THAT(std::get<0>(g).item(), WithinRel(3 * e - 0.25, 1e-14));
  CHECK_THAT(std::get<1>(g).item(), WithinRel(4.5 * e, 1e-14));
  const auto nothing = [](const auto& x) { return traced_like(Tensor<double>(2.0), x) * 3.0; };
  CHECK(grad(nothing)(1.0).item() == 0.0);
  CHECK_THAT(grad([](const auto& x) { return x * sin(x); })(0.5F).item(), WithinRel(std::sin(0.5F) + 0.5F * std::cos(0.5F), 1e-6F));
  const auto mapped = vmap(grad([](const auto& x) { return where(x > 0.0, sqrt(x), x * x) * traced_like(Tensor<double>(2.0), x); }))(Tensor<double, 3>{4.0, 0.0, -1.0});
  CHECK(mapped(0) == 0.5);
  CHECK(mapped(1) == 0.0);
  CHECK(mapped(2) == -4.0);
}

TEST_CASE("a loop over elements is differentiated", "[grad]") {
  const auto f = [](const auto& x) {
    auto total = eval(x(0) * 0.0);
    for (index_t i = 0; i < x.extent(0); ++i) total = eval(total + x(i) * x(i) * static_cast<double>(i));
    return total;
  };
  check_near(grad(f)(tensor({1.0, 2.0, 3.0})), {0.0, 4.0, 12.0});
  check_near(grad(f)(Tensor<double, 3>{1.0, 2.0, 3.0}), {0.0, 4.0, 12.0});
  check_near(hessian(f)(Tensor<double, 3>{1.0, 2.0, 3.0}), {0, 0, 0, 0, 2, 0, 0, 0, 4});
}

TEST_CASE("arguments may be expressions and parts of tensors", "[grad]") {
  const auto f = [](const auto& x) { return sum(x * x); };
  check_near(grad(f)(b + 1.0), {12.0, 16.0});
  check_near(grad(f)(at(Tensor<double, 2, 2>{{1.0, 2.0}, {3.0, 4.0}}, all, 1)), {4.0, 8.0});
  const auto e = b * 2.0;
  check_near(grad(f)(e), {20.0, 28.0});
}

TEST_CASE("grad of grad of grad", "[grad]") {
  const auto f = [](auto x) { return sin(x) * x; };
  const double x = 0.7;
  check_near(grad(grad(f))(x), {2 * std::cos(x) - x * std::sin(x)});
  check_near(grad(grad(grad(f)))(x), {-3 * std::sin(x) - x * std::cos(x)});
  check_near(grad(grad(grad(grad(f))))(x), {-4 * std::cos(x) + x * std::sin(x)});
}

TEST_CASE("a tensor of no elements has an empty gradient", "[grad]") {
  const Tensor<double, dyn> empty;
  const auto [v, g] = value_and_grad([](auto x) { return sum(sin(x)); })(empty);
  CHECK(v.item() == 0.0);
  CHECK(g.size() == 0);
}

TEST_CASE("large tensors, static and dynamic, agree", "[grad]") {
  Tensor<double, 1000> s;
  Tensor<double, dyn> d(extents<dyn>(1000));
  numbers expected;
  for (index_t i = 0; i < 1000; ++i) {
    s(i) = d(i) = 0.01 * static_cast<double>(i);
    expected.push_back(2 * s(i) * std::exp(-s(i)) - s(i) * s(i) * std::exp(-s(i)));
  }
  const auto f = [](const auto& x) { return sum(x * x * exp(-x)); };
  check_near(grad(f)(s), expected);
  check_near(grad(f)(d), expected);
}
