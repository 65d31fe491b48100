// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

namespace {

// R^3 -> R^2, with every kind of curvature.
const auto f = [](const auto& x) {
  const auto a = sin(x(0)) * x(1);
  const auto b = exp(x(2)) * x(0) * x(0) + x(1);
  return stack(std::tuple{a, b}, dim<0>);
};
const Tensor<double, 3> p{0.5, -1.0, 0.25};
const Tensor<double, dyn> x{0.5, -1.0, 0.25};
const numbers jacobian_of_f{-std::cos(0.5), std::sin(0.5), 0, std::exp(0.25), 1, std::exp(0.25) * 0.25};

template <class J>
void check_options(const J& transform) {
  check_near(transform(f)(p), jacobian_of_f);
  check_near(transform(f)(x), jacobian_of_f);
  for (const int n : {1, 2, 3, 4, 100}) {
    INFO("chunk_size " << n);
    check_near(transform(f, chunk_size(n))(x), jacobian_of_f);
    check_near(transform(f, chunk_size(n))(p), jacobian_of_f);
  }
  // Several arguments, several outputs, matrices.
  const auto g = [](const auto& m, const auto& v) { return std::tuple{matmul(m, v), sum(m * m), v}; };
  const Tensor<double, 2, 3> m{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  const auto both = transform(g, argnums<1, 0>)(m, x);
  const auto& [mv, mm, v] = both;
  CHECK(shape_of(std::get<0>(mv)) == std::vector<index_t>{2, 3});
  CHECK(shape_of(std::get<1>(mv)) == std::vector<index_t>{2, 2, 3});
  check_near(std::get<0>(mv), {1, 2, 3, 4, 5, 6});
  check_near(std::get<1>(mv), {0.5, -1, 0.25, 0, 0, 0, 0, 0, 0, 0.5, -1, 0.25});
  check_near(std::get<0>(mm), {0, 0, 0});
  CHECK(shape_of(std::get<1>(mm)) == std::vector<index_t>{2, 3});
  check_near(std::get<1>(mm), {2, 4, 6, 8, 10, 12});
  check_near(std::get<0>(v), {1, 0, 0, 0, 1, 0, 0, 0, 1});
  check_near(std::get<1>(v), numbers(18, 0.0));
  for (const int n : {1, 4, 100}) {
    INFO("chunk_size " << n);
    check_near(transform(g, argnums<1, 0>, chunk_size(n))(m, x), flat(both));
  }
  check_near(std::get<0>(transform(g, argnums<-1>)(m, x)), {1, 2, 3, 4, 5, 6});
  // Matrices in and out.
  const auto square_matrix = [](const auto& a) { return matmul(a, a); };
  const auto a = Tensor<double, dyn, dyn>{{1.0, 2.0}, {3.0, 4.0}};
  const auto j = transform(square_matrix)(a);
  CHECK(shape_of(j) == std::vector<index_t>{2, 2, 2, 2});
  check_near(j, difference_jacobian(square_matrix, a), 1e-8);
  // has_aux
  const auto with_aux = [](const auto& v1) { return std::pair{f(v1), std::pair{v1 * 2.0, std::string("aux")}}; };
  const auto [jacobian, aux] = transform(with_aux, has_aux)(p);
  check_near(jacobian, jacobian_of_f);
  check_near(aux.first, {1.0, -2.0, 0.5});
  CHECK(aux.second == "aux");
  const auto [again, same] = transform(with_aux, has_aux, chunk_size(2))(x);
  check_near(again, jacobian_of_f);
  check_near(same.first, {1.0, -2.0, 0.5});
}

template <class W, class B>
struct affine {
  W weight;
  B bias;
};

template <class J>
void check_trees(const J& transform) {
  const auto h = [](const auto& q) {
    const auto weight = eval(q.weight * q.bias);
    const auto bias = eval(sum(q.weight));
    return affine<decltype(weight), decltype(bias)>{weight, bias};
  };
  const auto j = transform(h)(affine<Tensor<double, 2>, Tensor<double>>{{2.0, 3.0}, 5.0});
  check_near(j.weight.weight, {5, 0, 0, 5});
  check_near(j.weight.bias, {2, 3});
  check_near(j.bias.weight, {1, 1});
  check_near(j.bias.bias, {0});
  const auto k = transform([](const auto& t) { return std::get<0>(t) * sum(std::get<1>(t)); })(std::tuple{p, x});
  check_near(std::get<0>(k), {-0.25, 0, 0, 0, -0.25, 0, 0, 0, -0.25});
  check_near(std::get<1>(k), {0.5, 0.5, 0.5, -1, -1, -1, 0.25, 0.25, 0.25});
  const std::vector<Tensor<double, dyn>> vectors{tensor({1.0, 2.0}), tensor({3.0})};
  const auto v = transform([](const auto& t) { return t[0] * t[1](0); })(vectors);
  REQUIRE(v.size() == 2);
  check_near(v[0], {3, 0, 0, 3});
  check_near(v[1], {1, 2});
}

const auto rev = [](auto... a) { return jacrev(a...); };
const auto fwd = [](auto... a) { return jacfwd(a...); };

}  // namespace

TEST_CASE("jacrev with its options", "[jacrev]") { check_options(rev); }
TEST_CASE("jacfwd with its options", "[jacfwd]") { check_options(fwd); }
TEST_CASE("jacrev of trees", "[jacrev]") { check_trees(rev); }
TEST_CASE("jacfwd of trees", "[jacfwd]") { check_trees(fwd); }

TEST_CASE("Jacobians of static tensors have static extents", "[jacobian]") {
  static_assert(std::is_same_v<decltype(jacrev(f)(p)), Tensor<double, 2, 3>>);
  static_assert(std::is_same_v<decltype(jacfwd(f)(p)), Tensor<double, 2, 3>>);
  const auto sums = [](const auto& v) { return stack(std::tuple{sum(v), sum(v * v)}); };
  static_assert(std::is_same_v<decltype(jacfwd(sums)(Tensor<float, 3>())), Tensor<float, 2, 3>>);
  static_assert(std::is_same_v<decltype(jacrev(sums)(Tensor<float, 3>())), Tensor<float, 2, 3>>);
  check_near(jacrev(sums)(Tensor<float, 3>{0.5F, -1.0F, 0.25F}), {1, 1, 1, 1, -2, 0.5}, 1e-6);
  check_near(jacfwd(sums)(Tensor<float, 3>{0.5F, -1.0F, 0.25F}), {1, 1, 1, 1, -2, 0.5}, 1e-6);
}

TEST_CASE("Jacobians of functions of rank-0 tensors", "[jacobian]") {
  const auto g = [](const auto& s) { return s * s; };
  check_near(jacrev(g)(Tensor<double>(3.0)), {6.0});
  check_near(jacfwd(g)(Tensor<double>(3.0)), {6.0});
  check_near(jacrev(g)(3.0), {6.0});
  check_near(jacfwd(g)(3.0), {6.0});
  check_near(jacrev(jacrev(g))(3.0), {2.0});
  check_near(jacfwd(jacrev(g))(3.0), {2.0});
}

TEST_CASE("Jacobians of what does not depend on the argument are zero", "[jacobian]") {
  const auto g = [](const auto&) { return tensor({1.0, 2.0}); };
  check_near(jacrev(g)(x), numbers(6, 0.0));
  check_near(jacfwd(g)(x), numbers(6, 0.0));
  check_near(jacfwd([](const auto&, const auto& b) { return b * 2.0; }, argnums<0, 1>)(p, x), {0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2});
}

TEST_CASE("Jacobians larger than what is pulled or pushed at once", "[jacobian]") {
  const auto g = [](const auto& v) { return v * v * sum(v) * 0.001; };
  const auto v = linspace(0.0, 1.0, 1500);
  const auto rows = jacrev(g)(v), columns = jacfwd(g)(v);
  REQUIRE(shape_of(rows) == std::vector<index_t>{1500, 1500});
  double worst = 0;
  for (index_t i = 0; i < rows.size(); ++i) worst = std::max(worst, std::abs(rows.data()[i] - columns.data()[i]));
  CHECK(worst < 1e-12);
  CHECK_THAT(rows(1200, 7), WithinRel(v(1200) * v(1200) * 0.001, 1e-10));
  CHECK_THAT(rows(1200, 1200), WithinRel(v(1200) * v(1200) * 0.001 + 2 * v(1200) * 0.75, 1e-10));
}

TEST_CASE("Jacobians in any number of static inputs, which may fill a register") {
  const auto check = [](const auto& v) {
    const auto each = [&](const auto& h) {
      const auto j = jacfwd(h)(v), expected = jacrev(h)(v);
      static_assert(std::is_same_v<decltype(j), decltype(expected)>);
      check_near(j, flat(expected));
    };
    each([](const auto& u) { return eval(sin(u) * u(0) + sum(u)); });
    each([](const auto& u) { return ones<double>(3) * u(1) + u(0); });
    each([](const auto&) { return ones<double>(2); });
    each([](const auto& u) { return eval(sqrt(u - 1.0)); });
    const auto [j, aux] = jacfwd([](const auto& u) { return std::pair{eval(square(u)), eval(u(0))}; }, has_aux)(v);
    check_near(aux, {v(0)});
    check_near(hessian([](const auto& u) { return sum(square(u) * u(0)); })(v), flat(jacrev(grad([](const auto& u) { return sum(square(u) * u(0)); }))(v)));
  };
  check(Tensor<double, 6>{1, 2, 3, 4, 5, 6});
  check(Tensor<double, 7>{1, 2, 3, 4, 5, 6, 7});
  check(Tensor<double, 9>{1, 2, 3, 4, 5, 6, 7, 8, 9});
  const auto [a, b, c] = jacfwd([](const auto& u, const auto& v, const auto& w) { return eval(u * v(0) + v(1) * w * u); }, argnums<2, 0, 1>)(Tensor<double, 3>{1, 2, 3}, Tensor<double, 2>{4, 5}, 6.0);
  check_near(a, {5, 10, 15});
  check_near(b, {34, 0, 0, 0, 34, 0, 0, 0, 34});
  check_near(c, {1, 6, 2, 12, 3, 18});
}

TEST_CASE("jacobian takes the cheaper mode and gives the same", "[jacobian]") {
  check_near(jacobian(f)(p), jacobian_of_f);
  check_near(jacobian(f)(x), jacobian_of_f);
  const auto g = [](const auto& a, const auto& b) { return std::pair{a * sum(b), std::string("aux")}; };
  const auto [j, aux] = jacobian(g, has_aux, argnums<1>)(x, tensor({1.0, 2.0}));
  check_near(j, {0.5, 0.5, -1, -1, 0.25, 0.25});
  CHECK(aux == "aux");
  const auto wide = [](const auto& v) { return std::tuple{v, v * 2.0}; };
  check_near(jacobian(wide)(tensor({1.0})), {1.0, 2.0});
}

TEST_CASE("hessian with its options", "[hessian]") {
  const auto s = [](const auto& a, const auto& b) { return sum(a * a * b) + a(0) * a(1); };
  const Tensor<double, 2> a{1.0, 2.0};
  const auto b = tensor({5.0, 7.0});
  check_near(hessian(s)(a, b), {10, 1, 1, 14});
  check_near(hessian(s, chunk_size(1))(a, b), {10, 1, 1, 14});
  check_near(hessian(s, argnums<1>)(a, b), {0, 0, 0, 0});
  const auto blocks = hessian(s, argnums<0, 1>)(a, b);
  check_near(std::get<0>(std::get<0>(blocks)), {10, 1, 1, 14});
  check_near(std::get<1>(std::get<0>(blocks)), {2, 0, 0, 4});
  check_near(std::get<0>(std::get<1>(blocks)), {2, 0, 0, 4});
  check_near(std::get<1>(std::get<1>(blocks)), {0, 0, 0, 0});
  const auto with_aux = [s](const auto& u, const auto& v) { return std::pair{s(u, v), u + v}; };
  const auto [h, aux] = hessian(with_aux, has_aux)(a, b);
  check_near(h, {10, 1, 1, 14});
  check_near(aux, {6, 9});
  static_assert(std::is_same_v<decltype(hessian(s)(a, b)), Tensor<double, 2, 2>>);
}

TEST_CASE("a chunk_size must be positive", "[jacobian]") {
  CHECK_THROWS_WITH(jacrev(f, chunk_size(0)), ContainsSubstring("chunk_size must be positive, got 0"));
  CHECK_THROWS_WITH(jacfwd(f, chunk_size(-1)), ContainsSubstring("chunk_size must be positive, got -1"));
}

TEST_CASE("the hessian of several values is the one of each") {
  const auto g = [](const auto& v) { return sin(v) * sum(v * v); };
  const Tensor<double, 3> fixed{0.1, 0.2, 0.3};
  const Tensor<double, dyn> q(fixed);
  const auto hp = hessian(g)(fixed);
  const auto hq = hessian(g)(q);
  const auto [several, one] = hessian([&](const auto& v) { return std::tuple{g(v), sum(g(v))}; })(q);
  const auto [second, rest] = hessian([&](const auto& k, const auto& v) { return std::pair{k * g(v), sum(v)}; }, argnums<1>, has_aux)(2.0, q);
  REQUIRE_THAT(rest.item(), WithinRel(0.6, 1e-14));
  for (int j = 0; j < 3; ++j)
    for (int k = 0; k < 3; ++k) {
      double total = 0;
      for (int i = 0; i < 3; ++i) {
        const double s = q(0) * q(0) + q(1) * q(1) + q(2) * q(2);
        double expected = j == k ? 2 * std::sin(q(i)) : 0.0;
        if (i == j) expected += 2 * q(k) * std::cos(q(i));
        if (i == k) expected += 2 * q(j) * std::cos(q(i));
        if (i == j && i == k) expected -= s * std::sin(q(i));
        total += expected;
        for (const double h : {hp(i, j, k), hq(i, j, k), several(i, j, k), 0.5 * second(i, j, k)}) REQUIRE_THAT(h, WithinRel(expected, 1e-12) || WithinAbs(expected, 1e-14));
      }
      REQUIRE_THAT(one(j, k), WithinRel(total, 1e-12));
    }
}

// Elements of static tensors carry their directions in whole registers, which need not fill the last one.
template <class T, int... N>
void check_elements(std::integer_sequence<int, N...>) {
  const auto one = [](auto n) {
    constexpr int count = decltype(n)::value + 1;
    Tensor<T, count> x(uninitialized);
    for (int i = 0; i < count; ++i) x.mutable_data()[i] = T(0.3) + T(0.1) * static_cast<T>(i % 7);
    const auto g = [](const auto& v) {
      auto total = eval(square(v(0)));
      for (index_t i = 1; i < v.extent(0); ++i) total += v(i - 1) * square(v(i));
      return total;
    };
    const auto forward = jacfwd(g)(x), reverse = grad(g)(x), rows = jacrev(g)(x);
    const Tensor<T, dyn> dynamic = jacfwd(g)(Tensor<T, dyn>(x));
    const auto h = hessian(g)(x);
    for (int i = 0; i < count; ++i) {
      const auto at_or_0 = [&](int k) { return k < 0 || k >= count ? T(0) : x.data()[k]; };
      const T expected = (i == 0 ? 2 : 2 * at_or_0(i - 1)) * x.data()[i] + at_or_0(i + 1) * at_or_0(i + 1);
      for (const T d : {forward.data()[i], reverse.data()[i], rows.data()[i], dynamic(i)}) REQUIRE_THAT(static_cast<double>(d), WithinRel(static_cast<double>(expected), 1e-5));
      for (int k = 0; k < count; ++k) {
        const T second = i == k ? (i == 0 ? T(2) : 2 * at_or_0(i - 1)) : i + 1 == k ? 2 * at_or_0(k) : k + 1 == i ? 2 * at_or_0(i) : T(0);
        REQUIRE_THAT(static_cast<double>(h.data()[i * count + k]), WithinRel(static_cast<double>(second), 1e-5) || WithinAbs(0, 1e-12));
      }
    }
  };
  (one(std::integral_constant<int, N>{}), ...);
}
TEST_CASE("derivatives of what is written with elements, of few inputs") {
  check_elements<double>(std::integer_sequence<int, 0, 3, 5, 7, 8, 10, 16>{});
  check_elements<float>(std::integer_sequence<int, 5, 10>{});
}
