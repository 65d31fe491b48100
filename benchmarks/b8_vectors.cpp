// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

//   B8   the gradient of logsumexp, n = 1000, x = -5 + 10u (seed 2)
//   B9   the gradient of Rosenbrock's function written with slices, n = 1000 and 10000, x = -2 + 4u (seed 1)
//   B10  its Hessian, n = 100 and 1000 (seed 7)

#include <cmath>

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

using Input = Buffer<double>;

// ---- functra ----

auto rosenbrock = [](const auto& x) {
  const auto n = x.extent(0);
  const auto a = at(x, functra::range(0, n - 1)), b = at(x, functra::range(1, n));
  return sum(100.0 * square(b - square(a)) + square(1.0 - a));
};

auto functra_logsumexp() {
  return [x = as_tensor(logsumexp_point())] { return functra::grad([](const auto& v) { return logsumexp(v); })(x); };
}
auto functra_gradient(index_t n) {
  return [x = as_tensor(rosenbrock_point(n))] { return functra::grad(rosenbrock)(x); };
}
auto functra_hessian(index_t n) {
  return [x = as_tensor(rosenbrock_hessian_point(n))] { return functra::hessian(rosenbrock)(x); };
}

// ---- by hand ----

using P = hand::Pack<double>;

auto hand_logsumexp() {
  return [x = logsumexp_point(), g = Input(1000)]() mutable {
    constexpr int w = hand::width<double>;
    static_assert(1000 % w == 0);
    // Four accumulators each: one alone would wait for itself.
    P highest[4];
    for (int k = 0; k < 4; ++k) highest[k] = P::load(x.data() + k * w);
    index_t i = 4 * w;
    for (; i + 4 * w <= 1000; i += 4 * w)
      for (int k = 0; k < 4; ++k) highest[k] = hand::lanes::max(highest[k], P::load(x.data() + i + k * w));
    for (; i < 1000; i += w) highest[0] = hand::lanes::max(highest[0], P::load(x.data() + i));
    using hand::lanes::max;
    const P top(reduce_max(max(max(highest[0], highest[1]), max(highest[2], highest[3]))));
    P total[2] = {P(0.0), P(0.0)};
    for (i = 0; i < 1000; i += w) {
      const P e = exp(P::load(x.data() + i) - top);
      e.store(g.data() + i);
      total[i / w % 2] += e;
    }
    const P scale(1 / reduce_add(total[0] + total[1]));
    for (i = 0; i < 1000; i += w) (P::load(g.data() + i) * scale).store(g.data() + i);
    return view(g);
  };
}

auto hand_gradient(index_t n) {
  return [n, x = rosenbrock_point(n), g = Input(n)]() mutable {
    const double* p = x.data();
    double* out = g.data();
    const auto pulled = [](double a, double b) FUNCTRA_INLINE_LAMBDA { return -400 * a * (b - a * a) - 2 * (1 - a); };
    out[0] = pulled(p[0], p[1]);
    for (index_t i = 1; i + 1 < n; ++i) out[i] = pulled(p[i], p[i + 1]) + 200 * (p[i] - p[i - 1] * p[i - 1]);
    out[n - 1] = 200 * (p[n - 1] - p[n - 2] * p[n - 2]);
    return view(g);
  };
}

auto hand_hessian(index_t n) {
  return [n, x = rosenbrock_hessian_point(n), h = Input(n * n)]() mutable {
    std::fill_n(h.data(), n * n, 0.0);
    for (index_t i = 0; i < n; ++i) {
      double* row = h.data() + i * n + i;
      row[0] = (i > 0 ? 200.0 : 0.0) + (i + 1 < n ? 1200 * x[i] * x[i] - 400 * x[i + 1] + 2 : 0.0);
      if (i > 0) row[-1] = -400 * x[i - 1];
      if (i + 1 < n) row[1] = -400 * x[i];
    }
    return view(h);
  };
}

const bool added[] = {
    add("B8", "hand", "f64", hand_logsumexp),
    add("B8", "functra", "f64", functra_logsumexp),
    add("B9_1e3", "hand", "f64", [] { return hand_gradient(1000); }),
    add("B9_1e3", "functra", "f64", [] { return functra_gradient(1000); }),
    add("B9_1e4", "hand", "f64", [] { return hand_gradient(10'000); }),
    add("B9_1e4", "functra", "f64", [] { return functra_gradient(10'000); }),
    add("B10_100", "hand", "f64", [] { return hand_hessian(100); }),
    add("B10_100", "functra", "f64", [] { return functra_hessian(100); }),
    add("B10_1000", "hand", "f64", [] { return hand_hessian(1000); }),
    add("B10_1000", "functra", "f64", [] { return functra_hessian(1000); }),
};

}  // namespace
