// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/einsum.hpp"
#include "functra/primitives/reduction.hpp"

#include "../naive_einsum.hpp"

// Products large enough for the matrix kernel, in every layout: what merges, what becomes a loop, and what is copied.

using functra::all;
using functra::at;
using functra::dyn;
using functra::einsum;
using functra::range;
using functra::Tensor;
using laws::flat;
using reference::integers;
using reference::naive;

TEST_CASE("large matrix products are the loops, in every layout", "[primitives]") {
  const auto a = integers<double, dyn, dyn>(1, 37, 29), b = integers<double, dyn, dyn>(2, 29, 41);
  const auto at_ = eval(transpose(a)), bt = eval(transpose(b));
  const auto expected = naive("mk,kn->mn", a, b), flipped = naive("mk,kn->nm", a, b);
  CHECK(flat(einsum<"mk,kn->mn">(a, b)) == expected);
  CHECK(flat(einsum<"mk,nk->mn">(a, bt)) == expected);
  CHECK(flat(einsum<"km,kn->mn">(at_, b)) == expected);
  CHECK(flat(einsum<"km,nk->mn">(at_, bt)) == expected);
  CHECK(flat(einsum<"mk,kn->nm">(a, b)) == flipped);
  CHECK(flat(einsum<"km,nk->nm">(at_, bt)) == flipped);
  const auto f = integers<float, dyn, dyn>(1, 37, 29);
  CHECK(flat(einsum<"mk,nk->mn">(f, f)) == naive("mk,nk->mn", f, f));
  const auto strided = at(a, all, range(0, 29, 2)), narrow = at(b, range(0, 15), range(3, 40));
  CHECK(flat(einsum<"mk,kn->mn">(strided, narrow)) == naive("mk,kn->mn", strided, narrow));
  const auto reversed = at(a, range(-1, range::end, -1));
  CHECK(flat(einsum<"mk,kn->mn">(reversed, b)) == naive("mk,kn->mn", reversed, b));
  const auto repeated = broadcast_to(at(b, 0), 29, 41);
  CHECK(flat(einsum<"mk,kn->mn">(a, repeated)) == naive("mk,kn->mn", a, repeated));
}

TEST_CASE("products with a narrow side are the loops, in every layout", "[primitives]") {
  const auto check = []<class T>(T, functra::index_t m, functra::index_t n, functra::index_t k) {
    CAPTURE(m, n, k);
    const auto a = integers<T, dyn, dyn>(1, m, k), b = integers<T, dyn, dyn>(2, k, n);
    const auto ta = eval(transpose(a)), tb = eval(transpose(b));
    const auto expected = naive("mk,kn->mn", a, b), flipped = naive("mk,kn->nm", a, b);
    CHECK(flat(einsum<"mk,kn->mn">(a, b)) == expected);
    CHECK(flat(einsum<"mk,nk->mn">(a, tb)) == expected);
    CHECK(flat(einsum<"km,kn->mn">(ta, b)) == expected);
    CHECK(flat(einsum<"km,nk->nm">(ta, tb)) == flipped);
    CHECK(flat(einsum<"mk,kn->nm">(a, b)) == flipped);
  };
  for (const functra::index_t small : {2, 3, 5, 8, 10, 16, 31, 33, 70}) {
    check(double{}, 331, small, 9);
    check(double{}, small, 10, 1500);  // more than fits the cache at once
    check(double{}, 123, 32, small);
    check(float{}, small, 41, 300);
    check(float{}, 200, small, 17);
  }
}

TEST_CASE("stacks of large products are the loops, in every order", "[primitives]") {
  const auto a = integers<double, dyn, dyn, dyn>(1, 3, 25, 24), b = integers<double, dyn, dyn, dyn>(2, 3, 24, 26);
  CHECK(flat(einsum<"bmk,bkn->bmn">(a, b)) == naive("bmk,bkn->bmn", a, b));
  CHECK(flat(einsum<"bmk,bkn->mbn">(a, b)) == naive("bmk,bkn->mbn", a, b));
  CHECK(flat(einsum<"bmk,bkn->mnb">(a, b)) == naive("bmk,bkn->mnb", a, b));
  CHECK(flat(einsum<"bmk,bkn->mn">(a, b)) == naive("bmk,bkn->mn", a, b));
  CHECK(flat(einsum<"bmk,akn->bman">(a, b)) == naive("bmk,akn->bman", a, b));
  CHECK(flat(einsum<"bmk,akn->abmn">(a, b)) == naive("bmk,akn->abmn", a, b));
  CHECK(flat(einsum<"bmk,akn->nabm">(a, b)) == naive("bmk,akn->nabm", a, b));
  const auto c = integers<double, dyn, dyn, dyn>(3, 6, 25, 24), d = integers<double, dyn, dyn, dyn>(4, 6, 24, 25);
  CHECK(flat(einsum<"ijk,lkj->il">(c, d)) == naive("ijk,lkj->il", c, d));
  CHECK(flat(einsum<"ijk,ikl->jl">(c, d)) == naive("ijk,ikl->jl", c, d));
  CHECK(flat(einsum<"kji,kjl->il">(permute<0, 2, 1>(c), d)) == naive("kij,kjl->il", c, d));
}

