// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/along.hpp"

//  recurrence  along dim D           forward   h_i = a_i h_{i-1} + b_i          (a_0 is not read)
//                                    backward  h_i = a_{i+1} h_{i+1} + b_i
//              Both are h = (1 - A)^-1 b and its transpose, so that the derivatives of either are calls of both:
//  jvp         forward   h' = recurrence(a, b' + a' shift(h))         backward  h' = recurrence(a, b' + unshift(a' h))
//  vjp         b~ = the other direction (a, h~);   forward a~ = b~ shift(h);   backward a~ = shift(b~) h
//  batch       D moves up by one; both operands have the batch axis
//
//  shift       y_i = x_{i-By}, 0 where there is none; linear, and its transpose shifts back
//
//  Products that leave out one factor are recurrences: prod is differentiable where factors are zero.
namespace functra::rules {

template <int D, int By>
struct shift : linear<shift<D, By>> {
  static constexpr char name[] = "shift";

  template <class V>
  auto eval(const V& v) const {
    using T = element_of<V>;
    const auto& x = functra::detail::contiguous(v);
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    tensor_of<T, extents_of_value<V>> out(uninitialized, x.get_extents());
    T* to = out.mutable_data();
    const T* from = x.data();
    for (index_t o = 0; o < l.before; ++o)
      for (index_t i = 0; i < l.n; ++i)
        for (index_t j = 0; j < l.after; ++j) {
          const index_t source = i - By;
          *to++ = source >= 0 && source < l.n ? from[(o * l.n + source) * l.after + j] : T(0);
        }
    return out;
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(shift<D, -By>{}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(shift<D + 1, By>{}, v);
  }
};

template <int D, bool Backward>
struct recurrence : primitive {
  static constexpr char name[] = "recurrence";
  static constexpr bool needs_output = true;
  using other = recurrence<D, !Backward>;

  template <class A, class B>
  auto eval(const A& a, const B& b) const {
    using T = functra::detail::common_element<dtype_of<B>, element_of<A>, element_of<B>>;
    const auto& x = functra::detail::contiguous(a);
    const auto& y = functra::detail::contiguous(b);
    const auto l = functra::detail::lines_along<D>(y.get_extents());
    tensor_of<T, extents_of_value<B>> out(uninitialized, y.get_extents());
    T* to = out.mutable_data();
    const index_t factor = Backward ? l.after : 0;  // from element i to a_i, or a_{i+1}
    for (index_t o = 0; o < l.before; ++o)
      for (index_t j = 0; j < l.after; ++j) {
        T h = T(0);
        for (index_t k = 0; k < l.n; ++k) {
          const index_t i = (o * l.n + (Backward ? l.n - 1 - k : k)) * l.after + j;
          const T b_i = T(y.data()[i]);
          to[i] = h = k == 0 ? b_i : T(x.data()[i + factor]) * h + b_i;
        }
      }
    return out;
  }
  template <int I, class T, class Y, class A, class B>
  auto jvp(const T& t, const Y& y, const A& a, const B&) const {
    if constexpr (I == 1) return bind(*this, a, t);
    else if constexpr (Backward) return bind(*this, a, bind(shift<D, -1>{}, eval_product(t, y)));
    else return bind(*this, a, eval_product(t, bind(shift<D, 1>{}, y)));
  }
  template <int I, class C, class Y, class A, class B>
  auto vjp(const C& c, const Y& y, const A& a, const B&) const {
    auto b = bind(other{}, a, c);
    if constexpr (I == 1) return b;
    else if constexpr (Backward) return eval_product(bind(shift<D, 1>{}, b), y);
    else return eval_product(b, bind(shift<D, 1>{}, y));
  }
  template <unsigned Mask, class A, class B>
  auto batch(const A& a, const B& b) const {
    return functra::detail::with_all_mapped<Mask>([](const auto& x, const auto& y) { return bind(recurrence<D + 1, Backward>{}, x, y); }, a, b);
  }

 private:
  template <class A, class B>
  static auto eval_product(const A& a, const B& b) {
    return functra::eval(a * b);
  }
};

}  // namespace functra::rules

namespace functra::detail {

// For every element the product of the others along dim D.
template <int D, class V>
auto product_of_others(const V& x) {
  using T = dtype_of<V>;
  using X = extents_of_value<V>;
  const X shape = X::from(x.shape().data());
  const index_t n = shape.extent(D);
  const auto one_at = [&](index_t i) {
    using U = extents_of<X::R, kept_shape<((1U << X::R) - 1U) & ~(1U << D), X>()>;
    index_t e[X::R];
    for (int d = 0; d < X::R; ++d) e[d] = d == D ? n : 1;
    tensor_of<T, U> u(U::from(e));
    if (n > 0) u.mutable_data()[i] = T(1);
    return bind(rules::broadcast<X>{{}, shape}, u);
  };
  const auto before = bind(rules::recurrence<D, false>{}, bind(rules::shift<D, 1>{}, x), one_at(0));
  const auto behind = bind(rules::recurrence<D, true>{}, x, one_at(n - 1));
  return eval(before * behind);
}

}  // namespace functra::detail
