// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/matmul.hpp"

#include "../naive_einsum.hpp"

// The plans that are made at compile time.

using functra::dims;
using laws::flat;
using reference::integers;
using reference::naive;

namespace {

template <class T>
void check_static() {
  const auto v = integers<T, 5>(1);
  const auto m = integers<T, 4, 5>(2);
  const auto n = integers<T, 5, 3>(3);
  const auto s = integers<T, 2, 4, 5>(4);
  const auto t = integers<T, 2, 5, 3>(5);
  const auto u = integers<T, 3, 2, 5, 3>(6);
  const auto one = integers<T, 3, 1, 4, 5>(7);
  CHECK(flat(matmul(v, v)) == naive("k,k->", v, v));
  CHECK(flat(matmul(m, v)) == naive("mk,k->m", m, v));
  CHECK(flat(matmul(v, n)) == naive("k,kn->n", v, n));
  CHECK(flat(matmul(m, n)) == naive("mk,kn->mn", m, n));
  CHECK(flat(matmul(s, n)) == naive("bmk,kn->bmn", s, n));
  CHECK(flat(matmul(s, t)) == naive("bmk,bkn->bmn", s, t));
  CHECK(flat(matmul(one, u)) == naive("aomk,abkn->abmn", one, u));
  CHECK(flat(outer(v, v)) == naive("i,j->ij", v, v));
  CHECK(flat(tensordot(s, u, dims<0, 2>, dims<1, 2>)) == naive("bmk,abkn->man", s, u));
}

}  // namespace

TEST_CASE("products of static extents are the loops", "[primitives]") {
  check_static<float>();
  check_static<std::int64_t>();
}

TEST_CASE("products of small and odd static extents are the loops", "[primitives]") {
  const auto check = []<int M, int K, int N>() {
    const auto a = integers<double, M, K>(1);
    const auto b = integers<double, K, N>(2);
    const auto c = integers<float, N, K>(3);
    const auto d = integers<float, K, M>(4);
    CHECK(flat(matmul(a, b)) == naive("mk,kn->mn", a, b));
    CHECK(flat(tensordot(c, d, dims<1>, dims<0>)) == naive("nk,km->nm", c, d));
    CHECK(flat(tensordot(a, d, dims<1>, dims<0>)) == naive("mk,kn->mn", a, d));
    CHECK(flat(tensordot(b, c, dims<0, 1>, dims<1, 0>)) == naive("kn,nk->", b, c));
  };
  check.operator()<1, 1, 1>();
  check.operator()<7, 11, 13>();
  check.operator()<16, 9, 10>();
}

TEST_CASE("a product of packs is that of its lanes, also beside plain numbers", "[primitives]") {
  constexpr int lanes = 8;
  const auto a = integers<double, 5, 7>(1);
  std::array<functra::Tensor<double, 7>, lanes> xs;
  std::array<functra::Tensor<double, 5>, lanes> ds;
  std::array<functra::Tensor<double, 7, 5>, lanes> ms;
  for (int l = 0; l < lanes; ++l) {
    const auto k = static_cast<std::size_t>(l);
    xs[k] = integers<double, 7>(10 + l);
    ds[k] = integers<double, 5>(20 + l);
    ms[k] = integers<double, 7, 5>(30 + l);
  }
  const auto x = reference::packed<lanes>(xs);
  const auto d = reference::packed<lanes>(ds);
  const auto m = reference::packed<lanes>(ms);
  const auto y = matmul(a, x);
  static_assert(std::is_same_v<std::remove_cvref_t<decltype(y)>, functra::Tensor<functra::lanes::pack<double, lanes>, 5>>);
  const auto back = matmul(d, a), both = matmul(m, d);
  const auto products = outer(d, x);
  const auto square = matmul(a, m);
  const auto single = dot(x, x);
  for (int l = 0; l < lanes; ++l) {
    const auto k = static_cast<std::size_t>(l);
    CHECK(reference::lane(y, l) == naive("ij,j->i", a, xs[k]));
    CHECK(reference::lane(back, l) == naive("i,ij->j", ds[k], a));
    CHECK(reference::lane(both, l) == naive("ij,j->i", ms[k], ds[k]));
    CHECK(reference::lane(products, l) == naive("i,j->ij", ds[k], xs[k]));
    CHECK(reference::lane(square, l) == naive("ij,jk->ik", a, ms[k]));
    CHECK(reference::lane(single, l) == naive("i,i->", xs[k], xs[k]));
  }
}
