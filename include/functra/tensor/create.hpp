// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "functra/tensor/tensor.hpp"

// Tensors from extents and values, and from the containers of the standard library.
namespace functra {

namespace detail {

// ---- extents as arguments: zeros(2, 3), zeros(extents<dyn, 4>(n)), zeros(x.shape()) ----

template <class S>
inline constexpr bool is_shape = false;
template <index_t... E>
inline constexpr bool is_shape<extents<E...>> = true;
template <std::size_t R>
inline constexpr bool is_shape<std::array<index_t, R>> = true;

// What names extents: integers, for dynamic ones; or one `extents`, or one array of them.
template <class... S>
concept extents_args = (std::integral<S> && ...) || (sizeof...(S) == 1 && (is_shape<S> && ...));

template <std::integral... N>
constexpr auto extents_from_args(N... n) {
  using X = dynamic_extents<static_cast<int>(sizeof...(N))>;
  if constexpr (sizeof...(N) == 0) return X{};
  else return X(n...);
}
template <index_t... E>
constexpr auto extents_from_args(const extents<E...>& x) {
  return x;
}
template <std::size_t R>
constexpr auto extents_from_args(const std::array<index_t, R>& shape) {
  return dynamic_extents<static_cast<int>(R)>::from(shape.data());
}
template <class T, class... S>
using tensor_from_args = tensor_of<T, decltype(extents_from_args(std::declval<const S&>()...))>;

template <class T, class V, class X>
auto filled(V value, const X& x) {
  tensor_of<T, X> t(uninitialized, x);
  std::fill_n(t.mutable_data(), t.size(), static_cast<T>(value));
  return t;
}

// ---- nested containers ----

template <class V>
struct nested_vector {
  using element = V;
  static constexpr int rank = 0;
};
template <class V, class A>
struct nested_vector<std::vector<V, A>> {
  using element = typename nested_vector<V>::element;
  static constexpr int rank = 1 + nested_vector<V>::rank;
};

template <class T, int R, class L>
auto from_nested(const L& list) {
  using X = dynamic_extents<R>;
  index_t shape[array_size(R)];
  list_shape<R>(list, shape);
  tensor_of<T, X> t(uninitialized, X::from(shape));
  list_copy<R>(list, t.mutable_data());
  return t;
}

}  // namespace detail

// A tensor whose elements are all `value`.
//   full<T>(value, n...)                 T[n...], dynamic
//   full<T>(value, extents<dyn, 4>(n))   T[n,4], as the extents say
//   full<T>(value, x.shape())            T[x...], dynamic
// zeros and ones take the same extents; T is double unless named. Throws where an extent is negative.
template <class T = double, detail::arithmetic V, class... S>
  requires(detail::extents_args<S...>)
auto full(V value, const S&... n) {
  return detail::filled<T>(value, detail::extents_from_args(n...));
}
template <class T = double, class... S>
  requires(detail::extents_args<S...>)
auto zeros(const S&... n) {
  return full<T>(T(0), n...);
}
template <class T = double, class... S>
  requires(detail::extents_args<S...>)
auto ones(const S&... n) {
  return full<T>(T(1), n...);
}

// The identity matrix.   eye<T>(n): T[n,n], dynamic;   eye<T, 3>(): T[3,3], static
template <class T = double>
Tensor<T, dyn, dyn> eye(index_t n) {
  auto t = zeros<T>(n, n);
  T* p = t.mutable_data();
  for (index_t i = 0; i < n; ++i) p[i * n + i] = T(1);
  return t;
}
template <class T, index_t N>
Tensor<T, N, N> eye() {
  return eye<T>(N);
}

// start, start + step, ... up to stop, which is left out.
//   arange<T>(n)    T[n]        arange<T>(start, stop, step)    T[ceil((stop - start) / step)]
// Throws where the step is zero, or the number of elements is not finite.
template <class T = double, detail::arithmetic A, detail::arithmetic B, detail::arithmetic S = int>
Tensor<T, dyn> arange(A start, B stop, S step = 1) {
  using W = std::conditional_t<(std::integral<A> && std::integral<B> && std::integral<S>), index_t, double>;
  const W a = static_cast<W>(start), d = static_cast<W>(step), length = static_cast<W>(stop) - a;
  if (d == 0) fail("arange", "the step must not be zero");
  index_t n = 0;
  if constexpr (std::integral<W>) n = length / d + (length % d != 0 && (length < 0) == (d < 0));
  else {
    const double count = std::ceil(length / d);
    if (!(count < 9e18)) fail("arange", "a finite number of elements is required, got ", count);
    n = count > 0 ? static_cast<index_t>(count) : 0;
  }
  Tensor<T, dyn> t(uninitialized, extents<dyn>(n > 0 ? n : 0));
  T* p = t.mutable_data();
  for (index_t i = 0; i < t.size(); ++i) p[i] = static_cast<T>(a + static_cast<W>(i) * d);
  return t;
}
template <class T = double, detail::arithmetic B>
Tensor<T, dyn> arange(B stop) {
  return arange<T>(B(0), stop, 1);
}

// n numbers from a to b in equal steps, both ends included.   linspace<T>(a, b, n): T[n]
template <class T = double, detail::arithmetic A, detail::arithmetic B>
Tensor<T, dyn> linspace(A a, B b, index_t n) {
  static_assert(std::is_floating_point_v<T>, "[linspace] a floating-point dtype is required; use arange for integers");
  Tensor<T, dyn> t(uninitialized, extents<dyn>(n));
  T* p = t.mutable_data();
  const double first = static_cast<double>(a), last = static_cast<double>(b), step = n > 1 ? (last - first) / static_cast<double>(n - 1) : 0;
  for (index_t i = 0; i < n; ++i) p[i] = static_cast<T>(first + static_cast<double>(i) * step);
  if (n > 1) p[n - 1] = static_cast<T>(last);
  return t;
}

// A tensor of the elements in nested lists, of rank 1 to 3.
//   tensor({1.0, 2.0})    f64[2]        tensor({{1, 2}, {3, 4}, {5, 6}})    i32[3,2]
// Extents are dynamic. Throws where inner lists differ in length.
template <detail::arithmetic T>
Tensor<T, dyn> tensor(std::initializer_list<T> list) {
  return detail::from_nested<T, 1>(list);
}
template <detail::arithmetic T>
Tensor<T, dyn, dyn> tensor(std::initializer_list<std::initializer_list<T>> list) {
  return detail::from_nested<T, 2>(list);
}
template <detail::arithmetic T>
Tensor<T, dyn, dyn, dyn> tensor(std::initializer_list<std::initializer_list<std::initializer_list<T>>> list) {
  return detail::from_nested<T, 3>(list);
}

// The same from a std::vector, or vectors of vectors.   std::vector<std::vector<double>> -> f64[m,n]
template <class V, class A>
auto tensor(const std::vector<V, A>& v) {
  using N = detail::nested_vector<std::vector<V, A>>;
  return detail::from_nested<typename N::element, N::rank>(v);
}

// A copy of the elements of a span, whose extent stays static where it is.   std::span<T> -> T[n];   std::span<T, 3> -> T[3]
template <class T, std::size_t N>
auto tensor(std::span<T, N> s) {
  constexpr index_t E = N == std::dynamic_extent ? dyn : static_cast<index_t>(N);
  Tensor<std::remove_cv_t<T>, E> t(uninitialized, extents<E>(static_cast<index_t>(s.size())));
  std::copy(s.begin(), s.end(), t.mutable_data());
  return t;
}

}  // namespace functra
