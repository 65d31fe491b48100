// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Sacado: SFad, dual numbers with a fixed number of tangents, and Rad, a tape.

#include <cmath>

// Debian's configuration wants all of Trilinos, with MPI; Sacado's numbers need none of it.
#define TRILINOS_NO_CONFIG_H
#define SACADO_NEW_FAD_DESIGN_IS_DEFAULT
#include <Sacado_No_Kokkos.hpp>

// Sacado has no erf.
namespace Sacado {
namespace Fad::Exp {
template <int N>
SFad<double, N> erf(const SFad<double, N>& x) {
  SFad<double, N> y(N, std::erf(x.val()));
  const double slope = 1.1283791670955126 * std::exp(-x.val() * x.val());
  for (int i = 0; i < N; ++i) y.fastAccessDx(i) = slope * x.fastAccessDx(i);
  return y;
}
}  // namespace Fad::Exp
namespace Rad {
inline ADvar<double> erf(const ADvar<double>& x) {
  return ADvar<double>(ADf1(std::erf(x.val()), 1.1283791670955126 * std::exp(-x.val() * x.val()), x));
}
}  // namespace Rad
}  // namespace Sacado

#include "peers/peer.hpp"

namespace sacado_peer {

template <class F, int N, int M>
struct Forward {
  F f;
  double operator()(const double* x, const double* data, double* g) const {
    using Number = Sacado::Fad::SFad<double, N>;
    Number v[N];
    for (int i = 0; i < N; ++i) v[i] = Number(N, i, x[i]);
    const Number y = f(static_cast<const Number*>(v), data);
    for (int i = 0; i < N; ++i) g[i] = y.fastAccessDx(i);
    return y.val();
  }
};

template <int N>
struct Jacobian {
  double a[N * N];
  explicit Jacobian(const workload::Buffer<double>& matrix) { std::copy_n(matrix.data(), N * N, a); }
  void operator()(const double* x, double* j) const {
    using Number = Sacado::Fad::SFad<double, N>;
    Number v[N], y[N];
    for (int i = 0; i < N; ++i) v[i] = Number(N, i, x[i]);
    scalar::field<Number>(a, v, y);
    for (int r = 0; r < N; ++r)
      for (int c = 0; c < N; ++c) j[N * r + c] = y[r].fastAccessDx(c);
  }
};

template <class F, int N>
struct Hessian {
  F f;
  void operator()(const double* x, double* h) const {
    using Inner = Sacado::Fad::SFad<double, N>;
    using Number = Sacado::Fad::SFad<Inner, N>;
    Number v[N];
    for (int i = 0; i < N; ++i) v[i] = Number(N, i, Inner(N, i, x[i]));
    const Number y = f(static_cast<const Number*>(v), x);
    for (int r = 0; r < N; ++r)
      for (int c = 0; c < N; ++c) h[N * r + c] = y.fastAccessDx(r).dx(c);
  }
};

template <class F, int N, int M>
struct Reverse {
  F f;
  double operator()(const double* x, const double* data, double* g) const {
    using Number = Sacado::Rad::ADvar<double>;
    std::vector<Number> v(x, x + N);
    const Number y = f(static_cast<const Number*>(v.data()), data);
    Number::Gradcomp();
    for (int i = 0; i < N; ++i) g[i] = v[static_cast<std::size_t>(i)].adj();
    return y.val();
  }
};

const bool added[] = {peer::add_forward<Forward, Jacobian>("sacado_fad"), peer::add_hessians<Hessian>("sacado_fad"),
                      peer::add_reverse<Reverse>("sacado_rad")};

}  // namespace sacado_peer
