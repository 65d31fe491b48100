// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <limits>

#include "functra/interpreters/cotangent.hpp"

// Scalar statements on a tape: partials, and where they go.
namespace functra::detail {

// Where a scalar statement sends its cotangent, and by which partial; one that is known to be 1 or -1 is not stored.
template <class T, int Known>
struct edge {
  T* to;
  T partial;
  template <class C>
  FUNCTRA_INLINE void put(const C& d) {
    partial = static_cast<T>(d);
  }
  template <class C>
  FUNCTRA_INLINE bool is_zero() const {
    return partial == 0;
  }
  template <class C>
  FUNCTRA_INLINE void send(const C& c) const {
    *to += static_cast<T>(c * static_cast<C>(partial));
  }
  template <class C>
  FUNCTRA_INLINE void send_masked(const C& c) const {
    // A zero that has to beat an infinity can only matter where a plain sum is NaN.
    const C d = lanes::convert<scalar_t<C>>(partial);
    C sum = lanes::fma(d, c, *to);
    if (lanes::maybe_nan(sum)) [[unlikely]]
      sum = law::absorbing_fma(d, c, *to);
    *to = sum;
  }
};
template <class T, int Known>
  requires(Known != 0)
struct edge<T, Known> {
  T* to;
  template <class C>
  FUNCTRA_INLINE void put(const C&) {}
  template <class C>
  FUNCTRA_INLINE bool is_zero() const {
    return false;
  }
  template <class C>
  FUNCTRA_INLINE void send(const C& c) const {
    if constexpr (Known > 0) *to += static_cast<T>(c);
    else *to -= static_cast<T>(c);
  }
  template <class C>
  FUNCTRA_INLINE void send_masked(const C& c) const {
    if constexpr (Known > 0) *to = *to + c;
    else *to = *to - c;
  }
};

// Whether c is neither zero, nor infinite, nor NaN.
template <class C>
FUNCTRA_INLINE bool is_ordinary(C c) {
  using bits = std::conditional_t<sizeof(C) == 8, std::uint64_t, std::uint32_t>;
  constexpr bits infinite = std::bit_cast<bits>(std::numeric_limits<C>::infinity());
  return static_cast<bits>(2 * std::bit_cast<bits>(c) - 1) < 2 * infinite - 1;
}

// A scalar statement: its edges. C is the element of the cotangent. Those of constants lead nowhere.
template <class C, class... Edge>
struct scalar_node {
  C cotangent{0};
  bundle<Edge...> edges;

  FUNCTRA_INLINE scalar_node() noexcept {}
  FUNCTRA_INLINE scalar_node* pull() {
    const C c = cotangent;
    if constexpr (lanes_of<C> == 1) {
      if (!is_ordinary(c)) [[unlikely]]
        return c == C(0) ? this : pull_infinite();
      return send(c, [](const auto&) FUNCTRA_INLINE_LAMBDA { return true; });
    } else {
      cotangent = C(0);
      for_each_index(ints<sizeof...(Edge)>, [&](auto k) FUNCTRA_INLINE_LAMBDA {
        const auto& e = get<k>(edges);
        if (e.to) e.send_masked(c);
      });
      return this;
    }
  }

 private:
  template <class If>
  FUNCTRA_INLINE scalar_node* send(C c, const If& holds) {
    cotangent = C(0);
    for_each_index(ints<sizeof...(Edge)>, [&](auto k) FUNCTRA_INLINE_LAMBDA {
      const auto& e = get<k>(edges);
      if (e.to && holds(e)) e.send(c);
    });
    return this;
  }
  // A partial of zero beats a cotangent that is infinite or NaN.
  FUNCTRA_COLD scalar_node* pull_infinite() {
    return send(cotangent, [](const auto& e) FUNCTRA_INLINE_LAMBDA { return !e.template is_zero<C>(); });
  }
};

// The leaves of a scalar statement.
template <class... E>
struct scalar_inputs : bundle<E...> {
  template <int K>
  FUNCTRA_INLINE auto get() const {
    return functra::get<K>(static_cast<const bundle<E...>&>(*this));
  }
};
// Stores the partials of the leaves in Mask.
template <law::mask_t Mask, class Node>
struct edge_sink {
  Node& node;
  template <int I, class E>
  FUNCTRA_INLINE void add(const E& d) {
    if constexpr (law::detail::active(Mask, I)) functra::get<law::detail::rank_in(Mask, I)>(node.edges).put(d);
  }
};

}  // namespace functra::detail
