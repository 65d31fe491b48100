// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include "functra/primitives/along.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/primitives/slice.hpp"

//  concatenate   operands one behind the other along dim D
//  stack         operands side by side along a new dim D
//  shape         T[b..., n_k, a...]... -> T[b..., sum n_k, a...];    T[b..., a...]... -> T[b..., count, a...]
//  jvp           x_k' at the place of operand k
//  vjp           x_k~ = the slice of y~ at the place of operand k
//  batch         all operands have the batch axis; D moves up by one
namespace functra {

namespace rules {

template <int D, bool Stack, class X>
struct join : primitive {
  static constexpr bool is_linear = true;
  static constexpr const char* name = Stack ? "stack" : "concatenate";
  static constexpr bool needs_input = false;
  static constexpr int R = X::R;
  static constexpr unsigned drop = Stack ? 1U << D : 0U;
  static constexpr bool makes_rows = R == 1;
  FUNCTRA_EMPTY X to;

  template <class... V>
  FUNCTRA_INLINE auto eval(const V&... v) const {
    using T = functra::detail::common_element<std::common_type_t<dtype_of<V>...>, element_of<V>...>;
    tensor_of<T, X> out(uninitialized, to);
    index_t first = 0;
    (put(out, first, v), ...);
    return out;
  }
  template <int I, class T, class Y, class... V>
  FUNCTRA_INLINE auto jvp(const T& t, const Y&, const V&... x) const {
    return bind(embed<R, drop, X>{{}, window<I>(x...), to}, t);
  }
  template <int I, class C, class Y, class... V>
  FUNCTRA_INLINE auto vjp(const C& c, const Y&, const V&... x) const {
    using A = std::remove_cvref_t<decltype(nth_of<I>(x...).get_extents())>;
    return bind(slice<R, drop, A>{{}, window<I>(x...), nth_of<I>(x...).get_extents()}, c);
  }
  template <law::mask_t Mask, class... V>
  auto batch(const V&... v) const {
    return functra::detail::with_all_mapped<Mask>(
        [&](const auto& first, const auto&... rest) {
          using Y = insert_extent<X, 0, extents_of_value<decltype(first)>::static_extent(0)>;
          index_t n[Y::R];
          n[0] = first.extent(0);
          for (int d = 0; d < R; ++d) n[d + 1] = to.extent(d);
          return bind(join<D + 1, Stack, Y>{{}, Y::from(n)}, first, rest...);
        },
        v...);
  }

  // Copies v to its place behind `first`, and moves `first` behind it.
  template <class O, class V>
  FUNCTRA_INLINE void put(O& out, index_t& first, const V& v) const {
    using T = element_of<O>;
    const auto& x = functra::detail::contiguous(v);
    const index_t n = length(v);
    if constexpr (X::R == 1 && Stack) out.mutable_data()[first] = T(x.data()[0]);
    else {
      const auto l = functra::detail::lines_along<D>(to);
      const index_t run = n * l.after;
      const auto* from = x.data();
      for (index_t o = 0; o < l.before; ++o) {
        T* place = out.mutable_data() + (o * l.n + first) * l.after;
        for (index_t i = 0; i < run; ++i) place[i] = T(from[o * run + i]);
      }
    }
    first += n;
  }

