// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// The tour of functra, to be read from top to bottom.
//
//   1. The transforms, one by one, on functions of one line: the whirlwind tour of torch.func in C++.
//   2. Real input: two classifiers learn handwritten digits, and the gradients of single digits tell which are hard.
//
// `cmake -P cmake/tour.cmake` builds and runs it.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functra/functra.hpp>
#include <numeric>

#include "check.hpp"
#include "digits.hpp"

using namespace functra;
using example::check, example::check_close, example::heading, example::show;

// ======== 1. The transforms ========

// A function takes its arguments by `auto`: a transform calls it with values of its own that record what is done to them.
auto f_sin = [](auto x) { return sin(x); };

// grad(f) is a function again, the gradient of f. So there is a gradient of that, too.
void gradients() {
  heading("grad: the derivative of a function whose result is one number");
  Tensor<double> x0 = 0.5;
  auto cos_x = grad(f_sin)(x0);
  auto neg_sin_x = grad(grad(f_sin))(x0);

  show("grad(sin)(0.5)", cos_x);
  show("grad(grad(sin))(0.5)", neg_sin_x);
  check_close(cos_x, cos(x0), "the derivative of sin is cos");
  check_close(neg_sin_x, -sin(x0), "the second derivative of sin is -sin");
}

// A model is written for one example; vmap makes it a model for many. There is no batch dimension to think of.
void mapping() {
  heading("vmap: a function of one example, for a batch of them");
  auto [key1, key2] = split(Key{1});
  auto weights = normal<double>(key1, 5);
  auto examples = normal<double>(key2, 3, 5);
  auto model = [&](auto feature_vec) { return relu(dot(feature_vec, weights)); };  // captures weights
  auto result = vmap(model)(examples);                                            // [3]

  show("examples", examples);
  show("vmap(model)(examples)", result);
  check_close(result, relu(matmul(examples, weights)), "a mapped model is a matrix product");
}

// Transforms compose. in_dims says what is mapped: all examples share the weights, each has its own features and target.
void per_sample_gradients() {
  heading("vmap(grad(loss)): one gradient for each example");
  auto [key1, key2, key3] = split<3>(Key{2});
  auto weights = normal<double>(key1, 5);
  auto examples = normal<double>(key2, 3, 5);
  auto targets = normal<double>(key3, 3);
  auto compute_loss = [](auto w, auto example, auto target) {
    auto y = relu(dot(example, w));
    return mean(square(y - target));
  };
  auto per_sample = vmap(grad(compute_loss), in_dims<none, 0, 0>)(weights, examples, targets);  // [3, 5]

  show("per-sample gradients", per_sample);
  for (index_t i = 0; i < 3; ++i)
    check_close(at(per_sample, i), grad(compute_loss)(weights, at(examples, i), at(targets, i)), "row i is the gradient of loss i");
}

// vjp gives the value of f and a pullback, which multiplies a cotangent by the transposed Jacobian (reverse mode).
void pulling_back() {
  heading("vjp: reverse mode, cotangent times Jacobian");
  auto [key1, key2] = split(Key{3});
  auto inputs = normal<double>(key1, 5);
  auto cotangents = normal<double>(key2, 5);
  auto [outputs, vjp_fn] = vjp(f_sin, inputs);
  auto vjps = vjp_fn(cotangents);

  show("outputs", outputs);
  show("vjp_fn(cotangents)", vjps);
  check_close(outputs, sin(inputs), "the output of vjp is that of the function");
  check_close(vjps, cotangents * cos(inputs), "the Jacobian of sin is diag(cos)");
}

// jvp gives the value of f and its derivative along tangents (forward mode), one tangent for each argument.
void pushing_forward() {
  heading("jvp: forward mode, Jacobian times tangent");
  auto [key1, key2] = split(Key{4});
  auto x = normal<double>(key1, 5);
  auto y = normal<double>(key2, 5);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"  // the names of the lambda's own arguments
  auto [out, out_tangent] = jvp([](auto x, auto y) { return x * y; }, std::tuple{x, y}, std::tuple{ones_like(x), ones_like(y)});
#pragma GCC diagnostic pop

  show("x * y", out);
  show("tangent", out_tangent);
  check_close(out, x * y, "the output of jvp is that of the function");
  check_close(out_tangent, x + y, "d(xy) = y dx + x dy");
}

// Whole Jacobians: by reverse mode (best for few outputs) or by forward mode (best for few inputs). They batch, too.
void jacobians() {
  heading("jacrev, jacfwd: Jacobian matrices");
  auto [key1, key2] = split(Key{5});
  auto x = normal<double>(key1, 5);
  auto batch = normal<double>(key2, 64, 5);
  auto J = jacrev(f_sin)(x);            // diag(cos x)
  auto JB = vmap(jacrev(f_sin))(batch);  // [64, 5, 5]
  auto JF = jacfwd(f_sin)(x);

  show("jacrev(sin)(x)", J);
  check_close(J, diag(cos(x)), "the Jacobian of sin is diag(cos)");
  check_close(JF, J, "forward and reverse mode agree");
  std::cout << "  vmap(jacrev(sin))(batch) is [" << JB.extent(0) << ", " << JB.extent(1) << ", " << JB.extent(2) << "]\n";
  for (index_t i = 0; i < batch.extent(0); ++i) check_close(at(JB, i), diag(cos(at(batch, i))), "a batch of Jacobians");
}

