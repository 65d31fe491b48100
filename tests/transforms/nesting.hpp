// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <string>

#include "numbers.hpp"

// Transforms as maps from functions of one tensor to functions of one tensor, acting on each element alike, so that any may follow
// any. What they do to a function is known by its power series, which no derivative of the library takes part in.
namespace nesting {

using namespace functra;

constexpr std::size_t terms = 40;
using series = std::array<double, terms>;

inline series product(const series& a, const series& b) {
  series c{};
  for (std::size_t i = 0; i < terms; ++i)
    for (std::size_t j = 0; i + j < terms; ++j) c[i + j] += a[i] * b[j];
  return c;
}
inline double value(const series& c, double x) {
  double y = 0;
  for (std::size_t k = terms; k-- > 0;) y = y * x + c[k];
  return y;
}
inline series derivative(const series& c) {
  series d{};
  for (std::size_t k = 1; k < terms; ++k) d[k - 1] = static_cast<double>(k) * c[k];
  return d;
}

// sin(x) exp(x) + x³
struct base {
  template <class X>
  auto operator()(const X& x) const {
    const auto y = sin(x) * exp(x);
    return y + x * x * x;
  }
  static series power_series() {
    series s{}, e{};
    double factorial = 1;
    for (std::size_t k = 0; k < terms; ++k) {
      if (k > 0) factorial *= static_cast<double>(k);
      e[k] = 1 / factorial;
      s[k] = k % 2 == 0 ? 0 : (k % 4 == 1 ? 1 : -1) / factorial;
    }
    series c = product(s, e);
    c[3] += 1;
    return c;
  }
};

// ---- the transforms: f'(x), x f'(x), f(x/2) + f(-x) + f(x/4) ----

struct by_grad {
  static std::string name() { return "grad"; }
  static auto apply(auto f) {
    return [f](const auto& x) { return grad([f](const auto& v) { return sum(f(v)); })(x); };
  }
  static series apply_to(const series& c) { return derivative(c); }
};
struct by_jvp {
  static std::string name() { return "jvp"; }
  static auto apply(auto f) {
    return [f](const auto& x) { return jvp(f, x, x).tangent; };
  }
  static series apply_to(const series& c) {
    series d{};
    for (std::size_t k = 0; k < terms; ++k) d[k] = static_cast<double>(k) * c[k];
    return d;
  }
};
template <class J>
auto row_sums(const J& j) {
  if constexpr (J::rank() == 0) return j;
  else return eval(sum(j, dims<1>));
}
struct by_jacrev {
  static std::string name() { return "jacrev"; }
  static auto apply(auto f) {
    return [f](const auto& x) { return row_sums(jacrev(f)(x)); };
  }
  static series apply_to(const series& c) { return derivative(c); }
};
struct by_jacfwd {
  static std::string name() { return "jacfwd"; }
  static auto apply(auto f) {
    return [f](const auto& x) { return row_sums(jacfwd(f)(x)); };
  }
  static series apply_to(const series& c) { return derivative(c); }
};
struct by_vmap {
  static std::string name() { return "vmap"; }
  static auto apply(auto f) {
    // The mapped function captures x.
    return [f](const auto& x) { return eval(sum(vmap([&](const auto& s) { return f(s * x); })(Tensor<double, 3>{0.5, -1.0, 0.25}), dims<0>)); };
  }
  static series apply_to(const series& c) {
    series d{};
    for (std::size_t k = 0; k < terms; ++k)
      for (const double s : {0.5, -1.0, 0.25}) d[k] += c[k] * std::pow(s, static_cast<double>(k));
    return d;
  }
};

// ---- compositions, the last transform first ----

template <class F>
auto compose(F f) {
  return f;
}
template <class T, class... Rest, class F>
auto compose(F f) {
  return T::apply(compose<Rest...>(f));
}
template <class... T>
void check(const auto& x) {
  std::string names;
  ((names += T::name() + " "), ...);
  INFO(names);
  series c = base::power_series();
  const std::array<series (*)(const series&), sizeof...(T)> steps{&T::apply_to...};
  for (std::size_t i = steps.size(); i-- > 0;) c = steps[i](c);
  numbers expected;
  for (const double v : flat(x)) expected.push_back(value(c, v));
  check_near(compose<T...>(base{})(x), expected, 1e-11);
}

// T after every one, or every pair, of the transforms.
template <class... T>
void check_one_more(const auto& x) {
  check<T..., by_grad>(x);
  check<T..., by_jvp>(x);
  check<T..., by_jacrev>(x);
  check<T..., by_jacfwd>(x);
  check<T..., by_vmap>(x);
}
template <class T>
void check_two_more(const auto& x) {
  check_one_more<T, by_grad>(x);
  check_one_more<T, by_jvp>(x);
  check_one_more<T, by_jacrev>(x);
  check_one_more<T, by_jacfwd>(x);
  check_one_more<T, by_vmap>(x);
}

}  // namespace nesting
