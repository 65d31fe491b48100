// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "../catch.hpp"
#include <functra/functra.hpp>

// Derivatives in few static inputs are computed on jets. They are compared with a tape and with duals on a tape.
namespace jets {

using namespace functra;

template <class A, class B>
void require_near(const A& a, const B& b, double within = 1e-11) {
  static_assert(std::is_same_v<A, B>);
  REQUIRE(a.shape() == b.shape());
  for (index_t i = 0; i < a.size(); ++i) {
    INFO("element " << i);
    REQUIRE_THAT(a.data()[i], WithinRel(b.data()[i], within) || WithinAbs(b.data()[i], within));
  }
}

inline Tensor<double, dyn, 3> points() {
  Tensor<double, dyn, 3> x(extents<dyn, 3>(21));
  for (index_t i = 0; i < x.size(); ++i) x.mutable_data()[i] = 0.3 + 0.01 * static_cast<double>((i * 37) % 63);
  return x;
}

// Whether f stays scalar code, as its type tells.
template <int Order, class F, class... A>
inline constexpr bool on_jets = detail::few_inputs<detail::selected<sizeof...(A), argnums_t<0>>, Order, false, detail::call_tower<F, A...>, F, A...>() > 0;

// The gradient and the Hessian of f; with Mapped, those of many examples as well, by lanes and by a batch axis.
template <bool Narrow, bool Mapped = false, class F>
void check(const char* name, const F& f) {
  INFO(name);
  const Tensor<double, 3> x{0.3, 0.5, 0.9};
  STATIC_REQUIRE(on_jets<2, F, Tensor<double, 3>> == Narrow);
  require_near(grad(f)(x), vjp(f, x).vjp_fn(Tensor<double>(1.0)));
  require_near(hessian(f)(x), jacfwd(grad(f))(x));
  if constexpr (Mapped) {
    const auto many = points();
    const auto by_lanes = vmap(hessian(f))(many);
    require_near(by_lanes, vmap(hessian(f), lowering::batch_axis)(many));
    for (index_t i = 0; i < many.extent(0); i += 5) require_near(eval(at(by_lanes, i)), hessian(f)(Tensor<double, 3>{many(i, 0), many(i, 1), many(i, 2)}));
  }
}

}  // namespace jets
