// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "functra/lanes/loop_kernel.hpp"
#include "functra/tensor/memory.hpp"

// The strided loop nest around a kernel, free of templates: it merges dims, finds for every operand a contiguous run of
// elements (copying a block to a small buffer where there is none), and calls the kernel on blocks.
namespace functra::lanes {

// A kernel with its operands in place.
struct loop {
  const kernel_info& kernel;
  int rank;
  const index_t* n;
  const operand* in;
  const operand* out;
  const bool* accumulate;
};

namespace detail {

// Bytes of the block of an operand that has to be copied, where they are few and where they are many.
inline constexpr std::size_t large_buffer = 8192, small_buffer = 4096;
// Bytes of the longest row that is copied as a whole.
inline constexpr index_t longest_row = 16384;

class driver {
 public:
  explicit driver(const loop& l) : l_(l), rank_(0) {
    merge_dims();
    run();
  }

 private:
  // Drops dims of extent 1, and merges neighbours that every operand walks as one.
  void merge_dims() {
    const auto stride = [&](int k, int d) { return operand_at(k).stride[d]; };
    const int all = l_.kernel.inputs + l_.kernel.outputs;
    for (int d = 0; d < l_.rank; ++d) {
      if (l_.n[d] == 1) continue;
      bool mergeable = rank_ > 0;
      for (int k = 0; mergeable && k < all; ++k)
        mergeable = l_.kernel.kinds[k].single || stride_[k][rank_ - 1] == stride(k, d) * l_.n[d];
      if (!mergeable) ++rank_;
      n_[rank_ - 1] = mergeable ? n_[rank_ - 1] * l_.n[d] : l_.n[d];
      for (int k = 0; k < all; ++k) stride_[k][rank_ - 1] = stride(k, d);
    }
    if (rank_ == 0) {
      rank_ = 1;
      n_[0] = 1;
      for (int k = 0; k < all; ++k) stride_[k][0] = 1;
    }
  }

  void run() {
    index_t total = 1;
    for (int d = 0; d < rank_; ++d) total *= n_[d];
    clear_sums(total);
    if (total == 0) return;
    // Long rows are walked one by one, and so are short ones of packs, which have no tails; others are gathered into blocks that
    // span rows. So are rows of medium length where there is little to gather.
    row_ = n_[rank_ - 1];
    const index_t longest_gathered = l_.kernel.step == 1 ? 3 : runs_or_repeats() ? 512 : only_stores() ? 2 * l_.kernel.step : 128;
    by_rows_ = rank_ == 1 || row_ >= longest_gathered;
    const index_t span = by_rows_ ? row_ : total;
    std::size_t copies = 0;
    std::size_t widest = 8;
    for (int k = 0; k < l_.kernel.inputs + l_.kernel.outputs; ++k) {
      direct_[k] = l_.kernel.kinds[k].single || ((by_rows_ ? stride_[k][rank_ - 1] == 1 : is_flat(k)) && !meets_another(k));
      copies += direct_[k] ? 0 : 1;
      if (l_.kernel.kinds[k].size > widest) widest = l_.kernel.kinds[k].size;
    }
    if (by_rows_ && row_ * static_cast<index_t>(widest) <= longest_row && writes_directly()) {
      if (copies > 0) allocate_buffers(static_cast<std::size_t>(row_) * widest);
      return run_rows();
    }
    const std::size_t bytes = copies <= 2 ? large_buffer : small_buffer;
    if (copies > 0) allocate_buffers(bytes);
    index_t most = copies > 0 ? static_cast<index_t>(bytes / widest) : span;
    // Blocks of whole rows: what is the same in every row is copied once, and a sum over rows is a sum of blocks.
    const bool whole_rows = !by_rows_ && most >= row_;
    if (whole_rows) most -= most % row_;
    for (int k = 0; k < l_.kernel.inputs + l_.kernel.outputs; ++k) {
      same_rows_[k] = whole_rows && !direct_[k];
      for (int d = 0; d + 1 < rank_; ++d) same_rows_[k] &= stride_[k][d] == 0;
      if (k >= l_.kernel.inputs && same_rows_[k]) std::memset(buffer_[k], 0, static_cast<std::size_t>(most) * l_.kernel.kinds[k].size);
    }
    for (index_t start = 0; start < total;) {
      const index_t in_span = by_rows_ ? start % row_ : start;
      const index_t len = span - in_span < most ? span - in_span : most;
      run_block(start, len);
      start += len;
    }
    for (int k = 0; k < l_.kernel.outputs; ++k)
      if (same_rows_[l_.kernel.inputs + k]) write_block(k, 0, most < total ? most : total);
    finish_sums();
  }
  void finish_sums() {
    for (int k = 0; k < l_.kernel.outputs; ++k)
      if (output_kind(k).single) output_kind(k).reduce(sums_[k], l_.out[k].p, l_.accumulate[k]);
  }

