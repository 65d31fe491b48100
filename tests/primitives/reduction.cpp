// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/reduction.hpp"

#include "../reference.hpp"

using functra::all;
using functra::dims;
using functra::dyn;
using functra::eval;
using functra::keepdim;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;
using reference::reduced;

namespace {

double greatest(const numbers& g) { return *std::max_element(g.begin(), g.end()); }
double least(const numbers& g) { return *std::min_element(g.begin(), g.end()); }
double product(const numbers& g) {
  double p = 1;
  for (const double x : g) p *= x;
  return p;
}

template <class X>
void check_dims(const X& x) {
  agree("max", flat(max(x)), reduced(x, 7, greatest), 0);
  agree("max over dim 0", flat(max(x, dims<0>)), reduced(x, 1, greatest), 0);
  agree("max over dim 1", flat(max(x, dims<1>)), reduced(x, 2, greatest), 0);
  agree("max over dim 2", flat(max(x, dims<-1>, keepdim)), reduced(x, 4, greatest), 0);
  agree("max over dims 0 and 2", flat(max(x, dims<0, 2>)), reduced(x, 5, greatest), 0);
  agree("min over dims 2 and 1", flat(min(x, dims<2, 1>)), reduced(x, 6, least), 0);
  agree("min over dims 0 and 1", flat(min(x, dims<0, 1>)), reduced(x, 3, least), 0);
  agree("min", flat(min(x, keepdim)), reduced(x, 7, least), 0);
  agree("prod", flat(prod(x)), reduced(x, 7, product), 1e-12);
  agree("prod over dim 1", flat(prod(x, dims<1>, keepdim)), reduced(x, 2, product), 1e-12);
  agree("prod over dims 0 and 2", flat(prod(x, dims<0, 2>)), reduced(x, 5, product), 1e-12);
}

}  // namespace

TEST_CASE("reductions are the loop, over every choice of dims", "[primitives]") {
  check_dims(sample<dyn, dyn, dyn>({-1, 1}, 1, 5, 3, 41));
  check_dims(sample<dyn, 2, dyn>({-1, 1}, 2, 20, 33));
  check_dims(sample<3, 4, 2>({-1, 1}, 3));
  check_dims(sample<3, 40, 8>({-1, 1}, 4));
  check_dims(permute<2, 0, 1>(sample<dyn, dyn, dyn>({-1, 1}, 5, 4, 7, 19)));
}

TEST_CASE("reductions keep dims where asked, and static extents static", "[primitives]") {
  const auto x = sample<3, dyn, 2>({0, 1}, 1, 4);
  static_assert(std::is_same_v<decltype(max(x)), Tensor<double>>);
  static_assert(std::is_same_v<decltype(max(x, dims<1>)), Tensor<double, 3, 2>>);
  static_assert(std::is_same_v<decltype(max(x, dims<1>, keepdim)), Tensor<double, 3, 1, 2>>);
  static_assert(std::is_same_v<decltype(min(x, keepdim)), Tensor<double, 1, 1, 1>>);
  static_assert(std::is_same_v<decltype(prod(x, dims<0, 2>, keepdim)), Tensor<double, 1, dyn, 1>>);
  static_assert(std::is_same_v<decltype(any(x > 0.5, dims<0>)), Tensor<bool, dyn, 2>>);
  static_assert(std::is_same_v<decltype(all(x > 0.5)), Tensor<bool>>);
  CHECK(prod(x, dims<0, 2>, keepdim).extent(1) == 4);
  CHECK(max(Tensor<double>(2.5)).item() == 2.5);
}

TEST_CASE("reductions keep integer dtypes, and count booleans in a product", "[primitives]") {
  const Tensor<std::int32_t, dyn, dyn> i{{3, -7, 2}, {5, 1, 2}};
  static_assert(std::is_same_v<decltype(max(i, dims<0>)), Tensor<std::int32_t, dyn>>);
  CHECK(flat(max(i, dims<0>)) == numbers{5, 1, 2});
  CHECK(flat(min(i)) == numbers{-7});
  CHECK(flat(prod(i, dims<1>)) == numbers{-42, 10});
  const Tensor<bool, dyn> b{true, false};
  static_assert(std::is_same_v<decltype(prod(b)), Tensor<std::int64_t>>);
  static_assert(std::is_same_v<decltype(max(b)), Tensor<bool>>);
  CHECK(prod(b).item() == 0);
  CHECK(max(b).item());
  CHECK_FALSE(min(b).item());
  CHECK(max(Tensor<float, dyn>{1.5F, -2.0F}).item() == 1.5F);
  CHECK(prod(Tensor<std::int64_t, 3>{std::int64_t{1} << 40, std::int64_t{1} << 40, 3}).item() == 0);  // wraps
}

