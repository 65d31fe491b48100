// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A3      the Hessians of Rosenbrock's function of six variables, written with slices, at 10k points: [N, 6] in, [N, 6, 6] out
// A3loop  the same, written as a loop over the elements

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

constexpr index_t count = hessian_count;

// ---- functra ----

auto with_slices = [](const auto& x) {
  const auto a = at(x, functra::range(0, 5)), b = at(x, functra::range(1, 6));
  return sum(100.0 * square(b - square(a)) + square(1.0 - a));
};

auto with_a_loop = [](const auto& x) {
  auto value = 100.0 * square(x(1) - square(x(0))) + square(1.0 - x(0));
  auto total = eval(value);
  for (int i = 1; i < 5; ++i) total += 100.0 * square(x(i + 1) - square(x(i))) + square(1.0 - x(i));
  return total;
};

template <class T>
auto functra_slices() {
  return [x = as_tensor(hessian_points<T>(), functra::extents<functra::dyn, 6>(count))] { return functra::vmap(functra::hessian(with_slices))(x); };
}
template <class T>
auto functra_loop() {
  return [x = as_tensor(hessian_points<T>(), functra::extents<functra::dyn, 6>(count))] { return functra::vmap(functra::hessian(with_a_loop))(x); };
}

// ---- by hand ----

template <class T>
auto by_hand() {
  return [x = hessian_points<T>(), hessian = Buffer<T>(36 * count)]() mutable {
    using P = hand::Pack<T>;
    constexpr int w = hand::width<T>;
    static_assert(count % w == 0);
    P h[36];
    for (P& entry : h) entry = P(T(0));
    for (index_t i = 0; i < count; i += w) {
      P v[6];
      hand::lanes::deinterleave(x.data() + 6 * i, 6, 6, v);
      for (int k = 0; k < 6; ++k) {
        P diagonal(k > 0 ? T(200) : T(0));
        if (k < 5) diagonal += fma(T(1200) * v[k], v[k], fma(v[k + 1], T(-400), T(2)));
        h[7 * k] = diagonal;
        if (k < 5) h[7 * k + 1] = h[7 * k + 6] = T(-400) * v[k];
      }
      hand::lanes::interleave(h, 36, hessian.data() + 36 * i, 36);
    }
    return view(hessian);
  };
}

template <class T>
bool add_all() {
  add("A3", "hand", type_name<T>, by_hand<T>);
  add("A3", "functra", type_name<T>, functra_slices<T>);
  add("A3loop", "hand", type_name<T>, by_hand<T>);
  add("A3loop", "functra", type_name<T>, functra_loop<T>);
  return true;
}
const bool added[] = {add_all<double>()};

}  // namespace
