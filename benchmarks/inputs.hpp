// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "workload.hpp"

// The inputs that several versions of a workload read.
namespace workload {

// A1: S, K, sigma, tau, r of the first option, then of the second.
constexpr index_t options_count = 1'000'000;
template <class T>
Buffer<T> options() {
  Stream u(3);
  Buffer<T> x(5 * options_count);
  for (index_t i = 0; i < options_count; ++i) {
    x[5 * i] = static_cast<T>(80 + 40 * u());
    x[5 * i + 1] = static_cast<T>(80 + 40 * u());
    x[5 * i + 2] = static_cast<T>(0.1 + 0.4 * u());
    x[5 * i + 3] = static_cast<T>(0.1 + 1.9 * u());
    x[5 * i + 4] = static_cast<T>(0.05 * u());
  }
  return x;
}
template <class T>
Buffer<T> options_column(const Buffer<T>& x, index_t k) {
  Buffer<T> c(options_count);
  for (index_t i = 0; i < options_count; ++i) c[i] = x[5 * i + k];
  return c;
}

// A2: the matrix of y = sin(A x) exp(-x), and points.
constexpr index_t field_count = 100'000;
template <class T>
Buffer<T> field_matrix() {
  return uniform<T>(4, 9, -1, 2);
}
template <class T>
Buffer<T> field_points() {
  return uniform<T>(5, 3 * field_count, -1, 2);
}

// A3: points of six coordinates.
constexpr index_t hessian_count = 10'000;
template <class T>
Buffer<T> hessian_points() {
  return uniform<T>(6, 6 * hessian_count, -2, 4);
}

// A4 and B7: W1 [32, 10], b1 [32], w2 [32], b2, one after the other; examples; targets.
namespace small_mlp {
constexpr index_t inputs = 10, hidden = 32, parameters = hidden * inputs + 2 * hidden + 1, count = 4096;
template <class T>
Buffer<T> parameter_values() {
  return uniform<T>(8, parameters, -0.5, 1);
}
template <class T>
Buffer<T> example_values() {
  return uniform<T>(9, inputs * count, -1, 2);
}
template <class T>
Buffer<T> target_values() {
  return uniform<T>(10, count, -1, 2);
}
}  // namespace small_mlp

// B1 to B4.
template <class T>
Buffer<T> elementwise_points(index_t n) {
  return uniform<T>(1, n, -2, 4);
}

// B5 and B6.
namespace classifier {
constexpr index_t inputs = 784, hidden = 128, classes = 10, count = 256;
template <class T>
struct Data {
  Stream u{8};
  Buffer<T> w1 = uniform<T>(u, hidden * inputs, -0.05, 0.1), b1 = uniform<T>(u, hidden, -0.05, 0.1),
            w2 = uniform<T>(u, classes * hidden, -0.05, 0.1), b2 = uniform<T>(u, classes, -0.05, 0.1),
            x = uniform<T>(9, inputs * count, 0, 1), y = uniform<T>(10, count, 0, 10);
  index_t label(index_t i) const { return static_cast<index_t>(y[i]); }
};
}  // namespace classifier

// B8; B9 and C1; B10.
inline Buffer<double> logsumexp_point() { return uniform<double>(2, 1000, -5, 10); }
inline Buffer<double> rosenbrock_point(index_t n) { return uniform<double>(1, n, -2, 4); }
inline Buffer<double> rosenbrock_hessian_point(index_t n) { return uniform<double>(7, n, -2, 4); }

}  // namespace workload
