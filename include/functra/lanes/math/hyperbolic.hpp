// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/math/exp.hpp"

// sinh, cosh, tanh from e^|x| = 2^n (1 + t), |t| < 1/2, so that small x lose nothing:
//
//   w = (1 + t)^2 - 1 = t (2 + t),  u = 4^-n
//   sinh |x| = 2^(n-1) (1 - u + w) / (1 + t),  cosh x = 2^(n-1) (1 + u + w) / (1 + t)
//   tanh |x| = m / (m + 2) with m = e^(2|x|) - 1

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
        const auto bounded = detail::lesser(P(T{20}), abs(x));  // tanh 20 rounds to 1
        const auto [n, t] = detail::exp_reduce(bounded + bounded);
        const auto power = detail::power_of_two(n);
        const auto m = fma(power, t, power - T{1});
        return copysign(m / (m + T{2}), x);
    }
}

}  // namespace functra::lanes
