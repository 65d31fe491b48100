// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "functra/core/threefry.hpp"
#include "functra/functions/normal_quantile.hpp"
#include "functra/tensor/create.hpp"

//  Random numbers as functions: the same key gives the same numbers, on every machine, for every number of threads and lanes.
//  Element i of a draw is made of 64 random bits, Threefry of the counter i, and of nothing else. A key is used for one draw;
//  split and fold_in make further keys of it, whose numbers are independent.
//
//    Key key{0};
//    auto [k1, k2] = split(key);
//    auto w = normal<double>(k1, 3, 4);      // f64[3,4]
//
//  Keys are plain values. Inside of vmap, a draw from a key that is not mapped gives every example the same numbers.
namespace functra {

// What random numbers are drawn from: 64 bits, in two words.
struct Key {
  std::uint32_t word0, word1;

  constexpr explicit Key(std::uint64_t seed) : word0(static_cast<std::uint32_t>(seed >> 32)), word1(static_cast<std::uint32_t>(seed)) {}
  friend constexpr bool operator==(const Key&, const Key&) = default;
};

namespace detail {

// Counters have 62 bits, and below them two that keep apart what a key is used for.
enum class key_use : std::uint32_t { draw, split, fold_in };

constexpr Key derived_key(const Key& key, key_use use, std::uint64_t i) {
  std::uint32_t x0 = static_cast<std::uint32_t>(i), x1 = (static_cast<std::uint32_t>(i >> 32) & 0x3fffffffU) | static_cast<std::uint32_t>(use) << 30;
  threefry(key.word0, key.word1, x0, x1);
  return Key(std::uint64_t{x0} << 32 | x1);
}

// Draws are computed in chunks that stay in cache; their length divides 2^32.
inline constexpr index_t drawn_at_once = 256;
inline constexpr int cipher_lanes = 16, number_lanes = 4;

// The bits of the elements [start, start + n) of a draw; n and start are multiples of cipher_lanes.
template <int N = cipher_lanes>
void random_bits(const Key& key, index_t start, index_t n, std::uint64_t* to) {
  using U = lanes::pack<std::uint32_t, N>;
  std::uint32_t counter[array_size(N)], high[array_size(N)], low[array_size(N)];
  for (std::uint32_t l = 0; l < N; ++l) counter[l] = l;
  const U lane = U::load(counter);
  for (index_t i = 0; i < n; i += N) {
    const auto c = static_cast<std::uint64_t>(start + i);
    U x0 = lane + U(static_cast<std::uint32_t>(c)), x1 = U(static_cast<std::uint32_t>(c >> 32));
    threefry(key.word0, key.word1, x0, x1);
    x0.store(high);
    x1.store(low);
    for (int l = 0; l < N; ++l) to[i + l] = std::uint64_t{high[l]} << 32 | low[l];
  }
}

// What 64 random bits become; lanes are doubles.
struct unit_interval {  // k / 2^53, in [0, 1)
  template <int N>
  static FUNCTRA_INLINE lanes::pack<double, N> of(lanes::pack<std::uint64_t, N> bits) {
    using B = lanes::pack<std::uint64_t, N>;
    const B last = (B(0U) - ((bits >> 11) & B(1U))) & B(0x3ca0000000000000U);  // 2^-53 or 0
    return lanes::bit_cast<double>((bits >> 12) | B(0x3ff0000000000000U)) - lanes::pack<double, N>(1.0) + lanes::bit_cast<double>(last);
  }
};
struct unit_interval_24 {  // k / 2^24, in [0, 1)
  template <int N>
  static FUNCTRA_INLINE lanes::pack<double, N> of(lanes::pack<std::uint64_t, N> bits) {
    using B = lanes::pack<std::uint64_t, N>;
    return lanes::bit_cast<double>(((bits >> 40) << 28) | B(0x3ff0000000000000U)) - lanes::pack<double, N>(1.0);
  }
};
struct normal_distribution {  // the quantile at (k + 1/2) / 2^52, in (0, 1)
  template <int N>
  static FUNCTRA_INLINE lanes::pack<double, N> of(lanes::pack<std::uint64_t, N> bits) {
    using B = lanes::pack<std::uint64_t, N>;
    return normal_quantile(lanes::bit_cast<double>((bits >> 12) | B(0x3ff0000000000000U)) - lanes::pack<double, N>(1.5 - 0x1p-53));
  }
};

// A tensor of the extents x, whose element i is finish(Law of the bits i).
template <class T, class Law, int N = number_lanes, class X, class Finish>
auto drawn(const Key& key, const X& x, const Finish& finish) {
  tensor_of<T, X> t(uninitialized, x);
  T* to = t.mutable_data();
  std::uint64_t bits[drawn_at_once];
  double numbers[drawn_at_once];
  for (index_t start = 0; start < t.size(); start += drawn_at_once) {
    const index_t n = std::min(drawn_at_once, t.size() - start);
    random_bits(key, start, (n + cipher_lanes - 1) / cipher_lanes * cipher_lanes, bits);
    for (index_t i = 0; i < n; i += N) Law::of(lanes::pack<std::uint64_t, N>::load(bits + i)).store(numbers + i);
    for (index_t i = 0; i < n; ++i) to[start + i] = finish(numbers[i]);
  }
  return t;
}

template <class T>
constexpr void check_floating_dtype() {
  static_assert(std::is_floating_point_v<T>, "[random] a floating-point dtype is required; use cast<T>(x) on what was drawn");
}

template <class T>
using unit_interval_of = std::conditional_t<std::is_same_v<T, float>, unit_interval_24, unit_interval>;

}  // namespace detail

// N keys, or n of them.   auto [a, b] = split(key);   split<3>(key): std::array<Key, 3>;   split(key, n): std::vector<Key>
template <int N = 2>
constexpr std::array<Key, static_cast<std::size_t>(N)> split(const Key& key) {
  return with_indices<N>([&](auto... i) {
    return std::array<Key, static_cast<std::size_t>(N)>{detail::derived_key(key, detail::key_use::split, static_cast<std::uint64_t>(i()))...};
  });
}
inline std::vector<Key> split(const Key& key, index_t n) {
  if (n < 0) fail("split", "a number of keys is required, got ", n);
  std::vector<Key> keys;
  keys.reserve(static_cast<std::size_t>(n));
  for (index_t i = 0; i < n; ++i) keys.push_back(detail::derived_key(key, detail::key_use::split, static_cast<std::uint64_t>(i)));
  return keys;
}

// The key number i (mod 2^62) of a sequence, such as the steps of a training loop.
template <std::integral I>
constexpr Key fold_in(const Key& key, I i) {
  return detail::derived_key(key, detail::key_use::fold_in, static_cast<std::uint64_t>(i));
}

// Extents are given to all of these as to zeros: normal<T>(key, n...), normal<T>(key, extents<...>(n...)), normal<T>(key, x.shape()).

// Standard normal numbers; those of float are those of double, rounded.   normal<T>(key, n...): T[n...]
// Costs about 7 ns an element. From the normal quantile, AS 241.
template <class T = double, class... S>
  requires(detail::extents_args<S...>)
auto normal(const Key& key, const S&... n) {
  detail::check_floating_dtype<T>();
  return detail::drawn<T, detail::normal_distribution>(key, detail::extents_from_args(n...), [](double x) { return static_cast<T>(x); });
}

// Uniform numbers in [0, 1): multiples of 2^-53, for float of 2^-24.   uniform<T>(key, n...): T[n...]
template <class T = double, class... S>
  requires(detail::extents_args<S...>)
auto uniform(const Key& key, const S&... n) {
  detail::check_floating_dtype<T>();
  return detail::drawn<T, detail::unit_interval_of<T>>(key, detail::extents_from_args(n...), [](double x) { return static_cast<T>(x); });
}
// Uniform numbers from low to high, which are floating-point values: integers are extents.   uniform<T>(key, -1.0, 1.0, n...): T[n...]
// Rounding may give high itself where high - low is small beside high.
template <class T = double, std::floating_point L, std::floating_point H, class... S>
  requires(detail::extents_args<S...>)
auto uniform(const Key& key, L low, H high, const S&... n) {
  detail::check_floating_dtype<T>();
  const double a = static_cast<double>(low), width = static_cast<double>(high) - a;
  return detail::drawn<T, detail::unit_interval_of<T>>(key, detail::extents_from_args(n...),
                                                       [=](double x) { return static_cast<T>(a + detail::rounded_product(width, x)); });
}

// True with probability p.   bernoulli(key, p, n...): bool[n...]
// Throws where p is not in [0, 1].
template <std::floating_point P, class... S>
  requires(detail::extents_args<S...>)
auto bernoulli(const Key& key, P p, const S&... n) {
  if (!(p >= 0 && p <= 1)) fail("bernoulli", "a probability from 0 to 1 is required, got ", p);
  return detail::drawn<bool, detail::unit_interval>(key, detail::extents_from_args(n...),
                                                    [p = static_cast<double>(p)](double x) { return x < p; });
}

// The numbers 0 ... n - 1 in random order, each order as likely as any other.   permutation(key, n): i64[n]
// Costs O(n). Fisher and Yates' shuffle; the chances of orders differ by a part of n / 2^64.
inline Tensor<std::int64_t, dyn> permutation(const Key& key, index_t n) {
  if (n < 0) fail("permutation", "a number of elements is required, got ", n);
  auto t = arange<std::int64_t>(n);
  std::int64_t* p = t.mutable_data();
  std::uint64_t bits[detail::drawn_at_once];
  for (index_t i = n - 1; i > 0; --i) {
    const index_t k = n - 1 - i, in_chunk = k % detail::drawn_at_once;
    if (in_chunk == 0) detail::random_bits(key, k, detail::drawn_at_once, bits);
    std::swap(p[i], p[bits[in_chunk] % static_cast<std::uint64_t>(i + 1)]);
  }
  return t;
}

}  // namespace functra
