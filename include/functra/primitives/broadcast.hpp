// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/tags.hpp"
#include "functra/primitives/arithmetic.hpp"
#include "functra/primitives/reshape.hpp"

//  broadcast  x repeated to larger extents; dims align at the last, those of extent 1 stretch (a stride of 0)
//  shape      T[x...] -> T[y...]
//  jvp        broadcast(x')                     derived: linear
//  vjp        x~ = sum of y~ over the repeated dims
//  batch      [B, 1..., x...] -> [B, y...]
//
//  sum        y = sum of x over dims; the transpose of broadcast. It is a fused statement: sum(f(x)) never stores f(x), nor does
//             its pullback
namespace functra {

namespace law {
// The first of two operands; the second only lends its extents.
struct first_of : law_base {
  static constexpr char name[] = "broadcast_to";
  static constexpr bool linear = true;
  static FUNCTRA_INLINE auto value(const auto& a, const auto&) { return a; }
  static FUNCTRA_INLINE one d0(const auto&, const auto&, const auto&) { return {}; }
  static FUNCTRA_INLINE zero d1(const auto&, const auto&, const auto&) { return {}; }
};
}  // namespace law

namespace detail {

// A plain tensor of zeros that only lends its extents.
template <class T, class X>
auto shape_only(const X& x) {
  if constexpr (X::is_static) return tensor_of<T, X>();
  else {
    memory::handle h = memory::handle::allocate(sizeof(T));
    T* p = static_cast<T*>(h.data());
    *p = T(0);
    const index_t zeros[X::R]{};
    return typename view_for<T, X>::type(std::move(h), p, x, zeros);
  }
}

// c summed to the extents x, which broadcast to its own.
template <class C, class X>
auto sum_to(const C& c, const X& x) {
  using T = dtype_of<C>;
  if constexpr (std::is_same_v<X, extents_of_value<C>> && X::is_static) return c;
  else if constexpr (X::R == 0) return bind(fused_statement<law::value_of<law::arg<T>>, onto::total>{}, "sum", c);
  else {
    using F = law::fn<law::first_of, law::arg<T>, law::arg<T>>;
    return bind(fused_statement<law::value_of<F>, onto::like<1>>{}, "sum", c, shape_only<T>(x));
  }
}
}  // namespace detail

namespace rules {
template <class X>
struct broadcast : linear<broadcast<X>> {
  static constexpr char name[] = "broadcast_to";
  static constexpr bool is_view = true;
  FUNCTRA_EMPTY X to;

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using A = extents_of_value<V>;
    static_assert(A::R <= X::R && broadcastable<A, X>(), "[broadcast_to] the extents must stretch to the new ones: equal, or 1");
    if constexpr (std::is_arithmetic_v<V>) return eval(Tensor<V>(v));
    else if constexpr (functra::detail::is_inline_tensor<V> && X::is_static) {
      // Static extents: a copy in place.
      using T = dtype_of<V>;
      using F = law::fn<law::first_of, law::arg<T>, law::arg<T>>;
      return functra::detail::evaluate(fused_statement<law::value_of<F>, onto::full>{}, name, v, functra::detail::shape_only<T>(to));
    } else {
      index_t from[array_size(A::R)], s[X::R];
      functra::detail::strides_of(v, from);
      constexpr int front = X::R - A::R;
      for (int i = 0; i < front; ++i) s[i] = 0;
      for (int k = 0; k < A::R; ++k) {
        const index_t n = v.extent(k), to_n = to.extent(front + k);
        if (n != to_n && n != 1) fail(name, "dim ", k, " of extent ", n, " does not stretch to ", to_n, "; only 1 does");
        s[front + k] = n == 1 && to_n != 1 ? 0 : from[k];
      }
      if constexpr (functra::detail::is_inline_tensor<V>) {
        using T = element_of<V>;
        memory::handle h = memory::handle::allocate(static_cast<std::size_t>(v.size()) * sizeof(T));
        T* p = static_cast<T*>(h.data());
        for (index_t i = 0; i < v.size(); ++i) p[i] = v.data()[i];
        return typename functra::detail::view_for<T, X>::type(std::move(h), p, to, s);
      } else return functra::detail::restrided(v, 0, to, s);
    }
  }
  template <class C, class V>
  auto transpose(const C& c, const V& x) const {
    return functra::detail::sum_to(c, x.get_extents());
  }
  template <unsigned, class V>
  FUNCTRA_INLINE auto batch(const V& v) const {
    using Y = insert_extent<X, 0, extents_of_value<V>::static_extent(0)>;
    index_t n[Y::R];
    n[0] = v.extent(0);
    for (int i = 0; i < X::R; ++i) n[i + 1] = to.extent(i);
    return bind(broadcast<Y>{{}, Y::from(n)}, functra::detail::insert_units<1, Y::R - extents_of_value<V>::R>(v));
  }
};
}  // namespace rules

