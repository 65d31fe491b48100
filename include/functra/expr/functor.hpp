// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/lane_dual.hpp"

// A fused statement as a type: a tree of laws over placeholders. Its value, its JVP and its VJP are each one functor for the
// loop engine, and those are differentiable functors again.
//
// A law is a struct with
//   name, cost (1: arithmetic; more for transcendental functions), differentiable
//   result<T...>            the dtype of its value
//   value(x...)             generic over lanes
//   d0(y, x...), d1(...)    partial derivatives, given the value y; or
//   value_and_d0(x, y&, d&) both at once, where they share work (joint_tag)
// and `of_value_tag` where d0 needs y alone: a pullback then reads the value that is there instead of computing it again. Partials
// are differentiated in turn, on duals of lanes and (from the third order on) as statements on whole values: they are written with
// arithmetic, comparisons, primal, constant_like, select and apply<law>, whereas `value` may use all of lanes::.
namespace functra::law {

namespace detail {

template <class Op>
inline constexpr bool customized = requires { typename Op::custom_tag; };
template <class Op>
inline constexpr bool joint = requires { typename Op::joint_tag; };
template <class F>
inline constexpr bool is_of_value = requires { typename F::outermost::of_value_tag; };

template <int I, class Op, class Y, class... X>
FUNCTRA_INLINE auto partial(const Y& y, const X&... x) {
  if constexpr (I == 0) return Op::d0(y, x...);
  else if constexpr (I == 1) return Op::d1(y, x...);
  else return Op::d2(y, x...);
}

template <class D>
inline constexpr bool is_zero_partial = false;
template <>
inline constexpr bool is_zero_partial<zero> = true;

// Multiplies a tangent or cotangent by the I-th partial of Op. A law with `custom_tag` says how itself (cast).
template <int I, class Op, class S, class Y, class... X>
FUNCTRA_INLINE auto push(const S& t, const Y& y, const X&... x) {
  if constexpr (customized<Op>) return Op::push(t);
  else return law::scale(t, partial<I, Op>(y, x...));
}

struct nothing {};
template <class A, class B>
FUNCTRA_INLINE auto add_some(const A& a, const B& b) {
  if constexpr (std::is_same_v<A, nothing>) return b;
  else if constexpr (std::is_same_v<B, nothing>) return a;
  else return plus(a, b);
}

template <int D, int I, class Op, class Y, class A, class... X>
FUNCTRA_INLINE auto tangent_of(const A& a, const Y& y, const X&... primals) {
  if constexpr (depth<A> < D) return nothing{};
  else if constexpr (!customized<Op>) {
    using P = decltype(partial<I, Op>(y, primals...));
    if constexpr (is_zero_partial<P>) return nothing{};
    else return law::scale(a.t, partial<I, Op>(y, primals...));
  } else return Op::push(a.t);
}

template <int D, class A>
FUNCTRA_INLINE auto primal_at(const A& a) {
  if constexpr (depth<A> < D) return a;
  else return a.p;
}

}  // namespace detail

// A law applied to whole values: a statement.
template <class Op, class... V>
FUNCTRA_INLINE auto apply_to_values(const value_lane<V>&... a);

// Applies a law to lanes. On duals of depth D it peels the outermost tangents; lanes that are less deep are constants to them.
template <class Op, class A>
FUNCTRA_INLINE auto apply(const A& a) {
  if constexpr (is_value_lane<A>) return apply_to_values<Op>(a);
  else if constexpr (depth<A> == 0) return Op::value(a);
  else if constexpr (!Op::differentiable) return Op::value(primal(a));
  else if constexpr (detail::joint<Op>) {
    using L = decltype(A::p);
    L y, d;
    Op::value_and_d0(a.p, y, d);
    return dual_lane<L>{y, law::scale(a.t, d)};
  } else {
    auto y = apply<Op>(a.p);
    auto t = detail::tangent_of<depth<A>, 0, Op>(a, y, a.p);
    using L = decltype(y);
    if constexpr (std::is_same_v<decltype(t), detail::nothing>) return dual_lane<L>{y, constant<L>(0)};
    else return dual_lane<L>{y, t};
  }
}

template <class Op, class A, class B>
FUNCTRA_INLINE auto apply(const A& a, const B& b) {
  constexpr int D = depth<A> > depth<B> ? depth<A> : depth<B>;
  if constexpr (is_value_lane<A>) return apply_to_values<Op>(a, b);
  else if constexpr (D == 0) return Op::value(a, b);
  else if constexpr (!Op::differentiable) return Op::value(primal(a), primal(b));
  else {
    auto pa = detail::primal_at<D>(a);
    auto pb = detail::primal_at<D>(b);
    auto y = apply<Op>(pa, pb);
    auto t = detail::add_some(detail::tangent_of<D, 0, Op>(a, y, pa, pb), detail::tangent_of<D, 1, Op>(b, y, pa, pb));
    using L = decltype(y);
    if constexpr (std::is_same_v<decltype(t), detail::nothing>) return dual_lane<L>{y, constant<L>(0)};
    else return dual_lane<L>{y, lift_lane<D - 1>(t)};
  }
}

template <class Op, class A, class B, class C>
FUNCTRA_INLINE auto apply(const A& a, const B& b, const C& c) {
  constexpr int D0 = depth<A> > depth<B> ? depth<A> : depth<B>;
  constexpr int D = D0 > depth<C> ? D0 : depth<C>;
  if constexpr (is_value_lane<A>) return apply_to_values<Op>(a, b, c);
  else if constexpr (D == 0) return Op::value(a, b, c);
  else if constexpr (!Op::differentiable) return Op::value(primal(a), primal(b), primal(c));
  else {
    auto pa = detail::primal_at<D>(a);
    auto pb = detail::primal_at<D>(b);
    auto pc = detail::primal_at<D>(c);
    auto y = apply<Op>(pa, pb, pc);
    auto t = detail::add_some(detail::add_some(detail::tangent_of<D, 0, Op>(a, y, pa, pb, pc), detail::tangent_of<D, 1, Op>(b, y, pa, pb, pc)),
                                    detail::tangent_of<D, 2, Op>(c, y, pa, pb, pc));
    using L = decltype(y);
    if constexpr (std::is_same_v<decltype(t), detail::nothing>) return dual_lane<L>{y, constant<L>(0)};
    else return dual_lane<L>{y, lift_lane<D - 1>(t)};
  }
}

// The bits of a mask that belong to the leaves [base, base + n).
constexpr mask_t mask_bits(int base, int n) { return ((mask_t{1} << n) - mask_t{1}) << base; }

// A sink of the reverse pass that drops what a mask excludes: cotangents that flow through a branch not taken.
template <class S, class M>
struct masked_sink {
  S& sink;
  M mask;
  template <int I, class L>
  FUNCTRA_INLINE void add(const L& g) {
    sink.template add<I>(select(mask, g, constant_like(g, 0)));
  }
};

// A leaf of a statement, of dtype T. Leaves are numbered from left to right; B is the number of the first in a subtree.
template <class T>
struct arg {
  using type = T;
  static constexpr int arity = 1;
  static constexpr int cost = 0;
  static constexpr bool linear = true;  // no partial derivative can be NaN or infinite
  static constexpr bool smooth = true;  // no partial derivative is 0 because a branch was not taken
  // The leaves that a derivative can reach: not through comparisons, integers and booleans.
  static constexpr mask_t reach = std::is_floating_point_v<T> ? mask_t{1} : mask_t{0};

