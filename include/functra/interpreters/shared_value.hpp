// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <new>
#include <utility>

#include "functra/interpreters/traced.hpp"

// Traced values that are too large to be copied from one expression to the next.
namespace functra::detail {

// A value that its copies share. It is never written to.
template <class V>
class shared_value {
 public:
  FUNCTRA_INLINE explicit shared_value(uninitialized_t) {}
  FUNCTRA_INLINE explicit shared_value(unset_t) {}
  FUNCTRA_INLINE explicit shared_value(V&& v) : shared_value(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return V(std::move(v)); }) {}
  FUNCTRA_INLINE explicit shared_value(const V& v) : shared_value(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return V(v); }) {}
  // From what a call gives, in place. It may throw.
  template <class A>
  FUNCTRA_INLINE shared_value(std::in_place_t, const A& make) {
    room r{memory::allocate(sizeof(V))};
    new (data(r.at)) V(make());
    at_ = std::exchange(r.at, nullptr);
  }
  FUNCTRA_INLINE shared_value(const shared_value& o) noexcept : at_(o.at_) {
    if (at_) memory::retain(at_);
  }
  FUNCTRA_INLINE shared_value(shared_value&& o) noexcept : at_(std::exchange(o.at_, nullptr)) {}
  FUNCTRA_INLINE shared_value& operator=(shared_value o) noexcept {
    std::swap(at_, o.at_);
    return *this;
  }
  FUNCTRA_INLINE ~shared_value() {
    if (at_) drop(at_);
  }
  FUNCTRA_INLINE const V& get() const { return *std::launder(static_cast<const V*>(data(at_))); }

 private:
  static_assert(alignof(V) <= memory::header);
  struct room {
    memory::block* at;
    FUNCTRA_INLINE ~room() {
      if (at) memory::release(at);
    }
  };
  static FUNCTRA_INLINE void* data(memory::block* b) { return reinterpret_cast<char*>(b) + memory::header; }
  static FUNCTRA_NOINLINE void drop(memory::block* b) noexcept {
    if (!memory::is_last(b)) return;
    std::launder(static_cast<V*>(data(b)))->~V();
    memory::deallocate(b);
  }
  memory::block* at_ = nullptr;
};

template <class V>
inline constexpr bool is_shared_value = false;
template <class V>
inline constexpr bool is_shared_value<shared_value<V>> = true;

// How a V is held by what is copied often: as it is, or shared.
template <class V>
using held = std::conditional_t<!is_plain<V> && (sizeof(V) > 256), shared_value<V>, V>;
// What a call gives, held as an H.
template <class H, class A>
FUNCTRA_INLINE H hold_as(const A& make) {
  if constexpr (is_shared_value<H>) return H(std::in_place, make);
  else return make();
}
template <class A>
FUNCTRA_INLINE auto hold(const A& make) {
  return hold_as<held<decltype(make())>>(make);
}
template <class H>
FUNCTRA_INLINE const auto& value_of_held(const H& h) {
  if constexpr (is_shared_value<H>) return h.get();
  else return h;
}

}  // namespace functra::detail
