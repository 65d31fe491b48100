// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/primitives/cast.hpp"

#include "functra/primitives/exponential.hpp"
#include "functra/primitives/stop_gradient.hpp"
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

}  // namespace

TEST_CASE("cast converts, and hands gradients back in the dtype of the argument", "[primitives]") {
  const Tensor<double, dyn> x{-1.5, 2.7, 1e30};
  const auto i = eval(cast<std::int32_t>(x));
  CHECK(i(0) == -1);
  CHECK(i(1) == 2);
  CHECK(i(2) == std::numeric_limits<std::int32_t>::max());
  CHECK(cast<int>(2.7) == 2);
  static_assert(std::is_same_v<dtype_of<decltype(eval(cast<float>(x)))>, float>);
  const auto g = grad([](const auto& v) { return sum(cast<double>(v) * cast<double>(v)); })(Tensor<float, dyn>{1, 2});
  static_assert(std::is_same_v<dtype_of<decltype(g)>, float>);
  CHECK(g(1) == 4.0F);
  CHECK(grad([](const auto& v) { return v * cast<double>(cast<int>(v)); })(Tensor<double>(2.7)).item() == 2);
  CHECK(jvp([](const auto& v) { return v * cast<double>(cast<int>(v)); }, Tensor<double>(2.7), Tensor<double>(1.0)).tangent.item() == 2);
  CHECK(grad(grad(grad([](const auto& v) { return v * v * v * cast<double>(cast<int>(v)); })))(Tensor<double>(2.7)).item() == 12);
}

TEST_CASE("stop_gradient stops every derivative and keeps the batch", "[primitives]") {
  const auto f = [](const auto& x) { return x * stop_gradient(x * x); };
  const Tensor<double> three = 3.0;
  CHECK(grad(f)(three).item() == 9);
  CHECK(grad(grad(f))(three).item() == 0);
  CHECK(jvp(f, three, Tensor<double>(1.0)).tangent.item() == 9);
  CHECK(jvp(grad(f), three, Tensor<double>(1.0)).tangent.item() == 0);
  CHECK(grad([](const auto& x) { return stop_gradient(x); })(three).item() == 0);
  const Tensor<double, dyn> batch{1, 2, 3};
  check_elements(vmap(f)(batch), 1, 8, 27);
  check_elements(vmap(grad(f))(batch), 1, 4, 9);
  check_elements(grad([&](const auto& x) { return sum(vmap(f)(x)); })(batch), 1, 4, 9);
  CHECK(stop_gradient(2.5) == 2.5);
}
