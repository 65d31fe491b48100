// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/tensor/create.hpp"

#include <concepts>

#include "../catch.hpp"
#include "functra/functions/like.hpp"
#include "functra/primitives/arithmetic.hpp"
#include "functra/transforms/jvp.hpp"

using namespace functra;

namespace {

template <class T, class X>
std::vector<T> elements(const X& x) {
  return std::vector<T>(x.data(), x.data() + x.size());
}
using doubles = std::vector<double>;

}  // namespace

TEST_CASE("integers give dynamic extents and double is the dtype unless named") {
  static_assert(std::same_as<decltype(zeros(2, 3)), Tensor<double, dyn, dyn>>);
  static_assert(std::same_as<decltype(zeros<float>(2)), Tensor<float, dyn>>);
  static_assert(std::same_as<decltype(ones<bool>()), Tensor<bool>>);
  CHECK(zeros(2, 3).shape() == std::array<index_t, 2>{2, 3});
  CHECK(elements<double>(zeros(2L, 1U)) == doubles{0, 0});
  CHECK(elements<float>(ones<float>(2)) == std::vector<float>{1, 1});
  CHECK(elements<std::int32_t>(full<std::int32_t>(7.0, 2)) == std::vector<std::int32_t>{7, 7});
  CHECK(elements<double>(full(0.1, 1)) == doubles{0.1});
  CHECK(ones().item() == 1.0);
}

TEST_CASE("extents may be static, mixed, or the shape of something") {
  static_assert(std::same_as<decltype(zeros<float>(extents<dyn, 4>(2))), Tensor<float, dyn, 4>>);
  const Tensor<float, dyn, 4> m = zeros<float>(extents<dyn, 4>(2));
  CHECK(m.shape() == std::array<index_t, 2>{2, 4});
  static_assert(std::same_as<decltype(ones(extents<2, 2>{})), Tensor<double, 2, 2>>);
  CHECK(elements<double>(ones(extents<2, 2>{})) == doubles{1, 1, 1, 1});
  CHECK(ones<std::int64_t>(m.shape()).shape() == m.shape());
}

TEST_CASE("a negative extent is rejected") {
  CHECK_THROWS_WITH(zeros(2, -1), ContainsSubstring("an extent must not be negative, got -1"));
  CHECK_THROWS_WITH(linspace(0.0, 1.0, -2), ContainsSubstring("an extent must not be negative, got -2"));
}

TEST_CASE("eye is the identity") {
  CHECK(elements<double>(eye(2)) == doubles{1, 0, 0, 1});
  CHECK(eye<float>(0).size() == 0);
  static_assert(std::same_as<decltype(eye<float, 3>()), Tensor<float, 3, 3>>);
  const auto i3 = eye<float, 3>();
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) CHECK(i3(i, j) == (i == j ? 1.0f : 0.0f));
}

TEST_CASE("arange leaves out the end") {
  CHECK(elements<double>(arange(3)) == doubles{0, 1, 2});
  CHECK(elements<std::int64_t>(arange<std::int64_t>(2, 7, 2)) == std::vector<std::int64_t>{2, 4, 6});
  CHECK(elements<std::int64_t>(arange<std::int64_t>(7, 2, -2)) == std::vector<std::int64_t>{7, 5, 3});
  CHECK(elements<std::int64_t>(arange<std::int64_t>(2, 8, 2)) == std::vector<std::int64_t>{2, 4, 6});
  CHECK(elements<double>(arange(0.0, 1.0, 0.25)) == doubles{0, 0.25, 0.5, 0.75});
  CHECK(elements<double>(arange(2.5)) == doubles{0, 1, 2});
  CHECK(arange(3, 1).size() == 0);
  CHECK(arange(-1).size() == 0);
  CHECK_THROWS_WITH(arange(0, 5, 0), ContainsSubstring("[arange] the step must not be zero"));
  CHECK_THROWS_WITH(arange(0.0, INFINITY, 1.0), ContainsSubstring("[arange] a finite number of elements is required"));
  CHECK_THROWS_AS(arange(0.0, NAN, 1.0), error);
}

TEST_CASE("linspace includes both ends exactly") {
  const auto x = linspace(0.1, 0.7, 4);
  CHECK(x(0) == 0.1);
  CHECK_THAT(x(1), WithinULP(0.3, 2));
  CHECK(x(3) == 0.7);
  CHECK(elements<double>(linspace(2, 3, 1)) == doubles{2});
  CHECK(linspace(2, 3, 0).size() == 0);
  CHECK(elements<float>(linspace<float>(1, 0, 3)) == std::vector<float>{1, 0.5f, 0});
}

