// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/comparison.hpp"

#include "functra/primitives/cast.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/power.hpp"
#include "functra/primitives/select.hpp"
#include "functra/primitives/stop_gradient.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"
#include "functra/transforms/vmap.hpp"

#include "../catch.hpp"

using namespace functra;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

template <class V>
std::string bits(const V& v) {
  const auto t = eval(v);
  static_assert(std::is_same_v<dtype_of<decltype(t)>, bool>);
  std::string s;
  for (index_t i = 0; i < t.size(); ++i) s += t.data()[i] ? '1' : '0';
  return s;
}

template <class G, class... D>
void check_elements(const G& g, D... expected) {
  const double e[] = {static_cast<double>(expected)...};
  for (index_t i = 0; i < g.size(); ++i) CHECK_THAT(g.data()[i], WithinAbs(e[i], 1e-14));
}

}  // namespace

TEST_CASE("comparisons are elementwise", "[primitives]") {
  const Tensor<double, dyn> a{1, 2, 3, not_a_number};
  const Tensor<double, dyn> b{2, 2, 2, 2};
  CHECK(bits(a == b) == "0100");
  CHECK(bits(a != b) == "1011");
  CHECK(bits(a < b) == "1000");
  CHECK(bits(a <= b) == "1100");
  CHECK(bits(a > b) == "0010");
  CHECK(bits(a >= b) == "0110");
  CHECK(bits(2 < a) == "0010");
  CHECK(bits(a < 2.5F) == "1100");
  CHECK(bits(!(a < b)) == "0111");
  CHECK(bits(a < b || a > b) == "1010");
  CHECK(bits(a >= b && a <= b) == "0100");
  CHECK(bits(a > 1 && true) == "0110");
  CHECK(bits(Tensor<double, 3>{0, 1, 2} && Tensor<int, 3>{1, 1, 0}) == "010");
  CHECK(bits(!Tensor<double, 3>{0, 1, 2}) == "100");
}

TEST_CASE("integers and floating point compare at their common dtype", "[primitives]") {
  const Tensor<int, dyn> i{1, 2, 3};
  CHECK(bits(i < Tensor<double, dyn>{1.5, 1.5, 1.5}) == "100");
  CHECK(bits(i < 2.5) == "110");
  CHECK(bits(i == Tensor<std::int64_t, dyn>{1, 0, 3}) == "101");
  CHECK(bits(Tensor<bool, dyn>{true, false} == 2) == "00");
  CHECK(bits(Tensor<bool, dyn>{true, false} == Tensor<bool, dyn>{true, true}) == "10");
  CHECK(bits(Tensor<float, dyn>{0.1F, 0.2F} == 0.1) == "10");  // a number takes the dtype of the tensor
}

TEST_CASE("NaN and infinity are recognized", "[primitives]") {
  const Tensor<double, dyn> x{1, not_a_number, infinity, -infinity};
  CHECK(bits(isnan(x)) == "0100");
  CHECK(bits(isinf(x)) == "0011");
  CHECK(bits(isfinite(x)) == "1000");
  CHECK(bits(isfinite(Tensor<int, dyn>{1, 2})) == "11");
}

TEST_CASE("comparisons of rank 0 decide branches, also of taped and dual values", "[primitives]") {
  const auto f = [](const auto& x, const auto& y) {
    if (x > 0 && y > 0) return eval(x * y);
    if (x < 0 || !(y > -5)) return eval(x - y);
    return eval(x + y);
  };
  const auto slope = [&](double x, double y) { return grad(f)(Tensor<double>(x), Tensor<double>(y)).item(); };
  CHECK(f(Tensor<double>(2.0), Tensor<double>(3.0)).item() == 6);
  CHECK(slope(2, 3) == 3);
  CHECK(slope(-2, 3) == 1);
  CHECK(jvp(f, std::tuple{Tensor<double>(2.0), Tensor<double>(3.0)}, std::tuple{Tensor<double>(1.0), Tensor<double>(0.0)}).tangent.item() == 3);
  const bool both = Tensor<double>(1.0) > 0 && Tensor<double>(1.0) < 2;
  CHECK(both);
  const Tensor<bool> truth = Tensor<double>(1.0) > 0;
  CHECK(truth.item());
}

TEST_CASE("where takes from either branch and promotes them", "[primitives]") {
  const Tensor<double, dyn> x{-1, 0, 2};
  check_elements(eval(where(x > 0, x, 7)), 7, 7, 2);
  check_elements(eval(where(x > 0, 1.0, 0)), 0, 0, 1);
  check_elements(eval(where(Tensor<int, dyn>{1, 0, 2}, x, -x)), -1, 0, 2);
  check_elements(eval(where(true, x, 0.0)), -1, 0, 2);
  static_assert(std::is_same_v<dtype_of<decltype(eval(where(x > 0, Tensor<int, dyn>{1, 2, 3}, 0)))>, int>);
  CHECK(bits(where(x > 0, x > 1, x < 0)) == "101");
}

