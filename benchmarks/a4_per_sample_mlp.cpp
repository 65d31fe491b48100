// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// A4  per-sample gradients of a small network, batch 4096: [N, 32, 10], [N, 32], [N, 32], [N]

#include "small_mlp.hpp"

namespace {

using namespace workload;
using namespace workload::small_mlp;

template <class T>
auto functra_version() {
  return [m = mlp<T>(), x = examples<T>(), y = targets<T>()] {
    return functra::vmap(functra::grad(loss), functra::in_dims<functra::none, 0, 0>)(m, x, y);
  };
}

// Five registers hold whole rows of ten. Register Q of them, counted from row `First`, needs for lane L the row (Q w + L) / 10.
template <int First, int Q, class P, int... L>
FUNCTRA_INLINE P spread_rows(P x, std::integer_sequence<int, L...>) {
  return P::from_raw(__builtin_shufflevector(x.raw(), x.raw(), (First + (Q * P::size + L) / inputs)...));
}
template <int First, class T, class P, int... Q>
FUNCTRA_INLINE void outer_rows(P slope, const P* x, T* to, std::integer_sequence<int, Q...>) {
  ((spread_rows<First, Q>(slope, std::make_integer_sequence<int, P::size>{}) * x[Q]).store(to + Q * P::size), ...);
}

template <class T>
auto by_hand() {
  return [p = parameter_values<T>(), x = example_values<T>(), y = target_values<T>(), dw1 = Buffer<T>(count * hidden * inputs),
          db1 = Buffer<T>(count * hidden), dw2 = Buffer<T>(count * hidden), db2 = Buffer<T>(count)]() mutable {
    using P = hand::Pack<T>;
    const Network<T> net(p);
    constexpr int w = Network<T>::w, packs = Network<T>::packs;
    hand::Array<T, block * hidden> h;
    for (index_t begin = 0; begin < count; begin += block) {
      net.forward(x.data() + inputs * begin, y.data() + begin, h, db2.data() + begin);
      for (index_t i = 0; i < block; ++i) {
        const T error = db2[begin + i];
        hand::Array<T, 5 * w> rows;
        for (int k = 0; k < 5 * w; k += inputs) std::copy_n(x.data() + inputs * (begin + i), inputs, rows + k);
        P five[5];
        for (int q = 0; q < 5; ++q) five[q] = P::load(rows + q * w);
        for (int j = 0; j < packs; ++j) {
          const index_t unit = hidden * (begin + i) + j * w;
          const P hj = P::load(h + hidden * i + j * w);
          const P slope = net.w2[j] * error * (T(1) - hj * hj);
          (hj * error).store(dw2.data() + unit);
          slope.store(db1.data() + unit);
          outer_rows<0>(slope, five, dw1.data() + inputs * unit, std::make_integer_sequence<int, 5>{});
          outer_rows<w / 2>(slope, five, dw1.data() + inputs * unit + 5 * w, std::make_integer_sequence<int, 5>{});
        }
      }
    }
    return std::tuple{view(dw1), view(db1), view(dw2), view(db2)};
  };
}

template <class T>
bool add_all() {
  add("A4", "hand", type_name<T>, by_hand<T>);
  add("A4", "functra", type_name<T>, functra_version<T>);
  return true;
}
const bool added[] = {add_all<double>(), add_all<float>()};

}  // namespace
