// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "lane_by_lane.hpp"

using namespace lane_by_lane;

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
