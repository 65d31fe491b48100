// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/few_inputs.hpp"
#include "functra/transforms/vjp.hpp"

namespace functra {

namespace detail {

// A sum that nobody has evaluated is pulled back without computing its value.
template <int L, class Y>
struct direct_pull : std::false_type {};
template <int L, class F, class... V>
struct direct_pull<L, SumExpr<F, V...>> {
  static constexpr law::mask_t mask = mask_at<L, V...>() & F::reach;
  static constexpr bool value = mask != 0 && std::is_floating_point_v<typename F::type> && order_of<std::remove_cvref_t<decltype(untaped<L>(std::declval<const V&>()))>...> < 2;
};

template <int L, class F, class... V>
FUNCTRA_INLINE void pull_sum(const SumExpr<F, V...>& y) {
  using W = typename cotangent_tower<L, V...>::type;
  constexpr law::mask_t mask = direct_pull<L, SumExpr<F, V...>>::mask;
  using Out = on_tower_t<join_t<tower_of<decltype(untaped<L>(std::declval<V>()))>...>, typename F::type, extents<>>;
  using C = on_tower_t<W, typename F::type, extents<>>;
  [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
    using Node = fused_node<L, mask, law::value_of<F>, bundle<onto::total>, bundle<Out>, bundle<C>, V...>;
    Node node(y.name(), make_bundle(constant_value<Out>(extents<>{}, 0)), functra::get<i>(y.leaves())...);
    node.pull_with(Tensor<typename F::type>(1));
  }(ints<sizeof...(V)>);
}

// So is a scalar statement on plain values: it is not recorded.
template <int L, class Y>
struct direct_scalar : std::false_type {};
template <int L, class F, class... V>
  requires(Expr<F, V...>::extents_type::R == 0 && std::is_floating_point_v<typename F::type>)
struct direct_scalar<L, Expr<F, V...>> {
  static constexpr law::mask_t mask = mask_at<L, V...>() & F::reach;
  static constexpr bool value = mask != 0 && (is_plain<std::remove_cvref_t<decltype(untaped<L>(std::declval<const V&>()))>> && ...) && tower_level<typename cotangent_tower<L, V...>::type> == 0;
};

template <class Y>
constexpr bool check_scalar_result() {
  if constexpr (std::is_arithmetic_v<Y>) return true;
  else if constexpr (!tensor_like<Y>) {
    static_assert(tensor_like<Y>, "[grad] f must return a rank-0 tensor, got something that is not a tensor; a std::pair{value, aux} asks for has_aux");
    return false;
  } else {
    static_assert(extents_of_value<value_t<Y>>::R == 0, "[grad] f must return a rank-0 tensor; use jacrev, or sum the result");
    static_assert(std::is_floating_point_v<dtype_of<value_t<Y>>>, "[grad] f must return a floating-point value; use cast<double>(y)");
    return extents_of_value<value_t<Y>>::R == 0 && std::is_floating_point_v<dtype_of<value_t<Y>>>;
  }
}
// The same of the pair that f returns with has_aux.
template <class Y>
constexpr bool check_pair_result() {
  static_assert(kind_of_tree<Y> == tree_kind::pair, "[grad] with has_aux, f must return std::pair{value, aux}");
  if constexpr (kind_of_tree<Y> == tree_kind::pair) return check_scalar_result<typename Y::first_type>();
  else return false;
}

// Runs f on the tape and pulls 1 back. Wants: whether the value is asked for.
template <bool Wants, int L, class Y>
FUNCTRA_INLINE auto value_and_seed(tape& on, const Y& y) {
  if constexpr (direct_pull<L, Y>::value) {
    if (!y.is_pinned()) {
      pull_sum<L>(y);
      on.sweep();
      if constexpr (Wants)
        return [&]<int... i>(std::integer_sequence<int, i...>) {
          return bind(fused_statement<law::value_of<typename Y::functor>, onto::total>{}, y.name(), untaped<L>(functra::get<i>(y.leaves()))...);
        }(ints<Y::functor::arity>);
      else return 0;
    }
  }
  if constexpr (direct_scalar<L, Y>::value) {
    if (!y.is_pinned()) {
      const auto value = [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
        return pull_scalar<L, direct_scalar<L, Y>::mask, typename Y::functor>(functra::get<i>(y.leaves())...);
      }(ints<Y::functor::arity>);
      on.sweep();
      if constexpr (Wants) return value;
      else return 0;
    }
  }
  if constexpr (std::is_arithmetic_v<Y>) {
    on.sweep();
    if constexpr (Wants) return Tensor<Y>(y);
    else return 0;
  } else {
    const auto v = eval(y);
    using V = std::remove_const_t<decltype(v)>;
    if constexpr (level_of<V> == L) {
      accumulate(v.ref, v.value(), constant_value<typename V::cotangent_type>(extents<>{}, 1));
      on.sweep();
      if constexpr (Wants) return eval(v.value());
      else return 0;
    } else if constexpr (Wants) return v;
    else return 0;
  }
}

template <class F, class... Options>
class jacrev_fn;
// Asks for the Jacobian where f has several values.
struct jacobian_instead_t {};
// The result of f, or its first part.
template <bool Aux, class Y>
struct primary_result {
  using type = Y;
};
template <class A, class B>
struct primary_result<true, std::pair<A, B>> {
  using type = A;
};
template <class Y>
constexpr bool has_several_values() {
  if constexpr (std::is_arithmetic_v<Y>) return false;
  else if constexpr (tensor_like<Y>) return extents_of_value<value_t<Y>>::R > 0;
  else return kind_of_tree<Y> != tree_kind::other;
}

template <bool WantsValue, class F, class... Options>
class grad_fn {
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  static constexpr bool aux = has_option<has_aux_t, Options...>;

