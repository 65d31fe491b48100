// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/lanes/pack.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <limits>

#include "../catch.hpp"

// Every operation of a pack against the same operation on each of its lanes.

namespace {

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
void check(bool right) { CHECK(right); }

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

}  // namespace

TEMPLATE_LIST_TEST_CASE("pack arithmetic is arithmetic on every lane", "[lanes]", every_number) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    using W = wrapping<T>;
    check_binary<T, N>([](auto a, auto b) { return a + b; },
                       [](T a, T b) { return static_cast<T>(static_cast<W>(a) + static_cast<W>(b)); });
    check_binary<T, N>([](auto a, auto b) { return a - b; },
                       [](T a, T b) { return static_cast<T>(static_cast<W>(a) - static_cast<W>(b)); });
    check_binary<T, N>([](auto a, auto b) { return a * b; },
                       [](T a, T b) { return static_cast<T>(static_cast<W>(a) * static_cast<W>(b)); });
    check_binary<T, N>([](auto a, auto) { return -a; }, [](T a, T) { return static_cast<T>(-static_cast<W>(a)); });
    check_binary<T, N>([](auto a, auto) { return T{3} - a; },
                       [](T a, T) { return static_cast<T>(W{3} - static_cast<W>(a)); });
    check_binary<T, N>([](auto a, auto b) { return lanes::min(a, b); });
    check_binary<T, N>([](auto a, auto b) { return lanes::max(a, b); });
    check_unary<T, N>([](auto a) { return lanes::abs(a); });
    check_relation<T, N>([](auto a, auto b) { return a == b; });
    check_relation<T, N>([](auto a, auto b) { return a != b; });
    check_relation<T, N>([](auto a, auto b) { return a < b; });
    check_relation<T, N>([](auto a, auto b) { return a <= b; });
    check_relation<T, N>([](auto a, auto b) { return a > b; });
    check_relation<T, N>([](auto a, auto b) { return a >= b; });
    check_relation<T, N>([](auto a, auto) { return lanes::isnan(a); });
    check_binary<T, N>([](auto a, auto b) { return lanes::select(a < b, a, b); });
    check_binary<T, N>([](auto a, auto b) { return lanes::select(a == b, a, T{7}); });
}

TEMPLATE_LIST_TEST_CASE("pack division of integers never traps", "[lanes]", every_integer) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    const auto wide = [](T a, T b, bool modulo) {
        if (b == 0) return T{0};
        if (std::is_signed_v<T> && b == static_cast<T>(-1)) return static_cast<T>(modulo ? wrapping<T>{0} : wrapping<T>{0} - static_cast<wrapping<T>>(a));
        return static_cast<T>(modulo ? a % b : a / b);
    };
    check_binary<T, N>([](auto a, auto b) { return a / b; }, [&](T a, T b) { return wide(a, b, false); });
    check_binary<T, N>([](auto a, auto b) { return a % b; }, [&](T a, T b) { return wide(a, b, true); });
    check_binary<T, N>([](auto a, auto b) { return a & b; });
    check_binary<T, N>([](auto a, auto b) { return a | b; });
    check_binary<T, N>([](auto a, auto b) { return a ^ b; });
    check_unary<T, N>([](auto a) { return ~a; });
    for (int count = 0; count < static_cast<int>(8 * sizeof(T)); count += 5) {
        check_binary<T, N>([=](auto a, auto) { return a << count; },
                           [=](T a, T) { return static_cast<T>(static_cast<wrapping<T>>(a) << count); });
        check_unary<T, N>([=](auto a) { return a >> count; });
    }
}

TEMPLATE_LIST_TEST_CASE("pack functions of floating point agree with the standard library", "[lanes]", every_float) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    check_binary<T, N>([](auto a, auto b) { return a / b; });
    check_unary<T, N>([](auto a) { return lanes::sqrt(a); });
    for (const T scale : {T{1}, T{1} / 128, T(0x1p30)}) {
        check_unary<T, N>([=](auto a) { return lanes::floor(a * scale); });
        check_unary<T, N>([=](auto a) { return lanes::ceil(a * scale); });
        check_unary<T, N>([=](auto a) { return lanes::trunc(a * scale); });
        check_unary<T, N>([=](auto a) { return lanes::round(a * scale); });
        check_unary<T, N>([=](auto a) { return lanes::round(lanes::floor(a * scale) + T{0.5}); });
    }
    check_binary<T, N>([](auto a, auto b) { return lanes::copysign(a, b); });
    check_relation<T, N>([](auto a, auto) { return lanes::isinf(a); });
    check_relation<T, N>([](auto a, auto) { return lanes::isfinite(a); });
    check_binary<T, N>([](auto a, auto b) { return lanes::fma(a, b, a); });
}

TEMPLATE_LIST_TEST_CASE("pack conversions are those of a scalar and saturate", "[lanes]", every_number) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    check_conversion<float, T, N>();
    check_conversion<double, T, N>();
    check_conversion<std::int32_t, T, N>();
    check_conversion<std::int64_t, T, N>();
    check_conversion<std::uint32_t, T, N>();
    check_conversion<std::uint64_t, T, N>();
    check_conversion<bool, T, N>();
    using U = lanes::detail::uint_t<T>;
    check_unary<T, N>([](auto a) { return lanes::bit_cast<T>(lanes::bit_cast<U>(a)); });
}

TEST_CASE("a scalar that no integer can hold converts to the nearest, NaN to zero", "[lanes]") {
    CHECK(lanes::convert<std::int32_t>(1e10) == std::numeric_limits<std::int32_t>::max());
    CHECK(lanes::convert<std::int32_t>(-1e10f) == std::numeric_limits<std::int32_t>::min());
    CHECK(lanes::convert<std::uint64_t>(-3.0) == 0);
    CHECK(lanes::convert<std::uint64_t>(0x1p64) == std::numeric_limits<std::uint64_t>::max());
    CHECK(lanes::convert<std::int64_t>(std::nan("")) == 0);
    CHECK(lanes::convert<std::int32_t>(-2147483648.0) == std::numeric_limits<std::int32_t>::min());
}

