// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<double, dyn, dyn> m{{1.0, 2.0}, {3.0, 4.0}};
  [[maybe_unused]] const auto total = [](auto v) { return sum(v); };
#if CASE == 1  // expect: [item] a rank-0 tensor is required; use x(i) or at(x, i)
  x.item();
#elif CASE == 2  // expect: [item] a rank-0 tensor is required; use x(i) or at(x, i)
  (m * 2.0).item();
#elif CASE == 3  // expect: [item] a rank-0 tensor is required; use x(i) or at(x, i)
  at(m, 0).item();
#elif CASE == 4  // expect: [operator()] as many indices as the rank are required; at(x, i) reads a part of x
  m(0);
#elif CASE == 5  // expect: A traced value is not written to: use set_at(x, value, i...) or add_at(x, value, i...)
  grad([](auto v) { return sum(v(0, 0)); })(x);
#elif CASE == 6  // expect: [operator=] a lazy expression cannot be assigned to; hold a value instead: `auto y = eval(expression);`
  auto y = x * 2.0;
  y = x * 3.0;
#elif CASE == 7  // expect: [operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)
  grad([](auto v) {
    v(0) = 1.0;
    return sum(v);
  })(x);
#elif CASE == 8  // expect: [data] a plain tensor is required, got a traced value
  grad([](auto v) {
    static_cast<void>((v * 2.0).data());
    return sum(v);
  })(x);
#elif CASE == 9  // expect: [conversion] a traced value cannot become a value of fewer levels; begin with traced_like(value, x...), which has the levels of x..., or use stop_gradient(x)
  grad([](auto v) {
    const Tensor<double> y = sum(v);
    return sum(v) * y;
  })(x);
#elif CASE == 10  // expect: [range_c] 0 <= first <= last and step > 0 are required
  at(x, range_c<2, 1>{});
#elif CASE == 11  // expect: [operator=] a lazy expression cannot be assigned to
  auto y = sum(x);
  y = sum(x * x);
#elif CASE == 12  // expect: [operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)
  vmap([](auto v) {
    v(0) = 1.0;
    return sum(v);
  })(m);
#elif CASE == 13  // expect: [operator+=] a named value is required: hold it as `auto y = eval(expression);`; use set_at(x, value, i...) or add_at(x, value, i...) on a part of a tensor
  grad([](auto v) {
    v(0) += 1.0;
    return sum(v);
  })(x);
#elif CASE == 14  // expect: [operator+=] a named value is required: hold it as `auto y = eval(expression);`
  auto y = x * 2.0;
  y += 1.0;
#elif CASE == 15  // expect: [operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)
  vmap([](auto v) {
    v(0) = 1.0;
    return sum(v);
  })(Tensor<double, 2, 3>());
#elif CASE == 16  // expect: [operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)
  jvp([](auto v) {
    v(0) = 1.0;
    return sum(v);
  }, x, x);
#elif CASE == 17  // expect: [Tensor] a tensor of the same dtype is required: use cast<T>(x)
  Tensor<float, 3> y(x);
#elif CASE == 19  // expect: [squeeze] a dim whose extent is known at run time alone must be named: squeeze<i>(x)
  squeeze(ones<double>(1, 3, 1));
#elif CASE == 18  // expect: [Tensor] a tensor of the same dtype is required: use cast<T>(x)
  Tensor<float, 3> y(2.0 * x);
#endif
}
