// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/map_lanes.hpp"
#include "functra/transforms/options.hpp"

namespace functra {

namespace detail {

template <class In, int N>
struct in_dims_of;
template <int... D, int N>
struct in_dims_of<in_dims_t<D...>, N> {
  static_assert(sizeof...(D) == N || sizeof...(D) == 1, "[vmap] in_dims must have one entry for each argument, or one that serves all");
  static constexpr int given[sizeof...(D)] = {D...};
  static constexpr int at(int i) { return sizeof...(D) == 1 ? given[0] : given[i]; }
  static_assert(((D != none) || ...), "[vmap] at least one argument must be mapped; in_dims are all none");
};

// The extent of the mapped dim, statically where it is known: 1 stands for nothing mapped so far.
constexpr index_t merge_batch(index_t a, index_t b) { return a == 1 ? b : b == 1 ? a : a == dyn ? b : a; }

// Whether an argument, or a leaf of one, can be mapped over dim D. Integers in trees ride along.
template <int D, bool InTree, class A>
constexpr bool check_leaf() {
  if constexpr (D == none) return true;
  else if constexpr (InTree ? std::is_floating_point_v<A> : std::is_arithmetic_v<A>) {
    static_assert(!std::is_arithmetic_v<A>, "[vmap] a plain number cannot be mapped; use none in in_dims for it");
    return false;
  } else if constexpr (value<A>) {
    constexpr int R = extents_of_value<A>::R;
    static_assert(R > 0, "[vmap] a rank-0 argument cannot be mapped; use none in in_dims for it");
    static_assert(R == 0 || (D < R && D >= -R), "[vmap] an entry of in_dims must lie within the rank of its argument");
    return R > 0 && D < R && D >= -R;
  } else return true;
}
template <int D, class A, bool InTree = false>
struct mapped_argument {
  static constexpr bool fits = check_leaf<D, InTree, A>();
};
template <int D, bool InTree, template <class...> class A, class... T>
  requires(kind_of_tree<A<T...>> != tree_kind::leaf && kind_of_tree<A<T...>> != tree_kind::other)
struct mapped_argument<D, A<T...>, InTree> {
  static constexpr bool fits = (mapped_argument<D, T, true>::fits && ...);
};
template <int D, bool InTree, class T, std::size_t N>
struct mapped_argument<D, std::array<T, N>, InTree> : mapped_argument<D, T, true> {};

// Checks that all mapped leaves have the same extent, and gives it.
template <int D, class A>
void take_batch_extent(const A& a, index_t& n) {
  if constexpr (D != none)
    tree_for_each(
        [&](const auto& v) {
          const index_t m = v.extent(wrap_dim(D, extents_of_value<decltype(v)>::R));
          if (n >= 0 && n != m) fail("vmap", "mapped dims must have the same extent, got ", n, " and ", m);
          n = m;
        },
        a);
}

// One example of an argument, as a type.
template <int D, class A>
auto example_of(const A& a) {
  if constexpr (D == none) return a;
  else
    return tree_map(
        []<class V>(const V&) {
          using X = extents_of_value<V>;
          return on_tower_t<tower_of<V>, dtype_of<V>, erase_extent<X, wrap_dim(D, X::R)>>(uninitialized);
        },
        a);
}

template <int L, int D, class A>
auto batch_argument(const A& a) {
  if constexpr (D == none) return a;
  else
    return tree_map(
        []<class V>(const V& v) {
          auto moved = move_dim<wrap_dim(D, extents_of_value<V>::R), 0>(v);
          return batched<decltype(moved), L>(std::move(moved));
        },
        a);
}

// The static batch extent of a call: known where some mapped leaf knows it.
template <int D, class A>
struct static_batch_extent {
  static constexpr index_t value = dyn;
};
template <int D, class T, index_t... E>
  requires(D != none && sizeof...(E) > 0)
struct static_batch_extent<D, Tensor<T, E...>> {
  static constexpr index_t value = extents<E...>::static_extent(wrap_dim(D, sizeof...(E)));
};

// A result of rank R - 1 gets the batch axis as dim D.
template <int D, int R>
constexpr bool check_out_dim() {
  static_assert(D != none, "[vmap] out_dims entries must be dims");
  static_assert(D == none || (D < R && D >= -R), "[vmap] an entry of out_dims must lie within the rank of the result");
  return D != none && D < R && D >= -R;
}

// Results of a batched call as plain stacked values: a leaf that does not vary is repeated.
template <int L, index_t B, int D, class Y>
auto unbatch_leaf(const Y& y, index_t n) {
  constexpr int R = extents_of_value<Y>::R + 1;
  if constexpr (check_out_dim<D, R>()) return eval(move_dim<0, wrap_dim(D, R)>(whole_batch<L, B>(y, n)));
}

template <class Out>
struct out_dims_of;
template <int... D>
struct out_dims_of<out_dims_t<D...>> {
  static constexpr int given[sizeof...(D)] = {D...};
  static constexpr int count = sizeof...(D);
  static constexpr int at(int i) { return count == 1 ? given[0] : given[i]; }
};

template <class Out, class Y, class Leaf>
auto map_outputs(const Y& y, const Leaf& leaf) {
  constexpr auto kind = kind_of_tree<Y>;
  if constexpr (Out::count > 1) {
    static_assert(kind == tree_kind::tuple || kind == tree_kind::pair, "[vmap] several out_dims need an f that returns a tuple");
    static_assert(std::tuple_size_v<Y> == Out::count, "[vmap] out_dims must have one entry for each output, or one that serves all");
    return [&]<int... k>(std::integer_sequence<int, k...>) {
      const auto one = [&](auto j) {
        return tree_map([&](const auto& v) { return leaf(v, std::integral_constant<int, Out::at(j)>{}); }, nth<j>(y));
      };
      if constexpr (kind == tree_kind::pair) return std::pair{one(index_constant<k>)...};
      else return std::tuple<decltype(one(index_constant<k>))...>{one(index_constant<k>)...};
    }(ints<Out::count>);
  } else return tree_map([&](const auto& v) { return leaf(v, std::integral_constant<int, Out::at(0)>{}); }, y);
}

// Two stacked results, one behind the other.
template <class Out, class Y>
Y join_outputs(const Y& a, const Y& b) {
  constexpr auto kind = kind_of_tree<Y>;
  if constexpr (Out::count > 1 && (kind == tree_kind::tuple || kind == tree_kind::pair)) {
    return [&]<int... k>(std::integer_sequence<int, k...>) { return Y{join_trees<Out::at(k)>(nth<k>(a), nth<k>(b))...}; }(ints<Out::count>);
  } else return join_trees<Out::at(0)>(a, b);
}

// The run-time options of vmap.
struct vmap_settings {
  index_t chunk = 0;
  constexpr void take(chunk_size c) {
    if (c.n <= 0) fail("vmap", "chunk_size must be positive, got ", c.n);
    chunk = c.n;
  }
  template <class O>
  constexpr void take(O) {}
};

template <class F, class... Options>
class vmap_fn {
  using In = typename find_option<in_dims_option, in_dims_t<0>, Options...>::type;
  using Out = out_dims_of<typename find_option<out_dims_option, out_dims_t<0>, Options...>::type>;
  static constexpr bool force_axis = has_option<lowering::batch_axis_t, Options...>;

