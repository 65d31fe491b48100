// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// ADOL-C: the function is recorded once; the tape, in which nothing depends on a branch, is run for each example.

#include <adolc/adolc.h>

#include "peers/peer.hpp"

namespace adolc_peer {

short next_tag() {
  static short tag = 0;
  return ++tag;
}

template <class F, int N, int M>
struct Gradient {
  short tag = next_tag();
  double in[N + M] = {}, out[N + M] = {};
  explicit Gradient(F f) {
    trace_on(tag, 1);
    std::vector<adouble> v(N + M);
    for (auto& x : v) x <<= 0.5;
    adouble y = f(static_cast<const adouble*>(v.data()), static_cast<const adouble*>(v.data() + N));
    double value = 0;
    y >>= value;
    trace_off();
  }
  double operator()(const double* x, const double* data, double* g) {
    std::copy_n(x, N, in);
    if constexpr (M > 0) std::copy_n(data, M, in + N);
    double y = 0, seed = 1;
    zos_forward(tag, 1, N + M, 1, in, &y);
    fos_reverse(tag, 1, N + M, &seed, out);
    std::copy_n(out, N, g);
    return y;
  }
};

template <int N>
struct Jacobian {
  short tag = next_tag();
  explicit Jacobian(const workload::Buffer<double>& a) {
    trace_on(tag, 1);
    adouble x[N], y[N];
    for (auto& v : x) v <<= 0.5;
    scalar::field<adouble>(a.data(), x, y);
    for (auto& v : y) {
      double value = 0;
      v >>= value;
    }
    trace_off();
  }
  void operator()(const double* x, double* j) const {
    double* rows[N];
    for (int i = 0; i < N; ++i) rows[i] = j + N * i;
    jacobian(tag, N, N, x, rows);
  }
};

template <class F, int N>
struct Hessian {
  short tag = next_tag();
  double lower[N * N] = {}, in[N] = {};
  explicit Hessian(F f) {
    trace_on(tag, 1);
    adouble v[N];
    for (auto& x : v) x <<= 0.5;
    adouble y = f(static_cast<const adouble*>(v), static_cast<const adouble*>(v));
    double value = 0;
    y >>= value;
    trace_off();
  }
  void operator()(const double* x, double* h) {
    double* rows[N];
    for (int i = 0; i < N; ++i) rows[i] = lower + N * i;
    std::copy_n(x, N, in);
    hessian(tag, N, in, rows);
    for (int r = 0; r < N; ++r)
      for (int c = 0; c < N; ++c) h[N * r + c] = lower[r > c ? N * r + c : N * c + r];
  }
};

const bool added[] = {peer::add_reverse<Gradient>("adolc"), peer::add_a2<Jacobian>("A2rev", "adolc"), peer::add_c2<Gradient>("C2fwd", "adolc"),
                      peer::add_c3_jacrev<Jacobian>("adolc"), peer::add_hessians<Hessian>("adolc")};

}  // namespace adolc_peer
