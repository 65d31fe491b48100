// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

namespace {
const Tensor<double, dyn> x{0.5, 1.0, 1.5};
const Tensor<double, 3> p{0.5, 1.0, 1.5};
const auto sines = [](const auto& v) { return sin(v) * 2.0; };
const auto product = [](const auto& a, const auto& b) { return a * b * b; };
const numbers cosines{2 * std::cos(0.5), 2 * std::cos(1.0), 2 * std::cos(1.5)};
numbers times(numbers a, double s) {
  for (double& e : a) e *= s;
  return a;
}
numbers joined(numbers a, const numbers& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}
}  // namespace

TEST_CASE("vjp gives the value and a pullback that can be called again", "[vjp]") {
  const auto check = [](const auto& v) {
    const auto [output, vjp_fn] = vjp(sines, v);
    check_near(output, {2 * std::sin(0.5), 2 * std::sin(1.0), 2 * std::sin(1.5)});
    check_near(vjp_fn(ones_like(v)), cosines);
    check_near(vjp_fn(full_like(v, 3.0)), times(cosines, 3.0));
    check_near(vjp_fn(zeros_like(v)), {0.0, 0.0, 0.0});
    check_near(vjp_fn(ones_like(v)), cosines);
  };
  check(x);
  check(p);
}

TEST_CASE("a pullback gives one gradient for each primal", "[vjp]") {
  const auto [output, vjp_fn] = vjp(product, x, p);
  check_near(output, {0.125, 1.0, 3.375});
  const auto g = vjp_fn(tensor({1.0, 2.0, 3.0}));
  static_assert(std::is_same_v<decltype(g), const std::tuple<Tensor<double, dyn>, Tensor<double, 3>>>);
  check_near(g, {0.25, 2.0, 6.75, 0.5, 4.0, 13.5});
}

TEST_CASE("a pullback outlives everything that it was made from", "[vjp]") {
  const auto make = [] {
    const Tensor<double, dyn> local{1.0, 2.0};
    const Tensor<double, dyn> weight{3.0, 4.0};
    return vjp([weight](const auto& v) { return v * v * weight; }, local).vjp_fn;
  };
  const auto vjp_fn = make();
  check_near(vjp_fn(tensor({1.0, 1.0})), {6.0, 16.0});
  const auto copy = vjp_fn;
  check_near(copy(tensor({1.0, 2.0})), {6.0, 32.0});
  check_near(vmap(copy)(eye(2)), {6.0, 0.0, 0.0, 16.0});
}

TEST_CASE("vjp with has_aux and with trees", "[vjp]") {
  const auto f = [](const auto& a, const auto& b) { return std::pair{std::tuple{a * b, sum(b)}, std::pair{a + b, std::string("aux")}}; };
  const auto [output, vjp_fn, aux] = vjp(f, has_aux, x, p);
  check_near(output, {0.25, 1.0, 2.25, 3.0});
  check_near(aux.first, {1.0, 2.0, 3.0});
  CHECK(aux.second == "aux");
  check_near(vjp_fn(std::tuple{ones_like(x), Tensor<double>(10.0)}), {0.5, 1.0, 1.5, 10.5, 11.0, 11.5});
  check_near(vjp_fn(std::tuple{zeros_like(x), Tensor<double>(1.0)}), {0.0, 0.0, 0.0, 1.0, 1.0, 1.0});
  const auto tree = std::pair{x, std::array{p, p}};
  const auto on_tree = vjp([](const auto& t) { return sum(t.first * t.second[0]) + sum(t.second[1]); }, tree);
  const auto g = on_tree.vjp_fn(Tensor<double>(2.0));
  check_near(g.first, {1.0, 2.0, 3.0});
  check_near(g.second[0], {1.0, 2.0, 3.0});
  check_near(g.second[1], {2.0, 2.0, 2.0});
}

TEST_CASE("cotangents are numbers, expressions and tensors of other extents", "[vjp]") {
  const auto scalar = vjp([](const auto& v) { return sum(v * v); }, x);
  check_near(scalar.vjp_fn(2.0), {2.0, 4.0, 6.0});
  check_near(scalar.vjp_fn(1), {1.0, 2.0, 3.0});
  const auto vector = vjp(sines, p);
  check_near(vector.vjp_fn(x * 0.0 + 1.0), cosines);
  CHECK_THROWS_WITH(vjp(sines, x).vjp_fn(ones(4)), ContainsSubstring("[vjp] the cotangent must have the shape of the output [3], got extent 4 in dim 0"));
}