TEST_CASE("NaN wins in max and min wherever it stands", "[primitives]") {
  for (functra::index_t i : {0, 7, 99}) {
    auto x = sample<dyn>({-1, 1}, 1, 100);
    x(i) = std::nan("");
    CHECK(std::isnan(max(x).item()));
    CHECK(std::isnan(min(x).item()));
  }
}

TEST_CASE("any and all are the loop; numbers are true where they are not zero", "[primitives]") {
  const auto x = sample<dyn, dyn>({-1, 1}, 3, 6, 5);
  const auto m = eval(x > 0.5);
  agree("any", flat(any(m, dims<1>)), reduced(m, 2, greatest), 0);
  agree("all", flat(all(x < 0.5, dims<0>)), reduced(eval(x < 0.5), 1, least), 0);
  CHECK(any(m).item());
  CHECK_FALSE(all(m).item());
  CHECK(all(x).item());
  CHECK(any(Tensor<std::int32_t, 3>{0, 0, -1}).item());
  CHECK(flat(any(Tensor<double, 2, 2>{{0.0, 0.0}, {0.0, 1.0}}, dims<1>, keepdim)) == numbers{0, 1});
  if (any(x > 2)) FAIL("nothing is that large");
}

TEST_CASE("reductions over nothing give what they start from, and extrema throw", "[primitives]") {
  const Tensor<double, dyn, dyn> x(functra::extents<dyn, dyn>(0, 3));
  CHECK(prod(x).item() == 1);
  CHECK(flat(prod(x, dims<0>)) == numbers{1, 1, 1});
  CHECK_FALSE(any(x).item());
  CHECK(all(x).item());
  CHECK(max(x, dims<1>).size() == 0);
  CHECK(message([&] { max(x); }) == "[max] at least one element is required in the reduced dims, got none");
  CHECK(message([&] { min(x, dims<0>); }) == "[min] at least one element is required in the reduced dims, got none");
  CHECK(flat(functra::grad([](const auto& v) { return prod(v); })(x)).empty());
}

TEST_CASE("equal extrema share the gradient", "[primitives]") {
  const Tensor<double, 5> x{2.0, 7.0, 7.0, 1.0, 7.0};
  const double third = 1.0 / 3;
  agree("max", flat(functra::grad([](const auto& v) { return max(v); })(x)), {0, third, third, 0, third}, 1e-15);
  agree("min", flat(functra::grad([](const auto& v) { return min(v); })(x)), {0, 0, 0, 1, 0}, 0);
  agree("jvp", {functra::jvp([](const auto& v) { return max(v); }, x, x).tangent.item()}, {7}, 1e-15);
}

TEST_CASE("a product has the right derivatives where factors are zero", "[primitives]") {
  const auto p = [](const auto& v) { return prod(v); };
  const auto gradient = functra::grad(p);
  agree("no zero", flat(gradient(Tensor<double, 3>{2.0, 3.0, 5.0})), {15, 10, 6}, 0);
  agree("one zero", flat(gradient(Tensor<double, dyn>{2.0, 0.0, 5.0})), {0, 10, 0}, 0);
  agree("two zeros", flat(gradient(Tensor<double, 3>{2.0, 0.0, 0.0})), {0, 0, 0}, 0);
  // d2/dx_i dx_k is the product of the others.
  const auto bilinear = functra::grad([&](const auto& v) { return sum(gradient(v) * Tensor<double, 3>{0.0, 1.0, 0.0}); });
  agree("second, two zeros", flat(bilinear(Tensor<double, 3>{2.0, 0.0, 0.0})), {0, 0, 2}, 0);
  agree("second, one zero", flat(bilinear(Tensor<double, 3>{2.0, 3.0, 0.0})), {0, 0, 2}, 0);
  const Tensor<double, 3> zeros;
  const auto third = functra::grad([&](const auto& v) { return sum(bilinear(v) * Tensor<double, 3>{1.0, 0.0, 0.0}); });
  agree("third, three zeros", flat(third(zeros)), {0, 0, 1}, 0);
}
