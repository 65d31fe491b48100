// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"
#include "functra/transforms/vjp.hpp"
#include "functra/transforms/vmap.hpp"

// The laws that every operation obeys, for the tables of laws in the test tree. No check uses a derivative that it tests: what
// it compares with are long-double values, central differences, the loop over examples, and what transforms owe each other.
//
//   laws::run(laws::elementwise("exp", [](const auto& x) { return exp(x); }, [](auto x) { return std::exp(x); }, {-3, 3}));
//   laws::run("matmul", [](const auto& a, const auto& b) { return matmul(a, b); }, laws::sample<dyn, dyn>({-1, 1}, 2, 3), ...);
namespace laws {

using functra::dyn;
using functra::index_t;
using functra::Tensor;

// Where the elements of an operand are taken from.
struct domain {
  double low, high;
};

// ---- numbers ----

// A number in (0, 1) that looks random.
inline double noise(int stream, index_t i) {
  const double x = std::sin(12.9898 * static_cast<double>(i + 1) + 78.233 * static_cast<double>(stream + 1)) * 43758.5453;
  return x - std::floor(x);
}

template <class X>
X fill(X x, domain d, int stream) {
  using S = functra::dtype_of<X>;
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = static_cast<S>(d.low + (d.high - d.low) * noise(stream, i));
  return x;
}
// A tensor of doubles; the arguments are its dynamic extents.
template <index_t... E, class... N>
auto sample(domain d, int stream, N... n) {
  if constexpr (sizeof...(N) == 0) return fill(Tensor<double, E...>(), d, stream);
  else return fill(Tensor<double, E...>(functra::extents<E...>(n...)), d, stream);
}
template <class X>
X moved(X x, double h, const X& t) {
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] += h * t.data()[i];
  return x;
}

using numbers = std::vector<double>;

template <class V>
numbers flat(const V& v) {
  const auto t = functra::eval(v);
  numbers n;
  for (index_t i = 0; i < t.size(); ++i) n.push_back(static_cast<double>(t.data()[i]));
  return n;
}
template <class... V>
numbers flat(const std::tuple<V...>& t) {
  numbers n;
  const auto take = [&](const numbers& more) { n.insert(n.end(), more.begin(), more.end()); };
  std::apply([&](const auto&... v) { (take(flat(v)), ...); }, t);
  return n;
}

inline double inner(const numbers& a, const numbers& b) {
  long double s = 0;
  for (std::size_t i = 0; i < a.size(); ++i) s += static_cast<long double>(a[i]) * static_cast<long double>(b[i]);
  return static_cast<double>(s);
}
inline numbers difference_quotient(const numbers& up, const numbers& down, double h) {
  numbers q(up.size());
  for (std::size_t i = 0; i < up.size(); ++i) q[i] = (up[i] - down[i]) / (2 * h);
  return q;
}

// Fails where numbers differ by more than the tolerance, relative to those above 1. NaN agrees with NaN.
inline void agree(const std::string& law, const numbers& got, const numbers& expected, double tolerance) {
  INFO(law);
  REQUIRE(got.size() == expected.size());
  double worst = 0;
  std::size_t at = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (got[i] == expected[i] || (std::isnan(got[i]) && std::isnan(expected[i]))) continue;
    const double e = std::fabs(got[i] - expected[i]) / std::max(1.0, std::fabs(expected[i]));
    if (!(e <= worst)) {
      worst = std::isnan(e) ? std::numeric_limits<double>::infinity() : e;
      at = i;
    }
  }
  if (worst > tolerance) INFO("element " << at << ": got " << got[at] << ", expected " << expected[at]);
  CHECK(worst <= tolerance);
}

// ---- derivatives ----

inline constexpr double step = 1e-5;         // of central differences
inline constexpr double approximate = 2e-7;  // what they are good for
inline constexpr double rounding = 1e-11;    // the same number in two ways

template <class G>
auto as_tuple(const G& g) {
  if constexpr (functra::tensor_like<G>) return std::tuple{g};
  else return g;
}

// Directions of the size of a value, be it traced or not: the functions below need no state, which is quicker to compile.
template <class V>
auto direction(const V& v, int stream) {
  using X = functra::extents_of_value<functra::value_t<V>>;
  return fill(functra::tensor_of<double, X>(functra::uninitialized, v.get_extents()), {-1, 1}, stream);
}
template <class... X>
auto directions(const X&... x) {
  return [&]<int... i>(std::integer_sequence<int, i...>) { return std::tuple{direction(x, 40 + i)...}; }(functra::ints<sizeof...(X)>);
}

