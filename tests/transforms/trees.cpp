// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <string>

#include "numbers.hpp"

using namespace functra;

// Arguments and results may be trees; what comes back has the same structure.

namespace {

template <class W, class B>
struct linear {
  W weight;
  B bias;
};
template <class First, class Second>
struct network {
  First first;
  Second second;
  std::string name = "network";
  int layers = 2;
};

struct scale_by {
  auto operator()(const auto& v) const { return v * 3.0; }
};

const auto layer = [](const auto& p, const auto& x) { return tanh(matmul(p.weight, x) + p.bias); };
const auto loss = [](const auto& net, const auto& x) { return sum(square(layer(net.second, layer(net.first, x)))); };

template <class M, class V>
auto make_network(const M& m, const V& v) {
  using layer_type = linear<M, V>;
  return network<layer_type, layer_type>{{m, v}, {m, v}};
}
const Tensor<double, 2, 2> m{{0.5, -0.25}, {1.0, 0.75}};
const Tensor<double, 2> b{0.1, -0.2};
const Tensor<double, dyn> x{1.0, 2.0};

// The loss with all twelve parameters in one vector.
numbers expected_gradient() {
  const auto f = [](const auto& q) {
    const auto first = tanh(matmul(Tensor<double, 2, 2>{{q(0), q(1)}, {q(2), q(3)}}, x) + Tensor<double, 2>{q(4), q(5)});
    const auto second = tanh(matmul(Tensor<double, 2, 2>{{q(6), q(7)}, {q(8), q(9)}}, first) + Tensor<double, 2>{q(10), q(11)});
    return sum(square(second));
  };
  return difference_jacobian(f, tensor({0.5, -0.25, 1.0, 0.75, 0.1, -0.2, 0.5, -0.25, 1.0, 0.75, 0.1, -0.2}));
}

}  // namespace

TEST_CASE("gradients of nested aggregates", "[trees]") {
  const auto expected = expected_gradient();
  const auto fixed = make_network(m, b);
  const auto g = grad(loss)(fixed, x);
  static_assert(std::is_same_v<decltype(g), const std::remove_const_t<decltype(fixed)>>, "the structure stays");
  check_near(flat(g.first), numbers(expected.begin(), expected.begin() + 6), 1e-8);
  check_near(flat(g.second), numbers(expected.begin() + 6, expected.end()), 1e-8);
  CHECK(g.name == "network");
  CHECK(g.layers == 2);
  const auto flexible = make_network(Tensor<double, dyn, dyn>(m), Tensor<double, dyn>(b));
  const auto h = grad(loss)(flexible, x);
  static_assert(std::is_same_v<decltype(h), const std::remove_const_t<decltype(flexible)>>);
  check_near(flat(h), expected, 1e-8);
}

TEST_CASE("a step of gradient descent by tree_map", "[trees]") {
  auto net = make_network(m, b);
  const double before = loss(net, x).item();
  for (int step = 0; step < 5; ++step) net = tree_map([](const auto& p, const auto& g) { return eval(p - 0.1 * g); }, net, grad(loss)(net, x));
  CHECK(loss(net, x).item() < before);
  CHECK(net.name == "network");
}

TEST_CASE("per-sample gradients of aggregates", "[trees]") {
  const auto net = make_network(m, b);
  const auto check = [&](const auto& batch, auto... options) {
    const auto g = vmap(grad(loss), in_dims<none, 0>, options...)(net, batch);
    CHECK(shape_of(g.first.weight) == std::vector<index_t>{3, 2, 2});
    CHECK(shape_of(g.second.bias) == std::vector<index_t>{3, 2});
    for (index_t i = 0; i < 3; ++i) {
      const auto one = grad(loss)(net, eval(at(batch, i, all)));
      check_near(at(g.first.weight, i, all, all), flat(one.first.weight));
      check_near(at(g.second.weight, i, all, all), flat(one.second.weight));
      check_near(at(g.second.bias, i, all), flat(one.second.bias));
    }
  };
  const Tensor<double, 3, 2> batch{{1.0, 2.0}, {-0.5, 0.25}, {0.0, 1.0}};
  check(batch);
  check(batch, lowering::batch_axis);
  check(Tensor<double, dyn, dyn>(batch));
}

TEST_CASE("tuples, pairs, arrays and vectors as arguments", "[trees]") {
  const auto f = [](const auto& t) {
    const auto& [p, a, v] = t;
    return sum(p.first * p.second) + a[0] * a[1] + sum(v[0]) * v[1](0);
  };
  const auto tree = std::tuple{std::pair{tensor({1.0, 2.0}), 3.0}, std::array<Tensor<double>, 2>{2.0, 5.0},
                               std::vector<Tensor<double, dyn>>{tensor({1.0, 2.0, 3.0}), tensor({10.0})}};
  const auto g = grad(f)(tree);
  check_near(std::get<0>(g).first, {3, 3});
  check_near(std::get<0>(g).second, {3});
  check_near(std::get<1>(g), {5, 2});
  REQUIRE(std::get<2>(g).size() == 2);
  check_near(std::get<2>(g), {10, 10, 10, 6});
  const auto pushed = jvp(f, std::make_tuple(tree), std::make_tuple(g));
  check_near(pushed.tangent, {9 + 9 + 9 + 25 + 4 + 300 + 36});
}

TEST_CASE("what is not a tensor rides along", "[trees]") {
  const auto f = [](const auto& t) {
    const auto& [v, name, k, function] = t;
    return sum(function(v)) * static_cast<double>(name.size()) * k;
  };
  const auto tree = std::tuple{x, std::string("four"), 2, scale_by{}};
  const auto g = grad(f)(tree);
  check_near(std::get<0>(g), {24, 24});
  CHECK(std::get<1>(g) == "four");
  CHECK(std::get<2>(g) == 2);
  check_near(std::get<0>(vjp(f, tree).vjp_fn(Tensor<double>(1.0))), {24, 24});
  check_near(std::get<0>(jacfwd(f)(tree)), {24, 24});
  check_near(std::get<0>(jacrev(f)(tree)), {24, 24});
  const auto mapped = vmap(f)(std::tuple{eye(2), std::string("four"), 2, scale_by{}});
  check_near(mapped, {24, 24});
}

TEST_CASE("trees as results", "[trees]") {
  const auto f = [](const auto& v) {
    return linear{std::vector{eval(v * 2.0), eval(v * v)}, std::array{eval(sum(v)), v(0)}};
  };
  const auto y = jvp(f, x, ones_like(x));
  check_near(y.output.weight, {2, 4, 1, 4});
  check_near(y.tangent.weight, {2, 2, 2, 4});
  check_near(vjp(f, x).vjp_fn(y.tangent), {2 * 2 + 2 * 2 * 1 + 2 + 1, 2 * 2 + 4 * 4 + 2});
}

TEST_CASE("aggregates whose members have one type", "[trees]") {
  const auto f = [](const auto& p) { return sum(p.weight * p.bias); };
  const auto g = grad(f)(linear<Tensor<double, 2>, Tensor<double, 2>>{{1.0, 2.0}, {3.0, 4.0}});
  check_near(g.weight, {3, 4});
  check_near(g.bias, {1, 2});
  const auto h = hessian(f)(linear<Tensor<double, 2>, Tensor<double, 2>>{{1.0, 2.0}, {3.0, 4.0}});
  check_near(h.weight.weight, {0, 0, 0, 0});
  check_near(h.weight.bias, {1, 0, 0, 1});
  check_near(h.bias.weight, {1, 0, 0, 1});
}
