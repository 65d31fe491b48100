// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/rearrange.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dims;
using functra::dyn;
using functra::Tensor;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;

namespace {
const Tensor<double, dyn, dyn> x{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
}

TEST_CASE("flip and roll are numpy's", "[primitives]") {
  CHECK(flat(flip(x)) == numbers{6, 5, 4, 3, 2, 1});
  CHECK(flat(flip(x, dim<0>)) == numbers{4, 5, 6, 1, 2, 3});
  CHECK(flat(flip(x, dims<-1>)) == numbers{3, 2, 1, 6, 5, 4});
  CHECK(flat(flip(flip(x, dim<1>), dim<1>)) == flat(x));
  CHECK(flat(roll(x, 1, dim<1>)) == numbers{3, 1, 2, 6, 4, 5});
  CHECK(flat(roll(x, -4, dim<1>)) == numbers{2, 3, 1, 5, 6, 4});
  CHECK(flat(roll(x, 5, dim<0>)) == numbers{4, 5, 6, 1, 2, 3});
  CHECK(flat(roll(transpose(x), 1, dim<0>)) == numbers{3, 6, 1, 4, 2, 5});
  CHECK(flat(roll(x, 2)) == numbers{5, 6, 1, 2, 3, 4});
  static_assert(std::is_same_v<decltype(flip(Tensor<double, 3, 2>())), Tensor<double, 3, 2>>);
  static_assert(std::is_same_v<decltype(roll(Tensor<bool, 3>(), 1)), Tensor<bool, 3>>);
}

TEST_CASE("pad puts a value around", "[primitives]") {
  CHECK(flat(pad(x, {{1, 0}, {0, 2}})) == numbers{0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0});
  CHECK(flat(pad(at(x, 0), {{1, 1}}, -1)) == numbers{-1, 1, 2, 3, -1});
  CHECK(flat(pad(x, {{0, 0}, {0, 0}}, 5)) == flat(x));
  const auto y = functra::pad<1, 2>(Tensor<std::int32_t, 2>{7, 8}, 1);
  static_assert(std::is_same_v<decltype(y), const Tensor<std::int32_t, 5>>);
  CHECK(flat(y) == numbers{1, 7, 8, 1, 1});
  static_assert(std::is_same_v<decltype(functra::pad<1, 2, 0, 0>(Tensor<double, dyn, 2>())), Tensor<double, dyn, 2>>);
  CHECK(flat(pad(Tensor<double, dyn>(), {{1, 1}}, 3)) == numbers{3, 3});
  CHECK(message([] { pad(x, {{0, 0}, {-1, 0}}); }) == "[pad] widths must not be negative, got {-1, 0}; at(x, range(first, last)) takes a part");
}

TEST_CASE("tile is numpy's", "[primitives]") {
  CHECK(flat(tile(x, 2)) == numbers{1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6});
  CHECK(flat(tile(x, 2, 1)) == numbers{1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6});
  CHECK(flat(tile(at(x, 1), 2, 2)) == numbers{4, 5, 6, 4, 5, 6, 4, 5, 6, 4, 5, 6});
  CHECK(tile(x, 0).size() == 0);
  const auto y = functra::tile<2, 3>(Tensor<float, 2>{1.0F, 2.0F});
  static_assert(std::is_same_v<decltype(y), const Tensor<float, 2, 6>>);
  CHECK(flat(y) == numbers{1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2});
  CHECK(message([] { tile(x, 2, -1); }) == "[tile] repeats must not be negative, got -1");
}

TEST_CASE("rearrangements of what is empty are empty", "[primitives]") {
  const Tensor<double, dyn, dyn> none(functra::extents<dyn, dyn>(0, 3));
  CHECK(flip(none).size() == 0);
  CHECK(roll(none, 1, dim<0>).size() == 0);
  CHECK(roll(none, 1).size() == 0);
  CHECK(tile(none, 2, 2).size() == 0);
}
