// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/dual.hpp"
#include "functra/interpreters/shared_value.hpp"
#include "functra/interpreters/tape.hpp"

// Where the cotangents of taped values are summed up.
namespace functra::detail {

enum class cotangent_kind {
  inlined,  // a small static tensor: in the tape itself, zero from the start
  buffer,   // a large tensor: a buffer that the first contribution makes; views write into the buffer of their root
  general   // a traced value of another transform, or a small tensor of bounded extents: summed by operations
};
template <class V, class C>
constexpr cotangent_kind kind_of_cotangent() {
  if (!is_plain<V> || !is_plain<C>) return cotangent_kind::general;
  if (is_view<V> || !is_inline_tensor<C>) return cotangent_kind::buffer;
  return extents_of_value<C>::is_static ? cotangent_kind::inlined : cotangent_kind::general;
}

// A buffer of n cotangents.
template <class T>
struct buffer_slot {
  memory::handle memory;
  T* data = nullptr;
  index_t n;
  T* pinned = nullptr;  // the buffer, once elements of it are pointed at

  explicit buffer_slot(index_t size) : n(size) {}
  // The buffer, zeroed if it is new.
  FUNCTRA_INLINE T* zeroed() {
    if (!data) [[unlikely]]
      make_zeroed();
    return data;
  }
  // The buffer as one whose elements are pointed at: it stays where it is.
  FUNCTRA_INLINE T* pin() {
    if (!pinned) [[unlikely]]
      make_pinned();
    return pinned;
  }
  FUNCTRA_COLD void make_pinned() { pinned = zeroed(); }
  // Where a value of this size writes; `add` tells whether to what is there, as a `part` of the buffer always does.
  FUNCTRA_NOINLINE T* room(index_t size, bool part, bool& add) {
    add = data != nullptr || part || n != size;
    return add ? zeroed() : fresh();
  }
  FUNCTRA_COLD void make_zeroed() { make_zeroed_around(0, 0); }
  // A new buffer, zeros but for the elements [first, last), which somebody will store.
  FUNCTRA_NOINLINE void make_zeroed_around(index_t first, index_t last) {
    fresh();
    const auto zero = [&](index_t begin, index_t end) {
      if (begin < end) std::memset(static_cast<void*>(data + begin), 0, static_cast<std::size_t>(end - begin) * sizeof(T));
    };
    zero(0, first);
    zero(last, n);
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
  C value{unset};
  bool is_set = false;
  general_slot() = default;
  general_slot(const general_slot& o) : is_set(o.is_set) {
    if (is_set) value = o.value;  // what is not there is not copied
  }
  general_slot& operator=(const general_slot&) = delete;
  // The sum, which the slot forgets. One that lies here is read in its place.
  FUNCTRA_INLINE decltype(auto) take() {
    is_set = false;
    if constexpr (extents_of_value<C>::is_bounded) return std::as_const(value);
    else return C(std::move(value));
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
  // The sum, for the tape may be swept again; where it is not, `give` spares a copy.
  C take() {
    if (this->pinned) {
      memory::handle copy = memory::handle::allocate(static_cast<std::size_t>(this->n > 0 ? this->n : 1) * sizeof(element_of<C>));
      std::memcpy(copy.data(), this->data, static_cast<std::size_t>(this->n) * sizeof(element_of<C>));
      this->reset();
      return C(std::move(copy), x);
    }
    return give();
  }
  C give() {
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
  FUNCTRA_INLINE decltype(auto) take() { return sum.take(); }
};

// The target of a kernel that adds to the cotangent of v.
template <class V, class C, class X>
FUNCTRA_INLINE auto target_of(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const V&, const X& x) {
  return target<element_of<C>, X>{r.p, x, true};
}

// What a node has to keep of an operand for `accumulate`: nothing where the cotangent lies in the tape, the extents where it is a sum,
// the value, for its strides, where the cotangent has a buffer.
struct not_kept {};
template <int L, class W>
FUNCTRA_INLINE auto kept(const W& w) {
  if constexpr (level_of<W> != L) return not_kept{};
  else {
    using V = typename W::value_type;
    constexpr cotangent_kind kind = kind_of_cotangent<V, typename W::cotangent_type>();
    if constexpr (kind == cotangent_kind::inlined) return not_kept{};
    else if constexpr (kind == cotangent_kind::buffer) return w.value();
    else return rules::shape_of<extents_of_value<V>>(w.value().get_extents());
  }
}

// ---- sums of traced cotangents, added to in place ----

// Whether `values` of A and B are made of the same layers, none of which records what is done to it.
template <class A, class B>
constexpr bool has_layers_of() {
  if constexpr (is_plain<A> || is_plain<B>) return is_plain<A> && is_plain<B> && !is_view<A>;
  else if constexpr (level_of<A> != level_of<B>) return false;
  else if constexpr (requires(A& a, B& b) { a.primal, b.primal; })
    return has_layers_of<decltype(A::primal), decltype(B::primal)>() && has_layers_of<typename A::tangent_type, typename B::tangent_type>();
  else if constexpr (requires(A& a, B& b) { a.batch_size(), b.batch_size(); }) return has_layers_of<decltype(A::value), decltype(B::value)>();
  else return false;
}
// The size of the batch of tangents past a plain primal.
template <class D>
FUNCTRA_INLINE index_t directions_of(const D& d) {
  if constexpr (D::may_have_bands) return d.stored.directions();
  else return d.stored.batch_size();
}
// Whether the batches of both have the same size: one whose size was not known may still have to grow.
template <class A, class B>
FUNCTRA_INLINE bool same_batches(const A& a, const B& b) {
  if constexpr (is_plain<A>) return true;
  else if constexpr (requires { a.primal; }) {
    if constexpr (A::may_have_bands || B::may_have_bands) return directions_of(a) == directions_of(b);
    else return same_batches(a.primal, b.primal) && same_batches(a.stored, b.stored);
  } else return a.batch_size() == b.batch_size() && same_batches(a.value, b.value);
}
// Adds the diagonals of g to those of sum; false where there is no room.
template <class S, class Place, class G>
bool add_bands(S& sum, const Place& at, const G& g) {
  const auto x = sum.primal.get_extents();
  const auto y = g.primal.get_extents();
  const auto& t = g.stored;
  auto b = sum.stored.bands;
  int place[G::stored_type::most];
  for (int i = 0; i < t.bands.count; ++i) {
    diagonal<decltype(x)::R> d;
    if (!at.carry(t.bands.line[i], x, d) || (place[i] = b.find(d)) < 0) return false;
  }
  sum.stored.grow(b, x);
  if (y.size() == 0) return true;
  index_t s[array_size(decltype(x)::R)];
  const index_t to = at.locate(x, s);
  auto* const p = sum.stored.rows.mutable_data();
  for (int i = 0; i < t.bands.count; ++i) add_row(p + place[i] * x.size() + to, s, y, t.row(i, y));
  return true;
}

template <class S, class Place, class G>
void add_tangent(S& sum, const Place& at, const G& g);

// Calls add(plain sum, plain value, place) layer by layer; below a batch, the place has one more axis.
template <class S, class Place, class G>
FUNCTRA_INLINE void add_to_layers(S& sum, const Place& at, const G& g) {
  if constexpr (is_plain<S>) at.add(sum.mutable_data(), sum.get_extents(), g);
  else if constexpr (requires { sum.primal; }) {
    add_to_layers(sum.primal, at, g.primal);
    if constexpr (S::may_have_bands || G::may_have_bands) add_tangent(sum, at, g);
    else add_to_layers(sum.stored, at, g.stored);
  } else add_to_layers(sum.value, at.batched(), g.value);
}

// A dense sum stays dense, and diagonals that become too many make it so.
template <class S, class Place, class G>
void add_tangent(S& sum, const Place& at, const G& g) {
  if constexpr (S::may_have_bands && G::may_have_bands)
    if (sum.has_bands() && g.has_bands() && add_bands(sum, at, g)) return;
  const auto x = sum.primal.get_extents();
  auto& t = [&]() -> auto& {
    if constexpr (!S::may_have_bands) return sum.stored;
    else {
      sum.stored.make_dense(x);
      return (sum.stored.dense);
    }
  }();
  if constexpr (!G::may_have_bands) add_to_layers(t, at, g.stored);
  else if (g.stored.is_dense) add_to_layers(t, at, g.stored.dense);
  else if (const auto y = g.primal.get_extents(); y.size() > 0) {
    index_t s[array_size(decltype(x)::R)];
    const index_t to = at.locate(x, s);
    auto* const p = t.value.mutable_data();
    const auto& b = g.stored.bands;
    for (int i = 0; i < b.count; ++i) add_diagonal(y, g.stored.row(i, y), b.line[i], p, t.batch_size(), x.size(), to, s);
  }
}

// All of a sum, as a place to add to.
struct everywhere {
  everywhere batched() const { return {}; }
  template <class X>
  FUNCTRA_INLINE index_t locate(const X& x, index_t* s) const {
    natural_strides(x, s);
    return 0;
  }
  template <class D, class X>
  FUNCTRA_INLINE bool carry(const D& d, const X&, D& to) const {
    to = d;
    return true;
  }
  template <class T, class X, class G>
  FUNCTRA_INLINE void add(T* p, const X& x, const G& g) const {
    run_fused<law::value_of<law::arg<scalar_t<T>>>>(x, bundle<target<T, X>>{{p, x, true}}, g);
  }
};
template <class S, class G>
void add_in_place(S& sum, const G& g) {
  if constexpr (has_layers_of<S, G>())
    if (same_batches(sum, g)) return add_to_layers(sum, everywhere{}, g);
  sum = lift<S>(eval(sum + g));
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
  bool add;
  E* const p = r.slot->room(v.size(), is_view<V>, add) + r.offset;
  const lanes::array operands[] = {array_of(g), array_of(v).at(p)};
  run_kernel<dynamic_kernel<law::value_of<law::arg<scalar_t<E>>>, lanes_of<E>, bundle<target<E, X>>, G>>(v.get_extents(), operands, &add);
}
template <class V, class C, class U, class G>
void accumulate(const cotangent_ref<V, C, cotangent_kind::general>& r, const U&, G&& g) {
  if (!r.slot) return;
  if (r.slot->is_set) add_in_place(r.slot->value, std::as_const(g));
  else if constexpr (std::is_same_v<std::remove_cvref_t<G>, C>) r.slot->value = std::forward<G>(g);
  else r.slot->value = lift<C>(eval(g));
  r.slot->is_set = true;
}

// Adds c to a place within the cotangent of v; false where there is no sum yet that it fits.
template <class V, class C, class Place, class Ck>
FUNCTRA_INLINE bool accumulate_at(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const Place& at, const Ck& c) {
  at.add(r.p, extents_of_value<C>{}, c);
  return true;
}
template <class V, class C, class Place, class Ck>
bool accumulate_at(const cotangent_ref<V, C, cotangent_kind::buffer>&, const Place&, const Ck&) {
  return false;
}
template <class V, class C, class Place, class Ck>
bool accumulate_at(const cotangent_ref<V, C, cotangent_kind::general>& r, const Place& at, const Ck& c) {
  if constexpr (!has_layers_of<C, Ck>()) return false;
  else {
    if (!r.slot->is_set || !same_batches(r.slot->value, c)) return false;
    add_to_layers(r.slot->value, at, c);
    return true;
  }
}

}  // namespace functra::detail