// A Hessian is a Jacobian of a gradient. hessian(f) is forward over reverse; the other compositions give the same.
void hessians() {
  heading("hessian: second derivatives, in any composition");
  auto f = [](auto x) { return sum(sin(x)); };
  auto x = normal<double>(Key{6}, 5);
  auto h0 = jacrev(jacrev(f))(x);
  auto h1 = jacfwd(jacrev(f))(x);
  auto h = hessian(f)(x);

  show("hessian(f)(x)", h);
  check_close(h, diag(-sin(x)), "the Hessian of sum(sin(x)) is diag(-sin(x))");
  check_close(h0, h, "reverse over reverse gives the same");
  check_close(h1, h, "forward over reverse gives the same");
}

// ======== 2. Handwritten digits ========

constexpr index_t classes = 10, hidden_units = 32;

// The parameters of a model are a template aggregate. Transforms see through it: the gradient of a model is the same aggregate
// of gradients, and a batch of gradients is the same aggregate of batches.
template <class W, class B>
struct Linear {
  W weight;  // [outputs, inputs]
  B bias;    // [outputs]
};
template <class Hidden, class Output>
struct Mlp {
  Hidden hidden;
  Output output;
};

// The scores of the ten classes for one picture x. The extents are static: what does not fit together does not compile.
template <class W, class B>
auto scores(const Linear<W, B>& layer, const auto& x) {
  return matmul(layer.weight, x) + layer.bias;
}
template <class Hidden, class Output>
auto scores(const Mlp<Hidden, Output>& model, const auto& x) {
  return scores(model.output, tanh(scores(model.hidden, x)));
}

// Weights as Glorot and Bengio begin: normal, with the variance 2 / (inputs + outputs). Random numbers come from a key; the same
// key gives the same numbers everywhere.
template <index_t Outputs, index_t Inputs>
auto glorot(const Key& key) {
  const double deviation = std::sqrt(2.0 / static_cast<double>(Inputs + Outputs));
  const auto weight = eval(deviation * normal<double>(key, extents<Outputs, Inputs>()));
  return Linear<Tensor<double, Outputs, Inputs>, Tensor<double, Outputs>>{weight, {}};
}
auto make_mlp(const Key& key) {
  const auto [key1, key2] = split(key);
  auto hidden = glorot<hidden_units, example::pixels>(key1);
  auto output = glorot<classes, hidden_units>(key2);
  return Mlp<decltype(hidden), decltype(output)>{hidden, output};
}

// The cross entropy of one picture: how much its label surprises the model.
auto loss = [](const auto& model, const auto& picture, const auto& label) {
  const auto z = scores(model, picture);  // z has a name, so it is computed once
  return logsumexp(z) - take(z, label, dim<0>);
};
// The same for a batch, as a mean. Nothing is written twice: vmap maps the pictures and labels, and shares the model.
auto mean_loss = [](const auto& model, const auto& pictures, const auto& labels) {
  return mean(vmap(loss, in_dims<none, 0, 0>)(model, pictures, labels));
};

template <class Model>
auto predict(const Model& model, const example::Digits& digits) {
  return vmap([](const auto& m, const auto& x) { return argmax(scores(m, x)); }, in_dims<none, 0>)(model, digits.pictures);
}
template <class Model>
double accuracy(const Model& model, const example::Digits& digits) {
  return mean(predict(model, digits) == digits.labels).item();
}

// One epoch of stochastic gradient descent; gives the mean of the losses on the way.
template <class Model>
double train_epoch(Model& model, const example::Digits& digits, const Key& key, index_t batch_size, double rate) {
  const auto order = permutation(key, digits.count());
  const index_t batches = digits.count() / batch_size;
  double total = 0;
  for (index_t i = 0; i < batches; ++i) {
    const auto batch = digits.pick(at(order, range(i * batch_size, (i + 1) * batch_size)));
    const auto [value, gradient] = value_and_grad(mean_loss)(model, batch.pictures, batch.labels);
    model = tree_map([rate](const auto& p, const auto& g) { return eval(p - rate * g); }, model, gradient);
    total += value.item();
  }
  return total / static_cast<double>(batches);
}