  template <int B, class In>
  static FUNCTRA_INLINE auto value(const In& in) {
    return in.template get<B>();
  }

  template <int B, mask_t Mask, class In>
  struct node {
    decltype(std::declval<const In&>().template get<B>()) v;
    FUNCTRA_INLINE explicit node(const In& in) : v(in.template get<B>()) {}
    template <class S, class Sink>
    FUNCTRA_INLINE void rev(const S& seed, Sink& sink) const {
      sink.template add<B>(seed);
    }
  };
};

// Sends `seed * partial` into a child, unless no active leaf lies below it.
template <mask_t Mask, int B, class Child, int I, class Op, class S, class Sink, class Node, class Y, class... X>
FUNCTRA_INLINE void send(const S& seed, Sink& sink, const Node& child, const Y& y, const X&... x) {
  if constexpr ((Mask & mask_bits(B, Child::arity)) != 0 && std::is_floating_point_v<typename Child::type>) {
    if constexpr (detail::customized<Op>) child.rev(Op::template pull<typename Child::type>(seed), sink);
    else {
      auto d = detail::partial<I, Op>(y, x...);
      using D = decltype(d);
      if constexpr (detail::is_zero_partial<D>) child.rev(constant_like(seed, 0), sink);
      else if constexpr (requires { d.mask; }) {
        masked_sink<Sink, decltype(d.mask)> inner{sink, d.mask};
        if constexpr (requires { d.value; }) child.rev(law::scale(seed, d.value), inner);
        else child.rev(seed, inner);
      } else child.rev(law::scale(seed, d), sink);
    }
  }
}

template <class Op, class... F>
struct fn;

template <class Op, class Child>
constexpr mask_t reach_of(int base) {
  return Op::differentiable && std::is_floating_point_v<typename Child::type> ? Child::reach << base : mask_t{0};
}

template <class Op, class A>
struct fn<Op, A> {
  using outermost = Op;
  using inner = A;
  using type = typename Op::template result<typename A::type>;
  static constexpr int arity = A::arity;
  static constexpr int cost = Op::cost + A::cost;
  static constexpr bool linear = Op::linear && A::linear;
  static constexpr bool smooth = Op::smooth && A::smooth;
  static constexpr mask_t reach = reach_of<Op, A>(0);

  template <int B, class In>
  static FUNCTRA_INLINE auto value(const In& in) {
    return apply<Op>(A::template value<B>(in));
  }

