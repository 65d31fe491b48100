// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// B7  the gradient of the mean loss of A4's network, batch 4096;   B7vmap  the same, the batch written as vmap of one example

#include "small_mlp.hpp"

namespace {

using namespace workload;
using namespace workload::small_mlp;

auto mean_loss = [](const auto& m, const auto& x, const auto& y) {
  auto h = tanh(matmul(x, transpose(m.w1)) + m.b1);
  return 0.5 * mean(square(matmul(h, m.w2) + m.b2 - y));
};
auto mean_of_mapped = [](const auto& m, const auto& x, const auto& y) {
  return mean(functra::vmap(loss, functra::in_dims<functra::none, 0, 0>)(m, x, y));
};

template <class T>
auto functra_batch() {
  return [m = mlp<T>(), x = examples<T>(), y = targets<T>()] { return functra::grad(mean_loss)(m, x, y); };
}
template <class T>
auto functra_mapped() {
  return [m = mlp<T>(), x = examples<T>(), y = targets<T>()] { return functra::grad(mean_of_mapped)(m, x, y); };
}

template <class T>
auto by_hand() {
  return [p = parameter_values<T>(), x = example_values<T>(), y = target_values<T>(), gradient = Buffer<T>(parameters)]() mutable {
    using P = hand::Pack<T>;
    const Network<T> net(p);
    constexpr int w = Network<T>::w, packs = Network<T>::packs;
    hand::Array<T, block * hidden> h;
    hand::Array<T, block> error;
    hand::Array<hand::Array<P, packs>, inputs> dw1;
    hand::Array<P, packs> db1, dw2;
    const P zero(T(0));
    for (int j = 0; j < packs; ++j) {
      for (auto& row : dw1) row[j] = zero;
      db1[j] = dw2[j] = zero;
    }
    T db2 = 0;
    for (index_t begin = 0; begin < count; begin += block) {
      net.forward(x.data() + inputs * begin, y.data() + begin, h, error);
      for (int j = 0; j < packs; ++j) {  // w hidden units: twelve sums in registers
        P sums[inputs];
        for (int k = 0; k < inputs; ++k) sums[k] = dw1[k][j];
        P bias = db1[j], weight = dw2[j];
        for (index_t i = 0; i < block; ++i) {
          const P hj = P::load(h + hidden * i + j * w), e(error[i]);
          const P slope = net.w2[j] * e * fma(-hj, hj, T(1));
          weight = fma(hj, e, weight);
          bias += slope;
          for (int k = 0; k < inputs; ++k) sums[k] = fma(slope, P(x[inputs * (begin + i) + k]), sums[k]);
        }
        for (int k = 0; k < inputs; ++k) dw1[k][j] = sums[k];
        db1[j] = bias;
        dw2[j] = weight;
      }
      for (T e : error) db2 += e;
    }
    const T scale = T(1) / T(count);
    T* g = gradient.data();
    for (int j = 0; j < packs; ++j) {
      for (int k = 0; k < inputs; ++k) (dw1[k][j] * scale).store_strided(g + inputs * w * j + k, inputs);
      (db1[j] * scale).store(g + 320 + w * j);
      (dw2[j] * scale).store(g + 352 + w * j);
    }
    g[384] = db2 * scale;
    return std::tuple{View<T>{g, 320}, View<T>{g + 320, 32}, View<T>{g + 352, 32}, g[384]};
  };
}

template <class T>
bool add_all() {
  for (const char* workload : {"B7", "B7vmap"}) add(workload, "hand", type_name<T>, by_hand<T>);
  add("B7", "functra", type_name<T>, functra_batch<T>);
  add("B7vmap", "functra", type_name<T>, functra_mapped<T>);
  return true;
}
const bool added[] = {add_all<float>(), add_all<double>()};

}  // namespace
