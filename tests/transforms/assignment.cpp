// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "numbers.hpp"

using namespace functra;

// A name that holds a traced value takes others of the same levels: parts, and values of other extents, alike.

namespace {
const Tensor<double, dyn, dyn> m{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};

// The product of the rows, summed, from a first row that `first` reads.
template <class First>
auto product_of_rows(First first) {
  return [first](const auto& x) {
    auto h = first(x);
    for (int i = 1; i < 3; ++i) h = h * at(x, i);
    return sum(h);
  };
}
template <class F>
void check_product(const F& f) {
  CHECK(eval(f(m)).item() == 63.0);
  check_near(grad(f)(m), {15, 24, 5, 12, 3, 8});
  check_near(jacfwd(f)(m), {15, 24, 5, 12, 3, 8});
  const auto batch = stack(std::tuple{m, m}, dim<0>);
  check_near(vmap(f)(batch), {63, 63});
  check_near(vmap(grad(f))(batch), {15, 24, 5, 12, 3, 8, 15, 24, 5, 12, 3, 8});
}
}  // namespace

TEST_CASE("the name of a part takes other values") {
  check_product(product_of_rows([](const auto& x) { return at(x, 0); }));
  check_product(product_of_rows([](const auto& x) { return eval(at(x, 0)); }));
  check_near(grad([](const auto& x) {
               auto h = transpose(x);
               h += h;
               return sum(h * h);
             })(m),
             {8, 16, 24, 32, 40, 48});
}

TEST_CASE("an element that is read first carries a loop") {
  const auto f = [](const auto& x) {
    auto h = x(0, 0);
    for (int i = 1; i < 3; ++i) h = h * x(i, 0);
    return h;
  };
  check_near(grad(f)(m), {15, 0, 5, 0, 3, 0});
  check_near(vmap(grad(f))(stack(std::tuple{m, m}, dim<0>)), {15, 0, 5, 0, 3, 0, 15, 0, 5, 0, 3, 0});
  // Rows of static extents, whose parts live inline.
  const auto g = [](const auto& x) {
    auto h = at(x, range(0, 2));
    h = h * h;
    return sum(h);
  };
  check_near(vmap(grad(g))(Tensor<double, 2, 3>{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}}), {2, 4, 0, 8, 10, 0});
}

TEST_CASE("static and dynamic extents meet under one name") {
  const auto turn = [](auto y) {
    for (int i = 0; i < 3; ++i) y = eval(y + 0.1 * stack(std::tuple{-at(y, 1), at(y, 0)}, dim<0>));
    return sum(y * y);
  };
  const double growth = 1.01 * 1.01 * 1.01;  // the square of the length, a step
  const Tensor<double, dyn> y{1.0, 2.0};
  check_near(grad(turn)(y), {2 * growth, 4 * growth}, 1e-14);
  check_near(jacfwd(grad(turn))(y), {2 * growth, 0, 0, 2 * growth}, 1e-14);
  check_near(vmap(grad(turn))(stack(std::tuple{y, y}, dim<0>)), {2 * growth, 4 * growth, 2 * growth, 4 * growth}, 1e-14);
}

TEST_CASE("a sum that begins with zeros_like becomes one of traced values") {
  const auto f = [](const auto& x) {
    auto a = zeros_like(x);
    for (int i = 0; i < 3; ++i) a = a + x * x;
    return sum(a);
  };
  const Tensor<double, dyn> x{1.0, 2.0};
  check_near(grad(f)(x), {6, 12});
  check_near(hessian(f)(x), {6, 0, 0, 6});
  const Tensor<double, dyn, 2> rows{{1.0, 2.0}, {3.0, 4.0}};
  check_near(vmap(grad(f), lowering::lanes)(rows), {6, 12, 18, 24});
  check_near(vmap(grad(f), lowering::batch_axis)(rows), {6, 12, 18, 24});
}

TEST_CASE("traced_like begins a loop on the levels of what it will meet") {
  const auto loss = [](const auto& w, const auto& xs) {
    auto h = traced_like(zeros<double>(2), w, std::tuple{xs});
    for (index_t t = 0; t < xs.extent(0); ++t) h = w * h + at(xs, t);
    return sum(h);
  };
  const Tensor<double, dyn> w{0.5, 2.0};
  const Tensor<double, dyn, dyn, dyn> xs{{{1.0, 2.0}, {3.0, 4.0}}, {{5.0, 6.0}, {7.0, 8.0}}};
  check_near(vmap(grad(loss), in_dims<none, 0>)(w, xs), {1, 2, 5, 6});
  check_near(grad(loss)(w, eval(at(xs, 1))), {5, 6});
  CHECK(std::same_as<decltype(traced_like(2.0, w)), Tensor<double>>);
}

TEST_CASE("elements of plain tensors are numbers that max, min, clamp, where and sum take") {
  const auto f = [](const auto& x) { return where(x(0) > 0.0, max(x(0), x(1)), min(x(0), 2)) + clamp(x(1), 0.0, 1) + sum(x(0)); };
  const Tensor<double, 2> x{0.5, 3.0};
  CHECK(f(x) == 4.5);
  check_near(vmap(f)(Tensor<double, dyn, 2>{{0.5, 3.0}, {-1.0, 0.5}}), {4.5, -1.5});
  check_near(grad(f)(x), {1, 1});
}

TEST_CASE("a rank-0 tensor of an integer is an index") {
  const Tensor<double, dyn> x{1.0, 5.0, 3.0};
  const auto f = [](const auto& v) { return square(at(v, argmax(v))) + sum(set_at(v, 0.0, argmin(v))); };
  CHECK(eval(f(x)).item() == 33.0);
  check_near(grad(f)(x), {0, 11, 1});
}
