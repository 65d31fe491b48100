// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/comparison.hpp"

#include "functra/primitives/select.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"

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
