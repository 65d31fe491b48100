// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A range with run-time ends of a small static tensor has extents that are bounded but not known, and lives inline. Whatever is done
// to it gives what the same part of a dynamic tensor gives.

#include <sstream>

#include "catch.hpp"
#include "functra/functra.hpp"

namespace {

using namespace functra;

const Tensor<double, 6> row{0.5, -1.25, 2.0, 0.75, -0.5, 1.5};
const Tensor<double, 3, 4> table{{0.5, -1.25, 2.0, 0.75}, {1.5, 0.25, -0.75, 1.0}, {-2.0, 0.125, 0.375, -1.5}};

template <class A, class B>
void require_equal(const A& a, const B& b) {
  const auto x = eval(a);
  const auto y = eval(b);
  REQUIRE(x.rank() == y.rank());
  for (int d = 0; d < x.rank(); ++d) REQUIRE(x.extent(d) == y.extent(d));
  for (index_t i = 0; i < x.size(); ++i) {
    const auto p = static_cast<double>(x.data()[i]), q = static_cast<double>(y.data()[i]);
    CAPTURE(i, p, q);
    if (std::isnan(q)) REQUIRE(std::isnan(p));
    else REQUIRE(p == Approx(q).epsilon(1e-13).margin(1e-13));
  }
}

// The value and the gradient of sum(f(part)^2), for parts of all lengths.
template <class F>
void check_rows(const F& f) {
  const Tensor<double, dyn> dynamic = row;
  for (index_t first = 0; first < 3; ++first)
    for (index_t last = first; last <= 6; ++last) {
      CAPTURE(first, last);
      const auto part = [&](const auto& x) { return f(at(x, range(first, last))); };
      const auto loss = [&](const auto& x) { return sum(square(part(x))); };
      require_equal(part(row), part(dynamic));
      require_equal(grad(loss)(row), grad(loss)(dynamic));
    }
}
template <class F>
void check_tables(const F& f) {
  const Tensor<double, dyn, dyn> dynamic = table;
  for (const index_t m : {1, 3})
    for (const index_t n : {1, 2, 4}) {
      CAPTURE(m, n);
      const auto part = [&](const auto& x) { return f(at(x, range(0, m), range(4 - n, 4))); };
      const auto loss = [&](const auto& x) { return sum(square(part(x))); };
      require_equal(part(table), part(dynamic));
      require_equal(grad(loss)(table), grad(loss)(dynamic));
    }
}

}  // namespace

TEST_CASE("A range of a small static tensor lives inline and becomes any tensor that it fits") {
  const auto part = at(row, range(1, 4));
  CHECK(decltype(eval(part))::is_inline);
  CHECK(part.extent(0) == 3);
  const Tensor<double, dyn> dynamic = part;
  const Tensor<double, 3> fixed = part;
  require_equal(dynamic, fixed);
  std::ostringstream text;
  text << part;
  CHECK(text.str() == "[-1.25  2.    0.75]");
  auto copy = eval(part);
  copy = at(row, range(2, 4));
  require_equal(copy, Tensor<double, 2>{2.0, 0.75});
  copy(0) = 7.0;
  CHECK(copy(-2) == 7.0);
  CHECK_THROWS_WITH((Tensor<double, 2>(part)), ContainsSubstring("dim 0 has the static extent 2, got 3"));
  using Part = decltype(eval(part));
  CHECK_THROWS_WITH(Part(Tensor<double, dyn>(zeros<double>(7))), ContainsSubstring("dim 0 has at most the extent 6, got 7"));
  CHECK_THROWS_WITH(eval(part + at(row, range(0, 2))), ContainsSubstring("shapes must broadcast"));
  CHECK(at(row, range(4, 2)).size() == 0);
  require_equal(at(row, range(4, 0, -2)), Tensor<double, 2>{-0.5, 2.0});
  require_equal(at(at(row, range(1, 6)), range(1, 3)), Tensor<double, 2>{2.0, 0.75});
}

TEST_CASE("Elementwise statements of bounded extents") {
  check_rows([](const auto& x) { return 100.0 * square(x - 1.0) + exp(x) * x; });
  check_rows([](const auto& x) { return where(x > 0.0, x * x, sin(x)); });
  check_rows([](const auto& x) {
    const auto y = exp(x);
    return y * y + y;
  });
  check_tables([](const auto& x) { return x * at(x, range(0, 1)) + at(x, all, range(0, 1)); });
  check_tables([](const auto& x) { return x + Tensor<double, 1>{2.0}; });
  require_equal(row * at(row, range(0, 1)), row * 0.5);
}

TEST_CASE("Reductions over bounded extents") {
  check_rows([](const auto& x) { return sum(x) + mean(square(x)) + prod(x); });
  check_rows([](const auto& x) { return cumsum(x, dim<0>); });
  check_tables([](const auto& x) { return sum(x, dim<0>); });
  check_tables([](const auto& x) { return mean(x * x, dim<-1>, keepdim); });
  check_tables([](const auto& x) { return max(x, dim<1>) + logsumexp(x, dim<1>); });
  check_tables([](const auto& x) { return softmax(x, dim<-1>); });
}

