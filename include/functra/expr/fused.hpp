// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/derived.hpp"
#include "functra/expr/small_loops.hpp"

// Evaluation of a fused statement on plain tensors.
namespace functra::detail {

// Lanes of a step: the widest register for the widest dtype, several of them where arithmetic is cheap.
template <class G, class... T>
constexpr int lanes_for() {
  int n = 64;
  bool any = false;
  const auto take = [&](int w, bool counts) {
    if (counts && w < n) n = w;
    any |= counts;
  };
  (take(lanes::width<std::conditional_t<std::is_same_v<T, bool>, float, T>>, !std::is_same_v<T, bool>), ...);
  if (!any) return 16;
  return n > 16 ? n : G::cost <= 6 ? 4 * n : 2 * n;
}

// The kernel of G for inputs like V and a bundle of targets.
template <class G, int N, class Targets, class... V>
struct dynamic_kernel;
template <class G, int N, class... U, class... O, bool... S, class... V>
struct dynamic_kernel<G, N, bundle<target<U, O, S>...>, V...>
    : lanes::kernel_of<G, (N > 1 ? N : lanes_for<G, scalar_t<element_of<V>>..., scalar_t<U>...>()), (N > 1),
                       lanes::type_list<lanes::operand_type<element_of<V>, is_single<V>>...>, lanes::type_list<lanes::operand_type<U, O::R == 0>...>> {};

// Runs a kernel over the space x; operands are its inputs, then its outputs.
template <class Kernel, class X, std::size_t Operands>
FUNCTRA_INLINE void run_kernel(const X& x, const lanes::array (&operands)[Operands], const bool* accumulate) {
  static_assert(X::R <= lanes::max_rank, "[operator] a tensor of at most 12 dims is required");
  static_assert(Operands <= lanes::max_operands);
  lanes::run(Kernel::info, X::R, x.extent_data(), operands, accumulate);
}

template <class G, int N, class X, class... Target, class... V, int... K>
FUNCTRA_INLINE void run_dynamic(std::integer_sequence<int, K...>, const X& x, const bundle<Target...>& out, const V&... v) {
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(out))...};
  const bool accumulate[] = {get<K>(out).accumulate...};
  run_kernel<dynamic_kernel<G, N, bundle<Target...>, V...>>(x, operands, accumulate);
}

template <class X>
inline constexpr index_t static_size = X::is_static ? X{}.size() : dyn;

// Runs G into targets.
template <class G, class X, class... U, class... O, bool... S, class... V>
FUNCTRA_INLINE void run_fused(const X& x, bundle<target<U, O, S>...> out, const V&... v) {
  constexpr int N = std::max({1, lanes_of<element_of<V>>..., lanes_of<U>...});
  constexpr bool fixed = X::is_static && (O::is_static && ...) && (extents_of_value<V>::is_static && ...);
  constexpr index_t limit = N > 1 ? 4096 : 64;
  if constexpr (fixed && static_size<X> <= limit)
    run_static<G, N, X>(out, std::make_integer_sequence<int, sizeof...(V)>{}, std::make_integer_sequence<int, sizeof...(U)>{}, v...);
  else if constexpr (N == 1 && X::is_bounded && X::max_size <= limit)
    run_bounded<G>(x, out, std::make_integer_sequence<int, sizeof...(V)>{}, std::make_integer_sequence<int, sizeof...(U)>{}, v...);
  else if constexpr (X::is_bounded && X::max_size <= limit) {
    using kernel = dynamic_kernel<G, N, bundle<target<U, O, S>...>, V...>;
    if (!run_bounded_packs<kernel>(x, out, std::make_integer_sequence<int, sizeof...(U)>{}, v...))
      run_dynamic<G, N>(std::make_integer_sequence<int, sizeof...(U)>{}, x, out, v...);
  } else run_dynamic<G, N>(std::make_integer_sequence<int, sizeof...(U)>{}, x, out, v...);
}

// Becomes a tensor in its place: one without values is never copied.
template <class T, class X>
struct uninitialized_result {
  FUNCTRA_EMPTY X x;
  FUNCTRA_INLINE operator tensor_of<T, X>() const { return tensor_of<T, X>(uninitialized, x); }
};

// The results of a statement on plain values: their types, and room for them.
template <class G, class Specs, class Seq, class... V>
struct statement_results;
template <class G, class... Spec, int... K, class... V>
struct statement_results<G, bundle<Spec...>, std::integer_sequence<int, K...>, V...> {
  using space = broadcast_extents<extents_of_value<V>...>;
  static constexpr int lanes = std::max({1, lanes_of<element_of<V>>...});
  template <class S>
  using shape = typename output_extents<S, space, V...>::type;
  template <int I>
  using element = element_t<typename G::template out_type<I>, lanes>;
  using tensors = bundle<tensor_of<element<K>, shape<Spec>>...>;
  using targets = bundle<target<element<K>, shape<Spec>>...>;

  static FUNCTRA_INLINE tensors make(const space& x, const V&... v) {
    return tensors{uninitialized_result<element<K>, shape<Spec>>{output_extents_of<Spec, shape<Spec>>(x, v...)}...};
  }
};

template <class G, class... Spec, class... V, int... K>
FUNCTRA_INLINE auto evaluate_small(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...>, const char* name, const V&... v) {
  using results = statement_results<G, bundle<Spec...>, decltype(numbers), V...>;
  const auto x = common_extents<typename results::space>(name, v...);
  auto r = results::make(x, v...);
  run_fused<G>(x,
               typename results::targets{target<typename results::template element<K>, typename results::template shape<Spec>>{
                   get<K>(r).mutable_data(), get<K>(r).get_extents(), false}...},
               v...);
  if constexpr (sizeof...(K) == 1) return std::move(get<0>(r));
  else return r;
}
template <class G, class... Spec, class... V, int... K>
FUNCTRA_NOINLINE auto evaluate_bounded(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  return evaluate_small(numbers, statement, name, v...);
}
template <class G, class... Spec, class... V, int... K>
FUNCTRA_NOINLINE auto evaluate_large(std::integer_sequence<int, K...> numbers, fused_statement<G, Spec...>, const char* name, const V&... v) {
  using results = statement_results<G, bundle<Spec...>, decltype(numbers), V...>;
  const auto x = common_extents<typename results::space>(name, v...);
  auto r = results::make(x, v...);
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(r))...};
  constexpr bool accumulate[sizeof...(K)] = {};
  run_kernel<dynamic_kernel<G, results::lanes, typename results::targets, V...>>(x, operands, accumulate);
  if constexpr (sizeof...(K) == 1) return std::move(get<0>(r));
  else return r;
}

// The results of a fused statement on plain values: one tensor, or a bundle of several.
template <class G, class... Spec, class... V>
FUNCTRA_INLINE auto evaluate(fused_statement<G, Spec...> statement, const char* name, const V&... v) {
  if constexpr ((extents_of_value<V>::is_static && ...)) return evaluate_small(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
  else if constexpr (broadcast_extents<extents_of_value<V>...>::is_bounded) return evaluate_bounded(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
  else return evaluate_large(std::make_integer_sequence<int, sizeof...(Spec)>{}, statement, name, v...);
}

}  // namespace functra::detail
