// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <omp.h>

#include <cstring>
#include <stdexcept>

#include <functra/functra.hpp>

#include "catch.hpp"

using namespace functra;

namespace {

template <class V>
bool same_bits(const V& a, const V& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(*a.data())) == 0;
}

// f() has the same bits with one thread as with two and three.
template <class F>
void check_bits(const F& f) {
  omp_set_num_threads(1);
  const auto one = f();
  for (const int threads : {2, 3}) {
    omp_set_num_threads(threads);
    CHECK(same_bits(one, f()));
  }
}

Tensor<double, dyn> points(index_t n) { return eval(sin(arange<double>(n) * 0.37) * 3.0); }

}  // namespace

TEST_CASE("results have the same bits for any number of threads") {
  const auto x = points(100'003);
  const auto wave = [](const auto& v) { return tanh(sin(v) * exp(-square(v)) + v); };
  check_bits([&] { return eval(wave(x)); });
  check_bits([&] { return grad([&](const auto& v) { return sum(wave(v)); })(x); });
  check_bits([&] { return eval(sum(wave(x))); });

  const auto rows = eval(reshape(points(300 * 400), 300, 400));
  check_bits([&] { return eval(rows + points(400)); });
  check_bits([&] { return eval(transpose(rows) * 2.0); });
  check_bits([&] { return eval(sum(rows, dim<0>)); });
  check_bits([&] { return eval(matmul(rows, transpose(rows))); });
  check_bits([&] { return vmap([](const auto& a) { return outer(a, a); })(eval(reshape(points(64 * 50), 64, 50))); });

  // Mapped in lanes, of a size that is not a multiple of anything.
  Tensor<double, dyn, 3> small(extents<dyn, 3>(40'009));
  for (index_t i = 0; i < small.size(); ++i) small.data()[i] = 0.001 * static_cast<double>(i % 997);
  const auto f = [](const auto& v) { return sum(exp(v) * sin(v)); };
  check_bits([&] { return vmap(grad(f))(small); });
  check_bits([&] { return vmap(jacfwd([](const auto& v) { return exp(v) * sum(v); }))(small); });
}

TEST_CASE("shifted sums that share places stay apart") {
  const auto x = points(70'001);
  const auto rosenbrock = [](const auto& v) {
    const auto n = v.extent(0);
    const auto a = at(v, range(0, n - 1)), b = at(v, range(1, n));
    return sum(100.0 * square(b - square(a)) + square(1.0 - a));
  };
  check_bits([&] { return grad(rosenbrock)(x); });
}

TEST_CASE("an exception in one thread leaves the library usable") {
  omp_set_num_threads(2);
  const auto x = points(200'000);
  const auto thrower = [](const auto& v) {
    if (omp_in_parallel() != 0 && omp_get_thread_num() == omp_get_num_threads() - 1) throw std::runtime_error("from a thread");
    auto y = v;
    for (int i = 0; i < 20; ++i) y = sin(y) + v;
    return y;
  };
  CHECK_THROWS_AS(vmap(grad(thrower))(x), std::runtime_error);
  CHECK(vmap(grad([](const auto& v) { return v * v; }))(x)(1) == 2 * x(1));
}

TEST_CASE("transforms inside of a parallel region run on its threads") {
  const auto x = points(50'000);
  const auto want = grad([](const auto& v) { return sum(exp(v)); })(x);
  bool same[4] = {};
#pragma omp parallel for num_threads(4)
  for (int i = 0; i < 4; ++i) same[i] = same_bits(want, grad([](const auto& v) { return sum(exp(v)); })(x));
  for (const bool s : same) CHECK(s);
}