 public:
  constexpr explicit vmap_fn(F f, Options... options) : f_(std::move(f)) { (settings_.take(options), ...); }

  template <class... A>
  auto operator()(const A&... a) const {
    static_assert(sizeof...(A) > 0, "[vmap] at least one argument is required");
    return run<in_dims_of<In, sizeof...(A)>>(ints<sizeof...(A)>, settle<false>(a)...);
  }

 private:
  template <class Dims, int... I, class... A>
  auto run(std::integer_sequence<int, I...> seq, const A&... a) const {
    if constexpr ((mapped_argument<Dims::at(I), A>::fits && ...)) {
      index_t n = -1;
      (take_batch_extent<Dims::at(I)>(a, n), ...);
      if constexpr (has_option<chunk_size, Options...>) return run_chunks<Dims>(n, seq, a...);
      else return run_whole<Dims>(n, seq, a...);
    }
  }

  template <class Dims, int... I, class... A>
  auto run_whole(index_t n, std::integer_sequence<int, I...>, const A&... a) const {
    using W = call_tower<F, decltype(example_of<Dims::at(I)>(a))...>;
    if constexpr (!force_axis && lanes_possible<W, F, decltype(example_of<Dims::at(I)>(a))...>()) {
      constexpr int N = group_lanes<F, decltype(example_of<Dims::at(I)>(a))...>();
      static_assert(std::is_invocable_v<const F&, decltype(load_argument<N>(lanes_argument<Dims::at(I)>(a), 0, N))...>,
                    "[vmap] f must be callable with mapped arguments: let it take them by `auto`, as many as are given, and be no mutable lambda");
      return map_outputs<Out>(map_lanes<N>(f_, n, lanes_argument<Dims::at(I)>(a)...), [](const auto& v, auto d) {
        if constexpr (check_out_dim<decltype(d)::value, extents_of_value<decltype(v)>::R>()) return eval(move_dim<0, wrap_dim(decltype(d)::value, extents_of_value<decltype(v)>::R)>(v));
      });
    } else {
      constexpr int L = tower_level<W> + 1;
      constexpr index_t B = batch_of<Dims>(std::integer_sequence<int, I...>{}, static_cast<const A*>(nullptr)...);
      static_assert(std::is_invocable_v<const F&, decltype(batch_argument<L, Dims::at(I)>(a))...>,
                    "[vmap] f must be callable with mapped arguments: let it take them by `auto`, as many as are given, and be no mutable lambda");
      const auto y = f_(batch_argument<L, Dims::at(I)>(a)...);
      return map_outputs<Out>(settle<false>(y), [&](const auto& v, auto d) {
        using V = std::remove_cvref_t<decltype(v)>;
        if constexpr (std::is_arithmetic_v<V>) return unbatch_leaf<L, B, decltype(d)::value>(Tensor<V>(v), n);
        else return unbatch_leaf<L, B, decltype(d)::value>(v, n);
      });
    }
  }