TEST_CASE("Structure and products of bounded extents") {
  check_rows([](const auto& x) { return outer(x, x); });
  check_rows([](const auto& x) { return dot(x, x); });
  check_rows([](const auto& x) { return concatenate(std::tuple{x, x, Tensor<double, 2>{1.0, 2.0}}, dim<0>); });
  check_rows([](const auto& x) { return stack(std::tuple{x, 2.0 * x}, dim<1>); });
  check_rows([](const auto& x) { return flip(x, dim<0>); });
  check_rows([](const auto& x) { return set_at(x, 1.0, range(0, 1)); });
  check_tables([](const auto& x) { return matmul(transpose(x), x); });
  check_tables([](const auto& x) { return einsum<"ij,kj->ik">(x, x); });
  check_tables([](const auto& x) { return reshape(x, x.size()); });
  check_tables([](const auto& x) { return flatten(x); });
  check_tables([](const auto& x) { return permute<1, 0>(x) * unsqueeze<1>(at(x, 0)); });
  check_tables([](const auto& x) { return broadcast_to(at(x, 0), 2, x.extent(1)); });
  check_tables([](const auto& x) { return take(x, Tensor<std::int64_t, 2>{0, 0}, dim<0>); });
}

TEST_CASE("Transforms of functions with bounded extents") {
  const auto rosenbrock = [](const auto& x) {
    const auto n = x.extent(0);
    const auto a = at(x, range(0, n - 1)), b = at(x, range(1, n));
    return sum(100.0 * square(b - square(a)) + square(1.0 - a));
  };
  const Tensor<double, dyn> dynamic = row;
  require_equal(hessian(rosenbrock)(row), hessian(rosenbrock)(dynamic));
  const auto differences = [](const auto& x) { return at(x, range(1, 6)) - square(at(x, range(0, 5))); };
  require_equal(jacfwd(differences)(row), jacfwd(differences)(dynamic));
  require_equal(jacrev(differences)(row), jacrev(differences)(dynamic));
  const auto pushed = jvp(differences, row, row);
  require_equal(pushed.tangent, jvp(differences, dynamic, dynamic).tangent);

  // 19 examples: whole groups and a partial one.
  Tensor<double, dyn, 6> batch(extents<dyn, 6>(19));
  for (index_t i = 0; i < batch.size(); ++i) batch.data()[i] = std::sin(static_cast<double>(i));
  const auto gradients = vmap(grad(rosenbrock))(batch);
  const auto hessians = vmap(hessian(rosenbrock))(batch);
  for (index_t i = 0; i < 19; ++i) {
    const Tensor<double, dyn> x = at(batch, i);
    require_equal(at(gradients, i), grad(rosenbrock)(x));
    require_equal(at(hessians, i), hessian(rosenbrock)(x));
  }
  require_equal(vmap(grad(rosenbrock), lowering::batch_axis)(batch), gradients);
  // A bounded dim as the batch, and bounded examples.
  require_equal(vmap([](const auto& x) { return sum(x * x); })(at(table, range(0, 2))), sum(square(at(table, range(0, 2))), dim<1>));
  require_equal(vmap([](const auto& x) { return x * x; }, in_dims<1>)(at(table, all, range(1, 3))), square(transpose(at(table, all, range(1, 3)))));
  require_equal(vmap(grad([](const auto& x, double s) { return s * sum(x * x * x); }), in_dims<0, none>)(at(table, range(1, 3)), 2.0), 6.0 * square(at(table, range(1, 3))));
  // Arguments with bounded extents.
  const auto cubes = [](const auto& x) { return sum(x * x * x); };
  require_equal(grad(cubes)(at(row, range(2, 5))), 3.0 * square(at(row, range(2, 5))));
  require_equal(hessian(cubes)(at(row, range(2, 5))), 6.0 * diag(at(row, range(2, 5))));
  require_equal(jacrev([](const auto& x) { return x * x; })(at(row, range(2, 5))), 2.0 * diag(at(row, range(2, 5))));
  const auto [y, pull] = vjp([](const auto& x) { return exp(x); }, at(row, range(0, 2)));
  require_equal(pull(ones<double>(2)), y);
}

TEST_CASE("In lanes, parts of tables broadcast, sum and nest as they do one by one") {
  const auto losses = std::tuple{
      [](const auto& x) {
        const auto part = at(x, range(0, 2), range(1, 4));
        return sum(square(part * at(part, range(0, 1)) + at(part, all, range(0, 1)))) + sum(sum(part, dim<0>) * at(x, 2, range(0, 3)));
      },
      [](const auto& x) {
        const auto part = at(x, range(1, 3));
        const auto weights = exp(mean(part, dim<1>, keepdim));
        return sum(weights * sin(part)) + sum(part * part) * at(part, 0, 1);
      }};
  Tensor<double, dyn, 3, 4> batch(extents<dyn, 3, 4>(19));
  for (index_t i = 0; i < batch.size(); ++i) batch.data()[i] = std::sin(static_cast<double>(i));
  std::apply(
      [&](const auto&... loss) {
        const auto check = [&](const auto& f) {
          const auto values = vmap(f)(batch);
          const auto gradients = vmap(grad(f))(batch);
          const auto hessians = vmap(hessian(f))(batch);
          for (index_t i = 0; i < 19; ++i) {
            const Tensor<double, dyn, dyn> x = at(batch, i);
            require_equal(at(values, i), f(x));
            require_equal(at(gradients, i), grad(f)(x));
            require_equal(at(hessians, i), hessian(f)(x));
          }
        };
        (check(loss), ...);
      },
      losses);
}
