// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <Eigen/Core>

#include "functra/expr/expr.hpp"

// Eigen's matrices as tensors and back. Vectors have rank 1, matrices rank 2; static sizes are static extents.
namespace functra {

namespace detail {

constexpr index_t from_eigen_size(int n) { return n == Eigen::Dynamic ? dyn : n; }
constexpr int to_eigen_size(index_t n) { return is_dynamic(n) ? Eigen::Dynamic : static_cast<int>(n); }

template <class M>
constexpr auto eigen_shape() {
  if constexpr (M::IsVectorAtCompileTime) return static_shape<1>{{from_eigen_size(M::SizeAtCompileTime)}};
  else return static_shape<2>{{from_eigen_size(M::RowsAtCompileTime), from_eigen_size(M::ColsAtCompileTime)}};
}
template <class M>
using eigen_extents = extents_of<(M::IsVectorAtCompileTime ? 1 : 2), eigen_shape<M>()>;

// The matrix with the elements of a tensor in place. A column has only one order, which Eigen calls the other one.
template <class T, class X>
using mapped_matrix = Eigen::Matrix<T, to_eigen_size(X::static_extent(0)), (X::R == 1 ? 1 : to_eigen_size(X::static_extent(X::R - 1))),
                                    (X::R == 1 || X::static_extent(X::R - 1) == 1 ? Eigen::ColMajor : Eigen::RowMajor)>;

template <class V>
constexpr void check_matrix() {
  static_assert(level_of<V> == 0 && lanes_of<element_of<V>> == 1,
                "[eigen] a plain tensor is required, got a traced value, whose derivatives Eigen would lose; use the operations of functra");
  static_assert(extents_of_value<V>::R == 1 || extents_of_value<V>::R == 2, "[eigen] rank 1 or 2 is required; reshape the tensor first");
}
template <class T, class X, class P>
auto map_elements(P* p, const X& x) {
  using M = std::conditional_t<std::is_const_v<P>, const mapped_matrix<T, X>, mapped_matrix<T, X>>;
  if constexpr (X::R == 1) return Eigen::Map<M>(p, x.extent(0));
  else return Eigen::Map<M>(p, x.extent(0), x.extent(1));
}

}  // namespace detail

// The elements of an Eigen matrix, vector or expression.
//   MatrixXd -> f64[m,n]   VectorXd -> f64[n]   Matrix3f -> f32[3,3]   Vector3f -> f32[3]
template <class D>
auto from_eigen(const Eigen::DenseBase<D>& m) {
  using X = detail::eigen_extents<D>;
  using T = typename D::Scalar;
  static_assert(std::is_arithmetic_v<T>, "[from_eigen] a matrix of arithmetic values is required");
  const index_t shape[2] = {X::R == 1 ? m.size() : m.rows(), m.cols()};
  tensor_of<T, X> t(uninitialized, X::from(shape));
  if constexpr (X::R == 1 && D::RowsAtCompileTime == 1) detail::map_elements<T>(t.mutable_data(), t.get_extents()) = m.derived().transpose();
  else detail::map_elements<T>(t.mutable_data(), t.get_extents()) = m.derived();
  return t;
}

// A tensor of rank 1 or 2, or the value of an expression, as a matrix of its own, in Eigen's default order.
//   f64[n] -> VectorXd   f64[m,n] -> MatrixXd   f64[3,3] -> Matrix3d
template <tensor_like A>
auto to_eigen(const A& a) {
  const auto t = eval(a);
  using V = std::remove_const_t<decltype(t)>;
  detail::check_matrix<V>();
  using X = extents_of_value<V>;
  using M = detail::mapped_matrix<dtype_of<V>, X>;
  constexpr bool on_stack = detail::is_inline<dtype_of<V>, X>();  // larger ones, Eigen wants on the heap
  constexpr int rows = on_stack ? int{M::RowsAtCompileTime} : Eigen::Dynamic;
  constexpr int cols = on_stack || X::R == 1 ? int{M::ColsAtCompileTime} : Eigen::Dynamic;
  return Eigen::Matrix<dtype_of<V>, rows, cols, (rows == 1 && cols != 1 ? Eigen::RowMajor : Eigen::ColMajor)>(
      detail::map_elements<dtype_of<V>>(t.data(), t.get_extents()));
}

// The elements of a tensor seen by Eigen, without a copy; valid as long as the tensor is neither changed nor destroyed. A map of a
// tensor that is not const writes to it.
template <class T, index_t... E>
auto as_eigen(const Tensor<T, E...>& t) {
  detail::check_matrix<Tensor<T, E...>>();
  return detail::map_elements<T>(t.data(), t.get_extents());
}
template <class T, index_t... E>
auto as_eigen(Tensor<T, E...>& t) {
  detail::check_matrix<Tensor<T, E...>>();
  return detail::map_elements<T>(t.mutable_data(), t.get_extents());
}
template <class T, index_t... E>
void as_eigen(const Tensor<T, E...>&&) = delete;  // a map of a temporary would dangle: hold the tensor in a variable

}  // namespace functra
