// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "banded.hpp"

using namespace banded;

TEST_CASE("banded: tangents stay diagonals where they can") {
  const auto check = [](bool expected, const auto& f) {
    int seen = -1;
    jacfwd([&](const auto& x) {
      const auto y = eval(f(x));
      if constexpr (requires { y.has_bands(); }) seen = y.has_bands();
      return y;
    })(values(zeros<double>(20)));
    REQUIRE(seen == int(expected));
  };
  check(true, [](const auto& x) { return sin(at(x, range(1, range::end))) * at(x, range(0, -1)); });
  check(true, [](const auto& x) { return 2.0 * x - at(x, range(range::end, range::end, -1)); });
  check(false, [](const auto& x) { return x * sum(x); });
}

TEST_CASE("banded: matrices") {
  const auto laplacian = [](const auto& x) {
    const auto in = range(1, -1);
    return at(x, range(2, range::end), in) + at(x, range(0, -2), in) + at(x, in, range(2, range::end)) + at(x, in, range(0, -2)) - 4.0 * at(x, in, in);
  };
  const auto with_power = [&](const auto& x) { return laplacian(x) + square(at(x, range(1, -1), range(1, -1))); };
  const auto rows = [](const auto& x) { return at(x, 1) * at(x, 0) + at(x, all, range(0, 1)) * x; };
  check_jacobian(laplacian, values(zeros<double>(4, 5)));
  check_hessian(with_power, values(zeros<double>(5, 4)));
  check_jacobian(with_power, values(Tensor<double, 4, 4>()));
  check_hessian(rows, values(zeros<double>(3, 4)));
  check_jacobian([](const auto& x) { return transpose(x * x) * 2.0; }, values(zeros<double>(3, 4)));
  check_jacobian([](const auto& x) { return matmul(x, x * x); }, values(Tensor<double, 3, 3>()));
}

TEST_CASE("banded: products of a matrix and a vector with diagonals") {
  const auto weights = [](index_t m, index_t n) { return eval(cos(reshape(values(zeros<double>(m * n)), m, n))); };
  for (index_t n : {4, 7, 80}) {
    const auto w = weights(6, n), v = weights(n, 6), u = weights(6, n - 1);
    const auto x = values(zeros<double>(n));
    check_jacobian([&](const auto& p) { return matmul(w, p); }, x);
    check_jacobian([&](const auto& p) { return tanh(matmul(square(p), v)); }, x);
    check_jacobian([&](const auto& p) { return matmul(u, at(p, range(1, range::end)) * at(p, range(0, -1)) - square(at(p, range(0, -1)))); }, x);
    check_jacobian([&](const auto& p) { return dot(sin(p), at(w, 2)) + matmul(w, at(p, range(range::end, range::end, -1))); }, x);
    check_jacobian([&](const auto& p) { return einsum<"ij,j,i->ji">(w, p, at(v, 0)); }, x);
    check_jacobian([&](const auto& p) { return matmul(w, p) * at(matmul(p, v), 1); }, x);
    check_hessian([&](const auto& p) { return matmul(w, p * p); }, x);
  }
  const auto w = Tensor<double, 3, 5>(weights(3, 5));
  const auto x = values(Tensor<double, 5>());
  check_jacobian([&](const auto& p) { return matmul(w, exp(p)); }, x);
  check_hessian([&](const auto& p) { return matmul(w, exp(p)); }, x);
  const auto mapped = vmap(jacfwd([&](const auto& p) { return matmul(w, exp(p)); }))(stack(std::tuple{x, eval(-x)}, dim<0>));
  require_equal(eval(at(mapped, 1)), by_columns([&](const auto& p) { return matmul(w, exp(p)); }, eval(-x)));
  // The matrix is traced as well, and chunks of directions lack some elements.
  const auto both = jacfwd([](const auto& m, const auto& p) { return matmul(m, p); }, argnums<0, 1>)(weights(3, 6), values(zeros<double>(6)));
  require_equal(std::get<1>(both), by_columns([&](const auto& p) { return matmul(weights(3, 6), p); }, values(zeros<double>(6))));
  require_equal(jacfwd([&](const auto& p) { return matmul(weights(3, 6), p); }, chunk_size(4))(values(zeros<double>(6))), by_columns([&](const auto& p) { return matmul(weights(3, 6), p); }, values(zeros<double>(6))));
}

