// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// C1        the gradient of Rosenbrock's function as a scalar loop, n = 10, 100, 1000, x = -2 + 4u (seed 1)
// C1static  the same for a tensor of static extents, n = 10
// C1vector  the same for an argument of type std::vector<double>, by a template that was written for double

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

// ---- functra ----

auto over_elements = [](const auto& x) {
  auto total = eval(100.0 * square(x(1) - x(0) * x(0)) + square(1.0 - x(0)));
  for (functra::index_t i = 1; i + 1 < x.extent(0); ++i) total += 100.0 * square(x(i + 1) - x(i) * x(i)) + square(1.0 - x(i));
  return total;
};

template <class T>
T rosenbrock(const std::vector<T>& x) {
  T total = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    T a = x[i + 1] - x[i] * x[i];
    T b = 1.0 - x[i];
    total += 100.0 * a * a + b * b;
  }
  return total;
}

auto functra_tensor(index_t n) {
  return [x = as_tensor(rosenbrock_point(n))] { return functra::grad(over_elements)(x); };
}
auto functra_static() {
  return [x = functra::Tensor<double, 10>(as_tensor(rosenbrock_point(10)))]() mutable {
    benchmark::DoNotOptimize(x.mutable_data());
    return functra::grad(over_elements)(x);
  };
}
auto functra_vector(index_t n) {
  const auto x = rosenbrock_point(n);
  return [v = std::vector<double>(x.data(), x.data() + n)] {
    return functra::grad([](const auto& p) { return rosenbrock(p); })(v);
  };
}

// ---- by hand: the reverse sweep of the loop, fused with it ----

auto by_hand(index_t n) {
  return [n, x = rosenbrock_point(n), g = Buffer<double>(n)]() mutable {
    const double* p = x.data();
    double carried = 0;
    for (index_t i = 0; i + 1 < n; ++i) {
      const double a = p[i + 1] - p[i] * p[i];
      g[i] = carried - 400 * p[i] * a - 2 * (1 - p[i]);
      carried = 200 * a;
    }
    g[n - 1] = carried;
    return view(g);
  };
}

bool add_all(index_t n) {
  const auto size = std::to_string(n);
  add("C1_" + size, "hand", "f64", [n] { return by_hand(n); });
  add("C1_" + size, "functra", "f64", [n] { return functra_tensor(n); });
  add("C1vector_" + size, "hand", "f64", [n] { return by_hand(n); });
  add("C1vector_" + size, "functra", "f64", [n] { return functra_vector(n); });
  return true;
}
bool add_static() {
  add("C1static_10", "hand", "f64", [] { return by_hand(10); });
  add("C1static_10", "functra", "f64", [] { return functra_static(); });
  return true;
}
const bool added[] = {add_static(), add_all(10), add_all(100), add_all(1000)};

}  // namespace
