// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "jets.hpp"

using namespace jets;

// What computes tensors is left to other transforms, as its type tells; where a name hides it, the derivatives are right as well.
TEST_CASE("jets: tensors that are computed") {
  const Tensor<double, 3, 3> m{{1, 2, 3}, {0.5, -1, 2}, {3, 1, 0.2}};
  check<false>("a product", [=](const auto& x) { return dot(x, matmul(m, x)); });
  check<false>("a named vector", [](const auto& x) {
    const auto y = exp(x);
    return sum(y * x) + sum(sin(y));
  });
  check<true>("a product in a name", [=](const auto& x) {
    auto t = traced_like(0.0, x);
    for (int i = 0; i < 3; ++i) t += sum(matmul(m, x)) * x(i);
    return t;
  });
  check<true>("a vector in a name", [](const auto& x) {
    auto v = eval(x);
    v = sin(v) * x;
    const auto w = at(v, range(0, 2));
    auto t = traced_like(1.0, x);
    t = t * x(1) + sum(square(w)) * t + sum(v * v * x) + v(2);
    return t;
  });
}

TEST_CASE("jets: primitives behind a name") {
  const Tensor<double, 3, 3> m{{1, 2, 3}, {0.5, -1, 2}, {3, 1, 0.2}};
  check<true, true>("products", [=](const auto& x) {
    auto t = traced_like(1.0, x);
    t = t * sum(matmul(m, x) * x);
    t = t + sum(outer(x, x) * m * t);
    return t;
  });
  check<true>("structure", [](const auto& x) {
    auto t = traced_like(1.0, x);
    const auto r = stack(std::tuple{cos(x(0)), x(1) * t, x(2)}, dim<0>);
    t = t + sum(concatenate(std::tuple{r, x}, dim<0>) * 2.0) + sum(sum(outer(r, x), dims<1>) * r);
    t = t * sum(set_at(x, x(0) * x(1), 2) * x);
    return t;
  });
  check<true>("duals", [](const auto& x) {
    auto t = traced_like(1.0, x);
    t = t * logsumexp(x * x) + prod(x);
    return t;
  });
}

TEST_CASE("jets: transforms inside") {
  check<false>("grad", [](const auto& x) { return sum(grad([](const auto& y) { return sum(y * y * y); })(x) * x); });
  check<true>("grad behind a name", [](const auto& x) {
    auto t = traced_like(1.0, x);
    t = t * sum(grad([](const auto& z) { return sum(z * z * z); })(x));
    return t;
  });
  check<false>("vmap", [](const auto& x) { return sum(vmap([](const auto& y) { return y * exp(y); })(x)); });
  // A closure over the variables of an outer transform.
  const auto outer_gradient = grad([](const auto& a) { return sum(hessian([&](const auto& b) { return sum(b * b * b * a); })(Tensor<double, 3>{1, 2, 3})); })(Tensor<double, 3>{1, 1, 1});
  require_near(outer_gradient, Tensor<double, 3>{6, 12, 18});
  const auto closure = grad([](const auto& a) { return grad([&](const auto& b) { return a * b * b; })(3.0) * a; })(2.0);
  REQUIRE_THAT(closure.item(), WithinRel(24.0, 1e-14));
  // Third derivatives.
  const auto quartic = [](const auto& b) { return sum(b * b * b * b); };
  const Tensor<double, 3> x{1, 2, 3};
  const auto third = jacfwd(hessian(quartic))(x);
  for (index_t i = 0; i < 3; ++i) REQUIRE_THAT(third(i, i, i), WithinRel(24.0 * x(i), 1e-14));
}

TEST_CASE("jets: dtypes, and examples that are mapped and that are not") {
  const Tensor<double, 3> x{0.3, 0.5, 0.9};
  const auto mixed = [](const auto& v) {
    auto t = traced_like(1.0, v);
    t = t * v(0) * cast<double>(cast<float>(v(1) * v(2)));
    return t;
  };
  REQUIRE_THAT(hessian(mixed)(x)(0, 1), WithinRel(0.9, 1e-6));
  REQUIRE_THAT(hessian(mixed)(x)(1, 2), WithinRel(0.3, 1e-6));
  REQUIRE(jacfwd(jacfwd([](const auto& v) { return cast<float>(v * v); }))(x)(1, 1, 1) == 2.0f);
  const auto of_both = [](const auto& a, const auto& b) { return sum(a * a * b(0)) + b(1) * a(0) * b(0); };
  const Tensor<double, 2> b{2, 3};
  const auto blocks = vmap(hessian(of_both, argnums<0, 1>), in_dims<0, none>)(points(), b);
  const auto expected = vmap(jacfwd(grad(of_both, argnums<0, 1>), argnums<0, 1>), in_dims<0, none>)(points(), b);
  require_near(std::get<0>(std::get<0>(blocks)), std::get<0>(std::get<0>(expected)));
  require_near(std::get<1>(std::get<0>(blocks)), std::get<1>(std::get<0>(expected)));
  require_near(std::get<1>(std::get<1>(blocks)), std::get<1>(std::get<1>(expected)));
}

TEST_CASE("jets: they print as what they are") {
  std::ostringstream text;
  grad([&](const auto& v) {
    text << v(0);
    return v(0) * v(1);
  })(Tensor<double, 2>{1, 2});
  REQUIRE(text.str() == "jet(1.0)");
}