 private:
  template <class V>
  static FUNCTRA_INLINE index_t length(const V& v) {
    if constexpr (Stack) return 1;
    else return v.extent(D);
  }
  template <int I, class... V>
  FUNCTRA_INLINE slice_window<R> window(const V&... x) const {
    slice_window<R> w;
    for (int d = 0; d < R; ++d) {
      w.start[d] = 0;
      w.step[d] = 1;
    }
    int k = 0;
    ((k++ < I ? static_cast<void>(w.start[D] += length(x)) : static_cast<void>(0)), ...);
    return w;
  }
};

}  // namespace rules

namespace detail {

// The extents of operands joined along D: static where all that matters is static.
template <int D, class... X>
constexpr auto concatenated_shape() {
  using First = nth_type<0, X...>;
  static_shape<First::R> s = First::shape_v;
  for (int d = 0; d < First::R; ++d)
    if (d != D) ((s[d] = is_dynamic(s[d]) ? X::static_extent(d) : s[d]), ...);
  s[D] = (is_dynamic(X::static_extent(D)) || ...) ? dyn : (index_t{0} + ... + X::static_extent(D));
  return s;
}
template <int D, index_t Count, class... X>
constexpr auto stacked_shape() {
  using First = nth_type<0, X...>;
  static_shape<First::R> s = First::shape_v;
  for (int d = 0; d < First::R; ++d) ((s[d] = is_dynamic(s[d]) ? X::static_extent(d) : s[d]), ...);
  static_shape<First::R + 1> t{};
  for (int d = 0; d <= First::R; ++d) t[d] = d < D ? s[d] : d == D ? Count : s[d - 1];
  return t;
}
// Whether static extents agree, except along dim D.
template <int D, class A, class... X>
constexpr bool joinable() {
  bool ok = ((A::R == X::R) && ...);
  if constexpr (((A::R == X::R) && ...))
    for (int d = 0; d < A::R; ++d)
      if (d != D) {
        index_t n = A::static_extent(d);
        ((ok = ok && (is_dynamic(n) || is_dynamic(X::static_extent(d)) || X::static_extent(d) == n), n = is_dynamic(n) ? X::static_extent(d) : n), ...);
      }
  return ok;
}

template <int D, class A, class V>
void check_joinable([[maybe_unused]] const char* name, [[maybe_unused]] const A& a, [[maybe_unused]] const V& v) {
  constexpr int R = extents_of_value<V>::R;
  if constexpr (R > 1 || D < 0)  // vectors that are concatenated have no other dim
    for (int d = 0; d < R; ++d)
      if (d != D && a.extent(d) != v.extent(d))
        fail(name, "operands must have equal extents in the other dims, got ", a.extent(d), " and ", v.extent(d), " in dim ", d);
}

// The run-time extents of a join; `count` is that along D.
template <class X, int D, bool Stack, class V>
FUNCTRA_INLINE X joined_extents(const V& first, index_t count) {
  index_t n[X::R];
  for (int d = 0; d < X::R; ++d) n[d] = d == D ? count : first.extent(Stack && d > D ? d - 1 : d);
  return X::from(n);
}

template <int D, class... V>
FUNCTRA_INLINE auto concatenate_values(const V&... v) {
  using X = extents_of<extents_of_value<nth_type<0, V...>>::R, concatenated_shape<D, extents_of_value<V>...>()>;
  (check_joinable<D>("concatenate", nth_of<0>(v...), v), ...);
  return bind(rules::join<D, false, X>{{}, joined_extents<X, D, false>(nth_of<0>(v...), (index_t{0} + ... + v.extent(D)))}, v...);
}
template <int D, class... V>
FUNCTRA_INLINE auto stack_values(const V&... v) {
  constexpr int count = sizeof...(V);
  using X = extents_of<extents_of_value<nth_type<0, V...>>::R + 1, stacked_shape<D, count, extents_of_value<V>...>()>;
  (check_joinable<-1>("stack", nth_of<0>(v...), v), ...);
  return bind(rules::join<D, true, X>{{}, joined_extents<X, D, true>(nth_of<0>(v...), count)}, v...);
}

// An operand as a value of dtype T.
template <class T, class A>
FUNCTRA_INLINE auto joined_operand(const A& a) {
  if constexpr (std::is_arithmetic_v<A>) return Tensor<T>(static_cast<T>(a));
  else if constexpr (std::is_same_v<dtype_t<A>, T>) return as_value(a);
  else return eval(cast<T>(as_value(a)));
}
template <class... A>
constexpr auto joined_dtype_tag() {
  if constexpr ((std::is_arithmetic_v<A> && ...)) return dtype_tag<std::common_type_t<A...>>{};
  else if constexpr (sizeof...(A) == 1) return tensor_dtype<A...>();
  else return common_dtype<A...>();
}
template <class... A>
using joined_dtype = typename decltype(joined_dtype_tag<A...>())::type;

// A std::vector of operands, joined four at a time: as many operands as a run may bring, but few types.
template <int D, bool Stack, class X, class V>
auto join_run(const V* v, index_t n) {
  const auto total = [&] {
    if constexpr (Stack) return n;
    else {
      index_t sum = 0;
      for (index_t i = 0; i < n; ++i) sum += v[i].extent(D);
      return sum;
    }
  }();
  const rules::join<D, Stack, X> p{{}, joined_extents<X, D, Stack>(v[0], total)};
  if constexpr (level_of<V> == 0) {
    tensor_of<element_of<V>, X> out(uninitialized, p.to);
    index_t first = 0;
    for (index_t i = 0; i < n; ++i) p.put(out, first, v[i]);
    return out;
  } else {
    using W = decltype(bind(p, v[0]));
    if (n == 1) return W(bind(p, v[0]));
    if (n == 2) return W(bind(p, v[0], v[1]));
    if (n == 3) return W(bind(p, v[0], v[1], v[2]));
    if (n == 4) return W(bind(p, v[0], v[1], v[2], v[3]));
    std::vector<W> parts;
    const index_t quarter = (n + 3) / 4;
    for (index_t i = 0; i < n; i += quarter) parts.push_back(join_run<D, Stack, X>(v + i, std::min(quarter, n - i)));
    return join_run<D, false, X>(parts.data(), static_cast<index_t>(parts.size()));
  }
}
template <int D, bool Stack, class A>
auto join_vector(const char* name, const std::vector<A>& v) {
  if (v.empty()) fail(name, "at least one operand is required, got an empty vector");
  using A0 = extents_t<A>;
  using X = extents_of<A0::R + (Stack ? 1 : 0), [] {
    if constexpr (Stack) return stacked_shape<D, dyn, A0>();
    else return [] {
      auto s = A0::shape_v;
      s[D] = dyn;
      return s;
    }();
  }()>;
  if constexpr (value<A>) {
    for (const auto& x : v) check_joinable<(Stack ? -1 : D)>(name, v[0], x);
    return join_run<D, Stack, X>(v.data(), static_cast<index_t>(v.size()));
  } else {
    std::vector<value_t<A>> values;
    for (const auto& x : v) values.push_back(as_value(x));
    return join_vector<D, Stack>(name, values);
  }
}

}  // namespace detail

// Tensors one behind the other along a dim, the first by default; their other extents are equal. A std::vector of tensors likewise.
//   concatenate(std::tuple{a, b}, dim<0>): T[m,k], T[n,k] -> T[m+n,k]
template <tensor_like... A, int D = 0>
FUNCTRA_INLINE auto concatenate(const std::tuple<A...>& a, dim_t<D> = {}) {
  static_assert(sizeof...(A) > 0, "[concatenate] at least one operand is required");
  constexpr int R = detail::rank_of<nth_type<0, A...>>;
  static_assert(D < R && D >= -R, "[concatenate] the dim must lie within the rank; stack(...) joins along a new dim");
  constexpr int d = wrap_dim(D, R);
  static_assert(detail::joinable<d, detail::extents_t<A>...>(),
                "[concatenate] operands must have the same rank, and equal extents in the other dims");
  using T = detail::joined_dtype<A...>;
  return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
    return detail::concatenate_values<d>(detail::joined_operand<T>(nth<i>(a))...);
  }(ints<sizeof...(A)>);
}
template <tensor_like A, int D = 0>
auto concatenate(const std::vector<A>& a, dim_t<D> = {}) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[concatenate] the dim must lie within the rank; stack(...) joins along a new dim");
  return detail::join_vector<wrap_dim(D, R), false>("concatenate", a);
}

