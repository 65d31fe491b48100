// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Statements whose operands are walked in every way that the loop engine knows: rows with gaps, transposed, reversed and repeated, of
// lengths around those at which it changes its ways; against plain loops.

#include "catch.hpp"
#include "functra/functra.hpp"

namespace {

using namespace functra;

template <class T>
Matrix<T> matrix(index_t m, index_t n) {
  Matrix<T> a(extents<dyn, dyn>(m, n));
  for (index_t i = 0; i < a.size(); ++i) a.data()[i] = static_cast<T>((i * 37 + 11) % 64 - 30) / T(8);
  return a;
}

// y(i, j) == expected(i, j) for all elements; small multiples of powers of two, so that no order of summation rounds.
template <class Y, class F>
void require_elements(const Y& y, index_t m, index_t n, const F& expected) {
  REQUIRE(y.extent(0) == m);
  REQUIRE(y.extent(1) == n);
  bool same = true;
  for (index_t i = 0; i < m; ++i)
    for (index_t j = 0; j < n; ++j) same = same && y(i, j) == expected(i, j);
  REQUIRE(same);
}

const index_t lengths[] = {1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65, 96, 99, 127, 128, 129, 200, 1000, 2100};

}  // namespace

TEMPLATE_TEST_CASE("Rows of all lengths, with gaps, transposed, reversed and repeated", "", float, double) {
  for (const index_t n : lengths)
    for (const index_t m : {1, 2, 5, 70}) {
      CAPTURE(m, n);
      const auto a = matrix<TestType>(m + 1, n + 3), b = matrix<TestType>(n, m), row = matrix<TestType>(1, n), column = matrix<TestType>(m, 1);
      const auto gaps = at(a, range(1, m + 1), range(2, n + 2));
      const auto turned = transpose(b);
      const auto reversed = at(a, range(0, m), range(n - 1, -n - 4, -1));
      require_elements(eval(gaps * row + column), m, n, [&](auto i, auto j) { return a(i + 1, j + 2) * row(0, j) + column(i, 0); });
      require_elements(eval(gaps + turned * column), m, n, [&](auto i, auto j) { return a(i + 1, j + 2) + b(j, i) * column(i, 0); });
      require_elements(eval(reversed - gaps), m, n, [&](auto i, auto j) { return a(i, n - 1 - j) - a(i + 1, j + 2); });

      const auto down = sum(gaps * row + column, dim<0>, keepdim);
      const auto across = sum(gaps * row + column, dim<1>, keepdim);
      TestType total = 0;
      for (index_t i = 0; i < m; ++i) {
        TestType s = 0;
        for (index_t j = 0; j < n; ++j) s += a(i + 1, j + 2) * row(0, j) + column(i, 0);
        REQUIRE(across(i, 0) == s);
        total += s;
      }
      for (index_t j = 0; j < n; ++j) {
        TestType s = 0;
        for (index_t i = 0; i < m; ++i) s += a(i + 1, j + 2) * row(0, j) + column(i, 0);
        REQUIRE(down(0, j) == s);
      }
      REQUIRE(sum(gaps * row + column).item() == total);
    }
}

TEMPLATE_TEST_CASE("Cotangents are added to rows of all lengths", "", float, double) {
  for (const index_t n : lengths)
    for (const index_t m : {3, 70}) {
      CAPTURE(m, n);
      const auto x = matrix<TestType>(m, n + 1), row = matrix<TestType>(1, n), column = matrix<TestType>(m, 1);
      const auto [dx, drow, dcolumn] = grad(
          [&](const auto& v, const auto& r, const auto& c) {
            const auto head = at(v, all, range(0, n)), tail = at(v, all, range(1, n + 1));
            return sum(head * tail * r + tail * c);
          },
          argnums<0, 1, 2>)(x, row, column);
      require_elements(dx, m, n + 1, [&](auto i, auto j) {
        TestType g = 0;
        if (j < n) g += x(i, j + 1) * row(0, j);
        if (j > 0) g += x(i, j - 1) * row(0, j - 1) + column(i, 0);
        return g;
      });
      for (index_t j = 0; j < n; ++j) {
        TestType s = 0;
        for (index_t i = 0; i < m; ++i) s += x(i, j) * x(i, j + 1);
        REQUIRE(drow(0, j) == s);
      }
      for (index_t i = 0; i < m; ++i) {
        TestType s = 0;
        for (index_t j = 0; j < n; ++j) s += x(i, j + 1);
        REQUIRE(dcolumn(i, 0) == s);
      }
    }
}

TEST_CASE("Cotangents that are written over are read before, in rows of all lengths") {
  for (const index_t n : lengths) {
    CAPTURE(n);
    const index_t m = 5;
    const auto x = matrix<double>(m, n), wide = matrix<double>(m, n + 3), row = matrix<double>(1, n);
    const auto gaps = at(wide, all, range(1, n + 1));
    const auto dx = grad([&](const auto& v) {
      const auto a = v * gaps;
      const auto b = square(a) + a * row;
      const auto c = b * gaps;
      return sum(c);
    })(x);
    require_elements(dx, m, n, [&](auto i, auto j) {
      const double g = wide(i, j + 1);
      return g * g * (2 * x(i, j) * g + row(0, j));
    });
  }
}

TEST_CASE("A product with 0 beats one that is infinite, in the place where it stands only") {
  // d/dx of where(x > 0, sqrt(x), 0), pushed forward for all elements at once.
  const auto root = [](const auto& x) {
    const auto y = sqrt(x);
    return where(x > 0.0, y * y * y, 0.0);
  };
  for (const index_t n : {1, 5, 40}) {
    auto x = ones<double>(n);
    x(n - 1) = 0.0;
    const auto h = hessian([&](const auto& v) { return sum(root(v)); })(x);
    for (index_t i = 0; i < n; ++i)
      for (index_t j = 0; j < n; ++j) REQUIRE(h(i, j) == Approx(i == j && i < n - 1 ? 0.75 : 0.0));
  }
}
