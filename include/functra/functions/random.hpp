// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "functra/core/threefry.hpp"
#include "functra/functions/normal_quantile.hpp"
#include "functra/primitives/along.hpp"
#include "functra/rules/primitive.hpp"
#include "functra/tensor/create.hpp"

//  Random numbers as functions: the same key gives the same numbers, on every machine, for every number of threads and lanes.
//  Element i of a draw is made of 64 random bits, Threefry of the counter i, and of nothing else. A key is used for one draw;
//  split and fold_in make further keys of it, whose numbers are independent.
//
//    Key key{0};
//    auto [k1, k2] = split(key);
//    auto w = normal<double>(k1, 3, 4);      // f64[3,4]
//
//  Keys are plain values. Inside of vmap, a draw from a key that is not mapped gives every example the same numbers. For numbers
//  of its own, map over a tensor of keys: tensor(split(key, n)) is a u32[n,2], and one example of it, u32[2], serves as a key.
//
//    vmap([](auto k, auto x) { return x + normal(k, 3); })(tensor(split(key, 64)), xs)
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

// A draw: element i is finish(Law of the bits i).
template <class T, class Law, class Finish, int N = number_lanes>
struct draw {
  Finish finish;
  void operator()(const Key& key, index_t size, T* to) const {
    std::uint64_t bits[drawn_at_once];
    double numbers[drawn_at_once];
    for (index_t start = 0; start < size; start += drawn_at_once) {
      const index_t n = std::min(drawn_at_once, size - start);
      random_bits(key, start, (n + cipher_lanes - 1) / cipher_lanes * cipher_lanes, bits);
      for (index_t i = 0; i < n; i += N) Law::of(lanes::pack<std::uint64_t, N>::load(bits + i)).store(numbers + i);
      for (index_t i = 0; i < n; ++i) to[start + i] = finish(numbers[i]);
    }
  }
};
// The words of another key.
struct derivation {
  key_use use;
  std::uint64_t i;
  void operator()(const Key& key, index_t, std::uint32_t* to) const {
    const Key k = derived_key(key, use, i);
    to[0] = k.word0;
    to[1] = k.word1;
  }
};

// A key, or a tensor that serves as one.
template <class K>
constexpr bool is_key_tensor() {
  if constexpr (!tensor_like<K>) return false;
  else return std::is_same_v<dtype_of<value_t<K>>, std::uint32_t> && extents_of_value<value_t<K>>::R == 1;
}
template <class K>
concept key_like = std::is_same_v<K, Key> || is_key_tensor<K>();

template <class T>
constexpr void check_floating_dtype() {
  static_assert(std::is_floating_point_v<T>, "[random] a floating-point dtype is required; use cast<T>(x) on what was drawn");
}

template <class T>
using unit_interval_of = std::conditional_t<std::is_same_v<T, float>, unit_interval_24, unit_interval>;

}  // namespace detail

namespace rules {
// What Fill makes of keys: u32[..., 2] -> T[..., x...]. The dims in front are those that are mapped.
template <class T, class X, class Fill>
struct from_keys : nondifferentiable {
  static constexpr char name[] = "random";
  X x;
  Fill fill;

  template <class V>
  auto eval(const V& keys) const {
    using A = extents_of_value<V>;
    using Y = concat_extents<erase_extent<A, A::R - 1>, X>;
    constexpr int N = lanes_of<element_of<V>>;
    if (keys.extent(A::R - 1) != 2) fail(name, "a key has 2 words, got a tensor of ", keys.extent(A::R - 1));
    index_t shape[array_size(Y::R)];
    for (int i = 0; i < Y::R; ++i) shape[i] = i < A::R - 1 ? keys.extent(i) : x.extent(i - (A::R - 1));
    tensor_of<element_t<T, N>, Y> y(uninitialized, Y::from(shape));
    const auto words = functra::eval(keys);
    auto* to = y.mutable_data();
    const index_t size = x.size();
    for (index_t k = 0; k < words.size() / 2; ++k, to += size) {
      const auto word0 = words.data()[2 * k], word1 = words.data()[2 * k + 1];
      if constexpr (N == 1) fill(key_of(word0, word1), size, to);
      else {
        tensor_of<T, X> one(uninitialized, x);
        for (int l = 0; l < N; ++l) {
          fill(key_of(word0[l], word1[l]), size, one.mutable_data());
          for (index_t i = 0; i < size; ++i) to[i].set(l, one.data()[i]);
        }
      }
    }
    return y;
  }
  template <unsigned, class V>
  auto batch(const V& keys) const {
    return bind(*this, keys);
  }

