// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "numbers.hpp"

using namespace functra;

// Closures that capture values of outer transforms: levels must not be confused.

namespace {

// d/dx by both modes.
const auto by_grad = [](const auto& f, const auto& x) { return grad(f)(x); };
const auto by_jvp = [](const auto& f, const auto& x) { return jvp(f, x, ones_like(x)).tangent; };

const Tensor<double> one = 1.0;
const Tensor<double> half = 0.5;

template <class Outer, class Inner>
void check_pairing(const Outer& outer, const Inner& inner) {
  check_near(outer([&](const auto& x) { return x * inner([&](const auto& y) { return x + y; }, one); }, one), {1.0});
  // d/dx [d/dy (x^2 y^2) at y = 3] at x = 2
  check_near(outer([&](const auto& x) { return inner([&](const auto& y) { return x * x * y * y; }, Tensor<double>(3.0)); }, Tensor<double>(2.0)), {24.0});
  // The inner argument depends on x as well: d/dx [d/dy (x y^3) at y = x^2] = d/dx 3 x^5
  check_near(outer([&](const auto& x) { return inner([&](const auto& y) { return x * y * y * y; }, eval(x * x)); }, Tensor<double>(2.0)), {240.0});
  // Named values between: z is traced by the outer transform only.
  check_near(outer([&](const auto& x) {
                     const auto z = x * x;
                     return z * inner([&](const auto& y) { return sin(y) * z; }, half);
                   },
                   half),
             {4 * 0.125 * std::cos(0.5)});
}

template <class A, class B, class C>
void check_three(const A& a, const B& b, const C& c) {
  // d/dx d/dy d/dz (x^2 y^3 z^4 + x y + y z) = 2x 3y^2 4z^3
  const Tensor<double> x0 = 2.0, y0 = 3.0, z0 = 0.5;
  check_near(a([&](const auto& x) {
               return b([&](const auto& y) { return c([&](const auto& z) { return x * x * y * y * y * z * z * z * z + x * y + y * z; }, z0); }, y0);
             },
               x0),
             {4.0 * 27.0 * 0.5});
  // Each level multiplied with its own variable, as in the classic example: x d/dy [y d/dz (x + y + z)] = x.
  check_near(a([&](const auto& x) { return x * b([&](const auto& y) { return y * c([&](const auto& z) { return x + y + z; }, z0); }, y0); }, x0), {1.0});
}

}  // namespace

TEST_CASE("d/dx [x d/dy (x + y)] is 1 in every pairing of grad and jvp", "[perturbation]") {
  check_pairing(by_grad, by_grad);
  check_pairing(by_grad, by_jvp);
  check_pairing(by_jvp, by_grad);
  check_pairing(by_jvp, by_jvp);
}

TEST_CASE("three variables on three levels", "[perturbation]") {
  check_three(by_grad, by_grad, by_grad);
  check_three(by_jvp, by_jvp, by_jvp);
  check_three(by_grad, by_jvp, by_grad);
  check_three(by_jvp, by_grad, by_jvp);
}

TEST_CASE("a captured value that does not reach the result of the inner function", "[perturbation]") {
  // It is passed as an argument, and so gets a level of its own.
  const auto f = [](const auto& x) {
    const auto inner = [](const auto& y, const auto& z) {
      if (y * z > 100.0) return eval(y);
      return eval(y * y);
    };
    return x * grad(inner)(Tensor<double>(3.0), x);
  };
  check_near(grad(f)(one), {6.0});
  check_near(by_jvp(f, one), {6.0});
  // It decides a branch only.
  const auto g = [](const auto& x) {
    return x * grad([&](const auto& y) {
             if (x > 0.5) return eval(y * y);
             return eval(y * y * y);
           })(Tensor<double>(3.0));
  };
  check_near(grad(g)(one), {6.0});
  // It is stopped.
  const auto h = [](const auto& x) { return grad([&](const auto& y) { return y * stop_gradient(x) * x; })(Tensor<double>(3.0)); };
  check_near(grad(h)(one), {1.0});
}

TEST_CASE("a captured value reaches the aux only", "[perturbation]") {
  const auto f = [](const auto& x) {
    const auto [g, aux] = grad([&](const auto& y) { return std::pair{y * y, x * y}; }, has_aux)(Tensor<double>(3.0));
    return g * aux;  // 6 * 3x
  };
  check_near(grad(f)(one), {18.0});
  check_near(by_jvp(f, one), {18.0});
}

