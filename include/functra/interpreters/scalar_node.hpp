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
    if constexpr (std::is_same_v<T, C>) *to = law::absorbing_fma(partial, c, *to);
    else *to = *to + lanes::convert<scalar_t<T>>(law::absorbing_product(lanes::convert<scalar_t<C>>(partial), c));
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
    if constexpr (Known > 0) *to = *to + lanes::convert<scalar_t<T>>(c);
    else *to = *to - lanes::convert<scalar_t<T>>(c);
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
    if constexpr (lanes_of<C> == 1) {
      const C c = cotangent;
      if (!is_ordinary(c)) [[unlikely]]
        return c == C(0) ? this : pull_infinite();
      return send(c, [](const auto&) FUNCTRA_INLINE_LAMBDA { return true; });
    } else {
      for_each_index(ints<sizeof...(Edge)>, [&](auto k) FUNCTRA_INLINE_LAMBDA {
        const auto& e = get<k>(edges);
        if (e.to) e.send_masked(cotangent);
      });
      cotangent = C(0);
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
template <int L, class... V>
FUNCTRA_INLINE auto scalar_inputs_of(const V&... v) {
  constexpr int N = std::max({1, lanes_of<element_of<V>>...});
  return scalar_inputs<element_t<dtype_of<V>, N>...>{{element_t<dtype_of<V>, N>(*origin(untaped<L>(v)))...}};
}

// Stores the partials of the leaves in Mask.
template <law::mask_t Mask, class Node>
struct edge_sink {
  Node& node;
  template <int I, class E>
  FUNCTRA_INLINE void add(const E& d) {
    if constexpr (law::detail::active(Mask, I)) functra::get<law::detail::rank_in(Mask, I)>(node.edges).put(d);
  }
};
// Adds the cotangents of the leaves in Mask to where they are summed.
template <law::mask_t Mask, class... E>
struct place_sink {
  bundle<E*...> to;
  template <int I, class D>
  FUNCTRA_INLINE void add(const D& d) {
    if constexpr (law::detail::active(Mask, I)) {
      constexpr int k = law::detail::rank_in(Mask, I);
      using T = nth_type<k, E...>;
      T spare(0);  // for constants: a branch would keep the compiler from ordering all as it likes
      T* const p = functra::get<k>(to) ? functra::get<k>(to) : &spare;
      *p += static_cast<T>(d);
    }
  }
};

// The element of the cotangent of the K-th leaf in Mask.
template <law::mask_t Mask, int K, class... V>
using leaf_cotangent = element_of<typename nth_type<law::detail::nth_active(Mask, K), V...>::cotangent_type>;

// Pulls 1 back past a scalar statement, which needs no record; returns its value.
template <int L, law::mask_t Mask, class F, class... V>
FUNCTRA_INLINE auto pull_scalar(const V&... v) {
  return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
    auto x = scalar_inputs_of<L>(v...);
    typename F::template node<0, Mask, decltype(scalar_inputs_of<L>(v...))> n(x);
    place_sink<Mask, leaf_cotangent<Mask, k, V...>...> sink{{nth_of<law::detail::nth_active(Mask, k)>(v...).ref.p...}};
    n.rev(law::constant_like(n.v, 1), sink);
    return Tensor<std::remove_const_t<decltype(n.v)>>(n.v);
  }(ints<std::popcount(Mask)>);
}

}  // namespace functra::detail
