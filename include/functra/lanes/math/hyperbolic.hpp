// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exp.hpp"

// sinh, cosh, tanh from e^|x| = 2^n (1 + t), |t| < 1/2, so that small x lose nothing:
//
//   w = (1 + t)^2 - 1 = t (2 + t),  u = 4^-n
//   sinh |x| = 2^(n-1) (1 - u + w) / (1 + t),  cosh x = 2^(n-1) (1 + u + w) / (1 + t)
//   tanh |x| = m / (m + 2) with m = e^(2|x|) - 1, but for |x| < 0.55, where the roundings of that add up to more than 2 ULP,
//   |x| + |x|^3 p(x^2), p minimax of degree 10 (float: 4), error < 2^-60 (2^-29)

namespace functra::lanes {

namespace detail {

template <class P>
struct hyperbolic_parts {
  P n, t, u, w;
};

template <class T, int N>
FUNCTRA_INLINE hyperbolic_parts<pack<T, N>> hyperbolic_reduce(pack<T, N> x) {
  using P = pack<T, N>;
  const auto [n, t] = exp_reduce(lesser(P(sizeof(T) == 8 ? T(712) : T(91)), abs(x)));  // both overflow before that
  const auto least = power_of_two(-lesser(P(T{60}), n));
  return {n, t, least * least, t * (t + T{2})};
}

// For |x| <= 0.55.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> tanh_small(pack<T, N> x) {
  const auto square = x * x;
  const auto p = [&]() FUNCTRA_INLINE_LAMBDA {
    if constexpr (sizeof(T) == 8)
      return polynomial(square, -0x1.46b4374eb9129p-16, 0x1.5d500b6098de7p-14, -0x1.e963945a452bap-13, 0x1.34828888b5085p-11,
                        -0x1.7d8fb19cd2fbep-10, 0x1.d6d299165fc58p-9, -0x1.226e2f05a8fc5p-7, 0x1.664f485906773p-6,
                        -0x1.ba1ba1b97be4cp-5, 0x1.1111111110787p-3, -0x1.555555555554fp-2);
    else return polynomial(square, -0x1.99219ep-8f, 0x1.58e518p-6f, -0x1.b91e7ep-5f, 0x1.110ceep-3f, -0x1.55554ap-2f);
  }();
  return fma(x * square, p, x);
}

}  // namespace detail

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> sinh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(sinh(x.lo), sinh(x.hi));
  else {
    const auto [n, t, u, w] = detail::hyperbolic_reduce(x);
    return copysign(detail::scale(((T{1} - u) + w) / (t + T{1}), n - T{1}), x);
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> cosh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(cosh(x.lo), cosh(x.hi));
  else {
    const auto [n, t, u, w] = detail::hyperbolic_reduce(x);
    return detail::scale(((T{1} + u) + w) / (t + T{1}), n - T{1});
  }
}

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> tanh(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(tanh(x.lo), tanh(x.hi));
  else {
    const auto size = detail::lesser(P(T{20}), abs(x));  // tanh 20 rounds to 1
    const auto [n, t] = detail::exp_reduce(size + size);
    const auto power = detail::power_of_two(n);
    const auto m = fma(power, t, power - T{1});
    const P limit(static_cast<T>(0.55));
    return copysign(detail::select_where<detail::relation::less>(size, limit, detail::tanh_small(size), m / (m + T{2})), x);
  }
}

}  // namespace functra::lanes
