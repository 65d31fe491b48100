// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A2fwd, A2rev  the Jacobians of y = sin(A x) exp(-x), 3 -> 3, at 100k points: [N, 3] in, [N, 3, 3] out

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

constexpr index_t count = field_count;

// ---- functra ----

template <class T>
auto inputs() {
  return std::pair{as_tensor(field_matrix<T>(), functra::extents<3, 3>()), as_tensor(field_points<T>(), functra::extents<functra::dyn, 3>(count))};
}
template <class T>
auto functra_forward() {
  return [in = inputs<T>()] {
    const auto f = [&](const auto& v) { return sin(matmul(in.first, v)) * exp(-v); };
    return functra::vmap(functra::jacfwd(f))(in.second);
  };
}
template <class T>
auto functra_reverse() {
  return [in = inputs<T>()] {
    const auto f = [&](const auto& v) { return sin(matmul(in.first, v)) * exp(-v); };
    return functra::vmap(functra::jacrev(f))(in.second);
  };
}

// ---- by hand ----

template <class T>
auto by_hand() {
  return [a = field_matrix<T>(), x = field_points<T>(), jacobian = Buffer<T>(9 * count)]() mutable {
    using P = hand::Pack<T>;
    constexpr int w = hand::width<T>;
    static_assert(count % w == 0);
    for (index_t i = 0; i < count; i += w) {
      P v[3], j[9];
      hand::lanes::deinterleave(x.data() + 3 * i, 3, 3, v);
      for (int r = 0; r < 3; ++r) {
        P sine, cosine;
        sincos(fma(P(a[3 * r]), v[0], fma(P(a[3 * r + 1]), v[1], P(a[3 * r + 2]) * v[2])), sine, cosine);
        const P decay = exp(-v[r]), slope = cosine * decay;
        for (int c = 0; c < 3; ++c) j[3 * r + c] = r == c ? fma(P(a[3 * r + c]), slope, -(sine * decay)) : P(a[3 * r + c]) * slope;
      }
      hand::lanes::interleave(j, 9, jacobian.data() + 9 * i, 9);
    }
    return view(jacobian);
  };
}

template <class T>
bool add_all() {
  add("A2fwd", "hand", type_name<T>, by_hand<T>);
  add("A2fwd", "functra", type_name<T>, functra_forward<T>);
  add("A2rev", "hand", type_name<T>, by_hand<T>);
  add("A2rev", "functra", type_name<T>, functra_reverse<T>);
  return true;
}
const bool added[] = {add_all<double>(), add_all<float>()};

}  // namespace
