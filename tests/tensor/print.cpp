// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/tensor/print.hpp"

#include <limits>
#include <sstream>

#include "../catch.hpp"
#include "functra/interpreters/print.hpp"
#include "functra/tensor/create.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"

// The expected texts are those of numpy.

using namespace functra;

namespace {

template <class X>
std::string text(const X& x) {
  std::ostringstream os;
  os << x;
  return os.str();
}

}  // namespace

TEST_CASE("a tensor of rank 0 prints as its number") {
  CHECK(text(Tensor<double>(0.5)) == "0.5");
  CHECK(text(Tensor<double>(1.0)) == "1.0");
  CHECK(text(Tensor<double>(-1.0 / 3)) == "-0.3333333333333333");
  CHECK(text(Tensor<float>(0.1f)) == "0.1");
  CHECK(text(Tensor<double>(100000.0)) == "100000.0");
  CHECK(text(Tensor<double>(1e-20)) == "1e-20");
  CHECK(text(Tensor<double>(std::numeric_limits<double>::max())) == "1.7976931348623157e+308");
  CHECK(text(Tensor<double>(std::numeric_limits<double>::quiet_NaN())) == "nan");
  CHECK(text(Tensor<double>(-std::numeric_limits<double>::infinity())) == "-inf");
  CHECK(text(Tensor<std::int64_t>(-3)) == "-3");
  CHECK(text(Tensor<bool>(true)) == "True");
}

TEST_CASE("numbers share a precision and a width") {
  CHECK(text(tensor({1.0, 2.0, 3.0})) == "[1. 2. 3.]");
  CHECK(text(tensor({0.5, -1.25, 1.0 / 3})) == "[ 0.5        -1.25        0.33333333]");
  CHECK(text(tensor({0.1f, 100.0f})) == "[  0.1 100. ]");
  CHECK(text(tensor({1, -20, 300})) == "[  1 -20 300]");
  CHECK(text(tensor({true, false})) == "[ True False]");
  CHECK(text(tensor({0.0, -0.0})) == "[ 0. -0.]");
}

TEST_CASE("numbers of different size are scientific") {
  CHECK(text(tensor({1e10, 1.5})) == "[1.0e+10 1.5e+00]");
  CHECK(text(tensor({1e-5})) == "[1.e-05]");
  CHECK(text(tensor({1.0 / 3, 1000.0})) == "[3.33333333e-01 1.00000000e+03]");
}

TEST_CASE("numbers that are not finite align with the others") {
  const double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
  CHECK(text(tensor({1.0, nan, -inf})) == "[  1.  nan -inf]");
  CHECK(text(tensor({nan, nan})) == "[nan nan]");
  CHECK(text(tensor({0.25, nan})) == "[0.25  nan]");
}

TEST_CASE("rows stand below each other and matrices apart") {
  CHECK(text(tensor({{1.0, 0.25}, {-3.5, 0.0}})) == "[[ 1.    0.25]\n [-3.5   0.  ]]");
  CHECK(text(tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}})) == "[[[1 2]\n  [3 4]]\n\n [[5 6]\n  [7 8]]]");
}

TEST_CASE("long rows are broken") {
  const std::string s = text(arange(40));
  CHECK(s.substr(0, s.find('\n') + 6) == "[ 0.  1.  2.  3.  4.  5.  6.  7.  8.  9. 10. 11. 12. 13. 14. 15. 16. 17.\n 18. ");
}

TEST_CASE("empty tensors print as brackets") {
  CHECK(text(zeros(0)) == "[]");
  CHECK(text(zeros(0, 3)) == "[]");
  CHECK(text(Tensor<double, 2, 0>()) == "[]");
}

TEST_CASE("large tensors show their ends") {
  CHECK(text(full<std::int32_t>(7, 1001)) == "[7 7 7 ... 7 7 7]");
  CHECK(text(full<std::int32_t>(7, 2, 501)) == "[[7 7 7 ... 7 7 7]\n [7 7 7 ... 7 7 7]]");
  CHECK(text(full<std::int32_t>(7, 501, 2)) == "[[7 7]\n [7 7]\n [7 7]\n ...\n [7 7]\n [7 7]\n [7 7]]");
  CHECK(text(arange<std::int32_t>(1000)).find("...") == std::string::npos);
  CHECK(text(arange<std::int32_t>(2000)) == "[   0    1    2 ... 1997 1998 1999]");
}

TEST_CASE("views print what they show") {
  const auto a = tensor({{1, 2, 3}, {4, 5, 6}});
  CHECK(text(at(a, range(), 1)) == "[2 5]");
  CHECK(text(at(a, 1)) == "[4 5 6]");
  CHECK(text(at(a, range(), range(range::end, range::end, -1))) == "[[3 2 1]\n [6 5 4]]");
}

TEST_CASE("expressions print their value") {
  const auto a = tensor({1.0, 2.0});
  CHECK(text(a * 2.0 + 0.5) == "[2.5 4.5]");
  CHECK(text(sum(a)) == "3.0");
}

TEST_CASE("traced values show what they are made of") {
  const auto a = tensor({1.0, 2.0});
  std::string seen;
  jvp([&](const auto& x) { return seen = text(x), x; }, a, a);
  CHECK(seen == "dual(primal=[1. 2.], tangent=[1. 2.])");
  grad([&](const auto& x) { return seen = text(x), sum(x); })(a);
  CHECK(seen == "taped([1. 2.])");
  CHECK(text(batched<Tensor<double, dyn>, 1>(a)) == "batched([1. 2.])");

  const auto m = tensor({{1.0, 2.0}, {3.0, 4.0}});
  jvp([&](const auto& x) { return seen = text(x), x; }, m, m);
  CHECK(seen == "dual(primal=[[1. 2.]\n             [3. 4.]],\n     tangent=[[1. 2.]\n              [3. 4.]])");
  CHECK(text(batched<Tensor<double, dyn, dyn>, 1>(m)) == "batched([[1. 2.]\n         [3. 4.]])");
}

TEST_CASE("examples in lanes print as the batch that they stand for") {
  Tensor<lanes::pack<double, 2>, 3> p;
  for (int i = 0; i < 3; ++i) {
    p.mutable_data()[i].set(0, i);
    p.mutable_data()[i].set(1, 10 * i);
  }
  CHECK(text(p) == "batched([[ 0.  1.  2.]\n         [ 0. 10. 20.]])");
  CHECK(text(Tensor<lanes::pack<bool, 2>>(lanes::pack<bool, 2>::from_bits(2))) == "batched([False  True])");
}
