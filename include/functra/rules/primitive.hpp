// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/expr.hpp"

// The language of the rule book. A primitive is a struct that states side by side
//
//   name                       the public name, for messages
//   eval(x...)                 the value on plain tensors
//   jvp<I>(t, y, x...)         what the tangent t of operand I contributes to the tangent of y
//   vjp<I>(c, y, x...)         what the cotangent c of y contributes to the cotangent of operand I
//   batch<Mask>(x...)          the value with a leading batch axis, where the operands in Mask have one
//
// All but eval are written with public operations, so they nest. Families derive what the mathematics implies.
namespace functra::rules {

struct primitive {
  static constexpr bool differentiable = true;
  static constexpr bool is_view = false;   // the value is a window on the operand
  static constexpr bool needs_input = true;  // vjp reads the operands, not just their extents
  static constexpr bool needs_output = false;
  static constexpr bool is_linear = false;   // in all floating-point operands together
};

// The extents of an operand, for the transposes of linear primitives, which need no more.
template <class X>
struct shape_of : readable<shape_of<X>> {
  using extents_type = X;
  FUNCTRA_EMPTY X x;
  explicit shape_of(const X& e) : x(e) {}
  const X& get_extents() const { return x; }
};

// y = A x: states eval, transpose(c, shape of x) and batch.
template <class P>
struct linear : primitive {
  static constexpr bool is_linear = true;
  static constexpr bool needs_input = false;
  template <int I, class T, class Y, class... X>
  auto jvp(const T& t, const Y&, const X&...) const {
    return bind(static_cast<const P&>(*this), t);
  }
  template <int I, class C, class Y, class X>
  auto vjp(const C& c, const Y&, const X& x) const {
    return static_cast<const P&>(*this).transpose(c, x);
  }
};

// y = B(a, b), linear in each: states eval, transpose<0>(c, b), transpose<1>(c, a) and batch.
template <class P>
struct bilinear : primitive {
  static constexpr bool is_bilinear = true;
  template <int I, class T, class Y, class A, class B>
  auto jvp(const T& t, const Y&, const A& a, const B& b) const {
    if constexpr (I == 0) return bind(static_cast<const P&>(*this), t, b);
    else return bind(static_cast<const P&>(*this), a, t);
  }
  template <int I, class C, class Y, class A, class B>
  auto vjp(const C& c, const Y&, const A& a, const B& b) const {
    if constexpr (I == 0) return static_cast<const P&>(*this).template transpose<0>(c, b);
    else return static_cast<const P&>(*this).template transpose<1>(c, a);
  }
};

// A value without derivative: indices, booleans, masks.
struct nondifferentiable : primitive {
  static constexpr bool differentiable = false;
};

}  // namespace functra::rules
