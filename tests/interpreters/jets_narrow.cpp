// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "jets.hpp"

using namespace jets;

TEST_CASE("jets: scalar code") {
  check<true>("statements", [](const auto& x) {
    const auto a = x(0) * x(1);
    const auto b = sin(a) + x(2);
    const auto c = b * b / (a + 2.0);
    return c * x(0) + sqrt(b) + pow(x(1), 2.5);
  });
  check<true>("repeated", [](const auto& x) { return x(0) * x(0) * x(0) + x(0) * x(1) * x(1); });
  check<true>("a loop", [](const auto& x) {
    auto t = traced_like(0.0, x);
    for (int i = 0; i < 3; ++i) t += x(i) * x((i + 1) % 3);
    for (int i = 0; i < 5; ++i) t = t * sin(x(i % 3)) + x(1);
    return t;
  });
  check<true>("a variable", [](const auto& x) { return eval(x(1)); });
  check<true>("a constant", [](const auto& x) { return 0.0 * x(1) + 3.0; });
  check<true>("a branch", [](const auto& x) { return where(x(0) > x(1), x(0) * x(2), square(x(1)) * x(2)); });
}

TEST_CASE("jets: sums over slices") {
  check<true>("elementwise", [](const auto& x) { return sum(exp(x) * sin(x)); });
  check<true, true>("slices", [](const auto& x) {
    const auto y = at(x, range(0, 3, 2)), z = at(x, range(2, -10, -2));
    return sum(y * z * z);
  });
  check<true, true>("a scalar beside", [](const auto& x) {
    const auto s = exp(x(0) * x(1));
    return sum(x * s) * sum(square(x) + s);
  });
  const Tensor<double, 4> data{1, 2, 3, 4};
  check<true>("data", [=](const auto& x) { return sum(square(data * x(0) + x(1)) + x(2)) + sum(data + x(2)) * x(0); });
  check<true>("branches", [](const auto& x) { return sum(where(x > 0.5, square(x) * x, exp(x))) + sum(max(x, 0.4) * x) + sum(abs(x - 0.6) * x); });
}

TEST_CASE("jets: more inputs than a register has lanes") {
  const auto chain = [](const auto& q) {
    auto angle = eval(q(0));
    auto x = eval(cos(angle)), y = eval(sin(angle));
    for (index_t i = 1; i < q.extent(0); ++i) {
      angle += q(i);
      x += cos(angle);
      y += sin(angle) * q(i - 1);
    }
    return square(x - 1.0) * y;
  };
  const auto same = [&](auto n) {
    Tensor<double, n> q;
    for (index_t i = 0; i < n; ++i) q(i) = 0.3 + 0.1 * static_cast<double>(i);
    STATIC_REQUIRE(on_jets<1, decltype(chain), decltype(q)> == (n <= detail::most_few_inputs<1, false, false>));
    require_near(grad(chain)(q), vjp(chain, q).vjp_fn(Tensor<double>(1.0)));
    const auto single = eval(cast<float>(q));
    require_near(eval(cast<double>(grad(chain)(single))), grad(chain)(q), 1e-4);
  };
  same(std::integral_constant<index_t, 7>{});
  same(std::integral_constant<index_t, 9>{});
  same(std::integral_constant<index_t, 16>{});
  same(std::integral_constant<index_t, 17>{});
}

// The Jacobian of scalars side by side, of one example and of many.
template <bool Rows, class F>
void check_rows(const char* name, const F& f) {
  INFO(name);
  const Tensor<double, 3> x{0.3, 0.5, 0.9};
  STATIC_REQUIRE((detail::few_inputs<detail::selected<1, argnums_t<0>>, 1, true, detail::call_tower<F, Tensor<double, 3>>, F, Tensor<double, 3>>() > 0) == Rows);
  require_near(jacfwd(f)(x), jacrev(f)(x));
  const auto many = points();
  const auto by_lanes = vmap(jacfwd(f))(many);
  for (index_t i = 0; i < many.extent(0); i += 5) require_near(eval(at(by_lanes, i)), jacrev(f)(Tensor<double, 3>{many(i, 0), many(i, 1), many(i, 2)}));
}

