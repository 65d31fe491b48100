// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/tensor/tree.hpp"

#include <concepts>
#include <string>

#include "../catch.hpp"
#include "functra/interpreters/dual.hpp"

using namespace functra;

namespace {

using vec = Tensor<double, 2>;

template <class W, class B>
struct layer {
  W weight;
  B bias;
};
template <class A>
struct one_member {
  A a;
};
template <class A, class B, class C>
struct three_members {
  A a;
  B b;
  C c;
};
struct settings {  // not a template: rides along
  double rate;
};

const auto twice = []<class V>(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return v * 2;
  else return eval(v * 2.0);
};
// Turns tensors into numbers: a mapping may change types.
const auto first = []<class V>(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return v;
  else return v.data()[0];
};
const auto add = [](const auto& a, const auto& b) { return eval(a + b); };

}  // namespace

TEST_CASE("a leaf is mapped by itself") {
  CHECK(tree_map(twice, vec{1, 2})(1) == 4);
  CHECK(tree_map(twice, 1.5) == 3.0);
}

TEST_CASE("trees keep their structure") {
  const auto t = tree_map(twice, std::tuple{vec{1, 2}, 3.0});
  static_assert(std::same_as<decltype(t), const std::tuple<vec, double>>);
  CHECK(std::get<0>(t)(1) == 4);
  CHECK(std::get<1>(t) == 6);

  const auto p = tree_map(twice, std::pair{vec{1, 2}, Tensor<double>(3)});
  static_assert(std::same_as<decltype(p), const std::pair<vec, Tensor<double>>>);
  CHECK(p.second.item() == 6);

  const auto a = tree_map(twice, std::array<vec, 2>{vec{1, 2}, vec{3, 4}});
  static_assert(std::same_as<decltype(a), const std::array<vec, 2>>);
  CHECK(a[1](0) == 6);

  const auto v = tree_map(twice, std::vector<vec>{vec{1, 2}, vec{3, 4}, vec{5, 6}});
  static_assert(std::same_as<decltype(v), const std::vector<vec>>);
  CHECK(v.size() == 3);
  CHECK(v[2](1) == 12);
  CHECK(tree_map(twice, std::vector<vec>{}).empty());
}

TEST_CASE("template aggregates are trees of their members") {
  const layer<vec, Tensor<double>> l{{1, 2}, 3.0};
  const auto m = tree_map(twice, l);
  static_assert(std::same_as<decltype(m), const layer<vec, Tensor<double>>>);
  CHECK(m.weight(1) == 4);
  CHECK(m.bias.item() == 6);

  const auto one = tree_map(twice, one_member<vec>{{1, 2}});
  CHECK(one.a(0) == 2);
  const auto three = tree_map(twice, three_members<vec, double, vec>{{1, 2}, 3.0, {4, 5}});
  CHECK((three.a(0) == 2 && three.b == 6 && three.c(1) == 10));
}

TEST_CASE("trees nest") {
  using net = std::vector<layer<vec, double>>;
  const auto t = std::tuple{net{{{1, 2}, 3.0}, {{4, 5}, 6.0}}, std::pair{std::array<double, 2>{7, 8}, one_member<std::tuple<vec>>{{vec{9, 10}}}}};
  const auto m = tree_map(twice, t);
  static_assert(std::same_as<std::remove_const_t<decltype(m)>, std::remove_const_t<decltype(t)>>);
  CHECK(std::get<0>(m)[1].bias == 12);
  CHECK(std::get<1>(m).first[1] == 16);
  CHECK(std::get<0>(std::get<1>(m).second.a)(0) == 18);
}

TEST_CASE("a tuple of one tuple stays one") {
  const std::tuple<std::tuple<vec>> t{std::tuple<vec>{vec{1, 2}}};
  static_assert(std::same_as<decltype(tree_map(twice, t)), std::tuple<std::tuple<vec>>>);
}

TEST_CASE("a mapping may change the types of leaves") {
  static_assert(std::same_as<decltype(tree_map(first, layer<vec, double>{})), layer<double, double>>);
  static_assert(std::same_as<decltype(tree_map(first, std::vector<vec>{})), std::vector<double>>);
  static_assert(std::same_as<decltype(tree_map(first, std::tuple<vec, Tensor<float>>{})), std::tuple<double, float>>);
  CHECK(tree_map(first, layer<vec, double>{{7, 8}, 1}).weight == 7);
}

TEST_CASE("what is not a tensor rides along untouched") {
  const auto square = [](double x) { return x * x; };
  const auto t = tree_map(twice, std::tuple{std::string("name"), 3, vec{1, 2}, settings{0.5}, square, true});
  CHECK(std::get<0>(t) == "name");
  CHECK(std::get<1>(t) == 3);
  CHECK(std::get<2>(t)(0) == 2);
  CHECK(std::get<3>(t).rate == 0.5);
  CHECK(std::get<4>(t)(3) == 9);
  const auto l = tree_map(twice, layer<vec, std::string>{{1, 2}, "relu"});
  CHECK(l.bias == "relu");
  CHECK(l.weight(1) == 4);
  const auto v = tree_map(twice, layer<std::vector<std::string>, int>{{"a", "b"}, 3});
  CHECK(v.weight[1] == "b");
}

TEST_CASE("several trees of the same structure are mapped together") {
  const layer<vec, double> a{{1, 2}, 3}, b{{10, 20}, 30};
  const auto c = tree_map(add, std::pair{layer<vec, Tensor<double>>{a.weight, a.bias}, vec{1, 1}},
                          std::pair{layer<vec, Tensor<double>>{b.weight, b.bias}, vec{2, 2}});
  CHECK(c.first.weight(1) == 22);
  CHECK(c.first.bias.item() == 33);
  CHECK(c.second(0) == 3);
  CHECK_THROWS_WITH(tree_map(add, std::vector<vec>(2), std::vector<vec>(3)), ContainsSubstring("[tree] trees of the same structure are required"));
}

TEST_CASE("leaves are visited in order and can be changed") {
  auto t = std::tuple{vec{1, 2}, std::vector<double>{3, 4}, layer<double, std::string>{5, "x"}};
  std::string order;
  tree_for_each(
      [&]<class V>(V& v) {
        if constexpr (std::is_arithmetic_v<V>) order += std::to_string(static_cast<int>(v)), v = 0;
        else order += "t", v(0) = 9;
      },
      t);
  CHECK(order == "t345");
  CHECK(std::get<0>(t)(0) == 9);
  CHECK(std::get<1>(t)[1] == 0);
  CHECK(std::get<2>(t).weight == 0);
}

TEST_CASE("a tree knows the levels of its leaves") {
  using traced = dual<vec, vec, 2>;
  static_assert(detail::tower_level<tree_tower_t<vec, double, std::string>> == 0);
  static_assert(detail::tower_level<tree_tower_t<std::tuple<int, traced>>> == 2);
  static_assert(detail::tower_level<tree_tower_t<std::vector<layer<vec, traced>>>> == 2);
  static_assert(detail::tower_level<tree_tower_t<std::array<std::pair<traced, int>, 3>, vec>> == 2);
}
