// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/einsum.hpp"

#include "../naive_einsum.hpp"

using functra::dyn;
using functra::einsum;
using functra::Tensor;
using laws::flat;
using reference::integers;
using reference::message;
using reference::naive;

TEST_CASE("einsum of one operand takes diagonals, sums and permutes", "[primitives]") {
  const auto a = integers<double, dyn, dyn>(1, 4, 4);
  const auto b = integers<double, 2, 3, 2>(2);
  const auto c = integers<std::int64_t, dyn, dyn, dyn>(3, 2, 3, 4);
  CHECK(flat(einsum<"ii->">(a)) == naive("ii->", a));
  CHECK(flat(einsum<"ii">(a)) == naive("ii->", a));
  CHECK(flat(einsum<"ii->i">(a)) == naive("ii->i", a));
  CHECK(flat(einsum<"ij->ji">(a)) == naive("ij->ji", a));
  CHECK(flat(einsum<"ba">(a)) == naive("ba->ab", a));
  CHECK(flat(einsum<"iji->ij">(b)) == naive("iji->ij", b));
  CHECK(flat(einsum<"iji->j">(b)) == naive("iji->j", b));
  CHECK(flat(einsum<"iji">(b)) == naive("iji->j", b));
  CHECK(flat(einsum<"ijk->kj">(c)) == naive("ijk->kj", c));
  CHECK(flat(einsum<"ijk->">(c)) == naive("ijk->", c));
  CHECK(flat(einsum<"ijk->ijk">(c)) == flat(c));
  static_assert(std::is_same_v<functra::value_t<decltype(einsum<"iji->ij">(b))>, Tensor<double, 2, 3>>);
  static_assert(std::is_same_v<functra::dtype_of<decltype(einsum<"ijk->">(c))>, std::int64_t>);
}

TEST_CASE("einsum of two operands is the loop", "[primitives]") {
  const auto a = integers<double, dyn, dyn>(1, 3, 4), b = integers<double, dyn, dyn>(2, 4, 5), q = integers<double, dyn, dyn>(3, 4, 4);
  const auto v = integers<double, dyn>(4, 4);
  const auto s = integers<double, 3, dyn>(5, 4);
  CHECK(flat(einsum<"ij,jk->ik">(a, b)) == naive("ij,jk->ik", a, b));
  CHECK(flat(einsum<"ij,jk">(a, b)) == naive("ij,jk->ik", a, b));
  CHECK(flat(einsum<" z j , j b ">(a, b)) == naive("zj,jb->bz", a, b));
  CHECK(flat(einsum<"ij,jk->ki">(a, b)) == naive("ij,jk->ki", a, b));
  CHECK(flat(einsum<"ij,jk->">(a, b)) == naive("ij,jk->", a, b));
  CHECK(flat(einsum<"ij,jk->i">(a, b)) == naive("ij,jk->i", a, b));
  CHECK(flat(einsum<"ij,kl->kj">(a, b)) == naive("ij,kl->kj", a, b));
  CHECK(flat(einsum<"ij,ij->ij">(a, s)) == naive("ij,ij->ij", a, s));
  CHECK(flat(einsum<"ij,ij->">(a, s)) == naive("ij,ij->", a, s));
  CHECK(flat(einsum<"ij,jj->i">(a, q)) == naive("ij,jj->i", a, q));
  CHECK(flat(einsum<"jj,j->j">(q, v)) == naive("jj,j->j", q, v));
  CHECK(flat(einsum<"i,j->ij">(v, v)) == naive("i,j->ij", v, v));
  CHECK(flat(einsum<",i->i">(Tensor<double>(3.0), v)) == naive(",i->i", Tensor<double>(3.0), v));
  CHECK(flat(einsum<"i,->i">(v, Tensor<double>(3.0))) == naive(",i->i", Tensor<double>(3.0), v));
  CHECK(flat(einsum<",->">(Tensor<double>(3.0), Tensor<double>(4.0))) == laws::numbers{12});
  static_assert(std::is_same_v<decltype(einsum<"ij,ij->ij">(a, s)), Tensor<double, 3, dyn>>);
  CHECK(flat(einsum<"ij,jk->ik">(a * a, b + b)) == naive("ij,ij,jk,->ik", a, a, b, Tensor<double>(2.0)));
}

TEST_CASE("many short rows, of all widths", "[primitives]") {
  for (functra::index_t n : {1, 3, 7, 8, 15, 16, 17, 24, 33, 40}) {
    const auto x = integers<double, dyn, dyn>(1, 21, n), y = integers<double, dyn, dyn>(2, 21, n);
    const auto c = integers<double, dyn>(3, 21), r = integers<double, dyn>(4, n);
    const auto f = integers<float, dyn, dyn>(5, 20, n);
    INFO("width " << n);
    CHECK(flat(einsum<"i,ij->ij">(c, x)) == naive("i,ij->ij", c, x));
    CHECK(flat(einsum<"ij,i->ij">(x, c)) == naive("ij,i->ij", x, c));
    CHECK(flat(einsum<"ij,ij->ij">(x, y)) == naive("ij,ij->ij", x, y));
    CHECK(flat(einsum<"ij,ij->i">(x, y)) == naive("ij,ij->i", x, y));
    CHECK(flat(einsum<"i,j->ij">(c, r)) == naive("i,j->ij", c, r));
    CHECK(flat(einsum<"ij,ik->ijk">(x, y)) == naive("ij,ik->ijk", x, y));
    CHECK(flat(einsum<"ij,kj->jik">(f, f)) == naive("ij,kj->jik", f, f));
  }
}

TEST_CASE("einsum of many operands goes from left to right", "[primitives]") {
  const auto a = integers<double, dyn, dyn>(1, 3, 4), b = integers<double, dyn, dyn>(2, 4, 2), c = integers<double, dyn, dyn>(3, 2, 3);
  const auto v = integers<double, dyn>(4, 3);
  CHECK(flat(einsum<"ij,jk,ki->">(a, b, c)) == naive("ij,jk,ki->", a, b, c));
  CHECK(flat(einsum<"ij,jk,kl->il">(a, b, c)) == naive("ij,jk,kl->il", a, b, c));
  CHECK(flat(einsum<"ij,jk,kl,l->ki">(a, b, c, v)) == naive("ij,jk,kl,l->ki", a, b, c, v));
  CHECK(flat(einsum<"i,i,i,i->i">(v, v, v, v)) == naive("i,i,i,i->i", v, v, v, v));
  CHECK(flat(einsum<"ij,kl,k->lk">(a, c, at(v, functra::range(0, 2)))) == naive("ij,kl,k->lk", a, c, at(v, functra::range(0, 2))));
}

TEST_CASE("a mistake in an einsum at run time is named", "[primitives]") {
  const Tensor<double, dyn, dyn> a(functra::extents<dyn, dyn>(2, 3));
  CHECK(message([&] { einsum<"ij,jk->ik">(a, a); }) ==
        "[einsum] dims with the same index must have the same extent, got 3 (dim 1 of the first operand) and 2 (dim 0 of the second)");
  CHECK(message([&] { einsum<"ii->i">(a); }) == "[einsum] dims with the same index must have the same extent, got 2 (dim 0) and 3 (dim 1)");
}
