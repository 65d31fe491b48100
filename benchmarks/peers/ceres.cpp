// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Ceres Jet: dual numbers with a fixed number of tangents. They do not nest: a Jet of Jets cannot be multiplied by a double.

#include <ceres/jet.h>

#include "peers/peer.hpp"

namespace ceres_peer {

template <class F, int N, int M>
struct Gradient {
  F f;
  double operator()(const double* x, const double* data, double* g) const {
    using Number = ceres::Jet<double, N>;
    Number v[N];
    for (int i = 0; i < N; ++i) v[i] = Number(x[i], i);
    const Number y = f(v, data);
    for (int i = 0; i < N; ++i) g[i] = y.v[i];
    return y.a;
  }
};

template <int N>
struct Jacobian {
  double a[N * N];
  explicit Jacobian(const workload::Buffer<double>& matrix) { std::copy_n(matrix.data(), N * N, a); }
  void operator()(const double* x, double* j) const {
    using Number = ceres::Jet<double, N>;
    Number v[N], y[N];
    for (int i = 0; i < N; ++i) v[i] = Number(x[i], i);
    scalar::field(a, v, y);
    for (int r = 0; r < N; ++r)
      for (int c = 0; c < N; ++c) j[N * r + c] = y[r].v[c];
  }
};

const bool added = peer::add_forward<Gradient, Jacobian>("ceres");

}  // namespace ceres_peer
