// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/dual.hpp"
#include "functra/interpreters/tape.hpp"

// Where the cotangents of taped values are summed up.
namespace functra::detail {

enum class cotangent_kind {
  inlined,  // a small static tensor: in the tape itself, zero from the start
  buffer,   // a large tensor: a buffer that the first contribution makes; views write into the buffer of their root
  general   // a traced value of another transform: summed by operations
};
template <class V, class C>
constexpr cotangent_kind kind_of_cotangent() {
  if (!is_plain<V> || !is_plain<C>) return cotangent_kind::general;
  if (is_view<V> || !is_inline_tensor<C>) return cotangent_kind::buffer;
  return cotangent_kind::inlined;
}

// A buffer of n cotangents.
template <class T>
struct buffer_slot {
  memory::handle memory;
  T* data = nullptr;
  index_t n;
  bool pinned = false;  // elements of the buffer are pointed at

  explicit buffer_slot(index_t size) : n(size) {}
  // The buffer, zeroed if it is new.
  FUNCTRA_INLINE T* zeroed() {
    if (!data) [[unlikely]]
      make_zeroed();
    return data;
  }
  FUNCTRA_COLD void make_zeroed() {
    fresh();
    std::memset(static_cast<void*>(data), 0, static_cast<std::size_t>(n) * sizeof(T));
  }
  // Forgets what was summed, so that the tape can be swept again.
  void reset() {
    if (pinned) {
      std::memset(static_cast<void*>(data), 0, static_cast<std::size_t>(n) * sizeof(T));
    } else {
      memory = {};
      data = nullptr;
    }
  }
  T* fresh() {
    memory = memory::handle::allocate(static_cast<std::size_t>(n > 0 ? n : 1) * sizeof(T));
    return data = static_cast<T*>(memory.data());
  }
};

// A sum of traced cotangents, once the first is there.
template <class C>
struct general_slot {
  C value{uninitialized};
  bool is_set = false;
  general_slot() = default;
  general_slot(const general_slot& o) : is_set(o.is_set) {
    if (is_set) value = o.value;  // what is not there is not copied
  }
  general_slot& operator=(const general_slot&) = delete;
  C take() {
    is_set = false;
    return std::move(value);
  }
};

// The place in the tape where the cotangent of a value is summed, and a reference to it. A reference without place belongs to a
// constant.
template <class V, class C, cotangent_kind K = kind_of_cotangent<V, C>()>
struct cotangent_ref;

template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::inlined> {
  element_of<C>* p = nullptr;
  tape* on = nullptr;
  explicit operator bool() const { return p != nullptr; }
};
template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::buffer> {
  buffer_slot<element_of<C>>* slot = nullptr;
  index_t offset = 0;
  tape* on = nullptr;
  explicit operator bool() const { return slot != nullptr; }
};
template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::general> {
  general_slot<C>* slot = nullptr;
  tape* on = nullptr;
  explicit operator bool() const { return slot != nullptr; }
};

template <class V, class C, cotangent_kind K = kind_of_cotangent<V, C>()>
struct cotangent_slot;

template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::inlined> {
  C value;  // zeros
  FUNCTRA_INLINE explicit cotangent_slot(const V&) {}
  FUNCTRA_INLINE cotangent_ref<V, C> ref(tape* on) { return {value.mutable_data(), on}; }
  FUNCTRA_INLINE bool is_set() const { return true; }
  FUNCTRA_INLINE C take() { return std::exchange(value, C{}); }
};
template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::buffer> : buffer_slot<element_of<C>> {
  using extents_type = extents_of_value<C>;
  FUNCTRA_EMPTY extents_type x;
  explicit cotangent_slot(const V& v) : buffer_slot<element_of<C>>(v.size()), x(v.get_extents()) {}
  cotangent_ref<V, C> ref(tape* on) { return {this, 0, on}; }
  bool is_set() const { return this->data != nullptr; }
  C take() {
    if (this->pinned) {
      memory::handle copy = memory::handle::allocate(static_cast<std::size_t>(this->n > 0 ? this->n : 1) * sizeof(element_of<C>));
      std::memcpy(copy.data(), this->data, static_cast<std::size_t>(this->n) * sizeof(element_of<C>));
      this->reset();
      return C(std::move(copy), x);
    }
    this->data = nullptr;
    return C(std::move(this->memory), x);
  }
};
template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::general> {
  general_slot<C> sum;
  explicit cotangent_slot(const V&) {}
  cotangent_ref<V, C> ref(tape* on) { return {&sum, on}; }
  bool is_set() const { return sum.is_set; }
  C take() { return sum.take(); }
};

// The target of a kernel that adds to the cotangent of v.
template <class V, class C, class X>
FUNCTRA_INLINE auto target_of(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const V&, const X& x) {
  return target<element_of<C>, X>{r.p, x, true};
}

// What a node has to keep of an operand v for `accumulate`: nothing where the cotangent lies in the tape.
struct not_kept {};
template <class V>
inline constexpr bool is_kept = true;
template <class V, int L, class C>
inline constexpr bool is_kept<taped<V, L, C>> = kind_of_cotangent<V, C>() != cotangent_kind::inlined;
template <int L, class W>
FUNCTRA_INLINE auto kept(const W& w) {
  if constexpr (level_of<W> != L || !is_kept<W>) return not_kept{};
  else return w.value;
}

// Adds g to the cotangent of v.
template <class V, class C, class U, class G>
FUNCTRA_INLINE void accumulate(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const U&, const G& g) {
  if (!r.p) return;
  static_assert(level_of<G> == 0);
  using X = extents_of_value<C>;
  using E = element_of<C>;
  run_fused<law::value_of<law::arg<scalar_t<E>>>>(X{}, bundle<target<E, X>>{{r.p, X{}, true}}, g);
}
template <class V, class C, class G>
void accumulate(const cotangent_ref<V, C, cotangent_kind::buffer>& r, const V& v, const G& g) {
  if (!r.slot) return;
  using E = element_of<C>;
  using X = extents_of_value<V>;
  if constexpr (!is_view<G> && std::is_same_v<element_of<G>, E> && !is_inline_tensor<G>) {
    // The first contribution becomes the buffer, unless somebody else holds it.
    if (!r.slot->data && !is_view<V> && r.offset == 0 && r.slot->n == g.size() && g.size() > 0 && !g.handle().shared()) {
      r.slot->memory = g.handle();
      r.slot->data = static_cast<E*>(r.slot->memory.data());
      return;
    }
  }
  const bool add = r.slot->data != nullptr || is_view<V> || r.slot->n != v.size();
  E* p = (add ? r.slot->zeroed() : r.slot->fresh()) + r.offset;
  const lanes::array operands[] = {array_of(g), array_of(v).at(p)};
  run_kernel<dynamic_kernel<law::value_of<law::arg<scalar_t<E>>>, lanes_of<E>, bundle<target<E, X>>, G>>(v.get_extents(), operands, &add);
}
template <class V, class C, class G>
void accumulate(const cotangent_ref<V, C, cotangent_kind::general>& r, const V&, const G& g) {
  if (!r.slot) return;
  if (r.slot->is_set) r.slot->value = lift<C>(eval(r.slot->value + g));
  else r.slot->value = lift<C>(eval(g));
  r.slot->is_set = true;
}

}  // namespace functra::detail
