// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <type_traits>

#include "functra/lanes/pack.hpp"

// How far a result is from the true value, in units of the last place of T: the reference is computed in the next wider type.

namespace ulp {

template <class T>
using wider = std::conditional_t<std::is_same_v<T, float>, double, long double>;

inline constexpr double never = 1e300;

// NaN and the sign of zero have to be right. What overflows is as far away as the first number that T does not have.
template <class T>
double distance(T result, wider<T> truth) {
    using W = wider<T>;
    using limits = std::numeric_limits<T>;
    if (std::isnan(truth) || std::isnan(result)) return std::isnan(truth) == std::isnan(result) ? 0 : never;
    if (std::signbit(truth) != std::signbit(result)) return never;
    const W overflow = std::ldexp(W{1}, limits::max_exponent);
    const W computed = std::fmin(std::fabs(static_cast<W>(result)), overflow), exact = std::fmin(std::fabs(truth), overflow);
    if (exact == W{0}) return computed == W{0} ? 0 : never;
    int exponent = 0;
    std::frexp(exact, &exponent);
    if (exponent < limits::min_exponent) exponent = limits::min_exponent;
    if (exponent > limits::max_exponent) exponent = limits::max_exponent;
    return static_cast<double>(std::fabs(computed - exact) / std::ldexp(W{1}, exponent - limits::digits));
}

template <class T>
T random_bits(std::mt19937_64& generator) {
    const std::uint64_t bits = generator();
    T x;
    std::memcpy(&x, &bits, sizeof x);
    return x;
}

template <class T>
inline constexpr T special_values[] = {
    T{0},
    -T{0},
    T{1},
    T{-1},
    T{2},
    T{-2},
    T{3},
    T{-3},
    T{0.5},
    T{-0.5},
    T{2.5},
    std::numeric_limits<T>::infinity(),
    -std::numeric_limits<T>::infinity(),
    std::numeric_limits<T>::quiet_NaN(),
    std::numeric_limits<T>::max(),
    std::numeric_limits<T>::lowest(),
    std::numeric_limits<T>::min(),
    -std::numeric_limits<T>::min(),
    std::numeric_limits<T>::denorm_min(),
    -std::numeric_limits<T>::denorm_min(),
    T{1} - std::numeric_limits<T>::epsilon() / 2,
    T{1} + std::numeric_limits<T>::epsilon(),
    T{1} / std::numeric_limits<T>::epsilon(),
    T{1} / std::numeric_limits<T>::epsilon() - 1,
    T{-1} / std::numeric_limits<T>::epsilon() + 1,
    T(1e10),
    T(-1e10),
};

// The worst distance that it has seen, and where.
template <class T>
struct worst {
    double distance = 0;
    T x = 0, y = 0;
    void see(double d, T at_x, T at_y = 0) {
        if (!(d <= distance)) distance = d, x = at_x, y = at_y;
    }
};

template <class T>
inline constexpr int width = functra::lanes::width<T>;
template <class T>
using lane_array = T[static_cast<std::size_t>(width<T>)];

// One pack. Not inline: f is large, and instrumented it is huge.
template <class T, class F, class R>
[[gnu::noinline]] void see_pack(worst<T>& result, const lane_array<T>& x, F f, R reference) {
    lane_array<T> y;
    f(functra::lanes::pack<T, width<T>>::load(x)).store(y);
    for (int i = 0; i < width<T>; ++i) result.see(distance<T>(y[i], reference(static_cast<wider<T>>(x[i]))), x[i]);
}

// f on packs against reference on each lane, over all representable numbers and more densely over [low, high] and around 1.
template <class T, class F, class R>
worst<T> sweep(F f, R reference, double low, double high, int count = 40000) {
    worst<T> result;
    lane_array<T> x;
    int used = 0;
    const auto check = [&](T value) {
        x[used++] = value;
        if (used < width<T>) return;
        see_pack<T>(result, x, f, reference);
        used = 0;
    };
    std::mt19937_64 generator(1);
    std::uniform_real_distribution<double> dense(low, high), logarithm(-5, 5);
    for (const T value : special_values<T>) check(value);
    for (int i = 0; i < count; ++i) {
        check(random_bits<T>(generator));
        check(static_cast<T>(dense(generator)));
        check(static_cast<T>((i % 2 == 0 ? 1 : -1) * std::exp2(logarithm(generator))));
    }
    return result;
}

}  // namespace ulp