TEST_CASE("tensors are made of nested lists") {
  static_assert(std::same_as<decltype(tensor({1.0, 2.0})), Tensor<double, dyn>>);
  static_assert(std::same_as<decltype(tensor({1, 2})), Tensor<int, dyn>>);
  static_assert(std::same_as<decltype(tensor({{true, false}})), Tensor<bool, dyn, dyn>>);
  static_assert(std::same_as<decltype(tensor({{{1.0f}, {2.0f}}})), Tensor<float, dyn, dyn, dyn>>);
  CHECK(elements<double>(tensor({1.0, 2.0})) == doubles{1, 2});
  const auto a = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(a.shape() == std::array<index_t, 2>{2, 3});
  CHECK(a(1, 0) == 4);
  const auto b = tensor({{{1, 2}}, {{3, 4}}, {{5, 6}}});
  CHECK(b.shape() == std::array<index_t, 3>{3, 1, 2});
  CHECK(b(2, 0, 1) == 6);
}

TEST_CASE("nested lists of different lengths are rejected") {
  CHECK_THROWS_WITH(tensor({{1, 2}, {3}}), ContainsSubstring("nested lists must all have the same shape"));
  CHECK_THROWS_AS(tensor({{{1}, {2}}, {{3}}}), error);
  CHECK_THROWS_AS((Tensor<double, dyn, dyn>{{1.0}, {2.0, 3.0}}), error);
  CHECK_THROWS_AS(tensor(std::vector<std::vector<double>>{{1.0}, {}}), error);
}

TEST_CASE("tensors are made of vectors and spans") {
  const std::vector<std::vector<double>> v{{1, 2}, {3, 4}, {5, 6}};
  static_assert(std::same_as<decltype(tensor(v)), Tensor<double, dyn, dyn>>);
  CHECK(tensor(v)(2, 1) == 6);
  CHECK(tensor(std::vector<float>{}).size() == 0);
  CHECK(elements<bool>(tensor(std::vector<bool>{true, false})) == std::vector<bool>{true, false});

  std::array<double, 3> a{1, 2, 3};
  static_assert(std::same_as<decltype(tensor(std::span(a))), Tensor<double, 3>>);
  CHECK(elements<double>(tensor(std::span(a))) == doubles{1, 2, 3});
  static_assert(std::same_as<decltype(tensor(std::span<const double>(a))), Tensor<double, dyn>>);
  auto t = tensor(std::span<const double>(a).subspan(1));
  a[1] = 9;
  CHECK(elements<double>(t) == doubles{2, 3});
}

TEST_CASE("constants take dtype and extents of something") {
  const Tensor<float, dyn, 3> x = ones<float>(extents<dyn, 3>(2));
  static_assert(std::same_as<decltype(zeros_like(x)), Tensor<float, dyn, 3>>);
  CHECK(zeros_like(x).shape() == x.shape());
  CHECK(elements<float>(full_like(x, 2.5)) == std::vector<float>(6, 2.5f));
  CHECK(elements<std::int32_t>(ones_like(tensor({5, 6}))) == std::vector<std::int32_t>{1, 1});
  CHECK(ones_like(0.5).item() == 1.0);
  CHECK(ones_like(View<float, dyn, 3>(x)).size() == 6);
}

TEST_CASE("constants like an expression do not evaluate it") {
  auto e = tensor({1.0, 2.0}) * 2.0;
  CHECK(elements<double>(ones_like(e)) == doubles{1, 1});
  CHECK_FALSE(e.is_pinned());
}

TEST_CASE("constants like traced values have their levels") {
  const auto [y, t] = jvp(
      [](const auto& x) {
        static_assert(level_of<decltype(ones_like(x))> == level_of<decltype(x)>);
        return x * ones_like(x);
      },
      tensor({1.0, 2.0}), tensor({3.0, 4.0}));
  CHECK(elements<double>(t) == doubles{3, 4});
  // An example of a batch, in either lowering.
  const batched<Tensor<double, dyn, 2>, 1> b(zeros(extents<dyn, 2>(5)));
  static_assert(std::same_as<decltype(zeros_like(b)), batched<Tensor<double, dyn, 2>, 1>>);
  const Tensor<lanes::pack<double, 4>, 2> p;
  static_assert(std::same_as<decltype(full_like(p, 3)), Tensor<lanes::pack<double, 4>, 2>>);
  CHECK(full_like(p, 3).data()[1][2] == 3.0);
}