  // Whether every operand is one run of memory, or the same in every row.
  bool runs_or_repeats() const {
    for (int k = 0; k < l_.kernel.inputs + l_.kernel.outputs; ++k) {
      bool repeats = true;
      for (int d = 0; d + 1 < rank_; ++d) repeats &= stride_[k][d] == 0;
      if (!repeats && !l_.kernel.kinds[k].single && !is_flat(k)) return false;
    }
    return true;
  }

  // Whether no output is a sum, or added to: elements may then be computed twice.
  bool only_stores() const {
    for (int k = 0; k < l_.kernel.outputs; ++k)
      if (accumulate_[k] || output_kind(k).single) return false;
    return true;
  }

  // Whether an output lies where an input does.
  bool overwrites() const {
    for (int k = 0; k < l_.kernel.outputs; ++k)
      for (int i = 0; i < l_.kernel.inputs; ++i)
        if (l_.in[i].p == l_.out[k].p) return true;
    return false;
  }

  bool writes_directly() const {
    for (int k = l_.kernel.inputs; k < l_.kernel.inputs + l_.kernel.outputs; ++k)
      if (!direct_[k]) return false;
    return true;
  }

  // Row by row; outputs lie in memory as the kernel writes them.
  void run_rows() {
    const int inputs = l_.kernel.inputs, all = inputs + l_.kernel.outputs;
    const index_t step = l_.kernel.step, count = row_ / step, rest = row_ % step;
    const bool overlap = rest > 0 && count > 0 && only_stores() && !overwrites();
    char *at[max_operands], *copied[max_operands];
    index_t index[max_rank] = {};
    for (int k = 0; k < inputs; ++k) copied[k] = nullptr;
    for (int k = 0; k < all; ++k) at[k] = static_cast<char*>(k >= inputs && l_.kernel.kinds[k].single ? sums_[k - inputs] : operand_at(k).p);
    const auto move = [&](int k, index_t elements) { at[k] += l_.kernel.kinds[k].single ? 0 : elements * static_cast<index_t>(l_.kernel.kinds[k].size); };
    for (;;) {
      const void* in[max_operands];
      void* out[max_operands];
      for (int k = 0; k < inputs; ++k) {
        in[k] = direct_[k] ? at[k] : buffer_[k];
        if (!direct_[k] && at[k] != copied[k]) l_.kernel.kinds[k].fill(buffer_[k], at[k], {row_, stride_[k][rank_ - 1]}), copied[k] = at[k];
      }
      for (int k = inputs; k < all; ++k) out[k - inputs] = at[k];
      if (count > 0) l_.kernel.steps(count, in, out, accumulate_, nullptr);
      if (overlap) {
        // The last step once more, shifted to the end.
        const auto shift = [&](const void* p, int k) { return static_cast<const char*>(p) + (l_.kernel.kinds[k].single ? 0 : static_cast<std::size_t>(row_ - step) * l_.kernel.kinds[k].size); };
        for (int k = 0; k < inputs; ++k) in[k] = shift(in[k], k);
        for (int k = inputs; k < all; ++k) out[k - inputs] = const_cast<char*>(shift(out[k - inputs], k));
        l_.kernel.steps(1, in, out, accumulate_, nullptr);
      } else if (rest > 0) run_tail(l_.kernel, count * step, rest, in, out, accumulate_);
      int d = rank_ - 2;
      for (; d >= 0; --d) {
        if (++index[d] < n_[d]) break;
        for (int k = 0; k < all; ++k) move(k, -(n_[d] - 1) * stride_[k][d]);
        index[d] = 0;
      }
      if (d < 0) return finish_sums();
      for (int k = 0; k < all; ++k) move(k, stride_[k][d]);
    }
  }