 public:
  static constexpr int group_registers = 2;
  explicit constexpr grad_fn(F f) : f_(std::move(f)) {}

  template <class... A>
  FUNCTRA_INLINE auto operator()(const A&... a) const {
    return run(
        ints<sizeof...(A)>,
        []<class V, class Aux, class Sel, class G>(V&& value, Aux&& rest, Sel, const G& gradients) FUNCTRA_INLINE_LAMBDA {
          if constexpr (aux && WantsValue) return std::pair{std::pair{std::move(value), std::move(rest)}, all_gradients<Sel>(gradients)};
          else if constexpr (aux) return std::pair{all_gradients<Sel>(gradients), std::move(rest)};
          else if constexpr (WantsValue) return std::pair{std::move(value), all_gradients<Sel>(gradients)};
          else return all_gradients<Sel>(gradients);
        },
        a...);
  }

  // Hands the results to `store(result, in `to`)` one by one, where `to` has the structure of what the call returns: they are not copied
  // into std::tuples and std::pairs first.
  static constexpr bool hands_out = !aux;
  template <class Store, class To, class... A>
  FUNCTRA_INLINE void hand_out(const Store& store, const To& to, const A&... a) const {
    run(
        ints<sizeof...(A)>,
        [&]<class V, class Aux, class Sel, class G>(V&& value, Aux&&, Sel, const G& gradients) FUNCTRA_INLINE_LAMBDA {
          const auto store_gradients = [&](const auto& into) FUNCTRA_INLINE_LAMBDA {
            if constexpr (Sel::count == 1) store(gradients.template get<0>(), into);
            else for_each_index(ints<Sel::count>, [&](auto k) FUNCTRA_INLINE_LAMBDA { store(gradients.template get<k>(), nth<k>(into)); });
          };
          if constexpr (WantsValue) {
            store(value, to.first);
            store_gradients(to.second);
          } else store_gradients(to);
        },
        a...);
  }

