// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstring>
#include <initializer_list>

#include "functra/core/parallel.hpp"
#include "functra/dense/contract_static.hpp"
#include "functra/dense/narrow.hpp"
#include "functra/dense/product.hpp"
#include "functra/tensor/view.hpp"

// Contractions of any strides, planned at run time: large matrix products go to Eigen, or to a kernel of our own where they have a
// narrow side, everything else to the kernels here.
namespace functra::dense {

namespace detail {

// ---- kernels ----

// One row of V vectors with a long sum, in four parts side by side: one alone would wait for itself.
template <class L, int V, class T>
FUNCTRA_INLINE void long_row(const product_plan& p, write how, const T* a, const T* b, T* c) {
  constexpr int parts = 4;
  constexpr index_t width = lanes_of<L>;
  const index_walk &k = p.k, sums{k.n / parts, parts * k.a, parts * k.b, 0, true}, rest{k.n % parts, k.a, k.b, 0, true};
  alignas(64) T part[static_cast<std::size_t>(parts * V * width)];
  tile<L, parts, V, access::element, access::vector, access::vector>::template run<0>({{parts, k.a, k.b, V * width, false}, p.v, sums}, a, b, part);
  if (rest.n > 0) {
    const index_t done = k.n - rest.n;
    tile<L, 1, V, access::element, access::vector, access::vector>::template run<0>({p.u, p.v, rest, how}, a + done * k.a, b + done * k.b, c);
    how = write::add;
  }
  for (index_t j = 0; j < V * width; j += width) {
    L sum = L::load(part + j);
    for (index_t i = 1; i < parts; ++i) sum = sum + L::load(part + i * V * width + j);
    put<L, access::vector>(c + j, sum, how, 0);
  }
}

// Rows of an outer product, a vector or two each, which stay in registers.
template <class L, bool Two, class T>
FUNCTRA_INLINE void outer_rows(index_t n, const T* a, index_t a_step, const T* b, T* c, index_t c_step, write how) {
  constexpr index_t width = lanes_of<L>;
  const L first = L::load(b), second = Two ? L::load(b + width) : first;
  for (index_t i = 0; i < n; ++i) {
    const L x(a[i * a_step]);
    put<L, access::vector>(c + i * c_step, x * first, how, 0);
    if constexpr (Two) put<L, access::vector>(c + i * c_step + width, x * second, how, 0);
  }
}

template <class T>
void rows(const product_plan& p, write how, const T* a, const T* b, T* c) {
  using L = lanes::pack<T, lanes::width<T>>;
  constexpr int U = 4, V = registers == 32 ? 4 : 2;
  constexpr index_t width = lanes_of<L>;
  const tile_walk w{p.u, p.v, p.k, how};
  const index_t full = p.v.n / width;
  const int rest = static_cast<int>(p.v.n % width);
  const auto columns = [&](auto v, index_t j) FUNCTRA_INLINE_LAMBDA {
    dynamic_tiles<U>(p.u.n, [&](auto u, index_t i) FUNCTRA_INLINE_LAMBDA {
      tile<L, u, v, access::element, access::vector, access::vector>::template run<0>(w, a + i * p.u.a, b + j * width, c + i * p.u.c + j * width);
    });
  };
  if (p.k.n == 1) {
    // All writing: row by row, so that memory is written in order.
    if (full == 1) outer_rows<L, false>(p.u.n, a, p.u.a, b, c, p.u.c, how);
    else if (full == 2) outer_rows<L, true>(p.u.n, a, p.u.a, b, c, p.u.c, how);
    else
      for (index_t i = 0; i < p.u.n; ++i)
        dynamic_tiles<V>(full, [&](auto v, index_t j) FUNCTRA_INLINE_LAMBDA {
          tile<L, 1, v, access::element, access::vector, access::vector>::template run<1>(w, a + i * p.u.a, b + j * width, c + i * p.u.c + j * width);
        });
  } else if (p.u.n < 4 && p.k.n >= 32) {
    for (index_t i = 0; i < p.u.n; ++i)
      dynamic_tiles<V>(full, [&](auto v, index_t j) FUNCTRA_INLINE_LAMBDA { long_row<L, v>(p, how, a + i * p.u.a, b + j * width, c + i * p.u.c + j * width); });
  } else dynamic_tiles<V>(full, columns);
  if (rest > 0) {
    const tile_walk partial{p.u, p.v, p.k, how, rest};
    const index_t j = full * width;
    dynamic_tiles<U>(p.u.n, [&](auto u, index_t i) FUNCTRA_INLINE_LAMBDA {
      tile<L, u, 1, access::element, access::partial, access::partial>::template run<0>(partial, a + i * p.u.a, b + j, c + i * p.u.c + j);
    });
  }
}

template <class T>
void pointwise(const product_plan& p, write how, const T* a, const T* b, T* c) {
  using L = lanes::pack<T, lanes::width<T>>;
  constexpr index_t width = lanes_of<L>;
  const tile_walk w{p.u, p.v, p.k, how};
  const index_t full = p.v.n / width;
  dynamic_tiles<4>(full, [&](auto v, index_t j) FUNCTRA_INLINE_LAMBDA {
    tile<L, 1, v, access::vector, access::vector, access::vector>::template run<0>(w, a + j * width, b + j * width, c + j * width);
  });
  if (p.v.n % width != 0) {
    const tile_walk partial{p.u, p.v, p.k, how, static_cast<int>(p.v.n % width)};
    const index_t at = full * width;
    tile<L, 1, 1, access::partial, access::partial, access::partial>::template run<0>(partial, a + at, b + at, c + at);
  }
}

template <class T>
void dots(const product_plan& p, write how, const T* a, const T* b, T* c) {
  using L = lanes::pack<T, lanes::width<T>>;
  const tile_walk w{p.u, p.v, p.k, how};
  index_t i = 0;
  for (; i + 4 <= p.u.n; i += 4) dot_rows<L, 4, 2, T>::run(w, a + i * p.u.a, b, c + i * p.u.c);
  for (; i < p.u.n; ++i) dot_rows<L, 1, 8, T>::run(w, a + i * p.u.a, b, c + i * p.u.c);
}

template <class TA, class TB, class TC>
void elements(const product_plan& p, write how, const TA* a, const TB* b, TC* c) {
  constexpr int size = registers_of<TC>;
  constexpr int U = 8 * size <= registers ? 4 : 1;
  const tile_walk w{p.u, p.v, p.k, how};
  for (index_t j = 0; j < p.v.n; ++j)
    dynamic_tiles<U>(p.u.n, [&](auto u, index_t i) FUNCTRA_INLINE_LAMBDA {
      tile<TC, u, 1, access::element, access::element, access::element>::template run<0>(
          w, a + i * p.u.a + j * p.v.a, b + i * p.u.b + j * p.v.b, c + i * p.u.c + j * p.v.c);
    });
}

// Calls body(offset in A, in B, in C) for every step of the loops.
template <class Body>
void for_each_step(const index_walks& loops, const Body& body) {
  index_t at[max_indices] = {};
  index_t a = 0, b = 0, c = 0;
  for (;;) {
    body(a, b, c);
    int d = loops.count - 1;
    for (; d >= 0; --d) {
      const index_walk& w = loops.at[d];
      a += w.a, b += w.b, c += w.c;
      if (++at[d] < w.n) break;
      a -= w.n * w.a, b -= w.n * w.b, c -= w.n * w.c;
      at[d] = 0;
    }
    if (d < 0) return;
  }
}

// The same, on several threads where that is wanted and the steps of the outermost loop write to places of their own.
template <class Body>
void for_each_step_in_threads(const index_walks& loops, bool wanted, const Body& body) {
  if constexpr (functra::detail::has_threads) {
    if (wanted && loops.count > 0 && loops.at[0].c != 0) {
      const index_walk w = loops.at[0];
      functra::detail::for_ranges(w.n, 1, [&](index_t first, index_t last) {
        index_walks part = loops;
        part.at[0].n = last - first;
        for_each_step(part, [&](index_t i, index_t j, index_t k) { body(first * w.a + i, first * w.b + j, first * w.c + k); });
        std::atomic_thread_fence(std::memory_order_seq_cst);  // for streaming stores
      });
      return;
    }
  }
  static_cast<void>(wanted);
  for_each_step(loops, body);
}

// Results beyond this are written past the cache: nobody will find them there.
inline constexpr std::size_t large_result = std::size_t{24} << 20;

template <class TA, class TB, class TC>
void run_kernels(product_plan& p, const TA* a, const TB* b, TC* c, index_t size) {
  constexpr bool vectors = std::is_floating_point_v<TA> && std::is_same_v<TA, TB> && std::is_same_v<TA, TC>;
  make_plan(p, !vectors);
  lengthen(p);
  if (p.adds) std::fill(c, c + size, TC(0));
  const write how = p.adds ? write::add : vectors && static_cast<std::size_t>(size) * sizeof(TC) > large_result && p.k.n == 1 ? write::stream : write::store;
  if constexpr (vectors) {
    const TA* const first = p.swapped ? b : a;
    const TA* const second = p.swapped ? a : b;
    for_each_step_in_threads(p.loops, !p.adds && size > 16384, [&](index_t i, index_t j, index_t k) {
      if (p.kind == form::rows) rows(p, how, first + i, second + j, c + k);
      else if (p.kind == form::pointwise) pointwise(p, how, first + i, second + j, c + k);
      else if (p.kind == form::dots) dots(p, how, first + i, second + j, c + k);
      else elements(p, how, first + i, second + j, c + k);
    });
    if (how == write::stream) std::atomic_thread_fence(std::memory_order_seq_cst);
  } else {
    for_each_step(p.loops, [&](index_t i, index_t j, index_t k) { elements(p, how, a + i, b + j, c + k); });
  }
}

// ---- matrix products ----

// The indices of a contraction by what they do, largest strides first.
struct matrix_walks {
  index_walks m, n, k, batch;
};
inline void insert(index_walks& to, const index_walk& w, index_t index_walk::*order) {
  to.push(w);
  for (int i = to.count - 1; i > 0 && to.at[i - 1].*order < to.at[i].*order; --i) std::swap(to.at[i - 1], to.at[i]);
}
inline matrix_walks sort_walks(const index_walks& x) {
  matrix_walks s;
  for (int i = 0; i < x.count; ++i) {
    const index_walk& w = x.at[i];
    if (w.summed) insert(s.k, w, &index_walk::a);
    else if (is_row(w)) insert(s.m, w, &index_walk::c);
    else if (is_column(w)) insert(s.n, w, &index_walk::c);
    else insert(s.batch, w, &index_walk::c);
  }
  return s;
}
inline index_t volume(const index_walks& x) {
  index_t v = 1;
  for (int i = 0; i < x.count; ++i) v *= x.at[i].n;
  return v;
}

// Whether a matrix of these extents and strides is contiguous along one dim, and apart along the other.
inline bool is_matrix(index_t rows, index_t row_stride, index_t columns, index_t column_stride) {
  return (column_stride == 1 && row_stride >= columns) || (row_stride == 1 && column_stride >= rows);
}

// Sets the strides of an operand (a member of index_walk) to those of a contiguous array of the groups in order; returns its size.
inline index_t lay_out(index_t index_walk::*operand, std::initializer_list<index_walks*> groups) {
  index_t s = 1;
  for (auto g = groups.end(); g != groups.begin();) {
    index_walks& x = **--g;
    for (int i = x.count - 1; i >= 0; --i) {
      if (x.at[i].*operand == 0 && operand != &index_walk::c) continue;
      x.at[i].*operand = s;
      s *= x.at[i].n;
    }
  }
  return s;
}

// A copy of an operand in the order of the groups.
template <class T>
memory::handle copy_operand(const T* from, index_t index_walk::*operand, std::initializer_list<index_walks*> groups) {
  index_t n[max_indices], s[max_indices];
  int rank = 0;
  for (const index_walks* g : groups)
    for (int i = 0; i < g->count; ++i)
      if (g->at[i].*operand != 0) {
        n[rank] = g->at[i].n;
        s[rank++] = g->at[i].*operand;
      }
  const index_t size = lay_out(operand, groups);
  memory::handle h = memory::handle::allocate(static_cast<std::size_t>(size) * sizeof(T));
  functra::detail::copy_strided(from, n, s, rank, static_cast<T*>(h.data()));
  return h;
}

inline index_walks joined(const matrix_walks& s) {
  index_walks x;
  for (const index_walks* g : {&s.batch, &s.m, &s.n, &s.k})
    for (int i = 0; i < g->count; ++i) x.push(g->at[i]);
  merge(x);
  return x;
}

// A product for Eigen: one index in each group, both operands contiguous along one of their two, C along one.
inline bool fits_eigen(const matrix_walks& s) {
  if (s.m.count != 1 || s.n.count != 1 || s.k.count != 1) return false;
  const index_walk &m = s.m.at[0], &n = s.n.at[0], &k = s.k.at[0];
  return is_matrix(m.n, m.a, k.n, k.a) && is_matrix(k.n, k.b, n.n, n.b) && is_matrix(m.n, m.c, n.n, n.c);
}

// Products with a narrow side; false where Eigen's are better.
template <class T>
bool try_narrow(const matrix_walks& s, const T* a, const T* b, T* c, index_t size) {
  const index_walk m = s.m.at[0], n = s.n.at[0], k = s.k.at[0];
  const auto flipped = [](const index_walk& w) { return index_walk{w.n, w.b, w.a, w.c, w.summed}; };
  const index_walk u = flipped(n), v = flipped(m), l = flipped(k);
  const index_t along_n = narrow_cost<T>(m, n, k), along_m = narrow_cost<T>(u, v, l);
  if (along_n < 0 && along_m < 0) return false;
  const bool rows = along_m < 0 || (along_n >= 0 && along_n <= along_m);
  for_each_step_in_threads(s.batch, size > 16384, [&](index_t i, index_t j, index_t at) {
    if (rows) narrow_product(m, n, k, a + i, b + j, c + at);
    else narrow_product(u, v, l, b + j, a + i, c + at);
  });
  return true;
}

template <class T>
void run_matrices(const matrix_walks& s, const T* a, const T* b, T* c, index_t size) {
  if (try_narrow(s, a, b, c, size)) return;
  const index_walk m = s.m.at[0], n = s.n.at[0], k = s.k.at[0];
  std::memset(static_cast<void*>(c), 0, static_cast<std::size_t>(size) * sizeof(T));
  const bool a_columns = k.a != 1 || m.a < k.n, b_columns = n.b != 1 || k.b < n.n;
  for_each_step_in_threads(s.batch, size > 16384, [&](index_t i, index_t j, index_t l) {
    const matrix<T> x{a + i, a_columns ? k.a : m.a, a_columns};
    const matrix<T> y{b + j, b_columns ? n.b : k.b, b_columns};
    if (n.c == 1) add_product(m.n, n.n, k.n, x, y, c + l, m.c);
    else add_product(n.n, m.n, k.n, matrix<T>{y.p, y.leading, !b_columns}, matrix<T>{x.p, x.leading, !a_columns}, c + l, n.c);
  });
}

// Whether Eigen's packing of both operands pays. It does early where no kernel can go along the columns of C.
inline bool is_large(const index_walks& x) { return x.count >= 3 && volume(x) >= (find_largest(x, is_vector) >= 0 ? 8192 : 1024); }

// Computes C by Eigen if it is a large enough matrix product, after copying what does not have the layout of a matrix.
template <class T>
bool try_eigen(const index_walks& x, const T* a, const T* b, T* c, index_t size) {
  matrix_walks s = sort_walks(x);
  if (volume(s.m) * volume(s.n) * volume(s.k) < 1024 || volume(s.m) < 2 || volume(s.n) < 2 || volume(s.k) < 2) return false;
  if (fits_eigen(s)) return run_matrices(s, a, b, c, size), true;
  // Indices that do not merge become loops around large products.
  matrix_walks loops = s;
  while (loops.m.count > 1) loops.batch.push(loops.m.take(0));
  while (loops.n.count > 1) loops.batch.push(loops.n.take(0));
  if (fits_eigen(loops) && loops.m.at[0].n * loops.n.at[0].n * loops.k.at[0].n >= 65536) return run_matrices(loops, a, b, c, size), true;
  // Else copies: of the operands that are not matrices, and of C if its order differs.
  const auto mergeable = [](const index_walks& g, index_t index_walk::*o) {
    for (int i = 0; i + 1 < g.count; ++i)
      if (g.at[i].*o != g.at[i + 1].*o * g.at[i + 1].n) return false;
    return true;
  };
  const auto last = [](const index_walks& g) { return g.at[g.count - 1]; };
  memory::handle copy_a, copy_b, copy_c;
  if (!mergeable(s.m, &index_walk::a) || !mergeable(s.k, &index_walk::a) || !is_matrix(volume(s.m), last(s.m).a, volume(s.k), last(s.k).a)) {
    copy_a = copy_operand(a, &index_walk::a, {&s.batch, &s.m, &s.k});
    a = static_cast<const T*>(copy_a.data());
  }
  if (!mergeable(s.n, &index_walk::b) || !mergeable(s.k, &index_walk::b) || !is_matrix(volume(s.k), last(s.k).b, volume(s.n), last(s.n).b)) {
    copy_b = copy_operand(b, &index_walk::b, {&s.batch, &s.k, &s.n});
    b = static_cast<const T*>(copy_b.data());
  }
  T* to = c;
  index_t n[max_indices], stride[max_indices];
  int rank = 0;
  if (!mergeable(s.m, &index_walk::c) || !mergeable(s.n, &index_walk::c) || !is_matrix(volume(s.m), last(s.m).c, volume(s.n), last(s.n).c)) {
    // C is computed as [batch, m, n] and then brought to its order: that of falling strides.
    index_walks order;
    matrix_walks t = s;
    lay_out(&index_walk::c, {&t.batch, &t.m, &t.n});
    const index_walks* from[] = {&s.batch, &s.m, &s.n};
    const index_walks* temp[] = {&t.batch, &t.m, &t.n};
    for (int g = 0; g < 3; ++g)
      for (int i = 0; i < from[g]->count; ++i) insert(order, {from[g]->at[i].n, temp[g]->at[i].c, 0, from[g]->at[i].c, false}, &index_walk::c);
    for (; rank < order.count; ++rank) {
      n[rank] = order.at[rank].n;
      stride[rank] = order.at[rank].a;
    }
    s = t;
    copy_c = memory::handle::allocate(static_cast<std::size_t>(size) * sizeof(T));
    to = static_cast<T*>(copy_c.data());
  }
  const matrix_walks ready = sort_walks(joined(s));
  if (!fits_eigen(ready)) return false;
  run_matrices(ready, a, b, to, size);
  if (copy_c) functra::detail::copy_strided(static_cast<const T*>(to), n, stride, rank, c);
  return true;
}

}  // namespace detail

// C = sum of A B for the indices p.loops, which are merged here; C holds `size` elements, contiguous, in the order of its strides.
template <class TA, class TB, class TC>
[[gnu::noinline]] void contract(product_plan& p, const TA* a, const TB* b, TC* c, index_t size) {
  if (size == 0) return;
  if (p.loops.empty()) {
    std::fill(c, c + size, TC(0));
    return;
  }
  merge(p.loops);
  if constexpr (std::is_floating_point_v<TA> && std::is_same_v<TA, TB> && std::is_same_v<TA, TC>)
    if (detail::is_large(p.loops) && detail::try_eigen(p.loops, a, b, c, size)) return;
  detail::run_kernels(p, a, b, c, size);
}

}  // namespace functra::dense
