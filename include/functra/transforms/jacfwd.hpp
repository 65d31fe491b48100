// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/few_inputs.hpp"
#include "functra/transforms/jacobian_rows.hpp"
#include "functra/transforms/jvp.hpp"

namespace functra {

namespace detail {

template <class F, class... Options>
class jacfwd_fn {
  using Argnums = typename find_option<argnums_option, argnums_t<0>, Options...>::type;
  static constexpr bool aux = has_option<has_aux_t, Options...>;
  static constexpr bool chunked = has_option<chunk_size, Options...>;

 public:
  static constexpr int group_registers = forward_registers<F>;
  explicit constexpr jacfwd_fn(F f, Options... o) : f_(std::move(f)), chunk_(chunk_of("jacfwd", o...)) {}

  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[jacfwd] at least one argument is required");
    using Sel = selected<sizeof...(A), Argnums>;
    return [&]<int... i>(std::integer_sequence<int, i...>) { return run<Sel>(settle<Sel::contains(i)>(a)...); }(ints<sizeof...(A)>);
  }

 private:
  // Elements of all selected leaves, statically where known and few.
  template <class Sel, class... A>
  static constexpr index_t static_inputs() {
    index_t n = 0;
    int i = 0;
    const auto take = [&](bool fits, index_t size) {
      if (Sel::contains(i++)) n = fits && n >= 0 ? n + size : -1;
    };
    (take(inputs_fit<A>(), inputs_size<A>()), ...);
    return !chunked && n > 0 && n <= 64 ? n : dyn;
  }
  // The tangents that are pushed at once, statically where known: a few more, of zeros, where they fill a register.
  template <class Sel, class Outer, class... A>
  static constexpr index_t static_tangents() {
    constexpr index_t n = static_inputs<Sel, A...>(), most = lanes::width<double>;
    return std::is_same_v<Outer, hole<1>> && n > 4 && most * 3 <= n * 4 && n < most ? most : n;
  }
  template <class A>
  static constexpr bool inputs_fit() {
    if constexpr (value<A>) return extents_of_value<A>::is_static;
    else return false;
  }
  template <class A>
  static constexpr index_t inputs_size() {
    if constexpr (inputs_fit<A>()) return extents_of_value<A>{}.size();
    else return 0;
  }