 private:
  // then(value, aux, selection, gradients)
  template <int... I, class Then, class... A>
  FUNCTRA_INLINE auto run(std::integer_sequence<int, I...> numbers, const Then& then, const A&... a) const {
    static_assert(sizeof...(A) > 0, "[grad] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    using W = call_tower<F, std::remove_cvref_t<decltype(settle<Sel::contains(I)>(a))>...>;
    return run_on<Sel, W>(numbers, then, settle_but_numbers<Sel::contains(I)>(a)...);
  }
  template <class Sel, class W, int... I, class Then, class... A>
  FUNCTRA_INLINE auto run_on(std::integer_sequence<int, I...>, const Then& then, const A&... a) const {
    constexpr int N = aux ? 0 : few_inputs<Sel, 1, false, W, F, A...>();
    if constexpr (N > 0) {
      const auto y = call_with_jets<Sel, N, 1, W>(f_, a...);
      return then(y.primal(), 0, Sel{}, jet_gradients<Sel, std::remove_const_t<decltype(y)>, A...>{y});
    } else return run_on_tape<Sel, W>(std::integer_sequence<int, I...>{}, then, a...);
  }
  template <class Sel, class W, int... I, class Then, class... A>
  FUNCTRA_INLINE auto run_on_tape(std::integer_sequence<int, I...>, const Then& then, const A&... a) const {
    constexpr int L = tower_level<W> + 1;
    tape on;
    const bundle<decltype(input<L, W, Sel::contains(I)>(on, a))...> inputs{input<L, W, Sel::contains(I)>(on, a)...};
    static_assert(std::is_invocable_v<const F&, decltype(input<L, W, Sel::contains(I)>(on, a))...>,
                  "[grad] f must be callable with traced arguments: let it take them by `auto`, as many as are given, and be no mutable lambda");
    using Y = std::remove_cvref_t<decltype(f_(nth<I>(inputs)...))>;
    const tape_gradients<Sel, std::remove_const_t<decltype(inputs)>> gradients{inputs};
    if constexpr (has_option<jacobian_instead_t, Options...> && has_several_values<typename primary_result<aux, Y>::type>()) {
      if constexpr (aux) return jacrev_fn<F, Argnums, has_aux_t>(f_, Argnums{}, functra::has_aux)(a...);
      else return jacrev_fn<F, Argnums>(f_, Argnums{})(a...);
    } else if constexpr (aux) {
      if constexpr (check_pair_result<Y>()) {
        const auto y = call_traced<W>(f_, nth<I>(inputs)...);
        auto rest = strip_taped<L>(y.second);
        return then(value_and_seed<WantsValue, L>(on, y.first), std::move(rest), Sel{}, gradients);
      }
    } else if constexpr (check_scalar_result<Y>()) {
      const auto y = call_traced<W>(f_, nth<I>(inputs)...);
      return then(value_and_seed<WantsValue, L>(on, y), 0, Sel{}, gradients);
    }
  }

  template <int L, class W, bool Selected, class A>
  static FUNCTRA_INLINE decltype(auto) input(tape& on, const A& a) {
    static_assert(!Selected || kind_of_tree<A> != tree_kind::other, "[grad] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums; a struct is differentiated as a template of its members' types");
    if constexpr (Selected) return tree_map([&](const auto& v) FUNCTRA_INLINE_LAMBDA { return put_on<L, W>(on, v); }, a);
    else return (a);
  }
  // What has arrived at the K-th argument that was asked for.
  template <class Sel, class In>
  struct tape_gradients {
    const In& inputs;
    template <int K>
    FUNCTRA_INLINE auto get() const {
      return take_gradients<true>(nth<Sel::number[K]>(inputs));
    }
  };

  FUNCTRA_EMPTY F f_;
};

}  // namespace detail

// The gradient of f: (X, ...) -> rank-0 value, as a callable of the same arguments that gives df/dX in the structure of X.
//   grad(f)                    df/d(first argument)
//   grad(f, argnums<0, 2>)     a std::tuple in the order asked; argnums<1> alone a bare gradient; negative numbers wrap
//   grad(f, has_aux)           f returns std::pair{value, aux}; gives std::pair{gradient, aux}
// Costs a small multiple of one call of f, whatever the number of inputs (reverse mode). Scalar code of few static inputs (up to 16, or 8 without AVX) runs
// forward, without a tape.
template <class F, class... Options>
constexpr auto grad(F f, Options...) {
  static_assert(detail::derivative_options<Options...>, "[grad] an option is argnums<...> or has_aux; arguments go to the callable that grad returns: grad(f)(x)");
  static_assert(detail::once_each<Options...>, "[grad] each option may be given once");
  return detail::grad_fn<false, F, Options...>(std::move(f));
}

// The value and the gradient: std::pair{value, gradient}; with has_aux std::pair{std::pair{value, aux}, gradient}.
template <class F, class... Options>
constexpr auto value_and_grad(F f, Options...) {
  static_assert(detail::derivative_options<Options...>, "[value_and_grad] an option is argnums<...> or has_aux; arguments go to the callable that value_and_grad returns: value_and_grad(f)(x)");
  static_assert(detail::once_each<Options...>, "[value_and_grad] each option may be given once");
  return detail::grad_fn<true, F, Options...>(std::move(f));
}

}  // namespace functra