TEST_CASE("banded: a zero beats what is infinite or NaN") {
  const double inf = std::numeric_limits<double>::infinity();
  for (index_t n : {5, 70}) {
    auto x = values(zeros<double>(n));
    x(2) = 0;
    const auto j = jacfwd([](const auto& v) { return where(v > 0.0, sqrt(v), 0.0 * v); })(x);
    const auto h = hessian([](const auto& v) { return sum(where(v > 0.0, v * sqrt(v), 0.0 * v)); })(x);
    const auto r = jacfwd([](const auto& v) { return sqrt(v); })(x);
    for (index_t i = 0; i < n; ++i)
      for (index_t k = 0; k < n; ++k) {
        const bool taken = i == k && x(i) > 0;
        REQUIRE_THAT(j(i, k), WithinRel(taken ? 0.5 / std::sqrt(x(i)) : 0.0, 1e-12));
        REQUIRE_THAT(h(i, k), WithinRel(taken ? 0.75 / std::sqrt(x(i)) : 0.0, 1e-12));
        if (i != k) REQUIRE(r(i, k) == 0.0);
      }
    REQUIRE(r(2, 2) == inf);
  }
}

TEST_CASE("banded: several arguments, chunks and nothing at all") {
  const auto f = [](const auto& x, const auto& y) { return x * square(y) + at(y, 0); };
  const auto x = values(zeros<double>(9)), y = eval(2.0 - values(zeros<double>(9)));
  const auto [jy, jx] = jacfwd(f, argnums<1, 0>)(x, y);
  require_equal(jx, by_columns([&](const auto& v) { return f(v, y); }, x));
  require_equal(jy, by_columns([&](const auto& v) { return f(x, v); }, y));
  for (index_t chunk : {1, 4, 9, 100}) {
    const auto neighbours = [](const auto& v) { return at(v, range(1, range::end)) * sin(at(v, range(0, -1))); };
    require_equal(jacfwd(neighbours, chunk_size(chunk))(x), by_columns(neighbours, x));
    const auto both = [&](const auto& v) { return concatenate(std::tuple{neighbours(v), eval(sum(v) * v)}); };
    require_equal(jacfwd(both, chunk_size(chunk))(x), by_columns(both, x));
    const auto [cy, cx] = jacfwd(f, argnums<1, 0>, chunk_size(chunk))(x, y);
    require_equal(cx, by_columns([&](const auto& v) { return f(v, y); }, x));
    require_equal(cy, by_columns([&](const auto& v) { return f(x, v); }, y));
  }
  REQUIRE(jacfwd([](const auto& v) { return square(v); })(zeros<double>(0)).size() == 0);
  REQUIRE(hessian([](const auto& v) { return sum(square(at(v, range(1, range::end)))); })(zeros<double>(1)).size() == 1);
}

TEST_CASE("banded: more directions than one batch has") {
  const index_t n = 1500;
  const auto x = values(zeros<double>(n));
  const auto h = hessian([](const auto& v) { return sum(square(at(v, range(1, range::end))) * at(v, range(0, -1))); })(x);
  for (index_t i = 0; i < n; ++i)
    for (index_t k = 0; k < n; ++k) {
      const double expected = i == k ? (i > 0 ? 2 * x(i - 1) : 0.0) : i == k + 1 ? 2 * x(i) : k == i + 1 ? 2 * x(k) : 0.0;
      if (h(i, k) != expected) REQUIRE_THAT(h(i, k), WithinRel(expected, 1e-12));
    }
}

