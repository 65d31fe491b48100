// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>

#include "functra/core/extents.hpp"

#if defined(FUNCTRA_OPENMP) && defined(_OPENMP)
#include <omp.h>

#include <exception>
#define FUNCTRA_THREADS 1
#else
#define FUNCTRA_THREADS 0
#endif

// Independent work on the threads of OpenMP, for programs that link functra::openmp; all of a program's files or none. Work is cut
// where the results do not depend on the cuts: they have the same bits for any number of threads.
namespace functra::detail {

inline constexpr bool has_threads = FUNCTRA_THREADS;

// body(first, last) on ranges that cover [0, n) and begin at multiples of `unit`. Where bodies throw, the exception of the first
// range goes on.
template <class Body>
FUNCTRA_INLINE void for_ranges(index_t n, [[maybe_unused]] index_t unit, const Body& body) {
#if FUNCTRA_THREADS
  const index_t units = (n + unit - 1) / unit;
  const int most = static_cast<int>(std::min<index_t>(omp_in_parallel() ? 1 : omp_get_max_threads(), units));
  if (most > 1) {
    std::exception_ptr failure;
    int failed = most;
#pragma omp parallel num_threads(most)
    {
      const int thread = omp_get_thread_num(), threads = omp_get_num_threads();
      const index_t first = units * thread / threads * unit, last = std::min(n, units * (thread + 1) / threads * unit);
      try {
        if (first < last) body(first, last);
      } catch (...) {
#pragma omp critical(functra_failure)
        if (thread < failed) {
          failed = thread;
          failure = std::current_exception();
        }
      }
    }
    if (failure) std::rethrow_exception(failure);
    return;
  }
#endif
  if (n > 0) body(index_t{0}, n);
}

}  // namespace functra::detail
