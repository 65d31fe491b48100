// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Eigen's unsupported AutoDiffScalar: dual numbers with a fixed vector of tangents.

#include <Eigen/Core>
#include <cmath>
#include <unsupported/Eigen/AutoDiff>

namespace Eigen {

// Eigen has no erf of dual numbers.
template <class D>
auto erf(const AutoDiffScalar<D>& x) {
  const auto slope = 1.1283791670955126 * std::exp(-x.value() * x.value());
  using Plain = AutoDiffScalar<typename internal::remove_all<D>::type::PlainObject>;
  return Plain(std::erf(x.value()), x.derivatives() * slope);
}

}  // namespace Eigen

#include "peers/peer.hpp"

namespace eigen_peer {

template <int N>
using Number = Eigen::AutoDiffScalar<Eigen::Matrix<double, N, 1>>;

template <class F, int N, int M>
struct Gradient {
  F f;
  double operator()(const double* x, const double* data, double* g) const {
    Number<N> v[N];
    for (int i = 0; i < N; ++i) v[i] = Number<N>(x[i], N, i);
    const Number<N> y = f(v, data);
    for (int i = 0; i < N; ++i) g[i] = y.derivatives()[i];
    return y.value();
  }
};

template <int N>
struct Jacobian {
  double a[N * N];
  explicit Jacobian(const workload::Buffer<double>& matrix) { std::copy_n(matrix.data(), N * N, a); }
  void operator()(const double* x, double* j) const {
    Number<N> v[N], y[N];
    for (int i = 0; i < N; ++i) v[i] = Number<N>(x[i], N, i);
    scalar::field(a, v, y);
    for (int r = 0; r < N; ++r)
      for (int c = 0; c < N; ++c) j[N * r + c] = y[r].derivatives()[c];
  }
};

const bool added = peer::add_forward<Gradient, Jacobian>("eigen");

}  // namespace eigen_peer
