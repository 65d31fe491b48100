// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

// Shapes that the types know to be wrong.

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<double, 4> y{1.0, 2.0, 3.0, 4.0};
  [[maybe_unused]] Tensor<double, 2, 3> m{{1.0, 2.0, 3.0}, {4.0, 5.0, 6.0}};
  [[maybe_unused]] Tensor<double> s = 1.0;
#if CASE == 1  // expect: [operator] static extents must broadcast: equal, or 1
  x + y;
#elif CASE == 2  // expect: [where] static extents must broadcast: equal, or 1
  where(x > 0.0, y, 1.0);
#elif CASE == 3  // expect: [broadcast_to] the extents must stretch to the new ones: equal, or 1
  broadcast_to(x, extents<2, 4>());
#elif CASE == 4  // expect: [reshape] the new extents must have as many elements as the old
  reshape<4, 2>(m);
#elif CASE == 5  // expect: [unsqueeze] the dim must lie within the rank of the result
  unsqueeze<3>(x);
#elif CASE == 6  // expect: [permute] as many dims as the rank are required, each once
  permute<0>(m);
#elif CASE == 7  // expect: [at] at most as many indices as the rank are allowed
  at(x, 0, 0);
#elif CASE == 8  // expect: [sum] dims must lie within the rank, each once
  sum(m, dims<2>);
#elif CASE == 9  // expect: [sum] dims must lie within the rank, each once
  sum(m, dims<0, -2>);
#elif CASE == 10  // expect: [max] dims must lie within the rank, each once
  max(m, dims<2>);
#elif CASE == 11  // expect: [min] dims must lie within the rank, each once
  min(m, dims<0, 0>);
#elif CASE == 12  // expect: [prod] dims must lie within the rank, each once
  prod(m, dims<-3>);
#elif CASE == 13  // expect: [max] at least one element is required in the reduced dims, got none
  max(Tensor<double, 0>());
#elif CASE == 14  // expect: [min] at least one element is required in the reduced dims, got none
  min(Tensor<double, 0>());
#elif CASE == 15  // expect: [any] dims must lie within the rank, each once
  any(m > 0.0, dims<2>);
#elif CASE == 16  // expect: [all] dims must lie within the rank, each once
  all(m > 0.0, dims<2>);
#elif CASE == 17  // expect: [argmax] one dim within the rank is required, or none for all elements
  argmax(m, dim<2>);
#elif CASE == 18  // expect: [argmin] one dim within the rank is required, or none for all elements
  argmin(m, dim<2>);
#elif CASE == 19  // expect: [mean] dims must lie within the rank, each once
  mean(m, dims<2>);
#elif CASE == 20  // expect: [var] dims must lie within the rank, each once; one number for ddof
  var(m, dims<2>);
#elif CASE == 21  // expect: [stddev] dims must lie within the rank, each once; one number for ddof
  stddev(m, dims<2>);
#elif CASE == 22  // expect: [norm] dims must lie within the rank, each once
  norm(m, dims<2>);
#elif CASE == 23  // expect: [cumsum] the dim must lie within the rank
  cumsum(m, dim<2>);
#elif CASE == 24  // expect: [flip] dims must lie within the rank, each once
  flip(m, dims<2>);
#elif CASE == 25  // expect: [roll] the dim must lie within the rank
  roll(m, 1, dim<2>);
#elif CASE == 26  // expect: [concatenate] the dim must lie within the rank; stack(...) joins along a new dim
  concatenate(std::tuple{x, x}, dim<1>);
#elif CASE == 27  // expect: [concatenate] operands must have the same rank, and equal extents in the other dims
  concatenate(std::tuple{m, x}, dim<0>);
#elif CASE == 28  // expect: [concatenate] operands must have the same rank, and equal extents in the other dims
  concatenate(std::tuple{m, transpose(m)}, dim<0>);
#elif CASE == 29  // expect: [stack] the new dim must lie within the rank of the result
  stack(std::tuple{x, x}, dim<2>);
#elif CASE == 30  // expect: [stack] operands must have equal extents
  stack(std::tuple{x, y});
#elif CASE == 31  // expect: [split] the dim must lie within the rank
  split<3>(x, dim<1>);
#elif CASE == 32  // expect: [split] the extent must be divisible by the number of parts
  split<2>(x, dim<0>);
#elif CASE == 33  // expect: [split] the number of parts must be positive
  split<0>(x, dim<0>);
#elif CASE == 34  // expect: [pad] widths must not be negative; at(x, range_c<first, last>{}) takes a part
  pad<-1, 0>(x);
#elif CASE == 35  // expect: [pad] two widths, before and after, for each dim are required
  pad<1, 1>(m);
#elif CASE == 36  // expect: [tile] repeats must not be negative
  tile<-1>(x);
#elif CASE == 37  // expect: [take] the dim must lie within the rank
  take(x, tensor({0, 1}), dim<1>);
#elif CASE == 38  // expect: [take] indices must be integers; use where(mask, x, 0) or cast<std::int64_t>(indices)
  take(x, tensor({0.0, 1.0}), dim<0>);
#elif CASE == 39  // expect: [one_hot] indices must be integers
  one_hot(x, 3);
#elif CASE == 40  // expect: [set_at] the value must broadcast to the part that the indices name: equal extents, or 1
  set_at(m, y, 0);
#elif CASE == 41  // expect: [diag] a vector or a matrix is required; vmap(...) maps over further dims
  diag(s);
#elif CASE == 42  // expect: [trace] a matrix is required; vmap(...) maps over further dims
  trace(x);
#elif CASE == 43  // expect: [tril] a matrix, or a stack of them, is required
  tril(x);
#elif CASE == 44  // expect: [triu] a matrix, or a stack of them, is required
  triu(x);
#elif CASE == 45  // expect: [linspace] a floating-point dtype is required; use arange for integers
  linspace<int>(0, 1, 2);
#elif CASE == 46  // expect: [softmax] the dim must lie within the rank
  softmax(x, dim<1>);
#elif CASE == 47  // expect: [log_softmax] the dim must lie within the rank
  log_softmax(x, dim<1>);
#elif CASE == 48  // expect: [logsumexp] dims must lie within the rank, each once
  logsumexp(x, dims<1>);
#elif CASE == 49  // expect: [concatenate] at least one operand is required
  concatenate(std::tuple{}, dim<0>);
#elif CASE == 50  // expect: [stack] at least one operand is required
  stack(std::tuple{});
#elif CASE == 51  // expect: [permute] as many dims as the rank are required, each once
  permute<0, 0>(m);
#elif CASE == 52  // expect: [random] a floating-point dtype is required; use cast<T>(x) on what was drawn
  normal<int>(Key{0}, 3);
#elif CASE == 53  // expect: [operator] a tensor of at most 12 dims is required
  eval(Tensor<double, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn, dyn>() + 1.0);
#elif CASE == 54  // expect: [sum] dims are part of the type: sum(x, dim<0>)
  sum(Tensor<double, 2, 3>(), 0);
#elif CASE == 55  // expect: [mean] dims are part of the type: mean(x, dim<0>)
  mean(Tensor<double, 2, 3>(), 0);
#endif
}
