// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// E: A1, A4, B1, B2 and B6 (its outer products) with one thread and with two: a table of medians. The results must have the same bits.

#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <vector>

#include "small_mlp.hpp"

namespace {

using namespace workload;

template <class X>
void append_bits(std::vector<char>& to, const X& x) {
  if constexpr (array_like<X>) {
    const auto* p = reinterpret_cast<const char*>(x.data());
    to.insert(to.end(), p, p + static_cast<std::size_t>(x.size()) * sizeof(*x.data()));
  } else if constexpr (has_leaves<X>) append_bits(to, leaves(x));
  else if constexpr (requires { x.first; }) append_bits(to, x.first), append_bits(to, x.second);
  else std::apply([&](const auto&... part) { (append_bits(to, part), ...); }, x);
}

double median(std::vector<double> x) {
  std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2), x.end());
  return x[x.size() / 2];
}

bool failed = false;

template <class F>
void compare(const char* name, F f) {
  std::vector<char> bits[2];
  std::vector<double> times[2];
  for (int repeat = 0; repeat < 41; ++repeat)
    for (const int threads : {1, 2}) {
      omp_set_num_threads(threads);
      const auto start = std::chrono::steady_clock::now();
      const auto result = f();
      times[threads - 1].push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
      if (repeat == 0) append_bits(bits[threads - 1], result);
    }
  const double one = median(times[0]), two = median(times[1]);
  const bool same = bits[0] == bits[1];
  failed |= !same;
  std::printf("| %s | %.2f ms | %.2f ms | %.2f | %s |\n", name, one, two, one / two, same ? "yes" : "NO");
}

auto normal_cdf = [](const auto& x) { return 0.5 * (1.0 + erf(x * 0.70710678118654752)); };
auto call = [](auto s, auto k, auto sigma, auto tau, auto r) {
  auto deviation = sigma * sqrt(tau);
  auto d1 = (log(s / k) + (r + 0.5 * square(sigma)) * tau) / deviation;
  return s * normal_cdf(d1) - k * exp(-r * tau) * normal_cdf(d1 - deviation);
};
auto wave = [](const auto& x) { return tanh(sin(x) * exp(-square(x)) + x); };

functra::Tensor<double, functra::dyn> numbers(std::uint64_t seed, index_t n, double low, double width) { return as_tensor(uniform<double>(seed, n, low, width)); }

}  // namespace

int main() {
  using functra::none;
  std::printf("| workload | 1 thread | 2 threads | times as fast | same bits |\n|---|---|---|---|---|\n");
  {
    const index_t n = 1'000'000;
    const auto s = numbers(1, n, 80, 40), k = numbers(2, n, 80, 40), sigma = numbers(3, n, .1, .4), tau = numbers(4, n, .1, 1.9), r = numbers(5, n, 0, .05);
    compare("A1", [&] { return functra::vmap(functra::value_and_grad(call, functra::argnums<0, 1, 2, 3, 4>))(s, k, sigma, tau, r); });
  }
  {
    const auto p = small_mlp::mlp<double>();
    const auto x = small_mlp::examples<double>();
    const auto y = as_tensor(small_mlp::target_values<double>());
    compare("A4", [&] { return functra::vmap(functra::grad(small_mlp::loss), functra::in_dims<none, 0, 0>)(p, x, y); });
  }
  {
    const auto x = numbers(1, 1'000'000, -2, 4);
    compare("B1", [&] { return eval(wave(x)); });
    compare("B2", [&] { return functra::grad([](const auto& v) { return sum(wave(v)); })(x); });
  }
  {
    const auto a = eval(functra::reshape(numbers(1, 256 * 128, -1, 2), 256, 128));
    const auto b = eval(functra::reshape(numbers(2, 256 * 784, -1, 2), 256, 784));
    compare("B6 outer products", [&] { return functra::vmap([](const auto& u, const auto& v) { return outer(u, v); })(a, b); });
  }
  return failed ? 1 : 0;
}
