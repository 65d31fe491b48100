// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>

#include "functra/lanes/loop_kernel.hpp"

// Outputs that share places: the cotangents of a tensor that occurs several times in a statement, or of views that overlap. Adding
// them one after the other would wait again and again for memory that was just written; reading it in other registers than it was
// written in stalls. So they are added in registers where the kernel can shift them; otherwise each is made in a block of its own, and
// the blocks are added on their way to memory, shifted.
namespace functra::lanes::detail {

// Runs a kernel over n elements of contiguous operands, some of whose outputs overlap: in groups of small shifts, whose sums are
// made in one go.
class shared_line {
 public:
  shared_line(const kernel_info& k, index_t n, void* const* out, const bool* accumulate) : k_(k), n_(n), out_(out), accumulate_(accumulate) {
    fits_ = k.outputs <= most && make_groups() && only_sums_between_groups();
  }
  explicit operator bool() const { return fits_; }

  void run(const void* const* in) {
    for (index_t start = run_first(in); start < n_; start += block_) {
      const index_t count = n_ - start < block_ ? n_ - start : block_;
      run_block(in, start, count);
      for (int g = 0; g < groups_; ++g)
        if (group_[g].count > 1) add_up(group_[g], start, count), carry(group_[g], count);
    }
    for (int g = 0; g < groups_; ++g)
      if (group_[g].count > 1 && group_[g].shift > 0) finish(group_[g]);
  }

 private:
  static constexpr int most = 8;
  static constexpr std::size_t reach = 512, room = 4096;  // bytes of the largest shift, and of a block

  // Outputs by rising address, from the first to the last, which lies `shift` elements further.
  struct group {
    int first, count;
    index_t shift;
  };

  std::size_t size(int i) const { return k_.kinds[k_.inputs + i].size; }
  std::size_t bytes() const { return static_cast<std::size_t>(n_) * size(0); }
  char* place(int i) const { return static_cast<char*>(out_[i]); }
  std::size_t distance(int i, int j) const { return static_cast<std::size_t>(place(j) - place(i)); }
  bool is_shared(int i) const { return group_[group_of_[i]].count > 1; }

  bool make_groups() {
    for (int i = 0; i < k_.outputs; ++i) {
      if (size(i) != size(0) || !k_.kinds[k_.inputs + i].add_up) return false;
      int at = i;
      for (; at > 0 && place(order_[at - 1]) > place(i); --at) order_[at] = order_[at - 1];
      order_[at] = i;
    }
    const index_t whole = static_cast<index_t>(room / size(0));
    block_ = whole - whole % k_.step;
    for (int i = 0; i < k_.outputs; ++i) {
      const int first = groups_ > 0 ? order_[group_[groups_ - 1].first] : 0;
      const std::size_t shift = groups_ > 0 ? distance(first, order_[i]) : 0;
      if (groups_ == 0 || shift > reach || shift >= bytes() || shift % size(0) != 0) group_[groups_++] = {i, 1, 0};
      else ++group_[groups_ - 1].count, group_[groups_ - 1].shift = static_cast<index_t>(shift / size(0));
      group_of_[order_[i]] = groups_ - 1;
    }
    return block_ > 0;
  }
  // Whether groups that overlap all add to what is there.
  bool only_sums_between_groups() const {
    for (int g = 0; g + 1 < groups_; ++g) {
      const int a = order_[group_[g].first], b = order_[group_[g + 1].first];
      const std::size_t end = bytes() + static_cast<std::size_t>(group_[g].shift) * size(0);
      if (distance(a, b) < end && !(accumulate_[a] && accumulate_[b])) return false;
    }
    return true;
  }

