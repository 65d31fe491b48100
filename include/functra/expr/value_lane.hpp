// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/bundle.hpp"
#include "functra/core/levels.hpp"
#include "functra/expr/functor.hpp"
#include "functra/tensor/tensor.hpp"

// A whole value as a lane. A law that is applied to such lanes, or a partial derivative of one, is a statement of its own: this is how
// statements are evaluated in parts. Fused derivatives of derivatives grow with every order of differentiation; parts do not.
namespace functra::law {

template <class V>
struct value_lane {
  V v;
  FUNCTRA_INLINE explicit value_lane(V x) : v(std::move(x)) {}
  template <class U>
  FUNCTRA_INLINE value_lane(const value_lane<U>& o) : v(o.v) {}
  FUNCTRA_INLINE value_lane() : v(empty()) {}

 private:
  static FUNCTRA_INLINE V empty() {
    if constexpr (std::is_arithmetic_v<V>) return V{};
    else return V(uninitialized);
  }
};
template <class V>
inline constexpr bool is_value_lane<value_lane<V>> = true;
template <class V>
struct primal_lane<value_lane<V>> {
  using type = dtype_of<V>;
};

// The arithmetic of value lanes: laws.
struct add;
struct sub;
struct mul;
struct div;
struct neg;
struct equal;
struct not_equal;
struct less;
struct less_equal;
struct logical_and;
struct logical_or;
struct logical_not;
template <class T>
struct cast;

// clang-format off
template <class A> FUNCTRA_INLINE auto operator-(const value_lane<A>& a) { return apply<neg>(a); }
template <class A> FUNCTRA_INLINE auto operator!(const value_lane<A>& a) { return apply<logical_not>(a); }
template <class A, class B> FUNCTRA_INLINE auto operator+(const value_lane<A>& a, const value_lane<B>& b) { return apply<add>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator-(const value_lane<A>& a, const value_lane<B>& b) { return apply<sub>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator*(const value_lane<A>& a, const value_lane<B>& b) { return apply<mul>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator/(const value_lane<A>& a, const value_lane<B>& b) { return apply<div>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator==(const value_lane<A>& a, const value_lane<B>& b) { return apply<equal>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator!=(const value_lane<A>& a, const value_lane<B>& b) { return apply<not_equal>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator<(const value_lane<A>& a, const value_lane<B>& b) { return apply<less>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator<=(const value_lane<A>& a, const value_lane<B>& b) { return apply<less_equal>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator>(const value_lane<A>& a, const value_lane<B>& b) { return apply<less>(b, a); }
template <class A, class B> FUNCTRA_INLINE auto operator>=(const value_lane<A>& a, const value_lane<B>& b) { return apply<less_equal>(b, a); }
template <class A, class B> FUNCTRA_INLINE auto operator&&(const value_lane<A>& a, const value_lane<B>& b) { return apply<logical_and>(a, b); }
template <class A, class B> FUNCTRA_INLINE auto operator||(const value_lane<A>& a, const value_lane<B>& b) { return apply<logical_or>(a, b); }
// clang-format on

// The seed of the reverse pass of a statement, a 1 of dtype T that costs nothing until it meets something.
template <class T>
struct unit_seed {};
template <class S>
inline constexpr bool is_unit_seed = false;
template <class T>
inline constexpr bool is_unit_seed<unit_seed<T>> = true;

namespace detail {

template <class S>
FUNCTRA_INLINE auto seed_lane(const S& s) {
  if constexpr (is_unit_seed<S>) return []<class T>(unit_seed<T>) { return value_lane<T>(T(1)); }(s);
  else return s;
}

// The seed of a child: that of its parent times the partial.
template <class Op, class Child, class S, class D>
FUNCTRA_INLINE auto child_seed(const S& seed, const D& d) {
  if constexpr (is_zero_partial<D>) return value_lane<typename Child::type>(typename Child::type(0));
  else if constexpr (std::is_same_v<D, one>) return seed;
  else if constexpr (std::is_same_v<D, minus_one>) return -seed_lane(seed);
  else if constexpr (requires { d.value; }) return child_seed<Op, Child>(seed, d.value);
  else if constexpr (requires { d.mask; }) return seed;
  else if constexpr (is_unit_seed<S>) return d;
  else return seed * d;
}

template <class A>
FUNCTRA_INLINE auto joined(A a) {
  return a;
}
template <class A, class B, class... R>
FUNCTRA_INLINE auto joined(A a, B b, R... rest) {
  return joined(concat(a, b), std::move(rest)...);
}
template <class M, class... A, int... I>
FUNCTRA_INLINE auto all_masked(const M& mask, const bundle<A...>& a, std::integer_sequence<int, I...>) {
  return make_bundle(select(mask, seed_lane(get<I>(a)), value_lane<lane_scalar<decltype(seed_lane(get<I>(a)))>>(0))...);
}

}  // namespace detail

// A statement evaluated in parts: the values of all of its subtrees, and the partials with respect to the leaves in Mask, a bundle in
// their order. B is the number of the first leaf.
template <class F, int B, mask_t Mask>
struct parts;

template <class T, int B, mask_t Mask>
struct parts<arg<T>, B, Mask> {
  template <class V>
  struct node {
    value_lane<V> y;
    template <class S>
    FUNCTRA_INLINE auto rev(const S& seed) const {
      if constexpr (((Mask >> B) & 1U) != 0) return make_bundle(seed);
      else return bundle<>{};
    }
  };
  template <class... V>
  static FUNCTRA_INLINE auto run(const V&... v) {
    const auto& leaf = nth_of<B>(v...);
    return node<std::remove_cvref_t<decltype(leaf)>>{value_lane(leaf)};
  }
};

template <class Op, class... F, int B, mask_t Mask>
struct parts<fn<Op, F...>, B, Mask> {
  // Partials with respect to the leaves below child I.
  template <int I, class Child, class S, class Kid, class Y, class... X>
  static FUNCTRA_INLINE auto below(const S& seed, const Kid& kid, const Y& y, const X&... x) {
    constexpr int first = B + first_leaf<I>();
    if constexpr ((Mask & mask_bits(first, Child::arity)) == 0) return bundle<>{};
    else if constexpr (!Op::differentiable || !std::is_floating_point_v<typename Child::type>) return kid.rev(value_lane<typename Child::type>(0));
    else if constexpr (detail::customized<Op>) return kid.rev(Op::template pull<typename Child::type>(detail::seed_lane(seed)));
    else {
      const auto d = detail::partial<I, Op>(y, x...);
      auto r = kid.rev(detail::child_seed<Op, Child>(seed, d));
      if constexpr (requires { d.mask; }) return detail::all_masked(d.mask, r, ints<std::popcount(Mask & mask_bits(first, Child::arity))>);
      else return r;
    }
  }

  template <class Y, class... Kid>
  struct node {
    Y y;
    bundle<Kid...> kids;
    template <class S>
    FUNCTRA_INLINE auto rev(const S& seed) const {
      return [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
        return detail::joined(below<I, F>(seed, get<I>(kids), y, get<I>(kids).y...)...);
      }(ints<sizeof...(F)>);
    }
  };
  // A law with its value and its partial made together.
  template <class Y, class Kid>
  struct joint_node {
    Y y, d;
    Kid kid;
    template <class S>
    FUNCTRA_INLINE auto rev(const S& seed) const {
      return kid.rev(detail::child_seed<Op, F...>(seed, d));
    }
  };

  template <class... V>
  static FUNCTRA_INLINE auto run(const V&... v) {
    return [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
      return finish(parts<F, B + first_leaf<I>(), Mask>::run(v...)...);
    }(ints<sizeof...(F)>);
  }

 private:
  template <int I>
  static constexpr int first_leaf() {
    const int arity[] = {F::arity...};
    int n = 0;
    for (int i = 0; i < I; ++i) n += arity[i];
    return n;
  }
  template <class... Kid>
  static FUNCTRA_INLINE auto finish(const Kid&... kid) {
    if constexpr (detail::joint<Op> && (Mask & mask_bits(B, fn<Op, F...>::arity)) != 0) {
      using Y = decltype(apply<Op>(kid.y...));
      joint_node<Y, Kid...> n{Y(), Y(), kid...};
      Op::value_and_d0(Y(kid.y)..., n.y, n.d);
      return n;
    } else {
      auto y = apply<Op>(kid.y...);
      return node<decltype(y), Kid...>{y, bundle<Kid...>{kid...}};
    }
  }
};

}  // namespace functra::law