// <F(x...), w>
template <class F>
struct weighted {
  template <class... X>
  auto operator()(const X&... x) const {
    auto y = F{}(x...);
    const auto w = direction(y, 90);
    return sum(std::move(y) * w);
  }
};
// The gradient of G in all operands.
template <class G>
struct gradient_of {
  template <class... X>
  auto operator()(const X&... x) const {
    return [&]<int... i>(std::integer_sequence<int, i...>) { return as_tuple(functra::grad(G{}, functra::argnums<i...>)(x...)); }(functra::ints<sizeof...(X)>);
  }
};
// The derivative of F along directions.
template <class F>
struct pushed_along {
  template <class... X>
  auto operator()(const X&... x) const {
    return functra::jvp(F{}, std::tuple{x...}, directions(x...)).tangent;
  }
};
// The derivative of <F, w> along directions, by reverse mode.
template <class F>
struct slope_along {
  template <class... X>
  auto operator()(const X&... x) const {
    const auto g = gradient_of<weighted<F>>{}(x...);
    const auto v = directions(x...);
    return [&]<int... i>(std::integer_sequence<int, i...>) { return (sum(functra::nth<i>(g) * functra::nth<i>(v)) + ...); }(functra::ints<sizeof...(X)>);
  }
};

// f(x + h v), as numbers.
template <class F, class... X>
numbers moved_along(const F& f, double h, const X&... x) {
  return std::apply([&](const auto&... v) { return flat(f(moved(x, h, v)...)); }, directions(x...));
}
template <class F, class... X>
numbers central_difference(const F& f, const X&... x) {
  return difference_quotient(moved_along(f, step, x...), moved_along(f, -step, x...), step);
}

// jvp against central differences, and the adjoint identity <w, J v> = <J^T w, v>.
template <class F, class... X>
void check_first_derivative(const F& f, const X&... x) {
  const auto y = functra::eval(f(x...));
  const auto v = directions(x...);
  const auto w = direction(y, 90);
  const auto pushed = functra::jvp(f, std::tuple{x...}, v);
  agree("jvp has the value", flat(pushed.output), flat(y), rounding);
  agree("jvp is the derivative", flat(pushed.tangent), central_difference(f, x...), approximate);
  const auto pulled = functra::vjp(f, x...);
  const numbers slope = flat(as_tuple(pulled.vjp_fn(w)));
  agree("vjp has the value", flat(pulled.output), flat(y), rounding);
  agree("vjp is the adjoint of jvp", {inner(slope, flat(v))}, {inner(flat(w), flat(pushed.tangent))}, rounding);
  agree("grad is vjp", flat(gradient_of<weighted<F>>{}(x...)), slope, rounding);
}

// jvp of grad against central differences of grad.
template <class F, class... X>
void check_second_derivative(const F&, const X&... x) {
  const gradient_of<weighted<F>> slope;
  agree("jvp of grad is the second derivative", flat(functra::jvp(slope, std::tuple{x...}, directions(x...)).tangent),
        central_difference(slope, x...), approximate);
}

// The other ways to the second derivative.
template <class F, class... X>
void check_symmetry(const F&, const X&... x) {
  const numbers forward = flat(functra::jvp(gradient_of<weighted<F>>{}, std::tuple{x...}, directions(x...)).tangent);
  agree("grad of jvp is jvp of grad", flat(gradient_of<weighted<pushed_along<F>>>{}(x...)), forward, rounding);
  agree("grad of grad is jvp of grad", flat(gradient_of<slope_along<F>>{}(x...)), forward, rounding);
}

// ---- vmap ----

// Operand X with a batch axis of extent B in front, example i of it.
template <index_t B, class T, index_t... E>
Tensor<T, B, E...> stacked(const Tensor<T, E...>& x, domain d, int stream) {
  index_t n[sizeof...(E) + 1] = {5};
  for (int k = 0; k < x.rank(); ++k) n[k + 1] = x.extent(k);
  return fill(Tensor<T, B, E...>(functra::uninitialized, functra::extents<B, E...>::from(n)), d, stream);
}
template <class T, index_t B, index_t... E>
Tensor<T, E...> example(const Tensor<T, B, E...>& x, index_t i) {
  index_t n[sizeof...(E) + 1];
  for (int k = 0; k < x.rank(); ++k) n[k] = x.extent(k);
  Tensor<T, E...> e(functra::uninitialized, functra::extents<E...>::from(n + 1));
  std::copy_n(x.data() + i * e.size(), e.size(), e.mutable_data());
  return e;
}

