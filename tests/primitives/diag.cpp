// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/diag.hpp"

#include "../reference.hpp"

using functra::dyn;
using functra::Tensor;
using laws::flat;
using laws::numbers;
using laws::sample;

TEST_CASE("diag, trace, tril and triu are numpy's", "[primitives]") {
  const Tensor<double, dyn, dyn> x{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  CHECK(flat(diag(x)) == numbers{1, 5});
  CHECK(flat(diag(transpose(x))) == numbers{1, 5});
  CHECK(flat(diag(Tensor<double, dyn>{1.0, 2.0})) == numbers{1, 0, 0, 2});
  CHECK(flat(diag(at(x, functra::range(), 1))) == numbers{2, 0, 0, 5});
  CHECK(flat(trace(x)) == numbers{6});
  CHECK(flat(tril(x)) == numbers{1, 0, 0, 4, 5, 0});
  CHECK(flat(tril(x, 1)) == numbers{1, 2, 0, 4, 5, 6});
  CHECK(flat(tril(x, -1)) == numbers{0, 0, 0, 4, 0, 0});
  CHECK(flat(tril(x, -9)) == numbers{0, 0, 0, 0, 0, 0});
  CHECK(flat(triu(x)) == numbers{1, 2, 3, 0, 5, 6});
  CHECK(flat(triu(x, 1)) == numbers{0, 2, 3, 0, 0, 6});
  CHECK(flat(triu(x, -9)) == flat(x));
  CHECK(flat(triu(reshape(x, 1, 2, 3))) == flat(triu(x)));
  CHECK(flat(x) == numbers{1, 2, 3, 4, 5, 6});
}

TEST_CASE("diagonals keep dtype and static extents, and may be empty", "[primitives]") {
  static_assert(std::is_same_v<decltype(diag(Tensor<std::int32_t, 3>())), Tensor<std::int32_t, 3, 3>>);
  static_assert(std::is_same_v<decltype(diag(Tensor<bool, 3, 2>())), Tensor<bool, 2>>);
  static_assert(std::is_same_v<decltype(tril(Tensor<float, 3, 2>())), Tensor<float, 3, 2>>);
  const Tensor<double, dyn, dyn> none(functra::extents<dyn, dyn>(0, 3));
  CHECK(diag(none).size() == 0);
  CHECK(trace(none).item() == 0);
  CHECK(tril(none).size() == 0);
  CHECK(diag(Tensor<double, dyn>()).size() == 0);
}

TEST_CASE("diagonals obey the laws", "[primitives]") {
  laws::run("diag of a vector", [](const auto& x) { return diag(x); }, sample<3>({-1, 1}, 1));
  laws::run("diag of a matrix", [](const auto& x) { return diag(x); }, sample<dyn, dyn>({-1, 1}, 1, 3, 2));
  laws::run("trace", [](const auto& x) { return trace(x) * trace(x); }, sample<2, 3>({-1, 1}, 1));
}
