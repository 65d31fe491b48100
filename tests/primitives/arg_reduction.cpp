// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/arg_reduction.hpp"
#include "functra/primitives/cast.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using functra::keepdim;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;
using reference::reduced;

namespace {

double first_greatest(const numbers& g) { return static_cast<double>(std::max_element(g.begin(), g.end()) - g.begin()); }
double first_least(const numbers& g) { return static_cast<double>(std::min_element(g.begin(), g.end()) - g.begin()); }

template <class X>
void check_dims(const X& x) {
  agree("argmax", flat(argmax(x)), reduced(x, 7, first_greatest), 0);
  agree("argmin", flat(argmin(x, keepdim)), reduced(x, 7, first_least), 0);
  agree("argmax along dim 0", flat(argmax(x, dim<0>)), reduced(x, 1, first_greatest), 0);
  agree("argmin along dim 1", flat(argmin(x, dim<1>, keepdim)), reduced(x, 2, first_least), 0);
  agree("argmax along dim 2", flat(argmax(x, dim<-1>)), reduced(x, 4, first_greatest), 0);
}

}  // namespace

TEST_CASE("argmax and argmin are the loop, along every dim", "[primitives]") {
  check_dims(sample<dyn, dyn, dyn>({-1, 1}, 1, 5, 3, 41));
  check_dims(sample<3, 4, 2>({-1, 1}, 3));
  check_dims(permute<2, 0, 1>(sample<dyn, dyn, dyn>({-1, 1}, 5, 4, 7, 19)));
}

TEST_CASE("indices are i64, with the extents of a reduction", "[primitives]") {
  const auto x = sample<3, dyn>({0, 1}, 1, 4);
  static_assert(std::is_same_v<decltype(argmax(x)), Tensor<std::int64_t>>);
  static_assert(std::is_same_v<decltype(argmax(x, dim<0>)), Tensor<std::int64_t, dyn>>);
  static_assert(std::is_same_v<decltype(argmin(x, dim<1>, keepdim)), Tensor<std::int64_t, 3, 1>>);
  static_assert(std::is_same_v<decltype(argmin(x, keepdim)), Tensor<std::int64_t, 1, 1>>);
  CHECK(argmax(Tensor<std::int32_t, 4>{1, 9, 9, 2}).item() == 1);
  CHECK(argmax(Tensor<bool, 3>{false, true, true}).item() == 1);
  CHECK(argmin(Tensor<double>(3.0)).item() == 0);
}

TEST_CASE("the first of equal elements counts, and the first NaN before all", "[primitives]") {
  const double nan = std::nan("");
  auto x = sample<dyn>({-1, 1}, 1, 100);
  x(13) = x(57) = 2;
  CHECK(argmax(x).item() == 13);
  x(71) = x(90) = nan;
  CHECK(argmax(x).item() == 71);
  CHECK(argmin(x).item() == 71);
  CHECK(flat(argmax(Tensor<double, 3, 2>{{1.0, nan}, {nan, 5.0}, {3.0, nan}}, dim<0>)) == numbers{1, 0});
}

TEST_CASE("argmax of packs is that of each lane", "[primitives]") {
  constexpr int lanes = 4;
  std::array<Tensor<double, 3, 2>, lanes> x;
  for (int l = 0; l < lanes; ++l) x[static_cast<std::size_t>(l)] = sample<3, 2>({-1, 1}, l);
  const auto p = reference::packed<lanes>(x);
  for (int l = 0; l < lanes; ++l) {
    agree("argmax", reference::lane(argmax(p), l), flat(argmax(x[static_cast<std::size_t>(l)])), 0);
    agree("argmin", reference::lane(argmin(p, dim<0>), l), flat(argmin(x[static_cast<std::size_t>(l)], dim<0>)), 0);
  }
}

TEST_CASE("mapped argmax is the loop, and has no derivative", "[primitives]") {
  laws::check_vmap([](const auto& x) { return argmax(x, dim<1>); }, {{{-1, 1}}}, sample<2, 3>({-1, 1}, 1));
  laws::check_vmap([](const auto& x) { return argmin(x); }, {{{-1, 1}}}, sample<dyn, dyn>({-1, 1}, 1, 3, 4));
  const auto f = [](const auto& x) { return sum(x * functra::cast<double>(argmax(x))); };
  CHECK(flat(functra::grad(f)(Tensor<double, 3>{1.0, 5.0, 9.0})) == numbers{2, 2, 2});
}

TEST_CASE("there is no index where there are no elements", "[primitives]") {
  const Tensor<double, dyn, dyn> x(functra::extents<dyn, dyn>(0, 3));
  CHECK(argmax(x, dim<1>).size() == 0);
  CHECK(message([&] { argmax(x, dim<0>); }) == "[argmax] at least one element is required in the reduced dim, got none");
  CHECK(message([&] { argmin(x); }) == "[argmin] at least one element is required in the reduced dim, got none");
}