template <unsigned Mask, class F, class X, class B, class Option>
void check_mapping(const F& f, const X& x, const B& batches, Option option) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto operand = [&](auto k) -> const auto& {
      if constexpr (((Mask >> k) & 1U) != 0) return functra::nth<k>(batches);
      else return functra::nth<k>(x);
    };
    numbers expected;
    for (index_t n = 0; n < 5; ++n) {
      const auto one = [&](auto k) {
        if constexpr (((Mask >> k) & 1U) != 0) return example(functra::nth<k>(batches), n);
        else return functra::nth<k>(x);
      };
      const numbers y = flat(f(one(functra::index_constant<i>)...));
      expected.insert(expected.end(), y.begin(), y.end());
    }
    const auto mapped = functra::vmap(f, functra::in_dims<(((Mask >> i) & 1U) != 0 ? 0 : functra::none)...>, option);
    agree("vmap is the loop", flat(mapped(operand(functra::index_constant<i>)...)), expected, rounding);
  }(functra::ints<std::tuple_size_v<X>>);
}

// vmap equals the loop over examples, whichever operands are mapped, in both lowerings.
template <class F, class... X>
void check_vmap(const F& f, const std::array<domain, sizeof...(X)>& domains, const X&... x) {
  [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto single = std::tuple{x...};
    const auto batches = std::tuple{stacked<dyn>(x, domains[static_cast<std::size_t>(i)], 60 + i)...};
    [&]<int... k>(std::integer_sequence<int, k...>) {
      (check_mapping<static_cast<unsigned>(k) + 1U>(f, single, batches, functra::lowering::batch_axis), ...);
      if constexpr ((functra::extents_of_value<X>::is_static && ...))
        (check_mapping<static_cast<unsigned>(k) + 1U>(f, single, batches, functra::lowering::lanes), ...);
    }(functra::ints<(1U << sizeof...(X)) - 1U>);
  }(functra::ints<sizeof...(X)>);
}

// ---- suites ----

// All laws of an operation of any kind, on operands of doubles.
template <class F, class... X>
void run(const char* name, const F& f, const X&... x) {
  INFO(name);
  check_first_derivative(f, x...);
  check_second_derivative(f, x...);
  check_symmetry(f, x...);
  std::array<domain, sizeof...(X)> domains;
  domains.fill({0.1, 0.9});
  check_vmap(f, domains, x...);
}

// A row of a table of elementwise laws: an operation, its value on long doubles, and where it is tested.
template <class F, class R, std::size_t N>
struct row {
  const char* name;
  F f;
  R reference;
  std::array<domain, N> domains;
};
template <class F, class R, std::size_t N>
auto elementwise(const char* name, F f, R reference, const domain (&domains)[N]) {
  return row<F, R, N>{name, f, reference, std::to_array(domains)};
}

template <class X, class Row>
auto operands(const Row& r, const X& like) {
  return [&]<int... i>(std::integer_sequence<int, i...>) { return std::tuple{fill(like, r.domains[static_cast<std::size_t>(i)], i)...}; }(functra::ints<std::tuple_size_v<decltype(r.domains)>>);
}

// The value against long double, within a few units of the last place.
template <class X, class Row>
void check_values(const Row& r, const X& like) {
  const auto x = operands(r, like);
  std::apply(
      [&](const auto&... v) {
        const auto y = functra::eval(r.f(v...));
        static_assert(std::is_same_v<functra::dtype_of<decltype(y)>, functra::dtype_of<X>>, "the dtype stays");
        numbers expected;
        for (index_t i = 0; i < like.size(); ++i) expected.push_back(static_cast<double>(r.reference(static_cast<long double>(v.data()[i])...)));
        agree("value", flat(y), expected, 8 * static_cast<double>(std::numeric_limits<functra::dtype_of<X>>::epsilon()));
      },
      x);
}

// The gradient of a float is a float, and that of the double within its precision.
template <class Row>
void check_float_gradient(const Row& r) {
  const Tensor<float, dyn> like(functra::extents<dyn>(9));
  const auto narrow = operands(r, like);
  const auto f = [&](const auto&... v) { return sum(r.f(v...)); };
  [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto g = as_tuple(functra::grad(f, functra::argnums<i...>)(functra::nth<i>(narrow)...));
    static_assert((std::is_same_v<functra::dtype_of<decltype(functra::nth<i>(g))>, float> && ...), "gradients have the dtype of their argument");
    const auto widened = [](const auto& x) {
      Tensor<double, dyn> w(functra::extents<dyn>(x.size()));
      for (index_t k = 0; k < x.size(); ++k) w(k) = static_cast<double>(x(k));
      return w;
    };
    agree("gradient of floats", flat(g), flat(as_tuple(functra::grad(f, functra::argnums<i...>)(widened(functra::nth<i>(narrow))...))), 1e-5);
  }(functra::ints<std::tuple_size_v<decltype(r.domains)>>);
}

