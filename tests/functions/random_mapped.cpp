// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "functra/functions/random.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/vmap.hpp"

// Random numbers inside of transforms.

using namespace functra;

TEST_CASE("keys ride along through transforms") {
  const auto noisy = [](const auto& x, const Key& key) { return sum(x * normal(key, 3)); };
  const Tensor<double, dyn> x{1, 2, 3};
  const Tensor<double, dyn> g = grad(noisy)(x, Key{1});
  const auto expected = normal(Key{1}, 3);
  for (int i = 0; i < 3; ++i) CHECK(g(i) == expected(i));

  // Every example gets the same numbers.
  const Tensor<double, dyn, dyn> xs{{0, 0, 0}, {1, 1, 1}};
  const auto y = vmap([](const auto& v, const Key& key) { return v + normal(key, 3); }, in_dims<0, none>)(xs, Key{1});
  const Tensor<double, 2, 3> fixed = xs;
  const auto z = vmap([](const auto& v, const Key& key) { return v + normal(key, extents<3>{}); }, in_dims<0, none>)(fixed, Key{1});
  for (int i = 0; i < 2; ++i)
    for (int j = 0; j < 3; ++j) CHECK((y(i, j) == i + expected(j) && z(i, j) == i + expected(j)));
}

TEST_CASE("examples with keys of their own draw numbers of their own") {
  const auto keys = split(Key{3}, 5);
  const Tensor<double, dyn, dyn> xs = zeros(5, 4);
  const auto noisy = [](const auto& key, const auto& x) { return x + normal(key, 4); };
  const Tensor<double, dyn, dyn> y = vmap(noisy)(tensor(keys), xs);
  for (std::size_t i = 0; i < 5; ++i) {
    const auto expected = normal(keys[i], 4);
    for (int j = 0; j < 4; ++j) REQUIRE(y(static_cast<int>(i), j) == expected(j));
  }
}

TEST_CASE("a mapped number folds into a key as every number by itself") {
  const Key key{5};
  const auto f = [&](const auto& i) { return normal(fold_in(key, i), 4); };
  const auto numbers = arange<std::int64_t>(-3, 34);
  const auto lanes = vmap(f, lowering::lanes)(numbers);
  const auto axis = vmap(f, lowering::batch_axis)(numbers);
  const auto keys = split(key, 37);
  const auto both = vmap([](const auto& k, const auto& i) { return normal(fold_in(k, i), 4); })(tensor(keys), numbers);
  const auto only_keys = vmap([](const auto& k) { return normal(fold_in(k, Tensor<int>(9)), 4); })(tensor(keys));
  for (int i = 0; i < 37; ++i) {
    const auto one = normal(fold_in(key, i - 3), 4);
    const auto with_key = normal(fold_in(keys[static_cast<std::size_t>(i)], i - 3), 4);
    const auto nine = normal(fold_in(keys[static_cast<std::size_t>(i)], 9), 4);
    for (int j = 0; j < 4; ++j) {
      REQUIRE(lanes(i, j) == one(j));
      REQUIRE(axis(i, j) == one(j));
      REQUIRE(both(i, j) == with_key(j));
      REQUIRE(only_keys(i, j) == nine(j));
    }
  }
}

TEST_CASE("keys in lanes draw the same numbers as keys on an axis") {
  const auto keys = split(Key{3}, 37);
  const auto f = [](const auto& key, const auto& x) {
    const auto [a, b] = split(fold_in(key, 7));
    return x + normal(a, extents<3>{}) * cast<double>(bernoulli(b, 0.5, extents<3>{}));
  };
  const Tensor<double, dyn, 3> xs = zeros(37, 3);
  const Tensor<double, dyn, 3> axis = vmap(f, lowering::batch_axis)(tensor(keys), xs);
  const Tensor<double, dyn, 3> lanes = vmap(f, lowering::lanes)(tensor(keys), xs);
  for (std::size_t i = 0; i < 37; ++i) {
    const auto [a, b] = split(fold_in(keys[i], 7));
    const auto x = normal(a, 3);
    const auto m = bernoulli(b, 0.5, 3);
    for (int j = 0; j < 3; ++j) {
      REQUIRE(axis(static_cast<int>(i), j) == (m(j) ? x(j) : 0.0));
      REQUIRE(lanes(static_cast<int>(i), j) == (m(j) ? x(j) : 0.0));
    }
  }
}

TEST_CASE("maps over keys nest") {
  const auto keys = reshape(tensor(split(Key{4}, 6)), 2, 3, 2);
  const auto f = [](const auto& key) { return uniform(key, 2); };
  const Tensor<double, dyn, dyn, dyn> y = vmap(vmap(f))(keys);
  CHECK(y.shape() == std::array<index_t, 3>{2, 3, 2});
  const auto expected = uniform(split(Key{4}, 6)[5], 2);
  CHECK((y(1, 2, 0) == expected(0) && y(1, 2, 1) == expected(1)));
}

TEST_CASE("a key has two words") {
  CHECK_THROWS_WITH(normal(Tensor<std::uint32_t, dyn>{1U, 2U, 3U}, 4), ContainsSubstring("[random] a key has 2 words, got a tensor of 3"));
}
