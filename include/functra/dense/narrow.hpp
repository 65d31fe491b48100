// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>

#include "functra/dense/index_walks.hpp"
#include "functra/dense/kernels.hpp"
#include "functra/lanes/transpose.hpp"
#include "functra/tensor/memory.hpp"

// Products of matrices with a narrow side, as the layers of networks and their gradients are. Packing both operands, as a general
// product does, is not earned back there: the elements of A are read where they lie and spread over the lanes; some rows of B stay in
// the cache, and are copied only where they are not whole vectors.
namespace functra::dense {

namespace detail {

// The extent of k, and the distances in memory: in A between rows and columns, in B and C between rows, which are contiguous.
struct narrow_walk {
  index_t k, row, column, b, c;
  bool add;  // to what is in C
};

// Rows of a tile of V vectors that fill the registers.
constexpr int narrow_rows(int v) {
  if (registers == 32) return v == 4 ? 6 : v == 2 ? 10 : 12;
  return v == 4 ? 2 : v == 2 ? 5 : 8;
}

// U rows of V vectors of C; `valid` lanes of the last vector.
template <class T, int U, int V>
struct narrow_tile {
  using L = lanes::pack<T, lanes::width<T>>;
  static constexpr index_t width = lanes_of<L>;

  FUNCTRA_NOINLINE static void run(const narrow_walk& w, const T* a, const T* b, T* c, int valid) {
    accumulators<L, U * V> sum;
    clear(ints<U * V>, sum);
    const index_t row = w.row, column = w.column, rows_of_b = w.b;
    for (index_t k = w.k; k > 0; --k, a += column, b += rows_of_b) step(ints<U>, ints<V>, sum, a, row, b);
    finish(ints<U * V>, sum, w, c, valid);
  }

