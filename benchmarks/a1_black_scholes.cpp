// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A1      the price of 1M call options and its five partial derivatives, from five vectors [N]
// A1rows  the same from one tensor [N, 5]: prices [N] and gradients [N, 5]

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

constexpr index_t count = options_count;

// ---- functra ----

auto normal_cdf = [](const auto& x) { return 0.5 * (1.0 + erf(x * 0.70710678118654752)); };

auto call = [](auto s, auto k, auto sigma, auto tau, auto r) {
  auto deviation = sigma * sqrt(tau);
  auto d1 = (log(s / k) + (r + 0.5 * square(sigma)) * tau) / deviation;
  return s * normal_cdf(d1) - k * exp(-r * tau) * normal_cdf(d1 - deviation);
};

template <class T>
auto functra_columns() {
  const auto x = options<T>();
  const auto input = [&](index_t k) { return as_tensor(options_column(x, k)); };
  return [s = input(0), k = input(1), sigma = input(2), tau = input(3), r = input(4)] {
    return functra::vmap(functra::value_and_grad(call, functra::argnums<0, 1, 2, 3, 4>))(s, k, sigma, tau, r);
  };
}

template <class T>
auto functra_rows() {
  return [x = as_tensor(options<T>(), functra::extents<functra::dyn, 5>(count))] {
    auto call_of_row = [](auto v) { return call(v(0), v(1), v(2), v(3), v(4)); };
    return functra::vmap(functra::value_and_grad(call_of_row))(x);
  };
}

// ---- by hand ----

template <class P>
struct Greeks {
  P price, ds, dk, dsigma, dtau, dr;
};

template <class P>
FUNCTRA_INLINE Greeks<P> greeks(P s, P k, P sigma, P tau, P r) {
  using T = typename P::value_type;
  const P root = sqrt(tau);
  const P deviation = sigma * root;
  const P d1 = (log(s / k) + fma(T(0.5) * sigma, sigma, r) * tau) / deviation;
  const P d2 = d1 - deviation;
  P erf_d1, gaussian;  // e^(-d1^2 / 2)
  erf_and_gaussian(d1 * T(0.70710678118654752), erf_d1, gaussian);
  const P n1 = fma(erf_d1, T(0.5), T(0.5));
  const P n2 = fma(erf(d2 * T(0.70710678118654752)), T(0.5), T(0.5));
  const P discount = exp(-(r * tau));
  const P discounted = discount * n2;
  const P strike = k * discounted;
  const P vega_per_root = s * T(0.39894228040143268) * gaussian;
  return {fma(s, n1, -strike), n1, -discounted, vega_per_root * root, fma(vega_per_root * T(0.5), sigma / root, r * strike), tau * strike};
}

template <class T>
auto hand_columns() {
  const auto x = options<T>();
  return [s = options_column(x, 0), k = options_column(x, 1), sigma = options_column(x, 2), tau = options_column(x, 3), r = options_column(x, 4), price = Buffer<T>(count),
          ds = Buffer<T>(count), dk = Buffer<T>(count), dsigma = Buffer<T>(count), dtau = Buffer<T>(count), dr = Buffer<T>(count)]() mutable {
    hand::for_packs<T, 2>(count, [&](auto at) FUNCTRA_INLINE_LAMBDA {
      const auto g = greeks(at.load(s.data()), at.load(k.data()), at.load(sigma.data()), at.load(tau.data()), at.load(r.data()));
      at.stream(price.data(), g.price);
      at.stream(ds.data(), g.ds);
      at.stream(dk.data(), g.dk);
      at.stream(dsigma.data(), g.dsigma);
      at.stream(dtau.data(), g.dtau);
      at.stream(dr.data(), g.dr);
    });
    return std::tuple{view(price), view(ds), view(dk), view(dsigma), view(dtau), view(dr)};
  };
}

template <class T>
auto hand_rows() {
  return [x = options<T>(), price = Buffer<T>(count), gradient = Buffer<T>(5 * count)]() mutable {
    constexpr int w = hand::width<T>;
    static_assert(count % w == 0);
    for (index_t i = 0; i < count; i += w) {
      hand::Pack<T> in[5];
      hand::lanes::deinterleave(x.data() + 5 * i, 5, 5, in);
      const auto g = greeks(in[0], in[1], in[2], in[3], in[4]);
      g.price.store(price.data() + i);
      const hand::Pack<T> out[5] = {g.ds, g.dk, g.dsigma, g.dtau, g.dr};
      hand::lanes::interleave(out, 5, gradient.data() + 5 * i, 5);
    }
    return std::tuple{view(price), view(gradient)};
  };
}

template <class T>
bool add_all() {
  add("A1", "hand", type_name<T>, hand_columns<T>);
  add("A1", "functra", type_name<T>, functra_columns<T>);
  add("A1rows", "hand", type_name<T>, hand_rows<T>);
  add("A1rows", "functra", type_name<T>, functra_rows<T>);
  return true;
}
const bool added[] = {add_all<double>(), add_all<float>()};

}  // namespace
