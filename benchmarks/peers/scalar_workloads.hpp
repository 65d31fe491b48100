// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>

#include "workload.hpp"

// The workloads that libraries for scalars can run, as templates over the number type that a careful user would write.
namespace scalar {

using workload::index_t;

inline constexpr std::array<double, 6> lorenz_point = {1, 1, 1, 10, 28, 8.0 / 3};

// x + y + z after 1000 steps of 0.005 by Runge and Kutta's classical method.
template <class T>
T lorenz(T x, T y, T z, const T& s, const T& r, const T& b) {
  const double h = 0.005;
  const auto dx = [&](const T& u, const T& v) -> T { return s * (v - u); };
  const auto dy = [&](const T& u, const T& v, const T& w) -> T { return u * (r - w) - v; };
  const auto dz = [&](const T& u, const T& v, const T& w) -> T { return u * v - b * w; };
  for (int i = 0; i < 1000; ++i) {
    const T x1 = dx(x, y), y1 = dy(x, y, z), z1 = dz(x, y, z);
    const T xa = x + 0.5 * h * x1, ya = y + 0.5 * h * y1, za = z + 0.5 * h * z1;
    const T x2 = dx(xa, ya), y2 = dy(xa, ya, za), z2 = dz(xa, ya, za);
    const T xb = x + 0.5 * h * x2, yb = y + 0.5 * h * y2, zb = z + 0.5 * h * z2;
    const T x3 = dx(xb, yb), y3 = dy(xb, yb, zb), z3 = dz(xb, yb, zb);
    const T xc = x + h * x3, yc = y + h * y3, zc = z + h * z3;
    const T x4 = dx(xc, yc), y4 = dy(xc, yc, zc), z4 = dz(xc, yc, zc);
    x = x + h / 6 * (x1 + 2.0 * (x2 + x3) + x4);
    y = y + h / 6 * (y1 + 2.0 * (y2 + y3) + y4);
    z = z + h / 6 * (z1 + 2.0 * (z2 + z3) + z4);
  }
  return x + y + z;
}

// A2: y = sin(A x) exp(-x).
template <class T>
void field(const double* a, const T* x, T* y) {
  using std::exp, std::sin;
  for (int r = 0; r < 3; ++r) y[r] = sin(a[3 * r] * x[0] + a[3 * r + 1] * x[1] + a[3 * r + 2] * x[2]) * exp(-x[r]);
}

// What follows has the form f(x, data): the gradient in x is asked for.

struct BlackScholes {
  template <class T>
  static T normal_cdf(const T& x) {
    using std::erf;
    const T scaled = x * 0.70710678118654752;
    return 0.5 * (1.0 + erf(scaled));
  }
  template <class T, class D>
  T operator()(const T* x, const D*) const {
    using std::exp, std::log, std::sqrt;
    const T &s = x[0], &k = x[1], &sigma = x[2], &tau = x[3], &r = x[4];
    const T deviation = sigma * sqrt(tau);
    const T d1 = (log(s / k) + (r + 0.5 * sigma * sigma) * tau) / deviation;
    const T d2 = d1 - deviation;
    return s * normal_cdf(d1) - k * exp(-r * tau) * normal_cdf(d2);
  }
};

struct Rosenbrock {
  index_t n;
  template <class T, class D>
  T operator()(const T* x, const D*) const {
    T total(0.0);
    for (index_t i = 0; i + 1 < n; ++i) {
      const T a = x[i + 1] - x[i] * x[i], b = 1.0 - x[i];
      total += 100.0 * a * a + b * b;
    }
    return total;
  }
};

// Parameters as in inputs.hpp; data: ten inputs and the target.
struct MlpLoss {
  template <class T, class D>
  T operator()(const T* p, const D* data) const {
    using std::tanh;
    T o = p[384];
    for (int j = 0; j < 32; ++j) {
      T z = p[320 + j];
      for (int k = 0; k < 10; ++k) z += p[10 * j + k] * data[k];
      o += p[352 + j] * tanh(z);
    }
    const T error = o - data[10];
    return 0.5 * error * error;
  }
};

// Parameters w, b; data: five features and the target.
struct LinearLoss {
  template <class T, class D>
  T operator()(const T* p, const D* data) const {
    T error = p[5] - data[5];
    for (int k = 0; k < 5; ++k) error += p[k] * data[k];
    return error * error;
  }
};

struct LogSumExp {
  index_t n;
  template <class T, class D>
  T operator()(const T* x, const D*) const {
    using std::exp, std::log;
    T total(0.0);  // of numbers up to 5: no shift is needed
    for (index_t i = 0; i < n; ++i) total += exp(x[i]);
    return log(total);
  }
};

struct XSinX {
  template <class T, class D>
  T operator()(const T* x, const D*) const {
    using std::sin;
    return x[0] * sin(x[0]);
  }
};

struct Lorenz {
  template <class T, class D>
  T operator()(const T* p, const D*) const {
    return lorenz<T>(p[0], p[1], p[2], p[3], p[4], p[5]);
  }
};

}  // namespace scalar