 private:
  static Key key_of(std::uint32_t word0, std::uint32_t word1) { return Key(std::uint64_t{word0} << 32 | word1); }
};

// Keys folded with numbers: u32[..., 2], I[...] -> u32[..., 2]. The dims in front are those that are mapped.
struct fold_in : nondifferentiable {
  static constexpr char name[] = "fold_in";

  template <class V, class I>
  auto eval(const V& keys, const I& i) const {
    using A = extents_of_value<V>;
    constexpr int N = std::max(lanes_of<element_of<V>>, lanes_of<element_of<I>>);
    if (keys.extent(A::R - 1) != 2) fail(name, "a key has 2 words, got a tensor of ", keys.extent(A::R - 1));
    const auto words = functra::eval(keys);
    const auto numbers = functra::eval(i);
    tensor_of<element_t<std::uint32_t, N>, A> y(uninitialized, keys.get_extents());
    auto* to = y.mutable_data();
    for (index_t k = 0; k < words.size() / 2; ++k, to += 2)
      for (int l = 0; l < N; ++l) {
        const auto high = std::uint64_t{lane(words.data()[2 * k], l)}, low = std::uint64_t{lane(words.data()[2 * k + 1], l)};
        const Key f = functra::detail::derived_key(Key(high << 32 | low), functra::detail::key_use::fold_in, static_cast<std::uint64_t>(lane(numbers.data()[k], l)));
        set_lane(to[0], l, f.word0);
        set_lane(to[1], l, f.word1);
      }
    return y;
  }
  template <unsigned Mask, class V, class I>
  auto batch(const V& keys, const I& i) const {
    return functra::detail::with_all_mapped<Mask>([&](const auto&... all) { return bind(*this, all...); }, keys, i);
  }

 private:
  template <class E>
  static auto lane(const E& e, int l) {
    if constexpr (lanes_of<E> == 1) return e;
    else return e[l];
  }
  template <class E>
  static void set_lane(E& e, int l, std::uint32_t word) {
    if constexpr (lanes_of<E> == 1) e = word;
    else e.set(l, word);
  }
};
}  // namespace rules

namespace detail {
template <class T, class K, class X, class Fill>
auto from_key(const K& key, const X& x, const Fill& fill) {
  if constexpr (std::is_same_v<K, Key>) {
    tensor_of<T, X> t(uninitialized, x);
    fill(key, t.size(), t.mutable_data());
    return t;
  } else return bind(rules::from_keys<T, X, Fill>{{}, x, fill}, as_value(key));
}
template <class T, class Law, class K, class X, class Finish>
auto drawn(const K& key, const X& x, const Finish& finish) {
  return from_key<T>(key, x, draw<T, Law, Finish>{finish});
}
template <class T>
inline constexpr auto converted_to = [](double x) { return static_cast<T>(x); };
}  // namespace detail