  void allocate_buffers(std::size_t bytes) {
    const int all = l_.kernel.inputs + l_.kernel.outputs;
    std::size_t total = 0;
    for (int k = 0; k < all; ++k) total += direct_[k] ? 0 : bytes;
    buffers_ = memory::handle::allocate(total);
    char* p = static_cast<char*>(buffers_.data());
    for (int k = 0; k < all; ++k) {
      buffer_[k] = p;
      if (!direct_[k]) p += bytes;
    }
  }

  // Outputs that sum, or are summed because they share places, start from zero, unless they accumulate.
  void clear_sums(index_t total) {
    for (int k = 0; k < l_.kernel.outputs; ++k) {
      const operand_kind& kind = output_kind(k);
      const index_t* stride = stride_[l_.kernel.inputs + k];
      accumulate_[k] = l_.accumulate[k];
      if (kind.single) {
        std::memset(sums_[k], 0, kind.lane_bytes);
        if (total == 0 && !l_.accumulate[k]) std::memset(l_.out[k].p, 0, kind.size);
        continue;
      }
      bool sums = false;
      for (int d = 0; d < rank_; ++d) sums |= stride[d] == 0;
      for (int i = 0; i < l_.kernel.outputs; ++i) sums |= i != k && share_memory(l_.kernel.inputs + i, l_.kernel.inputs + k);
      if (!sums || l_.accumulate[k]) continue;
      accumulate_[k] = true;
      zero(static_cast<char*>(l_.out[k].p), 0, stride, kind.size);
    }
  }
  void zero(char* p, int d, const index_t* stride, std::size_t size) {
    // The dims from here on that are kept, as one run where they are.
    index_t n = 1;
    bool run = true;
    for (int i = rank_ - 1; i >= d; --i) {
      if (stride[i] == 0) continue;
      run &= stride[i] == n;
      n *= n_[i];
    }
    if (run) {
      std::memset(p, 0, size * static_cast<std::size_t>(n));
      return;
    }
    if (stride[d] == 0) return zero(p, d + 1, stride, size);
    for (index_t i = 0; i < n_[d]; ++i) zero(p + i * stride[d] * static_cast<index_t>(size), d + 1, stride, size);
  }

  void run_block(index_t start, index_t len) {
    const void* in[max_operands];
    void* out[max_operands];
    for (int k = 0; k < l_.kernel.inputs; ++k) {
      const operand_kind& kind = l_.kernel.kinds[k];
      if (kind.single) in[k] = l_.in[k].p;
      else if (direct_[k]) in[k] = locate(k, start);
      else {
        in[k] = buffer_[k];
        if (same_rows_[k] && start > 0) continue;
        walk(k, start, len, [&](char* from, index_t first, const row_walk& w) { kind.fill(buffer_[k] + static_cast<std::size_t>(first) * kind.size, from, w); });
      }
    }
    bool accumulate[max_operands];
    for (int k = 0; k < l_.kernel.outputs; ++k) {
      accumulate[k] = direct_[l_.kernel.inputs + k] ? accumulate_[k] : same_rows_[l_.kernel.inputs + k];
      out[k] = output_kind(k).single           ? static_cast<void*>(sums_[k])
               : direct_[l_.kernel.inputs + k] ? locate(l_.kernel.inputs + k, start)
                                               : static_cast<void*>(buffer_[l_.kernel.inputs + k]);
    }
    const index_t count = len / l_.kernel.step, rest = len % l_.kernel.step;
    if (count > 0) l_.kernel.steps(count, in, out, accumulate, nullptr);
    if (rest > 0) run_tail(l_.kernel, count * l_.kernel.step, rest, in, out, accumulate);
    for (int k = 0; k < l_.kernel.outputs; ++k)
      if (!direct_[l_.kernel.inputs + k] && !same_rows_[l_.kernel.inputs + k]) write_block(k, start, len);
  }

  // Brings the buffer of output k to its place.
  void write_block(int k, index_t start, index_t len) {
    const int o = l_.kernel.inputs + k;
    const operand_kind& kind = l_.kernel.kinds[o];
    walk(o, start, len, [&](char* to, index_t first, const row_walk& w) {
      const char* from = buffer_[o] + static_cast<std::size_t>(first) * kind.size;
      if (w.stride == 0) kind.sum(to, w, from);
      else kind.store(to, w, from, accumulate_[k]);
    });
  }

