// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functional>

#include "laws.hpp"

// Plain loops that operations along dims are compared with, and laws for what laws.hpp does not ask: mapped gradients.
namespace reference {

using functra::dyn;
using functra::index_t;
using functra::Tensor;
using laws::numbers;

// The elements of x (of any rank) that fall together in a reduction over the dims of a mask: one list for each result, in
// row-major order of both.
template <class X>
std::vector<numbers> groups(const X& x, unsigned mask) {
  const auto t = functra::eval(x);
  constexpr int R = functra::extents_of_value<X>::R;
  index_t results = 1;
  for (int d = 0; d < R; ++d)
    if (!((mask >> d) & 1U)) results *= t.extent(d);
  std::vector<numbers> g(static_cast<std::size_t>(results));
  for (index_t i = 0; i < t.size(); ++i) {
    index_t rest = i, to = 0, stride = 1;
    for (int d = R - 1; d >= 0; --d) {
      const index_t at = rest % t.extent(d);
      rest /= t.extent(d);
      if ((mask >> d) & 1U) continue;
      to += at * stride;
      stride *= t.extent(d);
    }
    g[static_cast<std::size_t>(to)].push_back(static_cast<double>(t.data()[i]));
  }
  return g;
}

// A number for each group.
template <class X, class F>
numbers reduced(const X& x, unsigned mask, const F& f) {
  numbers y;
  for (const numbers& g : groups(x, mask)) y.push_back(f(g));
  return y;
}

// The laws of laws.hpp, and vmap of the gradient of sum(f^2) against the loop, in both lowerings.
template <class F, class... X>
void run(const char* name, const F& f, const X&... x) {
  laws::run(name, f, x...);
  std::array<laws::domain, sizeof...(X)> domains;
  domains.fill({0.1, 0.9});
  INFO(name << ", gradient");
  laws::check_vmap(functra::grad([&](const auto&... v) { return sum(square(f(v...))); }), domains, x...);
}

// What a call throws.
template <class F>
std::string message(const F& f) {
  try {
    f();
  } catch (const functra::error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

// A tensor of packs from one tensor for each lane, and lane l of one.
template <int N, class T, index_t... E>
auto packed(const std::array<Tensor<T, E...>, static_cast<std::size_t>(N)>& x) {
  Tensor<functra::lanes::pack<T, N>, E...> p(functra::uninitialized, x[0].get_extents());
  for (index_t i = 0; i < p.size(); ++i)
    for (int l = 0; l < N; ++l) p.mutable_data()[i].set(l, x[static_cast<std::size_t>(l)].data()[i]);
  return p;
}
template <class V>
numbers lane(const V& v, int l) {
  const auto t = functra::eval(v);
  numbers n;
  for (index_t i = 0; i < t.size(); ++i) n.push_back(static_cast<double>(t.data()[i][l]));
  return n;
}

}  // namespace reference
