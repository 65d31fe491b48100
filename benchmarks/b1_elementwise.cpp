// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// y = tanh(sin(x) exp(-x^2) + x) on 1e4, 1e6 and 1e7 elements, x = -2 + 4u (seed 1)
//   B1  y
//   B2  the gradient of sum(y)
//   B3  its jvp with the tangent -1 + 2u (seed 2)
//   B4  B2 with the statement written as five named variables

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

template <class T>
Buffer<T> tangents(index_t n) {
  return uniform<T>(2, n, -1, 2);
}

// ---- functra ----

auto f = [](const auto& x) { return tanh(sin(x) * exp(-square(x)) + x); };

auto sum_of_f = [](const auto& x) { return sum(tanh(sin(x) * exp(-square(x)) + x)); };

auto in_named_steps = [](const auto& x) {
  auto sine = sin(x);
  auto squared = square(x);
  auto decay = exp(-squared);
  auto product = sine * decay;
  auto shifted = product + x;
  return sum(tanh(shifted));
};

template <class T>
auto functra_value(index_t n) {
  return [x = as_tensor(elementwise_points<T>(n))] { return eval(f(x)); };
}
template <class T>
auto functra_grad(index_t n) {
  return [x = as_tensor(elementwise_points<T>(n))] { return functra::grad(sum_of_f)(x); };
}
template <class T>
auto functra_jvp(index_t n) {
  return [x = as_tensor(elementwise_points<T>(n)), v = as_tensor(tangents<T>(n))] {
    auto [y, tangent] = functra::jvp(f, x, v);
    return std::pair{y, tangent};
  };
}
template <class T>
auto functra_named(index_t n) {
  return [x = as_tensor(elementwise_points<T>(n))] { return functra::grad(in_named_steps)(x); };
}

// ---- by hand ----

template <class P>
struct Point {
  P y, slope;
};
template <class P>
FUNCTRA_INLINE Point<P> value_and_slope(P x) {
  using T = typename P::value_type;
  P sine, cosine;
  sincos(x, sine, cosine);
  const P decay = exp(-(x * x));
  const P y = tanh(fma(sine, decay, x));
  const P inner = fma(fma(x * T(-2), sine, cosine), decay, T(1));
  return {y, fma(-y, y, T(1)) * inner};
}

template <class T>
auto hand_value(index_t n) {
  return [n, x = elementwise_points<T>(n), y = Buffer<T>(n)]() mutable {
    hand::for_packs<T, 2>(n, [&](auto at) FUNCTRA_INLINE_LAMBDA {
      const auto v = at.load(x.data());
      at.store(y.data(), tanh(fma(sin(v), exp(-(v * v)), v)));
    });
    return view(y);
  };
}
template <class T>
auto hand_grad(index_t n) {
  return [n, x = elementwise_points<T>(n), g = Buffer<T>(n)]() mutable {
    hand::for_packs<T, 2>(n, [&](auto at) FUNCTRA_INLINE_LAMBDA { at.store(g.data(), value_and_slope(at.load(x.data())).slope); });
    return view(g);
  };
}
template <class T>
auto hand_jvp(index_t n) {
  return [n, x = elementwise_points<T>(n), v = tangents<T>(n), y = Buffer<T>(n), tangent = Buffer<T>(n)]() mutable {
    hand::for_packs<T, 2>(n, [&](auto at) FUNCTRA_INLINE_LAMBDA {
      const auto point = value_and_slope(at.load(x.data()));
      at.store(y.data(), point.y);
      at.store(tangent.data(), point.slope * at.load(v.data()));
    });
    return std::tuple{view(y), view(tangent)};
  };
}

template <class T>
bool add_all(const std::string& size, index_t n) {
  const auto type = type_name<T>;
  add("B1_" + size, "hand", type, [n] { return hand_value<T>(n); });
  add("B1_" + size, "functra", type, [n] { return functra_value<T>(n); });
  add("B2_" + size, "hand", type, [n] { return hand_grad<T>(n); });
  add("B2_" + size, "functra", type, [n] { return functra_grad<T>(n); });
  add("B3_" + size, "hand", type, [n] { return hand_jvp<T>(n); });
  add("B3_" + size, "functra", type, [n] { return functra_jvp<T>(n); });
  if (n <= 1'000'000) {
    add("B4_" + size, "hand", type, [n] { return hand_grad<T>(n); });
    add("B4_" + size, "functra", type, [n] { return functra_named<T>(n); });
  }
  return true;
}
const bool added[] = {add_all<double>("1e4", 10'000), add_all<double>("1e6", 1'000'000), add_all<double>("1e7", 10'000'000),
                      add_all<float>("1e6", 1'000'000)};

}  // namespace
