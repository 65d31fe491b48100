// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "../catch.hpp"
#include <functra/functra.hpp>

// Jacobians in forward mode store and compute the diagonals of banded tangents only. They are compared with derivatives along one
// basis vector at a time, whose tangents are dense.
namespace banded {

using namespace functra;

// The Jacobian of f: [n...] -> [m...] as m rows of n, one jvp a column.
template <class F, class X>
std::vector<double> by_columns(const F& f, const X& x) {
  const index_t n = x.size();
  std::vector<double> j;
  for (index_t c = 0; c < n; ++c) {
    auto v = zeros_like(x);
    v.mutable_data()[c] = 1;
    const auto t = eval(jvp(f, x, v).tangent);
    if (c == 0) j.resize(static_cast<std::size_t>(t.size() * n));
    const Tensor<double, dyn> flat = eval(reshape(t, t.size()));
    for (index_t r = 0; r < t.size(); ++r) j[static_cast<std::size_t>(r * n + c)] = flat(r);
  }
  return j;
}

template <class J>
void require_equal(const J& j, const std::vector<double>& expected) {
  REQUIRE(static_cast<std::size_t>(j.size()) == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    INFO("element " << i);
    REQUIRE_THAT(j.data()[i], WithinRel(expected[i], 1e-12) || WithinAbs(expected[i], 1e-12));
  }
}

template <class X>
X values(X x) {
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = 0.3 + 0.37 * static_cast<double>((7 * i + 3) % 11) - 0.01 * static_cast<double>(i);
  return x;
}

template <class F, class X>
void check_jacobian(const F& f, const X& x) {
  require_equal(jacfwd(f)(x), by_columns(f, x));
}
template <class F, class X>
void check_hessian(const F& f, const X& x) {
  const auto loss = [&](const auto& v) { return sum(sin(f(v))); };
  require_equal(hessian(loss)(x), by_columns(grad(loss), x));
}
// At points of several sizes.
template <class F>
void check_jacobian(const F& f) {
  for (index_t n : {4, 6, 40}) check_jacobian(f, values(zeros<double>(n)));
}
template <class F>
void check_hessian(const F& f) {
  for (index_t n : {4, 6, 40}) check_hessian(f, values(zeros<double>(n)));
}

}  // namespace banded
