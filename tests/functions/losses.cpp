// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/losses.hpp"

#include "functra/primitives/one_hot.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dims;
using functra::dyn;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::message;

namespace {
const Tensor<std::int64_t, dyn> labels{2, 0, -1, 1};

// The definition, with the labels as one-hot vectors.
template <class X>
auto by_definition(const X& x) {
  const Tensor<std::int64_t, dyn> wrapped{2, 0, 2, 1};
  return eval(mean(-sum(log_softmax(x, dim<1>) * functra::one_hot(wrapped, 3), dims<1>)));
}
}  // namespace

TEST_CASE("the squared error is the mean of squares", "[functions]") {
  const Tensor<double, 3> p{1.0, 2.0, 3.0};
  agree("a tensor", flat(mean_squared_error(p, Tensor<double, 3>{1.0, 0.0, 0.0})), {13.0 / 3}, 1e-15);
  agree("a number", flat(mean_squared_error(p, 2)), {2.0 / 3}, 1e-15);
  agree("gradient", flat(functra::grad([](const auto& x) { return mean_squared_error(x, 2.0); })(p)), {-2.0 / 3, 0, 2.0 / 3}, 1e-15);
}

TEST_CASE("the cross entropy is that of its definition", "[functions]") {
  const auto x = sample<dyn, dyn>({-3, 3}, 1, 4, 3);
  const auto f = [](const auto& v) { return cross_entropy(v, labels); };
  agree("value", flat(f(x)), flat(by_definition(x)), 1e-14);
  agree("gradient", flat(functra::grad(f)(x)), flat(functra::grad([](const auto& v) { return by_definition(v); })(x)), 1e-14);
  agree("one vector", flat(cross_entropy(at(x, 0), 2)), flat(-at(log_softmax(x, dim<1>), 0, 2)), 1e-14);
  agree("a label of rank 0", flat(cross_entropy(at(x, 0), Tensor<std::int64_t>(2))), flat(cross_entropy(at(x, 0), 2)), 1e-14);
  CHECK(message([&] { cross_entropy(x, Tensor<std::int64_t, dyn>{0, 1, 2, 3}); }) == "[take] index 3 is out of range for an extent of 3");
  CHECK(message([&] { cross_entropy(x, Tensor<std::int64_t, dyn>{0, 1}); }) ==
        "[cross_entropy] labels must have the extents of the logits, got 2 and 4 in dim 0");
}

TEST_CASE("per-sample cross entropies and their gradients are the loop", "[functions]") {
  const auto x = sample<dyn, 3>({-3, 3}, 1, 4);
  const auto f = [](const auto& v, const auto& label) { return cross_entropy(v, label); };
  numbers values, slopes;
  for (int i = 0; i < 4; ++i) {
    const auto row = laws::example(x, i);
    const auto label = Tensor<std::int64_t>(labels(i));
    values.push_back(f(row, label).item());
    const numbers g = flat(functra::grad(f)(row, label));
    slopes.insert(slopes.end(), g.begin(), g.end());
  }
  agree("values", flat(functra::vmap(f, functra::lowering::batch_axis)(x, labels)), values, 1e-14);
  agree("values in lanes", flat(functra::vmap(f, functra::lowering::lanes)(x, labels)), values, 1e-14);
  agree("gradients", flat(functra::vmap(functra::grad(f), functra::lowering::batch_axis)(x, labels)), slopes, 1e-14);
  agree("gradients in lanes", flat(functra::vmap(functra::grad(f), functra::lowering::lanes)(x, labels)), slopes, 1e-14);
}
