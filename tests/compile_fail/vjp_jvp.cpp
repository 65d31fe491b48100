// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<int, 3> n{1, 2, 3};
  [[maybe_unused]] const auto sine = [](auto v) { return sin(v); };
#if CASE == 1  // expect: [vjp] at least one primal is required
  vjp(sine);
#elif CASE == 2  // expect: [vjp] f must be callable with traced arguments: let it take them by `auto`
  vjp([](Tensor<double, 3> v) { return v; }, x);
#elif CASE == 3  // expect: integer and bool tensors are not differentiated
  vjp(sine, n);
#elif CASE == 4  // expect: [vjp] the cotangent must have the rank of the output
  vjp(sine, x).vjp_fn(Tensor<double, 3, 3>());
#elif CASE == 5  // expect: [jvp] a tangent must have the rank of its primal
  jvp(sine, x, 1.0);
#elif CASE == 6  // expect: [jvp] as many tangents as primals are required
  jvp(sine, std::tuple{x}, std::tuple{x, x});
#elif CASE == 7  // expect: [jvp] f must be callable with traced arguments: let it take them by `auto`
  jvp([](Tensor<double, 3> v) { return v; }, x, x);
#elif CASE == 8  // expect: [linearize] at least one primal is required
  linearize(sine);
#elif CASE == 9  // expect: [linearize] as many tangents as primals are required
  linearize(sine, x).jvp_fn(x, x);
#elif CASE == 10  // expect: [vjp] with has_aux, f must return std::pair{value, aux}
  vjp(sine, has_aux, x);
#elif CASE == 11  // expect: [jvp] with has_aux, f must return std::pair{value, aux}
  jvp(sine, has_aux, x, x);
#elif CASE == 12  // expect: [levels] an inner function mixes its argument with a traced value of an outer transform that does not reach its result
  jvp([](auto v) { return v * grad([v](auto w) { return v > w ? eval(w * w) : eval(w); })(Tensor<double>(1.0)); }, 1.0, 1.0);
#endif
}
