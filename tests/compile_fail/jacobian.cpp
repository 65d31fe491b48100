// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, 3> x{1.0, 2.0, 3.0};
  [[maybe_unused]] Tensor<int, 3> n{1, 2, 3};
  [[maybe_unused]] const auto sine = [](auto v) { return sin(v); };
#if CASE == 1  // expect: [jacrev] at least one argument is required
  jacrev(sine)();
#elif CASE == 2  // expect: [jacfwd] at least one argument is required
  jacfwd(sine)();
#elif CASE == 3  // expect: [jacrev] with has_aux, f must return std::pair{value, aux}
  jacrev(sine, has_aux)(x);
#elif CASE == 4  // expect: [jacfwd] with has_aux, f must return std::pair{value, aux}
  jacfwd(sine, has_aux)(x);
#elif CASE == 5  // expect: [jacrev] f must return floating-point tensors
  jacrev([](auto v) { return v > 1.0; })(x);
#elif CASE == 6  // expect: [jacfwd] f must return floating-point tensors
  jacfwd([](auto v) { return v > 1.0; })(x);
#elif CASE == 7  // expect: integer and bool tensors are not differentiated; use cast<double>(x), or other argnums
  jacrev(sine)(n);
#elif CASE == 8  // expect: [jacfwd] integer and bool tensors are not differentiated; use cast<double>(x), or other argnums
  jacfwd(sine)(n);
#elif CASE == 9  // expect: [jacrev] f must be callable with traced arguments: let it take them by `auto`
  jacrev([](Tensor<double, 3> v) { return v; })(x);
#elif CASE == 10  // expect: [jacfwd] f must be callable with traced arguments: let it take them by `auto`
  jacfwd([](Tensor<double, 3> v) { return v; })(x);
#elif CASE == 11  // expect: [argnums] each number must be below the number of arguments
  jacobian(sine, argnums<1>)(x);
#elif CASE == 12  // expect: [argnums] each number must be below the number of arguments
  hessian([](auto v) { return sum(v); }, argnums<1>)(x);
#elif CASE == 13  // expect: [jacrev] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacrev returns: jacrev(f)(x)
  jacrev(sine, x);
#elif CASE == 14  // expect: [jacfwd] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacfwd returns: jacfwd(f)(x)
  jacfwd(sine, 4);
#elif CASE == 15  // expect: [hessian] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that hessian returns: hessian(f)(x)
  hessian(sine, x);
#elif CASE == 16  // expect: [jacobian] an option is argnums<...> or has_aux or chunk_size(n); arguments go to the callable that jacobian returns: jacobian(f)(x)
  jacobian(sine, x);
#elif CASE == 17  // expect: [jacrev] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums
  jacrev([](auto k) { return 2.0 * k; })(3);
#elif CASE == 18  // expect: [jacfwd] a tensor or a floating-point value is required to differentiate in; write 3.0 for 3, or use other argnums
  jacfwd([](auto k) { return 2.0 * k; })(3);
#elif CASE == 19  // expect: [jacrev] f must be callable with traced arguments: let it take them by `auto`
  jacrev([](Tensor<double, 3> v) { return sum(v); })(x);
#endif
}
