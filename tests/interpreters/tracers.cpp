// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>
#include <sstream>

#include "../catch.hpp"

using namespace functra;

// What a function sees of the values that it is differentiated or mapped with.

TEST_CASE("traced values read like tensors", "[interpreters]") {
  const Tensor<double, dyn, dyn> x{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  const auto check = [](const auto& v) {
    CHECK(v.rank() == 2);
    CHECK(v.size() == 6);
    CHECK(v.extent(1) == 3);
    CHECK(v.shape()[0] == 2);
    CHECK(v(1, -1).item() == 6.0);
    CHECK(sum(v).item() == 21.0);
    CHECK((v * 2.0)(0, 1).item() == 4.0);
  };
  static_cast<void>(grad([&](const auto& v) {
    check(v);
    return sum(v);
  })(x));
  static_cast<void>(jvp(
      [&](const auto& v) {
        check(v);
        return v;
      },
      x, x));
}

TEST_CASE("traced values of rank 0 behave like numbers", "[interpreters]") {
  const auto check = [](const auto& v) {
    using T = std::remove_cvref_t<decltype(v)>;
    T acc = 0;
    T one = 1.0F;
    T copy(v);
    acc += v;
    acc -= 1;
    acc *= 2.0;
    acc /= one;
    CHECK(acc.item() == 4.0);
    CHECK(-acc < 0.0);
    CHECK(acc > 3);
    CHECK(3.0 <= acc);
    CHECK(acc == 4.0);
    CHECK(acc != copy);
    CHECK(!(acc < copy));
    copy = 7.0;
    CHECK(copy.item() == 7.0);
    copy = v + v;
    CHECK(copy.item() == 6.0);
    std::swap(copy, acc);
    CHECK(acc.item() == 6.0);
    CHECK(std::max(acc, copy).item() == 6.0);
    const T both[] = {acc, copy};
    CHECK(both[1].item() == 4.0);
    CHECK(static_cast<T>(2.5).item() == 2.5);
  };
  static_cast<void>(grad([&](const auto& v) {
    check(v);
    return v;
  })(3.0));
  static_cast<void>(jvp(
      [&](const auto& v) {
        check(v);
        return v;
      },
      3.0, 1.0));
  static_cast<void>(grad(grad([&](const auto& v) {
    check(v);
    return v * v;
  }))(3.0));
  static_cast<void>(hessian([&](const auto& v) {
    check(v);
    return v * v;
  })(3.0));
}

TEST_CASE("traced values print their value", "[interpreters]") {
  std::ostringstream text;
  static_cast<void>(grad([&](const auto& v) {
    text << v << v * 2.0;
    return sum(v);
  })(tensor({1.0, 2.0})));
  CHECK_THAT(text.str(), ContainsSubstring("1") && ContainsSubstring("4"));
  std::ostringstream mapped;
  static_cast<void>(vmap([&](const auto& v) {
    mapped << v;
    return v;
  })(eye(2)));
  CHECK(!mapped.str().empty());
}

TEST_CASE("step functions leave the tape", "[interpreters]") {
  const auto f = [](const auto& x) { return sum(floor(x) * x) + sum(sign(x)) + sum(round(x)); };
  const auto x = tensor({1.5, -2.5});
  const auto g = grad(f)(x);
  CHECK(g(0) == 1.0);
  CHECK(g(1) == -3.0);
  const auto only = grad([](const auto& v) { return sum(floor(v)); })(x);
  CHECK(only(0) == 0.0);
  CHECK(jvp([](const auto& v) { return floor(v); }, x, x).tangent(1) == 0.0);
  const auto named = grad([](const auto& v) {
    const auto steps = ceil(v);
    return sum(steps * v);
  })(x);
  CHECK(named(0) == 2.0);
  const auto value = value_and_grad([](const auto& v) { return sum(floor(v)); })(x);
  CHECK(value.first.item() == -2.0);
}

TEST_CASE("integers and booleans pass through differentiation untouched", "[interpreters]") {
  const auto f = [](const auto& x, const auto& n) {
    const auto mask = x > 1.0;
    static_assert(level_of<std::remove_cvref_t<decltype(eval(mask))>> == 0, "a comparison is not traced");
    return sum(where(mask, x * n, 0.0));
  };
  const auto g = grad(f)(tensor({1.0, 2.0}), tensor({3, 4}));
  CHECK(g(0) == 0.0);
  CHECK(g(1) == 4.0);
}

TEST_CASE("stop_gradient stops every level of both modes", "[interpreters]") {
  const auto f = [](const auto& x) { return x * stop_gradient(x * x); };
  CHECK(grad(f)(3.0).item() == 9.0);
  CHECK(jvp(f, 3.0, 1.0).tangent.item() == 9.0);
  CHECK(grad(grad(f))(3.0).item() == 0.0);
  CHECK(hessian(f)(3.0).item() == 0.0);
  CHECK(vmap(grad(f))(tensor({3.0, 2.0}))(1) == 4.0);
}
