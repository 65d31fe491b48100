// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/update.hpp"

#include "functra/primitives/reduction.hpp"

#include "../reference.hpp"

using functra::all;
using functra::dyn;
using functra::range;
using functra::range_c;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;

TEST_CASE("set_at replaces what at reads, add_at adds there", "[primitives]") {
  const Tensor<double, dyn, dyn> x{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  CHECK(flat(set_at(x, 9, 1)) == numbers{1, 2, 3, 9, 9, 9});
  CHECK(flat(set_at(x, 9, 0, -1)) == numbers{1, 2, 9, 4, 5, 6});
  CHECK(flat(set_at(x, Tensor<double, 2>{8.0, 9.0}, all, 1)) == numbers{1, 8, 3, 4, 9, 6});
  CHECK(flat(set_at(x, Tensor<double, 2>{8.0, 9.0}, 0, range(0, 3, 2))) == numbers{8, 2, 9, 4, 5, 6});
  CHECK(flat(set_at(x, Tensor<double, 2, 1>{{8.0}, {9.0}}, all, range_c<1, 3>{})) == numbers{1, 8, 8, 4, 9, 9});
  CHECK(flat(set_at(x, at(x, 1), 0)) == numbers{4, 5, 6, 4, 5, 6});
  CHECK(flat(set_at(x, 7)) == numbers{7, 7, 7, 7, 7, 7});
  CHECK(flat(set_at(x, 7, range(1, 1))) == flat(x));
  CHECK(flat(add_at(x, 0.5, all, range(2, -10, -2))) == numbers{1.5, 2, 3.5, 4.5, 5, 6.5});
  CHECK(flat(add_at(x, at(x, 0) * 10.0, 1)) == numbers{1, 2, 3, 14, 25, 36});
  CHECK(flat(x) == numbers{1, 2, 3, 4, 5, 6});
}

TEST_CASE("updates keep dtype and extents", "[primitives]") {
  const Tensor<std::int32_t, 3> i{1, 2, 3};
  const auto y = set_at(i, 2.9, 1);
  static_assert(std::is_same_v<decltype(y), const Tensor<std::int32_t, 3>>);
  CHECK(flat(y) == numbers{1, 2, 3});
  CHECK(flat(set_at(Tensor<bool, 2>{false, false}, true, 1)) == numbers{0, 1});
  const auto view = permute<1, 0>(sample<dyn, dyn>({0, 1}, 1, 2, 3));
  CHECK(flat(set_at(view, 0.0, 0)) == flat(set_at(eval(view), 0.0, 0)));
  CHECK(flat(set_at(Tensor<double>(1.0), 2.0)) == numbers{2});
}

TEST_CASE("a place out of range and a value that does not fit are refused", "[primitives]") {
  const auto x = sample<dyn, dyn>({0, 1}, 1, 2, 3);
  CHECK(message([&] { set_at(x, 1.0, 2); }) == "[at] index 2 is out of range for dim 0 of extent 2");
  CHECK(message([&] { set_at(x, Tensor<double, dyn>{1.0, 2.0}, 0); }) ==
        "[set_at] the value must broadcast to the part that the indices name, got the extent 2 in dim 0 where the part has 3; only 1 stretches");
  CHECK_THAT(message([&] { add_at(x, Tensor<double, dyn>{1.0, 2.0}, 0); }), ContainsSubstring("[add_at] the value must broadcast"));
}

TEST_CASE("updates obey the laws", "[primitives]") {
  laws::run("set_at", [](const auto& x, const auto& v) { return set_at(x, v, all, 1); }, sample<2, 3>({-1, 1}, 1), sample<2>({-1, 1}, 2));
  laws::run("add_at", [](const auto& x, const auto& v) { return add_at(x, v, range(0, 3, 2)); }, sample<dyn, dyn>({-1, 1}, 3, 3, 2), sample<>({-1, 1}, 4));
}