TEST_CASE("a pullback of an output that does not depend on the input gives zeros", "[vjp]") {
  check_near(vjp([](const auto&) { return tensor({1.0, 2.0}); }, x).vjp_fn(tensor({1.0, 1.0})), {0.0, 0.0, 0.0});
  const auto two = vjp([](const auto& a, const auto&) { return a * 1.0; }, x, p);
  check_near(two.vjp_fn(ones(3)), {1.0, 1.0, 1.0, 0.0, 0.0, 0.0});
}

TEST_CASE("a function that returns its argument has the identity as pullback", "[vjp]") {
  check_near(vjp([](const auto& v) { return v; }, x).vjp_fn(x), {0.5, 1.0, 1.5});
  check_near(vjp([](const auto& v) { return v; }, p).vjp_fn(x), {0.5, 1.0, 1.5});
  check_near(vjp([](const auto& v) { return std::tuple{v, v, v}; }, x).vjp_fn(std::tuple{x, x, x}), {1.5, 3.0, 4.5});
}

TEST_CASE("pullbacks are mapped over batches of cotangents", "[vjp]") {
  const auto rows = Tensor<double, dyn, dyn>{{1.0, 1.0, 1.0}, {2.0, 2.0, 2.0}};
  const auto check = [&](const auto& v) {
    const auto vjp_fn = vjp(sines, v).vjp_fn;
    const auto expected = joined(cosines, times(cosines, 2.0));
    check_near(vmap(vjp_fn)(rows), expected);
    check_near(vmap(vjp_fn)(Tensor<double, 2, 3>(rows)), expected);
    check_near(vmap(vjp_fn, lowering::batch_axis)(rows), expected);
    check_near(vjp_fn(ones_like(v)), cosines);
    check_near(vmap(vmap(vjp_fn))(ones(2, 2, 3)), joined(joined(cosines, cosines), joined(cosines, cosines)));
  };
  check(x);
  check(p);
  const auto both = vmap(vjp(product, x, p).vjp_fn)(ones(2, 3));
  check_near(std::get<0>(both), {0.25, 1.0, 2.25, 0.25, 1.0, 2.25});
  check_near(std::get<1>(both), {0.5, 2.0, 4.5, 0.5, 2.0, 4.5});
}

TEST_CASE("pullbacks are differentiated in their cotangent", "[vjp]") {
  const auto check = [](const auto& v) {
    const auto vjp_fn = vjp(sines, v).vjp_fn;
    check_near(grad([&](const auto& c) { return sum(square(vjp_fn(c))); })(ones_like(v)),
               {2 * cosines[0] * cosines[0], 2 * cosines[1] * cosines[1], 2 * cosines[2] * cosines[2]});
    check_near(jvp(vjp_fn, ones_like(v), full_like(v, 2.0)).tangent, times(cosines, 2.0));
    check_near(jacrev(vjp_fn)(ones_like(v)), {cosines[0], 0, 0, 0, cosines[1], 0, 0, 0, cosines[2]});
    check_near(jacfwd(vjp_fn)(ones_like(v)), {cosines[0], 0, 0, 0, cosines[1], 0, 0, 0, cosines[2]});
  };
  check(x);
  check(p);
}

TEST_CASE("vjp inside of grad, jvp and vmap is differentiated in its primal", "[vjp]") {
  const auto slope = [](const auto& v) { return sum(vjp([](const auto& u) { return sin(u) * u; }, v).vjp_fn(v)); };
  // slope = sum(v (v cos v + sin v)); derivative: 2 v cos v - v^2 sin v + sin v + v cos v
  const auto d = [](double v) { return 3 * v * std::cos(v) - v * v * std::sin(v) + std::sin(v); };
  const auto check = [&](const auto& v) {
    check_near(grad(slope)(v), {d(0.5), d(1.0), d(1.5)});
    check_near(jvp(slope, v, ones_like(v)).tangent, {d(0.5) + d(1.0) + d(1.5)});
    check_near(hessian(slope)(v), difference_jacobian(grad(slope), v), 1e-8);
  };
  check(x);
  check(p);
  check_near(vmap(slope)(Tensor<double, dyn, 2>{{0.5, 1.0}, {1.5, 0.0}}),
             {0.5 * (0.5 * std::cos(0.5) + std::sin(0.5)) + std::cos(1.0) + std::sin(1.0), 1.5 * (1.5 * std::cos(1.5) + std::sin(1.5))});
}