 private:
  template <int... I>
  static FUNCTRA_INLINE void clear(std::integer_sequence<int, I...>, accumulators<L, U * V>& sum) {
    ((sum.template at<I>() = L(T(0))), ...);
  }
  template <int... R, int... J>
  static FUNCTRA_INLINE void step(std::integer_sequence<int, R...>, std::integer_sequence<int, J...> columns, accumulators<L, U * V>& sum, const T* a, index_t row, const T* b) {
    accumulators<L, V> y;
    ((y.template at<J>() = L::load(b + J * width)), ...);
    (multiply_row<R>(columns, sum, L(a[R * row]), y), ...);
  }
  template <int R, int... J>
  static FUNCTRA_INLINE void multiply_row(std::integer_sequence<int, J...>, accumulators<L, U * V>& sum, const L& x, accumulators<L, V>& y) {
    (add_product<false>(sum.template at<R * V + J>(), x, y.template at<J>()), ...);
  }
  template <int... I>
  static FUNCTRA_INLINE void finish(std::integer_sequence<int, I...>, accumulators<L, U * V>& sum, const narrow_walk& w, T* c, int valid) {
    const write how = w.add ? write::add : write::store;
    const auto put_vector = [&](auto i) FUNCTRA_INLINE_LAMBDA {
      T* const to = c + (i / V) * w.c + (i % V) * width;
      if (i % V == V - 1 && valid < width) put<L, access::partial>(to, sum.template at<i>(), how, valid);
      else put<L, access::vector>(to, sum.template at<i>(), how, valid);
    };
    (put_vector(std::integral_constant<int, I>{}), ...);
  }
};

// `rows` rows of V vectors of C.
template <int V, class T>
void narrow_columns(const narrow_walk& w, index_t rows, const T* a, const T* b, T* c, int valid) {
  constexpr int U = narrow_rows(V);
  index_t i = 0;
  for (; i + U <= rows; i += U) narrow_tile<T, U, V>::run(w, a + i * w.row, b, c + i * w.c, valid);
  if constexpr (U > 4)
    for (; i + 4 <= rows; i += 4) narrow_tile<T, 4, V>::run(w, a + i * w.row, b, c + i * w.c, valid);
  for (; i < rows; ++i) narrow_tile<T, 1, V>::run(w, a + i * w.row, b, c + i * w.c, valid);
}

// C[m,n] = A B or C + A B, for a block of k.
template <class T>
void narrow_block(const narrow_walk& w, index_t m, index_t n, const T* a, const T* b, T* c) {
  constexpr index_t width = lanes::width<T>, block = 120;  // whole tiles of every width
  for (index_t i = 0; i < m; i += block) {
    const auto columns = [&](auto v, index_t j) {
      const index_t last = n - j - (v - 1) * width;
      narrow_columns<v>(w, std::min(block, m - i), a + i * w.row, b + j, c + i * w.c + j, static_cast<int>(std::min(last, width)));
      return j + v * width;
    };
    index_t j = 0;
    if constexpr (registers == 32)
      while (n - j > 3 * width) j = columns(std::integral_constant<int, 4>{}, j);
    while (n - j > width) j = columns(std::integral_constant<int, 2>{}, j);
    if (j < n) columns(std::integral_constant<int, 1>{}, j);
  }
}

// Copies B[k,v] to rows that are padded with zeros to whole vectors.
template <class T>
void copy_panel(index_t k, index_t k_stride, index_t v, index_t v_stride, const T* b, T* panel, index_t padded) {
  constexpr int width = lanes::width<T>, most = 32;
  if (v_stride == 1) {
    for (index_t i = 0; i < k; ++i, panel += padded) {
      std::memcpy(static_cast<void*>(panel), b + i * k_stride, static_cast<std::size_t>(v) * sizeof(T));
      std::fill(panel + v, panel + padded, T(0));
    }
  } else if (k_stride == 1) {
    lanes::pack<T, width> block[most];
    for (index_t i = 0; i < k; i += most) {
      const int count = static_cast<int>(std::min<index_t>(most, k - i));
      for (index_t j = 0; j < v; j += width) {
        lanes::deinterleave(b + j * v_stride + i, v_stride, count, block, static_cast<int>(std::min<index_t>(width, v - j)));
        for (int r = 0; r < count; ++r) block[r].store(panel + (i + r) * padded + j);
      }
    }
  } else
    for (index_t i = 0; i < k; ++i, panel += padded) {
      for (index_t j = 0; j < v; ++j) panel[j] = b[i * k_stride + j * v_stride];
      std::fill(panel + v, panel + padded, T(0));
    }
}

template <class T>
constexpr index_t whole_vectors(index_t n) {
  return (n + lanes::width<T> - 1) / lanes::width<T> * lanes::width<T>;
}
// The rows of B that are taken at once: 32 KB, but not so few that C is read and written all the time.
template <class T>
constexpr index_t narrow_depth(index_t k, index_t v) {
  return std::min(k, std::max<index_t>(32768 / static_cast<index_t>(sizeof(T)) / whole_vectors<T>(v), 16));
}

}  // namespace detail

// C[u,v] = sum over k of A[u,k] B[k,v], for any strides.
template <class T>
FUNCTRA_NOINLINE void narrow_product(const index_walk& u, const index_walk& v, const index_walk& k, const T* a, const T* b, T* c) {
  using namespace detail;
  const index_t padded = whole_vectors<T>(v.n), depth = narrow_depth<T>(k.n, v.n);
  const bool copies_b = v.b != 1 || v.n != padded, copies_c = v.c != 1;
  const index_t panel_size = copies_b ? depth * padded : 0;
  const auto room = memory::handle::allocate(static_cast<std::size_t>(panel_size + (copies_c ? u.n * padded : 1)) * sizeof(T));
  T* const panel = static_cast<T*>(room.data());
  T* const to = copies_c ? panel + panel_size : c;
  for (index_t begin = 0; begin < k.n; begin += depth) {
    const index_t n = std::min(depth, k.n - begin);
    const T* const from = b + begin * k.b;
    if (copies_b) copy_panel(n, k.b, v.n, v.b, from, panel, padded);
    narrow_block({n, u.a, k.a, copies_b ? padded : k.b, copies_c ? padded : u.c, begin > 0}, u.n, v.n, a + begin * k.a, copies_b ? panel : from, to);
  }
  if (copies_c)
    for (index_t j = 0; j < v.n; ++j)
      for (index_t i = 0; i < u.n; ++i) c[i * u.c + j * v.c] = to[i * padded + j];
}

// What it costs, in multiplications of vectors; negative where a general product is better.
template <class T>
constexpr index_t narrow_cost(const index_walk& u, const index_walk& v, const index_walk& k) {
  constexpr index_t width = lanes::width<T>, size = static_cast<index_t>(sizeof(T));
  const index_t padded = detail::whole_vectors<T>(v.n);
  const index_t work = u.n * k.n * (padded / width) * (u.n < 4 ? 3 : 1);
  const index_t copies_b = v.b != 1 ? k.n * v.n * (v.n < width ? 2 : 1) : v.n != padded ? 2 * k.n : 0;
  const index_t copies_c = v.c != 1 ? 2 * u.n * v.n : 0;
  const bool few_columns = padded * size <= 1024 || (k.n <= 64 && detail::narrow_depth<T>(k.n, v.n) * padded * size <= 131072);
  if (!few_columns || padded > 3 * v.n || copies_b + copies_c > work || (v.c != 1 && u.n * v.n > 8192)) return -1;
  return work + copies_b + copies_c;
}

}  // namespace functra::dense
