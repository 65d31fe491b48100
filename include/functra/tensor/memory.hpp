// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define FUNCTRA_SINGLE_THREADED (__libc_single_threaded != 0)
#else
#define FUNCTRA_SINGLE_THREADED false
#endif

#include "functra/core/config.hpp"

// Blocks of memory from a cache of size classes, one cache a thread. A block that is freed waits in the cache of the thread
// that freed it: page faults and malloc cost more than the arithmetic on large arrays.
namespace functra::memory {

// The header of a block; the data follows at `header`, aligned to 64 bytes.
struct block {
  block* next;  // in a free list
  std::size_t bytes;
  int size_class;
  std::atomic<int> references;
};
inline constexpr std::size_t header = 64;
inline constexpr std::size_t huge_page = std::size_t{2} << 20;
static_assert(sizeof(block) <= header);

// Four size classes to each power of two, from 128 bytes.
inline constexpr int classes = 160;
constexpr int class_of(std::size_t bytes) {
  if (bytes <= 128) return 0;
  const int e = static_cast<int>(std::bit_width(bytes - 1)) - 1;
  return static_cast<int>(4 * (e - 7)) + static_cast<int>(((bytes - 1) >> (e - 2)) & 3) + 1;
}
constexpr std::size_t bytes_of(int c) {
  if (c == 0) return 128;
  const int e = (c - 1) / 4 + 7, quarter = (c - 1) % 4;
  return (std::size_t{1} << e) + (static_cast<std::size_t>(quarter) + 1) * (std::size_t{1} << (e - 2));
}

// What a thread may keep for reuse.
inline constexpr std::size_t cache_limit = std::size_t{2} << 30;

struct cache {
  block* free[classes];
  std::size_t bytes;
  bool registered, closed;
};
// Constant-initialized and trivially destructible: an access costs no guard.
inline constinit thread_local cache local_cache{};

inline void drain() {
  for (block*& list : local_cache.free)
    while (list) {
      block* b = list;
      list = b->next;
      std::free(b);
    }
  local_cache.bytes = 0;
}

// Empties the cache when its thread ends.
struct drain_at_exit {
  ~drain_at_exit() {
    drain();
    local_cache.closed = true;
  }
};

FUNCTRA_COLD inline block* allocate_fresh(int c) {
  if (!local_cache.registered) {
    local_cache.registered = true;
    static thread_local drain_at_exit guard;
    static_cast<void>(guard);
  }
  const std::size_t bytes = bytes_of(c);
  const std::size_t alignment = bytes >= 2 * huge_page ? huge_page : 64;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* p = std::aligned_alloc(alignment, rounded);
  if (!p) {
    drain();
    p = std::aligned_alloc(alignment, rounded);
    if (!p) throw std::bad_alloc();
  }
#if defined(__linux__)
  if (alignment == huge_page) madvise(p, rounded, MADV_HUGEPAGE);
#endif
  return new (p) block{nullptr, bytes, c, {1}};
}

FUNCTRA_NOINLINE inline block* allocate(std::size_t bytes) {
  if (bytes > (std::size_t{1} << 46)) throw std::bad_alloc();
  const int c = class_of(bytes + header);
  if (block* b = local_cache.free[c]) {
    local_cache.free[c] = b->next;
    local_cache.bytes -= b->bytes;
    b->references.store(1, std::memory_order_relaxed);
    return b;
  }
  return allocate_fresh(c);
}

inline void deallocate(block* b) noexcept {
  // A thread that has never allocated has nobody to empty its cache.
  if (!local_cache.registered || local_cache.closed || local_cache.bytes + b->bytes > cache_limit) {
    std::free(b);
    return;
  }
  b->next = local_cache.free[b->size_class];
  local_cache.free[b->size_class] = b;
  local_cache.bytes += b->bytes;
}

FUNCTRA_NOINLINE inline void retain(block* b) noexcept {
  if (FUNCTRA_SINGLE_THREADED) b->references.store(b->references.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  else b->references.fetch_add(1, std::memory_order_relaxed);
}
// Takes a reference back, and tells whether it was the last.
FUNCTRA_INLINE bool is_last(block* b) noexcept {
  if (FUNCTRA_SINGLE_THREADED) {
    const int n = b->references.load(std::memory_order_relaxed) - 1;
    b->references.store(n, std::memory_order_relaxed);
    return n == 0;
  }
  return b->references.load(std::memory_order_acquire) == 1 || b->references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}
FUNCTRA_NOINLINE inline void release(block* b) noexcept {
  if (is_last(b)) deallocate(b);
}

// A counted reference to a block.
class handle {
 public:
  handle() = default;
  static handle allocate(std::size_t bytes) {
    handle h;
    h.block_ = memory::allocate(bytes);
    return h;
  }
  FUNCTRA_INLINE handle(const handle& o) noexcept : block_(o.block_) {
    if (block_) retain(block_);
  }
  FUNCTRA_INLINE handle(handle&& o) noexcept : block_(o.block_) { o.block_ = nullptr; }
  FUNCTRA_INLINE handle& operator=(handle o) noexcept {
    block* b = block_;
    block_ = o.block_;
    o.block_ = b;
    return *this;
  }
  FUNCTRA_INLINE ~handle() {
    if (block_) release(block_);
  }
  explicit operator bool() const { return block_ != nullptr; }
  FUNCTRA_INLINE void* data() const { return reinterpret_cast<char*>(block_) + header; }
  bool shared() const { return block_ && block_->references.load(std::memory_order_acquire) > 1; }

 private:
  block* block_ = nullptr;
};

}  // namespace functra::memory
