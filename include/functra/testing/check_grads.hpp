// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "functra/functions/random.hpp"
#include "functra/tensor/print.hpp"
#include "functra/transforms/jvp.hpp"
#include "functra/transforms/vjp.hpp"

//  Derivatives against central differences. With n = (f(x + h t) - f(x - h t)) / 2h along a random direction t and a random
//  cotangent w, h near the cube root of the rounding error,
//
//    forward mode     jvp: J t = n, element by element
//    reverse mode     vjp: <J^T w, t> = <w, n>
//    second order     the same for the gradient x -> J(x)^T w in place of f
namespace functra {

namespace detail::gradcheck {

// All floating-point elements of a tree in a row, and how many there are before each leaf.
struct numbers {
  std::vector<double> x;
  std::vector<std::size_t> leaves;
  bool single = false;  // some are floats

  std::string place(std::size_t i) const {
    std::size_t leaf = 0;
    while (leaf + 1 < leaves.size() && leaves[leaf + 1] <= i) ++leaf;
    const std::string element = "element " + std::to_string(i - leaves[leaf]);
    return leaves.size() == 1 ? element + " of the output" : element + " of output " + std::to_string(leaf);
  }
};
template <class A>
numbers numbers_of(const A& tree) {
  numbers n;
  tree_for_each(
      [&]<class V>(const V& v) {
        static_assert(level_of<V> == 0, "[check_grads] plain arguments are required, got a traced value");
        if constexpr (floating_leaf<V>) {
          n.leaves.push_back(n.x.size());
          n.single |= std::is_same_v<dtype_of<V>, float>;
          for (index_t i = 0; i < v.size(); ++i) n.x.push_back(static_cast<double>(v.data()[i]));
        }
      },
      tree);
  return n;
}

// A tree of random numbers like another, larger where that is large.
template <class A>
auto random_like(const A& tree, Key& key) {
  return tree_map(
      [&]<class V>(const V& v) {
        if constexpr (!floating_leaf<V>) return v;
        else {
          key = fold_in(key, 0);
          V t = normal<dtype_of<V>>(key, v.get_extents());
          for (index_t i = 0; i < t.size(); ++i) t.mutable_data()[i] *= std::max(dtype_of<V>(1), std::abs(v.data()[i]));
          return t;
        }
      },
      tree);
}
template <class A>
A moved(const A& x, const A& direction, double by) {
  return tree_map(
      [by]<class V>(const V& v, const V& t) {
        V y = v;
        if constexpr (floating_leaf<V>)
          for (index_t i = 0; i < y.size(); ++i) y.mutable_data()[i] += static_cast<dtype_of<V>>(by) * t.data()[i];
        return y;
      },
      x, direction);
}

inline double inner(const std::vector<double>& a, const std::vector<double>& b) {
  double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += a[i] * b[i];
  return s;
}

// The central differences of an output, and the error that each may have.
struct differences {
  numbers slope;
  std::vector<double> allowed;
};
inline differences central_differences(const numbers& plus, const numbers& minus, double step, double tolerance, double rounding) {
  differences d{plus, {}};
  for (std::size_t i = 0; i < plus.x.size(); ++i) {
    d.slope.x[i] = (plus.x[i] - minus.x[i]) / (2 * step);
    d.allowed.push_back(tolerance * (1 + std::abs(d.slope.x[i])) + 8 * rounding * std::abs(plus.x[i]) / step);
  }
  return d;
}

[[noreturn]] inline void report(const char* mode, int order, const std::string& what, double derivative, double difference, double allowed) {
  fail("check_grads", mode, ", order ", order, ": ", what, " is ", scalar_text(derivative), ", but central differences give ",
       scalar_text(difference), ", which differs by ", scalar_text(std::abs(derivative - difference)), " and may by ", scalar_text(allowed),
       "; check the derivative rules of f, and that f is smooth near its arguments");
}
inline void compare_forward(const numbers& tangent, const differences& d, int order) {
  if (tangent.x.size() != d.slope.x.size())
    fail("check_grads", "jvp, order ", order, ": the tangent has ", tangent.x.size(), " elements and the output ", d.slope.x.size());
  for (std::size_t i = 0; i < d.allowed.size(); ++i)
    if (!(std::abs(tangent.x[i] - d.slope.x[i]) <= d.allowed[i]))
      report("jvp", order, "the tangent of " + d.slope.place(i), tangent.x[i], d.slope.x[i], d.allowed[i]);
}
inline void compare_reverse(const numbers& gradient, const numbers& direction, const numbers& cotangent, const differences& d, int order) {
  if (gradient.x.size() != direction.x.size())
    fail("check_grads", "vjp, order ", order, ": the gradients have ", gradient.x.size(), " elements and the arguments ", direction.x.size());
  double allowed = 0;
  for (std::size_t i = 0; i < d.allowed.size(); ++i) allowed += std::abs(cotangent.x[i]) * d.allowed[i];
  const double derivative = inner(gradient.x, direction.x), difference = inner(cotangent.x, d.slope.x);
  if (!(std::abs(derivative - difference) <= allowed))
    report("vjp", order, "the derivative of a random combination of outputs in a random direction", derivative, difference, allowed);
}

template <class F, class... X>
void check_first_order(const F& f, const std::tuple<X...>& x, int order, double tolerance) {
  Key key(static_cast<std::uint64_t>(order));
  const auto call = [&](const auto& at) { return std::apply([&](const auto&... a) { return settle<true>(f(a...)); }, at); };
  for (int repeat = 0; repeat < 2; ++repeat) {
    const auto direction = random_like(x, key);
    const auto [output, tangent] = jvp(f, x, direction);
    const auto cotangent = random_like(settle<true>(output), key);
    const numbers t = numbers_of(direction);
    const bool single = t.single || numbers_of(cotangent).single;
    const double rounding = single ? 0x1p-23 : 0x1p-52, step = std::cbrt(rounding), usual = single ? 1e-2 : 1e-6;
    const differences d = central_differences(numbers_of(call(moved(x, direction, step))), numbers_of(call(moved(x, direction, -step))), step,
                                              tolerance > 0 ? tolerance : usual, rounding);
    compare_forward(numbers_of(settle<true>(tangent)), d, order);
    const auto pulled = std::apply([&](const auto&... a) { return vjp(f, a...); }, x);
    compare_reverse(numbers_of(pulled.vjp_fn(cotangent)), t, numbers_of(cotangent), d, order);
  }
}

template <class F, class W>
struct gradient_of {
  F f;
  W cotangent;
  template <class... X>
  auto operator()(const X&... x) const {
    return vjp(f, x...).vjp_fn(cotangent);
  }
};
template <class F, class... X>
void check_second_order(const F& f, const std::tuple<X...>& x, double tolerance) {
  Key key(0);
  auto w = random_like(std::apply([&](const auto&... a) { return settle<true>(f(a...)); }, x), key);
  check_first_order(gradient_of<F, decltype(w)>{f, std::move(w)}, x, 2, tolerance);
}

// f with the arguments that are not differentiated, tensors of integers and booleans, held fixed.
template <class X>
inline constexpr bool is_fixed = false;
template <value X>
inline constexpr bool is_fixed<X> = !floating_leaf<X>;

template <class F, class... X>
struct with_fixed {
  F f;
  std::tuple<X...> x;
  static constexpr int position(int i) {
    constexpr bool fixed[] = {is_fixed<X>...};
    int k = 0;
    for (int j = 0; j < i; ++j) k += !fixed[j];
    return k;
  }
  template <class... A>
  auto operator()(const A&... a) const {
    const auto given = std::tie(a...);
    return [&]<int... i>(std::integer_sequence<int, i...>) { return f(argument<i>(given)...); }(ints<sizeof...(X)>);
  }
  template <int I, class G>
  const auto& argument(const G& given) const {
    if constexpr (is_fixed<nth_type<I, X...>>) return nth<I>(x);
    else return nth<position(I)>(given);
  }
};

// Calls check with a function and the tuple of its arguments, all of them differentiable.
template <class F, class A, class Check>
void with_differentiable(const F& f, const A& args, const Check& check) {
  std::apply(
      [&]<class... X>(const X&... x) {
        if constexpr ((!is_fixed<X> && ...)) check(f, std::tuple<X...>(x...));
        else
          check(with_fixed<F, X...>{f, {x...}}, std::tuple_cat([](const auto& a) {
                  using Arg = std::remove_cvref_t<decltype(a)>;
                  if constexpr (is_fixed<Arg>) return std::tuple<>{};
                  else return std::tuple<Arg>{a};
                }(x)...));
      },
      settle<true>(args));
}

}  // namespace detail::gradcheck

// Throws functra::error with a report where jvp or vjp of f at the arguments disagree with central differences.
//   check_grads(f, std::tuple{x, y})                 first derivatives
//   check_grads(f, std::tuple{x, y}, 2)              order 2: those of the gradient as well, forward and reverse over reverse
//   check_grads(f, std::tuple{x, y}, 2, 1e-4)        the tolerance, relative to 1 + |derivative|; usually 1e-6, for float 0.01
// f may return a tree, and the arguments are trees; tensors of integers and booleans are held fixed. f should be smooth within
// 1e-5 (float: 5e-3) of the arguments, relative to their size.
template <class F, class... A>
void check_grads(const F& f, const std::tuple<A...>& args) {
  detail::gradcheck::with_differentiable(f, args, [](const auto& g, const auto& x) { detail::gradcheck::check_first_order(g, x, 1, 0); });
}
template <class F, class... A>
void check_grads(const F& f, const std::tuple<A...>& args, int order, double tolerance = 0) {
  if (order != 1 && order != 2) fail("check_grads", "order 1 or 2 is required, got ", order);
  detail::gradcheck::with_differentiable(f, args, [&](const auto& g, const auto& x) {
    detail::gradcheck::check_first_order(g, x, 1, tolerance);
    if (order == 2) detail::gradcheck::check_second_order(g, x, tolerance);
  });
}

}  // namespace functra
