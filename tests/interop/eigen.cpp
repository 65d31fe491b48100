// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/interop/eigen.hpp"

#include <concepts>

#include "../catch.hpp"
#include "functra/primitives/arithmetic.hpp"
#include "functra/primitives/permute.hpp"
#include "functra/tensor/create.hpp"

using namespace functra;

TEST_CASE("matrices become tensors of rank 2 and vectors of rank 1") {
  static_assert(std::same_as<decltype(from_eigen(Eigen::MatrixXd())), Tensor<double, dyn, dyn>>);
  static_assert(std::same_as<decltype(from_eigen(Eigen::VectorXf())), Tensor<float, dyn>>);
  static_assert(std::same_as<decltype(from_eigen(Eigen::RowVectorXd())), Tensor<double, dyn>>);
  static_assert(std::same_as<decltype(from_eigen(Eigen::Matrix3f())), Tensor<float, 3, 3>>);
  static_assert(std::same_as<decltype(from_eigen(Eigen::Vector3d())), Tensor<double, 3>>);
  static_assert(std::same_as<decltype(from_eigen(Eigen::Matrix<double, Eigen::Dynamic, 4>())), Tensor<double, dyn, 4>>);

  Eigen::MatrixXd m(2, 3);
  m << 1, 2, 3, 4, 5, 6;
  const auto t = from_eigen(m);
  CHECK(t.shape() == std::array<index_t, 2>{2, 3});
  for (int i = 0; i < 6; ++i) CHECK(t.data()[i] == i + 1);
  CHECK(from_eigen(Eigen::RowVector3d(1, 2, 3))(2) == 3);
  CHECK(from_eigen(Eigen::Vector3d(1, 2, 3))(2) == 3);
}

TEST_CASE("expressions, arrays, row-major and empty matrices convert") {
  Eigen::Matrix<int, 2, 2, Eigen::RowMajor> m;
  m << 1, 2, 3, 4;
  CHECK(from_eigen(m)(0, 1) == 2);
  CHECK(from_eigen(m.transpose() * 2)(0, 1) == 6);
  CHECK(from_eigen(m.col(1))(1) == 4);
  CHECK(from_eigen(m.array() > 2)(1, 0));
  CHECK(from_eigen(Eigen::MatrixXd(0, 3)).shape() == std::array<index_t, 2>{0, 3});
  CHECK(from_eigen(Eigen::VectorXd()).size() == 0);
}

TEST_CASE("tensors become matrices of their own") {
  static_assert(std::same_as<decltype(to_eigen(zeros(2, 3))), Eigen::MatrixXd>);
  static_assert(std::same_as<decltype(to_eigen(zeros<float>(2))), Eigen::VectorXf>);
  static_assert(std::same_as<decltype(to_eigen(Tensor<double, 3, 3>())), Eigen::Matrix3d>);
  static_assert(std::same_as<decltype(to_eigen(Tensor<double, 3>())), Eigen::Vector3d>);
  static_assert(std::same_as<decltype(to_eigen(Tensor<double, 300, 300>())), Eigen::MatrixXd>);  // too large for the stack
  const auto a = tensor({{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}});
  const auto m = to_eigen(a);
  CHECK((m.rows() == 2 && m.cols() == 3 && m(0, 2) == 3 && m(1, 0) == 4));
  CHECK(to_eigen(a * 2.0)(1, 2) == 12);
  CHECK(to_eigen(transpose(a))(2, 1) == 6);
  CHECK(to_eigen(Tensor<double, 1, 3>{{1, 2, 3}})(0, 2) == 3);
  CHECK(to_eigen(Tensor<double, 3, 1>{{1}, {2}, {3}})(2, 0) == 3);
  CHECK(to_eigen(zeros(0, 3)).cols() == 3);
}

TEST_CASE("a round trip changes nothing") {
  const Eigen::MatrixXd m = Eigen::MatrixXd::Random(7, 5);
  CHECK(to_eigen(from_eigen(m)) == m);
}

TEST_CASE("maps see a tensor without a copy") {
  const Tensor<double, dyn, dyn> a{{1, 2}, {3, 4}};
  const auto m = as_eigen(a);
  CHECK(m.data() == a.data());
  CHECK(m(1, 0) == 3);
  const Eigen::Vector2d x(1, 1);
  CHECK((m * x)(1) == 7);
  const Tensor<double, 3> p{1, 2, 3};
  CHECK(as_eigen(p).norm() == std::sqrt(14.0));
}

TEST_CASE("a map of a tensor that is not const writes to it alone") {
  Tensor<double, dyn, dyn> a{{1, 2}, {3, 4}};
  const Tensor<double, dyn, dyn> b = a;
  as_eigen(a)(0, 1) = 9;
  CHECK(std::as_const(a)(0, 1) == 9);
  CHECK(b(0, 1) == 2);
  Tensor<float, 2, 2> s;
  as_eigen(s).setIdentity();
  CHECK((s(0, 0) == 1 && s(0, 1) == 0));
}

TEST_CASE("a map of a temporary does not compile") {
  const auto maps = []<class T>(T&& t) { return requires { as_eigen(std::forward<T>(t)); }; };
  Tensor<double, dyn> t;
  CHECK(maps(t));
  CHECK_FALSE(maps(Tensor<double, dyn>()));
}
