// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <bit>

#include "functra/expr/linear_combination.hpp"

// The functors that the loop engine runs for a statement F, closed under differentiation:
//
//   value_of<F>            x...            -> y
//   pullback_of<F, Mask>   x..., c         -> c dF/dx_i                  for each active leaf i; with FromValue of x..., c, F(x)
//   pushforward_of<G, M>   x..., t...      -> G(x), dG(x) t              for any functor G of this page
//   jacobian_of<G, M>      x...            -> G(x), dG_k/dx_j         for any functor G of this page
//   cotangents_of<G, M>    x..., c_k...    -> sum_k c_k dG_k/dx_i        for any functor G of this page
//
// Inputs come first, then tangents or cotangents; Mask has a bit for every active input.
namespace functra::law {

namespace detail {
// The position of input I among the active ones.
constexpr int rank_in(mask_t mask, int i) { return std::popcount(mask & ((mask_t{1} << i) - mask_t{1})); }
constexpr bool active(mask_t mask, int i) { return ((mask >> i) & mask_t{1}) != 0; }
// The number of the k-th active input.
constexpr int nth_active(mask_t mask, int k) {
  for (int i = 0;; ++i)
    if (active(mask, i) && k-- == 0) return i;
}

template <class F, int I>
struct leaf_type;
template <class T>
struct leaf_type<arg<T>, 0> {
  using type = T;
};
template <class Op, class A, class... R, int I>
  requires(I < A::arity)
struct leaf_type<fn<Op, A, R...>, I> : leaf_type<A, I> {};
template <class Op, class A, class B, class... R, int I>
  requires(I >= A::arity)
struct leaf_type<fn<Op, A, B, R...>, I> : leaf_type<fn<Op, B, R...>, I - A::arity> {};
}  // namespace detail

// How deep the duals are that an input reads.
namespace detail {
template <class In>
inline constexpr int depth_of_input = 0;
template <class In>
  requires requires { In::lane_depth; }
inline constexpr int depth_of_input<In> = In::lane_depth;
}  // namespace detail

template <class F>
struct value_of {
  static constexpr int arity = F::arity;
  static constexpr int outputs = 1;
  static constexpr int cost = F::cost;
  static constexpr bool linear = F::linear;
  using functor = F;
  static constexpr mask_t reach = F::reach;
  template <int I>
  using in_type = typename detail::leaf_type<F, I>::type;
  template <int>
  using out_type = typename F::type;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    using sums = detail::combination<F>;
    if constexpr (sums::products > 1 && detail::depth_of_input<In> == 0) {  // one product is as soon masked as checked
      auto y = sums::template sum<false, 0>(in);
      if (lanes::maybe_nan(y)) [[unlikely]]
        y = sums::template sum<true, 0>(in);
      out.template put<0>(y);
    } else out.template put<0>(F::template value<0>(in));
  }
};

namespace detail {

// Collects the cotangents of leaves, and hands each on as one output; leaves that are known to be the same tensor
// (Merge) are one.
template <class L, int N>
struct cotangent_sums;
template <class L>
struct cotangent_sums<L, 0> {};
template <class L, int N>
struct cotangent_sums : cotangent_sums<L, N - 1> {
  L sum;
};

template <mask_t Mask, class Out>
struct direct_sink {
  Out& out;
  template <int I, class L>
  FUNCTRA_INLINE void add(const L& g) {
    if constexpr (active(Mask, I)) out.template put<rank_in(Mask, I)>(g);
  }
};

template <mask_t Mask, class L>
struct merging_sink {
  L sum;
  template <int I, class G>
  FUNCTRA_INLINE void add(const G& g) {
    if constexpr (active(Mask, I)) {
      if constexpr (rank_in(Mask, I) == 0) sum = lift_lane<depth<L>>(g);
      else sum = law::plus(sum, g);
    }
  }
};

// Zero cotangents give zero gradients, whatever the partials are: 0 * inf does not leak.
template <class Out, class Z>
struct zero_guard {
  Out& out;
  Z dead;
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& g) {
    out.template put<K>(select(dead, constant_like(g, 0), g));
  }
};

}  // namespace detail

// The cost of F, or of what is left of it where its value is known.
template <bool FromValue, class F>
constexpr int pullback_cost() {
  if constexpr (FromValue) return 2 * F::inner::cost + 3;
  else return 2 * F::cost + 1;
}

