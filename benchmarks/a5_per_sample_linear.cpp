// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A5  per-sample gradients in w and b of (w x + b - y)^2, five features, 1M samples: [N, 5] and [N]
//     w, b = -.5 + u (seed 8), x = -1 + 2u (seed 9), y = -1 + 2u (seed 10)

#include "functra_inputs.hpp"
#include "hand.hpp"

namespace {

using namespace workload;

constexpr index_t count = 1'000'000, features = 5;

template <class T>
Buffer<T> parameters() {
  return uniform<T>(8, features + 1, -0.5, 1);
}
template <class T>
Buffer<T> samples() {
  return uniform<T>(9, features * count, -1, 2);
}
template <class T>
Buffer<T> targets() {
  return uniform<T>(10, count, -1, 2);
}

auto loss = [](const auto& w, const auto& b, const auto& x, const auto& y) { return square(dot(w, x) + b - y); };

template <class T>
auto functra_version() {
  const auto p = parameters<T>();
  functra::Tensor<T, features> w{p[0], p[1], p[2], p[3], p[4]};
  functra::Tensor<T> b = p[5];
  return [w, b, x = as_tensor(samples<T>(), functra::extents<functra::dyn, features>(count)), y = as_tensor(targets<T>())] {
    using functra::none;
    return functra::vmap(functra::grad(loss, functra::argnums<0, 1>), functra::in_dims<none, none, 0, 0>)(w, b, x, y);
  };
}

template <class T>
auto by_hand() {
  return [p = parameters<T>(), x = samples<T>(), y = targets<T>(), dw = Buffer<T>(features * count), db = Buffer<T>(count)]() mutable {
    using P = hand::Pack<T>;
    constexpr int n = hand::width<T>;
    static_assert(count % n == 0);
    for (index_t i = 0; i < count; i += n) {
      P v[features];
      hand::lanes::deinterleave(x.data() + features * i, features, features, v);
      P error = P(p[features]) - P::load(y.data() + i);
      for (int k = 0; k < features; ++k) error = fma(P(p[k]), v[k], error);
      const P slope = error + error;
      slope.store(db.data() + i);
      for (P& g : v) g *= slope;
      hand::lanes::interleave(v, features, dw.data() + features * i, features);
    }
    return std::tuple{view(dw), view(db)};
  };
}

template <class T>
bool add_all() {
  add("A5", "hand", type_name<T>, by_hand<T>);
  add("A5", "functra", type_name<T>, functra_version<T>);
  return true;
}
const bool added[] = {add_all<float>(), add_all<double>()};

}  // namespace
