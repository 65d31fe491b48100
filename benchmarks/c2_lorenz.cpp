// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// The gradient of x + y + z after 1000 Runge-Kutta steps of the Lorenz system in (x0, y0, z0, s, r, b).
//   C2fwd  forward mode, jacfwd;   C2rev  reverse mode, grad;   C2args  grad with respect to six separate numbers

#include <functra/functra.hpp>

#include "hand.hpp"
#include "peers/scalar_workloads.hpp"

namespace {

using namespace workload;
using functra::argnums;

// ---- functra ----

auto of_vector = [](const auto& p) {
  const auto part = [&](int i) { return eval(p(i)); };
  return scalar::lorenz(part(0), part(1), part(2), part(3), part(4), part(5));
};
auto of_numbers = [](auto x, auto y, auto z, auto s, auto r, auto b) { return scalar::lorenz(x, y, z, s, r, b); };

using Point = functra::Tensor<double, 6>;

auto functra_forward() {
  return [p = Point{1, 1, 1, 10, 28, 8.0 / 3}]() mutable {
    benchmark::DoNotOptimize(p);
    return functra::jacfwd(of_vector)(p);
  };
}
auto functra_reverse() {
  return [p = Point{1, 1, 1, 10, 28, 8.0 / 3}]() mutable {
    benchmark::DoNotOptimize(p);
    return functra::grad(of_vector)(p);
  };
}
auto functra_numbers() {
  return [p = scalar::lorenz_point]() mutable {
    benchmark::DoNotOptimize(p);
    return functra::grad(of_numbers, argnums<0, 1, 2, 3, 4, 5>)(p[0], p[1], p[2], p[3], p[4], p[5]);
  };
}

// ---- by hand: a value with its six tangents in lanes ----

struct Dual {
  double v;
  functra::lanes::pack<double, 8> d;
  FUNCTRA_INLINE friend Dual operator+(const Dual& a, const Dual& b) { return {a.v + b.v, a.d + b.d}; }
  FUNCTRA_INLINE friend Dual operator-(const Dual& a, const Dual& b) { return {a.v - b.v, a.d - b.d}; }
  FUNCTRA_INLINE friend Dual operator*(const Dual& a, const Dual& b) { return {a.v * b.v, fma(a.d, b.v, b.d * a.v)}; }
  FUNCTRA_INLINE friend Dual operator*(double a, const Dual& b) { return {a * b.v, b.d * a}; }
};

auto by_hand() {
  return [p = scalar::lorenz_point, g = Buffer<double>(6)]() mutable {
    benchmark::DoNotOptimize(p);
    Dual in[6];
    for (int i = 0; i < 6; ++i) {
      in[i] = {p[static_cast<std::size_t>(i)], functra::lanes::pack<double, 8>(0.0)};
      in[i].d.set(i, 1.0);
    }
    scalar::lorenz(in[0], in[1], in[2], in[3], in[4], in[5]).d.store_partial(g.data(), 6);
    return view(g);
  };
}

template <class G>
auto as_one_array(G g) {
  return [g]() mutable {
    return std::apply([](const auto&... part) { return std::array<double, 6>{part.item()...}; }, g());
  };
}

const bool added[] = {
    add("C2fwd", "hand", "f64", by_hand),
    add("C2fwd", "functra", "f64", functra_forward),
    add("C2rev", "hand", "f64", by_hand),
    add("C2rev", "functra", "f64", functra_reverse),
    add("C2args", "hand", "f64", by_hand),
    add("C2args", "functra", "f64", [] { return as_one_array(functra_numbers()); }),
};

}  // namespace
