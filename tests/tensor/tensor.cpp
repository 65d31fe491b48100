// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/tensor/tensor.hpp"

#include <concepts>
#include <thread>
#include <utility>

#include "../catch.hpp"
#include "functra/primitives/broadcast.hpp"
#include "functra/tensor/create.hpp"
#include "functra/tensor/view.hpp"

using namespace functra;

namespace {

template <class X>
const auto* address(const X& x) {
  return x.data();
}

}  // namespace

TEST_CASE("a tensor without values is zero and its dynamic extents are 0") {
  CHECK(Tensor<double>().item() == 0.0);
  CHECK(Tensor<double, dyn, 3>().size() == 0);
  CHECK(Tensor<double, dyn, 3>().extent(1) == 3);
  const Tensor<int, 2, 2> t;
  CHECK((t(0, 0) == 0 && t(1, 1) == 0));
}

TEST_CASE("the public interface reads as the contract says") {
  Tensor<double> s = 0.5;
  CHECK(s.item() == 0.5);
  s = 2;
  CHECK(static_cast<double>(s) == 2.0);
  Tensor<double, dyn, dyn> a{{1.0, 2.0}, {3.0, 4.0}};
  CHECK(a.rank() == 2);
  CHECK(a.size() == 4);
  CHECK(a.extent(0) == 2);
  static_assert(std::same_as<decltype(a.shape()), std::array<std::ptrdiff_t, 2>>);
  CHECK(a(1, 0) == 3.0);
  a(1, 0) = 5.0;
  CHECK(std::as_const(a)(1, 0) == 5.0);
  static_assert(std::same_as<Scalar<float>, Tensor<float>> && std::same_as<Vector<float>, Tensor<float, dyn>> &&
                std::same_as<Matrix<float>, Tensor<float, dyn, dyn>>);
  const Tensor<bool> yes = true;
  CHECK(yes);
}

TEST_CASE("elements are row-major") {
  const Tensor<int, 2, 3> t{{1, 2, 3}, {4, 5, 6}};
  for (int i = 0; i < 6; ++i) CHECK(t.data()[i] == i + 1);
}

TEST_CASE("small static tensors live inline and large or dynamic ones share storage") {
  static_assert(Tensor<double, 3>::is_inline && Tensor<double>::is_inline);
  static_assert(!Tensor<double, dyn>::is_inline && !Tensor<double, 100, 100>::is_inline);
  static_assert(std::is_trivially_copyable_v<Tensor<double, 2>> && std::is_trivially_destructible_v<Tensor<double, 3>>);
  static_assert(sizeof(Tensor<double, 3>) == 3 * sizeof(double));

  const Tensor<double, 3> p{1, 2, 3};
  const Tensor<double, 3> q = p;
  CHECK(address(p) != address(q));
  const Tensor<double, 100, 100> m;
  const Tensor<double, 100, 100> n = m;
  CHECK(address(m) == address(n));
}

TEST_CASE("copies share storage until one of them is written to") {
  Tensor<double, dyn> a{1, 2, 3};
  Tensor<double, dyn> b = a;
  CHECK(address(std::as_const(a)) == address(std::as_const(b)));
  b(0) = 9;
  CHECK(address(std::as_const(a)) != address(std::as_const(b)));
  CHECK(std::as_const(a)(0) == 1);
  CHECK(std::as_const(b)(0) == 9);
  CHECK(std::as_const(b)(2) == 3);

  const auto* before = address(std::as_const(b));
  b(1) = 8;  // the only owner writes in place
  CHECK(address(std::as_const(b)) == before);
}

TEST_CASE("storage is shared along chains of copies, and released by moves and assignments") {
  Tensor<double, dyn> a{1, 2};
  const auto* p = address(std::as_const(a));
  Tensor<double, dyn> b = a, c = b;
  CHECK(address(std::as_const(c)) == p);
  b = Tensor<double, dyn>{5};
  c = std::move(a);
  c(0) = 7;  // the only owner again
  CHECK(address(std::as_const(c)) == p);
  auto& same = c;
  c = same;
  CHECK(std::as_const(c)(0) == 7);
}

