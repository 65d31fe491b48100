// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exponent.hpp"
#include "functra/lanes/math/polynomial.hpp"

// cbrt.
//
//   |x| = m 2^(3 q + r), m in [sqrt(1/2), sqrt(2)), r in {-1, 0, 1}
//   y = m^(-1/3) to 2^-17 (float: 2^-9), minimax of degree 5 (2), then with e = 1 - m y^3 one step of
//   y (1 + e/3 + 2 e^2/9 + 14 e^3/81), to 2^-66 (2^-34)
//   c = m y^2, corrected by c -= (c^3 - m) y^2 / 3; cbrt |x| = c 2^(r/3) 2^q

namespace functra::lanes {

template <std::floating_point T, int N>
FUNCTRA_INLINE pack<T, N> cbrt(pack<T, N> x) {
  using P = pack<T, N>;
  if constexpr (P::is_split) return P::join(cbrt(x.lo), cbrt(x.hi));
  else {
    const auto size = abs(x);
    const auto parts = detail::split_exponent(size);
    const P m = parts.mantissa, k = parts.exponent;
    const auto q = round(k * static_cast<T>(1.0 / 3.0));
    const auto r = fma(q, T{-3}, k);
    const P start = [&]() FUNCTRA_INLINE_LAMBDA {
      if constexpr (sizeof(T) == 8)
        return detail::polynomial(m, -0x1.ba991f8904f3dp-4, 0x1.66c2e8b4c9e9bp-1, -0x1.e5e8c4b55d7d3p0, 0x1.65662d9b02f93p1,
                                  -0x1.3e327a9cac94dp1, 0x1.ffc9bcf349fe1p0);
      else return detail::polynomial(m, 0x1.ad63f2p-3f, -0x1.88d0eep-1f, 0x1.8ee338p0f);
    }();
    const auto e = fma(-m, start * start * start, T{1});
    const auto step = detail::polynomial(e, static_cast<T>(14.0 / 81.0), static_cast<T>(2.0 / 9.0), static_cast<T>(1.0 / 3.0));
    const auto y = fma(start, e * step, start);
    const auto square = y * y;
    const auto c = m * square;
    const auto root = fma(fma(c, c * c, -m), square * static_cast<T>(-1.0 / 3.0), c);
    const auto factor = select(r < T{-0.5}, P(static_cast<T>(0x1.965fea53d6e3dp-1)),
                               select(r > T{0.5}, P(static_cast<T>(0x1.428a2f98d728bp0)), P(T{1})));
    const auto result = copysign(detail::scale(root * factor, q), x);
    return select((size == T{0}) | !(size <= std::numeric_limits<T>::max()), x, result);
  }
}

}  // namespace functra::lanes
