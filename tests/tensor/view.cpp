// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/tensor/view.hpp"

#include <optional>

#include "../catch.hpp"
#include "functra/primitives/broadcast.hpp"
#include "functra/primitives/permute.hpp"
#include "functra/primitives/slice.hpp"
#include "functra/tensor/create.hpp"

using namespace functra;

namespace {

Tensor<double, dyn, dyn> grid() { return reshape(arange(12), 3, 4); }

}  // namespace

TEST_CASE("a view shares the elements of its tensor") {
  const auto a = grid();
  const auto row = at(a, 1);
  CHECK(row.size() == 4);
  CHECK(row.origin() == a.data() + 4);
  CHECK(row(2) == 6);
  CHECK(row(-1) == 7);
}

TEST_CASE("a later write to the tensor does not show in a view") {
  auto a = grid();
  const auto row = at(a, 1);
  a(1, 2) = 100;
  CHECK(row(2) == 6);
  CHECK(a(1, 2) == 100);
  const auto again = at(a, 1);
  CHECK(again(2) == 100);
}

TEST_CASE("a view stays valid after its tensor is gone") {
  std::optional<Tensor<double, dyn, dyn>> a = grid();
  const auto column = at(*a, range(), 2);
  const auto of_view = at(column, range(1, 3));
  a.reset();
  CHECK(column(2) == 10);
  CHECK(of_view(0) == 6);
  const auto of_temporary = at(grid(), 0);
  CHECK(of_temporary(3) == 3);
}

TEST_CASE("indices of views are checked") {
  const auto column = at(grid(), range(), 2);
  CHECK_THROWS_WITH(column(3), ContainsSubstring("index 3 is out of range for dim 0 of extent 3"));
  CHECK_THROWS_WITH(column(-4), ContainsSubstring("index -4 is out of range for dim 0 of extent 3"));
}

TEST_CASE("views become tensors in row-major order") {
  const auto a = grid();
  const auto t = transpose(a);
  CHECK_FALSE(t.is_contiguous());
  const Tensor<double, dyn, dyn> b = t;
  CHECK(b.shape() == std::array<index_t, 2>{4, 3});
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 3; ++j) REQUIRE(b(i, j) == a(j, i));
  const Tensor<double, 4, 3> fixed = t;
  CHECK(fixed(3, 2) == 11);
  CHECK_THROWS_AS((Tensor<double, 3, 4>(t)), error);

  const Tensor<double, dyn> backwards = at(arange(5), range(range::end, range::end, -2));
  CHECK((backwards(0) == 4 && backwards(1) == 2 && backwards(2) == 0));
  const Tensor<double, dyn, dyn> repeated = broadcast_to(arange(3), 2, 3);
  CHECK((repeated(0, 2) == 2 && repeated(1, 2) == 2));
}

TEST_CASE("large transposes are copied by tiles") {
  const auto a = reshape(arange(50 * 37), 50, 37);
  const Tensor<double, dyn, dyn> b = transpose(a);
  for (int i = 0; i < 37; ++i)
    for (int j = 0; j < 50; ++j) REQUIRE(b(i, j) == a(j, i));
}

TEST_CASE("the whole of a tensor is a contiguous view") {
  const auto a = grid();
  const View<double, dyn, dyn> v(a);
  CHECK(v.is_contiguous());
  CHECK(v.stride(0) == 4);
  CHECK(v(2, 3) == 11);
}
