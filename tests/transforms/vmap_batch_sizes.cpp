// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

// Both lowerings of vmap give what the loop gives, whatever the size of the batch.

namespace {

template <index_t B, index_t N, class T>
auto batch(index_t n) {
  Tensor<T, B, N> x(extents<B, N>::from(std::array<index_t, 2>{n, N}.data()));
  for (index_t i = 0; i < x.size(); ++i) x.data()[i] = static_cast<T>(std::sin(0.7 * static_cast<double>(i + 1)));
  return x;
}
template <class X>
auto row(const X& x, index_t i) {
  return eval(at(x, i, all));
}

// vmap(f) in both lowerings against f on every row.
template <class F, class X>
void check_batch(const F& f, const X& x, double tolerance) {
  numbers expected;
  for (index_t i = 0; i < x.extent(0); ++i)
    for (const double e : flat(f(row(x, i)))) expected.push_back(e);
  const auto lanes = vmap(f, lowering::lanes)(x);
  const auto axis = vmap(f, lowering::batch_axis)(x);
  CHECK(shape_of(lanes) == shape_of(axis));
  check_near(lanes, expected, tolerance);
  check_near(axis, expected, tolerance);
  check_near(vmap(f)(x), expected, tolerance);
}

template <class T, class F>
void check_sizes(const F& f, double tolerance) {
  const index_t w = lanes::width<T>;
  for (const index_t n : {index_t{0}, index_t{1}, w - 1, w, w + 1, 2 * w - 1, 2 * w, 2 * w + 1, index_t{1000}}) {
    INFO("batch of " << n);
    check_batch(f, batch<dyn, 3, T>(n), tolerance);
  }
  check_batch(f, batch<1, 3, T>(1), tolerance);
  check_batch(f, batch<5, 3, T>(5), tolerance);
}

const auto scalar = [](const auto& x) { return sum(sin(x) * x) + x(0) * x(2); };
const auto vector = [](const auto& x) { return exp(x) * sum(x); };

}  // namespace

TEST_CASE("a scalar function of batches of any size", "[vmap]") {
  check_sizes<double>(scalar, 1e-13);
  check_sizes<float>(scalar, 1e-5);
}
TEST_CASE("a vector function of batches of any size", "[vmap]") {
  check_sizes<double>(vector, 1e-13);
  check_sizes<float>(vector, 1e-5);
}
TEST_CASE("a gradient of batches of any size", "[vmap]") {
  check_sizes<double>(grad(scalar), 1e-13);
  check_sizes<float>(grad(scalar), 1e-5);
}
TEST_CASE("a Jacobian of batches of any size", "[vmap]") { check_sizes<double>(jacfwd(vector), 1e-12); }
TEST_CASE("large examples run in lanes, too", "[vmap]") {
  const auto f = [](const auto& x) { return x * sum(x * x); };
  for (const index_t n : {1, 9, 100}) check_batch(f, batch<dyn, 300, double>(n), 1e-12);
}
TEST_CASE("comparisons and where in lanes", "[vmap]") {
  const auto f = [](const auto& x) { return where(x > 0.2, sqrt(abs(x)), x * x) + max(x, 0.1); };
  check_sizes<double>(f, 1e-13);
  const auto slope = grad([f](const auto& x) { return sum(f(x)); });
  check_sizes<double>(slope, 1e-13);
}