// With Merge, all active leaves are the same tensor and their cotangents one output.
template <class F, mask_t Mask, bool Merge = false, bool FromValue = false>
struct pullback_of {
  static constexpr int arity = F::arity + (FromValue ? 2 : 1);
  static constexpr int outputs = Merge ? 1 : std::popcount(Mask);
  static constexpr mask_t reach = F::reach | (mask_t{1} << F::arity);
  static constexpr int cost = pullback_cost<FromValue, F>();
  static constexpr bool linear = F::linear;
  template <int I>
  using in_type = typename detail::leaf_type<fn<law_base, F, arg<typename F::type>, arg<typename F::type>>, I>::type;
  template <int K>
  using out_type = in_type<detail::nth_active(Mask, K)>;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    using Node = typename F::template node<0, Mask, In>;
    if constexpr (FromValue) pull(in, Node(in, in.template get<F::arity + 1>()), out);
    else pull(in, Node(in), out);
  }

 private:
  template <class In, class N, class Out>
  static FUNCTRA_INLINE void pull(const In& in, const N& n, Out& out) {
    auto c = in.template get<F::arity>();
    if constexpr (F::linear) reverse<In>(n, c, out);
    else {
      const auto dead = is_zero(c);
      detail::zero_guard<Out, std::remove_const_t<decltype(dead)>> guarded{out, dead};
      reverse<In>(n, c, guarded);
    }
  }
  template <class In, class N, class C, class Out>
  static FUNCTRA_INLINE void reverse(const N& n, const C& c, Out& out) {
    if constexpr (Merge) {
      using Leaf = decltype(std::declval<const In&>().template get<detail::nth_active(Mask, 0)>());
      using L = decltype(lift_lane<std::max(depth<C>, depth<decltype(N::v)>)>(std::declval<const Leaf&>()));
      detail::merging_sink<Mask, L> sink;
      n.rev(c, sink);
      out.template put<0>(sink.sum);
    } else {
      detail::direct_sink<Mask, Out> sink{out};
      n.rev(c, sink);
    }
  }
};

// y and dF/dx_i for each active leaf: what a statement leaves behind when its partials are stored.
template <class F, mask_t Mask>
struct partials_of {
  static constexpr int arity = F::arity;
  static constexpr int outputs = 1 + std::popcount(Mask);
  static constexpr mask_t reach = F::reach;
  static constexpr int cost = 2 * F::cost + 1;
  static constexpr bool linear = F::linear;
  template <int I>
  using in_type = typename detail::leaf_type<F, I>::type;
  template <int K>
  using out_type = std::conditional_t<K == 0, typename F::type, in_type<detail::nth_active(Mask, K > 0 ? K - 1 : 0)>>;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    typename F::template node<0, Mask, In> n(in);
    out.template put<0>(n.v);
    shifted<Out> rest{out};
    detail::direct_sink<Mask, shifted<Out>> sink{rest};
    n.rev(constant_like(n.v, 1), sink);
  }

 private:
  template <class Out>
  struct shifted {
    Out& out;
    template <int K, class L>
    FUNCTRA_INLINE void put(const L& g) {
      out.template put<K + 1>(g);
    }
  };
};

namespace detail {

// Inputs of G as duals: primal I beside its tangent, which follows the primals.
template <class In, int Arity, mask_t Mask>
struct dual_inputs {
  const In& in;
  static constexpr int lane_depth = depth_of_input<In> + 1;
  template <int I>
  FUNCTRA_INLINE auto get() const {
    auto p = lift_lane<lane_depth - 1>(in.template get<I>());
    if constexpr (active(Mask, I)) {
      auto t = lift_lane<lane_depth - 1>(in.template get<Arity + rank_in(Mask, I)>());
      return dual_lane<decltype(p)>{p, t};
    } else return p;
  }
};

// Splits dual results: primal K to output K, its tangent behind all primals.
template <class Out, int Outputs, int Depth, bool Primals>
struct dual_outputs {
  Out& out;
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& y) {
    auto d = lift_lane<Depth>(y);
    if constexpr (depth<decltype(d)> < Depth) static_assert(!std::is_same_v<L, L>, "an integer result has no tangent");
    if constexpr (Primals) out.template put<K>(d.p);
    out.template put<(Primals ? Outputs : 0) + K>(d.t);
  }
};

}  // namespace detail

// With Primals = false only the tangents are outputs.
template <class G, mask_t Mask, bool Primals = true>
struct pushforward_of {
  static constexpr int arity = G::arity + std::popcount(Mask);
  static constexpr int outputs = (Primals ? 2 : 1) * G::outputs;
  static constexpr mask_t reach = G::reach | mask_bits(G::arity, std::popcount(Mask));
  static constexpr int cost = 2 * G::cost;
  static constexpr bool linear = G::linear;
  template <int I>
  static constexpr int source = I < G::arity ? I : detail::nth_active(Mask, I < G::arity ? 0 : I - G::arity);
  template <int I>
  using in_type = typename G::template in_type<source<I>>;
  template <int K>
  using out_type = typename G::template out_type<K % G::outputs>;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    detail::dual_inputs<In, G::arity, Mask> din{in};
    detail::dual_outputs<Out, G::outputs, detail::depth_of_input<In> + 1, Primals> dout{out};
    G::run(din, dout);
  }
};