TEST_CASE("products that are not matrix products are the loops", "[primitives]") {
  const auto a = integers<double, dyn, dyn, dyn>(1, 19, 17, 18), b = integers<double, dyn, dyn, dyn>(2, 19, 17, 18);
  CHECK(flat(einsum<"bij,bij->b">(a, b)) == naive("bij,bij->b", a, b));
  CHECK(flat(einsum<"bij,bij->ij">(a, b)) == naive("bij,bij->ij", a, b));
  CHECK(flat(einsum<"bij,bij->bj">(a, b)) == naive("bij,bij->bj", a, b));
  CHECK(flat(einsum<"bij,bij->">(a, b)) == naive("bij,bij->", a, b));
  CHECK(flat(einsum<"bij,bij->bij">(a, b)) == naive("bij,bij->bij", a, b));
  const auto x = integers<double, dyn, dyn>(3, 300, 3), y = integers<double, dyn, dyn>(4, 300, 5);
  CHECK(flat(einsum<"bi,bj->bij">(x, y)) == naive("bi,bj->bij", x, y));
  CHECK(flat(einsum<"bi,bi->b">(x, x)) == naive("bi,bi->b", x, x));
  CHECK(flat(einsum<"bi,bj->ij">(x, y)) == naive("bi,bj->ij", x, y));
  const auto m = integers<float, dyn, dyn, dyn>(5, 100, 3, 3), n = integers<float, dyn, dyn, dyn>(6, 100, 3, 3);
  CHECK(flat(einsum<"bij,bjk->bik">(m, n)) == naive("bij,bjk->bik", m, n));
  const auto wide = integers<float, dyn>(7, 1001);
  CHECK(flat(einsum<"i,i->">(wide, wide)) == naive("i,i->", wide, wide));
  const auto v = integers<double, dyn>(8, 18);
  CHECK(flat(einsum<"bij,j->bi">(a, v)) == naive("bij,j->bi", a, v));
  CHECK(flat(einsum<"bij,j->ib">(a, v)) == naive("bij,j->ib", a, v));
}

TEST_CASE("results larger than the caches are written right", "[primitives]") {
  const auto a = integers<float, dyn, dyn>(1, 70, 333), b = integers<float, dyn, dyn>(2, 70, 301);
  const auto c = einsum<"bi,bj->bij">(a, b);
  bool same = true;
  for (functra::index_t k = 0; k < 70; ++k)
    for (functra::index_t i = 0; i < 333; ++i)
      for (functra::index_t j = 0; j < 301; ++j) same = same && c.data()[(k * 333 + i) * 301 + j] == a.data()[k * 333 + i] * b.data()[k * 301 + j];
  CHECK(same);
}

TEST_CASE("packs of dynamic extents and views of packs are multiplied", "[primitives]") {
  using pack = functra::lanes::pack<double, 4>;
  const auto lane_of = [](const auto& t, int l) { return reference::lane(t, l); };
  std::array<Tensor<double, dyn, dyn>, 4> as, bs;
  for (int l = 0; l < 4; ++l) {
    as[static_cast<std::size_t>(l)] = integers<double, dyn, dyn>(l, 9, 11);
    bs[static_cast<std::size_t>(l)] = integers<double, dyn, dyn>(10 + l, 11, 10);
  }
  const auto a = reference::packed<4>(as), b = reference::packed<4>(bs);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(a)>, Tensor<pack, dyn, dyn>>);
  const auto c = einsum<"mk,kn->nm">(a, b);
  const auto d = einsum<"mk,kn->mn">(as[2], b);
  const auto e = einsum<"mk,nk->mn">(a, transpose(b));
  for (int l = 0; l < 4; ++l) {
    const auto& x = as[static_cast<std::size_t>(l)];
    const auto& y = bs[static_cast<std::size_t>(l)];
    CHECK(lane_of(c, l) == naive("mk,kn->nm", x, y));
    CHECK(lane_of(d, l) == naive("mk,kn->mn", as[2], y));
    CHECK(lane_of(e, l) == naive("mk,kn->mn", x, y));
  }
}
