// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>
#include <string>

#include "../catch.hpp"

using namespace functra;

// Temporaries fuse, names pin.

namespace {
const Tensor<double, dyn> x{1.0, 4.0, 9.0};
template <class E>
constexpr int leaves = detail::operand_count<std::remove_cvref_t<E>>;
bool equal(const Tensor<double, dyn>& a, std::initializer_list<double> b) {
  return a.size() == static_cast<index_t>(b.size()) && std::equal(b.begin(), b.end(), a.data());
}
}  // namespace

TEST_CASE("temporaries become one statement", "[expr]") {
  const auto e = sqrt(x) * 2.0 + x / (x + 1.0);
  static_assert(leaves<decltype(e)> == 5, "the tensors and numbers of the program");
  CHECK(equal(e, {2.5, 4.8, 6.9}));
}

TEST_CASE("a named expression is one leaf of its consumer", "[expr]") {
  const auto root = sqrt(x) * 2.0 + 1.0;
  const auto e = root * root;
  static_assert(leaves<decltype(e)> == 2);
  CHECK(equal(e, {9.0, 25.0, 49.0}));
  static_assert(leaves<decltype(sqrt(x) * 2.0 + root)> == 3);
}

TEST_CASE("a statement of too many leaves is cut", "[expr]") {
  const auto e = x + x + x + x + x + x + x + x + x + x + x + x;
  static_assert(leaves<decltype(e)> <= detail::max_leaves(0));
  CHECK(equal(e, {12.0, 48.0, 108.0}));
}

TEST_CASE("work of a lower rank is done before it is broadcast", "[expr]") {
  const Tensor<double, 2, 3> m{{1.0, 1.0, 1.0}, {2.0, 2.0, 2.0}};
  const auto e = m * sqrt(x);
  static_assert(std::is_same_v<decltype(e)::functor, law::fn<law::mul, law::arg<double>, law::arg<double>>>);
  const Tensor<double, 2, 3> v = e;
  CHECK(v(1, 2) == 6.0);
}

TEST_CASE("expressions own what they read", "[expr]") {
  const auto make = [] {
    const Tensor<double, dyn> local{1.0, 2.0};
    const auto named = local * 3.0;
    return named + local;
  };
  const auto e = make();
  CHECK(equal(e, {4.0, 8.0}));
  CHECK(equal(e, {4.0, 8.0}));
}

TEST_CASE("an expression reads like a tensor", "[expr]") {
  const auto e = x * 2.0;
  CHECK(e.extent(0) == 3);
  CHECK(e.size() == 3);
  CHECK(e.rank() == 1);
  CHECK(e.shape()[0] == 3);
  CHECK(e(1) == 8.0);
  CHECK(e(-1) == 18.0);
  CHECK(sum(e).item() == 28.0);
  CHECK(static_cast<double>(sum(e)) == 28.0);
  CHECK(static_cast<float>(Tensor<double>(2.0) * 2.0) == 4.0F);
}

TEST_CASE("a comparison of rank 0 decides a branch", "[expr]") {
  const Tensor<double> a = 1.0, b = 2.0;
  if (a > b) FAIL("1 > 2");
  CHECK((a < b ? 1 : 0) == 1);
  CHECK((a < 1.5 && b > 1.5));
  const auto named = a + 1.0 == b;
  CHECK(named);
}

TEST_CASE("arithmetic values take the dtype of the tensors", "[expr]") {
  const Tensor<float, 2> f{1.0F, 2.0F};
  const Tensor<int, 2> i{1, 2};
  static_assert(std::is_same_v<dtype_of<decltype(eval(f * 2.0))>, float>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(i * 2))>, int>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(i * 2.5))>, double>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(f * i))>, float>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(f * Tensor<double>(1.0)))>, double>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(sin(i)))>, double>);
  static_assert(std::is_same_v<dtype_of<decltype(eval(f > 1.0))>, bool>);
  CHECK(eval(i * 2.5)(1) == 5.0);
}

TEST_CASE("eval hands values back as they are", "[expr]") {
  const auto y = eval(x);
  CHECK(y.data() == x.data());
  static_assert(std::is_same_v<decltype(eval(x * 2.0)), Tensor<double, dyn>>);
  static_assert(std::is_same_v<decltype(eval(2.0)), double>);
  static_assert(std::is_same_v<decltype(eval(Tensor<double, 2>() + Tensor<double, dyn>())), Tensor<double, 2>>, "static extents win");
}

TEST_CASE("extents that do not broadcast are named", "[expr]") {
  CHECK_THROWS_WITH(eval(x + zeros(2)), ContainsSubstring("3") && ContainsSubstring("2"));
  CHECK_THROWS_WITH(eval(x + zeros(2, 2)), ContainsSubstring("["));
  CHECK_THROWS_WITH((Tensor<double, 2>(x)), ContainsSubstring("dim 0 has the static extent 2, got 3"));
}

TEST_CASE("moving and copying expressions keeps their value", "[expr]") {
  auto a = x * 2.0;
  const auto copy = a;
  const auto moved = std::move(a);
  CHECK(equal(copy, {2.0, 8.0, 18.0}));
  CHECK(equal(moved, {2.0, 8.0, 18.0}));
}
