// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functra/functra.hpp>
#include <vector>

#include "../catch.hpp"

// What the tests of transforms compare: the elements of trees, as plain numbers.
using numbers = std::vector<double>;

// The elements of all leaves, in order.
template <class T>
numbers flat(const T& tree) {
  numbers n;
  functra::tree_for_each(
      [&]<class V>(const V& v) {
        if constexpr (std::is_arithmetic_v<V>) n.push_back(static_cast<double>(v));
        else {
          const auto x = functra::eval(v);
          for (functra::index_t i = 0; i < x.size(); ++i) n.push_back(static_cast<double>(x.data()[i]));
        }
      },
      tree);
  return n;
}

inline void check_near(const numbers& got, const numbers& expected, double tolerance = 1e-12) {
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    INFO("element " << i);
    CHECK_THAT(got[i], WithinAbs(expected[i], tolerance) || WithinRel(expected[i], tolerance));
  }
}
template <class T>
void check_near(const T& got, const numbers& expected, double tolerance = 1e-12) {
  check_near(flat(got), expected, tolerance);
}

template <class V>
std::vector<functra::index_t> shape_of(const V& v) {
  const auto s = v.shape();
  return {s.begin(), s.end()};
}

// d(elements of f(x))/dx by central differences: one row for each element of the result.
template <class F, class X>
numbers difference_jacobian(const F& f, const X& x, double h = 1e-5) {
  const auto at = [&](functra::index_t j, double step) {
    X moved = x;
    moved.mutable_data()[j] += step;
    return flat(f(moved));
  };
  const std::size_t columns = static_cast<std::size_t>(x.size()), rows = flat(f(x)).size();
  numbers jacobian(rows * columns);
  for (std::size_t j = 0; j < columns; ++j) {
    const numbers up = at(static_cast<functra::index_t>(j), h), down = at(static_cast<functra::index_t>(j), -h);
    for (std::size_t i = 0; i < rows; ++i) jacobian[i * columns + j] = (up[i] - down[i]) / (2 * h);
  }
  return jacobian;
}