// N keys, or n of them.   auto [a, b] = split(key);   split<3>(key): std::array<Key, 3>;   split(key, n): std::vector<Key>
template <int N = 2>
constexpr std::array<Key, static_cast<std::size_t>(N)> split(const Key& key) {
  return [&]<int... i>(std::integer_sequence<int, i...>) {
    return std::array<Key, static_cast<std::size_t>(N)>{detail::derived_key(key, detail::key_use::split, static_cast<std::uint64_t>(i))...};
  }(ints<N>);
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

// The same of keys in tensors.
template <int N = 2, tensor_like K>
  requires(detail::key_like<K>)
auto split(const K& key) {
  return [&]<int... i>(std::integer_sequence<int, i...>) {
    const auto part = [&](std::uint64_t k) {
      return detail::from_key<std::uint32_t>(key, extents<2>{}, detail::derivation{detail::key_use::split, k});
    };
    return std::array{part(static_cast<std::uint64_t>(i))...};
  }(ints<N>);
}
template <tensor_like K, std::integral I>
  requires(detail::key_like<K>)
auto fold_in(const K& key, I i) {
  return detail::from_key<std::uint32_t>(key, extents<2>{}, detail::derivation{detail::key_use::fold_in, static_cast<std::uint64_t>(i)});
}

// The same with a number that may be mapped: vmap([&](auto i) { return normal(fold_in(key, i), 3); })(arange<int>(n)).
template <detail::key_like K, tensor_like I>
  requires(std::is_integral_v<dtype_of<value_t<I>>>)
auto fold_in(const K& key, const I& i) {
  static_assert(extents_of_value<value_t<I>>::R == 0, "[fold_in] a single number is required; map over a tensor of numbers with vmap");
  const auto words = [&] {
    if constexpr (std::is_same_v<K, Key>) return Tensor<std::uint32_t, 2>{key.word0, key.word1};
    else return detail::as_value(key);
  }();
  return bind(rules::fold_in{}, words, detail::as_value(i));
}

// Keys as a tensor, to be mapped over.   std::vector<Key> -> u32[n,2]
inline Tensor<std::uint32_t, dyn, 2> tensor(const std::vector<Key>& keys) {
  Tensor<std::uint32_t, dyn, 2> t(uninitialized, extents<dyn, 2>(static_cast<index_t>(keys.size())));
  std::uint32_t* to = t.mutable_data();
  for (const Key& k : keys) {
    *to++ = k.word0;
    *to++ = k.word1;
  }
  return t;
}

// Extents are given to all of these as to zeros: normal<T>(key, n...), normal<T>(key, extents<...>(n...)), normal<T>(key, x.shape()).

// Standard normal numbers; those of float are those of double, rounded.   normal<T>(key, n...): T[n...]
// Costs about 7 ns an element. From the normal quantile, AS 241.
template <class T = double, detail::key_like K, class... S>
  requires(detail::extents_args<S...>)
auto normal(const K& key, const S&... n) {
  detail::check_floating_dtype<T>();
  return detail::drawn<T, detail::normal_distribution>(key, detail::extents_from_args(n...), detail::converted_to<T>);
}

// Uniform numbers in [0, 1): multiples of 2^-53, for float of 2^-24.   uniform<T>(key, n...): T[n...]
template <class T = double, detail::key_like K, class... S>
  requires(detail::extents_args<S...>)
auto uniform(const K& key, const S&... n) {
  detail::check_floating_dtype<T>();
  return detail::drawn<T, detail::unit_interval_of<T>>(key, detail::extents_from_args(n...), detail::converted_to<T>);
}
// Uniform numbers from low to high, which are floating-point values: integers are extents.   uniform<T>(key, -1.0, 1.0, n...): T[n...]
// Rounding may give high itself where high - low is small beside high.
template <class T = double, detail::key_like K, std::floating_point L, std::floating_point H, class... S>
  requires(detail::extents_args<S...>)
auto uniform(const K& key, L low, H high, const S&... n) {
  detail::check_floating_dtype<T>();
  const double a = static_cast<double>(low), width = static_cast<double>(high) - a;
  return detail::drawn<T, detail::unit_interval_of<T>>(key, detail::extents_from_args(n...),
                                                       [=](double x) { return static_cast<T>(a + detail::rounded_product(width, x)); });
}

// True with probability p.   bernoulli(key, p, n...): bool[n...]
// Throws where p is not in [0, 1].
template <detail::key_like K, std::floating_point P, class... S>
  requires(detail::extents_args<S...>)
auto bernoulli(const K& key, P p, const S&... n) {
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
