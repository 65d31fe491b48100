// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/matmul.hpp"
#include "functra/primitives/reduction.hpp"

#include "../naive_einsum.hpp"

using functra::all;
using functra::at;
using functra::dims;
using functra::dyn;
using functra::range;
using functra::Tensor;
using laws::flat;
using laws::numbers;
using reference::integers;
using reference::message;
using reference::naive;

namespace {

template <class T>
void check_ranks() {
  const auto v = integers<T, dyn>(1, 5);
  const auto m = integers<T, dyn, dyn>(2, 4, 5), n = integers<T, dyn, dyn>(3, 5, 3);
  const auto s = integers<T, dyn, dyn, dyn>(4, 2, 4, 5), t = integers<T, dyn, dyn, dyn>(5, 2, 5, 3);
  const auto u = integers<T, dyn, dyn, dyn, dyn>(6, 3, 2, 5, 3), one = integers<T, dyn, dyn, dyn, dyn>(7, 3, 1, 4, 5);
  CHECK(flat(matmul(v, v)) == naive("k,k->", v, v));
  CHECK(flat(matmul(m, v)) == naive("mk,k->m", m, v));
  CHECK(flat(matmul(v, n)) == naive("k,kn->n", v, n));
  CHECK(flat(matmul(m, n)) == naive("mk,kn->mn", m, n));
  CHECK(flat(matmul(s, v)) == naive("bmk,k->bm", s, v));
  CHECK(flat(matmul(v, t)) == naive("k,bkn->bn", v, t));
  CHECK(flat(matmul(s, n)) == naive("bmk,kn->bmn", s, n));
  CHECK(flat(matmul(m, t)) == naive("mk,bkn->bmn", m, t));
  CHECK(flat(matmul(s, t)) == naive("bmk,bkn->bmn", s, t));
  CHECK(flat(matmul(s, u)) == naive("bmk,abkn->abmn", s, u));
  CHECK(flat(matmul(one, t)) == naive("aomk,bkn->abmn", one, t));
  CHECK(flat(matmul(one, u)) == naive("aomk,abkn->abmn", one, u));
  CHECK(flat(dot(v, v)) == naive("k,k->", v, v));
  CHECK(flat(dot(m, v)) == naive("mk,k->m", m, v));
  CHECK(flat(dot(v, n)) == naive("k,kn->n", v, n));
  CHECK(flat(dot(m, n)) == naive("mk,kn->mn", m, n));
  CHECK(flat(outer(v, at(m, 0))) == naive("i,j->ij", v, at(m, 0)));
  CHECK(flat(tensordot<1>(s, n)) == naive("bmk,kn->bmn", s, n));
  CHECK(flat(tensordot<0>(v, v)) == naive("i,j->ij", v, v));
  CHECK(flat(tensordot(s, u, dims<0, -1>, dims<1, 2>)) == naive("bmk,abkn->man", s, u));
}

}  // namespace

TEST_CASE("matmul, dot, outer and tensordot are the loops, for all ranks", "[primitives]") {
  check_ranks<double>();
  check_ranks<std::int32_t>();
}

TEST_CASE("static extents of results are known", "[primitives]") {
  const Tensor<double, 3, dyn> a(functra::extents<3, dyn>(4));
  const Tensor<double, dyn, 2> b(functra::extents<dyn, 2>(4));
  static_assert(std::is_same_v<decltype(matmul(a, b)), Tensor<double, 3, 2>>);
  static_assert(std::is_same_v<decltype(matmul(transpose(b), transpose(a))), Tensor<double, 2, 3>>);
  static_assert(std::is_same_v<decltype(matmul(Tensor<float, 7, 1, 3, 4>(), Tensor<float, 5, 4, 2>())), Tensor<float, 7, 5, 3, 2>>);
  static_assert(std::is_same_v<decltype(outer(Tensor<int, 3>(), Tensor<int, dyn>())), Tensor<int, 3, dyn>>);
  static_assert(std::is_same_v<decltype(dot(Tensor<double, 3>(), Tensor<double, 3>())), Tensor<double>>);
  CHECK(matmul(a, b).size() == 6);
}

