// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/options.hpp"

namespace functra {

template <class Y, class T>
struct jvp_result {
  Y output;
  T tangent;
};
template <class Y, class T, class Aux>
struct jvp_aux_result {
  Y output;
  T tangent;
  Aux aux;
};

namespace detail {

template <int L, class P, class T>
FUNCTRA_INLINE auto make_dual(const P& p, const T& t) {
  return tree_map(
      []<class V, class U>(const V& v, const U& u) FUNCTRA_INLINE_LAMBDA {
        if constexpr (!floating_leaf<V>) return v;
        else {
          static_assert(extents_of_value<V>::R == extents_of_value<U>::R, "[jvp] a tangent must have the rank of its primal");
          for (int i = 0; i < extents_of_value<V>::R; ++i)
            if (v.extent(i) != extent_of(u, i)) fail("jvp", "a tangent must have the shape of its primal ", shape_text(v), ", got extent ", extent_of(u, i), " in dim ", i);
          using Tg = on_tower_t<join_t<tower_of<V>, tower_of<U>>, dtype_of<V>, extents_of_value<V>>;
          return dual<V, Tg, L>(v, lift<Tg>(u));
        }
      },
      p, t);
}
template <int L, class Y>
FUNCTRA_INLINE auto primals_of(const Y& y) {
  return tree_map(
      []<class V>(const V& v) {
        if constexpr (std::is_arithmetic_v<V>) return v;
        else {
          const auto& x = as_value(v);
          return eval(primal_of<L>(x));
        }
      },
      y);
}
// The tangents of a result; zeros where it does not depend on the inputs.
template <int L, class Y>
FUNCTRA_INLINE auto tangents_of(const Y& y) {
  return tree_map(
      []<class V>(const V& v) {
        if constexpr (std::is_arithmetic_v<V>) return V(0);
        else {
          const auto& x = as_value(v);
          using U = std::remove_cvref_t<decltype(x)>;
          if constexpr (level_of<U> == L) return eval(x.tangent());
          else return constant_value<on_tower_t<tower_of<U>, dtype_of<U>, extents_of_value<U>>>(x.get_extents(), 0);
        }
      },
      y);
}

template <bool HasAux, class F, class... X, class... T>
FUNCTRA_INLINE auto push_forward(const F& f, const std::tuple<X...>& x, const std::tuple<T...>& t) {
  static_assert(sizeof...(X) == sizeof...(T), "[jvp] as many tangents as primals are required");
  using W = join_t<call_tower<F, X...>, tree_tower_t<T...>>;
  constexpr int L = tower_level<W> + 1;
  const auto y = [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
    static_assert(std::is_invocable_v<const F&, decltype(make_dual<L>(nth<i>(x), nth<i>(t)))...>,
                  "[jvp] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
    return settle<false>(call_traced<call_tower<F, X...>>(f, make_dual<L>(nth<i>(x), nth<i>(t))...));
  }(ints<sizeof...(X)>);
  if constexpr (HasAux) {
    static_assert(kind_of_tree<decltype(y)> == tree_kind::pair, "[jvp] with has_aux, f must return std::pair{value, aux}");
    auto out = primals_of<L>(y.first);
    auto tangent = tangents_of<L>(y.first);
    auto aux = primals_of<L>(y.second);
    return jvp_aux_result<decltype(out), decltype(tangent), decltype(aux)>{std::move(out), std::move(tangent), std::move(aux)};
  } else {
    auto out = primals_of<L>(y);
    auto tangent = tangents_of<L>(y);
    return jvp_result<decltype(out), decltype(tangent)>{std::move(out), std::move(tangent)};
  }
}

template <bool HasAux, class F, class P, class T>
FUNCTRA_INLINE auto make_jvp(const F& f, const P& p, const T& t) {
  if constexpr (kind_of_tree<P> == tree_kind::tuple) return push_forward<HasAux>(f, settle<true>(p), settle<true>(t));
  else return push_forward<HasAux>(f, std::make_tuple(settle<true>(p)), std::make_tuple(settle<true>(t)));
}

}  // namespace detail

// The value of f and its derivative along tangents (forward mode): {output, tangent}.
//   auto [y, ty] = jvp(f, std::tuple{a, b}, std::tuple{ta, tb});      jvp(f, x, tx) for a single primal
// Costs about twice a call of f.
template <class F, class P, class T>
FUNCTRA_INLINE auto jvp(const F& f, const P& primals, const T& tangents) {
  return detail::make_jvp<false>(f, primals, tangents);
}
// For an f that returns std::pair{value, aux}: {output, tangent, aux}.
template <class F, class P, class T>
FUNCTRA_INLINE auto jvp(const F& f, has_aux_t, const P& primals, const T& tangents) {
  return detail::make_jvp<true>(f, primals, tangents);
}

template <class Y, class J>
struct linearize_result {
  Y output;
  J jvp_fn;
};

// The value of f at x... and its derivative there as a linear function: jvp_fn(tx...) may be called often. Each time costs about twice a
// call of f, which it calls again: what f holds by reference must be there then, and be what it was.
template <class F, class... X>
auto linearize(const F& f, const X&... x) {
  static_assert(sizeof...(X) > 0, "[linearize] at least one primal is required");
  auto primals = std::make_tuple(detail::settle<true>(x)...);
  auto out = std::apply([&](const auto&... p) { return detail::settle<false>(f(p...)); }, primals);
  auto jvp_fn = [f, primals](const auto&... t) {
    static_assert(sizeof...(t) == sizeof...(X), "[linearize] as many tangents as primals are required");
    return jvp(f, primals, std::make_tuple(t...)).tangent;
  };
  return linearize_result<decltype(out), decltype(jvp_fn)>{std::move(out), std::move(jvp_fn)};
}

}  // namespace functra
