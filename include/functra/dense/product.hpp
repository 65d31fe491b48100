// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "functra/core/extents.hpp"

#if !EIGEN_VERSION_AT_LEAST(3, 4, 0)
#error "functra: Eigen 3.4 or newer is required"
#endif

// Eigen's matrix product, the only thing here that Eigen does.
//
// It is entered below `Map<...> * Map<...>`: that expression also instantiates products coefficient by coefficient and matrix times
// vector for each pair of layouts, which makes it four times as slow to compile, and neither is ever called from here.
namespace functra::dense {

// C[m,n] = A[m,k] B[k,n], or C + A B: all extents positive, the rows of C contiguous. A and B are contiguous along either dim;
// their leading dimension is the distance between rows, or between columns where `by_columns`.
template <class T>
struct matrix {
  const T* p;
  index_t leading;
  bool by_columns;
};

namespace detail {

// Eigen writes by columns: it computes the transpose, B^T A^T.
template <bool AByColumns, bool BByColumns, class T>
void product(index_t m, index_t n, index_t k, const matrix<T>& a, const matrix<T>& b, T* c, index_t leading) {
  using namespace Eigen;
  constexpr int a_order = AByColumns ? RowMajor : ColMajor, b_order = BByColumns ? RowMajor : ColMajor;
  internal::gemm_blocking_space<ColMajor, T, T, Dynamic, Dynamic, Dynamic> blocking(n, m, k, 1, true);
  internal::general_matrix_matrix_product<Index, T, b_order, false, T, a_order, false, ColMajor, 1>::run(
      n, m, k, b.p, b.leading, a.p, a.leading, c, 1, leading, T(1), blocking, nullptr);
}

}  // namespace detail

// Adds to what is in C.
template <class T>
[[gnu::noinline]] void add_product(index_t m, index_t n, index_t k, const matrix<T>& a, const matrix<T>& b, T* c, index_t leading) {
  if (a.by_columns) b.by_columns ? detail::product<true, true>(m, n, k, a, b, c, leading) : detail::product<true, false>(m, n, k, a, b, c, leading);
  else b.by_columns ? detail::product<false, true>(m, n, k, a, b, c, leading) : detail::product<false, false>(m, n, k, a, b, c, leading);
}

}  // namespace functra::dense
