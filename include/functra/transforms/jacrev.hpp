// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/grad.hpp"
#include "functra/transforms/jacobian_rows.hpp"

namespace functra {

namespace detail {

template <class F, class... Options>
class jacrev_fn {
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  static constexpr bool aux = has_option<has_aux_t, Options...>;
  static constexpr bool chunked = has_option<chunk_size, Options...>;

 public:
  static constexpr int group_registers = 2;
  explicit constexpr jacrev_fn(F f, Options... o) : f_(std::move(f)), chunk_(chunk_of("jacrev", o...)) {}

  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[jacrev] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      using Y = std::remove_cvref_t<decltype(primary(f_(settle<Sel::contains(i)>(a)...)))>;
      if constexpr (has_one_value<Y>()) return gradient<Sel>(settle<Sel::contains(i)>(a)...);
      else return run<Sel, Y>(settle<Sel::contains(i)>(a)...);
    }(ints<sizeof...(A)>);
  }

 private:
  template <class Y>
  static constexpr bool has_one_value() {
    if constexpr (!tensor_like<Y>) return false;
    else return extents_of_value<value_t<Y>>::R == 0 && std::is_floating_point_v<dtype_of<value_t<Y>>>;
  }
  // The Jacobian of one value, as hessian wants it too.
  template <class Sel, class... A>
  auto gradient(const A&... a) const {
    using W = call_tower<F, A...>;
    constexpr bool callable = []<int... i>(std::integer_sequence<int, i...>) {
      return is_traceable<decltype(input<tower_level<W> + 1, W, Sel::contains(i)>(std::declval<tape&>(), std::declval<const A&>()))...>();
    }(ints<sizeof...(A)>);
    if constexpr (callable && aux) return grad_fn<false, F, Argnums, has_aux_t, jacobian_instead_t>(f_)(a...);
    else if constexpr (callable) return grad_fn<false, F, Argnums, jacobian_instead_t>(f_)(a...);
  }
  template <class... In>
  static constexpr bool is_traceable() {
    constexpr bool callable = std::is_invocable_v<const F&, In...>;
    static_assert(callable, "[jacrev] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
    return callable;
  }
  template <class Sel, class Probe, class... A>
  auto run(const A&... a) const {
    using Outer = call_tower<F, A...>;
    // The batch of cotangents lies below the tape. Its size is that of the output, which the forward pass tells.
    constexpr int Lb = tower_level<Outer> + 1;
    constexpr int L = Lb + 1;
    constexpr index_t B = chunked ? dyn : batch_rows<Probe>();
    using W = join_t<Outer, batched_tower<hole<1>, Lb, B>>;
    tape on;
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      const bundle<decltype(input<L, W, Sel::contains(i)>(on, a))...> inputs{input<L, W, Sel::contains(i)>(on, a)...};
      static_cast<void>(is_traceable<decltype(input<L, W, Sel::contains(i)>(on, a))...>());
      const auto result = call_traced<Outer>(f_, nth<i>(inputs)...);
      const auto y = settle<false>(primary(result));
      auto j = tree_map([&](const auto& leaf) { return one_output<Sel, L, Lb, B>(on, inputs, leaf); }, y);
      if constexpr (aux) return std::pair{std::move(j), strip_taped<L>(result.second)};
      else return j;
    }(ints<sizeof...(A)>);
  }
  template <class Y>
  static decltype(auto) primary(const Y& y) {
    if constexpr (aux) {
      static_assert(kind_of_tree<Y> == tree_kind::pair, "[jacrev] with has_aux, f must return std::pair{value, aux}");
      return (y.first);
    } else return (y);
  }
  // Static where the result is one tensor of static extents that fits one chunk.
  template <class Y>
  static constexpr index_t batch_rows() {
    if constexpr (!tensor_like<Y>) return dyn;
    else return static_count<value_t<Y>> > 0 && static_count<value_t<Y>> <= 64 ? static_count<value_t<Y>> : dyn;
  }
  template <int L, class W, bool Selected, class A>
  static auto input(tape& on, const A& a) {
    static_assert(!Selected || kind_of_tree<A> != tree_kind::other, "[jacrev] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums; a struct is differentiated as a template of its members' types");
    if constexpr (Selected) return tree_map([&](const auto& v) { return put_on<L, W>(on, v); }, a);
    else return a;
  }

  template <class Sel, int L, int Lb, index_t B, class In, class Y>
  auto one_output(tape& on, const In& inputs, const Y& y) const {
    static_assert(!std::is_arithmetic_v<Y> && std::is_floating_point_v<dtype_of<Y>>, "[jacrev] f must return floating-point tensors");
    const auto collect = [&](index_t k) {
      return [&]<int... s>(std::integer_sequence<int, s...>) {
        const auto one = [&](auto q) {
          return tree_map([&](const auto& x) { return rows_of<Lb, B>(take_from(x.ref, x.value()), k); }, nth<Sel::number[q]>(inputs));
        };
        return std::tuple<decltype(one(index_constant<s>))...>{one(index_constant<s>)...};
      }(ints<Sel::count>);
    };
    const index_t m = y.size();
    const index_t most = chunk_ > 0 ? chunk_ : std::max<index_t>(B, most_at_once);
    const auto pull = [&](index_t first) {
      const index_t k = std::min(most, m - first);
      if constexpr (level_of<Y> == L) {
        using C = typename Y::cotangent_type;
        auto rows = basis<dtype_of<Y>, extents_of_value<Y>, B>(y.get_extents(), k, first);
        accumulate(y.ref, y.value(), lift<C>(batched<decltype(rows), Lb>(std::move(rows))));
        on.sweep();
      }
      if constexpr (B == dyn) return joinable_tree(collect(k));
      else return collect(k);
    };
    auto rows = pull(0);
    if constexpr (B == dyn)
     if (most < m) {
      std::vector<decltype(rows)> pieces;
      pieces.push_back(std::move(rows));
      for (index_t first = most; first < m; first += most) pieces.push_back(pull(first));
      rows = join_pieces(pieces, [](const auto& u, const auto& v) { return join_trees<0>(u, v); });
    }
    auto j = tree_map([&](const auto& g) { return unflatten_rows(g, extents_of_value<Y>(y.get_extents())); }, rows);
    if constexpr (Sel::count == 1) return std::get<0>(std::move(j));
    else return j;
  }
  FUNCTRA_EMPTY F f_;
  index_t chunk_;
};

}  // namespace detail

// The Jacobian of f by reverse mode: output extents, then input extents. One forward pass is recorded, and the whole identity
// is pulled back over it as a batch.
//   jacrev(f)(x): f64[n] -> f64[m,n]  for f: f64[n] -> f64[m];   options: argnums<...>, has_aux, chunk_size(rows at once)
// Costs about m pullbacks; the better choice where outputs are fewer than inputs.
template <class F, class... Options>
constexpr auto jacrev(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[jacrev] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacrev returns: jacrev(f)(x)");
  static_assert(detail::once_each<Options...>, "[jacrev] each option may be given once");
  return detail::jacrev_fn<F, Options...>(std::move(f), options...);
}

}  // namespace functra