TEST_CASE("dtypes of products are promoted", "[primitives]") {
  const auto i = integers<std::int32_t, dyn, dyn>(1, 3, 4);
  const auto d = integers<double, dyn, dyn>(2, 4, 2);
  const auto f = integers<float, 4>(3);
  static_assert(std::is_same_v<functra::dtype_of<decltype(matmul(i, d))>, double>);
  static_assert(std::is_same_v<functra::dtype_of<decltype(matmul(i, f))>, float>);
  static_assert(std::is_same_v<functra::dtype_of<decltype(matmul(i, integers<std::int64_t, 4>(1)))>, std::int64_t>);
  CHECK(flat(matmul(i, d)) == naive("mk,kn->mn", i, d));
  CHECK(flat(matmul(i, f)) == naive("mk,k->m", i, f));
  const Tensor<bool, 3> b{true, false, true};
  static_assert(std::is_same_v<functra::dtype_of<decltype(dot(b, b))>, std::int32_t>);
  CHECK(dot(b, b).item() == 2);
  const Tensor<std::int32_t, 1> large{2147483647};
  CHECK(outer(large, large)(0, 0) == 1);  // wraps
}

TEST_CASE("views are operands: transposed, sliced, reversed, repeated", "[primitives]") {
  const auto a = integers<double, dyn, dyn>(1, 6, 7), b = integers<double, dyn, dyn>(2, 6, 7);
  const auto rows = at(a, range(0, 6, 2)), reversed = at(b, range(-1, range::end, -1), range(0, 7, 3));
  CHECK(flat(matmul(transpose(a), b)) == naive("ki,kj->ij", a, b));
  CHECK(flat(matmul(a, transpose(b))) == naive("ik,jk->ij", a, b));
  CHECK(flat(matmul(rows, transpose(b))) == naive("ik,jk->ij", rows, b));
  CHECK(flat(matmul(transpose(a), reversed)) == naive("ki,kj->ij", a, reversed));
  CHECK(flat(matmul(at(a, all, 3), at(b, all, 2))) == naive("i,i->", at(a, all, 3), at(b, all, 2)));
  CHECK(flat(outer(at(a, all, 1), at(b, 2))) == naive("i,j->ij", at(a, all, 1), at(b, 2)));
  const auto repeated = broadcast_to(at(a, 0), 4, 7);
  CHECK(flat(matmul(repeated, transpose(b))) == naive("ik,jk->ij", repeated, b));
  CHECK(flat(tensordot(repeated, repeated, dims<0>, dims<0>)) == naive("ki,kj->ij", repeated, repeated));
}

TEST_CASE("empty extents give zeros", "[primitives]") {
  const Tensor<double, dyn, dyn> a(functra::extents<dyn, dyn>(3, 0)), b(functra::extents<dyn, dyn>(0, 2));
  CHECK(flat(matmul(a, b)) == numbers(6, 0.0));
  CHECK(matmul(transpose(b), Tensor<double, dyn, dyn>(functra::extents<dyn, dyn>(0, 0))).size() == 0);
  CHECK(flat(matmul(Tensor<float, 2, 0>(), Tensor<float, 0, 3>())) == numbers(6, 0.0));
  CHECK(dot(Tensor<double, dyn>(), Tensor<double, dyn>()).item() == 0);
}

TEST_CASE("dot of a temporary expression is a fused sum", "[primitives]") {
  const auto x = integers<double, dyn>(1, 9), y = integers<double, dyn>(2, 9);
  static_assert(functra::detail::is_sum_expr<decltype(dot(x * y, x))>);
  static_assert(std::is_same_v<decltype(dot(x, y)), Tensor<double>>);
  CHECK(dot(x * y, x).item() == naive("i,i,i->", x, y, x)[0]);
  CHECK(dot(x, y - x).item() == dot(x, y).item() - dot(x, x).item());
}

TEST_CASE("extents that do not agree are named", "[primitives]") {
  const Tensor<double, dyn, dyn> a(functra::extents<dyn, dyn>(2, 3)), b(functra::extents<dyn, dyn>(4, 2));
  const Tensor<double, dyn> v(functra::extents<dyn>(5)), one(functra::extents<dyn>(1));
  CHECK(message([&] { matmul(a, b); }) == "[matmul] inner extents must agree, got 3 and 4");
  CHECK(message([&] { dot(v, one); }) == "[dot] inner extents must agree, got 5 and 1");
  CHECK(message([&] { dot(v * v, one); }) == "[dot] inner extents must agree, got 5 and 1");
  CHECK(message([&] { tensordot(a, b, dims<1>, dims<0>); }).starts_with("[tensordot] extents of paired dims must agree, got 3 (dim 1"));
  const Tensor<double, dyn, dyn, dyn> s(functra::extents<dyn, dyn, dyn>(2, 2, 2)), t(functra::extents<dyn, dyn, dyn>(3, 2, 2));
  CHECK(message([&] { matmul(s, t); }) == "[matmul] leading extents must be equal, or 1, got 2 and 3");
}
