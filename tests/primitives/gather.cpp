// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/gather.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using functra::index_t;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;
using places = Tensor<std::int64_t, dyn>;

TEST_CASE("take is the loop", "[primitives]") {
  const auto x = sample<dyn, dyn, dyn>({-1, 1}, 1, 2, 4, 3);
  const Tensor<std::int32_t, 2, 3> i{{0, -1, 2}, {3, 0, -4}};
  numbers expected;
  for (int a = 0; a < 2; ++a)
    for (int r = 0; r < 2; ++r)
      for (int c = 0; c < 3; ++c)
        for (int b = 0; b < 3; ++b) expected.push_back(x(a, i(r, c), b));
  const auto y = take(x, i, dim<1>);
  static_assert(std::is_same_v<decltype(y), const Tensor<double, dyn, 2, 3, dyn>>);
  agree("dim 1", flat(y), expected, 0);
  agree("dim 0", flat(take(permute<1, 0, 2>(x), i, dim<0>)), flat(permute<1, 2, 0, 3>(y)), 0);
  agree("a single index", flat(take(x, -1, dim<2>)), flat(at(x, functra::range(), functra::range(), 2)), 0);
  agree("a tensor of rank 0", flat(take(x, Tensor<std::int64_t>(2), dim<1>)), flat(take(x, 2, dim<1>)), 0);
  CHECK(flat(take(Tensor<bool, 3>{true, false, true}, places{1, 0}, dim<0>)) == numbers{0, 1});
  CHECK(take(x, places{}, dim<0>).size() == 0);
}

TEST_CASE("indices out of range, and those that are no integers, are refused", "[primitives]") {
  const auto x = sample<dyn, 3>({-1, 1}, 1, 2);
  CHECK(message([&] { take(x, places{0, 2}, dim<0>); }) == "[take] index 2 is out of range for an extent of 2");
  CHECK(message([&] { take(x, places{-4}, dim<1>); }) == "[take] index -4 is out of range for an extent of 3");
  CHECK(message([&] { take(x, 3, dim<1>); }) == "[take] index 3 is out of range for an extent of 3");
}

TEST_CASE("the gradient adds up what equal indices have taken", "[primitives]") {
  const places i{1, 1, -1, 1};
  const auto g = functra::grad([&](const auto& x) { return sum(take(x, i, dim<0>) * Tensor<double, 4>{1.0, 2.0, 3.0, 4.0}); });
  CHECK(flat(g(Tensor<double, 3>{5.0, 6.0, 7.0})) == numbers{0, 7, 3});
  CHECK(flat(g(Tensor<double, dyn>{5.0, 6.0, 7.0})) == numbers{0, 7, 3});
}

// Every choice of mapped operands: values, and gradients in x.
TEST_CASE("mapped take is the loop, whatever is mapped", "[primitives]") {
  constexpr auto none = functra::none;
  const auto xs = sample<dyn, dyn, dyn>({-1, 1}, 1, 4, 3, 2);
  const Tensor<std::int64_t, dyn, dyn> is{{0, 2, 2}, {1, 1, 1}, {-1, 0, 1}, {2, -3, 0}};
  const auto check = [](const auto& f, const auto& x, const auto& i, const auto& a, const auto& b, auto dims, auto option) {
    numbers expected;
    for (index_t n = 0; n < 4; ++n) {
      const auto one = flat(f(a(x, n), b(i, n)));
      expected.insert(expected.end(), one.begin(), one.end());
    }
    agree("mapped", flat(functra::vmap(f, dims, option)(x, i)), expected, 1e-14);
  };
  const auto whole = [](const auto& t, index_t) { return t; };
  const auto part = [](const auto& t, index_t n) { return laws::example(t, n); };
  const auto x0 = laws::example(xs, 0);
  const auto i0 = laws::example(is, 0);
  const auto run = [&](const auto& f, auto option) {
    check(f, xs, is, part, part, functra::in_dims<0, 0>, option);
    check(f, xs, i0, part, whole, functra::in_dims<0, none>, option);
    check(f, x0, is, whole, part, functra::in_dims<none, 0>, option);
  };
  const auto value = [](const auto& x, const auto& i) { return take(x, i, dim<0>); };
  const auto slope = functra::grad([](const auto& x, const auto& i) { return sum(square(take(x, i, dim<0>))); });
  run(value, functra::lowering::batch_axis);
  run(slope, functra::lowering::batch_axis);
}

TEST_CASE("take is mapped twice", "[primitives]") {
  const auto x = sample<dyn, dyn>({-1, 1}, 1, 2, 5);                                        // [a, n]
  const Tensor<std::int64_t, dyn, dyn, dyn> i{{{0, 1}, {2, 3}, {4, 0}}, {{1, 1}, {0, 2}, {3, 4}}};  // [a, b, k]
  const auto pick = [](const auto& v, const auto& k) { return take(v, k, dim<0>); };
  const auto inner = [&](const auto& v, const auto& k) { return functra::vmap(pick, functra::in_dims<functra::none, 0>)(v, k); };
  numbers expected;
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 3; ++b)
      for (int k = 0; k < 2; ++k) expected.push_back(x(a, i(a, b, k)));
  agree("both", flat(functra::vmap(inner)(x, i)), expected, 0);
  const auto outer = [&](const auto& v) { return sum(square(functra::vmap(inner)(v, i))); };
  numbers slope(10, 0.0);
  for (int a = 0; a < 2; ++a)
    for (int b = 0; b < 3; ++b)
      for (int k = 0; k < 2; ++k) slope[static_cast<std::size_t>(a * 5 + i(a, b, k))] += 2 * x(a, i(a, b, k));
  agree("gradient", flat(functra::grad(outer)(x)), slope, 1e-14);
}