TEST_CASE("copies in several threads do not disturb each other") {
  const Tensor<double, dyn> shared = full(1.0, 1000);
  const auto work = [&shared](double value, bool& good) {
    good = true;
    for (int repeat = 0; repeat < 2000; ++repeat) {
      Tensor<double, dyn> mine = shared;
      const Tensor<double, dyn> other = mine;
      mine(repeat % 1000) = value;
      good = good && mine(repeat % 1000) == value && other(repeat % 1000) == 1.0;
    }
  };
  bool good[2];
  std::thread one(work, 2.0, std::ref(good[0])), two(work, 3.0, std::ref(good[1]));
  one.join();
  two.join();
  CHECK((good[0] && good[1]));
  for (int i = 0; i < 1000; ++i) REQUIRE(shared(i) == 1.0);
}

TEST_CASE("a tensor may outlive the thread that made it") {
  Tensor<double, dyn> t;
  std::thread([&] { t = full(3.0, 5000); }).join();
  CHECK(t(4999) == 3.0);
  std::thread([&] { t = Tensor<double, dyn>(); }).join();
  CHECK(t.size() == 0);
}

TEST_CASE("indices count from the end when negative, and are checked") {
  Tensor<double, dyn, 2> a{{1, 2}, {3, 4}, {5, 6}};
  CHECK(a(-1, -2) == 5);
  CHECK_THROWS_WITH(a(3, 0), ContainsSubstring("[operator()] index 3 is out of range for dim 0 of extent 3"));
  CHECK_THROWS_WITH(a(0, 2), ContainsSubstring("index 2 is out of range for dim 1 of extent 2"));
  CHECK_THROWS_WITH(a(-4, 0), ContainsSubstring("index -4 is out of range for dim 0 of extent 3"));
  CHECK_THROWS_AS(std::as_const(a)(0, -3), error);
  CHECK_THROWS_AS((Tensor<double, 3>()(3)), error);
  CHECK_THROWS_AS(zeros(0)(0), error);
}

TEST_CASE("a failed write leaves the sharing as it was") {
  Tensor<double, dyn> a{1, 2};
  const Tensor<double, dyn> b = a;
  CHECK_THROWS_AS(a(5) = 1, error);
  CHECK(address(std::as_const(a)) == address(b));
}

TEST_CASE("nested lists give the extents and must agree with static ones") {
  const Tensor<double, dyn, dyn, dyn> t{{{1.0}, {2.0}}};
  CHECK(t.shape() == std::array<index_t, 3>{1, 2, 1});
  CHECK_THROWS_WITH((Tensor<double, dyn, dyn>{{1.0, 2.0}, {3.0}}), ContainsSubstring("[Tensor] nested lists must all have the same shape"));
  CHECK_THROWS_WITH((Tensor<double, 3>{1.0, 2.0}), ContainsSubstring("dim 0 has the static extent 3, got 2"));
  CHECK_THROWS_AS((Tensor<double, dyn, 2>{{1.0}, {3.0}}), error);
}

TEST_CASE("static and dynamic extents convert where they agree") {
  const Tensor<double, dyn> d{1, 2, 3};
  const Tensor<double, 3> s = d;
  CHECK(s(2) == 3);
  const Tensor<double, dyn> back = s;
  CHECK(back(2) == 3);
  CHECK_THROWS_WITH((Tensor<double, 2>(d)), ContainsSubstring("dim 0 has the static extent 2, got 3"));
  const Tensor<double, dyn, 2> mixed = Tensor<double, dyn, dyn>(zeros(5, 2));
  CHECK(mixed.extent(0) == 5);
  CHECK_THROWS_AS((Tensor<double, dyn, 2>(zeros(2, 5))), error);
}