namespace detail {

// Inputs of G with a unit tangent on input J.
template <class In, int J>
struct basis_inputs {
  const In& in;
  static constexpr int lane_depth = depth_of_input<In> + 1;
  template <int I>
  FUNCTRA_INLINE auto get() const {
    auto p = lift_lane<lane_depth - 1>(in.template get<I>());
    if constexpr (I == J) return dual_lane<decltype(p)>{p, constant_like(p, 1)};
    else return p;
  }
};

// Sums c_k dG_k over the outputs k of G.
template <class In, int Arity, int Depth, class L>
struct contraction {
  const In& in;
  L sum;
  template <int K, class Y>
  FUNCTRA_INLINE void put(const Y& y) {
    auto d = lift_lane<Depth>(y);
    auto c = lift_lane<Depth - 1>(in.template get<Arity + K>());
    sum = sum + convert_lane<lane_scalar<L>>(absorbing_product(c, d.t));
  }
};

}  // namespace detail

// G(x) and all of its partial derivatives dG_k/dx_j, row by row.
template <class G, mask_t Mask>
struct jacobian_of {
  static constexpr int arity = G::arity;
  static constexpr int inputs = std::popcount(Mask);
  static constexpr int outputs = G::outputs * (1 + inputs);
  static constexpr int cost = 2 * inputs * G::cost;
  static constexpr bool linear = G::linear;
  static constexpr mask_t reach = G::reach;
  template <int I>
  using in_type = typename G::template in_type<I>;
  template <int K>
  using out_type = typename G::template out_type<(K < G::outputs ? K : (K - G::outputs) / inputs)>;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    [&]<int... J>(std::integer_sequence<int, J...>) FUNCTRA_INLINE_LAMBDA {
      (column<J>(in, out), ...);
    }(std::make_integer_sequence<int, inputs>{});
  }

 private:
  template <int J, int Depth, class Out>
  struct column_outputs {
    Out& out;
    template <int K, class L>
    FUNCTRA_INLINE void put(const L& y) {
      auto d = lift_lane<Depth>(y);
      if constexpr (J == 0) out.template put<K>(d.p);
      out.template put<G::outputs + K * inputs + J>(d.t);
    }
  };
  template <int J, class In, class Out>
  static FUNCTRA_INLINE void column(const In& in, Out& out) {
    detail::basis_inputs<In, detail::nth_active(Mask, J)> basis{in};
    column_outputs<J, detail::depth_of_input<In> + 1, Out> columns{out};
    G::run(basis, columns);
  }
};

template <class G, mask_t Mask>
struct cotangents_of {
  static constexpr int arity = G::arity + G::outputs;
  static constexpr int outputs = std::popcount(Mask);
  static constexpr mask_t reach = G::reach | mask_bits(G::arity, G::outputs);
  static constexpr int cost = 2 * outputs * G::cost;
  static constexpr bool linear = G::linear;
  template <int I>
  struct in_type_of {
    using type = typename G::template out_type<I - G::arity>;
  };
  template <int I>
    requires(I < G::arity)
  struct in_type_of<I> {
    using type = typename G::template in_type<I>;
  };
  template <int I>
  using in_type = typename in_type_of<I>::type;
  template <int K>
  using out_type = in_type<detail::nth_active(Mask, K)>;

  template <class In, class Out>
  static FUNCTRA_INLINE void run(const In& in, Out& out) {
    [&]<int... K>(std::integer_sequence<int, K...>) FUNCTRA_INLINE_LAMBDA {
      (one<K>(in, out), ...);
    }(std::make_integer_sequence<int, outputs>{});
  }

 private:
  template <int K, class In, class Out>
  static FUNCTRA_INLINE void one(const In& in, Out& out) {
    constexpr int J = detail::nth_active(Mask, K);
    detail::basis_inputs<In, J> basis{in};
    auto x = lift_lane<detail::depth_of_input<In>>(in.template get<J>());
    using L = decltype(x);
    detail::contraction<In, G::arity, detail::depth_of_input<In> + 1, L> sums{in, constant_like(x, 0)};
    G::run(basis, sums);
    out.template put<K>(sums.sum);
  }
};

}  // namespace functra::law
