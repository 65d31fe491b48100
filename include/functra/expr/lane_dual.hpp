// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

#include "functra/lanes/pack.hpp"

// The arithmetic of laws: what a law may do with a lane, be it a scalar, a pack, or a dual of either.
namespace functra::law {

// A set of the leaves of a statement, one bit each.
using mask_t = std::uint64_t;

// A lane with its tangent. Laws are evaluated on it to get the derivative of a fused statement, and of its derivatives.
template <class L>
struct dual_lane {
  L p;
  L t;
};

template <class L>
inline constexpr bool is_dual_lane = false;
template <class L>
inline constexpr bool is_dual_lane<dual_lane<L>> = true;

// A whole value as a lane (value_lane.hpp).
template <class V>
struct value_lane;
template <class L>
inline constexpr bool is_value_lane = false;

// A partial derivative that is known when the law is written: multiplication by it costs nothing.
template <int V>
struct constant_partial {};
using zero = constant_partial<0>;
using one = constant_partial<1>;
using minus_one = constant_partial<-1>;

// A partial derivative that is 1 where the mask holds and 0 elsewhere: what it masks is dropped, even where it is NaN or inf.
template <class M>
struct masked_one {
  M mask;
};
template <class M>
masked_one(M) -> masked_one<M>;

// The same with a partial derivative: the value where the mask holds and 0 elsewhere.
template <class M, class D>
struct masked {
  M mask;
  D value;
};
template <class M, class D>
masked(M, D) -> masked<M, D>;

// A partial derivative whose zeros win over seeds that are NaN or infinite, and the other way round: it may have been masked when it
// was computed.
template <class D>
struct absorbing {
  D value;
};
template <class D>
absorbing(D) -> absorbing<D>;

template <class L>
struct primal_lane {
  using type = L;
};
template <class L>
struct primal_lane<dual_lane<L>> : primal_lane<L> {};

template <class L>
FUNCTRA_INLINE auto primal(const L& x) {
  if constexpr (is_dual_lane<L>) return primal(x.p);
  else return x;
}

// The scalar type of a lane: double for double, pack<double, 8>, and duals of them.
template <class L>
using lane_scalar = lanes::lane_value_t<typename primal_lane<L>::type>;

// A lane of the same kind as L that holds the constant c.
template <class L>
FUNCTRA_INLINE L constant(lane_scalar<L> c) {
  if constexpr (is_dual_lane<L>) {
    using U = decltype(L::p);
    return L{constant<U>(c), constant<U>(0)};
  } else return L(c);
}
template <class L>
FUNCTRA_INLINE auto constant_like(const L&, double c) {
  if constexpr (is_value_lane<L>) return value_lane<lane_scalar<L>>(static_cast<lane_scalar<L>>(c));
  else return constant<L>(static_cast<lane_scalar<L>>(c));
}

// How many tangents deep a lane is.
template <class L>
inline constexpr int depth = 0;
template <class L>
inline constexpr int depth<dual_lane<L>> = 1 + depth<L>;

// The lane with zero tangents added until it is D deep. Booleans and integers carry no tangents.
template <int D, class L>
FUNCTRA_INLINE auto lift_lane(const L& a) {
  if constexpr (depth<L> >= D || !std::is_floating_point_v<lane_scalar<L>>) return a;
  else {
    const dual_lane<L> d{a, constant<L>(0)};
    return lift_lane<D>(d);
  }
}

// clang-format off
template <class L> FUNCTRA_INLINE dual_lane<L> operator-(const dual_lane<L>& a) { return {-a.p, -a.t}; }
template <class L> FUNCTRA_INLINE dual_lane<L> operator+(const dual_lane<L>& a, const dual_lane<L>& b) { return {a.p + b.p, a.t + b.t}; }
template <class L> FUNCTRA_INLINE dual_lane<L> operator-(const dual_lane<L>& a, const dual_lane<L>& b) { return {a.p - b.p, a.t - b.t}; }
template <class L> FUNCTRA_INLINE dual_lane<L> operator*(const dual_lane<L>& a, const dual_lane<L>& b) { return {a.p * b.p, a.t * b.p + a.p * b.t}; }
template <class L> FUNCTRA_INLINE dual_lane<L> operator/(const dual_lane<L>& a, const dual_lane<L>& b) {
  const L y = a.p / b.p;
  return {y, (a.t - y * b.t) / b.p};
}
// A lane that is less deep than another, of the same kind: a constant beside it.
template <class B, class L>
concept shallower = depth<B> <= depth<L> && std::is_same_v<typename primal_lane<B>::type, typename primal_lane<L>::type>;
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator+(const dual_lane<L>& a, const B& b) { return {a.p + b, a.t}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator+(const B& a, const dual_lane<L>& b) { return {a + b.p, b.t}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator-(const dual_lane<L>& a, const B& b) { return {a.p - b, a.t}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator-(const B& a, const dual_lane<L>& b) { return {a - b.p, -b.t}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator*(const dual_lane<L>& a, const B& b) { return {a.p * b, a.t * b}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator*(const B& a, const dual_lane<L>& b) { return {a * b.p, a * b.t}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator/(const dual_lane<L>& a, const B& b) { return {a.p / b, a.t / b}; }
template <class L, shallower<L> B> FUNCTRA_INLINE dual_lane<L> operator/(const B& a, const dual_lane<L>& b) { const L y = a / b.p; return {y, -(y * b.t) / b.p}; }
// clang-format on

template <class Op, class A>
FUNCTRA_INLINE auto apply(const A& a);
template <class Op, class A, class B, class C>
FUNCTRA_INLINE auto apply(const A& a, const B& b, const C& c);
template <class T>
struct cast;
struct where;

// A lane as one of numbers of type U.
template <class U, class L>
FUNCTRA_INLINE auto convert_lane(const L& a) {
  if constexpr (std::is_same_v<U, lane_scalar<L>>) return a;
  else if constexpr (is_value_lane<L>) return apply<cast<U>>(a);
  else if constexpr (is_dual_lane<L>) {
    const auto p = convert_lane<U>(a.p);
    return dual_lane<std::remove_const_t<decltype(p)>>{p, convert_lane<U>(a.t)};
  } else return lanes::convert<U>(a);
}

// Where the mask holds a, else b; operands may be duals.
template <class M, class A, class B>
FUNCTRA_INLINE auto select(const M& mask, const A& a, const B& b) {
  if constexpr (is_value_lane<A>) return apply<where>(mask, a, b);
  else if constexpr (is_dual_lane<A> || is_dual_lane<B>) {
    const auto x = lift_lane<depth<B>>(a);
    const auto y = lift_lane<depth<A>>(b);
    const auto p = select(mask, x.p, y.p);
    return dual_lane<std::remove_const_t<decltype(p)>>{p, select(mask, x.t, y.t)};
  } else return lanes::select(mask, a, b);
}

// Whether a cotangent is exactly zero, in all of its parts.
template <class L>
FUNCTRA_INLINE auto is_zero(const L& x) {
  if constexpr (is_dual_lane<L>) return is_zero(x.p) && is_zero(x.t);
  else return x == L(0);
}

// a b; 0 where b is 0 (or, with Both, a), even where the other is NaN or infinite.
template <bool Both = true, class A, class B>
FUNCTRA_INLINE auto absorbing_product(const A& a, const B& b) {
  if constexpr (std::is_same_v<A, B> && depth<A> == 0) return lanes::absorbing_product<Both>(a, b);
  else {
    const auto y = a * b;
    return select(is_zero(a) || is_zero(b), constant_like(y, 0), y);
  }
}
// a b + c; c where b is 0 (or, with Both, a).
template <bool Both = true, class A>
FUNCTRA_INLINE A absorbing_fma(const A& a, const A& b, const A& c) {
  return lanes::absorbing_fma<Both>(a, b, c);
}

// seed times partial.
template <class S, int V>
FUNCTRA_INLINE auto scale(const S& seed, constant_partial<V>) {
  if constexpr (V == 1) return seed;
  else if constexpr (V == -1) return -seed;
}
template <class S, class M>
FUNCTRA_INLINE auto scale(const S& seed, const masked_one<M>& d) {
  return select(d.mask, seed, constant_like(seed, 0));
}
template <class S, class D>
FUNCTRA_INLINE auto scale(const S& seed, const D& d) {
  return seed * d;
}
template <class S, class D>
FUNCTRA_INLINE auto scale(const S& seed, const absorbing<D>& d) {
  return absorbing_product(seed, d.value);
}
template <class S, class M, class D>
FUNCTRA_INLINE auto scale(const S& seed, const masked<M, D>& d) {
  const auto g = law::scale(seed, d.value);  // qualified: the packs' namespace has a scale of its own
  return select(d.mask, g, constant_like(g, 0));
}

// Arithmetic of lanes of equal or different depth. Integers wrap, and division by zero gives 0: nothing traps (packs see to it
// themselves).
template <class L>
inline constexpr bool is_scalar_integer = std::is_integral_v<L> && !std::is_same_v<L, bool>;

template <class A, class B>
FUNCTRA_INLINE auto plus(const A& a, const B& b) {
  if constexpr (is_scalar_integer<A>) return static_cast<A>(static_cast<std::make_unsigned_t<A>>(a) + static_cast<std::make_unsigned_t<A>>(b));
  else if constexpr (is_dual_lane<A> || is_dual_lane<B>) return lift_lane<depth<B>>(a) + lift_lane<depth<A>>(b);
  else return a + b;
}
template <class A>
FUNCTRA_INLINE auto negate(const A& a) {
  if constexpr (is_scalar_integer<A>) return static_cast<A>(std::make_unsigned_t<A>{0} - static_cast<std::make_unsigned_t<A>>(a));
  else return -a;
}
template <class A, class B>
FUNCTRA_INLINE auto minus(const A& a, const B& b) {
  if constexpr (is_scalar_integer<A>) return static_cast<A>(static_cast<std::make_unsigned_t<A>>(a) - static_cast<std::make_unsigned_t<A>>(b));
  else return a - b;
}
template <class A, class B>
FUNCTRA_INLINE auto times(const A& a, const B& b) {
  if constexpr (is_scalar_integer<A>) return static_cast<A>(static_cast<std::make_unsigned_t<A>>(a) * static_cast<std::make_unsigned_t<A>>(b));
  else return a * b;
}
template <class A, class B>
FUNCTRA_INLINE auto divide(const A& a, const B& b) {
  if constexpr (is_scalar_integer<A>) {
    if (b == A(0)) return A(0);
    if constexpr (std::is_signed_v<A>)
      if (b == A(-1)) return negate(a);
    return static_cast<A>(a / b);
  } else return a / b;
}

}  // namespace functra::law
