// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "functra/core/element.hpp"
#include "functra/core/extents.hpp"
#include "functra/tensor/memory.hpp"

// Where the elements of a tensor lie: in the tensor, or in memory that copies share.
namespace functra {

struct uninitialized_t {};
inline constexpr uninitialized_t uninitialized{};
// Without storage: only to be assigned to.
struct unset_t {};
inline constexpr unset_t unset{};

namespace detail {

// Small tensors of static or bounded extents live inline, without heap and reference count. Copies of larger ones cost more than a reference count.
inline constexpr index_t inline_bytes = 1024, inline_pack_bytes = 1280;
template <class T, class X>
constexpr bool is_inline() {
  return X::is_bounded && X::max_size * static_cast<index_t>(sizeof(T)) <= (lanes_of<T> > 1 ? inline_pack_bytes : inline_bytes);
}

template <class T, class X, bool Inline = is_inline<T, X>()>
class storage {  // inline
 public:
  FUNCTRA_INLINE explicit storage(unset_t) {}
  FUNCTRA_INLINE storage(uninitialized_t, const X&) {
    // Those returned in registers, of which compilers would warn, and those copied whole, whatever they hold.
    if constexpr (sizeof(v_) <= 16 || !X::is_static)
      for (T& v : v_) v = T{};
  }
  FUNCTRA_INLINE const T* data() const { return v_; }
  FUNCTRA_INLINE T* mutable_data() { return v_; }

 private:
  static constexpr index_t count = X::max_size;
  FUNCTRA_IN_REGISTERS T v_[count > 0 ? static_cast<std::size_t>(count) : 1];
};

// Whether elements are copied by the registers that loops over small tensors store: compilers copy aggregates in pieces of other
// sizes, which stalls the loads that follow. What fits two general registers is passed in them.
template <class T, class X>
inline constexpr bool copied_by_registers = lanes_of<T> > 1;
template <class T, class X>
  requires(std::is_arithmetic_v<T> && sizeof(T) >= 4 && X::is_static)
inline constexpr bool copied_by_registers<T, X> = X::max_size * static_cast<index_t>(sizeof(T)) > 16;

template <int N, class T>
FUNCTRA_INLINE void copy_register(const T* from, T* to) {
  typedef T vector __attribute__((vector_size(static_cast<std::size_t>(N) * sizeof(T)), aligned(alignof(T)), may_alias));
  *reinterpret_cast<vector*>(to) = *reinterpret_cast<const vector*>(from);
}

template <class T, class X>
  requires(copied_by_registers<T, X>)
class storage<T, X, true> {
 public:
  FUNCTRA_INLINE explicit storage(unset_t) {}
  FUNCTRA_INLINE storage(uninitialized_t, const X& x) {
    // What is copied whole holds something, where nobody will write, too.
    if constexpr (!X::is_static)
      for (index_t i = x.size(); i < count; ++i) v_[i] = T(0);
    else static_cast<void>(x);
  }
  FUNCTRA_INLINE storage(const storage& o) noexcept { assign(o); }
  FUNCTRA_INLINE storage& operator=(const storage& o) noexcept {
    assign(o);
    return *this;
  }
  FUNCTRA_INLINE const T* data() const { return v_; }
  FUNCTRA_INLINE T* mutable_data() { return v_; }

 private:
  static constexpr index_t count = X::max_size;
  FUNCTRA_INLINE void assign(const storage& o) {
    index_t i = 0;
    if constexpr (lanes_of<T> > 1)
      for (; i < count; ++i) v_[i].copy_from(o.v_[i]);
    else {
      for (; i + 8 <= count; i += 8) copy_register<8>(o.v_ + i, v_ + i);
      if constexpr ((count & 4) != 0) copy_register<4>(o.v_ + i, v_ + i), i += 4;
      if constexpr ((count & 2) != 0) copy_register<2>(o.v_ + i, v_ + i), i += 2;
      if constexpr ((count & 1) != 0) v_[i] = o.v_[i];
    }
  }
  FUNCTRA_IN_REGISTERS T v_[count > 0 ? static_cast<std::size_t>(count) : 1];
};

template <class T, class X>
class storage<T, X, false> {  // shared, copied on write
 public:
  FUNCTRA_INLINE explicit storage(unset_t) {}
  storage(uninitialized_t, const X& x) {
    if (x.size() > 0) handle_ = memory::handle::allocate(static_cast<std::size_t>(x.size()) * sizeof(T));
  }
  explicit storage(memory::handle h) noexcept : handle_(std::move(h)) {}
  FUNCTRA_INLINE const T* data() const {
    if (handle_) [[likely]]
      return static_cast<const T*>(handle_.data());
    if constexpr (X::is_static) return shared_zeros();
    else return nullptr;
  }
  T* mutable_data(index_t n) {
    if constexpr (X::is_static)
      if (!handle_) handle_ = zeros();
    if (handle_.shared()) {
      memory::handle fresh = memory::handle::allocate(static_cast<std::size_t>(n) * sizeof(T));
      std::memcpy(fresh.data(), handle_.data(), static_cast<std::size_t>(n) * sizeof(T));
      handle_ = std::move(fresh);
    }
    return handle_ ? static_cast<T*>(handle_.data()) : nullptr;
  }
  FUNCTRA_INLINE const memory::handle& handle() const { return handle_; }

 private:
  // A tensor of static extents that was moved from still has elements, more than lie inline: zeros.
  static FUNCTRA_COLD memory::handle zeros() {
    constexpr std::size_t bytes = static_cast<std::size_t>(X::max_size) * sizeof(T);
    auto z = memory::handle::allocate(bytes);
    std::memset(z.data(), 0, bytes);
    return z;
  }
  static FUNCTRA_COLD const T* shared_zeros() {
    static const memory::handle shared = zeros();
    return static_cast<const T*>(shared.data());
  }
  memory::handle handle_;
};

// Extents whose dynamic ones become 0 where a tensor is moved from: it has no elements any more.
template <class X>
struct emptied_extents : X {
  using X::X;
  FUNCTRA_INLINE constexpr emptied_extents(const X& x) : X(x) {}
  FUNCTRA_INLINE emptied_extents(const emptied_extents&) = default;
  FUNCTRA_INLINE emptied_extents& operator=(const emptied_extents&) = default;
  FUNCTRA_INLINE emptied_extents(emptied_extents&& o) noexcept : X(o) { static_cast<X&>(o) = X(); }
  FUNCTRA_INLINE emptied_extents& operator=(emptied_extents&& o) noexcept {
    const X x = o;
    static_cast<X&>(o) = X();
    static_cast<X&>(*this) = x;
    return *this;
  }
};
template <class T, class X>
using extents_of_tensor = std::conditional_t<X::is_static || is_inline<T, X>(), X, emptied_extents<X>>;

}  // namespace detail
}  // namespace functra