TEST_CASE("banded: mapped, in float, captured and differentiated again") {
  const auto loss = [](const auto& x) {
    const auto a = at(x, range(0, -1)), b = at(x, range(1, range::end));
    return sum(100.0 * square(b - square(a)) + square(1.0 - a));
  };
  const auto points = values(zeros<double>(19, 6));
  const Tensor<double, dyn, 6> fixed(points);
  const auto h = vmap(hessian(loss))(points);
  const auto s = vmap(hessian(loss))(fixed);
  for (index_t i = 0; i < 19; ++i) {
    const Tensor<double, dyn> p = eval(at(points, i));
    const auto expected = by_columns(grad(loss), p);
    for (index_t k = 0; k < 36; ++k) {
      REQUIRE_THAT(h.data()[i * 36 + k], WithinRel(expected[static_cast<std::size_t>(k)], 1e-12) || WithinAbs(0, 1e-12));
      REQUIRE_THAT(s.data()[i * 36 + k], WithinRel(expected[static_cast<std::size_t>(k)], 1e-12) || WithinAbs(0, 1e-12));
    }
  }
  // d/dt of the Hessian of a loss scaled by exp(t), which the inner function captures.
  const Tensor<double, dyn> p = eval(at(points, 3));
  const auto scaled = [&](const auto& t) { return hessian([&](const auto& x) { return loss(x) * exp(t); })(p); };
  require_equal(jacfwd(scaled)(Tensor<double>(0.0)), by_columns(grad(loss), p));
  const auto third = jacfwd(hessian([](const auto& x) { return sum(x * square(x)); }))(p);
  for (index_t i = 0; i < 6; ++i)
    for (index_t j = 0; j < 6; ++j)
      for (index_t k = 0; k < 6; ++k) REQUIRE_THAT(third(i, j, k), WithinAbs(i == j && j == k ? 6.0 : 0.0, 1e-12));
  const Tensor<float, dyn> q = eval(cast<float>(p));
  const auto hf = hessian([](const auto& x) { return sum(square(at(x, range(1, range::end))) * at(x, range(0, -1))); })(q);
  REQUIRE(hf(2, 2) == 2 * q(1));
  REQUIRE(hf(2, 1) == 2 * q(2));
  REQUIRE(hf(4, 1) == 0);
}

TEST_CASE("banded: what is done to a sum of neighbours leaves its Hessian banded, unless it bends") {
  const auto chain = [](const auto& x) {
    const auto a = at(x, range(0, -1)), b = at(x, range(1, range::end));
    return sum(square(b - square(a)) + sin(a * b));
  };
  const auto check = [](bool expected, const auto& loss) {
    int seen = -1;
    jacfwd([&](const auto& x) {
      const auto g = grad(loss)(x);
      if constexpr (requires { g.has_bands(); }) seen = g.has_bands();
      return g;
    })(values(zeros<double>(20)));
    REQUIRE(seen == int(expected));
    for (index_t n : {4, 6, 40}) require_equal(hessian(loss)(values(zeros<double>(n))), by_columns(grad(loss), values(zeros<double>(n))));
    require_equal(hessian(loss)(values(Tensor<double, 6>())), by_columns(grad(loss), values(Tensor<double, 6>())));
    const auto batch = values(zeros<double>(extents<dyn, 6>(19)));
    const auto mapped = vmap(hessian(loss))(batch);
    for (index_t i = 0; i < 19; ++i) {
      const Tensor<double, 6> x = at(batch, i);
      require_equal(eval(at(mapped, i)), by_columns(grad(loss), x));
    }
  };
  check(true, [&](const auto& x) { return 0.5 * chain(x); });
  check(true, [&](const auto& x) { return chain(x) + 3.0 * sum(exp(-x)) - mean(x * square(x)); });
  check(true, [&](const auto& x) {
    const auto slope = sin(at(x, range(1, range::end)) - at(x, range(0, -1)));
    return sum(slope * slope) / 7.0;
  });
  check(false, [&](const auto& x) { return square(chain(x)); });
  check(false, [&](const auto& x) { return chain(x) + sum(x) * sum(exp(-x)); });
}
