// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

namespace {
const Tensor<double, dyn, dyn> a{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
const Tensor<double, 2, 3> s{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
const Tensor<double, dyn> v{10.0, 20.0, 30.0};
const Tensor<double, dyn> w{10.0, 20.0};
const auto inner = [](const auto& x, const auto& y) { return sum(x * y); };
}  // namespace

TEST_CASE("vmap maps dim 0 of every argument", "[vmap]") {
  const auto f = [](const auto& x) { return sum(x * x); };
  check_near(vmap(f)(a), {14.0, 77.0});
  check_near(vmap(f)(s), {14.0, 77.0});
  check_near(vmap(f, lowering::lanes)(s), {14.0, 77.0});
  check_near(vmap(f, lowering::batch_axis)(s), {14.0, 77.0});
  const auto rows = vmap([](const auto& x) { return x * 2.0; })(a);
  CHECK(shape_of(rows) == std::vector<index_t>{2, 3});
  check_near(rows, {2, 4, 6, 8, 10, 12});
  check_near(vmap(inner)(a, s), {14.0, 77.0});
}

TEST_CASE("in_dims: none, one for all, negative", "[vmap]") {
  check_near(vmap(inner, in_dims<0, none>)(a, v), {140.0, 320.0});
  check_near(vmap(inner, in_dims<none, 0>)(v, a), {140.0, 320.0});
  check_near(vmap(inner, in_dims<0, none>)(s, v), {140.0, 320.0});
  check_near(vmap(inner, in_dims<1, none>)(a, w), {90.0, 120.0, 150.0});
  check_near(vmap(inner, in_dims<-1, none>)(s, Tensor<double, 2>{10.0, 20.0}), {90.0, 120.0, 150.0});
  check_near(vmap(inner, in_dims<1>)(a, a), {17.0, 29.0, 45.0});
  check_near(vmap(inner, in_dims<-1>)(s, s), {17.0, 29.0, 45.0});
  check_near(vmap(inner, in_dims<1, 0>)(a, transpose(a)), {17.0, 29.0, 45.0});
  check_near(vmap([](const auto& x, double k) { return sum(x) * k; }, in_dims<0, none>)(a, 2.0), {12.0, 30.0});
  check_near(vmap([](const auto& x, int k) { return sum(x) * k; }, in_dims<0, none>, lowering::lanes)(s, 2), {12.0, 30.0});
}

TEST_CASE("out_dims place the batch axis", "[vmap]") {
  const auto f = [](const auto& x) { return x * 2.0; };
  const auto g = [](const auto& x) { return std::tuple{x, outer(x, x), sum(x)}; };
  const auto check = [&](const auto& m) {
    const auto columns = vmap(f, out_dims<1>)(m);
    CHECK(shape_of(columns) == std::vector<index_t>{3, 2});
    check_near(columns, {2, 8, 4, 10, 6, 12});
    check_near(vmap(f, out_dims<-1>)(m), {2, 8, 4, 10, 6, 12});
    const auto [x, xx, total] = vmap(g, out_dims<1, 2, 0>)(m);
    CHECK(shape_of(x) == std::vector<index_t>{3, 2});
    CHECK(shape_of(xx) == std::vector<index_t>{3, 3, 2});
    check_near(xx, {1, 16, 2, 20, 3, 24, 2, 20, 4, 25, 6, 30, 3, 24, 6, 30, 9, 36});
    check_near(total, {6, 15});
    check_near(vmap(f, in_dims<1>, out_dims<1>)(m), {2, 4, 6, 8, 10, 12});
  };
  check(a);
  check(s);
}

TEST_CASE("results that are not mapped are repeated", "[vmap]") {
  const auto f = [](const auto& x) { return std::tuple{x, tensor({7.0, 8.0}), 5.0, Tensor<float>(2.0F)}; };
  const auto check = [&](const auto& m, auto... options) {
    const auto [x, t, number, rank0] = vmap(f, options...)(m);
    CHECK(shape_of(t) == std::vector<index_t>{2, 2});
    check_near(t, {7, 8, 7, 8});
    check_near(number, {5, 5});
    check_near(rank0, {2, 2});
  };
  check(a);
  check(s);
  check(s, lowering::batch_axis);
  check_near(vmap([](const auto&, const auto& y) { return y; }, in_dims<0, none>, out_dims<1>)(a, w), {10, 10, 20, 20});
}

TEST_CASE("trees are mapped leaf by leaf", "[vmap]") {
  const auto f = [](const auto& t) { return std::pair{t.first * 2.0, std::tuple{sum(t.second), sum(t.first)}}; };
  const auto y = vmap(f)(std::pair{a, s});
  check_near(y.first, {2, 4, 6, 8, 10, 12});
  check_near(std::get<0>(y.second), {6, 15});
  check_near(std::get<1>(y.second), {6, 15});
  const auto g = [](const auto& t) { return std::array{t.first, eval(t.second * 2.0)}; };
  check_near(vmap(g)(std::pair{s, s}), {1, 2, 3, 4, 5, 6, 2, 4, 6, 8, 10, 12});
  check_near(vmap(g)(std::pair{a, a}), {1, 2, 3, 4, 5, 6, 2, 4, 6, 8, 10, 12});
  const auto h = [](const auto& parts, const auto& k) { return parts[0] * k + parts[1]; };
  check_near(vmap(h, in_dims<1, none>)(std::vector{a, a}, 10.0), {11, 44, 22, 55, 33, 66});
  const auto mixed = vmap([](const auto& x, const auto& q) { return sum(x * std::get<0>(q)) + static_cast<double>(std::get<1>(q).size()); }, in_dims<0, none>)(
      a, std::tuple{v, std::string("four")});
  check_near(mixed, {144.0, 324.0});
}

TEST_CASE("vmap of vmap", "[vmap]") {
  const auto f = [](const auto& x, const auto& y) { return x * y; };
  const auto table = vmap(vmap(f, in_dims<none, 0>), in_dims<0, none>);
  check_near(table(w, v), {100, 200, 300, 200, 400, 600});
  check_near(table(Tensor<double, 2>(w), Tensor<double, 3>(v)), {100, 200, 300, 200, 400, 600});
  check_near(vmap(vmap(f, in_dims<none, 0>), in_dims<0, none>, out_dims<1>)(w, v), {100, 200, 200, 400, 300, 600});
  const auto cube = Tensor<double, dyn, dyn, dyn>{{{1.0, 2.0}, {3.0, 4.0}}, {{5.0, 6.0}, {7.0, 8.0}}};
  const auto total = [](const auto& x) { return sum(x * x); };
  check_near(vmap(vmap(total))(cube), {5, 25, 61, 113});
  check_near(vmap(vmap(total))(Tensor<double, 2, 2, 2>(cube)), {5, 25, 61, 113});
  check_near(vmap(vmap(total, in_dims<-1>))(cube), {10, 20, 74, 100});
  check_near(vmap(vmap(vmap(total)), in_dims<0>)(reshape(cube, 2, 2, 2, 1)), {1, 4, 9, 16, 25, 36, 49, 64});
}

TEST_CASE("chunk_size bounds memory and changes nothing", "[vmap]") {
  const auto m = reshape(linspace(0.0, 1.0, 21), 7, 3);
  const auto f = [](const auto& x) { return std::tuple{sum(x * x), outer(x, x)}; };
  const auto expected = flat(vmap(f)(m));
  for (const int n : {1, 2, 3, 6, 7, 8, 100}) {
    INFO("chunk_size " << n);
    check_near(vmap(f, chunk_size(n))(m), expected);
    check_near(vmap(f, chunk_size(n))(Tensor<double, 7, 3>(m)), expected);
    check_near(vmap(f, chunk_size(n), lowering::batch_axis)(m), expected);
  }
  check_near(vmap([](const auto& x, const auto& y) { return x * y; }, in_dims<1, none>, out_dims<1>, chunk_size(2))(a, 2.0), {2, 4, 6, 8, 10, 12});
  check_near(vmap([](const auto& x, const auto& y) { return std::pair{x * y, x}; }, chunk_size(2), in_dims<1, none>, out_dims<1, 0>)(a, 2.0).first,
             {2, 4, 6, 8, 10, 12});
  CHECK_THROWS_WITH(vmap(f, chunk_size(0)), ContainsSubstring("[vmap] chunk_size must be positive, got 0"));
}

TEST_CASE("captured tensors serve every example", "[vmap]") {
  const auto model = [&](const auto& x) { return relu(dot(x, v)); };
  check_near(vmap(model)(a), {140, 320});
  check_near(vmap(model)(s), {140, 320});
  check_near(vmap(model, lowering::lanes)(s), {140, 320});
  const auto matrix = [&](const auto& x) { return matmul(a, x); };
  check_near(vmap(matrix)(s), {14, 32, 32, 77});
  check_near(vmap(matrix, lowering::batch_axis)(s), {14, 32, 32, 77});
  check_near(vmap([&](const auto& x) { return vmap(inner, in_dims<0, none>)(s, x); })(s), {14, 32, 32, 77});
}

TEST_CASE("batches of different sizes do not meet", "[vmap]") {
  CHECK_THROWS_WITH(vmap(inner)(a, zeros(3, 3)), ContainsSubstring("[vmap] mapped dims must have the same extent, got 2 and 3"));
  CHECK_THROWS_WITH(vmap([](const auto& t) { return sum(t.first) + sum(t.second); })(std::pair{a, zeros(3, 3)}), ContainsSubstring("[vmap] mapped dims must have the same extent, got 2 and 3"));
  CHECK_THROWS_WITH(vmap(inner, lowering::batch_axis)(a, zeros(1, 3)), ContainsSubstring("got 2 and 1"));
}

TEST_CASE("a batch of one example", "[vmap]") {
  const Tensor<double, 1, 3> one{{1.0, 2.0, 3.0}};
  const auto f = [](const auto& x) { return std::tuple{sum(x), x * x, tensor({1.0, 2.0})}; };
  check_near(vmap(f)(one), {6, 1, 4, 9, 1, 2});
  check_near(vmap(f, lowering::batch_axis)(one), {6, 1, 4, 9, 1, 2});
  check_near(vmap(f)(Tensor<double, dyn, dyn>(Tensor<double, dyn, dyn>{{1.0, 2.0, 3.0}})), {6, 1, 4, 9, 1, 2});
}

TEST_CASE("booleans and integers are mapped, too", "[vmap]") {
  const auto f = [](const auto& x) { return std::tuple{x > 2.5, argmax(x), any(x > 5.5)}; };
  const auto check = [&](const auto& m, auto... options) {
    const auto [mask, place, some] = vmap(f, options...)(m);
    check_near(mask, {0, 0, 1, 1, 1, 1});
    check_near(place, {2, 2});
    check_near(some, {0, 1});
  };
  check(a);
  check(s);
  check(s, lowering::batch_axis);
  const Tensor<std::int64_t, dyn> index{2, 0};
  check_near(vmap([](const auto& x, const auto& i) { return take(x, i, dim<0>); })(a, index), {3, 4});
}

namespace {
template <class W, class B>
struct with_number {
  W w;
  B b;
};
}  // namespace

TEST_CASE("what is no tensor rides along, in lanes too") {
  const auto x = tensor({1.0, 2.0});
  REQUIRE(vmap([](auto v) { return std::pair{v, 3}; })(x).second == 3);
  REQUIRE(std::get<1>(vmap([](auto t) { return t; })(std::tuple{x, std::string("abc")})) == "abc");
  REQUIRE(std::get<1>(vmap([](auto v) { return std::tuple{v, [z = 7] { return z; }}; })(x))() == 7);
  REQUIRE(vmap([](auto v) { return std::pair{v, 5}; })(Tensor<double, dyn>()).second == 5);
  const with_number<Tensor<double, 2>, int> p{{1.0, 2.0}, 3};
  const auto g = vmap(grad([](const auto& q, auto v) { return dot(q.w, v) * q.b; }), in_dims<none, 0>)(p, Tensor<double, dyn, 2>{{1.0, 2.0}, {3.0, 4.0}});
  REQUIRE(g.b == 3);
  REQUIRE(g.w(1, 1) == 12.0);
  const auto [d, aux] = vmap(grad([](auto v) { return std::pair{v * v, std::string("aux")}; }, has_aux))(x);
  REQUIRE(d(1) == 4.0);
  REQUIRE(aux == "aux");
}

TEST_CASE("float and double meet in a scalar statement, in lanes") {
  const auto x = tensor({1.0f, 2.0f});
  const auto w = tensor({3.0, 5.0});
  const auto f = [](const auto& a, const auto& b) {
    const auto y = a * b;
    return y * b + sin(y) - a;
  };
  const auto [dx, dw] = vmap(grad(f, argnums<0, 1>))(x, w);
  static_assert(std::is_same_v<dtype_of<std::remove_cvref_t<decltype(dx)>>, float> && std::is_same_v<dtype_of<std::remove_cvref_t<decltype(dw)>>, double>);
  for (index_t i = 0; i < 2; ++i) {
    const double a = static_cast<double>(x(i)), b = w(i);
    REQUIRE_THAT(static_cast<double>(dx(i)), WithinRel(b * b + b * std::cos(a * b) - 1, 1e-6));
    REQUIRE_THAT(dw(i), WithinRel(2 * a * b + a * std::cos(a * b), 1e-14));
  }
  REQUIRE(vmap(grad([](auto v) { return cast<float>(v); }))(w)(1) == 1.0);
}
