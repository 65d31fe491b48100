// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/cast.hpp"
#include "functra/primitives/update.hpp"

//  flip       y_i = x_{n-1-i} along the dims of Mask; its own transpose
//  roll       y_{(i + shift) mod n} = x_i along dim D; its transpose rolls back
//  jvp        the same of x'                    derived: linear
//  batch      the dims move up by one
//  pad, tile  compositions: embed or set_at in a constant; broadcast and reshape
namespace functra {

namespace rules {

template <unsigned Mask>
struct flip : linear<flip<Mask>> {
  static constexpr char name[] = "flip";
  static constexpr bool is_view = true;

  template <class V>
  FUNCTRA_INLINE auto eval(const V& v) const {
    using X = extents_of_value<V>;
    index_t s[array_size(X::R)], offset = 0;
    functra::detail::strides_of(v, s);
    for (int d = 0; d < X::R; ++d)
      if ((Mask >> d) & 1U) {
        if (v.extent(d) > 0) offset += (v.extent(d) - 1) * s[d];
        s[d] = -s[d];
      }
    return functra::detail::restrided(v, v.size() > 0 ? offset : 0, X::from(v.shape().data()), s);
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(flip<Mask>{}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(flip<(Mask << 1)>{}, v);
  }
};

template <int D>
struct roll : linear<roll<D>> {
  static constexpr char name[] = "roll";
  index_t shift;