  template <int B, mask_t Mask, class In>
  struct node {
    using child = typename A::template node<B, Mask, In>;
    using lane = decltype(apply<Op>(std::declval<const child&>().v));
    static constexpr bool keeps = detail::joint<Op> && (Mask & mask_bits(B, arity)) != 0;
    child a;
    lane v;
    std::conditional_t<keeps, lane, detail::nothing> d;
    FUNCTRA_INLINE explicit node(const In& in) : a(in) {
      if constexpr (keeps) Op::value_and_d0(a.v, v, d);
      else v = apply<Op>(a.v);
    }
    // The value is known.
    FUNCTRA_INLINE node(const In& in, const lane& y) : a(in), v(y) {}
    template <class S, class Sink>
    FUNCTRA_INLINE void rev(const S& seed, Sink& sink) const {
      if constexpr (!Op::differentiable) return;
      else if constexpr (keeps) a.rev(law::scale(seed, d), sink);
      else send<Mask, B, A, 0, Op>(seed, sink, a, v, a.v);
    }
  };
};

template <class Op, class A, class B2>
struct fn<Op, A, B2> {
  using type = typename Op::template result<typename A::type, typename B2::type>;
  static constexpr int arity = A::arity + B2::arity;
  static constexpr int cost = Op::cost + A::cost + B2::cost;
  static constexpr bool linear = Op::linear && A::linear && B2::linear;
  static constexpr bool smooth = Op::smooth && A::smooth && B2::smooth;
  static constexpr mask_t reach = reach_of<Op, A>(0) | reach_of<Op, B2>(A::arity);

  template <int B, class In>
  static FUNCTRA_INLINE auto value(const In& in) {
    return apply<Op>(A::template value<B>(in), B2::template value<B + A::arity>(in));
  }

  template <int B, mask_t Mask, class In>
  struct node {
    using first = typename A::template node<B, Mask, In>;
    using second = typename B2::template node<B + A::arity, Mask, In>;
    first a;
    second b;
    decltype(apply<Op>(std::declval<const first&>().v, std::declval<const second&>().v)) v;
    FUNCTRA_INLINE explicit node(const In& in) : a(in), b(in), v(apply<Op>(a.v, b.v)) {}
    template <class S, class Sink>
    FUNCTRA_INLINE void rev(const S& seed, Sink& sink) const {
      if constexpr (Op::differentiable) {
        send<Mask, B, A, 0, Op>(seed, sink, a, v, a.v, b.v);
        send<Mask, B + A::arity, B2, 1, Op>(seed, sink, b, v, a.v, b.v);
      }
    }
  };
};

template <class Op, class A, class B2, class C>
struct fn<Op, A, B2, C> {
  using type = typename Op::template result<typename A::type, typename B2::type, typename C::type>;
  static constexpr int arity = A::arity + B2::arity + C::arity;
  static constexpr int cost = Op::cost + A::cost + B2::cost + C::cost;
  static constexpr bool linear = Op::linear && A::linear && B2::linear && C::linear;
  static constexpr bool smooth = Op::smooth && A::smooth && B2::smooth && C::smooth;
  static constexpr mask_t reach = reach_of<Op, A>(0) | reach_of<Op, B2>(A::arity) | reach_of<Op, C>(A::arity + B2::arity);

  template <int B, class In>
  static FUNCTRA_INLINE auto value(const In& in) {
    return apply<Op>(A::template value<B>(in), B2::template value<B + A::arity>(in), C::template value<B + A::arity + B2::arity>(in));
  }

  template <int B, mask_t Mask, class In>
  struct node {
    using first = typename A::template node<B, Mask, In>;
    using second = typename B2::template node<B + A::arity, Mask, In>;
    using third = typename C::template node<B + A::arity + B2::arity, Mask, In>;
    first a;
    second b;
    third c;
    decltype(apply<Op>(std::declval<const first&>().v, std::declval<const second&>().v, std::declval<const third&>().v)) v;
    FUNCTRA_INLINE explicit node(const In& in) : a(in), b(in), c(in), v(apply<Op>(a.v, b.v, c.v)) {}
    template <class S, class Sink>
    FUNCTRA_INLINE void rev(const S& seed, Sink& sink) const {
      if constexpr (Op::differentiable) {
        send<Mask, B, A, 0, Op>(seed, sink, a, v, a.v, b.v, c.v);
        send<Mask, B + A::arity, B2, 1, Op>(seed, sink, b, v, a.v, b.v, c.v);
        send<Mask, B + A::arity + B2::arity, C, 2, Op>(seed, sink, c, v, a.v, b.v, c.v);
      }
    }
  };
};

// What every law starts from.
struct law_base {
  static constexpr int cost = 1;
  static constexpr bool differentiable = true;
  static constexpr bool linear = false;
  static constexpr bool smooth = true;
  template <class T, class...>
  using result = T;
};

}  // namespace functra::law
