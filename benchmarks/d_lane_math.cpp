// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Functions of one variable on 1e4 elements in cache: functra's, in a loop by hand over functra's packs, xsimd's, and the C
// library's. exp, sin, tanh, erf of -3 + 6u, log of 0.01 + 10u (seed 1).

#include <cmath>
#include <xsimd/xsimd.hpp>

#include "functra_inputs.hpp"
#include "hand.hpp"

namespace {

using namespace workload;

constexpr index_t count = 10'000;

template <class T, class F>
auto functra_version(const Buffer<T>& x, F f) {
  return [x = as_tensor(x), f] { return eval(f(x)); };
}
template <class T, class F>
auto by_hand(const Buffer<T>& x, F f) {
  return [x, f, y = Buffer<T>(count)]() mutable {
    hand::for_packs<T, 2>(count, [&](auto at) FUNCTRA_INLINE_LAMBDA { at.store(y.data(), f(at.load(x.data()))); });
    return view(y);
  };
}
template <class T, class F>
auto with_xsimd(const Buffer<T>& x, F f) {
  return [x, f, y = Buffer<T>(count)]() mutable {
    using batch = xsimd::batch<T>;
    static_assert(count % batch::size == 0);
    for (index_t i = 0; i < count; i += static_cast<index_t>(batch::size)) f(batch::load_unaligned(x.data() + i)).store_unaligned(y.data() + i);
    return view(y);
  };
}
template <class T, class F>
auto with_libm(const Buffer<T>& x, F f) {
  return [x, f, y = Buffer<T>(count)]() mutable {
    for (index_t i = 0; i < count; ++i) y[i] = f(x[i]);
    return view(y);
  };
}

template <class T, class F>
void add_function(const std::string& name, const Buffer<T>& x, F f) {
  const auto workload = "D" + name;
  add(workload, "hand", type_name<T>, [=] { return by_hand(x, f); });
  add(workload, "functra", type_name<T>, [=] { return functra_version(x, f); });
  add(workload, "xsimd", type_name<T>, [=] { return with_xsimd(x, f); });
  add(workload, "libm", type_name<T>, [=] { return with_libm(x, f); });
}

template <class T>
bool add_all() {
  const auto x = uniform<T>(1, count, -3, 6), positive = uniform<T>(1, count, 0.01, 10);
  using std::exp, std::log, std::sin, std::tanh, std::erf;
  add_function<T>("exp", x, [](const auto& v) FUNCTRA_INLINE_LAMBDA { return exp(v); });
  add_function<T>("log", positive, [](const auto& v) FUNCTRA_INLINE_LAMBDA { return log(v); });
  add_function<T>("sin", x, [](const auto& v) FUNCTRA_INLINE_LAMBDA { return sin(v); });
  add_function<T>("tanh", x, [](const auto& v) FUNCTRA_INLINE_LAMBDA { return tanh(v); });
  add_function<T>("erf", x, [](const auto& v) FUNCTRA_INLINE_LAMBDA { return erf(v); });
  return true;
}
const bool added[] = {add_all<float>(), add_all<double>()};

}  // namespace
