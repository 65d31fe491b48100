// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// What a transform costs on next to nothing.
//   C3grad      the gradient of x sin(x) at one number
//   C3jacrev    the Jacobian of A2's function at one point
//   C3hessian   the Hessian of A3's function at one point

#include <cmath>

#include "functra_inputs.hpp"

namespace {

using namespace workload;

// ---- functra ----

auto functra_grad() {
  return [x = 0.7]() mutable {
    benchmark::DoNotOptimize(x);
    return functra::grad([](auto v) { return v * sin(v); })(x).item();
  };
}
auto functra_jacrev() {
  return [a = as_tensor(uniform<double>(4, 9, -1, 2), functra::extents<3, 3>()),
          x = as_tensor(uniform<double>(5, 3, -1, 2), functra::extents<3>())]() mutable {
    benchmark::DoNotOptimize(x);
    return functra::jacrev([&](const auto& v) { return sin(matmul(a, v)) * exp(-v); })(x);
  };
}
auto functra_hessian() {
  return [x = as_tensor(uniform<double>(6, 6, -2, 4), functra::extents<6>())]() mutable {
    benchmark::DoNotOptimize(x);
    return functra::hessian([](const auto& v) {
      const auto a = at(v, functra::range(0, 5)), b = at(v, functra::range(1, 6));
      return sum(100.0 * square(b - square(a)) + square(1.0 - a));
    })(x);
  };
}

// ---- by hand ----

auto hand_grad() {
  return [x = 0.7]() mutable {
    benchmark::DoNotOptimize(x);
    return std::sin(x) + x * std::cos(x);
  };
}
auto hand_jacrev() {
  return [a = uniform<double>(4, 9, -1, 2), x = uniform<double>(5, 3, -1, 2), j = Buffer<double>(9)]() mutable {
    for (int r = 0; r < 3; ++r) {
      const double u = a[3 * r] * x[0] + a[3 * r + 1] * x[1] + a[3 * r + 2] * x[2];
      const double decay = std::exp(-x[r]), slope = std::cos(u) * decay;
      for (int c = 0; c < 3; ++c) j[3 * r + c] = a[3 * r + c] * slope;
      j[4 * r] -= std::sin(u) * decay;
    }
    return view(j);
  };
}
auto hand_hessian() {
  return [x = uniform<double>(6, 6, -2, 4), h = Buffer<double>(36)]() mutable {
    std::fill_n(h.data(), 36, 0.0);
    for (int k = 0; k < 5; ++k) {
      h[7 * k] = (k > 0 ? 200 : 0) + 1200 * x[k] * x[k] - 400 * x[k + 1] + 2;
      h[7 * k + 1] = h[7 * k + 6] = -400 * x[k];
    }
    h[35] = 200;
    return view(h);
  };
}

const bool added[] = {
    add("C3grad", "hand", "f64", hand_grad),       add("C3grad", "functra", "f64", functra_grad),
    add("C3jacrev", "hand", "f64", hand_jacrev),   add("C3jacrev", "functra", "f64", functra_jacrev),
    add("C3hessian", "hand", "f64", hand_hessian), add("C3hessian", "functra", "f64", functra_hessian),
};

}  // namespace
