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

// A statement on the tape: how to pull its cotangent back to its operands.
struct tape_node {
  void (*pull)(tape_node*);
  tape_node* previous;
};

// The record of a forward pass: nodes in a bump-allocated arena, swept from the last to the first. A short record lies in the tape
// itself, so on the stack. Nodes that own memory are destroyed with the tape; the others cost nothing.
class tape {
 public:
  tape() : at_(reinterpret_cast<std::uintptr_t>(first_)), end_(at_ + sizeof(first_)) {}
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

  // Makes an N on the tape. It is swept if it is a tape_node with a `pull`.
  template <class N, class... A>
  FUNCTRA_INLINE N* make(A&&... a) {
    N* n;
    if constexpr (std::is_trivially_destructible_v<N>) {
      n = new (allocate(sizeof(N), alignof(N))) N(std::forward<A>(a)...);
    } else {
      auto* o = new (allocate(sizeof(owning<N>), alignof(owning<N>))) owning<N>(owned_, std::forward<A>(a)...);
      owned_ = o;
      n = &o->node;
    }
    if constexpr (std::is_base_of_v<tape_node, N>) {
      n->tape_node::pull = &N::pull;
      n->tape_node::previous = last_;
      last_ = n;
    }
    return n;
  }

  // Pulls every node back, from the last to the first.
  void sweep() const {
    for (tape_node* n = last_; n; n = n->previous) n->pull(n);
  }

 private:
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
  struct chunk {
    memory::handle memory;
    chunk* previous;
  };

  FUNCTRA_INLINE void* allocate(std::size_t bytes, std::size_t alignment) {
    const std::uintptr_t p = (at_ + alignment - 1) & ~(alignment - 1);
    if (p + bytes > end_) [[unlikely]]
      return grow(bytes, alignment);
    at_ = p + bytes;
    return reinterpret_cast<void*>(p);
  }
  FUNCTRA_COLD void* grow(std::size_t bytes, std::size_t alignment) {
    constexpr std::size_t most = std::size_t{1} << 20;
    const std::size_t needed = bytes + alignment + sizeof(chunk);
    const std::size_t size = needed > next_ ? needed : next_;
    if (next_ < most) next_ *= 2;
    memory::handle h = memory::handle::allocate(size);
    void* const data = h.data();
    const auto begin = reinterpret_cast<std::uintptr_t>(data);
    chunks_ = new (data) chunk{std::move(h), chunks_};
    at_ = begin + sizeof(chunk);
    end_ = begin + size;
    return allocate(bytes, alignment);
  }

  std::uintptr_t at_, end_;
  tape_node* last_ = nullptr;
  owned* owned_ = nullptr;
  chunk* chunks_ = nullptr;
  std::size_t next_ = (std::size_t{1} << 15) - 128;
  alignas(64) std::byte first_[8192];
};

}  // namespace functra
