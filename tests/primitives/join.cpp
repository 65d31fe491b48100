// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/join.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;

TEST_CASE("concatenate puts tensors one behind the other", "[primitives]") {
  const Tensor<double, dyn, dyn> a{{1.0, 2.0}, {3.0, 4.0}};
  const Tensor<double, 1, 2> b{{5.0, 6.0}};
  CHECK(flat(functra::concatenate(std::tuple{a, b}, dim<0>)) == numbers{1, 2, 3, 4, 5, 6});
  CHECK(flat(functra::concatenate(std::tuple{a, b})) == flat(functra::concatenate(std::tuple{a, b}, dim<0>)));
  CHECK(flat(concatenate(std::tuple{a, a * 10.0, transpose(a)}, dim<1>)) == numbers{1, 2, 10, 20, 1, 3, 3, 4, 30, 40, 2, 4});
  CHECK(flat(concatenate(std::tuple{a}, dim<-1>)) == flat(a));
  CHECK(flat(concatenate(std::tuple{a, Tensor<double, dyn, dyn>(functra::extents<dyn, dyn>(0, 2))}, dim<0>)) == flat(a));
  static_assert(std::is_same_v<decltype(concatenate(std::tuple{a, b}, dim<0>)), Tensor<double, dyn, 2>>);
  static_assert(std::is_same_v<decltype(concatenate(std::tuple{b, b, b}, dim<0>)), Tensor<double, 3, 2>>);
  static_assert(std::is_same_v<decltype(concatenate(std::tuple{b, Tensor<std::int32_t, 4, 2>()}, dim<0>)), Tensor<double, 5, 2>>);
}

TEST_CASE("stack puts tensors side by side along a new dim", "[primitives]") {
  const Tensor<double, 2> a{1.0, 2.0}, b{3.0, 4.0};
  CHECK(flat(stack(std::tuple{a, b}, dim<0>)) == numbers{1, 2, 3, 4});
  CHECK(flat(stack(std::tuple{a, b, a + b}, dim<1>)) == numbers{1, 3, 4, 2, 4, 6});
  CHECK(flat(stack(std::tuple{at(a, 0), at(b, 1), Tensor<double>(7.0)})) == numbers{1, 4, 7});
  static_assert(std::is_same_v<decltype(stack(std::tuple{a, b, b}, dim<-1>)), Tensor<double, 2, 3>>);
  static_assert(std::is_same_v<decltype(stack(std::tuple{at(a, 0), at(b, 1)})), Tensor<double, 2>>);
  static_assert(std::is_same_v<decltype(stack(std::tuple{Tensor<float, dyn>{1.0F}, Tensor<float, 1>{1.0F}})), Tensor<float, 2, 1>>);
}

TEST_CASE("vectors of tensors are joined as tuples are", "[primitives]") {
  std::vector<Tensor<double, dyn, 2>> parts;
  numbers expected;
  for (int k = 0; k < 11; ++k) {
    parts.push_back(sample<dyn, 2>({-1, 1}, k, k % 3));
    const numbers one = flat(parts.back());
    expected.insert(expected.end(), one.begin(), one.end());
  }
  const auto y = concatenate(parts, dim<0>);
  static_assert(std::is_same_v<decltype(y), const Tensor<double, dyn, 2>>);
  CHECK(flat(y) == expected);
  const std::vector<Tensor<double, 2>> rows(5, Tensor<double, 2>{1.0, 2.0});
  CHECK(flat(stack(rows, dim<1>)) == numbers{1, 1, 1, 1, 1, 2, 2, 2, 2, 2});
  static_assert(std::is_same_v<decltype(stack(rows)), Tensor<double, dyn, 2>>);
}

TEST_CASE("what does not fit is not joined", "[primitives]") {
  const auto a = sample<dyn, dyn>({0, 1}, 1, 2, 3), b = sample<dyn, dyn>({0, 1}, 1, 2, 2);
  CHECK(message([&] { concatenate(std::tuple{a, b}, dim<0>); }) == "[concatenate] operands must have equal extents in the other dims, got 3 and 2 in dim 1");
  CHECK(message([&] { stack(std::vector{a, b}); }) == "[stack] operands must have equal extents in the other dims, got 3 and 2 in dim 1");
  CHECK(message([&] { stack(std::vector<Tensor<double>>{}); }) == "[stack] at least one operand is required, got an empty vector");
  CHECK(message([&] { functra::split<2>(a, dim<1>); }) == "[split] the extent must be divisible by the number of parts 2, got 3");
}

TEST_CASE("split gives equal parts", "[primitives]") {
  const auto x = sample<dyn, dyn>({-1, 1}, 1, 4, 6);
  const auto [a, b, c] = functra::split<3>(x, dim<1>);
  agree("parts", flat(concatenate(std::tuple{a, b, c}, dim<1>)), flat(x), 0);
  CHECK(a.extent(1) == 2);
  const auto [u, v] = functra::split<2>(sample<3, 4>({-1, 1}, 1), dim<-1>);
  static_assert(std::is_same_v<decltype(u), const Tensor<double, 3, 2>>);
  CHECK(u(0, 1) != v(0, 1));
}

// The results of a loop, collected in a vector.
TEST_CASE("vectors of traced values are joined", "[primitives]") {
  const auto f = [](const auto& x) {
    auto power = functra::eval(at(x, 0) * 1.0);
    std::vector<decltype(power)> all;
    for (int k = 0; k < 11; ++k) {
      all.push_back(power);
      power = power * at(x, k % 3);
    }
    return stack(all);
  };
  const auto g = [&](const auto& x) { return sum(square(f(x))); };
  const auto x = sample<3>({0.5, 1.5}, 1);
  const auto v = laws::direction(x, 7);
  const auto slope = functra::grad(g)(x);
  const double h = 1e-6;
  const double expected = (g(laws::moved(x, h, v)).item() - g(laws::moved(x, -h, v)).item()) / (2 * h);
  agree("grad", {laws::inner(flat(slope), flat(v))}, {expected}, 1e-7);
  agree("jvp", {functra::jvp(g, x, v).tangent.item()}, {expected}, 1e-7);
  const auto xs = sample<dyn, 3>({0.5, 1.5}, 2, 5);
  const auto mapped = functra::vmap(f, functra::lowering::batch_axis)(xs);
  agree("vmap", flat(at(mapped, 3)), flat(f(laws::example(xs, 3))), 1e-14);
}

TEST_CASE("vectors of different lengths are concatenated but not stacked") {
  const functra::Tensor<double, dyn> a{1.0, 2.0}, b{3.0, 4.0, 5.0};
  agree("concatenate", flat(functra::concatenate(std::tuple{a, b}, functra::dim<0>)), {1, 2, 3, 4, 5}, 0);
  CHECK_THROWS_AS(functra::stack(std::tuple{a, b}), functra::error);
}
