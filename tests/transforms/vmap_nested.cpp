// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

// vmap of the other transforms, and the other transforms of vmap.

namespace {
const auto scalar = [](const auto& x) { return sin(x(0)) * x(1) * x(1) + x(0) * x(2); };
const auto vector = [](const auto& x) { return sin(x) * sum(x); };
const Tensor<double, 2, 3> s{{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}};
const Tensor<double, dyn, dyn> d = [] {
  Tensor<double, dyn, dyn> m{{0.5, -1.0, 2.0}, {1.5, 0.25, -0.75}};
  return m;
}();

// f of each row, one behind the other.
template <class F>
numbers each(const F& f) {
  numbers all = flat(f(tensor({0.5, -1.0, 2.0})));
  const numbers more = flat(f(tensor({1.5, 0.25, -0.75})));
  all.insert(all.end(), more.begin(), more.end());
  return all;
}
// vmap(f) is the loop, for static and dynamic rows and in both lowerings.
template <class F>
void check_map(const F& f, double tolerance = 1e-12) {
  const numbers expected = each(f);
  check_near(vmap(f)(d), expected, tolerance);
  check_near(vmap(f)(s), expected, tolerance);
  check_near(vmap(f, lowering::batch_axis)(s), expected, tolerance);
}
}  // namespace

TEST_CASE("vmap of grad, jvp and vjp", "[vmap]") {
  check_map(grad(scalar));
  check_map([](const auto& x) { return value_and_grad(scalar)(x).second; });
  check_map([](const auto& x) { return jvp(vector, x, x).tangent; });
  check_map([](const auto& x) { return vjp(vector, x).vjp_fn(x); });
}
TEST_CASE("vmap of Jacobians", "[vmap]") {
  check_map(jacrev(vector));
  check_map(jacfwd(vector));
  check_near(vmap(jacrev(vector))(d), each([](const auto& x) { return difference_jacobian(vector, x); }), 1e-8);
}
TEST_CASE("vmap of Jacobians in chunks", "[vmap]") {
  check_map(jacrev(vector, chunk_size(2)));
  check_map(jacfwd(vector, chunk_size(2)));
}
TEST_CASE("vmap of hessian and hvp", "[vmap]") {
  check_map(hessian(scalar));
  check_map([](const auto& x) { return hvp(scalar, x, x); });
}
TEST_CASE("per-sample gradients", "[vmap]") {
  const auto loss = [](const auto& w, const auto& x, const auto& y) { return square(relu(dot(x, w)) - y); };
  const Tensor<double, 3> w{1.0, 0.5, 0.25};
  const Tensor<double, dyn> y{1.0, -1.0};
  // relu: row 0 gives 0.5 - 0.5 + 0.5 = 0.5; row 1 gives 1.5 + 0.125 - 0.1875 = 1.4375
  const numbers expected{-0.5, 1.0, -2.0, 2 * 2.4375 * 1.5, 2 * 2.4375 * 0.25, 2 * 2.4375 * -0.75};
  check_near(vmap(grad(loss), in_dims<none, 0, 0>)(w, s, y), expected);
  check_near(vmap(grad(loss), in_dims<none, 0, 0>)(tensor({1.0, 0.5, 0.25}), d, y), expected);
  check_near(vmap(grad(loss), in_dims<none, 0, 0>, lowering::batch_axis)(w, s, Tensor<double, 2>(y)), expected);
  check_near(vmap(grad(loss), in_dims<none, 0, 0>, chunk_size(1))(w, s, y), expected);
}

TEST_CASE("the derivatives of vmap are those of the loop", "[vmap]") {
  const auto mapped = [](const auto& m) { return sum(square(vmap(vector)(m))); };
  const auto rows = [](const auto& m) { return sum(square(sin(m) * sum(m, dims<1>, keepdim))); };
  check_near(mapped(d), flat(rows(d)));
  check_near(grad(mapped)(d), flat(grad(rows)(d)));
  check_near(grad(mapped)(s), flat(grad(rows)(s)));
  check_near(jvp(mapped, d, d).tangent, flat(jvp(rows, d, d).tangent));
  check_near(jvp(mapped, s, s).tangent, flat(jvp(rows, s, s).tangent));
  check_near(grad(mapped)(d), difference_jacobian(mapped, d), 1e-8);
  check_near(jvp(grad(mapped), s, s).tangent, flat(jvp(grad(rows), s, s).tangent));
}
TEST_CASE("Jacobians of vmap", "[vmap]") {
  const auto mapped = [](const auto& m) { return vmap(vector)(m); };
  const numbers expected = difference_jacobian(mapped, d);
  check_near(jacrev(mapped)(d), expected, 1e-8);
  check_near(jacfwd(mapped)(s), expected, 1e-8);
}
TEST_CASE("the gradient of a mapped loss in its parameters", "[vmap]") {
  const auto loss = [](const auto& w) { return mean(square(vmap([&](const auto& x) { return tanh(dot(x, w)); })(d))); };
  const auto straight = [](const auto& w) { return mean(square(tanh(matmul(d, w)))); };
  const Tensor<double, 3> w{0.3, -0.2, 0.1};
  check_near(grad(loss)(w), flat(grad(straight)(w)));
  check_near(hessian(loss)(w), flat(hessian(straight)(w)));
  const auto explicit_weights = [](const auto& w1) {
    return mean(square(vmap([](const auto& x, const auto& w2) { return tanh(dot(x, w2)); }, in_dims<0, none>)(s, w1)));
  };
  check_near(grad(explicit_weights)(w), flat(grad(straight)(w)));
}
TEST_CASE("the gradient of a mapped gradient", "[vmap]") {
  const auto f = [](const auto& m) { return sum(square(vmap(grad(scalar))(m))); };
  check_near(grad(f)(d), difference_jacobian(f, d), 1e-7);
  check_near(grad(f)(s), difference_jacobian(f, d), 1e-7);
}
