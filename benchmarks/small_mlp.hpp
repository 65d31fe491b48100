// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

// The network of A4 and B7: 10 inputs, 32 hidden units with tanh, 1 output, 4096 examples.
namespace workload::small_mlp {

// ---- functra ----

template <class W1, class B1, class W2, class B2>
struct Mlp {
  W1 w1;
  B1 b1;
  W2 w2;
  B2 b2;
};
template <class... P>
auto leaves(const Mlp<P...>& m) {
  return std::tie(m.w1, m.b1, m.w2, m.b2);
}

template <class T>
auto mlp() {
  const auto p = parameter_values<T>();
  const auto part = [&](index_t begin, const auto& shape) {
    Buffer<T> values(shape.size());
    std::copy_n(p.data() + begin, values.size(), values.data());
    return as_tensor(values, shape);
  };
  using functra::extents;
  return Mlp<functra::Tensor<T, hidden, inputs>, functra::Tensor<T, hidden>, functra::Tensor<T, hidden>, functra::Tensor<T>>{
      part(0, extents<hidden, inputs>()), part(320, extents<hidden>()), part(352, extents<hidden>()), p[384]};
}
template <class T>
auto examples() {
  return as_tensor(example_values<T>(), functra::extents<functra::dyn, inputs>(count));
}
template <class T>
auto targets() {
  return as_tensor(target_values<T>());
}

inline constexpr auto loss = [](const auto& m, const auto& x, const auto& y) {
  return 0.5 * square(dot(m.w2, tanh(matmul(m.w1, x) + m.b1)) + m.b2 - y);
};

// ---- by hand: blocks of examples, all hidden units of one example side by side ----

constexpr index_t block = 32;

template <class T>
struct Network {
  using P = hand::Pack<T>;
  static constexpr int w = hand::width<T>, packs = hidden / w;

  hand::Array<hand::Array<P, packs>, inputs> w1;  // transposed
  hand::Array<P, packs> b1, w2;
  T b2;

  explicit Network(const Buffer<T>& p) : b2(p[384]) {
    for (int j = 0; j < packs; ++j) {
      for (int k = 0; k < inputs; ++k) w1[k][j] = P::load_strided(p.data() + inputs * w * j + k, inputs);
      b1[j] = P::load(p.data() + 320 + w * j);
      w2[j] = P::load(p.data() + 352 + w * j);
    }
  }

  // The hidden units h of a block of examples, and the errors o - y.
  FUNCTRA_INLINE void forward(const T* x, const T* y, T* h, T* error) const {
    for (index_t i = 0; i < block; ++i) {
      hand::Array<P, packs> z;
      for (int j = 0; j < packs; ++j) z[j] = b1[j];
      for (int k = 0; k < inputs; ++k)
        for (int j = 0; j < packs; ++j) z[j] = fma(w1[k][j], P(x[inputs * i + k]), z[j]);
      for (int j = 0; j < packs; ++j) z[j].store(h + hidden * i + w * j);
    }
    for (index_t i = 0; i < block * hidden; i += w) tanh(P::load(h + i)).store(h + i);
    for (index_t i = 0; i < block; ++i) {
      P o(T(0));
      for (int j = 0; j < packs; ++j) o = fma(w2[j], P::load(h + hidden * i + w * j), o);
      error[i] = reduce_add(o) + b2 - y[i];
    }
  }
};

}  // namespace workload::small_mlp
