// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/softmax.hpp"

#include "functra/primitives/exponential.hpp"

#include "../reference.hpp"

using functra::dim;
using functra::dims;
using functra::dyn;
using functra::keepdim;
using functra::Tensor;
using laws::agree;
using laws::flat;
using laws::numbers;
using laws::sample;
using reference::reduced;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

double log_sum(const numbers& g) {
  long double s = 0;
  for (const double x : g) s += std::exp(static_cast<long double>(x));
  return static_cast<double>(std::log(s));
}

template <class X>
void check(const X& x) {
  agree("all dims", flat(logsumexp(x)), reduced(x, 7, log_sum), 1e-14);
  agree("dim 0", flat(logsumexp(x, dims<0>)), reduced(x, 1, log_sum), 1e-14);
  agree("dim 1", flat(logsumexp(x, dims<1>, keepdim)), reduced(x, 2, log_sum), 1e-14);
  agree("dim 2", flat(logsumexp(x, dims<-1>)), reduced(x, 4, log_sum), 1e-14);
  agree("dims 0 and 2", flat(logsumexp(x, dims<0, 2>)), reduced(x, 5, log_sum), 1e-14);
  const auto weights = functra::eval(exp(x - logsumexp(x, dims<1>, keepdim)));
  agree("softmax", flat(softmax(x, dim<1>)), flat(weights), 1e-14);
  agree("softmax along the last", flat(softmax(x, dim<2>)), flat(exp(x - logsumexp(x, dims<2>, keepdim))), 1e-14);
  agree("log_softmax", flat(log_softmax(x, dim<1>)), flat(log(weights)), 1e-13);
}

}  // namespace

TEST_CASE("logsumexp and softmax are the loop", "[functions]") {
  check(sample<dyn, dyn, dyn>({-5, 5}, 1, 3, 4, 21));
  check(sample<dyn, dyn, dyn>({-5, 5}, 2, 2, 37, 3));
  check(sample<2, 3, 4>({-5, 5}, 3));
  const Tensor<float, dyn> f{0.5F, 1.5F, -1.0F};
  static_assert(std::is_same_v<decltype(softmax(f, dim<0>)), Tensor<float, dyn>>);
  agree("float", flat(logsumexp(f)), {log_sum(flat(f))}, 1e-6);
  agree("integers", flat(logsumexp(Tensor<std::int32_t, 3>{1, 2, 3})), {log_sum({1, 2, 3})}, 1e-15);
}

TEST_CASE("large numbers do not overflow, and -inf weighs nothing", "[functions]") {
  const auto y = [](const auto& x) { return logsumexp(x); };
  const auto p = [](const auto& x) { return softmax(x, dim<0>); };
  const Tensor<double, dyn> large{1000.0, 1000.0}, some{-inf, 0.0, -inf}, none{-inf, -inf};
  agree("large", flat(y(large)), {1000 + std::log(2.0)}, 1e-15);
  agree("large", flat(p(large)), {0.5, 0.5}, 1e-15);
  CHECK(y(some).item() == 0);
  CHECK(flat(p(some)) == numbers{0, 1, 0});
  CHECK(flat(log_softmax(some, dim<0>)) == numbers{-inf, 0, -inf});
  CHECK(y(none).item() == -inf);
  CHECK(flat(p(none)) == numbers{0, 0});
  CHECK(flat(log_softmax(none, dim<0>)) == numbers{-inf, -inf});
  CHECK(y(Tensor<double, 2>{inf, 0.0}).item() == inf);
  CHECK(std::isnan(y(Tensor<double, 2>{std::nan(""), 0.0}).item()));
  CHECK(y(Tensor<double, dyn>()).item() == -inf);
  CHECK(softmax(Tensor<double, dyn, dyn>(functra::extents<dyn, dyn>(0, 2)), dim<0>).size() == 0);

  CHECK(flat(functra::grad(y)(none)) == numbers{0, 0});
  CHECK(flat(functra::grad(y)(some)) == numbers{0, 1, 0});
  CHECK(flat(functra::grad([&](const auto& x) { return sum(square(functra::grad(y)(x))); })(none)) == numbers{0, 0});
  CHECK(flat(functra::grad([&](const auto& x) { return at(p(x), 1); })(none)) == numbers{0, 0});
  CHECK(flat(functra::grad([](const auto& x) { return at(log_softmax(x, dim<0>), 1); })(some)) == numbers{0, 0, 0});
}

TEST_CASE("lanes of packs each have their own sum", "[functions]") {
  constexpr int lanes = 4;
  std::array<Tensor<double, 3, 2>, lanes> x;
  for (int l = 0; l < lanes; ++l) x[static_cast<std::size_t>(l)] = sample<3, 2>({-3, 3}, l);
  x[1] = Tensor<double, 3, 2>{{-inf, 1.0}, {-inf, 2.0}, {-inf, -inf}};
  const auto p = reference::packed<lanes>(x);
  const auto slope = functra::grad([](const auto& v) { return sum(logsumexp(v, dims<0>) * Tensor<double, 2>{0.0, 2.0}); });
  for (int l = 0; l < lanes; ++l) {
    const auto& one = x[static_cast<std::size_t>(l)];
    agree("logsumexp", reference::lane(logsumexp(p, dims<0>), l), flat(logsumexp(one, dims<0>)), 1e-14);
    agree("softmax", reference::lane(softmax(p, dim<1>), l), flat(softmax(one, dim<1>)), 1e-14);
    agree("gradient", reference::lane(slope(p), l), flat(slope(one)), 1e-14);
  }
}
