// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/jacfwd.hpp"
#include "functra/transforms/jacrev.hpp"

namespace functra {

namespace detail {
template <class F, class... Options>
class hessian_fn {
 public:
  static constexpr int group_registers = 2;
  explicit constexpr hessian_fn(F f, Options... o) : f_(std::move(f)), options_(o...) {}
  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[hessian] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    return [&]<int... i>(std::integer_sequence<int, i...>) { return run<Sel>(settle<Sel::contains(i)>(a)...); }(ints<sizeof...(A)>);
  }

 private:
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  template <class Sel, class... A>
  auto run(const A&... a) const {
    using W = call_tower<F, A...>;
    constexpr int N = has_option<has_aux_t, Options...> || has_option<chunk_size, Options...> ? 0 : few_inputs<Sel, 2, false, W, F, A...>();
    if constexpr (N > 0) return second_derivatives<Sel, N, W>(f_, a...);
    else return std::apply([&](const auto&... o) { return jacfwd(gradient(), o...)(a...); }, options_);
  }
  auto gradient() const {
    if constexpr (has_option<has_aux_t, Options...>) return grad_fn<false, F, Argnums, has_aux_t, jacobian_instead_t>(f_);
    else return grad_fn<false, F, Argnums, jacobian_instead_t>(f_);
  }
  FUNCTRA_EMPTY F f_;
  std::tuple<Options...> options_;
};
}  // namespace detail

// The Hessian of f: the derivatives of its gradient, forward over reverse; of several values, those of its Jacobian.
//   hessian(f)(x): f64[n] -> f64[n,n] for f: f64[n] -> f64;  f64[m,n,n] for f64[n] -> f64[m];   options: argnums<...>, has_aux, chunk_size(n)
// Costs about n gradients, computed as one batch; where the gradient is banded, as of a sum over neighbours in x, about one gradient
// for each diagonal. Scalar code of up to 8 static inputs runs once, forward, with all second derivatives side by side.
template <class F, class... Options>
constexpr auto hessian(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[hessian] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that hessian returns: hessian(f)(x)");
  static_assert(detail::once_each<Options...>, "[hessian] each option may be given once");
  return detail::hessian_fn<F, Options...>(std::move(f), options...);
}

// Hessian times vector, forward over reverse; never forms the Hessian.   hvp(f, x, v): f64[n], f64[n] -> f64[n]
// x and v may be std::tuples, for an f of several arguments: a tuple of gradients' derivatives comes back.
template <class F, class X, class V>
auto hvp(const F& f, const X& x, const V& v) {
  tree_for_each(
      []<class P, class T>(const P& p, const T& t) {
        constexpr int R = detail::rank_of<P>;
        static_assert(R == detail::rank_of<T>, "[hvp] a vector must have the rank of its primal");
        if constexpr (R > 0 && R == detail::rank_of<T>)
          for (int i = 0; i < R; ++i)
            if (p.extent(i) != t.extent(i)) fail("hvp", "a vector must have the shape of its primal ", detail::shape_text(p), ", got extent ", t.extent(i), " in dim ", i);
      },
      x, v);
  if constexpr (detail::kind_of_tree<X> == detail::tree_kind::tuple)
    return [&]<int... i>(std::integer_sequence<int, i...>) { return jvp(grad(f, argnums<i...>), x, v).tangent; }(ints<std::tuple_size_v<X>>);
  else return jvp(grad(f), x, v).tangent;
}

namespace detail {
template <class F, class... Options>
class jacobian_fn {
 public:
  explicit constexpr jacobian_fn(F f, Options... o) : f_(std::move(f)), options_(o...) {}
  template <class... A>
  auto operator()(const A&... a) const {
    using Sel = selected<sizeof...(A), typename find_option<argnums_option, argnums_t<0>, Options...>::type>;
    index_t inputs = 0, outputs = 0;
    for_each_index(ints<Sel::count>, [&](auto k) { tree_for_each([&]<class V>(const V& v) { inputs += count(v); }, nth_of<Sel::number[k]>(a...)); });
    using Y = decltype(f_(a...));
    if constexpr (is_static<Y>()) outputs = static_count<value_t<Y>>;
    else {
      const auto y = f_(a...);
      if constexpr (has_option<has_aux_t, Options...>) tree_for_each([&](const auto& v) { outputs += count(v); }, y.first);
      else tree_for_each([&](const auto& v) { outputs += count(v); }, y);
    }
    return std::apply([&](const auto&... o) { return outputs < inputs ? jacrev(f_, o...)(a...) : jacfwd(f_, o...)(a...); }, options_);
  }

 private:
  template <class V>
  static index_t count(const V& v) {
    if constexpr (std::is_arithmetic_v<V>) return 1;
    else return v.size();
  }
  template <class Y>
  static constexpr bool is_static() {
    if constexpr (tensor_like<Y>) return extents_of_value<value_t<Y>>::is_static;
    else return false;
  }
  FUNCTRA_EMPTY F f_;
  std::tuple<Options...> options_;
};
}  // namespace detail

// The Jacobian of f by the cheaper mode: jacrev where f has fewer outputs than inputs, else jacfwd.
template <class F, class... Options>
constexpr auto jacobian(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[jacobian] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacobian returns: jacobian(f)(x)");
  static_assert(detail::once_each<Options...>, "[jacobian] each option may be given once");
  return detail::jacobian_fn<F, Options...>(std::move(f), options...);
}

}  // namespace functra