TEST_CASE("where leaks nothing of the branch that was not taken", "[primitives]") {
  // Fused, and with the branch pinned by a name; large, small and of rank 0; once and twice differentiated.
  const auto fused = [](const auto& x) { return sum(where(x > 0, sqrt(x) * log(x), x) * x); };
  const auto named = [](const auto& x) {
    const auto root = sqrt(x);
    const auto branch = root * log(x);
    const auto chosen = where(x > 0, branch, x);
    return sum(chosen * x);
  };
  const auto check = [](const auto& f, const auto& x, auto... expected) {
    check_elements(grad(f)(x), expected...);
    check_elements(jvp([&](const auto& v) { return eval(f(v)); }, x, x).tangent, 2.0 * x.data()[0] * x.data()[0]);
  };
  const auto at_one = 1.0;  // d/dx x^(3/2) log x at 1
  const auto twice = [](const auto& f, const auto& x, auto... expected) {
    check_elements(grad([&](const auto& v) { return sum(grad(f)(v)); })(x), expected...);
    check_elements(jvp([&](const auto& v) { return grad(f)(v); }, x, x * 0.0 + 1.0).tangent, expected...);
    check_elements(grad([&](const auto& v) { return jvp([&](const auto& u) { return eval(f(u)); }, v, v * 0.0 + 1.0).tangent; })(x), expected...);
  };
  const Tensor<double, dyn> large{-2, 0, 1};
  const Tensor<double, 3> small{-2, 0, 1};
  check_elements(grad(fused)(large), -4, 0, at_one);
  check_elements(grad(named)(large), -4, 0, at_one);
  check_elements(grad(fused)(small), -4, 0, at_one);
  check_elements(grad(named)(small), -4, 0, at_one);
  // Second: 2 where not taken; d2/dx2 x^(3/2) log x at 1 is 2.
  twice(fused, large, 2, 2, 2);
  twice(named, large, 2, 2, 2);
  twice(named, small, 2, 2, 2);
  for (const double at : {-2.0, 0.0}) {
    const Tensor<double> single = at;
    check(fused, single, 2 * at);
    check(named, single, 2 * at);
    twice(fused, single, 2);
    twice(named, single, 2);
  }
  const Tensor<double, dyn, dyn> batch{{-2, 0, 1}, {0, 0, -1}};
  check_elements(vmap(grad(named))(batch), -4, 0, at_one, 0, 0, -2);
  check_elements(grad([&](const auto& v) { return sum(vmap(named)(v)); })(batch), -4, 0, at_one, 0, 0, -2);
}

TEST_CASE("a masked value hides what comes after it", "[primitives]") {
  // The derivative of the root at 0 is infinite, but no x is behind that 0.
  const auto f = [](const auto& x) {
    const auto safe = where(x > 0, x, 0.0);
    return sum(sqrt(safe));
  };
  check_elements(grad(f)(Tensor<double, dyn>{-1, 4}), 0, 0.25);
  check_elements(grad(f)(Tensor<double, 2>{-1, 4}), 0, 0.25);
  check_elements(grad(f)(Tensor<double>(-1.0)), 0);
}

TEST_CASE("cast converts, and hands gradients back in the dtype of the argument", "[primitives]") {
  const Tensor<double, dyn> x{-1.5, 2.7, 1e30};
  const auto i = eval(cast<std::int32_t>(x));
  CHECK(i(0) == -1);
  CHECK(i(1) == 2);
  CHECK(i(2) == std::numeric_limits<std::int32_t>::max());
  CHECK(cast<int>(2.7) == 2);
  static_assert(std::is_same_v<dtype_of<decltype(eval(cast<float>(x)))>, float>);
  const auto g = grad([](const auto& v) { return sum(cast<double>(v) * cast<double>(v)); })(Tensor<float, dyn>{1, 2});
  static_assert(std::is_same_v<dtype_of<decltype(g)>, float>);
  CHECK(g(1) == 4.0F);
  CHECK(grad([](const auto& v) { return v * cast<double>(cast<int>(v)); })(Tensor<double>(2.7)).item() == 2);
  CHECK(jvp([](const auto& v) { return v * cast<double>(cast<int>(v)); }, Tensor<double>(2.7), Tensor<double>(1.0)).tangent.item() == 2);
  CHECK(grad(grad(grad([](const auto& v) { return v * v * v * cast<double>(cast<int>(v)); })))(Tensor<double>(2.7)).item() == 12);
}

TEST_CASE("stop_gradient stops every derivative and keeps the batch", "[primitives]") {
  const auto f = [](const auto& x) { return x * stop_gradient(x * x); };
  const Tensor<double> three = 3.0;
  CHECK(grad(f)(three).item() == 9);
  CHECK(grad(grad(f))(three).item() == 0);
  CHECK(jvp(f, three, Tensor<double>(1.0)).tangent.item() == 9);
  CHECK(jvp(grad(f), three, Tensor<double>(1.0)).tangent.item() == 0);
  CHECK(grad([](const auto& x) { return stop_gradient(x); })(three).item() == 0);
  const Tensor<double, dyn> batch{1, 2, 3};
  check_elements(vmap(f)(batch), 1, 8, 27);
  check_elements(vmap(grad(f))(batch), 1, 4, 9);
  check_elements(grad([&](const auto& x) { return sum(vmap(f)(x)); })(batch), 1, 4, 9);
  CHECK(stop_gradient(2.5) == 2.5);
}