  template <class V>
  auto eval(const V& v) const {
    using T = element_of<V>;
    const auto& x = functra::detail::contiguous(v);
    tensor_of<T, extents_of_value<V>> out(uninitialized, x.get_extents());
    if (out.size() == 0) return out;
    const auto l = functra::detail::lines_along<D>(x.get_extents());
    const index_t line = l.n * l.after, cut = ((shift % l.n + l.n) % l.n) * l.after;
    const T* from = x.data();
    T* to = out.mutable_data();
    for (index_t o = 0; o < l.before; ++o, from += line, to += line) {
      for (index_t i = 0; i < line - cut; ++i) to[cut + i] = from[i];
      for (index_t i = 0; i < cut; ++i) to[i] = from[line - cut + i];
    }
    return out;
  }
  template <class C, class V>
  auto transpose(const C& c, const V&) const {
    return bind(roll<D>{{}, -shift}, c);
  }
  template <unsigned, class V>
  auto batch(const V& v) const {
    return bind(roll<D + 1>{{}, shift}, v);
  }
};

}  // namespace rules

// The elements in reverse order along all dims, or some.   flip(x, dim<0>): T[m,n] -> T[m,n]
// Costs O(1) on large tensors, which share storage with the result.
template <tensor_like A, detail::reduction_option... O>
FUNCTRA_INLINE auto flip(const A& a, O...) {
  static_assert(detail::valid_options<A, O...> && !detail::option_keep<O...>, "[flip] dims must lie within the rank, each once");
  return bind(rules::flip<detail::option_mask<A, O...>>{}, detail::as_value(a));
}

// The elements moved on by `shift` places along a dim; what leaves at the end comes in at the start. Without a dim, in row-major
// order.   roll(x, 1, dim<0>): T[m,n] -> T[m,n]
template <tensor_like A, int D>
auto roll(const A& a, index_t shift, dim_t<D>) {
  constexpr int R = detail::rank_of<A>;
  static_assert(D < R && D >= -R, "[roll] the dim must lie within the rank");
  return bind(rules::roll<wrap_dim(D, R)>{{}, shift}, detail::as_value(a));
}
template <tensor_like A>
auto roll(const A& a, index_t shift) {
  const auto& v = detail::as_value(a);
  using X = detail::extents_t<A>;
  return detail::reshaped(bind(rules::roll<0>{{}, shift}, flatten(v)), X::from(v.shape().data()));
}

namespace detail {
struct zero_pad {};

// v in the midst of extents Y that hold `value`, from `start` on.
template <class Y, class V, class S>
auto padded(const V& v, const Y& y, const index_t* start, const S& value) {
  using T = dtype_of<V>;
  rules::slice_window<Y::R> w;
  for (int d = 0; d < Y::R; ++d) {
    w.start[d] = start[d];
    w.step[d] = 1;
  }
  if constexpr (std::is_same_v<S, zero_pad>) return bind(rules::embed<Y::R, 0U, Y>{{}, w, y}, v);
  else {
    const auto around = [&] {
      if constexpr (std::is_arithmetic_v<S>) return Tensor<T>(static_cast<T>(value));
      else return eval(cast<T>(as_value(value)));
    }();
    static_assert(extents_of_value<decltype(around)>::R == 0, "[pad] the value must have rank 0");
    using X = extents_of_value<V>;
    return bind(rules::update<Y::R, 0U, X, false>{{}, w, X::from(v.shape().data())}, bind(rules::broadcast<Y>{{}, y}, around), v);
  }
}

template <std::size_t N, class A, class S>
auto pad_dynamic(const A& a, const std::pair<index_t, index_t> (&widths)[N], const S& value) {
  constexpr int R = rank_of<A>;
  static_assert(N == R, "[pad] one pair {before, after} for each dim is required");
  const auto& v = as_value(a);
  index_t start[N], n[N];
  for (int d = 0; d < R; ++d) {
    const auto& [before, after] = widths[d];
    if (before < 0 || after < 0) fail("pad", "widths must not be negative, got {", before, ", ", after, "}; at(x, range(first, last)) takes a part");
    start[d] = before;
    n[d] = before + v.extent(d) + after;
  }
  using Y = dynamic_extents<R>;
  return padded(v, Y::from(n), start, value);
}
template <index_t... W, class A, class S>
auto pad_static(const A& a, const S& value) {
  using X = extents_t<A>;
  static_assert(sizeof...(W) == 2 * X::R, "[pad] two widths, before and after, for each dim are required");
  static_assert(((W >= 0) && ...), "[pad] widths must not be negative; at(x, range_c<first, last>{}) takes a part");
  static constexpr index_t widths[] = {W...};
  using Y = extents_of<X::R, [] {
    static_shape<X::R> s{};
    for (int d = 0; d < X::R; ++d) s[d] = is_dynamic(X::static_extent(d)) ? dyn : X::static_extent(d) + widths[2 * d] + widths[2 * d + 1];
    return s;
  }()>;
  const auto& v = as_value(a);
  index_t start[array_size(X::R)], n[array_size(X::R)];
  for (int d = 0; d < X::R; ++d) {
    start[d] = widths[2 * d];
    n[d] = v.extent(d) + widths[2 * d] + widths[2 * d + 1];
  }
  return padded(v, Y::from(n), start, value);
}

// x repeated n[i] times along each dim; both are aligned at the last dim.
template <class Y, class V>
auto tiled(const V& v, const index_t* repeats, int count) {
  using X = extents_of_value<V>;
  // [a, b] -> [1, a, 1, b] -> [r, a, s, b] -> [r a, s b]
  using Split = extents_of<2 * Y::R, [] {
    static_shape<2 * Y::R> s{};
    for (int d = 0; d < Y::R; ++d) {
      const int k = d - (Y::R - X::R);
      s[2 * d] = 1;
      s[2 * d + 1] = k < 0 ? 1 : X::static_extent(k);
    }
    return s;
  }()>;
  using Wide = extents_of<2 * Y::R, [] {
    static_shape<2 * Y::R> s{};
    for (int d = 0; d < Y::R; ++d) {
      const int k = d - (Y::R - X::R);
      s[2 * d + 1] = k < 0 ? 1 : X::static_extent(k);
      s[2 * d] = is_dynamic(Y::static_extent(d)) || s[2 * d + 1] <= 0 ? dyn : Y::static_extent(d) / s[2 * d + 1];
    }
    return s;
  }()>;
  index_t split[2 * Y::R], wide[2 * Y::R], n[Y::R];
  for (int d = 0; d < Y::R; ++d) {
    const int k = d - (Y::R - X::R), r = d - (Y::R - count);
    split[2 * d] = 1;
    split[2 * d + 1] = wide[2 * d + 1] = k < 0 ? 1 : v.extent(k);
    wide[2 * d] = r < 0 ? 1 : repeats[r];
    n[d] = wide[2 * d] * wide[2 * d + 1];
  }
  return reshaped(bind(rules::broadcast<Wide>{{}, Wide::from(wide)}, reshaped(v, Split::from(split))), Y::from(n));
}
}  // namespace detail

// The tensor with `before` and `after` elements of a value (0 by default) around it in each dim.
//   pad(x, {{1, 2}, {0, 3}}): T[m,n] -> T[m+3,n+3]      pad(x, {{1, 1}}, -1.0): T[n] -> T[n+2]
//   pad<1, 2, 0, 3>(x): the same with static extents
template <tensor_like A, std::size_t N>
auto pad(const A& a, const std::pair<index_t, index_t> (&widths)[N]) {
  return detail::pad_dynamic(a, widths, detail::zero_pad{});
}
template <tensor_like A, std::size_t N, operand S>
auto pad(const A& a, const std::pair<index_t, index_t> (&widths)[N], const S& value) {
  return detail::pad_dynamic(a, widths, value);
}
template <index_t... W, tensor_like A>
  requires(sizeof...(W) > 0)
auto pad(const A& a) {
  return detail::pad_static<W...>(a, detail::zero_pad{});
}
template <index_t... W, tensor_like A, operand S>
  requires(sizeof...(W) > 0)
auto pad(const A& a, const S& value) {
  return detail::pad_static<W...>(a, value);
}

// The tensor repeated along its dims, aligned at the last, as numpy's tile.
//   tile(x, 2): T[m,n] -> T[m,2n]     tile(x, 2, 3): T[n] -> T[2,3n]     tile<2, 3>(x): the same with static extents
template <tensor_like A, class... N>
  requires(sizeof...(N) > 0 && (std::integral<N> && ...))
auto tile(const A& a, N... n) {
  constexpr int R = detail::rank_of<A>, count = sizeof...(N);
  const index_t repeats[] = {static_cast<index_t>(n)...};
  for (const index_t r : repeats)
    if (r < 0) fail("tile", "repeats must not be negative, got ", r);
  return detail::tiled<dynamic_extents<(R > count ? R : count)>>(detail::as_value(a), repeats, count);
}
template <index_t... N, tensor_like A>
  requires(sizeof...(N) > 0)
auto tile(const A& a) {
  using X = detail::extents_t<A>;
  static_assert(((N >= 0) && ...), "[tile] repeats must not be negative");
  static constexpr index_t repeats[] = {N...};
  constexpr int count = sizeof...(N), R = X::R > count ? X::R : count;
  using Y = extents_of<R, [] {
    static_shape<R> s{};
    for (int d = 0; d < R; ++d) {
      const index_t x = d - (R - X::R) < 0 ? 1 : X::static_extent(d - (R - X::R)), n = d - (R - count) < 0 ? 1 : repeats[d - (R - count)];
      s[d] = is_dynamic(x) ? dyn : x * n;
    }
    return s;
  }()>;
  return detail::tiled<Y>(detail::as_value(a), repeats, count);
}

}  // namespace functra
