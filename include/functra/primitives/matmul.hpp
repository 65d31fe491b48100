// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/contraction.hpp"

//  dot, matmul, outer, tensordot: contractions under the names and with the conventions of numpy
namespace functra {

namespace detail {

// The digits first, first + 1, ... of count dims.
constexpr digits digit_run(int first, int count) {
  digits x = 0;
  for (int i = 0; i < count; ++i) x = append_digit(x, first + i);
  return x;
}

// What becomes of the leading dims of two stacks of matrices. Aligned at the last, an extent of 1 stretches: a static one is
// dropped, so that its index is free in the other operand; one that is known at run time only is repeated by a stride of 0.
struct stack_plan {
  rules::contraction_spec spec{};
  unsigned drop_a = 0, drop_b = 0;
  bool spread_a = false, spread_b = false;
  bool valid = true;
};

template <class A, class B>
constexpr stack_plan plan_matmul() {
  stack_plan p;
  constexpr int la = A::R > 2 ? A::R - 2 : 0, lb = B::R > 2 ? B::R - 2 : 0, l = la > lb ? la : lb;
  const int m = l + 1, k = l + 2, n = l + 3;
  for (int d = 0; d < l; ++d) {
    const int i = d - (l - la), j = d - (l - lb);
    bool in_a = i >= 0, in_b = j >= 0;
    if (in_a && in_b) {
      const index_t ea = A::static_extent(i), eb = B::static_extent(j);
      if (ea == 1 && eb != 1) {
        p.drop_a |= 1U << i;
        in_a = false;
      } else if (eb == 1 && ea != 1) {
        p.drop_b |= 1U << j;
        in_b = false;
      } else if (ea != eb && !is_dynamic(ea) && !is_dynamic(eb)) p.valid = false;
      else {
        p.spread_a |= is_dynamic(ea);
        p.spread_b |= is_dynamic(eb);
      }
    }
    if (in_a) p.spec.a = append_digit(p.spec.a, d + 1);
    if (in_b) p.spec.b = append_digit(p.spec.b, d + 1);
    p.spec.c = append_digit(p.spec.c, d + 1);
  }
  if (A::R > 1) {
    p.spec.a = append_digit(p.spec.a, m);
    p.spec.c = append_digit(p.spec.c, m);
  }
  p.spec.a = append_digit(p.spec.a, k);
  p.spec.b = append_digit(p.spec.b, k);
  if (B::R > 1) {
    p.spec.b = append_digit(p.spec.b, n);
    p.spec.c = append_digit(p.spec.c, n);
  }
  return p;
}

// The extents of A with those leading dims that B shares stretched to the common ones.
template <class A, class B>
constexpr auto spread_shape() {
  static_shape<A::R> s{};
  for (int i = 0; i < A::R; ++i) {
    const int j = i - A::R + B::R;
    s[i] = A::static_extent(i);
    if (i < A::R - 2 && j >= 0 && B::static_extent(j) != 1 && is_dynamic(s[i])) s[i] = B::static_extent(j);
  }
  return s;
}
template <class A, class B>
FUNCTRA_INLINE auto spread_stack(const A& a, const B& b) {
  using XA = extents_of_value<A>;
  using XB = extents_of_value<B>;
  using X = extents_of<XA::R, spread_shape<XA, XB>()>;
  index_t n[X::R];
  for (int i = 0; i < X::R; ++i) {
    const int j = i - XA::R + XB::R;
    n[i] = a.extent(i);
    if (i < X::R - 2 && j >= 0 && XB::static_extent(j) != 1 && n[i] == 1) n[i] = b.extent(j);
  }
  return bind(rules::broadcast<X>{{}, X::from(n)}, a);
}

template <class A, class B>
void check_leading(const A& a, const B& b) {
  constexpr int ra = extents_of_value<A>::R, rb = extents_of_value<B>::R;
  for (int i = 3; i <= ra && i <= rb; ++i)
    if (const index_t n = a.extent(ra - i), m = b.extent(rb - i); n != m && n != 1 && m != 1)
      fail("matmul", "leading extents must be equal, or 1, got ", n, " and ", m);
}

// An operand as the contraction takes it: leading dims spread, or dropped, or untouched.
template <bool Spread, unsigned Drop, class A, class B>
FUNCTRA_INLINE decltype(auto) fit_stack(const A& a, const B& b) {
  if constexpr (Spread) return drop_dims<Drop>(spread_stack(a, b));
  else if constexpr (Drop != 0) return drop_dims<Drop>(a);
  else return (a);
}

template <class A, class B>
FUNCTRA_INLINE auto matmul_values(const A& a, const B& b) {
  constexpr stack_plan p = plan_matmul<extents_of_value<A>, extents_of_value<B>>();
  static_assert(p.valid, "[matmul] leading extents must be equal, or 1");
  if constexpr (p.spread_a || p.spread_b) check_leading(a, b);
  if constexpr (p.valid) return contract<p.spec>(fit_stack<p.spread_a, p.drop_a>(a, b), fit_stack<p.spread_b, p.drop_b>(b, a));
  else return a;
}

// The dims of A and B that a product sums over: the last, and the last but one (or the only one).
template <class A>
inline constexpr int inner_a = extents_t<A>::R - 1;
template <class B>
inline constexpr int inner_b = extents_t<B>::R > 1 ? extents_t<B>::R - 2 : 0;

template <class A, class B>
constexpr bool inner_extents_agree() {
  if constexpr (extents_t<A>::R == 0 || extents_t<B>::R == 0) return true;
  else {
    constexpr index_t n = extents_t<A>::static_extent(inner_a<A>), m = extents_t<B>::static_extent(inner_b<B>);
    return n == m || is_dynamic(n) || is_dynamic(m);
  }
}
[[noreturn]] FUNCTRA_COLD inline void fail_inner(const char* name, index_t n, index_t m) {
  fail(name, "inner extents must agree, got ", n, " and ", m);
}
template <class A, class B>
FUNCTRA_INLINE void check_inner(const char* name, const A& a, const B& b) {
  if (const index_t n = a.extent(inner_a<A>), m = b.extent(inner_b<B>); n != m) fail_inner(name, n, m);
}

template <class A>
inline constexpr bool is_temporary = is_expr<std::remove_cvref_t<A>> && !std::is_lvalue_reference_v<A>;

// The digits of tensordot: dim da[i] of A meets dim db[i] of B; the other dims of A, then those of B, are left.
template <int RA, int RB>
constexpr rules::contraction_spec tensordot_spec(const int* da, const int* db, int count) {
  rules::contraction_spec s{};
  int b[array_size(RB)]{};
  int next = 1;
  for (int i = 0; i < RA; ++i) {
    const int d = next++;
    s.a = append_digit(s.a, d);
    bool met = false;
    for (int k = 0; k < count; ++k)
      if (wrap_dim(da[k], RA) == i) {
        b[wrap_dim(db[k], RB)] = d;
        met = true;
      }
    if (!met) s.c = append_digit(s.c, d);
  }
  for (int j = 0; j < RB; ++j) {
    const bool met = b[j] != 0;
    const int d = met ? b[j] : next++;
    s.b = append_digit(s.b, d);
    if (!met) s.c = append_digit(s.c, d);
  }
  return s;
}

}  // namespace detail

// The matrix product, with numpy's conventions for all ranks: a rank-1 operand is a row on the left and a column on the right, and
// its dim falls away; leading dims are stacks of matrices, which broadcast.
//   T[m,k], T[k,n] -> T[m,n]     T[m,k], T[k] -> T[m]     T[k], T[k,n] -> T[n]     T[k], T[k] -> T[]     T[b,m,k], T[k,n] -> T[b,m,n]
// Throws where the inner extents, or leading ones, do not agree.
template <tensor_like A, tensor_like B>
FUNCTRA_INLINE auto matmul(const A& a, const B& b) {
  static_assert(detail::extents_t<A>::R > 0 && detail::extents_t<B>::R > 0, "[matmul] operands of rank 1 or more are required; use * with a rank-0 tensor");
  static_assert(detail::inner_extents_agree<A, B>(), "[matmul] inner extents must agree: T[m,k], T[k,n] -> T[m,n]");
  detail::check_inner("matmul", a, b);
  return detail::matmul_values(detail::as_value(a), detail::as_value(b));
}

// The inner product of two vectors; of ranks 1 and 2, the matrix product.   T[n], T[n] -> T[]     T[m,k], T[k] -> T[m]
// With a temporary expression the product of two vectors is a fused sum, which stores neither operand.
template <tensor_like A, tensor_like B>
FUNCTRA_INLINE auto dot(A&& a, B&& b) {
  using U = std::remove_cvref_t<A>;
  using V = std::remove_cvref_t<B>;
  constexpr int ra = detail::extents_t<U>::R, rb = detail::extents_t<V>::R;
  static_assert(ra >= 1 && ra <= 2 && rb >= 1 && rb <= 2, "[dot] operands of rank 1 or 2 are required; use matmul or tensordot for more, * for rank 0");
  static_assert(detail::inner_extents_agree<U, V>(), "[dot] inner extents must agree: T[n], T[n] -> T[]");
  detail::check_inner("dot", a, b);
  if constexpr (ra == 1 && rb == 1 && (detail::is_temporary<A&&> || detail::is_temporary<B&&>)) return sum(std::forward<A>(a) * std::forward<B>(b));
  else return detail::matmul_values(detail::as_value(a), detail::as_value(b));
}

// All products of an element of a with one of b.   T[m], T[n] -> T[m,n]
template <tensor_like A, tensor_like B>
FUNCTRA_INLINE auto outer(const A& a, const B& b) {
  static_assert(detail::extents_t<A>::R == 1 && detail::extents_t<B>::R == 1, "[outer] operands of rank 1 are required; use flatten(x), or tensordot<0>(a, b)");
  return detail::contract<rules::contraction_spec{0x1, 0x2, 0x12}>(detail::as_value(a), detail::as_value(b));
}

// The sum of products over pairs of dims: the first of dims_a with the first of dims_b, and so on. The other dims of a stay in front
// of those of b.   tensordot(a, b, dims<1>, dims<0>): T[m,k], T[k,n] -> T[m,n]
template <tensor_like A, tensor_like B, int... I, int... J>
FUNCTRA_INLINE auto tensordot(const A& a, const B& b, dims_t<I...>, dims_t<J...>) {
  using XA = detail::extents_t<A>;
  using XB = detail::extents_t<B>;
  static_assert(sizeof...(I) == sizeof...(J), "[tensordot] as many dims of a as of b are required");
  static_assert(detail::valid_dims<XA::R, I...>() && detail::valid_dims<XB::R, J...>(), "[tensordot] dims must lie within the rank, each once");
  constexpr int da[] = {I..., 0}, db[] = {J..., 0};
  constexpr auto spec = detail::tensordot_spec<XA::R, XB::R>(da, db, sizeof...(I));
  static_assert(detail::extents_match<spec, XA, XB>(), "[tensordot] extents of paired dims must agree");
  detail::check_extents<spec>("tensordot", "extents of paired dims must agree", a, b);
  return detail::contract<spec>(detail::as_value(a), detail::as_value(b));
}
// The last N dims of a with the first N of b.   tensordot<2>(a, b): T[m,i,j], T[i,j,n] -> T[m,n]
template <int N, tensor_like A, tensor_like B>
FUNCTRA_INLINE auto tensordot(const A& a, const B& b) {
  constexpr int r = detail::extents_t<A>::R;
  static_assert(N >= 0 && N <= r && N <= detail::extents_t<B>::R, "[tensordot] N must not exceed the ranks");
  return [&]<int... K>(std::integer_sequence<int, K...>) FUNCTRA_INLINE_LAMBDA {
    return tensordot(a, b, dims<(r - N + K)...>, dims<K...>);
  }(std::make_integer_sequence<int, N>{});
}

}  // namespace functra
