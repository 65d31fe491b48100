// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "lane_by_lane.hpp"

using namespace lane_by_lane;

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
