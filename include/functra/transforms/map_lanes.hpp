// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <chrono>

#include "functra/core/parallel.hpp"
#include "functra/lanes/transpose.hpp"
#include "functra/transforms/options.hpp"

// The lanes lowering of vmap: a group of examples is packed into the lanes of SIMD registers, and the body runs once for the
// group, on tensors whose elements are packs. Everything stays in registers and the nearest cache.
namespace functra::detail {

// ---- when ----

template <class A>
struct tree_facts {
  static constexpr bool fits = true;  // plain leaves of static extents
  static constexpr index_t size = 0;
  static constexpr int widest = 0;    // bytes of the widest dtype
  static constexpr bool rides = kind_of_tree<A> == tree_kind::other;  // something that is handed on as it is
};
template <class V>
  requires(value<V> || lazy<V>)
struct tree_facts<V> {
  using T = value_t<V>;
  static constexpr bool fits = level_of<T> == 0 && extents_of_value<T>::is_static && !is_view<T>;
  static constexpr index_t size = [] {
    if constexpr (fits) return extents_of_value<T>{}.size();
    else return index_t{0};
  }();
  static constexpr int widest = static_cast<int>(sizeof(dtype_of<T>));
  static constexpr bool rides = false;
};
template <template <class...> class A, class... T>
  requires(kind_of_tree<A<T...>> != tree_kind::leaf && kind_of_tree<A<T...>> != tree_kind::other)
struct tree_facts<A<T...>> {
  static constexpr bool fits = (tree_facts<T>::fits && ...) && kind_of_tree<A<T...>> != tree_kind::vector;
  static constexpr index_t size = (index_t{0} + ... + tree_facts<T>::size);
  static constexpr int widest = std::max({0, tree_facts<T>::widest...});
  static constexpr bool rides = (tree_facts<T>::rides || ...);
};
template <class T, std::size_t N>
struct tree_facts<std::array<T, N>> {
  static constexpr bool fits = tree_facts<T>::fits;
  static constexpr index_t size = tree_facts<T>::size * static_cast<index_t>(N);
  static constexpr int widest = tree_facts<T>::widest;
  static constexpr bool rides = tree_facts<T>::rides;
};

// Small static examples, on which no outer transform is at work, run in lanes.
template <class W, class F, class... Example>
constexpr bool lanes_possible() {
  constexpr bool plain = std::is_same_v<W, hole<1>>;
  if constexpr (!plain || (0 + ... + tree_facts<Example>::size) > 4096) return false;
  else if constexpr (!(tree_facts<Example>::fits && ...)) return false;
  else if constexpr (!std::is_invocable_v<const F&, const Example&...>) return true;  // the call reports what is wrong
  else {
    using Y = std::remove_cvref_t<std::invoke_result_t<const F&, const Example&...>>;
    return tree_facts<Y>::fits && tree_facts<Y>::size <= 1024;
  }
}

// Registers of a group: two to amortize a tape; one where there is none to amortize, for the registers are few.
template <class F>
inline constexpr int group_registers = 2;
template <sized_for_lanes F>
inline constexpr int group_registers<F> = F::group_registers;

// Lanes of a group; one register where the examples are large.
template <class F, class... Example>
constexpr int group_lanes() {
  constexpr int bytes = std::max({4, tree_facts<Example>::widest...});
  constexpr int w = bytes == 4 ? lanes::width<float> : lanes::width<double>;
  constexpr index_t size = (index_t{0} + ... + tree_facts<Example>::size);
  return size <= 128 ? group_registers<F> * w : w;
}

// ---- arguments ----

// A mapped argument: rows in memory, one an example. An unmapped one is handed on.
template <class V>
struct lane_source {
  V rows;  // contiguous, the batch axis in front
};
template <class A>
struct lane_constant {
  const A& value;
};

template <int D, class A>
auto lanes_argument(const A& a) {
  if constexpr (D == none) return lane_constant<A>{a};
  else {
    auto rows = tree_map([]<class V>(const V& v) { return eval(move_dim<wrap_dim(D, extents_of_value<V>::R), 0>(v)); }, a);
    return lane_source<decltype(rows)>{std::move(rows)};
  }
}

template <int N, class T, index_t... E>
FUNCTRA_INLINE auto load_group(const Tensor<T, E...>& rows, index_t first, int count) {
  using X = erase_extent<extents<E...>, 0>;
  using P = lanes::pack<T, N>;
  tensor_of<P, X> x(uninitialized);
  constexpr index_t size = X{}.size();
  const T* from = rows.data() + first * size;
  if constexpr (size == 1) {
    x.mutable_data()[0] = count == N ? P::load(from) : P::load_partial(from, count);
  } else if constexpr (std::is_same_v<T, bool>) {
    for (index_t j = 0; j < size; ++j) {
      P p = P(false);
      for (int i = 0; i < count; ++i) p.set(i, from[i * size + j]);
      x.mutable_data()[j] = p;
    }
  } else if (size > 0) {
    if (count == N) lanes::deinterleave(from, size, static_cast<int>(size), x.mutable_data());
    else lanes::deinterleave(from, size, static_cast<int>(size), x.mutable_data(), count);
  }
  return x;
}

template <int N, class V>
FUNCTRA_INLINE auto load_argument(const lane_source<V>& a, index_t first, int count) {
  return tree_map([&](const auto& rows) FUNCTRA_INLINE_LAMBDA { return load_group<N>(rows, first, count); }, a.rows);
}
template <int N, class A>
FUNCTRA_INLINE const A& load_argument(const lane_constant<A>& a, index_t, int) {
  return a.value;
}

// ---- results ----

// The stacked tensor that the results of all groups go to.
template <class Y>
auto make_stack(const Y& y, index_t n) {
  using T = dtype_of<Y>;
  using X = insert_extent<extents_of_value<Y>, 0, dyn>;
  index_t shape[X::R];
  shape[0] = n;
  for (int i = 1; i < X::R; ++i) shape[i] = y.extent(i - 1);
  return tensor_of<T, X>(uninitialized, X::from(shape));
}

// Where the results of a stack begin, and whether it is so large that nobody will find them in the cache.
template <class T>
struct place {
  T* p;
  bool past_cache;
};
inline constexpr std::size_t large_stacks = std::size_t{16} << 20;  // half of a usual last-level cache

template <class Y, class T>
FUNCTRA_INLINE void store_group(const Y& y, const place<T>& to, index_t first, int count) {
  using E = element_of<Y>;
  const index_t size = y.size();
  if (size == 0) return;
  T* p = to.p + first * size;
  if constexpr (lanes_of<E> == 1) {
    for (int i = 0; i < count; ++i)
      for (index_t j = 0; j < size; ++j) p[i * size + j] = y.data()[j];
  } else if constexpr (std::is_same_v<T, bool>) {
    for (int i = 0; i < count; ++i)
      for (index_t j = 0; j < size; ++j) p[i * size + j] = y.data()[j][i];
  } else if constexpr (extents_of_value<Y>::R == 0) {
    if (count < lanes_of<E>) y.data()[0].store_partial(p, count);
    else if (to.past_cache) y.data()[0].stream(p);
    else y.data()[0].store(p);
  } else {
    if (count < lanes_of<E>) lanes::interleave(y.data(), static_cast<int>(size), p, size, count);
    else {
      // Rows of whole cache lines can be streamed.
      constexpr index_t columns = extents_of_value<Y>{}.size();
      if constexpr (columns * static_cast<index_t>(sizeof(T)) % 64 == 0)
        if (to.past_cache) return lanes::interleave<true>(y.data(), static_cast<int>(columns), p, columns);
      lanes::interleave(y.data(), static_cast<int>(columns), p, columns);
    }
  }
}

// ---- the loop ----

// A leaf of f's result, as a tensor.
template <class V>
FUNCTRA_INLINE decltype(auto) lane_result(const V& v) {
  if constexpr (std::is_arithmetic_v<V>) return Tensor<V>(v);
  else if constexpr (value<V>) return (v);
  else return eval(v);
}

// Runs f on `count` examples from the first on, and stores the results in their places.
template <int N, class F, class Places, class... A>
FUNCTRA_INLINE void run_group(const F& f, const Places& places, index_t first, int count, const A&... a) {
  const auto store = [&](const auto& y, const auto& to) FUNCTRA_INLINE_LAMBDA {
    tree_for_each([&](const auto& v, const auto& p) FUNCTRA_INLINE_LAMBDA { store_group(lane_result(v), p, first, count); }, y, to);
  };
  if constexpr (requires { requires F::hands_out; }) f.hand_out(store, places, load_argument<N>(a, first, count)...);
  else store(f(load_argument<N>(a, first, count)...), places);
}

// Runs f on all examples, N at a time; the results are stacked.
template <int N, class F, class... A>
auto map_lanes(const F& f, index_t n, const A&... a) {
  using Y = decltype(tree_map([](const auto& v) { return eval(lane_result(v)); }, f(load_argument<N>(a, 0, 0)...)));
  // What rides along is that of the first group, which is computed once more for it.
  const auto stack = [n](const auto& v) { return make_stack(v, n); };
  auto stacks = [&] {
    if constexpr (tree_facts<Y>::rides) return tree_map([&](const auto& v) { return stack(lane_result(v)); }, f(load_argument<N>(a, 0, static_cast<int>(std::min<index_t>(N, n)))...));
    else return tree_map(stack, Y{});
  }();
  std::size_t bytes = 0;
  tree_for_each([&](const auto& t) { bytes += static_cast<std::size_t>(t.size()) * sizeof(*t.data()); }, stacks);
  // The stacks are nobody else's yet.
  const auto places = tree_map([&]<class V>(const V& t) { return place<dtype_of<V>>{const_cast<dtype_of<V>*>(t.data()), bytes > large_stacks}; }, stacks);
  const auto run = [&](index_t first, index_t last) FUNCTRA_INLINE_LAMBDA {
    for (; first < last; first += N) run_group<N>(f, places, first, static_cast<int>(std::min<index_t>(N, n - first)), a...);
    if (bytes > large_stacks) std::atomic_thread_fence(std::memory_order_seq_cst);  // each thread orders the stores that it streamed
  };
  if constexpr (has_threads) {
    // The first group tells whether the others are worth a team of threads.
    const auto start = std::chrono::steady_clock::now();
    run(0, std::min<index_t>(N, n));
    const auto all = (std::chrono::steady_clock::now() - start) * (n / N);
    if (all > std::chrono::microseconds(30)) for_ranges(n - N, N, [&](index_t first, index_t last) { run(N + first, N + last); });
    else run(N, n);
  } else run(0, n);
  return stacks;
}

}  // namespace functra::detail