TEST_CASE("jets: scalars side by side") {
  check_rows<true>("statements, a variable, a constant", [](const auto& x) {
    const auto a = x(0) * x(1);
    return stack(std::tuple{a * sin(x(2)), x(1), a, traced_like(2.0, x)}, dim<0>);
  });
  check_rows<true>("a loop", [](const auto& x) {
    auto s = eval(x(0)), t = eval(x(1));
    for (int i = 0; i < 3; ++i) {
      const auto ds = eval(t * x(2)), dt = eval(-sin(s));
      s += 0.1 * ds;
      t += 0.1 * dt;
    }
    return stack(std::tuple{s, t}, dim<-1>);
  });
  check_rows<true>("a wide value behind a narrow name", [](const auto& x) {
    auto s = eval(traced_like(0.0, x) + x(0) * x(1));
    s = sum(matmul(Tensor<double, 2, 3>{{1, 2, 3}, {4, 5, 6}}, x) * exp(s));
    return stack(std::tuple{s, s * x(1)}, dim<0>);
  });
  check_rows<false>("what is computed from them is wide", [](const auto& x) { return stack(std::tuple{x(0) * x(1), sin(x(2))}, dim<0>) * x(2); });
  check_rows<false>("vectors side by side", [](const auto& x) { return stack(std::tuple{x * x, sin(x)}, dim<0>); });
  // What is not finite is where it is in reverse mode.
  const auto root = [](const auto& x) {
    const auto y = sqrt(x(0) - 0.3);
    return stack(std::tuple{0.0 * y, x(1) * x(2)}, dim<0>);
  };
  require_near(jacfwd(root)(Tensor<double, 3>{0.3, 0.5, 0.9}), Tensor<double, 2, 3>{{0, 0, 0}, {0, 0.9, 0.5}});
  // Arguments of several shapes, a run-time number of results, and transforms around.
  const auto f = [](const auto& m, const auto& s) { return stack(std::vector{eval(m(0, 1) * s), eval(m(1, 0) * s), eval(s * s), eval(m(1, 1) + s), eval(m(0, 0) * m(1, 1) * s)}); };
  const Tensor<double, 2, 2> m{{1, 2}, {3, 4}};
  const auto [dm, ds] = jacfwd(f, argnums<0, 1>)(m, 5.0);
  const auto [rm, rs] = jacrev(f, argnums<0, 1>)(m, 5.0);
  require_near(dm, rm);
  require_near(ds, rs);
  const auto g = [](const auto& x) { return stack(std::tuple{x(0) * x(1) * x(2), exp(x(0) * x(2))}, dim<0>); };
  const Tensor<double, 3> x{0.3, 0.5, 0.9};
  require_near(jacfwd(jacfwd(g))(x), jacrev(jacrev(g))(x));
  require_near(grad([&](const auto& y) { return sum(square(jacfwd(g)(y))); })(x), grad([&](const auto& y) { return sum(square(jacrev(g)(y))); })(x));
  require_near(grad([&](const auto& y) { return sum(square(jacfwd([&](const auto& z) { return stack(std::tuple{z(0) * y(1), z(1) * y(0)}, dim<0>); })(y))); })(x), Tensor<double, 3>{0.6, 1.0, 0});
  require_near(grad([](const auto& y) { return norm(stack(std::tuple{y(0), y(1) * y(2)}, dim<0>)); })(x),
               vjp([](const auto& y) { return norm(stack(std::tuple{y(0), y(1) * y(2)}, dim<0>)); }, x).vjp_fn(Tensor<double>(1.0)));
}

TEST_CASE("jets: several arguments") {
  const auto f = [](const auto& a, const auto& b, const auto& c) { return a * b * sin(c) + square(c) * a; };
  const auto h = hessian(f, argnums<2, 0>)(2.0, 3.0, 0.5);
  REQUIRE_THAT(std::get<0>(std::get<0>(h)).item(), WithinRel(2.0 * 2.0 - 6.0 * std::sin(0.5), 1e-14));
  REQUIRE_THAT(std::get<1>(std::get<0>(h)).item(), WithinRel(3.0 * std::cos(0.5) + 1.0, 1e-14));
  REQUIRE_THAT(std::get<0>(std::get<1>(h)).item(), WithinRel(3.0 * std::cos(0.5) + 1.0, 1e-14));
  REQUIRE(std::get<1>(std::get<1>(h)).item() == 0.0);
  const auto [value, gradient] = value_and_grad(f, argnums<1, 0>)(2.0, 3.0, 0.5);
  REQUIRE_THAT(value.item(), WithinRel(6.0 * std::sin(0.5) + 0.5, 1e-14));
  REQUIRE_THAT(std::get<0>(gradient).item(), WithinRel(2.0 * std::sin(0.5), 1e-14));
  REQUIRE_THAT(std::get<1>(gradient).item(), WithinRel(3.0 * std::sin(0.5) + 0.25, 1e-14));
  // A vector and a number, float and double.
  const auto g = [](const auto& v, const auto& s) { return v(0) * v(1) * s * s; };
  const auto k = hessian(g, argnums<0, 1>)(Tensor<float, 2>{2, 3}, 5.0f);
  STATIC_REQUIRE(std::is_same_v<std::remove_cvref_t<decltype(std::get<1>(std::get<0>(k)))>, Tensor<float, 2>>);
  REQUIRE(std::get<0>(std::get<0>(k))(0, 1) == 25.0f);
  REQUIRE(std::get<1>(std::get<0>(k))(1) == 20.0f);
  REQUIRE(std::get<1>(std::get<1>(k)).item() == 12.0f);
}

TEST_CASE("jets: what is not finite") {
  // A zero wins: over the slope of a square root at 0, and over a branch that was not taken.
  const auto f = [](const auto& x) {
    const auto y = 0.0 * x(0) + sqrt(x(1) - 0.5);
    return y * 0.0 + x(2) * x(2);
  };
  const Tensor<double, 3> x{0.3, 0.5, 0.9};
  require_near(grad(f)(x), Tensor<double, 3>{0, 0, 1.8});
  require_near(hessian(f)(x), Tensor<double, 3, 3>{{0, 0, 0}, {0, 0, 0}, {0, 0, 2}});
  const auto g = [](const auto& v) { return sum(where(v > 0.6, sqrt(v - 0.6), square(v))); };
  require_near(hessian(g)(x), jacfwd(grad(g))(x));
  REQUIRE(std::isinf(grad([](const auto& v) { return sqrt(v(0)) + v(1); })(Tensor<double, 2>{0, 1})(0)));
}

TEST_CASE("jets: which second partials there are") {
  const auto pairs = []<class F, class... V>(const Expr<F, V...>&) { return law::second_partials_of<F, law::mask_bits(0, F::arity)>::pairs; };
  const Tensor<double> a(1.0), b(2.0);
  REQUIRE(pairs(a + b) == 0);
  REQUIRE(pairs(a * b) == 1);
  REQUIRE(pairs(a / b) == 2);
  REQUIRE(pairs(a * b + square(a)) == 2);
  REQUIRE(pairs(where(a > b, a, b)) == 0);
  REQUIRE(pairs(exp(a + b)) == 3);
}