  template <class Dims, int... I, class... A>
  static constexpr index_t batch_of(std::integer_sequence<int, I...>, const A*...) {
    index_t b = dyn;
    ((b = static_batch_extent<Dims::at(I), A>::value != dyn ? static_batch_extent<Dims::at(I), A>::value : b), ...);
    return b;
  }

  // The same in pieces of bounded size.
  template <class Dims, int... I, class... A>
  auto run_chunks(index_t n, std::integer_sequence<int, I...> seq, const A&... a) const {
    const auto piece = [&](index_t start, index_t stop) {
      return joinable_tree(run_whole<Dims>(stop - start, seq, piece_of<Dims::at(I)>(a, start, stop)...));
    };
    std::vector<decltype(piece(0, 0))> pieces;
    index_t start = 0;
    do {
      const index_t stop = std::min(n, start + settings_.chunk);
      pieces.push_back(piece(start, stop));
      start = stop;
    } while (start < n);
    return join_pieces(pieces, [](const auto& u, const auto& v) { return join_outputs<Out>(u, v); });
  }
  template <int D, class A>
  static auto piece_of(const A& a, index_t start, index_t stop) {
    if constexpr (D == none) return a;
    else
      return tree_map(
          [&]<class V>(const V& v) {
            constexpr int R = extents_of_value<V>::R;
            constexpr int d = wrap_dim(D, R);
            return [&]<int... i>(std::integer_sequence<int, i...>) { return at(v, pick_range<i == d>(start, stop)...); }(ints<R>);
          },
          a);
  }
  template <bool Cut>
  static auto pick_range(index_t start, index_t stop) {
    if constexpr (Cut) return range(start, stop);
    else return range();
  }
  FUNCTRA_EMPTY F f_;
  vmap_settings settings_;
};

}  // namespace detail

// Maps f over a batch: every argument over dim 0, results stacked on dim 0.
//   vmap(f, in_dims<none, 0, 1>, out_dims<0, 2>)   one entry an argument (an output), or one that serves all
//   vmap(f, chunk_size(n))                         at most n examples at once: bounded memory
//   vmap(f, lowering::lanes)                       examples in SIMD lanes; lowering::batch_axis: one more axis. The default picks
//   vmap(f)(x): f64[b,n] -> f64[b,...]  for f: f64[n] -> f64[...]
// Throws where mapped extents differ.
template <class F, class... Options>
constexpr auto vmap(F f, Options... options) {
  static_assert(detail::vmap_options<Options...>,
                "[vmap] an option is in_dims<...>, out_dims<...>, chunk_size(n), lowering:: or randomness::; arguments go to the callable that vmap returns: vmap(f)(x)");
  static_assert(detail::once_each<Options...>, "[vmap] each option may be given once");
  return detail::vmap_fn<F, Options...>(std::move(f), options...);
}

}  // namespace functra
