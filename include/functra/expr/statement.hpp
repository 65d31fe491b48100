// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/bundle.hpp"
#include "functra/core/levels.hpp"
#include "functra/lanes/loop.hpp"
#include "functra/tensor/tensor.hpp"
#include "functra/tensor/view.hpp"

// A fused statement, its operands and where its results go.
namespace functra {

// Where an output of a fused statement goes: as large as the iteration space; summed over the dims of Mask (which stay, with
// extent 1); summed to rank 0; or summed to the shape of leaf I.
namespace onto {
struct full {};
template <unsigned Mask>
struct keep {};
struct total {};
template <int I>
struct like {};
}  // namespace onto

template <class Spec>
inline constexpr bool is_like = false;
template <int I>
inline constexpr bool is_like<onto::like<I>> = true;

// A functor over the elements of its leaves, which broadcast against each other as in numpy.
template <class G, class... Spec>
struct fused_statement {};

namespace detail {

template <class V>
inline constexpr bool is_single = extents_of_value<V>::R == 0;

// The element 0 of a plain operand.
template <class V>
FUNCTRA_INLINE auto origin(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return &v;
  else if constexpr (requires { v.origin(); }) return v.origin();
  else return v.data();
}

template <class V>
FUNCTRA_INLINE index_t extent_of(const V& v, int i) {
  if constexpr (std::is_arithmetic_v<V>) return static_cast<void>(v), static_cast<void>(i), 1;
  else return v.extent(i);
}

[[noreturn]] FUNCTRA_COLD inline void fail_broadcast(const char* name, index_t a, index_t b) {
  fail(name, "shapes must broadcast, got the extents ", a, " and ", b, " in the same dim; only 1 stretches");
}

struct shape_ref {
  int rank;
  const index_t* n;
};
// The extents of rank `rank` that shapes broadcast to.
FUNCTRA_NOINLINE inline void broadcast_shapes(const char* name, int rank, index_t* n, const shape_ref* shapes, int count) {
  for (int i = 0; i < rank; ++i) n[i] = 1;
  for (const shape_ref* s = shapes; s != shapes + count; ++s)
    for (int i = 0; i < s->rank; ++i) {
      index_t& to = n[rank - s->rank + i];
      const index_t from = s->n[i];
      if (to == from || from == 1) continue;
      if (to != 1) fail_broadcast(name, to, from);
      to = from;
    }
}

// The extents of an operand of a statement, arithmetic values included.
template <class V>
FUNCTRA_INLINE decltype(auto) extents_in(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return extents<>{};
  else return v.get_extents();
}

template <class X, class A, class... B>
FUNCTRA_INLINE const X& first_of_type(const A& a, const B&... b) {
  if constexpr (std::is_same_v<X, A>) return static_cast<void>((static_cast<void>(b), ...)), a;
  else return static_cast<void>(a), first_of_type<X>(b...);
}
template <class X, class A>
FUNCTRA_INLINE bool agrees(const X& x, const A& a) {
  for (int i = 0; i < a.rank(); ++i)
    if (a.extent(i) != x.extent(i)) return false;
  return true;
}

// The extents that values broadcast to; checks those known at run time.
template <class X, class... V>
FUNCTRA_INLINE X common_extents(const char* name, const V&... v) {
  if constexpr (X::is_static && (extents_of_value<V>::is_static && ...)) return static_cast<void>(name), X{};
  else if constexpr (sizeof...(V) == 1 && (std::is_same_v<X, extents_of_value<V>> && ...)) return static_cast<void>(name), X((v.get_extents(), ...));
  else {
    const auto broadcast = [&](const auto&... x) FUNCTRA_INLINE_LAMBDA {
      if constexpr (((std::is_same_v<X, std::remove_cvref_t<decltype(x)>> || std::remove_cvref_t<decltype(x)>::R == 0) && ...)) {
        // Mostly there is nothing to stretch.
        const X& first = first_of_type<X>(x...);
        if ((agrees(first, x) && ...)) return first;
      }
      const shape_ref shapes[] = {{std::remove_cvref_t<decltype(x)>::R, x.extent_data()}...};
      return X::written([&](index_t* n) FUNCTRA_INLINE_LAMBDA { broadcast_shapes(name, X::R, n, shapes, sizeof...(x)); });
    };
    return broadcast(extents_in(v)...);
  }
}

template <class Spec, class X, class... V>
struct output_extents;
template <class X, class... V>
struct output_extents<onto::full, X, V...> {
  using type = X;
};
template <class X, class... V>
struct output_extents<onto::total, X, V...> {
  using type = extents<>;
};
template <unsigned Mask, class X>
constexpr auto kept_shape() {
  static_shape<X::R> s{};
  for (int i = 0; i < X::R; ++i) s[i] = ((Mask >> i) & 1U) ? 1 : X::static_extent(i);
  return s;
}
template <unsigned Mask, class X, class... V>
struct output_extents<onto::keep<Mask>, X, V...> {
  using type = extents_of<X::R, kept_shape<Mask, X>()>;
};
template <int I, class X, class... V>
struct output_extents<onto::like<I>, X, V...> {
  using type = extents_of_value<nth_type<I, V...>>;
};

template <class Spec, class O, class X, class... V>
FUNCTRA_INLINE O output_extents_of(const X& x, const V&... v) {
  if constexpr (O::is_static) return O{};
  else if constexpr (std::is_same_v<O, X> && std::is_same_v<Spec, onto::full>) return x;
  else {
    if constexpr (requires { []<int I>(onto::like<I>) {}(Spec{}); })
      return []<int I>(onto::like<I>, const auto&... leaf) FUNCTRA_INLINE_LAMBDA { return O(nth_of<I>(leaf...).get_extents()); }(Spec{}, v...);
    else
      return O::written([&](index_t* n) FUNCTRA_INLINE_LAMBDA {
        for (int i = 0; i < O::R; ++i) n[i] = O::static_extent(i) == 1 ? 1 : x.extent(i);
      });
  }
}

// An output: where its elements lie, and whether results are added to what is there. Strided: its strides are known at run
// time only; otherwise it is contiguous.
template <class T, class X, bool Strided = false>
struct target {
  using element = T;
  using extents_type = X;
  static constexpr bool is_strided = Strided;
  T* p;
  X x;
  bool accumulate;
  const index_t* strides = nullptr;
};

template <class V>
inline constexpr bool has_strides = requires(const V& v) { v.origin(); };

// An operand, without its type. Static extents lie in the program, others in the operand.
template <class V>
FUNCTRA_INLINE lanes::array array_of(const V& v) {
  using O = extents_of_value<V>;
  void* const p = const_cast<void*>(static_cast<const void*>(origin(v)));
  if constexpr (O::R == 0) return {p, 0, nullptr, nullptr};
  else if constexpr (has_strides<V>) return {p, O::R, v.get_extents().extent_data(), v.strides()};
  else return {p, O::R, v.get_extents().extent_data(), nullptr};
}
template <class T, class O, bool Strided>
FUNCTRA_INLINE lanes::array array_of(const target<T, O, Strided>& t) {
  return {t.p, O::R, t.x.extent_data(), Strided ? t.strides : nullptr};
}

}  // namespace detail
}  // namespace functra