  const operand& operand_at(int k) const { return k < l_.kernel.inputs ? l_.in[k] : l_.out[k - l_.kernel.inputs]; }
  const operand_kind& output_kind(int k) const { return l_.kernel.kinds[l_.kernel.inputs + k]; }

  // Whether outputs share places, as far as their ends tell.
  bool share_memory(int i, int k) const {
    if (l_.kernel.kinds[i].single || l_.kernel.kinds[k].single) return false;
    const auto bytes = [&](int o) {
      index_t last = 0;
      for (int d = 0; d < rank_; ++d) last += (n_[d] - 1) * stride_[o][d];
      return static_cast<std::size_t>(last + 1) * l_.kernel.kinds[o].size;
    };
    return overlap(operand_at(i).p, bytes(i), operand_at(k).p, bytes(k));
  }
  // Whether a sum goes where an earlier output's goes, shifted: reading what was just written in other registers stalls. It is made
  // in a buffer instead.
  bool meets_another(int k) const {
    if (k <= l_.kernel.inputs || !accumulate_[k - l_.kernel.inputs]) return false;
    for (int i = l_.kernel.inputs; i < k; ++i)
      if (direct_[i] && operand_at(i).p != operand_at(k).p && share_memory(i, k)) return true;
    return false;
  }

  bool is_flat(int k) const {
    index_t expected = 1;
    for (int d = rank_ - 1; d >= 0; --d) {
      if (stride_[k][d] != expected) return false;
      expected *= n_[d];
    }
    return true;
  }

  // The address of element `start` of the (row-major) iteration space.
  char* locate(int k, index_t start) const {
    index_t offset = 0;
    if (!by_rows_) return static_cast<char*>(operand_at(k).p) + start * static_cast<index_t>(l_.kernel.kinds[k].size);  // one run
    for (int d = rank_ - 1; start != 0; --d) {
      offset += start % n_[d] * stride_[k][d];
      start /= n_[d];
    }
    return static_cast<char*>(operand_at(k).p) + offset * static_cast<index_t>(l_.kernel.kinds[k].size);
  }

  // Visits the elements [start, start + len) of the iteration space: whole rows together, as far as one stride goes, and parts of rows.
  template <class F>
  void walk(int k, index_t start, index_t len, F visit) const {
    const index_t* const stride = stride_[k];
    const auto size = static_cast<index_t>(l_.kernel.kinds[k].size);
    const int last = rank_ - 1, outer = rank_ - 2;
    char* p = static_cast<char*>(operand_at(k).p);
    index_t at[max_rank] = {};
    for (int d = last; start != 0; --d) {
      at[d] = start % n_[d];
      start /= n_[d];
      p += at[d] * stride[d] * size;
    }
    for (index_t done = 0; done < len;) {
      const index_t left = len - done;
      if (outer >= 0 && at[last] == 0 && left >= row_) {
        const index_t whole = left / row_, rows = n_[outer] - at[outer] < whole ? n_[outer] - at[outer] : whole;
        visit(p, done, row_walk{row_, stride[last], rows, stride[outer]});
        done += rows * row_;
        p += rows * stride[outer] * size;
        at[outer] += rows;
      } else {
        const index_t n = row_ - at[last] < left ? row_ - at[last] : left;
        visit(p, done, row_walk{n, stride[last]});
        done += n;
        p += n * stride[last] * size;
        at[last] += n;
        if (at[last] < row_ || outer < 0) continue;
        p += (stride[outer] - row_ * stride[last]) * size;
        at[last] = 0;
        ++at[outer];
      }
      for (int d = outer; d > 0 && at[d] == n_[d]; --d) {
        p += (stride[d - 1] - n_[d] * stride[d]) * size;
        at[d] = 0;
        ++at[d - 1];
      }
    }
  }

  const loop& l_;
  int rank_;
  index_t n_[max_rank];
  index_t stride_[max_operands][max_rank];
  index_t row_ = 1;
  bool by_rows_ = true;
  bool direct_[max_operands];
  bool same_rows_[max_operands];
  bool accumulate_[max_operands];
  alignas(64) char sums_[max_operands][tail_bytes];
  memory::handle buffers_;
  char* buffer_[max_operands];
};

}  // namespace detail
}  // namespace functra::lanes
