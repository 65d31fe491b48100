// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/select.hpp"

#include "functra/primitives/comparison.hpp"
#include "functra/primitives/exponential.hpp"
#include "functra/primitives/power.hpp"
#include "functra/transforms/grad.hpp"
#include "functra/transforms/jvp.hpp"
#include "functra/transforms/vmap.hpp"

#include "../catch.hpp"

using namespace functra;

namespace {

template <class G, class... D>
void check_elements(const G& g, D... expected) {
  const double e[] = {static_cast<double>(expected)...};
  for (index_t i = 0; i < g.size(); ++i) CHECK_THAT(g.data()[i], WithinAbs(e[i], 1e-14));
}

// x^(3/2) log x where x > 0, x x elsewhere. The derivatives of the root and of the logarithm at 0 and below are infinite or NaN.
struct fused {
  auto operator()(const auto& x) const { return sum(where(x > 0, sqrt(x) * log(x), x) * x); }
};
struct named {
  auto operator()(const auto& x) const {
    const auto root = sqrt(x);
    const auto branch = root * log(x);
    const auto chosen = where(x > 0, branch, x);
    return sum(chosen * x);
  }
};

template <class F>
struct slope {
  auto operator()(const auto& x) const { return grad(F{})(x); }
};
template <class F>
struct total_slope {
  auto operator()(const auto& x) const { return sum(grad(F{})(x)); }
};
template <class F>
struct pushed {
  auto operator()(const auto& x) const { return jvp(F{}, x, eval(x * 0.0 + 1.0)).tangent; }
};

template <class F, class X, class... D>
void check_second_derivatives(const X& x, D... expected) {
  check_elements(pushed<slope<F>>{}(x), expected...);
  check_elements(grad(total_slope<F>{})(x), expected...);
  check_elements(grad(pushed<F>{})(x), expected...);
}

const Tensor<double, dyn> large{-2, 0, 1};
const Tensor<double, 3> small{-2, 0, 1};

}  // namespace

TEST_CASE("the gradient of where has nothing of the branch that was not taken", "[primitives]") {
  check_elements(grad(fused{})(large), -4, 0, 1);
  check_elements(grad(named{})(large), -4, 0, 1);
  check_elements(grad(fused{})(small), -4, 0, 1);
  check_elements(grad(named{})(small), -4, 0, 1);
  check_elements(pushed<named>{}(large), -3);
  for (const double x : {-2.0, 0.0}) {
    check_elements(grad(fused{})(Tensor<double>(x)), 2 * x);
    check_elements(grad(named{})(Tensor<double>(x)), 2 * x);
    check_elements(pushed<named>{}(Tensor<double>(x)), 2 * x);
  }
  const Tensor<double, dyn, dyn> batch{{-2, 0, 1}, {0, 0, -1}};
  check_elements(vmap(slope<named>{})(batch), -4, 0, 1, 0, 0, -2);
}

TEST_CASE("nor have the second derivatives", "[primitives]") {
  check_second_derivatives<named>(large, 2, 2, 2);
  check_second_derivatives<named>(small, 2, 2, 2);
  check_second_derivatives<named>(Tensor<double>(-2.0), 2);
  check_second_derivatives<named>(Tensor<double>(0.0), 2);
  check_elements(pushed<slope<fused>>{}(large), 2, 2, 2);
}

TEST_CASE("a masked value hides what comes after it", "[primitives]") {
  // The derivative of the root at 0 is infinite, but no x is behind that 0.
  const auto f = [](const auto& x) {
    const auto safe = where(x > 0, x, 0.0);
    return sum(sqrt(safe));
  };
  check_elements(grad(f)(Tensor<double, dyn>{-1, 4}), 0, 0.25);
  check_elements(grad(f)(Tensor<double, 2>{-1, 4}), 0, 0.25);
  check_elements(grad(f)(Tensor<double>(-1.0)), 0);
}