namespace detail {
// A leading dim of extent n (statically B), over which v is repeated.
template <index_t B, class V>
FUNCTRA_INLINE auto broadcast_leading(const V& v, index_t count) {
  using X = insert_extent<extents_of_value<V>, 0, B>;
  index_t n[X::R];
  n[0] = count;
  for (int i = 1; i < X::R; ++i) n[i] = extent_of(v, i - 1);
  return bind(rules::broadcast<X>{{}, X::from(n)}, v);
}

// A reduction to fuse with what produces its operand: the functor and leaves of an expression, or a value.
template <class F, class... V, class Use>
FUNCTRA_INLINE auto with_statement(Expr<F, V...>& e, const Use& use) {
  return use.template operator()<F>(std::move(e.leaves()));
}

template <class A, class Use>
FUNCTRA_INLINE auto as_statement(A&& a, const Use& use) {
  using U = std::remove_cvref_t<A>;
  if constexpr (is_expr<U> && !std::is_lvalue_reference_v<A>) return with_statement(a, use);
  else {
    using V = value_t<U>;
    return use.template operator()<law::arg<dtype_of<V>>>(bundle<V>{V(as_value(a))});
  }
}

template <int R, int... D>
constexpr unsigned dims_mask() {
  unsigned m = 0;
  ((m |= 1U << wrap_dim(D, R)), ...);
  return m;
}
template <int R, int... D>
constexpr bool valid_dims() {
  return ((wrap_dim(D, R) >= 0 && wrap_dim(D, R) < R) && ...) && std::popcount(dims_mask<R, D...>()) == sizeof...(D);
}

// Booleans are counted.
template <class F>
using summable = std::conditional_t<std::is_same_v<typename F::type, bool>, law::fn<law::cast<std::int64_t>, F>, F>;

}  // namespace detail

// A tensor repeated to larger extents, aligned at the last dim.   broadcast_to(x, 3, 4): f64[4] -> f64[3,4]
template <operand A, class... N>
  requires(std::integral<N> && ...)
FUNCTRA_INLINE auto broadcast_to(const A& a, N... n) {
  using X = dynamic_extents<static_cast<int>(sizeof...(N))>;
  return bind(rules::broadcast<X>{{}, X(n...)}, detail::as_value(a));
}
template <class X, operand A>
FUNCTRA_INLINE auto broadcast_to(const A& a, const X& x)
  requires(requires { X::is_static; })
{
  return bind(rules::broadcast<X>{{}, x}, detail::as_value(a));
}

// The sum of all elements, lazy: it fuses with the expression that it sums.   T[x...] -> T[]
template <operand A>
FUNCTRA_INLINE auto sum(A&& a) {
  if constexpr (std::is_arithmetic_v<std::remove_cvref_t<A>>) return a;
  else return detail::as_statement(std::forward<A>(a), []<class F, class... V>(bundle<V...>&& leaves) FUNCTRA_INLINE_LAMBDA {
    return SumExpr<detail::summable<F>, V...>("sum", std::move(leaves));
  });
}

namespace detail {
template <unsigned Mask, bool Keep, class A>
auto sum_over(A&& a) {
  return as_statement(std::forward<A>(a), []<class F, class... V>(bundle<V...>&& leaves) {
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      auto y = bind(fused_statement<law::value_of<summable<F>>, onto::keep<Mask>>{}, "sum", get<i>(leaves)...);
      if constexpr (Keep) return y;
      else return drop_dims<Mask>(y);
    }(ints<sizeof...(V)>);
  });
}
}  // namespace detail

// The sum over dims.   sum(x, dims<0, 2>): f64[a,b,c] -> f64[b];  with keepdim: f64[1,b,1]
template <tensor_like A, int... D>
auto sum(A&& a, dims_t<D...>) {
  constexpr int R = extents_of_value<value_t<A>>::R;
  static_assert(detail::valid_dims<R, D...>(), "[sum] dims must lie within the rank, each once");
  return detail::sum_over<detail::dims_mask<R, D...>(), false>(std::forward<A>(a));
}
template <tensor_like A, int... D>
auto sum(A&& a, dims_t<D...>, keepdim_t) {
  constexpr int R = extents_of_value<value_t<A>>::R;
  static_assert(detail::valid_dims<R, D...>(), "[sum] dims must lie within the rank, each once");
  return detail::sum_over<detail::dims_mask<R, D...>(), true>(std::forward<A>(a));
}
template <tensor_like A>
auto sum(A&& a, keepdim_t) {
  return detail::sum_over<(1U << extents_of_value<value_t<A>>::R) - 1U, true>(std::forward<A>(a));
}
template <tensor_like A, std::integral I>
void sum(const A&, I) {
  static_assert(!std::integral<I>, "[sum] dims are part of the type: sum(x, dim<0>)");
}

}  // namespace functra
