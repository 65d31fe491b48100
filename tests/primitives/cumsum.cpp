// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/cumsum.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;

TEST_CASE("a running sum is the loop", "[primitives]") {
  const auto x = sample<dyn, dyn, dyn>({-1, 1}, 1, 3, 4, 5);
  numbers middle, last;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 4; ++j)
      for (int k = 0; k < 5; ++k) {
        double s = 0, t = 0;
        for (int m = 0; m <= j; ++m) s += x(i, m, k);
        for (int m = 0; m <= k; ++m) t += x(i, j, m);
        middle.push_back(s);
        last.push_back(t);
      }
  agree("dim 1", flat(cumsum(x, dim<1>)), middle, 1e-15);
  agree("dim 2", flat(cumsum(x, dim<-1>)), last, 1e-15);
  agree("of a view", flat(cumsum(permute<1, 0, 2>(x), dim<0>)), flat(permute<1, 0, 2>(cumsum(x, dim<1>))), 0);
}

TEST_CASE("a running sum keeps its extents and counts booleans", "[primitives]") {
  static_assert(std::is_same_v<decltype(cumsum(Tensor<double, 3, 2>(), dim<0>)), Tensor<double, 3, 2>>);
  static_assert(std::is_same_v<decltype(cumsum(Tensor<bool, 3>{true, false, true}, dim<0>)), Tensor<std::int64_t, 3>>);
  CHECK(flat(cumsum(Tensor<bool, 3>{true, false, true}, dim<0>)) == numbers{1, 1, 2});
  CHECK(flat(cumsum(Tensor<std::int32_t, dyn>{1, 2, 3}, dim<0>)) == numbers{1, 3, 6});
  CHECK(cumsum(Tensor<double, dyn>(), dim<0>).size() == 0);
}

TEST_CASE("running sums obey the laws", "[primitives]") {
  laws::run("cumsum", [](const auto& x) { return cumsum(x, dim<0>); }, sample<4>({-1, 1}, 1));
  laws::run("cumsum(dim<1>)", [](const auto& x) { return cumsum(x, dim<1>); }, sample<dyn, dyn, dyn>({-1, 1}, 1, 2, 3, 2));
}