template <class F, class R, std::size_t N>
void check_empty(const row<F, R, N>& r) {
  const Tensor<double, dyn> none;
  std::apply(
      [&](const auto&... v) {
        CHECK(functra::eval(r.f(v...)).size() == 0);
        CHECK(flat(gradient_of<weighted<F>>{}(v...)).empty());
      },
      operands(r, none));
}

// Elements that are packs: the value and the gradient are, lane by lane, those of numbers.
template <class Row>
void check_packs(const Row& r) {
  constexpr int lanes = 4;
  using pack = functra::lanes::pack<double, lanes>;
  const Tensor<double, 3> like;
  const auto shifted = [&](int lane) {
    return [&]<int... i>(std::integer_sequence<int, i...>) { return std::tuple{fill(like, r.domains[static_cast<std::size_t>(i)], 10 * lane + i)...}; }(functra::ints<std::tuple_size_v<decltype(r.domains)>>);
  };
  [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto together = [&](auto k) {
      Tensor<pack, 3> p;
      for (int lane = 0; lane < lanes; ++lane) {
        const auto x = shifted(lane);
        for (index_t e = 0; e < 3; ++e) p.mutable_data()[e].set(lane, functra::nth<k>(x)(e));
      }
      return p;
    };
    const auto f = [&](const auto&... v) { return sum(r.f(v...)); };
    const auto packed = std::tuple{together(functra::index_constant<i>)...};
    const auto y = functra::eval(r.f(functra::nth<i>(packed)...));
    const auto g = as_tuple(functra::grad(f, functra::argnums<i...>)(functra::nth<i>(packed)...));
    for (int lane = 0; lane < lanes; ++lane) {
      const auto x = shifted(lane);
      const auto pick = [&](const auto& t) {
        numbers n;
        for (index_t e = 0; e < 3; ++e) n.push_back(t.data()[e][lane]);
        return n;
      };
      agree("value of packs", pick(y), flat(r.f(functra::nth<i>(x)...)), rounding);
      const auto expected = as_tuple(functra::grad(f, functra::argnums<i...>)(functra::nth<i>(x)...));
      (agree("gradient of packs", pick(functra::nth<i>(g)), flat(functra::nth<i>(expected)), rounding), ...);
    }
  }(functra::ints<std::tuple_size_v<decltype(r.domains)>>);
}

// Second and third derivatives in one operand, on rank 0: central differences of the one below.
template <int I, class Row>
void check_higher_derivatives(const Row& r) {
  const auto first = functra::grad(r.f, functra::argnums<I>);
  const auto second = functra::grad(first, functra::argnums<I>);
  const auto third = functra::grad(second, functra::argnums<I>);
  const auto at = [&](const auto& f, double h) {
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      const auto operand = [&](auto k) {
        const domain d = r.domains[static_cast<std::size_t>(k)];
        return Tensor<double>(d.low + (d.high - d.low) * (0.43 + 0.14 * k) + (k == I ? h : 0));
      };
      return static_cast<double>(f(operand(functra::index_constant<i>)...).item());
    }(functra::ints<std::tuple_size_v<decltype(r.domains)>>);
  };
  agree("second derivative", {at(second, 0)}, {(at(first, step) - at(first, -step)) / (2 * step)}, approximate);
  agree("third derivative", {at(third, 0)}, {(at(second, step) - at(second, -step)) / (2 * step)}, approximate);
}

// All laws of an elementwise operation.
template <class F, class R, std::size_t N>
void run(const row<F, R, N>& r) {
  INFO(r.name);
  check_values(r, Tensor<double, dyn>(functra::extents<dyn>(37)));
  check_values(r, Tensor<float, dyn>(functra::extents<dyn>(37)));
  check_values(r, Tensor<double, 13>());
  check_values(r, Tensor<float, 13>());
  check_empty(r);
  check_packs(r);
  check_float_gradient(r);
  std::apply(
      [&](const auto&... x) {
        check_first_derivative(r.f, x...);
        check_second_derivative(r.f, x...);
      },
      operands(r, Tensor<double, dyn>(functra::extents<dyn>(11))));
  std::apply([&](const auto&... x) { check_first_derivative(r.f, x...); }, operands(r, Tensor<double, 5>()));
  functra::for_each_index(functra::ints<N>, [&](auto i) { check_higher_derivatives<i>(r); });
  std::apply([&](const auto&... x) { check_vmap(r.f, r.domains, x...); }, operands(r, Tensor<double, 3>()));
}

}  // namespace laws
