// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "functra/tensor/create.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"

// One argument that is a pair or a tuple is one argument, not two: std::tuple{std::pair{a, b}} would be a tuple of a and b.

using namespace functra;

namespace {

const auto product = [](const auto& p) { return p.first * p.second; };
const auto p = std::pair{Tensor<double>(2.0), Tensor<double>(3.0)};

}  // namespace

TEST_CASE("grad and vjp of a function of one pair give a pair") {
  const auto g = grad(product)(p);
  CHECK((g.first.item() == 3 && g.second.item() == 2));
  const auto [y, vjp_fn] = vjp(product, p);
  CHECK(y.item() == 6);
  CHECK(vjp_fn(Tensor<double>(10.0)).second.item() == 20);
}

TEST_CASE("grad and vjp of a function of one tuple give a tuple") {
  const auto f = [](const auto& t) { return std::get<0>(t) * std::get<1>(t); };
  const auto t = std::tuple{Tensor<double>(2.0), Tensor<double>(3.0)};
  CHECK(std::get<0>(grad(f)(t)).item() == 3);
  CHECK(std::get<1>(vjp(f, t).vjp_fn(Tensor<double>(1.0))).item() == 2);
}

TEST_CASE("jvp and linearize take one pair") {
  CHECK(jvp(product, p, p).tangent.item() == 12);
  CHECK(linearize(product, p).jvp_fn(p).item() == 12);
}
