// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/derived.hpp"

// The second derivatives of a statement, for forward mode of second order: which of them can be other than zero is known from the
// laws, and the others are not computed.
namespace functra::law {

namespace detail {

// How deep the duals of a partial derivative are.
template <class D>
inline constexpr int partial_depth = depth<D>;
template <class M, class D>
inline constexpr int partial_depth<masked<M, D>> = depth<D>;
template <class D>
inline constexpr int partial_depth<absorbing<D>> = depth<D>;

// Whether the partial of Op in operand I changes with operand J, of operands of the dtypes T.
template <class Op, class Y, class... T>
struct partial_changes {
  template <int I, int J, int... K>
  static constexpr bool with(std::integer_sequence<int, K...>) {
    using D = decltype(partial<I, Op>(std::declval<dual_lane<Y>>(), std::declval<std::conditional_t<K == J && std::is_floating_point_v<T>, dual_lane<T>, T>>()...));
    return partial_depth<D> > 0;
  }
  template <int I, int J>
  static constexpr bool value() {
    using TI = std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<T...>>;
    using TJ = std::tuple_element_t<static_cast<std::size_t>(J), std::tuple<T...>>;
    if constexpr (!Op::differentiable || customized<Op> || !std::is_floating_point_v<TI> || !std::is_floating_point_v<TJ> || !std::is_floating_point_v<Y>) return false;
    else if constexpr (joint<Op>) return true;
    else return with<I, J>(std::make_integer_sequence<int, static_cast<int>(sizeof...(T))>{});
  }
};

// For each leaf, those with which its second derivative may be other than zero.
template <class F>
struct interactions;
template <class T>
struct interactions<arg<T>> {
  mask_t with[1] = {};
};
template <class Op, class... A>
struct interactions<fn<Op, A...>> {
  mask_t with[static_cast<std::size_t>(fn<Op, A...>::arity)] = {};

  constexpr interactions() { visit(std::make_integer_sequence<int, static_cast<int>(sizeof...(A))>{}); }

 private:
  using changes = partial_changes<Op, typename fn<Op, A...>::type, typename A::type...>;
  // The number of a child's first leaf.
  static constexpr int base(int child) {
    const int arity[] = {A::arity...};
    int b = 0;
    for (int i = 0; i < child; ++i) b += arity[i];
    return b;
  }
  // All leaves of one child interact with all of another.
  constexpr void join(int i, int j) {
    const mask_t reach[] = {A::reach...};
    for (int k = 0; k < fn<Op, A...>::arity; ++k)
      if (active(reach[i] << base(i), k)) with[k] |= reach[j] << base(j);
  }
  template <int I, int... J>
  constexpr void visit_one(std::integer_sequence<int, J...>) {
    using Child = std::tuple_element_t<static_cast<std::size_t>(I), std::tuple<A...>>;
    constexpr interactions<Child> inner;
    for (int k = 0; k < Child::arity; ++k) with[base(I) + k] |= inner.with[k] << base(I);
    (pair<I, J>(), ...);
  }
  template <int I, int J>
  constexpr void pair() {
    if constexpr (changes::template value<I, J>()) {
      join(I, J);
      join(J, I);
    }
  }
  template <int... I>
  constexpr void visit(std::integer_sequence<int, I...> all) {
    (visit_one<I>(all), ...);
  }
};

}  // namespace detail

// F(x), its partials dF/dx_i for each active leaf i, and its second partials for those pairs i <= j of active leaves that interact.
template <class F, mask_t Mask>
struct second_partials_of {
  static constexpr int arity = F::arity;
  static constexpr int inputs = std::popcount(Mask);
  // Whether the active leaves number i and j interact, and the output of their second partial.
  static constexpr bool interact(int i, int j) {
    constexpr detail::interactions<F> all;
    return detail::active(all.with[detail::nth_active(Mask, i)], detail::nth_active(Mask, j));
  }
  static constexpr int output_of(int i, int j) {
    int k = 1 + inputs;
    for (int b = 0; b < inputs; ++b)
      for (int a = 0; a <= b; ++a) {
        if (a == i && b == j) return k;
        if (interact(a, b)) ++k;
      }
    return k;
  }
  static constexpr int pairs = output_of(inputs, inputs) - 1 - inputs;
  static constexpr int outputs = 1 + inputs + pairs;
  static constexpr mask_t reach = F::reach;
  static constexpr int cost = 2 * (1 + inputs) * F::cost;
  static constexpr bool linear = F::linear;
  template <int I>
  using in_type = typename detail::leaf_type<F, I>::type;
  template <int>
  using out_type = typename F::type;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    partials_of<F, Mask>::run(in, out);
    [&]<int... J>(std::integer_sequence<int, J...>) FUNCTRA_INLINE_LAMBDA {
      (column<J>(in, out), ...);
    }(std::make_integer_sequence<int, inputs>{});
  }

 private:
  template <int J, class Out>
  struct second_sink {
    Out& out;
    template <int I, class L>
    FUNCTRA_INLINE void add(const L& g) {
      if constexpr (detail::active(Mask, I)) {
        constexpr int i = detail::rank_in(Mask, I);
        if constexpr (i <= J && interact(i, J)) out.template put<output_of(i, J)>(lift_lane<1>(g).t);
      }
    }
  };
  static constexpr bool has_column(int j) {
    for (int i = 0; i <= j; ++i)
      if (interact(i, j)) return true;
    return false;
  }
  template <int J, class In, class Out>
  static FUNCTRA_INLINE void column(const In& in, Out& out) {
    if constexpr (has_column(J)) {
      using Basis = detail::basis_inputs<In, detail::nth_active(Mask, J)>;
      Basis basis{in};
      typename F::template node<0, Mask, Basis> n(basis);
      second_sink<J, Out> sink{out};
      n.rev(constant_like(primal(n.v), 1), sink);
    }
  }
};

}  // namespace functra::law