TEST_CASE("jvp gives the value and the tangent", "[jvp]") {
  const auto [y, t] = jvp(product, std::tuple{x, p}, std::tuple{ones_like(x), zeros_like(p)});
  check_near(y, {0.125, 1.0, 3.375});
  check_near(t, {0.25, 1.0, 2.25});
  const auto [y1, t1] = jvp(sines, x, full_like(x, 2.0));
  check_near(t1, times(cosines, 2.0));
  static_assert(std::is_same_v<decltype(y1), const Tensor<double, dyn>> && std::is_same_v<decltype(t1), const Tensor<double, dyn>>);
  const auto [y2, t2] = jvp([](const auto& v) { return v * v; }, 3.0, 1.0);
  CHECK(y2.item() == 9.0);
  CHECK(t2.item() == 6.0);
  CHECK_THROWS_WITH(jvp(sines, x, ones(4)), ContainsSubstring("[jvp] a tangent must have the shape of its primal [3], got extent 4 in dim 0"));
  CHECK_THROWS_WITH(hvp([](const auto& v) { return sum(v * v); }, x, ones(4)), ContainsSubstring("[hvp] a vector must have the shape of its primal [3], got extent 4 in dim 0"));
}

TEST_CASE("jvp with has_aux, trees and unrelated results", "[jvp]") {
  const auto f = [](const auto& v) { return std::pair{std::pair{v * v, 3.0}, std::tuple{v + 1.0, 5, std::string("aux")}}; };
  const auto [y, t, aux] = jvp(f, has_aux, x, ones_like(x));
  check_near(y, {0.25, 1.0, 2.25, 3.0});
  check_near(t, {1.0, 2.0, 3.0, 0.0});
  check_near(std::get<0>(aux), {1.5, 2.0, 2.5});
  CHECK(std::get<1>(aux) == 5);
  CHECK(std::get<2>(aux) == "aux");
  const auto constant = jvp([](const auto&) { return tensor({1.0, 2.0}); }, x, x);
  check_near(constant.tangent, {0.0, 0.0});
  const auto tree = jvp([](const auto& q) { return q.first * q.second; }, std::pair{x, p}, std::pair{ones_like(x), ones_like(p)});
  check_near(tree.tangent, {1.0, 2.0, 3.0});
}

TEST_CASE("linearize gives a linear function to be called often", "[linearize]") {
  const auto [output, jvp_fn] = linearize(product, x, p);
  check_near(output, {0.125, 1.0, 3.375});
  check_near(jvp_fn(ones_like(x), zeros_like(p)), {0.25, 1.0, 2.25});
  check_near(jvp_fn(zeros_like(x), ones_like(p)), {0.5, 2.0, 4.5});
  check_near(vmap(jvp_fn)(Tensor<double, 1, 3>{{1.0, 1.0, 1.0}}, Tensor<double, 1, 3>{{0.0, 0.0, 0.0}}), {0.25, 1.0, 2.25});
  const auto single = linearize(sines, p).jvp_fn;
  check_near(vmap(single)(eye(3)), {cosines[0], 0, 0, 0, cosines[1], 0, 0, 0, cosines[2]});
  check_near(grad([&](const auto& t) { return sum(single(t)); })(p), cosines);
}

TEST_CASE("hvp multiplies with the Hessian", "[hvp]") {
  const auto f = [](const auto& v) { return sum(v * v * v) + v(0) * v(1); };
  const auto v = tensor({1.0, 2.0, 3.0});
  check_near(hvp(f, x, v), {3.0 * 1 + 2.0, 6.0 * 2 + 1.0, 9.0 * 3});
  check_near(hvp(f, p, Tensor<double, 3>(v)), {3.0 * 1 + 2.0, 6.0 * 2 + 1.0, 9.0 * 3});
  const auto g = [](const auto& a, const auto& b) { return sum(a * a * b); };
  const auto two = hvp(g, std::tuple{x, p}, std::tuple{v, Tensor<double, 3>{1.0, 1.0, 1.0}});
  // Gradients: 2ab, a^2. Along (v, 1): 2 b v + 2 a; 2 a v.
  check_near(std::get<0>(two), {2.0, 6.0, 12.0});
  check_near(std::get<1>(two), {1.0, 4.0, 9.0});
}
