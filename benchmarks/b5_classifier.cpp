// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// The cross entropy of a classifier with 784 inputs, 128 hidden units with tanh and 10 classes, batch 256
//   B5  the gradient of its mean;   B5vmap  the same, the batch written as vmap of one example
//   B6  per-sample gradients: [N, 128, 784], [N, 128], [N, 10, 128], [N, 10]
// Parameters -.05 + .1u (seed 8), x = u (seed 9), labels floor(10u) (seed 10).

#include <Eigen/Core>

#include "functra_inputs.hpp"
#include "hand.hpp"
#include "inputs.hpp"

namespace {

using namespace workload;

using namespace classifier;

// ---- functra ----

template <class W, class B>
struct Linear {
  W weight;
  B bias;
};
template <class Hidden, class Output>
struct Classifier {
  Hidden hidden;
  Output output;
};
template <class H, class O>
auto leaves(const Classifier<H, O>& m) {
  return std::tie(m.hidden.weight, m.hidden.bias, m.output.weight, m.output.bias);
}

template <class T>
struct Inputs {
  Data<T> data;
  Linear<functra::Matrix<T>, functra::Vector<T>> hidden_layer{
      as_tensor(data.w1, functra::extents<functra::dyn, functra::dyn>(hidden, inputs)), as_tensor(data.b1)};
  Linear<functra::Matrix<T>, functra::Vector<T>> output_layer{
      as_tensor(data.w2, functra::extents<functra::dyn, functra::dyn>(classes, hidden)), as_tensor(data.b2)};
  Classifier<decltype(hidden_layer), decltype(output_layer)> model{hidden_layer, output_layer};
  functra::Matrix<T> x = as_tensor(data.x, functra::extents<functra::dyn, functra::dyn>(count, inputs));
  functra::Vector<std::int64_t> labels = eval(functra::cast<std::int64_t>(as_tensor(data.y)));
};

auto loss = [](const auto& model, const auto& x, const auto& label) {
  auto h = tanh(matmul(model.hidden.weight, x) + model.hidden.bias);
  auto z = matmul(model.output.weight, h) + model.output.bias;
  return logsumexp(z) - take(z, label, functra::dim<0>);
};
auto mean_of_mapped = [](const auto& model, const auto& x, const auto& labels) {
  return mean(functra::vmap(loss, functra::in_dims<functra::none, 0, 0>)(model, x, labels));
};
auto mean_loss = [](const auto& model, const auto& x, const auto& labels) {
  auto h = tanh(matmul(x, transpose(model.hidden.weight)) + model.hidden.bias);
  return cross_entropy(matmul(h, transpose(model.output.weight)) + model.output.bias, labels);
};

template <class T>
auto functra_mean() {
  return [in = Inputs<T>()] { return functra::grad(mean_loss)(in.model, in.x, in.labels); };
}
template <class T>
auto functra_mean_of_mapped() {
  return [in = Inputs<T>()] { return functra::grad(mean_of_mapped)(in.model, in.x, in.labels); };
}
template <class T>
auto functra_per_sample() {
  return [in = Inputs<T>()] {
    return functra::vmap(functra::grad(loss), functra::in_dims<functra::none, 0, 0>)(in.model, in.x, in.labels);
  };
}

// ---- by hand: Eigen's products, fused loops for the rest ----

template <class T>
using Rows = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <class T>
using RowMap = Eigen::Map<const Rows<T>>;
template <class T>
using RowOut = Eigen::Map<Rows<T>>;

// The hidden units, and the cotangents of what goes into the two layers' activations, each scaled by `scale`.
template <class T>
struct Hidden {
  Rows<T> h{count, hidden}, dz{count, classes}, da{count, hidden};

