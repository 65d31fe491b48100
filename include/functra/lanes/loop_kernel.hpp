// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "functra/core/extents.hpp"

// What the loop engine knows of a kernel and of the types of its operands, and the last, partial step.
namespace functra::lanes {

inline constexpr int max_rank = 12;
inline constexpr int max_operands = 64;

// Where an operand lies and how it walks: strides in elements, one for each dim of the iteration space.
struct operand {
  void* p;
  index_t stride[max_rank];
};

// Some rows of n elements, and the distances between elements and between rows.
struct row_walk {
  index_t n, stride, rows = 1, row_stride = 0;
};

// How to move the elements of an operand between its place and a buffer without gaps; all that the driver knows of types.
struct operand_kind {
  std::size_t size;
  std::size_t lane_bytes;
  bool single;
  void (*fill)(void* buffer, const void* from, const row_walk& w);
  void (*store)(void* to, const row_walk& w, const void* buffer, bool accumulate);
  void (*sum)(void* to, const row_walk& w, const void* buffer);  // every row to one element
  void (*add_up)(void* to, const void* const* from, int count, index_t n, bool accumulate);  // null where nothing is summed
  void (*reduce)(const void* sum, void* result, bool accumulate);
  void (*keep)(void* sum, const void* before, int valid);
};

// How an output shares its places with its neighbours among the outputs: it is moved by some elements, and if it joins, added to the
// next one instead of being written. At the end, its last step is left in `last`.
struct output_link {
  bool joins = false;
  int shift = 0;
  void* last = nullptr;
};

// What the driver knows of a kernel.
struct kernel_info {
  int inputs, outputs;
  int step;                   // elements that the kernel takes at once
  int longest_shift;          // of links; negative where there are none
  const operand_kind* kinds;  // of the inputs, then of the outputs
  void (*steps)(index_t count, const void* const* in, void* const* out, const bool* accumulate, const output_link* links);
};

namespace detail {

// Whether the arrays at a and b share memory.
inline bool overlap(const void* a, std::size_t bytes_of_a, const void* b, std::size_t bytes_of_b) {
  const auto i = reinterpret_cast<std::uintptr_t>(a), j = reinterpret_cast<std::uintptr_t>(b);
  return i < j + bytes_of_b && j < i + bytes_of_a;
}

inline constexpr std::size_t tail_bytes = 1024;

// The last, partial step: on copies, so that the kernel neither reads nor writes past the end. Results are added one output
// after the other, because outputs may lie in the same place.
inline void run_tail(const kernel_info& l, index_t done, index_t rest, const void* const* in, void* const* out, const bool* accumulate) {
  alignas(64) char tail[max_operands][tail_bytes];
  alignas(64) char before[max_operands][tail_bytes];
  const void* tin[max_operands];
  void* tout[max_operands];
  bool stores[max_operands];
  for (int k = 0; k < l.inputs; ++k) {
    const operand_kind& kind = l.kinds[k];
    tin[k] = in[k];
    if (kind.single) continue;
    tin[k] = tail[k];
    const std::size_t bytes = kind.size * static_cast<std::size_t>(rest);
    std::memcpy(tail[k], static_cast<const char*>(in[k]) + kind.size * static_cast<std::size_t>(done), bytes);
    std::memset(tail[k] + bytes, 0, kind.size * static_cast<std::size_t>(l.step) - bytes);
  }
  for (int k = 0; k < l.outputs; ++k) {
    const operand_kind& kind = l.kinds[l.inputs + k];
    const int o = l.inputs + k;
    tout[k] = kind.single ? out[k] : tail[o];
    stores[k] = false;
    if (kind.single) std::memcpy(before[o], out[k], kind.lane_bytes);
  }
  l.steps(1, tin, tout, stores, nullptr);
  for (int k = 0; k < l.outputs; ++k) {
    const operand_kind& kind = l.kinds[l.inputs + k];
    const int o = l.inputs + k;
    if (kind.single) kind.keep(out[k], before[o], static_cast<int>(rest));
    else kind.store(static_cast<char*>(out[k]) + static_cast<std::size_t>(done) * kind.size, {rest, 1}, tail[o], accumulate[k]);
  }
}

}  // namespace detail
}  // namespace functra::lanes
