// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/gather.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dyn;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::sample;

namespace {
const Tensor<std::int64_t, 3> i{1, 0, 1};
const Tensor<std::int64_t, dyn, dyn> j{{1, -1}, {0, 1}};
}  // namespace

TEST_CASE("take obeys the laws", "[primitives]") {
  laws::run("take(dim<0>)", [](const auto& x) { return take(x, i, dim<0>); }, sample<2, 3>({-1, 1}, 1));
  laws::run("take(dim<1>)", [](const auto& x) { return take(x, j, dim<1>); }, sample<dyn, dyn, dyn>({-1, 1}, 1, 2, 3, 2));
}

TEST_CASE("packs of indices and of elements are gathered lane by lane", "[primitives]") {
  constexpr int lanes = 4;
  std::array<Tensor<double, 3, 2>, lanes> x;
  std::array<Tensor<std::int64_t, 2>, lanes> k;
  for (int l = 0; l < lanes; ++l) {
    x[static_cast<std::size_t>(l)] = sample<3, 2>({-1, 1}, l);
    k[static_cast<std::size_t>(l)] = Tensor<std::int64_t, 2>{l % 3, -1 - l % 2};
  }
  const auto xs = reference::packed<lanes>(x);
  const auto is = reference::packed<lanes>(k);
  const auto slope = functra::grad([](const auto& v, const auto& at) { return sum(square(take(v, at, dim<0>))); });
  for (int l = 0; l < lanes; ++l) {
    const auto& x_l = x[static_cast<std::size_t>(l)];
    const auto& k_l = k[static_cast<std::size_t>(l)];
    agree("both", reference::lane(take(xs, is, dim<0>), l), flat(take(x_l, k_l, dim<0>)), 0);
    agree("indices", reference::lane(take(x[0], is, dim<0>), l), flat(take(x[0], k_l, dim<0>)), 0);
    agree("elements", reference::lane(take(xs, k[1], dim<0>), l), flat(take(x_l, k[1], dim<0>)), 0);
    agree("gradient", reference::lane(slope(xs, is), l), flat(slope(x_l, k_l)), 0);
  }
}

TEST_CASE("take in lanes is the loop", "[primitives]") {
  const auto xs = sample<dyn, 3>({-1, 1}, 1, 21);
  Tensor<std::int64_t, dyn, 2> is(functra::extents<dyn, 2>(21));
  for (int n = 0; n < 21; ++n) {
    is(n, 0) = n % 3;
    is(n, 1) = -1 - n % 2;
  }
  const auto f = [](const auto& x, const auto& at) { return take(x, at, dim<0>); };
  const auto slope = functra::grad([&](const auto& x, const auto& at) { return sum(square(f(x, at))); });
  const auto check = [&](const auto& g) {
    agree("lanes", flat(functra::vmap(g, functra::lowering::lanes)(xs, is)), flat(functra::vmap(g, functra::lowering::batch_axis)(xs, is)), 0);
  };
  check(f);
  check(slope);
}
