// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/einsum.hpp"
#include "functra/primitives/hyperbolic.hpp"
#include "functra/primitives/matmul.hpp"
#include "functra/transforms/hessian.hpp"
#include "functra/transforms/jacfwd.hpp"
#include "functra/transforms/jacrev.hpp"

#include "../naive_einsum.hpp"

using functra::argnums;
using functra::dyn;
using functra::in_dims;
using functra::none;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::sample;

namespace {

// The loss of a network with one hidden layer, at one example.
constexpr auto loss = [](const auto& w, const auto& b, const auto& v, const auto& x) {
  const auto h = eval(tanh(matmul(w, x) + b));
  return square(dot(v, h) - 0.5);
};

}  // namespace

TEST_CASE("the Jacobian of a linear map is its matrix, in both modes", "[primitives]") {
  const auto check = [](const auto& a, const auto& x) {
    const auto f = [&](const auto& y) { return matmul(a, y); };
    agree("jacrev", flat(functra::jacrev(f)(x)), flat(a), 0);
    agree("jacfwd", flat(functra::jacfwd(f)(x)), flat(a), 0);
    const auto quadratic = [&](const auto& y) { return dot(y, matmul(a, y)); };
    agree("hessian", flat(functra::hessian(quadratic)(x)), flat(eval(a + transpose(a))), laws::rounding);
  };
  check(sample<3, 3>({-1, 1}, 1), sample<3>({-1, 1}, 2));
  check(sample<dyn, dyn>({-1, 1}, 1, 4, 4), sample<dyn>({-1, 1}, 2, 4));
}

TEST_CASE("the gradient of the trace of a product is the other factor, transposed", "[primitives]") {
  const auto a = sample<dyn, dyn>({-1, 1}, 1, 3, 4), b = sample<dyn, dyn>({-1, 1}, 2, 4, 3);
  const auto g = functra::grad([&](const auto& x) { return functra::einsum<"ij,ji->">(x, b); })(a);
  agree("gradient", flat(g), flat(eval(transpose(b))), 0);
}

TEST_CASE("gradients of each sample are the loop, in every lowering", "[primitives]") {
  const auto check = [](const auto& w, const auto& b, const auto& v, const auto& x, auto option) {
    const auto per_sample = functra::grad(loss, argnums<0, 1, 2, 3>);
    const auto all = functra::vmap(per_sample, in_dims<none, none, none, 0>, option)(w, b, v, x);
    for (functra::index_t i = 0; i < 5; ++i) {
      const auto one = per_sample(w, b, v, laws::example(x, i));
      functra::for_each_index(functra::ints<4>, [&](auto k) { agree("gradient", flat(functra::at(functra::nth<k>(all), i)), flat(functra::nth<k>(one)), laws::rounding); });
    }
  };
  const auto w = sample<4, 3>({-1, 1}, 1);
  const auto b = sample<4>({-1, 1}, 2), v = sample<4>({-1, 1}, 3);
  const auto x = sample<dyn, 3>({-1, 1}, 4, 5);
  check(w, b, v, x, functra::lowering::lanes);
  check(w, b, v, x, functra::lowering::batch_axis);
  const auto b_dyn = sample<dyn>({-1, 1}, 2, 4), v_dyn = sample<dyn>({-1, 1}, 3, 4);
  check(sample<dyn, dyn>({-1, 1}, 1, 4, 3), b_dyn, v_dyn, sample<dyn, dyn>({-1, 1}, 4, 5, 3), functra::lowering::batch_axis);
}
