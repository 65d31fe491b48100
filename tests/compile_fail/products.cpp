// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<double, 4> y{1.0, 2.0, 3.0, 4.0};
  [[maybe_unused]] Tensor<double, 2, 3> m{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  [[maybe_unused]] Tensor<double, 2, 2, 3> stack_of_two;
  [[maybe_unused]] Tensor<double, 3, 3, 2> stack_of_three;
  [[maybe_unused]] Tensor<double> s = 1.0;
#if CASE == 1  // expect: [matmul] operands of rank 1 or more are required; use * with a rank-0 tensor
  matmul(m, s);
#elif CASE == 2  // expect: [matmul] inner extents must agree: T[m,k], T[k,n] -> T[m,n]
  matmul(m, m);
#elif CASE == 3  // expect: [matmul] leading extents must be equal, or 1
  matmul(stack_of_two, stack_of_three);
#elif CASE == 4  // expect: [dot] operands of rank 1 or 2 are required; use matmul or tensordot for more, * for rank 0
  dot(s, x);
#elif CASE == 5  // expect: [dot] inner extents must agree: T[n], T[n] -> T[]
  dot(x, y);
#elif CASE == 6  // expect: [outer] operands of rank 1 are required; use flatten(x), or tensordot<0>(a, b)
  outer(m, x);
#elif CASE == 7  // expect: [tensordot] as many dims of a as of b are required
  tensordot(m, m, dims<0>, dims<0, 1>);
#elif CASE == 8  // expect: [tensordot] dims must lie within the rank, each once
  tensordot(m, m, dims<2>, dims<0>);
#elif CASE == 9  // expect: [tensordot] extents of paired dims must agree
  tensordot(m, m, dims<0>, dims<1>);
#elif CASE == 10  // expect: [tensordot] N must not exceed the ranks
  tensordot<2>(m, x);
#elif CASE == 11  // expect: [einsum]
  einsum<"ij,jk->ik">(m, m);
#elif CASE == 12  // expect: [einsum]
  einsum<"ij,jk->ik">(m, x);
#elif CASE == 13  // expect: [einsum]
  einsum<"ij->k">(m);
#elif CASE == 14  // expect: [cross_entropy] labels must be integers
  cross_entropy(m, x);
#elif CASE == 15  // expect: [cross_entropy] logits must have a dim of classes
  cross_entropy(s, 1);
#elif CASE == 16  // expect: [cross_entropy] one label serves one vector of logits only
  cross_entropy(m, 1);
#elif CASE == 17  // expect: [cross_entropy] labels must have the dims of the logits but the last
  cross_entropy(x, tensor({1, 2}));
#endif
}
