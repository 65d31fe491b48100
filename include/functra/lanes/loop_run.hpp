// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/parallel.hpp"
#include "functra/lanes/loop_driver.hpp"
#include "functra/lanes/loop_shared.hpp"

// A kernel on arrays as their owners have them: placed in the iteration space, cut between threads, run.
namespace functra::lanes {

namespace detail {

// Elements from which on work is shared between threads.
inline constexpr index_t shared_work = 32768;

// The dim to cut between threads, or -1: the longest, where the work is long and no two elements of outputs share a place.
inline int dim_to_cut(const loop& l) {
  index_t total = 1;
  int longest = 0;
  for (int d = 0; d < l.rank; ++d) {
    total *= l.n[d];
    if (l.n[d] > l.n[longest]) longest = d;
  }
  if (l.rank == 0 || total < shared_work) return -1;
  std::uintptr_t begin[max_operands], end[max_operands];
  for (int k = 0; k < l.kernel.outputs; ++k) {
    index_t last = 0;
    for (int d = 0; d < l.rank; ++d) {
      if (l.out[k].stride[d] <= 0 && l.n[d] > 1) return -1;
      last += (l.n[d] - 1) * l.out[k].stride[d];
    }
    if (l.kernel.kinds[l.kernel.inputs + k].single) return -1;
    begin[k] = reinterpret_cast<std::uintptr_t>(l.out[k].p);
    end[k] = begin[k] + static_cast<std::uintptr_t>(last + 1) * l.kernel.kinds[l.kernel.inputs + k].size;
    for (int i = 0; i < k; ++i)
      if (begin[i] < end[k] && begin[k] < end[i]) return -1;
  }
  return longest;
}

inline void drive_part(const loop& l, int d, index_t first, index_t last) {
  index_t n[max_rank];
  operand in[max_operands], out[max_operands];
  std::copy_n(l.n, l.rank, n);
  n[d] = last - first;
  const auto shift = [&](const operand* from, operand* to, int count, const operand_kind* kinds) {
    for (int k = 0; k < count; ++k) {
      to[k] = from[k];
      if (!kinds[k].single) to[k].p = static_cast<char*>(from[k].p) + first * from[k].stride[d] * static_cast<index_t>(kinds[k].size);
    }
  };
  shift(l.in, in, l.kernel.inputs, l.kernel.kinds);
  shift(l.out, out, l.kernel.outputs, l.kernel.kinds + l.kernel.inputs);
  const loop part{l.kernel, l.rank, n, in, out, l.accumulate};
  driver run(part);
}

}  // namespace detail

// An operand as its owner has it: extents of its own, which broadcast to the iteration space. Without strides it is contiguous.
struct array {
  void* p;
  int rank;
  const index_t* n;
  const index_t* stride;
  // Another array of this layout.
  array at(void* q) const { return {q, rank, n, stride}; }
};

namespace detail {
// How an array walks through the iteration space.
inline void place(const array& a, int rank, const index_t* n, operand& o) {
  o.p = a.p;
  index_t contiguous = 1;
  for (int d = rank - 1, k = a.rank - 1; d >= 0; --d, --k) {
    if (k < 0) {
      o.stride[d] = 0;
      continue;
    }
    o.stride[d] = a.n[k] == 1 && n[d] != 1 ? 0 : a.stride ? a.stride[k] : contiguous;
    contiguous *= a.n[k];
  }
}

// Whether an array is one run of memory that goes through the iteration space element by element.
inline bool is_flat(const array& a, int rank, const index_t* n) {
  index_t contiguous = 1;
  for (int d = rank - 1, k = a.rank - 1; d >= 0; --d, --k) {
    if (n[d] == 1) continue;
    if (k < 0 || a.n[k] != n[d] || (a.stride && a.stride[k] != contiguous)) return false;
    contiguous *= n[d];
  }
  return true;
}

// Whether outputs of n elements share memory.
inline bool any_overlap(const kernel_info& k, index_t n, void* const* out) {
  const auto bytes = [&](int i) { return static_cast<std::size_t>(n) * k.kinds[k.inputs + i].size; };
  for (int i = 0; i < k.outputs; ++i)
    for (int j = 0; j < i; ++j)
      if (overlap(out[i], bytes(i), out[j], bytes(j))) return true;
  return false;
}
FUNCTRA_NOINLINE inline bool run_shared(const kernel_info& k, index_t n, const void* const* in, void* const* out, const bool* accumulate) {
  shared_line line(k, n, out, accumulate);
  if (!line) return false;
  line.run(in);
  return true;
}

// Where every operand is one run of memory, and nothing is summed but outputs that share places, there is nothing to plan.
inline bool run_flat(const kernel_info& k, int rank, const index_t* n, const array* operands, const bool* accumulate) {
  index_t total = 1;
  for (int d = 0; d < rank; ++d) total *= n[d];
  if (total == 0) return false;
  const void* in[max_operands];
  void* out[max_operands];
  for (int i = 0; i < k.inputs; ++i) {
    if (!k.kinds[i].single && !is_flat(operands[i], rank, n)) return false;
    in[i] = operands[i].p;
  }
  for (int i = 0; i < k.outputs; ++i) {
    const array& o = operands[k.inputs + i];
    if (k.kinds[k.inputs + i].single || !is_flat(o, rank, n)) return false;
    out[i] = o.p;
  }
  if (k.outputs > 1 && any_overlap(k, total, out)) return run_shared(k, total, in, out, accumulate);
  if (functra::detail::has_threads && total >= shared_work) return false;
  const index_t count = total / k.step, rest = total % k.step;
  if (count > 0) k.steps(count, in, out, accumulate, nullptr);
  if (rest > 0) run_tail(k, count * k.step, rest, in, out, accumulate);
  return true;
}

FUNCTRA_NOINLINE inline void run_strided(const kernel_info& k, int rank, const index_t* n, const array* operands, const bool* accumulate) {
  operand placed[max_operands];
  for (int i = 0; i < k.inputs + k.outputs; ++i) place(operands[i], rank, n, placed[i]);
  const loop l{k, rank, n, placed, placed + k.inputs, accumulate};
  if constexpr (functra::detail::has_threads) {
    const int d = dim_to_cut(l);
    if (d >= 0) return functra::detail::for_ranges(n[d], std::min<index_t>(n[d], 64), [&](index_t first, index_t last) { drive_part(l, d, first, last); });
  }
  driver run(l);
}
}  // namespace detail

// Runs a kernel over the iteration space `n`. Operands are the inputs, then the outputs; an input that is smaller than the space
// broadcasts, an output is a sum. `accumulate[k]` adds to what output k holds. Outputs may share places, where they are summed; then they
// all accumulate or none does.
FUNCTRA_NOINLINE inline void run(const kernel_info& k, int rank, const index_t* n, const array* operands, const bool* accumulate) {
  if (!detail::run_flat(k, rank, n, operands, accumulate)) detail::run_strided(k, rank, n, operands, accumulate);
}

}  // namespace functra::lanes