template <class Model>
Model train(Model model, const example::Digits& training, const example::Digits& held_out, int epochs, double rate) {
  for (int epoch = 1; epoch <= epochs; ++epoch) {
    const double mean_of_losses = train_epoch(model, training, fold_in(Key{8}, epoch), 16, rate);
    std::printf("  epoch %2d of %d   loss %.4f   held-out accuracy %5.2f %%\n", epoch, epochs, mean_of_losses, 100 * accuracy(model, held_out));
  }
  check(accuracy(model, held_out) > 0.95, "the accuracy on held-out digits is above 95 %");
  return model;
}

// The norm of a gradient: of all numbers in it.
template <class W, class B>
auto squared_norm(const Linear<W, B>& g) {
  return sum(square(g.weight)) + sum(square(g.bias));
}
template <class Hidden, class Output>
auto squared_norm(const Mlp<Hidden, Output>& g) {
  return squared_norm(g.hidden) + squared_norm(g.output);
}
auto norm_of_gradient = [](const auto& gradient) { return sqrt(squared_norm(gradient)); };

// The gradient norm of each digit: how far that digit alone would move the model.
template <class Model>
Tensor<double, dyn> gradient_norms(const Model& model, const example::Digits& digits) {
  const auto per_sample = vmap(grad(loss), in_dims<none, 0, 0>)(model, digits.pictures, digits.labels);

  const auto [value, gradient] = value_and_grad(mean_loss)(model, digits.pictures, digits.labels);
  tree_for_each([](const auto& each, const auto& whole) { check_close(mean(each, dims<0>), whole, "mean of gradients = gradient of mean", 1e-10); },
                per_sample, gradient);
  std::printf("  The mean of %td per-sample gradients is the gradient of the mean loss, %.4f here, up to 1e-10.\n", digits.count(), value.item());

  return vmap(norm_of_gradient)(per_sample);
}

Tensor<std::int64_t, dyn> numbers_of_greatest(const Tensor<double, dyn>& x, index_t count) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(x.size()));
  std::iota(numbers.begin(), numbers.end(), 0);
  std::sort(numbers.begin(), numbers.end(), [&](auto a, auto b) { return x(a) > x(b); });
  numbers.resize(static_cast<std::size_t>(count));
  return tensor(numbers);
}

// Shows digits in the terminal, five beside each other, with what a model takes each for.
void show_digits(const example::Digits& digits, const Tensor<std::int64_t, dyn>& predicted, const Tensor<double, dyn>& norms) {
  for (index_t first = 0; first < digits.count(); first += 5) {
    std::string lines[10];
    for (index_t i = first; i < std::min(first + 5, digits.count()); ++i) {
      const auto picture = example::in_letters(at(digits.pictures, i));
      for (std::size_t row = 0; row < picture.size(); ++row) lines[row] += picture[row];
      char text[64];
      std::snprintf(text, sizeof text, "  %d, taken for %d ", static_cast<int>(digits.labels(i)), static_cast<int>(predicted(i)));
      lines[8] += text;
      std::snprintf(text, sizeof text, "  norm %-9.2f", norms(i));
      lines[9] += text;
    }
    for (const auto& line : lines) std::cout << line << '\n';
    std::cout << '\n';
  }
}

template <class Model>
example::Digits hardest_digits(const Model& model, const example::Digits& digits) {
  const auto norms = gradient_norms(model, digits);
  const auto greatest = numbers_of_greatest(norms, 10);
  const auto hardest = digits.pick(greatest);
  std::cout << "  The ten digits with the largest gradients:\n\n";
  show_digits(hardest, predict(model, hardest), take(norms, greatest, dim<0>));
  return hardest;
}

void handwritten_digits() {
  const auto digits = example::read_digits(FUNCTRA_EXAMPLES_DATA "/digits.csv");
  const auto order = permutation(Key{7}, digits.count());
  const index_t held = digits.count() / 5;
  const auto held_out = digits.pick(at(order, range(0, held)));
  const auto training = digits.pick(at(order, range(held, digits.count())));
  std::printf("\n%td handwritten digits: %td to learn from, %td held out.\n", digits.count(), training.count(), held_out.count());

  heading("Softmax regression");
  const auto regression = train(glorot<classes, example::pixels>(Key{9}), training, held_out, 15, 0.2);
  hardest_digits(regression, held_out);

  heading("A network of two layers");
  const auto network = train(make_mlp(Key{10}), training, held_out, 15, 0.2);
  const auto hardest = hardest_digits(network, held_out);
  for (index_t i = 0; i < hardest.count(); ++i) {
    char path[64];
    std::snprintf(path, sizeof path, "digit_hard_%02d.pgm", static_cast<int>(i + 1));
    example::write_pgm(path, at(hardest.pictures, i), 16);
  }
  std::cout << "  These ten are also in digit_hard_01.pgm to digit_hard_10.pgm.\n";
}

int main() {
  try {
    gradients();
    mapping();
    per_sample_gradients();
    pulling_back();
    pushing_forward();
    jacobians();
    hessians();
    handwritten_digits();
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
