// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/functions/random.hpp"

#include <cmath>
#include <concepts>
#include <set>

#include "../catch.hpp"

using namespace functra;

namespace {

struct words {
  std::uint32_t x0, x1;
  friend bool operator==(const words&, const words&) = default;
};
constexpr words enciphered(words key, words counter) {
  threefry(key.x0, key.x1, counter.x0, counter.x1);
  return counter;
}

// The published answers: Random123, kat_vectors, threefry2x32 20.
static_assert(enciphered({0, 0}, {0, 0}) == words{0x6b200159, 0x99ba4efe});
static_assert(enciphered({0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) == words{0x1cb996fc, 0xbb002be7});
static_assert(enciphered({0x13198a2e, 0x03707344}, {0x243f6a88, 0x85a308d3}) == words{0xc4923a9c, 0x483df7a0});

template <class X>
double average(const X& x) {
  double s = 0;
  for (index_t i = 0; i < x.size(); ++i) s += static_cast<double>(x.data()[i]);
  return s / static_cast<double>(x.size());
}
// The average of x^k y^m.
template <class X>
double moment(const X& x, int k, const X& y, int m) {
  double s = 0;
  for (index_t i = 0; i < x.size(); ++i) s += std::pow(static_cast<double>(x.data()[i]), k) * std::pow(static_cast<double>(y.data()[i]), m);
  return s / static_cast<double>(x.size());
}

constexpr index_t many = 200000;
const double deviation = 1 / std::sqrt(static_cast<double>(many));  // of an average of numbers with variance 1

}  // namespace

TEST_CASE("the cipher is the same in every lane") {
  using pack = lanes::pack<std::uint32_t, 8>;
  pack x0 = 0U, x1 = 0U;
  for (int l = 0; l < 8; ++l) {
    x0.set(l, static_cast<std::uint32_t>(l));
    x1.set(l, static_cast<std::uint32_t>(100 - l));
  }
  threefry(7, 8, x0, x1);
  for (int l = 0; l < 8; ++l) {
    const words w = enciphered({7, 8}, {static_cast<std::uint32_t>(l), static_cast<std::uint32_t>(100 - l)});
    CHECK((x0[l] == w.x0 && x1[l] == w.x1));
  }
}

TEST_CASE("a draw is made of the cipher of its indices") {
  const auto u = uniform(Key{42}, 1000);
  for (std::uint32_t i : {0U, 1U, 255U, 256U, 999U}) {
    const words w = enciphered({0, 42}, {i, 0});
    const std::uint64_t bits = std::uint64_t{w.x0} << 32 | w.x1;
    REQUIRE(u(i) == static_cast<double>(bits >> 11) * 0x1p-53);
  }
}

TEST_CASE("numbers are the same on every machine") {
  // Written down once; any machine, compiler and number of lanes must give these bits.
  CHECK(uniform(Key{0}, 3)(0) == 0x1.ac80056666e92p-2);
  const auto x = normal(Key{0}, 1000);
  std::uint64_t hash = 0;
  for (int i = 0; i < 1000; ++i) hash = hash * 1099511628211U + lanes::bit_cast<std::uint64_t>(x(i));
  CHECK(hash == 0xec935ee65d097333U);
}

TEST_CASE("an element depends on its index only") {
  const Key key{5};
  const auto x = normal(key, 1000);
  for (index_t n : {1, 3, 15, 16, 17, 255, 256, 257, 999}) {
    const auto y = normal(key, n);
    for (index_t i = 0; i < n; ++i) REQUIRE(y(i) == x(i));
  }
  const auto m = normal(key, 4, 250);
  CHECK(m(3, 249) == x(999));
  CHECK(normal(key).item() == x(0));
  const auto same = [](double v) { return v; };
  double one[1000], sixteen[1000];
  detail::draw<double, detail::normal_distribution, decltype(same), 1>{same}(key, 1000, one);
  detail::draw<double, detail::normal_distribution, decltype(same), 16>{same}(key, 1000, sixteen);
  for (int i = 0; i < 1000; ++i) REQUIRE((one[i] == x(i) && sixteen[i] == x(i)));
}

TEST_CASE("draws have the extents and the dtype that are asked for") {
  static_assert(std::same_as<decltype(normal<float>(Key{0}, 3, 4)), Tensor<float, dyn, dyn>>);
  static_assert(std::same_as<decltype(normal(Key{0}, extents<3>{})), Tensor<double, 3>>);
  static_assert(std::same_as<decltype(uniform<float>(Key{0}, extents<dyn, 2>(5))), Tensor<float, dyn, 2>>);
  static_assert(std::same_as<decltype(bernoulli(Key{0}, 0.5, 3)), Tensor<bool, dyn>>);
  CHECK(normal(Key{0}, 0, 3).size() == 0);
  const auto x = normal(Key{1}, 100);
  const auto y = normal<float>(Key{1}, x.shape());
  for (int i = 0; i < 100; ++i) REQUIRE(y(i) == static_cast<float>(x(i)));
}

TEST_CASE("the normal quantile is right to 15 digits") {
  double worst = 0;
  for (int e = 2; e <= 53; ++e)
    for (int k = 0; k < 100; ++k) {
      const double p = std::ldexp(0.5 + k / 200.0, 1 - e), q = p - 0.5;
      if (q + 0.5 != p) continue;  // only what q can say
      const long double x = static_cast<long double>(detail::normal_quantile(lanes::pack<double, 1>(q))[0]);
      const long double error = (0.5L * std::erfc(-x / std::sqrt(2.0L)) - static_cast<long double>(p)) * std::sqrt(2 * std::acos(-1.0L)) * std::exp(0.5L * x * x);
      if (x != 0) worst = std::max(worst, static_cast<double>(std::abs(error / x)));
      REQUIRE(detail::normal_quantile(lanes::pack<double, 1>(-q))[0] == static_cast<double>(-x));
    }
  CHECK(worst < 1e-15);
}

TEST_CASE("normal numbers have the moments of the normal distribution") {
  const auto x = normal(Key{2}, many);
  CHECK(std::abs(moment(x, 1, x, 0)) < 4 * deviation);
  CHECK(std::abs(moment(x, 2, x, 0) - 1) < 4 * std::sqrt(2.0) * deviation);
  CHECK(std::abs(moment(x, 3, x, 0)) < 4 * std::sqrt(15.0) * deviation);
  CHECK(std::abs(moment(x, 4, x, 0) - 3) < 4 * std::sqrt(96.0) * deviation);
  // The largest distance between the distribution of the sample and the normal one (Kolmogorov and Smirnov).
  std::vector<double> sorted(x.data(), x.data() + many);
  std::sort(sorted.begin(), sorted.end());
  double distance = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    distance = std::max(distance, std::abs(0.5 * std::erfc(-sorted[i] / std::sqrt(2.0)) - static_cast<double>(i) / static_cast<double>(many)));
  CHECK(distance < 1.95 * deviation);
}

TEST_CASE("uniform numbers fill [0, 1) evenly") {
  const auto x = uniform(Key{3}, many);
  const auto y = uniform<float>(Key{3}, many);
  std::array<int, 20> counts{};
  for (index_t i = 0; i < many; ++i) {
    REQUIRE((x(i) >= 0 && x(i) < 1));
    REQUIRE((y(i) >= 0 && y(i) < 1 && std::ldexp(y(i), 24) == std::floor(std::ldexp(y(i), 24))));
    REQUIRE(std::abs(x(i) - static_cast<double>(y(i))) < 0x1p-24);
    ++counts[static_cast<std::size_t>(20 * x(i))];
  }
  double chi2 = 0;
  for (const int c : counts) chi2 += (c - many / 20.0) * (c - many / 20.0) / (many / 20.0);
  CHECK(chi2 < 45);  // 19 degrees of freedom: once in 1400 times
}

TEST_CASE("uniform numbers may have bounds") {
  const auto x = uniform(Key{3}, -2.0, 3.0, 1000);
  const auto u = uniform(Key{3}, 1000);
  for (int i = 0; i < 1000; ++i) REQUIRE((x(i) >= -2 && x(i) < 3 && std::abs(x(i) - (5 * u(i) - 2)) < 1e-15));
  static_assert(std::same_as<decltype(uniform<float>(Key{0}, 0.0, 1.0, extents<4>{})), Tensor<float, 4>>);
  CHECK(uniform(Key{3}, 2, 3).size() == 6);  // integers are extents
}

TEST_CASE("bernoulli is true as often as asked") {
  CHECK(std::abs(average(bernoulli(Key{4}, 0.3, many)) - 0.3) < 4 * std::sqrt(0.21) * deviation);
  CHECK(average(bernoulli(Key{4}, 0.0, 1000)) == 0.0);
  CHECK(average(bernoulli(Key{4}, 1.0, 1000)) == 1.0);
  CHECK_THROWS_WITH(bernoulli(Key{4}, 1.5, 10), ContainsSubstring("[bernoulli] a probability from 0 to 1 is required, got 1.5"));
  CHECK_THROWS_AS(bernoulli(Key{4}, std::nan(""), 10), error);
}

TEST_CASE("a permutation has every number once, and each place is as likely") {
  for (index_t n : {0, 1, 2, 255, 256, 257, 1000}) {
    const auto p = permutation(Key{6}, n);
    CHECK(p.size() == n);
    std::set<std::int64_t> seen(p.data(), p.data() + n);
    CHECK(static_cast<index_t>(seen.size()) == n);
    if (n > 0) CHECK((*seen.begin() == 0 && *seen.rbegin() == n - 1));
  }
  CHECK_THROWS_WITH(permutation(Key{6}, -1), ContainsSubstring("[permutation] a number of elements is required, got -1"));

  // All 24 orders of 4.
  std::array<int, 256> counts{};
  constexpr int draws = 24000;
  for (int i = 0; i < draws; ++i) {
    const auto p = permutation(fold_in(Key{7}, i), 4);
    ++counts[static_cast<std::size_t>(p(0) + 4 * p(1) + 16 * p(2) + 64 * p(3))];
  }
  int orders = 0;
  double chi2 = 0;
  for (const int c : counts)
    if (c > 0) {
      ++orders;
      chi2 += (c - 1000.0) * (c - 1000.0) / 1000.0;
    }
  CHECK(orders == 24);
  CHECK(chi2 < 52);  // 23 degrees of freedom: once in 1800 times
}

TEST_CASE("split and fold_in give keys that differ from each other") {
  const Key key{0};
  const auto [a, b] = split(key);
  CHECK_FALSE(a == b);
  const auto three = split<3>(key);
  static_assert(std::same_as<decltype(three), const std::array<Key, 3>>);
  const auto n = split(key, 1000);
  CHECK(three[2] == n[2]);  // a longer split continues a shorter one
  std::set<std::pair<std::uint32_t, std::uint32_t>> seen{{key.word0, key.word1}};
  for (const Key& k : n) seen.insert({k.word0, k.word1});
  for (int i = 0; i < 1000; ++i) {
    const Key f = fold_in(key, i), g = fold_in(a, i);
    seen.insert({f.word0, f.word1});
    seen.insert({g.word0, g.word1});
  }
  CHECK(seen.size() == 3001);
  CHECK_FALSE(fold_in(key, std::uint64_t{1} << 40) == fold_in(key, 0));
  static_assert(split(Key{1})[0] == split<3>(Key{1})[0]);
  static_assert(!(Key{1} == Key{std::uint64_t{1} << 32}));
  CHECK(split(key, 0).empty());
  CHECK_THROWS_WITH(split(key, -1), ContainsSubstring("[split] a number of keys is required, got -1"));
}

TEST_CASE("numbers of split keys are independent") {
  const auto [a, b] = split(Key{8});
  const auto x = normal(a, many), y = normal(b, many), z = normal(Key{8}, many), f = normal(fold_in(Key{8}, 0), many);
  for (const auto* other : {&y, &z, &f})
    for (int k = 1; k <= 2; ++k)
      for (int m = 1; m <= 2; ++m) {
        const double expected = k == 2 && m == 2 ? 1 : 0;
        CHECK(std::abs(moment(x, k, *other, m) - expected) < 4 * 3 * deviation);
      }
  // Neighbours in a draw, and draws from neighbouring seeds.
  double shifted = 0;
  for (index_t i = 0; i + 1 < many; ++i) shifted += x(i) * x(i + 1) / static_cast<double>(many);
  CHECK(std::abs(shifted) < 4 * deviation);
  CHECK(std::abs(moment(normal(Key{9}, many), 1, z, 1)) < 4 * deviation);
}