TEMPLATE_LIST_TEST_CASE("pack memory access touches exactly its lanes", "[lanes]", every_number) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    const auto values = samples<T, 3 * N + 4>(5);
    alignas(64) lane_array<T, 3 * N + 4> out;
    for (int n = 0; n <= N; ++n) {
        const auto loaded = lanes_of<T, N>(pack<T, N>::load_partial(values.data() + 1, n));
        for (std::size_t i = 0; i < N; ++i) check(same(loaded[i], static_cast<int>(i) < n ? values[i + 1] : T{0}));
        out.fill(T{42});
        pack<T, N>::load(values.data() + 1).store_partial(out.data() + 1, n);
        for (std::size_t i = 0; i < out.size(); ++i)
            check(same(out[i], i >= 1 && static_cast<int>(i) < n + 1 ? values[i] : T{42}));
    }
    out.fill(T{42});
    pack<T, N>::load_strided(values.data(), 3).store_strided(out.data() + 2, 3);
    for (std::size_t i = 0; i < 3 * N; ++i) check(same(out[i], i % 3 == 2 ? values[i - 2] : T{42}));
    for (const std::size_t offset : {0U, 1U}) {
        out.fill(T{42});
        pack<T, N>::load(values.data()).stream(out.data() + offset);
        for (std::size_t i = 0; i < N; ++i) check(same(out[i + offset], values[i]));
    }
    auto x = pack<T, N>::load(values.data());
    for (int i = 0; i < N; ++i) {
        check(same(x[i], values[static_cast<std::size_t>(i)]));
        x.set(i, T{9});
        check(x[i] == T{9});
    }
}

TEMPLATE_LIST_TEST_CASE("pack reductions combine all lanes", "[lanes]", every_number) {
    using T = typename TestType::value;
    constexpr int N = TestType::count;
    pack<T, N> x(T{1});
    for (int i = 0; i < N; ++i) x.set(i, static_cast<T>(i + 1));
    check(lanes::reduce_add(x) == static_cast<T>(N * (N + 1) / 2));
    check(lanes::reduce_max(x) == static_cast<T>(N));
    check(lanes::reduce_min(x) == T{1});
    x = lanes::select(x > T{5}, T{1}, x);
    T product{1};
    for (int i = 0; i < N && i < 5; ++i) product *= static_cast<T>(i + 1);
    check(lanes::reduce_mul(x) == product);
    if constexpr (std::is_floating_point_v<T>) {
        x.set(N / 2, std::numeric_limits<T>::quiet_NaN());
        check(lanes::isnan(lanes::reduce_max(x)));
        check(lanes::isnan(lanes::reduce_min(x)));
    }
}

TEMPLATE_TEST_CASE_SIG("a pack of bool is one bit a lane", "[lanes]", ((int N), N), 1, 2, 4, 8, 16, 32, 64) {
    using B = pack<bool, N>;
    lane_array<bool, 3 * N> values{}, out{};
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = (i * i + i / 3) % 5 < 2;
    const auto a = B::load(values.data()), b = B::load(values.data() + N);
    const auto at = [&](std::size_t i, std::size_t offset) { return values[i + offset]; };
    for (std::size_t i = 0; i < N; ++i) {
        const int lane = static_cast<int>(i);
        CHECK((a & b)[lane] == (at(i, 0) && at(i, N)));
        CHECK((a | b)[lane] == (at(i, 0) || at(i, N)));
        CHECK((a ^ b)[lane] == (at(i, 0) != at(i, N)));
        CHECK((!a)[lane] == !at(i, 0));
        CHECK((a == b)[lane] == (at(i, 0) == at(i, N)));
        CHECK(lanes::select(a, b, !b)[lane] == (at(i, 0) ? at(i, N) : !at(i, N)));
    }
    CHECK((~a & a).none());
    CHECK((~a | a).all());
    CHECK(lanes::any(B(true)));
    a.store(out.data());
    CHECK(std::memcmp(out.data(), values.data(), std::size_t{N}) == 0);
    B::load_strided(values.data(), 3).store_strided(out.data(), 3);
    for (std::size_t i = 0; i < N; ++i) CHECK(out[3 * i] == values[3 * i]);
    for (int n = 0; n <= N; ++n) CHECK(B::load_partial(values.data(), n).bits == (n == 0 ? 0 : a.bits & (~std::uint64_t{0} >> (64 - n))));
}

TEST_CASE("code that is generic over its lane type asks the traits", "[lanes]") {
    using P = pack<float, 8>;
    STATIC_REQUIRE(lanes::is_pack<P>);
    STATIC_REQUIRE(!lanes::is_pack<float>);
    STATIC_REQUIRE(lanes::lane_count<P> == 8);
    STATIC_REQUIRE(lanes::lane_count<float> == 1);
    STATIC_REQUIRE(std::is_same_v<lanes::lane_value_t<P>, float>);
    STATIC_REQUIRE(std::is_same_v<lanes::lane_value_t<float>, float>);
    STATIC_REQUIRE(std::is_same_v<lanes::rebind_lane<P, int>, pack<int, 8>>);
    STATIC_REQUIRE(std::is_same_v<lanes::rebind_lane<float, int>, int>);
    STATIC_REQUIRE(std::is_trivially_copyable_v<pack<float, lanes::width<float>>>);
    STATIC_REQUIRE(sizeof(P) == 8 * sizeof(float));
}
