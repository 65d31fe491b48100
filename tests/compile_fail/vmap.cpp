// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include <functra/functra.hpp>

using namespace functra;

void program() {
  [[maybe_unused]] Tensor<double, dyn, 3> x{{1.0, 2.0, 3.0}};
  [[maybe_unused]] Tensor<double, dyn, dyn> d{{1.0, 2.0, 3.0}};
  [[maybe_unused]] const auto two = [](auto v, auto w) { return v * w; };
  [[maybe_unused]] const auto one = [](auto v) { return v * 2.0; };
#if CASE == 1  // expect: [vmap] in_dims must have one entry for each argument, or one that serves all
  vmap(two, in_dims<0, 0, 0>)(x, x);
#elif CASE == 2  // expect: [vmap] at least one argument must be mapped; in_dims are all none
  vmap(two, in_dims<none, none>)(x, x);
#elif CASE == 3  // expect: [vmap] a rank-0 argument cannot be mapped; use none in in_dims for it
  vmap(two)(x, Tensor<double>(1.0));
#elif CASE == 4  // expect: [vmap] a plain number cannot be mapped; use none in in_dims for it
  vmap(two)(x, 1.0);
#elif CASE == 5  // expect: [vmap] an entry of in_dims must lie within the rank of its argument
  vmap(one, in_dims<2>)(x);
#elif CASE == 6  // expect: [vmap] an entry of in_dims must lie within the rank of its argument
  vmap(one, in_dims<-3>)(d);
#elif CASE == 7  // expect: [vmap] an entry of out_dims must lie within the rank of the result
  vmap(one, out_dims<2>)(d);
#elif CASE == 8  // expect: [vmap] an entry of out_dims must lie within the rank of the result
  vmap(one, out_dims<2>)(x);
#elif CASE == 9  // expect: [vmap] several out_dims need an f that returns a tuple
  vmap(one, out_dims<0, 1>)(x);
#elif CASE == 10  // expect: [vmap] out_dims must have one entry for each output, or one that serves all
  vmap([](auto v) { return std::tuple{v, v, v}; }, out_dims<0, 1>)(x);
#elif CASE == 11  // expect: [vmap] out_dims entries must be dims
  vmap(one, out_dims<none>)(d);
#elif CASE == 12  // expect: [vmap] at least one argument is required
  vmap(one)();
#elif CASE == 13  // expect: [vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)
  vmap([](auto v) { return v(0) > 0.0 ? v(0) : v(1); })(d);
#elif CASE == 14  // expect: [vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)
  vmap([](auto v) { return v(0) > 0.0 ? v(0) : v(1); })(x);
#elif CASE == 15  // expect: [vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)
  vmap(grad([](auto v) { return v(0) > 0.0 ? v(0) : v(1); }))(x);
#elif CASE == 16  // expect: [vmap] a mapped value has no single item; use where(...) or cond(...) instead of branching on it
  vmap([](auto v) { return v(0).item(); })(d);
#elif CASE == 17  // expect: [vmap] a mapped value has no single item; use where(...) or cond(...) instead of branching on it
  vmap([](auto v) { return sum(v).item(); })(d);
#elif CASE == 18  // expect: [vmap] out_dims entries must be dims
  vmap(one, out_dims<none>)(x);
#elif CASE == 19  // expect: [vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)
  vmap([](auto v) { return any(v > 0.0) ? sum(v) : sum(v); })(x);
#elif CASE == 20  // expect: [vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)
  vmap([](auto v) { auto positive = eval(v(0) > 0.0); return positive ? v(0) : v(1); })(d);
#elif CASE == 21  // expect: [vmap] f must be callable with mapped arguments: let it take them by `auto`, as many as are given
  vmap([](Tensor<double, 3> v) { return v; }, lowering::batch_axis)(x);
#elif CASE == 22  // expect: [vmap] f must be callable with mapped arguments: let it take them by `auto`, as many as are given
  vmap([](Tensor<double, 3> v) { return v; })(x);
#elif CASE == 23  // expect: [vmap] f must be callable with mapped arguments: let it take them by `auto`, as many as are given
  vmap(two)(d);
#elif CASE == 24  // expect: [vmap] an option is in_dims<...>, out_dims<...>, chunk_size(n), lowering:: or randomness::; arguments go to the callable that vmap returns: vmap(f)(x)
  vmap(one, dims<0>)(d);
#elif CASE == 25  // expect: [vmap] an option is in_dims<...>, out_dims<...>, chunk_size(n), lowering:: or randomness::; arguments go to the callable that vmap returns: vmap(f)(x)
  vmap(one, d);
#elif CASE == 26  // expect: [vmap] each option may be given once
  vmap(one, in_dims<0>, in_dims<1>)(d);
#elif CASE == 27  // expect: [vmap] a plain number cannot be mapped; use none in in_dims for it
  vmap([](const auto& t) { return std::get<0>(t); })(std::tuple{x, 7.0});
#endif
}
