// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/one_hot.hpp"

#include "../reference.hpp"

using functra::dyn;
using functra::one_hot;
using functra::Tensor;
using laws::flat;
using laws::numbers;

TEST_CASE("one_hot has a 1 at the index", "[primitives]") {
  const Tensor<std::int64_t, dyn> i{2, 0};
  CHECK(flat(one_hot(i, 3)) == numbers{0, 0, 1, 1, 0, 0});
  CHECK(flat(one_hot(1, 3)) == numbers{0, 1, 0});
  CHECK(flat(one_hot(Tensor<std::int32_t, 1, 2>{{1, 1}}, 2)) == numbers{0, 1, 0, 1});
  CHECK(flat(one_hot(Tensor<std::int64_t>(1), 2)) == numbers{0, 1});
  CHECK(one_hot(i, 0).size() == 0);
}

TEST_CASE("one_hot of an index out of range is all 0", "[primitives]") {
  CHECK(flat(one_hot(Tensor<std::int64_t, dyn>{3, -1}, 3)) == numbers(6, 0.0));
  CHECK(reference::message([] { one_hot(1, -2); }) == "[one_hot] the number of classes must not be negative, got -2");
}

TEST_CASE("one_hot has the dtype and extents asked for", "[primitives]") {
  const auto y = eval(one_hot<float, 4>(Tensor<std::int64_t, 2>{3, 0}));
  static_assert(std::is_same_v<decltype(y), const Tensor<float, 2, 4>>);
  static_assert(std::is_same_v<functra::dtype_of<decltype(eval(one_hot<bool>(1, 2)))>, bool>);
  CHECK(flat(y) == numbers{0, 0, 0, 1, 1, 0, 0, 0});
}

TEST_CASE("mapped one_hot is the loop, in both lowerings", "[primitives]") {
  const Tensor<std::int64_t, dyn, 2> i{{0, 2}, {1, 1}, {2, 0}};
  const auto f = [](const auto& k) { return one_hot<double, 3>(k); };
  CHECK(flat(functra::vmap(f, functra::lowering::batch_axis)(i)) == flat(f(i)));
  CHECK(flat(functra::vmap(f, functra::lowering::lanes)(i)) == flat(f(i)));
}
