// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// libtorch on one thread: whole batches by its autograd. Its C++ interface has no vmap, so what needs one is left out.

#include <torch/torch.h>

#include "inputs.hpp"

namespace torch_peer {

using namespace workload;
using at::Tensor;
using torch::autograd::grad;

template <class T>
Tensor tensor(const Buffer<T>& x, at::IntArrayRef shape, bool differentiated = false) {
  const auto type = at::dtype(sizeof(T) == 4 ? at::kFloat : at::kDouble);
  return torch::from_blob(const_cast<T*>(x.data()), shape, type).clone().requires_grad_(differentiated);
}
template <class T>
Tensor vector(const Buffer<T>& x, bool differentiated = false) {
  return tensor(x, {x.size()}, differentiated);
}

// A tensor that owns what the comparison reads.
struct Result {
  Tensor t;
};
auto leaves(const Result& r) {
  const auto x = r.t.detach().to(at::kDouble).contiguous();
  return std::tuple{std::vector<double>(x.data_ptr<double>(), x.data_ptr<double>() + x.numel())};
}

Tensor normal_cdf(const Tensor& x) { return 0.5 * (1.0 + at::erf(x * 0.70710678118654752)); }

template <class T>
auto black_scholes() {
  const auto x = options<T>();
  std::vector<Tensor> in;
  for (index_t k = 0; k < 5; ++k) in.push_back(vector(options_column(x, k), true));
  return [in] {
    const Tensor &s = in[0], &k = in[1], &sigma = in[2], &tau = in[3], &r = in[4];
    const auto deviation = sigma * at::sqrt(tau);
    const auto d1 = (at::log(s / k) + (r + 0.5 * at::square(sigma)) * tau) / deviation;
    const auto price = s * normal_cdf(d1) - k * at::exp(-r * tau) * normal_cdf(d1 - deviation);
    const auto g = grad({price.sum()}, {s, k, sigma, tau, r});
    return std::tuple{Result{price}, Result{g[0]}, Result{g[1]}, Result{g[2]}, Result{g[3]}, Result{g[4]}};
  };
}

Tensor f(const Tensor& x) { return at::tanh(at::sin(x) * at::exp(-at::square(x)) + x); }

template <class T>
auto value(index_t n) {
  return [x = vector(elementwise_points<T>(n))] {
    const torch::NoGradGuard guard;
    return Result{f(x)};
  };
}
template <class T>
auto gradient(index_t n) {
  return [x = vector(elementwise_points<T>(n), true)] { return Result{grad({f(x).sum()}, {x})[0]}; };
}
template <class T>
auto forward_mode(index_t n) {
  return [x = vector(elementwise_points<T>(n)), v = vector(uniform<T>(2, n, -1, 2))] {
    const auto level = torch::autograd::ForwardADLevel::get_next_idx();
    const auto [y, tangent] = at::_unpack_dual(f(at::_make_dual(x, v, static_cast<int64_t>(level))), static_cast<int64_t>(level));
    const std::tuple result{Result{y}, Result{tangent}};
    torch::autograd::ForwardADLevel::release_idx(level);
    return result;
  };
}

template <class T>
auto classifier_mean() {
  using namespace classifier;
  const Data<T> d;
  Tensor labels = at::empty({count}, at::kLong);
  for (index_t i = 0; i < count; ++i) labels[i] = d.label(i);
  return [w1 = tensor(d.w1, {hidden, inputs}, true), b1 = vector(d.b1, true), w2 = tensor(d.w2, {classes, hidden}, true),
          b2 = vector(d.b2, true), x = tensor(d.x, {count, inputs}), labels] {
    const auto z = at::linear(at::tanh(at::linear(x, w1, b1)), w2, b2);
    const auto g = grad({at::cross_entropy_loss(z, labels)}, {w1, b1, w2, b2});
    return std::tuple{Result{g[0]}, Result{g[1]}, Result{g[2]}, Result{g[3]}};
  };
}

template <class T>
auto small_mlp_mean() {
  using namespace small_mlp;
  const auto p = tensor(parameter_values<T>(), {parameters});
  const auto part = [&](int64_t begin, at::IntArrayRef shape, int64_t size) {
    return p.narrow(0, begin, size).clone().reshape(shape).requires_grad_(true);
  };
  return [w1 = part(0, {hidden, inputs}, 320), b1 = part(320, {hidden}, 32), w2 = part(352, {hidden}, 32), b2 = part(384, {}, 1),
          x = tensor(example_values<T>(), {count, inputs}), y = vector(target_values<T>())] {
    const auto o = at::matmul(at::tanh(at::linear(x, w1, b1)), w2) + b2;
    const auto g = grad({0.5 * at::mean(at::square(o - y))}, {w1, b1, w2, b2});
    return std::tuple{Result{g[0]}, Result{g[1]}, Result{g[2]}, Result{g[3]}};
  };
}

auto logsumexp_gradient() {
  return [x = vector(logsumexp_point(), true)] { return Result{grad({at::logsumexp(x, 0)}, {x})[0]}; };
}
auto rosenbrock_gradient(index_t n) {
  return [x = vector(rosenbrock_point(n), true), n] {
    const auto a = x.slice(0, 0, n - 1), b = x.slice(0, 1, n);
    return Result{grad({at::sum(100 * at::square(b - at::square(a)) + at::square(1 - a))}, {x})[0]};
  };
}
auto small_gradient() {
  return [x = torch::full({}, 0.7, at::dtype(at::kDouble).requires_grad(true))] { return Result{grad({x * at::sin(x)}, {x})[0]}; };
}

template <class T>
void add_function(const std::string& name, const Buffer<T>& values, Tensor& (*function)(Tensor&, const Tensor&)) {
  add("D" + name, "torch", type_name<T>, [=] {
    return [x = vector(values), y = at::empty_like(vector(values)), function]() mutable {
      const torch::NoGradGuard guard;
      return Result{function(y, x)};
    };
  });
}

template <class T>
bool add_all() {
  at::set_num_threads(1);
  const auto type = type_name<T>;
  add("A1", "torch", type, black_scholes<T>);
  for (const auto& [size, n] : {std::pair{"1e4", 10'000}, std::pair{"1e6", 1'000'000}, std::pair{"1e7", 10'000'000}}) {
    const std::string s = size;
    add("B1_" + s, "torch", type, [n = n] { return value<T>(n); });
    add("B2_" + s, "torch", type, [n = n] { return gradient<T>(n); });
    add("B3_" + s, "torch", type, [n = n] { return forward_mode<T>(n); });
  }
  add("B5", "torch", type, classifier_mean<T>);
  add("B7", "torch", type, small_mlp_mean<T>);
  const auto x = uniform<T>(1, 10'000, -3, 6), positive = uniform<T>(1, 10'000, 0.01, 10);
  add_function("exp", x, at::exp_out);
  add_function("log", positive, at::log_out);
  add_function("sin", x, at::sin_out);
  add_function("tanh", x, at::tanh_out);
  add_function("erf", x, at::erf_out);
  return true;
}

const bool added[] = {add_all<double>(), add_all<float>(), add("B8", "torch", "f64", logsumexp_gradient),
                      add("B9_1e3", "torch", "f64", [] { return rosenbrock_gradient(1000); }),
                      add("B9_1e4", "torch", "f64", [] { return rosenbrock_gradient(10'000); }),
                      add("C3grad", "torch", "f64", small_gradient)};

}  // namespace torch_peer