  void compute(const Data<T>& d, T scale) {
    using P = hand::Pack<T>;
    constexpr int w = hand::width<T>;
    static_assert(hidden % w == 0);
    h.noalias() = RowMap<T>(d.x.data(), count, inputs) * RowMap<T>(d.w1.data(), hidden, inputs).transpose();
    for (index_t i = 0; i < count; ++i)
      for (index_t j = 0; j < hidden; j += w) {
        T* p = h.data() + hidden * i + j;
        tanh(P::load(p) + P::load(d.b1.data() + j)).store(p);
      }
    dz.noalias() = h * RowMap<T>(d.w2.data(), classes, hidden).transpose();
    for (index_t i = 0; i < count; ++i) {
      T* z = dz.data() + classes * i;
      T highest = -std::numeric_limits<T>::infinity(), total = 0;
      for (index_t k = 0; k < classes; ++k) highest = std::max(highest, z[k] += d.b2[k]);
      for (index_t k = 0; k < classes; k += w) {
        const int n = static_cast<int>(std::min<index_t>(w, classes - k));
        exp(P::load_partial(z + k, n) - highest).store_partial(z + k, n);
      }
      for (index_t k = 0; k < classes; ++k) total += z[k];
      for (index_t k = 0; k < classes; ++k) z[k] *= scale / total;
      z[d.label(i)] -= scale;
    }
    da.noalias() = dz * RowMap<T>(d.w2.data(), classes, hidden);
    for (index_t i = 0; i < count * hidden; i += w) {
      const P y = P::load(h.data() + i);
      (P::load(da.data() + i) * (T(1) - y * y)).store(da.data() + i);
    }
  }
};

template <class T>
auto hand_mean() {
  return [d = Data<T>(), units = Hidden<T>(), dw1 = Buffer<T>(hidden * inputs), db1 = Buffer<T>(hidden), dw2 = Buffer<T>(classes * hidden),
          db2 = Buffer<T>(classes)]() mutable {
    units.compute(d, T(1) / T(count));
    RowOut<T>(dw2.data(), classes, hidden).noalias() = units.dz.transpose() * units.h;
    RowOut<T>(db2.data(), 1, classes) = units.dz.colwise().sum();
    RowOut<T>(dw1.data(), hidden, inputs).noalias() = units.da.transpose() * RowMap<T>(d.x.data(), count, inputs);
    RowOut<T>(db1.data(), 1, hidden) = units.da.colwise().sum();
    return std::tuple{view(dw1), view(db1), view(dw2), view(db2)};
  };
}

// to = a b^T, past the cache.
template <class T>
void outer(const T* a, index_t m, const T* b, index_t n, T* to) {
  for (index_t i = 0; i < m; ++i, to += n) {
    const hand::Pack<T> ai(a[i]);
    hand::for_packs<T, 1>(n, [&](auto at) FUNCTRA_INLINE_LAMBDA { at.stream(to, ai * at.load(b)); });
  }
}

template <class T>
auto hand_per_sample() {
  return [d = Data<T>(), units = Hidden<T>(), dw1 = Buffer<T>(count * hidden * inputs), dw2 = Buffer<T>(count * classes * hidden)]() mutable {
    units.compute(d, T(1));
    for (index_t i = 0; i < count; ++i) {
      outer(units.da.data() + hidden * i, hidden, d.x.data() + inputs * i, inputs, dw1.data() + hidden * inputs * i);
      outer(units.dz.data() + classes * i, classes, units.h.data() + hidden * i, hidden, dw2.data() + classes * hidden * i);
    }
    return std::tuple{view(dw1), View<T>{units.da.data(), count * hidden}, view(dw2), View<T>{units.dz.data(), count * classes}};
  };
}

template <class T>
bool add_all() {
  add("B5", "hand", type_name<T>, [] { return hand_mean<T>(); });
  add("B5", "functra", type_name<T>, [] { return functra_mean<T>(); });
  add("B5vmap", "hand", type_name<T>, [] { return hand_mean<T>(); });
  add("B5vmap", "functra", type_name<T>, [] { return functra_mean_of_mapped<T>(); });
  add("B6", "hand", type_name<T>, [] { return hand_per_sample<T>(); });
  add("B6", "functra", type_name<T>, [] { return functra_per_sample<T>(); });
  return true;
}
const bool added[] = {add_all<float>(), add_all<double>()};

}  // namespace
