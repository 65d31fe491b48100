// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<int, 3> n{1, 2, 3};
  [[maybe_unused]] const auto total = [](auto v) { return sum(v); };
  [[maybe_unused]] const auto pair = [](auto v) { return std::pair{sum(v), v}; };
#if CASE == 1  // expect: [grad] f must return a rank-0 tensor
  grad([](auto v) { return sin(v); })(x);
#elif CASE == 2  // expect: [grad] f must return a rank-0 tensor, got something that is not a tensor; a std::pair{value, aux} asks for has_aux
  grad(pair)(x);
#elif CASE == 3  // expect: [grad] with has_aux, f must return std::pair{value, aux}
  grad(total, has_aux)(x);
#elif CASE == 4  // expect: [grad] f must return a floating-point value; use cast<double>(y)
  grad([](auto v) { return sum(v) > 1.0; })(x);
#elif CASE == 5  // expect: [grad] f must be callable with traced arguments: let it take them by `auto`, as many as are given
  grad([](Tensor<double, 3> v) { return sum(v); })(x);
#elif CASE == 6  // expect: [grad] f must be callable with traced arguments: let it take them by `auto`, as many as are given
  grad(total)(x, x);
#elif CASE == 7  // expect: [grad] at least one argument is required
  grad(total)();
#elif CASE == 8  // expect: [grad] integer and bool tensors are not differentiated; use cast<double>(x), or other argnums
  grad(total)(n);
#elif CASE == 9  // expect: [argnums] each number must be below the number of arguments (negative ones count from the end)
  grad([](auto v, auto w) { return sum(v * w); }, argnums<2>)(x, x);
#elif CASE == 10  // expect: [argnums] each number must be below the number of arguments (negative ones count from the end)
  grad([](auto v, auto w) { return sum(v * w); }, argnums<0, -3>)(x, x);
#elif CASE == 11  // expect: [argnums] each argument may be named once
  grad([](auto v, auto w) { return sum(v * w); }, argnums<1, -1>)(x, x);
#elif CASE == 12  // expect: [grad] f must return a rank-0 tensor; use jacrev, or sum the result
  value_and_grad([](auto v) { return std::pair{v, 1}; }, has_aux)(x);
#elif CASE == 13  // expect: [grad] f must return a rank-0 tensor; use jacrev, or sum the result
  value_and_grad([](auto v) { return sin(v); })(x);
#elif CASE == 14  // expect: [grad] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums
  grad([](auto k) { return 2.0 * k; })(3);
#elif CASE == 15  // expect: [grad] an option is argnums<...> or has_aux; arguments go to the callable that grad returns: grad(f)(x)
  grad(total, x);
#elif CASE == 16  // expect: [value_and_grad] an option is argnums<...> or has_aux; arguments go to the callable that value_and_grad returns
  value_and_grad(total, 0);
#elif CASE == 17  // expect: [grad] each option may be given once
  grad(total, argnums<0>, argnums<0>);
#elif CASE == 18  // expect: a struct is differentiated as a template of its members' types
  struct plain {
    Tensor<double, 3> w;
  };
  grad([](const auto& p) { return sum(p.w); })(plain{});
#endif
}