  template <class Sel, class... A>
  auto run(const A&... a) const {
    using W = call_tower<F, A...>;
    constexpr int N = aux || chunked ? 0 : few_inputs<Sel, 1, true, W, F, A...>();
    if constexpr (N > 0) {
      const auto y = call_with_jets<Sel, N, 1, W>(f_, a...);
      return all_gradients<Sel>(jet_gradients<Sel, std::remove_const_t<decltype(y)>, A...>{y});
    } else return run_with_duals<Sel>(a...);
  }
  template <class Sel, class... A>
  auto run_with_duals(const A&... a) const {
    using Outer = call_tower<F, A...>;
    constexpr int Lb = tower_level<Outer> + 1;
    constexpr int L = Lb + 1;
    constexpr index_t B = static_tangents<Sel, Outer, A...>();
    // Every selected leaf gets a block of the basis.
    index_t total = 0;
    const auto count = [&](const auto& tree) { tree_for_each([&](const auto& v) { total += v.size(); }, tree); };
    for_each_index(ints<Sel::count>, [&](auto k) { count(nth_of<Sel::number[k]>(a...)); });
    const index_t most = chunk_ > 0 ? chunk_ : std::max<index_t>(B, most_at_once);
    const auto push = [&](index_t first, index_t k) {
      index_t skip = 0;
      return [&]<int... i>(std::integer_sequence<int, i...>) {
        // Braces: in the order of the arguments.
        const bundle<decltype(input<Sel::contains(i), L, Lb, B>(a, k, first, skip))...> inputs{input<Sel::contains(i), L, Lb, B>(a, k, first, skip)...};
        static_assert(std::is_invocable_v<const F&, decltype(nth<i>(inputs))...>, "[jacfwd] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
        return settle<false>(call_traced<Outer>(f_, nth<i>(inputs)...));
      }(ints<sizeof...(A)>);
    };
    const auto result = push(0, B == dyn ? std::min(most, total) : B);
    const auto blocks = [&](const auto& r) {
      return tree_map(
          [&]<class V>(const V& v) {
            if constexpr (may_be_banded<V, L>)
              if (v.has_bands()) return one_output<Sel>(banded_result<V>{v}, a...);
            if constexpr (B == dyn) return one_output<Sel>(tangent_rows<L, Lb, B>(v, total), a...);
            else return one_output<Sel>(first_rows<static_inputs<Sel, A...>()>(tangent_rows<L, Lb, B>(v, B)), a...);
          },
          primary(r));
    };
    auto j = [&] {
      if constexpr (B == dyn)
        if (most < total) {
          // Diagonals need no chunks.
          bool banded = true;
          tree_for_each(
              [&]<class V>(const V& v) {
                if constexpr (may_be_banded<V, L>) banded = banded && v.has_bands();
                else banded = false;
              },
              primary(result));
          if (banded) return blocks(push(0, total));
          const auto rows_of_chunk = [&](const auto& r, index_t k) { return tree_map([&](const auto& v) { return tangent_rows<L, Lb, B>(v, k); }, primary(r)); };
          std::vector<decltype(rows_of_chunk(result, most))> pieces{rows_of_chunk(result, most)};
          for (index_t first = most; first < total; first += most) {
            const index_t k = std::min(most, total - first);
            pieces.push_back(rows_of_chunk(push(first, k), k));
          }
          const auto rows = join_pieces(pieces, [](const auto& u, const auto& v) { return join_trees<0>(u, v); });
          return tree_map([&](const auto& r) { return one_output<Sel>(r, a...); }, rows);
        }
      return blocks(result);
    }();
    if constexpr (aux) return std::pair{std::move(j), primals_of<L>(result.second)};
    else return j;
  }

  template <class Y>
  static decltype(auto) primary(const Y& y) {
    if constexpr (aux) {
      static_assert(kind_of_tree<Y> == tree_kind::pair, "[jacfwd] with has_aux, f must return std::pair{value, aux}");
      return (y.first);
    } else return (y);
  }

  template <class V, int L>
  static constexpr bool may_be_banded = [] {
    if constexpr (level_of<V> == L) return V::may_have_bands;
    else return false;
  }();

  template <bool Selected, int L, int Lb, index_t B, class A>
  static auto input(const A& a, index_t rows, index_t first, index_t& skip) {
    static_assert(!Selected || kind_of_tree<A> != tree_kind::other, "[jacfwd] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums; a struct is differentiated as a template of its members' types");
    if constexpr (!Selected) return a;
    else
      return tree_map(
          [&]<class V>(const V& v) {
            static_assert(floating_leaf<V>, "[jacfwd] integer and bool tensors are not differentiated; use cast<double>(x), or other argnums");
            using T = on_tower_t<join_t<tower_of<V>, batched_tower<hole<1>, Lb, B>>, dtype_of<V>, extents_of_value<V>>;
            using D = dual<V, T, L>;
            const index_t at = skip - first;
            skip += v.size();
            if constexpr (D::may_have_bands) return identity_dual<D>(v, at, rows);
            else {
              auto b = basis<dtype_of<V>, extents_of_value<V>, B>(v.get_extents(), rows, -at);
              return D(v, lift<T>(batched<decltype(b), Lb>(std::move(b))));
            }
          },
          a);
  }
  // The tangents of one leaf of the result, [k, out...].
  template <int L, int Lb, index_t B, class V>
  static auto tangent_rows(const V& v, index_t k) {
    static_assert(!std::is_arithmetic_v<V> && std::is_floating_point_v<dtype_of<V>>, "[jacfwd] f must return floating-point tensors");
    const auto rows = [&] {
      if constexpr (level_of<V> == L) return eval(rows_of<Lb, B>(v.tangent(), k));
      else {
        using Z = on_tower_t<tower_of<V>, dtype_of<V>, extents_of_value<V>>;
        return eval(rows_of<Lb, B>(constant_value<Z>(v.get_extents(), 0), k));
      }
    };
    if constexpr (B == dyn) return joinable_tree(rows());
    else return rows();
  }
  // Without the tangents that fill a register.
  template <index_t N, class R>
  static FUNCTRA_INLINE decltype(auto) first_rows(const R& rows) {
    using X = extents_of_value<R>;
    if constexpr (N == X::static_extent(0)) return (rows);
    else {
      using Y = insert_extent<erase_extent<X, 0>, 0, N>;
      index_t n[Y::R];
      for (int i = 0; i < Y::R; ++i) n[i] = i == 0 ? N : rows.extent(i);
      tensor_of<element_of<R>, Y> first(uninitialized, Y::from(n));
      std::copy_n(rows.data(), first.size(), first.mutable_data());
      return first;
    }
  }
  template <class Y>
  struct banded_result {
    const Y& y;
  };
  // [k, out...], or diagonals, cut into one block for each selected leaf, as [out..., in...].
  template <class Sel, class R, class... A>
  static auto one_output(const R& rows, const A&... a) {
    index_t skip = 0;
    const auto block = [&](const auto& v) { return leaf_jacobian(rows, v, skip); };
    if constexpr (Sel::count == 1) return tree_map(block, nth_of<Sel::number[0]>(a...));
    else {
      // Blocks lie in the order of the arguments; results in the order asked.
      return [&]<int... k>(std::integer_sequence<int, k...>) {
        const auto one = [&](auto q) {
          skip = 0;
          for_each_index(ints<sizeof...(A)>, [&](auto i) {
            if constexpr (Sel::contains(i) && i < Sel::number[q]) tree_for_each([&](const auto& v) { skip += v.size(); }, nth_of<i>(a...));
          });
          return tree_map(block, nth_of<Sel::number[q]>(a...));
        };
        return std::tuple<decltype(one(index_constant<k>))...>{one(index_constant<k>)...};
      }(ints<Sel::count>);
    }
  }
  template <class Y, class V>
  static auto leaf_jacobian(const banded_result<Y>& result, const V& v, index_t& skip) {
    const Y& y = result.y;
    const auto x = y.primal.get_extents();
    const index_t first = skip, n = v.size();
    skip += n;
    using X = concat_extents<decltype(x), extents_of_value<V>>;
    index_t shape[array_size(X::R)], s[array_size(decltype(x)::R)];
    for (int i = 0; i < X::R; ++i) shape[i] = i < decltype(x)::R ? x.extent(i) : v.extent(i - decltype(x)::R);
    tensor_of<element_of<Y>, X> j{X::from(shape)};
    natural_strides(x, s);
    if (j.size() > 0) {
      auto* const p = j.mutable_data();
      const auto& b = y.stored.bands;
      for (int i = 0; i < b.count; ++i) {
        const auto* row = y.stored.row(i, x);
        walk_diagonal<0>(x, b.line[i].offset - first, b.line[i].slope, 0, s, [&](index_t to, index_t k) FUNCTRA_INLINE_LAMBDA {
          if (static_cast<std::size_t>(to) < static_cast<std::size_t>(n)) p[k * n + to] = p[k * n + to] + *row;
          ++row;
        });
      }
    }
    return j;
  }
  template <class R, class V>
  static auto leaf_jacobian(const R& rows, const V& v, index_t& skip) {
    using Xr = extents_of_value<R>;
    using Xi = extents_of_value<V>;
    using Xo = erase_extent<Xr, 0>;
    constexpr int Ro = Xo::R;
    const index_t n = v.size();
    const auto part = [&] {
      if constexpr (Xi::is_static && Xr::static_extent(0) == Xi{}.size()) return rows;
      else return at(rows, range(skip, skip + n));
    }();
    skip += n;
    const auto last = move_dim<0, Ro>(part);
    using X = concat_extents<Xo, Xi>;
    index_t shape[array_size(X::R)];
    for (int i = 0; i < Ro; ++i) shape[i] = rows.extent(i + 1);
    for (int i = 0; i < Xi::R; ++i) shape[Ro + i] = v.extent(i);
    return eval(bind(rules::reshape<X>{{}, X::from(shape)}, last));
  }

  FUNCTRA_EMPTY F f_;
  index_t chunk_;
};

}  // namespace detail

// The Jacobian of f by forward mode: output extents, then input extents. The whole identity is pushed forward, as a batch of
// tangents past one evaluation of the primal.
//   jacfwd(f)(x): f64[n] -> f64[m,n]  for f: f64[n] -> f64[m];   options: argnums<...>, has_aux, chunk_size(columns at once)
template <class F, class... Options>
constexpr auto jacfwd(F f, Options... options) {
  static_assert(detail::jacobian_options<Options...>, "[jacfwd] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacfwd returns: jacfwd(f)(x)");
  static_assert(detail::once_each<Options...>, "[jacfwd] each option may be given once");
  return detail::jacfwd_fn<F, Options...>(std::move(f), options...);
}

}  // namespace functra