TEST_CASE("what cannot convert does not") {
  static_assert(!std::convertible_to<Tensor<double, dyn>, Tensor<double, dyn, dyn>>);  // another rank
  static_assert(!std::convertible_to<Tensor<double, dyn>, Tensor<float, dyn>>);        // another dtype: cast<float>(x)
  static_assert(!std::convertible_to<double, Tensor<double, dyn>>);
  static_assert(!std::convertible_to<Tensor<double>, double>);  // s.item()
  static_assert(!std::convertible_to<std::string, Tensor<double>>);
  static_assert(std::convertible_to<double, Tensor<float>>);
}

TEST_CASE("tensors are made of expressions, with their extents checked") {
  const Tensor<double, dyn> a{1, 2};
  const Tensor<double, 2> b = a * 2.0;
  CHECK(b(1) == 4);
  CHECK_THROWS_AS((Tensor<double, 3>(a * 2.0)), error);
}

TEST_CASE("tensors without elements work") {
  const Tensor<double, dyn> empty;
  const Tensor<double, dyn> copy = empty;
  CHECK(copy.size() == 0);
  Tensor<double, 0> st;
  CHECK(st.size() == 0);
  CHECK(eval(empty + 1.0).size() == 0);
  CHECK(sum(empty).item() == 0.0);
  CHECK(eval(zeros(0, 3) * zeros(3)).shape() == std::array<index_t, 2>{0, 3});
  CHECK(View<double, dyn>(empty).materialize_as().size() == 0);
}

TEST_CASE("blocks are reused by the thread that freed them") {
  memory::drain();
  CHECK(memory::local_cache.bytes == 0);
  const void* p;
  {
    const Tensor<double, dyn> a(uninitialized, extents<dyn>(1000));
    p = a.data();
    CHECK(reinterpret_cast<std::uintptr_t>(p) % 64 == 0);
  }
  const auto kept = memory::local_cache.bytes;
  CHECK(kept >= 8000);
  {
    const Tensor<float, dyn> b(uninitialized, extents<dyn>(2000));  // the same size class
    CHECK(static_cast<const void*>(b.data()) == p);
    CHECK(memory::local_cache.bytes == 0);
  }
  CHECK(memory::local_cache.bytes == kept);
  memory::drain();
  CHECK(memory::local_cache.bytes == 0);
}

TEST_CASE("a thread that only frees keeps nothing") {
  Tensor<double, dyn> t = full(3.0, 5000);
  std::size_t kept = 1;
  std::thread([&] {
    t = Tensor<double, dyn>();
    kept = memory::local_cache.bytes;
  }).join();
  CHECK(kept == 0);
}

TEST_CASE("size classes cover sizes tightly") {
  for (std::size_t bytes = 1; bytes < (std::size_t{1} << 40); bytes = bytes * 9 / 8 + 1) {
    const int c = memory::class_of(bytes);
    REQUIRE(c < memory::classes);
    REQUIRE(memory::bytes_of(c) >= bytes);
    if (c > 0) REQUIRE(memory::bytes_of(c - 1) < bytes);
    if (bytes > 128) REQUIRE(memory::bytes_of(c) <= bytes + bytes / 4);
  }
}

TEST_CASE("a tensor that was moved from is empty") {
  auto a = tensor({1.0, 2.0});
  const auto b = std::move(a);
  REQUIRE(a.size() == 0);
  REQUIRE(b.size() == 2);
  REQUIRE(sum(a).item() == 0.0);
  a = b;
  auto& same = a;
  a = std::move(same);
  REQUIRE(a(1) == 2.0);
  Tensor<double, dyn, 2> m{{1, 2}, {3, 4}};
  auto n = Tensor<double, dyn, 2>();
  n = std::move(m);
  REQUIRE(m.extent(0) == 0);
  REQUIRE(n.extent(0) == 2);
  std::swap(m, n);
  REQUIRE(m(1, 1) == 4.0);
  // Static extents remain: zeros.
  Tensor<double, 1000> large;
  large(999) = 5.0;
  const auto taken = std::move(large);
  REQUIRE(taken(999) == 5.0);
  REQUIRE(large(999) == 0.0);
  REQUIRE(sum(large * taken).item() == 0.0);
  large(0) = 1.0;
  REQUIRE(sum(large).item() == 1.0);
}