  // Whether the outputs of every group are neighbours, so that the kernel can add them.
  bool are_neighbours() const {
    if (static_cast<std::size_t>(k_.step) * size(0) > reach) return false;
    for (int g = 0; g < groups_; ++g) {
      if (group_[g].count > 1 && group_[g].shift > k_.longest_shift) return false;
      int least = order_[group_[g].first], most_of = least;
      for (int j = 1; j < group_[g].count; ++j) {
        least = std::min(least, order_[group_[g].first + j]);
        most_of = std::max(most_of, order_[group_[g].first + j]);
      }
      if (most_of - least >= group_[g].count) return false;
    }
    return true;
  }
  // What can be run without blocks; returns how many elements that are. What the blocks have in front of them is set.
  index_t run_first(const void* const* in) {
    if (n_ >= k_.step && are_neighbours()) return run_linked(in);
    for (int i = 0; i < k_.outputs; ++i)
      if (is_shared(i)) std::memset(room_[i], 0, reach);
    return 0;
  }
  // Runs all whole steps, whose last ones are left in front of the blocks.
  index_t run_linked(const void* const* in) {
    output_link links[most];
    void* to[most];
    bool accumulate[most];
    for (int i = 0; i < k_.outputs; ++i) {
      const group& g = group_[group_of_[i]];
      const int first = order_[g.first];
      links[i].joins = i + 1 < k_.outputs && group_of_[i + 1] == group_of_[i];
      links[i].shift = static_cast<int>(distance(first, i) / size(0));
      links[i].last = room_[i] + reach - static_cast<std::size_t>(k_.step) * size(0);
      to[i] = out_[first];
      accumulate[i] = accumulate_[first];
    }
    k_.steps(n_ / k_.step, in, to, accumulate, links);
    return n_ / k_.step * k_.step;
  }

  void run_block(const void* const* in, index_t start, index_t count) {
    const void* from[max_operands];
    void* to[most];
    bool accumulate[most];
    for (int i = 0; i < k_.inputs; ++i)
      from[i] = k_.kinds[i].single ? in[i] : static_cast<const char*>(in[i]) + static_cast<std::size_t>(start) * k_.kinds[i].size;
    for (int i = 0; i < k_.outputs; ++i) {
      to[i] = is_shared(i) ? room_[i] + reach : place(i) + static_cast<std::size_t>(start) * size(0);
      accumulate[i] = !is_shared(i) && accumulate_[i];
    }
    const index_t steps = count / k_.step, rest = count % k_.step;
    if (steps > 0) k_.steps(steps, from, to, accumulate, nullptr);
    if (rest > 0) run_tail(k_, steps * k_.step, rest, from, to, accumulate);
  }

  // Writes the sums of `count` elements from `start` on; what lies before a block is the end of the one before.
  void add_up(const group& g, index_t start, index_t count) {
    const int first = order_[g.first];
    const void* from[most];
    for (int j = 0; j < g.count; ++j) from[j] = room_[order_[g.first + j]] + reach - distance(first, order_[g.first + j]);
    k_.kinds[k_.inputs].add_up(place(first) + static_cast<std::size_t>(start) * size(0), from, g.count, count, accumulate_[first]);
  }
  // Keeps the end of a block in front of the next one.
  void carry(const group& g, index_t count) {
    const std::size_t end = reach + static_cast<std::size_t>(count) * size(0), kept = static_cast<std::size_t>(g.shift) * size(0);
    for (int j = 0; j < g.count; ++j) {
      char* const block = room_[order_[g.first + j]];
      if (kept == 0) continue;
      if (kept <= 64) std::memmove(block + reach - 64, block + end - 64, 64);
      else std::memmove(block + reach - kept, block + end - kept, kept);
    }
  }
  // The places beyond the first output.
  void finish(const group& g) {
    for (int j = 0; j < g.count; ++j) std::memset(room_[order_[g.first + j]] + reach, 0, static_cast<std::size_t>(g.shift) * size(0));
    add_up(g, n_, g.shift);
  }

  const kernel_info& k_;
  index_t n_, block_ = 0;
  void* const* out_;
  const bool* accumulate_;
  bool fits_;
  int groups_ = 0, order_[most], group_of_[most];
  group group_[most];
  alignas(64) char room_[most][reach + room];
};

}  // namespace functra::lanes::detail
