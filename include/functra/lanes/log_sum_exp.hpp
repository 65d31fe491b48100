// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/fold.hpp"
#include "functra/lanes/math.hpp"

// log(sum(e^x)) and e^x / sum(e^x) of one line of numbers, without overflow: the greatest is taken out first. Elements that are
// -inf weigh nothing, and a line of them gives -inf and zeros.
namespace functra::lanes {

namespace detail {

// What to take out of the exponents: the greatest, where it is finite.
template <class L>
FUNCTRA_INLINE L finite_or_zero(const L& greatest) {
  return select(isfinite(greatest), greatest, L(0));
}

// A line with `get(i)` and `put(i, y)`, one lane or many wide.
template <class L, class Line>
FUNCTRA_INLINE L greatest_of_line(const Line& x, index_t n) {
  using S = lane_value_t<L>;
  L m(-std::numeric_limits<S>::infinity());
  for (index_t i = 0; i < n; ++i) m = max(m, x.get(i));
  return finite_or_zero(m);
}
template <class L, class Line>
FUNCTRA_INLINE L log_sum_exp_of_line(const Line& x, index_t n) {
  const L m = greatest_of_line<L>(x, n);
  L sum(lane_value_t<L>(0));
  for (index_t i = 0; i < n; ++i) sum = sum + exp(x.get(i) - m);
  return log(sum) + m;
}
// Gives log(sum(e^x)), too.
template <class L, class Line>
FUNCTRA_INLINE L softmax_of_line(const Line& x, index_t n) {
  using S = lane_value_t<L>;
  const L m = greatest_of_line<L>(x, n);
  L sum(S(0));
  for (index_t i = 0; i < n; ++i) {
    const L e = exp(x.get(i) - m);
    x.put(i, e);
    sum = sum + e;
  }
  const L factor = select(sum == L(S(0)), L(S(0)), L(S(1)) / sum);
  for (index_t i = 0; i < n; ++i) x.put(i, x.result(i) * factor);
  return log(sum) + m;
}

// A line of elements that are computed with as they are.
template <class T>
struct element_line {
  const T* from;
  T* to;
  index_t stride;
  FUNCTRA_INLINE T get(index_t i) const { return from[i * stride]; }
  FUNCTRA_INLINE T result(index_t i) const { return to[i * stride]; }
  FUNCTRA_INLINE void put(index_t i, const T& y) const { to[i * stride] = y; }
};
// `count` lines of scalars side by side, one in each lane.
template <class T, int W>
struct side_by_side {
  const T* from;
  T* to;
  index_t stride;
  int count;
  using P = pack<T, W>;
  FUNCTRA_INLINE P get(index_t i) const {
    return count == W ? P::load(from + i * stride) : P::load_partial(from + i * stride, count);
  }
  FUNCTRA_INLINE P result(index_t i) const {
    return count == W ? P::load(to + i * stride) : P::load_partial(to + i * stride, count);
  }
  FUNCTRA_INLINE void put(index_t i, const P& y) const {
    if (count == W) y.store(to + i * stride);
    else y.store_partial(to + i * stride, count);
  }
};

// The exponentials of a row of neighbours, W at a time: visit(i, e, count). Lanes beyond `count` are 0. Gives their sum.
template <class T, class Visit>
FUNCTRA_INLINE T for_each_exp(const T* x, index_t n, T m, const Visit& visit) {
  constexpr int w = width<T>;
  using P = pack<T, w>;
  P sum[2] = {P(T(0)), P(T(0))};
  index_t i = 0;
  for (; i + 2 * w <= n; i += 2 * w)
    for (int k = 0; k < 2; ++k) {
      const P e = exp(P::load(x + i + k * w) - P(m));
      visit(i + k * w, e, w);
      sum[k] = sum[k] + e;
    }
  for (; i < n; i += w) {
    const int count = n - i < w ? static_cast<int>(n - i) : w;
    const auto inside = pack<bool, w>::from_bits(pack<bool, w>::full >> (w - count));
    const P e = select(inside, exp(P::load_partial(x + i, count) - P(m)), P(T(0)));
    visit(i, e, count);
    sum[0] = sum[0] + e;
  }
  return reduce_add(sum[0] + sum[1]);
}
template <class T>
FUNCTRA_INLINE T greatest_of_row(const T* x, index_t n) {
  constexpr int w = width<T>;
  using P = pack<T, w>;
  if (n > w) return finite_or_zero(fold_row<fold_max>(x, n, 1));
  const auto inside = pack<bool, w>::from_bits(n > 0 ? pack<bool, w>::full >> (w - static_cast<int>(n)) : 0);
  return finite_or_zero(
      reduce_max(select(inside, P::load_partial(x, static_cast<int>(n)), P(-std::numeric_limits<T>::infinity()))));
}

// What one line, or several side by side, gave.
template <class T, class L, class Line>
FUNCTRA_INLINE void put_line(T* to, const L& y, const Line& line) {
  if constexpr (std::is_same_v<L, T>) *to = y;
  else y.store_partial(to, line.count);
}

// Calls on(line, lane, j) for each of the `after` lines of an array [n, after].
template <class T, class On>
FUNCTRA_INLINE void for_each_line(const T* from, T* to, index_t after, const On& on) {
  if constexpr (!std::is_arithmetic_v<T>)
    for (index_t j = 0; j < after; ++j) on(element_line<T>{from + j, to + j, after}, T{}, j);
  else {
    constexpr int w = width<T>;
    for (index_t j = 0; j < after; j += w)
      on(side_by_side<T, w>{from + j, to + j, after, after - j < w ? static_cast<int>(after - j) : w}, pack<T, w>{}, j);
  }
}

}  // namespace detail

// From an array [before, n, after], log(sum(e^x)) over the n: `sums` is [before, after].
template <class T>
void log_sum_exp(const T* from, T* sums, index_t before, index_t n, index_t after) {
  for (index_t o = 0; o < before; ++o, from += n * after, sums += after) {
    if constexpr (std::is_arithmetic_v<T>) {
      if (after == 1) {
        const T m = detail::greatest_of_row(from, n);
        *sums = log(detail::for_each_exp(from, n, m, [](index_t, const auto&, int) FUNCTRA_INLINE_LAMBDA {})) + m;
        continue;
      }
    }
    detail::for_each_line<T>(from, nullptr, after, [&]<class L>(const auto& line, const L&, index_t j) {
      detail::put_line(sums + j, detail::log_sum_exp_of_line<L>(line, n), line);
    });
  }
}

// From an array [before, n, after], e^x / sum(e^x) over the n, and log(sum(e^x)) where it is wanted (`sums` is not null).
template <class T>
void softmax(const T* from, T* to, T* sums, index_t before, index_t n, index_t after) {
  for (index_t o = 0; o < before; ++o, from += n * after, to += n * after) {
    T* const sums_here = sums ? sums + o * after : nullptr;
    if constexpr (std::is_arithmetic_v<T>) {
      if (after == 1) {
        const T m = detail::greatest_of_row(from, n);
        const auto keep = [&](index_t i, const auto& e, int count) FUNCTRA_INLINE_LAMBDA { e.store_partial(to + i, count); };
        const T sum = detail::for_each_exp(from, n, m, keep);
        const T factor = sum == T(0) ? T(0) : T(1) / sum;
        for (index_t i = 0; i < n; ++i) to[i] *= factor;
        if (sums_here) *sums_here = log(sum) + m;
        continue;
      }
    }
    detail::for_each_line<T>(from, to, after, [&]<class L>(const auto& line, const L&, index_t j) {
      const L sum = detail::softmax_of_line<L>(line, n);
      if (sums_here) detail::put_line(sums_here + j, sum, line);
    });
  }
}

}  // namespace functra::lanes
