// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/extents.hpp"

// A contraction C = sum of A B over some indices, described by how each index walks through memory; and how it is computed: which
// indices become the rows, the columns and the inner loop of a kernel, and which stay loops around it. All of it is plain integers,
// so that one planner serves static extents at compile time and dynamic ones at run time.
namespace functra::dense {

// One index: its extent, and its stride in A, B and C (0 where it does not occur, or repeats). What is not in C is summed.
struct index_walk {
  index_t n = 1, a = 0, b = 0, c = 0;
  bool summed = false;
};

inline constexpr int max_indices = 15;

struct index_walks {
  index_walk at[max_indices]{};
  int count = 0;

  constexpr void push(const index_walk& w) { at[count++] = w; }
  constexpr index_walk take(int i) {
    const index_walk w = at[i];
    for (--count; i < count; ++i) at[i] = at[i + 1];
    return w;
  }
  constexpr bool empty() const {
    for (int i = 0; i < count; ++i)
      if (at[i].n == 0) return true;
    return false;
  }
};

// Drops indices of extent 1, and merges those that all operands walk as one.
constexpr void merge(index_walks& x) {
  int kept = 0;
  for (int i = 0; i < x.count; ++i)
    if (x.at[i].n != 1) x.at[kept++] = x.at[i];
  x.count = kept;
  const auto joins = [](const index_walk& outer, const index_walk& inner) {
    return outer.summed == inner.summed && outer.a == inner.a * inner.n && outer.b == inner.b * inner.n && outer.c == inner.c * inner.n;
  };
  for (int i = 0; i < x.count; ++i)
    for (int j = 0; j < x.count; ++j)
      if (i != j && joins(x.at[i], x.at[j])) {
        x.at[j].n *= x.at[i].n;
        x.take(i);
        i = -1;
        break;
      }
}

// The kernels: C[u,v] = sum over k of A B, for some index u, v, k.
//   rows       A[u,k] B[k,v]     B and C contiguous along v: SIMD along v
//   pointwise  A[k,v] B[k,v]     all contiguous along v: SIMD along v
//   dots       A[u,k] B[k]       A and B contiguous along k: SIMD along k
//   elements   any strides, one element at a time (a pack is one element)
enum class form { rows, pointwise, dots, elements };

struct product_plan {
  form kind = form::elements;
  bool swapped = false;  // A and B have changed places
  bool adds = false;     // a loop sums: C starts from zero and every kernel adds to it
  index_walk u, v, k;
  index_walks loops;
};

namespace detail {

// The index of the largest extent that satisfies the predicate, or -1.
template <class Predicate>
constexpr int find_largest(const index_walks& x, const Predicate& p) {
  int best = -1;
  for (int i = 0; i < x.count; ++i)
    if (p(x.at[i]) && (best < 0 || x.at[i].n > x.at[best].n)) best = i;
  return best;
}
// Takes it out; gives one of extent 1 where there is none.
template <class Predicate>
constexpr index_walk take_largest(index_walks& x, const Predicate& p) {
  const int i = find_largest(x, p);
  return i < 0 ? index_walk{} : x.take(i);
}

constexpr void swap_roles(product_plan& p) {
  p.swapped = true;
  for (int i = 0; i < p.loops.count; ++i) {
    index_walk& w = p.loops.at[i];
    const index_t a = w.a;
    w.a = w.b;
    w.b = a;
  }
}

constexpr bool is_summed(const index_walk& w) { return w.summed; }
constexpr bool is_kept(const index_walk& w) { return !w.summed; }
constexpr bool is_row(const index_walk& w) { return !w.summed && w.a != 0 && w.b == 0; }
constexpr bool is_column(const index_walk& w) { return !w.summed && w.a == 0 && w.b != 0; }
// Contiguous in C, and in A or B or both, that is not repeated in the other.
constexpr bool is_vector(const index_walk& w) { return w.c == 1 && (w.a == 0 || w.a == 1) && (w.b == 0 || w.b == 1) && w.a + w.b > 0; }
constexpr bool is_long_dot(const index_walk& w) { return w.summed && w.a == 1 && w.b == 1 && w.n >= 8; }

}  // namespace detail

// Plans the contraction whose merged walks are p.loops. Elements: the elements are packs or integers, of which no kernel loads
// several at once.
constexpr void make_plan(product_plan& p, bool elements) {
  using namespace detail;
  const int vector = elements ? -1 : find_largest(p.loops, is_vector);
  const int dot = elements ? -1 : find_largest(p.loops, is_long_dot);
  if (vector >= 0) {
    p.kind = p.loops.at[vector].a + p.loops.at[vector].b == 2 ? form::pointwise : form::rows;
    if (p.loops.at[vector].b == 0) swap_roles(p);
    p.v = p.loops.take(vector);
    if (p.kind == form::rows) p.u = take_largest(p.loops, is_row);
    p.k = take_largest(p.loops, is_summed);
  } else if (dot >= 0) {
    p.kind = form::dots;
    p.k = p.loops.take(dot);
    // The larger of an index of A and one of B becomes u; the other operand is held while u advances.
    const int a = find_largest(p.loops, is_row), b = find_largest(p.loops, is_column);
    if (b >= 0 && (a < 0 || p.loops.at[b].n > p.loops.at[a].n)) swap_roles(p);
    p.u = take_largest(p.loops, is_row);
  } else {
    p.k = take_largest(p.loops, is_summed);
    p.v = take_largest(p.loops, is_column);
    p.u = take_largest(p.loops, is_row);
    if (p.u.n == 1 && p.v.n == 1) p.u = take_largest(p.loops, is_kept);
  }
  for (int i = 0; i < p.loops.count; ++i) p.adds |= p.loops.at[i].summed;
}

// Turns many small products around into few long ones: the index of the largest loop becomes u. Kernels that store vectors pay
// sooner.
constexpr void lengthen(product_plan& p) {
  const int largest = detail::find_largest(p.loops, detail::is_kept);
  if (largest < 0 || p.u.n * p.v.n * p.k.n >= (p.kind == form::rows || p.kind == form::pointwise ? 16 : 64) || p.loops.at[largest].n < 16) return;
  const index_walk u = p.loops.take(largest);
  for (const index_walk& w : {p.u, p.v})
    if (w.n > 1) p.loops.push(w);
  p.kind = form::elements;
  p.u = u;
  p.v = {};
}

}  // namespace functra::dense
