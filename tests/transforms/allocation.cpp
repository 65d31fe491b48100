// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <malloc.h>

#include <cstdlib>
#include <new>
#include <tuple>

#include <functra/functra.hpp>

#include "catch.hpp"

// What the library asks the system for: all of its memory comes from aligned_alloc, what the standard library wants from operator new.
namespace {
int requests = 0;
}
extern "C" void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  ++requests;
  return memalign(alignment, size);
}
void* operator new(std::size_t size) {
  ++requests;
  if (void* p = std::malloc(size > 0 ? size : 1)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }

using namespace functra;

namespace {

template <class F>
int requests_of(const F& f) {
  const int before = requests;
  f();
  return requests - before;
}

}  // namespace

TEST_CASE("gradients of small static tensors ask for no memory") {
  const Tensor<double, 3, 3> a{{1, 2, 3}, {4, 5, 6}, {7, 8, 10}};
  const Tensor<double, 3> x{0.1, 0.2, 0.3};
  const auto f = [&](const auto& v) { return sum(sin(matmul(a, v)) * exp(-v)); };
  double total = 0;
  CHECK(requests_of([&] { total += grad(f)(x)(0); }) == 0);
  CHECK(requests_of([&] { total += grad([](auto t) { return t * sin(t); })(0.5).item(); }) == 0);
  CHECK(requests_of([&] { total += std::get<1>(grad([](auto u, auto v) { return u * exp(v); }, argnums<0, 1>)(0.5, 0.25)).item(); }) == 0);
  CHECK(requests_of([&] { total += jvp(f, x, x).tangent.item(); }) == 0);
  CHECK(requests_of([&] { total += jacfwd([&](const auto& v) { return matmul(a, exp(v)); })(x)(0, 0); }) == 0);
  CHECK(total != 0);
}

TEST_CASE("a loop over large gradients asks for no memory once it is warm") {
  const auto x = eval(sin(arange<double>(200'000)));
  const auto w = ones<double>(64, 32);
  const auto xs = ones<double>(500, 64);
  double total = 0;
  const auto step = [&] {
    total += grad([](const auto& v) { return sum(tanh(sin(v) * exp(-square(v)) + v)); })(x)(0);
    total += grad([](const auto& v) {
      auto a = sin(v);
      auto b = exp(-a);
      return sum(a * b);
    })(x)(0);
    total += grad([&](const auto& p) { return mean(square(tanh(matmul(xs, p)))); })(w)(0, 0);
    total += vmap(grad([](const auto& v) { return sum(square(v)); }))(xs)(0, 0);
    total += hessian([](const auto& v) { return sum(exp(v) * v); })(at(x, range(0, 20)))(0, 0);
  };
  step();
  step();
  CHECK(requests_of([&] {
          for (int i = 0; i < 5; ++i) step();
        }) == 0);
  CHECK(total != 0);
}
