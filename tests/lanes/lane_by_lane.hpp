// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <tuple>

#include "../catch.hpp"
#include "functra/lanes/pack.hpp"

// Every operation of a pack against the same operation on each of its lanes.

namespace lane_by_lane {

namespace lanes = functra::lanes;
using lanes::pack;

template <class T, int N>
struct shape {
    using value = T;
    static constexpr int count = N;
};

// The same bits, or both NaN.
template <class T>
bool same(T a, T b) {
    return (lanes::isnan(a) && lanes::isnan(b)) || std::memcmp(&a, &b, sizeof(T)) == 0;
}

// Catch's macro once, not in every instance of a template: that is what makes this file quick to compile.
inline void check(bool right) { CHECK(right); }

template <class T, int N>
using lane_array = std::array<T, static_cast<std::size_t>(N)>;

template <class T, int N>
lane_array<T, N> lanes_of(pack<T, N> x) {
    lane_array<T, N> result;
    x.store(result.data());
    return result;
}

// Numbers that include the ends of the range and, for floating point, the special values.
template <class T, int N>
lane_array<T, N> samples(std::uint32_t seed) {
    lane_array<T, N> result;
    for (auto& x : result) {
        seed = seed * 1664525U + 1013904223U;
        const auto kind = seed >> 28;
        using limits = std::numeric_limits<T>;
        if (kind == 0) x = limits::max();
        else if (kind == 1) x = limits::lowest();
        else if (kind == 2) x = T{0};
        else if (kind == 3) x = std::is_signed_v<T> ? static_cast<T>(-1) : T{1};
        else if (kind == 4 && limits::has_quiet_NaN) x = limits::quiet_NaN();
        else if (kind == 5 && limits::has_infinity) x = limits::infinity();
        else if (kind == 6 && limits::has_infinity) x = -limits::infinity();
        else if (kind == 7 && limits::has_infinity) x = static_cast<T>(-0.0);
        else if (std::is_floating_point_v<T>) x = static_cast<T>(static_cast<double>(seed >> 8) / 65536.0 - 128.0);
        else x = static_cast<T>(seed >> 4) - static_cast<T>(std::is_signed_v<T> ? 1 << 27 : 0);
    }
    return result;
}

template <class T, int N, class OnPacks, class OnLanes>
void check_binary(OnPacks on_packs, OnLanes on_lanes) {
    for (std::uint32_t seed = 1; seed < 40; ++seed) {
        const auto a = samples<T, N>(seed), b = samples<T, N>(seed * 77);
        const auto result = lanes_of<T, N>(on_packs(pack<T, N>::load(a.data()), pack<T, N>::load(b.data())));
        bool equal = true;
        for (std::size_t i = 0; i < N; ++i) equal = equal && same<T>(result[i], on_lanes(a[i], b[i]));
        check(equal);
    }
}
template <class T, int N, class F>
void check_binary(F f) {
    check_binary<T, N>(f, f);
}
template <class T, int N, class F>
void check_unary(F f) {
    check_binary<T, N>([&](auto a, auto) { return f(a); });
}
template <class T, int N, class F>
void check_relation(F f) {
    for (std::uint32_t seed = 1; seed < 40; ++seed) {
        const auto a = samples<T, N>(seed);
        auto b = samples<T, N>(seed * 77);
        b[0] = a[0];
        const pack<bool, N> result = f(pack<T, N>::load(a.data()), pack<T, N>::load(b.data()));
        bool equal = (result.bits & ~pack<bool, N>::full) == 0;
        for (std::size_t i = 0; i < N; ++i) equal = equal && result[static_cast<int>(i)] == f(a[i], b[i]);
        check(equal);
    }
}

template <class T>
using wrapping = lanes::detail::arithmetic_t<T>;

template <class U, class T, int N>
void check_conversion() {
    for (std::uint32_t seed = 1; seed < 40; ++seed) {
        const auto a = samples<T, N>(seed);
        const auto result = lanes_of<U, N>(lanes::convert<U>(pack<T, N>::load(a.data())));
        bool equal = true;
        for (std::size_t i = 0; i < N; ++i) equal = equal && same<U>(result[i], lanes::convert<U>(a[i]));
        check(equal);
    }
}

// One lane, less than a register, one register and several of every build.
using every_number = std::tuple<shape<float, 2>, shape<float, 16>, shape<float, 32>, shape<double, 1>, shape<double, 2>,
                                shape<double, 4>, shape<double, 8>, shape<std::int32_t, 16>, shape<std::int64_t, 4>,
                                shape<std::uint32_t, 4>, shape<std::uint64_t, 8>>;
using every_float = std::tuple<shape<float, 2>, shape<float, 4>, shape<float, 8>, shape<float, 16>, shape<double, 1>,
                               shape<double, 2>, shape<double, 4>, shape<double, 8>, shape<double, 16>>;
using every_integer = std::tuple<shape<std::int32_t, 2>, shape<std::int32_t, 8>, shape<std::int32_t, 16>, shape<std::int64_t, 2>,
                                 shape<std::int64_t, 8>, shape<std::uint32_t, 8>, shape<std::uint64_t, 4>>;

}  // namespace lane_by_lane