TEST_CASE("the classic example through vmap", "[perturbation]") {
  const Tensor<double, dyn> xs{1.0, 2.0, 3.0};
  const auto f = [](const auto& x) { return x * grad([&](const auto& y) { return x + y; })(one); };
  check_near(vmap(grad(f))(xs), {1.0, 1.0, 1.0});
  check_near(vmap(grad(f), lowering::batch_axis)(xs), {1.0, 1.0, 1.0});
  check_near(vmap([&](const auto& x) { return by_jvp(f, x); }, lowering::batch_axis)(xs), {1.0, 1.0, 1.0});
  check_near(grad([&](const auto& v) { return sum(vmap(f)(v)); })(xs), {1.0, 1.0, 1.0});
  // vmap between the two: d/dx sum_y [x d/dy (x y^2)] = sum_y 4 x y
  const auto g = [&](const auto& x) { return sum(x * vmap(grad([&](const auto& y) { return x * y * y; }))(xs)); };
  check_near(grad(g)(half), {12.0});
  check_near(by_jvp(g, half), {12.0});
  check_near(grad(grad(g))(half), {24.0});
  // Two vmaps, the inner one over a closure of the outer one's example.
  const auto products = vmap([&](const auto& x) { return vmap([&](const auto& y) { return x * y * y; })(xs); })(xs);
  check_near(products, {1, 4, 9, 2, 8, 18, 3, 12, 27});
  const auto slopes = vmap([&](const auto& x) { return vmap(grad([&](const auto& y) { return x * y * y; }))(xs); })(xs);
  check_near(slopes, {2, 4, 6, 4, 8, 12, 6, 12, 18});
}

TEST_CASE("a physics-informed loss", "[perturbation]") {
  // u(t) = w0 sin(w1 t) + w2 t; the loss is the mean of (u' + u)^2: the derivative in t captures the parameters.
  const auto loss = [](const auto& ts) {
    return [&ts](const auto& w) {
      const auto u = [&](const auto& t) { return w(0) * sin(w(1) * t) + w(2) * t; };
      const auto residual = vmap(grad(u))(ts) + vmap(u)(ts);
      return mean(square(residual));
    };
  };
  const auto closed = [](const auto& ts) {
    return [&ts](const auto& w) {
      const auto wt = eval(w(1) * ts);
      const auto residual = w(0) * w(1) * cos(wt) + w(2) + w(0) * sin(wt) + w(2) * ts;
      return mean(square(residual));
    };
  };
  const auto check = [&](const auto& w, const auto& ts) {
    check_near(loss(ts)(w), flat(closed(ts)(w)));
    const numbers expected = difference_jacobian(closed(ts), w);
    check_near(grad(loss(ts))(w), expected, 1e-8);
    check_near(grad(closed(ts))(w), expected, 1e-8);
    check_near(hessian(loss(ts))(w), difference_jacobian(grad(closed(ts)), w), 1e-8);
    check_near(jvp(loss(ts), w, ones_like(w)).tangent, {expected[0] + expected[1] + expected[2]}, 1e-8);
  };
  check(Tensor<double, 3>{0.7, 1.3, -0.4}, linspace(0.0, 1.0, 11));
  check(tensor({0.7, 1.3, -0.4}), linspace(0.0, 1.0, 11));
  check(tensor({0.7, 1.3, -0.4}), Tensor<double, 2>{0.25, 0.75});
}

TEST_CASE("a kept pullback knows the levels of its closure", "[perturbation]") {
  const auto f = [](const auto& x) {
    const auto pulled = vjp([&](const auto& y) { return x * y * y; }, Tensor<double>(3.0));
    const auto dy = pulled.vjp_fn(Tensor<double>(1.0));  // 6 x
    return x * dy * pulled.vjp_fn(x);                    // x 6x 6x^2
  };
  check_near(grad(f)(one), {144.0});
  check_near(by_jvp(f, one), {144.0});
  check_near(grad(grad(f))(one), {432.0});
  check_near(vmap(grad(f))(tensor({1.0, 2.0})), {144.0, 144.0 * 8});
}

TEST_CASE("a pullback made outside is called inside of another transform", "[perturbation]") {
  const auto pulled = vjp([](const auto& y) { return y * y * y; }, Tensor<double>(2.0));
  // pullback(c) = 12 c
  check_near(grad([&](const auto& c) { return c * pulled.vjp_fn(c); })(Tensor<double>(3.0)), {72.0});
  check_near(by_jvp([&](const auto& c) { return c * pulled.vjp_fn(c); }, Tensor<double>(3.0)), {72.0});
  check_near(vmap([&](const auto& c) { return pulled.vjp_fn(c); })(tensor({1.0, 2.0})), {12.0, 24.0});
  check_near(pulled.vjp_fn(one), {12.0});  // and is as it was
  const auto linear = linearize([](const auto& y) { return sin(y); }, half);
  check_near(grad([&](const auto& t) { return t * linear.jvp_fn(t); })(Tensor<double>(3.0)), {6.0 * std::cos(0.5)});
}

TEST_CASE("jacobians of closures", "[perturbation]") {
  const auto f = [](const auto& x) {
    const auto inner = [&](const auto& y) { return x * y * y; };
    return sum(jacrev(inner)(tensor({1.0, 2.0})) + jacfwd(inner)(tensor({1.0, 2.0})));
  };
  // The Jacobian is diag(2 x y): its sum for a rank-0 x is 6 x.
  check_near(grad(f)(half), {12.0});
  check_near(by_jvp(f, half), {12.0});
  const auto g = [](const auto& x) { return sum(hessian([&](const auto& y) { return sum(x * y * y * y); })(tensor({1.0, 2.0}))); };
  check_near(grad(g)(half), {18.0});
}
