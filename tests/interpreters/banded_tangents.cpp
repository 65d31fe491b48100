// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "banded.hpp"

using namespace banded;

TEST_CASE("banded: elementwise functions, named and not") {
  check_jacobian([](const auto& x) { return x * exp(-x) + square(x); });
  const auto named = [](const auto& x) {
    const auto a = eval(sin(x));
    const auto b = eval(a * x);
    auto c = eval(b + a);
    c = c * a - b;
    c += x;
    return c;
  };
  check_hessian(named);
  check_hessian(named, values(Tensor<double, 8>()));
}

TEST_CASE("banded: neighbours, steps and reversed order") {
  check_jacobian([](const auto& x) { return at(x, range(1, range::end)) * at(x, range(0, -1)); });
  const auto curvature = [](const auto& x) {
    const auto left = at(x, range(0, -2)), right = at(x, range(2, range::end)), mid = at(x, range(1, -1));
    return exp(0.1 * left) * (left - 2.0 * mid + right) + left * right;
  };
  check_hessian(curvature);
  check_hessian(curvature, values(Tensor<double, 8>()));
  check_hessian([](const auto& x) { return at(x, range(0, range::end, 2)) + square(at(at(x, range(1, range::end)), range(0, range::end, 2))) * 0.5; });
  check_jacobian([](const auto& x) { return at(x, range(range::end, range::end, -1)) * 2.0; });
  check_hessian([](const auto& x) { return x * at(x, range(-1, range::end, -1)); });
}

TEST_CASE("banded: more diagonals than there is room for") {
  check_jacobian([](const auto& x) {
    auto y = eval(square(x));
    for (int i = 0; i < 6; ++i) {
      const auto z = set_at(zeros_like(x), at(y, range(1, range::end)), range(0, -1));
      y = y + 0.5 * z * x;
    }
    return y;
  });
  const auto product = [](const auto& x) {
    auto y = eval(1.0 * at(x, range(0, -3)));
    for (int i = 1; i < 4; ++i) y = y * at(x, range(i, x.extent(0) - 3 + i));
    return y;
  };
  check_hessian(product);
  check_jacobian(product, values(Tensor<double, 6>()));
}

TEST_CASE("banded: single elements, sums and other operations in between") {
  check_hessian([](const auto& x) { return x(0) * x + sum(x * at(x, all)) * square(x); });
  check_jacobian([](const auto& x) { return mean(x * x) + exp(x) - max(x) + cumsum(x * x, dim<0>) * x; });
  check_jacobian([](const auto& x) { return add_at(x, 3.0 * x(1), 0) + set_at(x, x(0) * x(1), 2); });
  check_jacobian([](const auto& x) { return softmax(x, dim<0>) * concatenate(std::tuple{at(x, range(1, range::end)), at(x, range(0, 1))}); });
  const auto loop = [](const auto& x) {
    auto total = eval(square(x(1) - square(x(0))));
    for (index_t i = 1; i + 1 < x.extent(0); ++i) total += square(x(i + 1) - square(x(i)));
    return total * x;
  };
  check_hessian(loop, values(zeros<double>(6)));
  check_hessian(loop, values(Tensor<double, 6>()));
}
