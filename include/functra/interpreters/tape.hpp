// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

#include "functra/tensor/memory.hpp"

namespace functra {

// The record of a forward pass: statements in a bump-allocated arena, swept from the last to the first. A short record lies in the
// tape itself, so on the stack. Statements that own memory are destroyed with the tape; the others cost nothing.
//
// Entries lie one behind the other, each followed by the function that pulls it back, so that the sweep walks from the end.
class tape {
 public:
  tape() : at_(first_), end_(first_ + sizeof(first_)) {}
  tape(const tape&) = delete;
  tape& operator=(const tape&) = delete;
  ~tape() {
    for (owned* o = owned_; o;) {
      owned* previous = o->previous;
      o->destroy(o);
      o = previous;
    }
    while (chunks_) {
      const memory::handle last = std::move(chunks_->memory);  // outlives the chunk that it holds
      chunks_ = chunks_->previous;
    }
  }

  // Makes a statement, which the sweep pulls back by n.pull().
  template <class N, class... A>
  FUNCTRA_INLINE N* record(A&&... a) {
    if constexpr (std::is_trivially_destructible_v<N> && alignof(N) <= alignof(pull_t) && std::is_nothrow_constructible_v<N, A...>) {
      std::byte* const p = allocate(sizeof(N) + sizeof(pull_t));
      new (p + sizeof(N)) pull_t(&pull_near<N>);
      return new (p) N(std::forward<A>(a)...);
    } else {
      // Nothing to pull, should the constructor throw.
      std::byte* const previous = at_;
      void* const p = aligned<placed<N>>(sizeof(far_entry));
      auto* const entry = new (at_ - sizeof(far_entry)) far_entry{nullptr, previous, &skip};
      N* const n = place<N>(p, std::forward<A>(a)...);
      entry->node = n;
      entry->pull = &pull_far<N>;
      return n;
    }
  }
  // Makes something that is not pulled back, before any statement is.
  template <class N, class... A>
  FUNCTRA_INLINE N* keep(A&&... a) {
    void* const p = aligned<placed<N>>(0);
    begin_ = at_;
    return place<N>(p, std::forward<A>(a)...);
  }

  // Pulls every statement back, from the last to the first.
  void sweep() const {
    for (std::byte* p = at_; p != begin_;) p = (*last<pull_t>(p))(p);
  }

 private:
  // Pulls back the entry that ends at `end`, its function included; returns its begin, where the previous one ends.
  using pull_t = std::byte* (*)(std::byte* end);
  template <class T>
  static FUNCTRA_INLINE T* last(std::byte* end) {
    return std::launder(reinterpret_cast<T*>(end - sizeof(T)));
  }
  template <class N>
  static std::byte* pull_near(std::byte* end) {
    N* const n = last<N>(end - sizeof(pull_t));
    if constexpr (std::is_same_v<decltype(n->pull()), N*>) return reinterpret_cast<std::byte*>(n->pull());  // rare cases are tail calls
    else {
      n->pull();
      return reinterpret_cast<std::byte*>(n);
    }
  }
  // What does not begin where the previous entry ends.
  struct far_entry {
    void* node;
    std::byte* previous;
    pull_t pull;
  };
  template <class N>
  static std::byte* pull_far(std::byte* end) {
    const far_entry& e = *last<far_entry>(end);
    static_cast<N*>(e.node)->pull();
    return e.previous;
  }
  static std::byte* skip(std::byte* end) { return last<far_entry>(end)->previous; }

  struct owned {
    void (*destroy)(owned*);
    owned* previous;
  };
  // As an aggregate, g++ clears it before N is made in it.
  template <class N>
  struct owning : owned {
    N node;
    template <class... A>
    FUNCTRA_INLINE explicit owning(owned* last, A&&... a) : owned{&tape::destroy<N>, last}, node(std::forward<A>(a)...) {}
  };
  template <class N>
  static void destroy(owned* o) {
    static_cast<owning<N>*>(o)->node.~N();
  }
  template <class N>
  using placed = std::conditional_t<std::is_trivially_destructible_v<N>, N, owning<N>>;
  template <class N, class... A>
  FUNCTRA_INLINE N* place(void* p, A&&... a) {
    if constexpr (std::is_trivially_destructible_v<N>) return new (p) N(std::forward<A>(a)...);
    else {
      auto* const o = new (p) owning<N>(owned_, std::forward<A>(a)...);
      owned_ = o;
      return &o->node;
    }
  }
  struct chunk {
    memory::handle memory;
    chunk* previous;
  };

  // Room for an N and what follows it; entries are multiples of 8 bytes.
  template <class N>
  FUNCTRA_INLINE void* aligned(std::size_t more) {
    constexpr std::size_t bytes = (sizeof(N) + 7) / 8 * 8, padding = alignof(N) > 8 ? alignof(N) - 8 : 0;
    std::byte* const p = allocate(bytes + padding + more);
    if constexpr (padding == 0) return p;
    else return reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(p) + padding) & ~(alignof(N) - 1));
  }
  FUNCTRA_INLINE std::byte* allocate(std::size_t bytes) {
    std::byte* p = at_;
    if (reinterpret_cast<std::uintptr_t>(p) + bytes > reinterpret_cast<std::uintptr_t>(end_)) [[unlikely]]
      p = grow(bytes);
    at_ = p + bytes;
    return p;
  }
  // A chunk with room for so many bytes, behind an entry that leads back.
  FUNCTRA_COLD std::byte* grow(std::size_t bytes) {
    constexpr std::size_t most = std::size_t{1} << 20;
    const std::size_t needed = bytes + sizeof(chunk) + sizeof(far_entry);
    const std::size_t size = needed > next_ ? needed : next_;
    if (next_ < most) next_ *= 2;
    memory::handle h = memory::handle::allocate(size);
    auto* const data = static_cast<std::byte*>(h.data());
    chunks_ = new (data) chunk{std::move(h), chunks_};
    auto* const link = new (data + sizeof(chunk)) far_entry{nullptr, at_, &skip};
    end_ = data + size;
    return reinterpret_cast<std::byte*>(link + 1);
  }

  std::byte *at_, *end_;
  std::byte* begin_ = at_;
  owned* owned_ = nullptr;
  chunk* chunks_ = nullptr;
  std::size_t next_ = (std::size_t{1} << 15) - 128;
  alignas(64) std::byte first_[8192];
};

}  // namespace functra
