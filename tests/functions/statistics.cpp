// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/statistics.hpp"

#include "functra/primitives/comparison.hpp"

#include "../reference.hpp"

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

double average(const numbers& g) {
  double s = 0;
  for (const double x : g) s += x;
  return s / static_cast<double>(g.size());
}
template <int Ddof>
double spread(const numbers& g) {
  const double m = average(g);
  double s = 0;
  for (const double x : g) s += (x - m) * (x - m);
  return s / static_cast<double>(static_cast<int>(g.size()) - Ddof);
}
double length(const numbers& g) {
  double s = 0;
  for (const double x : g) s += x * x;
  return std::sqrt(s);
}

template <class X>
void check(const X& x) {
  agree("mean", flat(mean(x)), reduced(x, 7, average), 1e-14);
  agree("mean over dims", flat(mean(x, dims<0, 2>)), reduced(x, 5, average), 1e-14);
  agree("mean of an expression", flat(mean(x * 2.0 + 1.0, dims<1>, keepdim)), reduced(functra::eval(x * 2.0 + 1.0), 2, average), 1e-14);
  agree("var", flat(var(x)), reduced(x, 7, spread<0>), 1e-14);
  agree("var, ddof 1", flat(var(x, 1)), reduced(x, 7, spread<1>), 1e-14);
  agree("var over dims", flat(var(x, dims<1, 2>)), reduced(x, 6, spread<0>), 1e-14);
  agree("stddev over dims, ddof 1", flat(square(stddev(x, dims<0>, keepdim, 1))), reduced(x, 1, spread<1>), 1e-14);
  agree("norm", flat(norm(x)), reduced(x, 7, length), 1e-14);
  agree("norm over dims", flat(norm(x, dims<2>)), reduced(x, 4, length), 1e-14);
}

}  // namespace

TEST_CASE("statistics are the loop", "[functions]") {
  check(sample<dyn, dyn, dyn>({-1, 1}, 1, 3, 4, 5));
  check(sample<2, 3, 4>({-1, 1}, 2));
}

TEST_CASE("statistics of integers and booleans are doubles; those of floats are floats", "[functions]") {
  const Tensor<std::int32_t, dyn> i{1, 2, 4};
  agree("integers", flat(mean(i)), {7.0 / 3}, 1e-15);
  CHECK(norm(Tensor<std::int32_t, 2>{3, 4}).item() == 5);
  CHECK(var(Tensor<std::int32_t, 2>{3, 5}).item() == 1);
  agree("booleans", flat(mean(i > 1)), {2.0 / 3}, 1e-15);
  static_assert(std::is_same_v<functra::dtype_of<decltype(eval(mean(i > 1)))>, double>);
  static_assert(std::is_same_v<functra::dtype_of<decltype(eval(mean(Tensor<float, 2>())))>, float>);
  static_assert(std::is_same_v<functra::value_t<decltype(stddev(Tensor<float, 2, dyn>(), dims<0>, keepdim))>, Tensor<float, 1, dyn>>);
}

TEST_CASE("there is no mean of nothing", "[functions]") {
  CHECK(std::isnan(mean(Tensor<double, dyn>()).item()));
  CHECK(std::isnan(mean(Tensor<double, dyn>() * 2.0).item()));
  CHECK(std::isnan(mean(Tensor<double, 0>()).item()));
  const Tensor<double, dyn, dyn> none(functra::extents<dyn, dyn>(0, 2));
  const auto m = mean(none, dims<0>);
  CHECK((m.size() == 2 && std::isnan(m(0)) && std::isnan(m(1))));
  CHECK(mean(none, dims<1>).size() == 0);
  CHECK(norm(none).item() == 0);
  CHECK(flat(functra::grad([](const auto& x) { return mean(x); })(none)).empty());
}

TEST_CASE("norm and stddev have the gradient 0 where they are 0", "[functions]") {
  const Tensor<double, 3> zero;
  const auto n = [](const auto& x) { return norm(x); };
  CHECK(flat(functra::grad(n)(zero)) == numbers{0, 0, 0});
  CHECK(flat(functra::grad([&](const auto& x) { return sum(functra::grad(n)(x)); })(zero)) == numbers{0, 0, 0});
  CHECK(functra::jvp(n, zero, laws::direction(zero, 1)).tangent.item() == 0);
  CHECK(flat(functra::grad([](const auto& x) { return stddev(x); })(Tensor<double, dyn>{2.0, 2.0})) == numbers{0, 0});
  const Tensor<double, 2, 2> rows{{0.0, 0.0}, {3.0, 4.0}};
  agree("rows", flat(functra::grad([](const auto& x) { return sum(norm(x, dims<1>)); })(rows)), {0, 0, 0.6, 0.8}, 1e-15);
}