// Tensors of equal extents side by side along a new dim, the first by default. A std::vector of tensors likewise.
//   stack(std::tuple{a, b}, dim<0>): T[n], T[n] -> T[2,n]
template <operand... A, int D = 0>
FUNCTRA_INLINE auto stack(const std::tuple<A...>& a, dim_t<D> = {}) {
  static_assert(sizeof...(A) > 0, "[stack] at least one operand is required");
  constexpr int R = detail::rank_of<nth_type<0, A...>> + 1;
  static_assert(D < R && D >= -R, "[stack] the new dim must lie within the rank of the result");
  static_assert(detail::joinable<-1, detail::extents_t<A>...>(), "[stack] operands must have equal extents");
  using T = detail::joined_dtype<A...>;
  return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
    return detail::stack_values<wrap_dim(D, R)>(detail::joined_operand<T>(nth<i>(a))...);
  }(ints<sizeof...(A)>);
}
template <tensor_like A, int D = 0>
auto stack(const std::vector<A>& a, dim_t<D> = {}) {
  constexpr int R = detail::rank_of<A> + 1;
  static_assert(D < R && D >= -R, "[stack] the new dim must lie within the rank of the result");
  return detail::join_vector<wrap_dim(D, R), true>("stack", a);
}

// N equal parts along a dim, as a std::tuple.   split<3>(x, dim<0>): T[3n,k] -> T[n,k], T[n,k], T[n,k]
// Throws where the extent is not divisible by N. Costs O(1) on large tensors, which share storage with the parts.
template <int N, tensor_like A, int D = 0>
FUNCTRA_INLINE auto split(const A& a, dim_t<D> = {}) {
  constexpr int R = detail::rank_of<A>;
  static_assert(N > 0, "[split] the number of parts must be positive");
  static_assert(D < R && D >= -R, "[split] the dim must lie within the rank");
  constexpr int d = wrap_dim(D, R);
  const auto& v = detail::as_value(a);
  using X = detail::extents_t<A>;
  constexpr index_t given = X::static_extent(d);
  static_assert(is_dynamic(given) || given % N == 0, "[split] the extent must be divisible by the number of parts");
  using Part = insert_extent<erase_extent<X, d>, d, (is_dynamic(given) ? dyn : given / N)>;
  if (v.extent(d) % N != 0) fail("split", "the extent must be divisible by the number of parts ", N, ", got ", v.extent(d));
  const index_t length = v.extent(d) / N;
  const auto part = [&](index_t k) FUNCTRA_INLINE_LAMBDA {
    rules::slice_window<R> w;
    index_t n[array_size(R)];
    for (int i = 0; i < R; ++i) {
      w.start[i] = i == d ? k * length : 0;
      w.step[i] = 1;
      n[i] = i == d ? length : v.extent(i);
    }
    return bind(rules::slice<R, 0U, Part>{{}, w, Part::from(n)}, v);
  };
  return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA { return std::tuple<decltype(part(k))...>{part(k)...}; }(ints<N>);
}

}  // namespace functra
