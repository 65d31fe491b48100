// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/lanes/math.hpp"

#include <string>

#include "../catch.hpp"
#include "ulp.hpp"

namespace {

namespace lanes = functra::lanes;

template <class T, class F, class R>
void check_within(double bound, const std::string& name, double low, double high, F f, R reference) {
    const auto worst = ulp::sweep<T>(f, reference, low, high);
    INFO(name << " at " << worst.x);
    CHECK(worst.distance <= bound);
}

}  // namespace

TEMPLATE_TEST_CASE("exponentials and logarithms are accurate everywhere", "[lanes]", float, double) {
    const auto check = [](auto... arguments) { check_within<TestType>(arguments...); };
    check(2, "exp", -750, 750, [](auto x) { return lanes::exp(x); }, [](auto x) { return std::exp(x); });
    check(4, "exp2", -1080, 1030, [](auto x) { return lanes::exp2(x); }, [](auto x) { return std::exp2(x); });
    check(4, "expm1", -45, 720, [](auto x) { return lanes::expm1(x); }, [](auto x) { return std::expm1(x); });
    check(2, "log", 0, 1000, [](auto x) { return lanes::log(x); }, [](auto x) { return std::log(x); });
    check(4, "log2", 0, 1000, [](auto x) { return lanes::log2(x); }, [](auto x) { return std::log2(x); });
    check(4, "log10", 0, 1000, [](auto x) { return lanes::log10(x); }, [](auto x) { return std::log10(x); });
    check(4, "log1p", -1, 10, [](auto x) { return lanes::log1p(x); }, [](auto x) { return std::log1p(x); });
    check(4, "cbrt", -100, 100, [](auto x) { return lanes::cbrt(x); }, [](auto x) { return std::cbrt(x); });
}

TEMPLATE_TEST_CASE("trigonometric functions are accurate everywhere", "[lanes]", float, double) {
    const auto check = [](auto... arguments) { check_within<TestType>(arguments...); };
    check(2, "sin", -100, 100, [](auto x) { return lanes::sin(x); }, [](auto x) { return std::sin(x); });
    check(2, "cos", -100, 100, [](auto x) { return lanes::cos(x); }, [](auto x) { return std::cos(x); });
    check(4, "tan", -100, 100, [](auto x) { return lanes::tan(x); }, [](auto x) { return std::tan(x); });
    check(4, "asin", -1, 1, [](auto x) { return lanes::asin(x); }, [](auto x) { return std::asin(x); });
    check(4, "acos", -1, 1, [](auto x) { return lanes::acos(x); }, [](auto x) { return std::acos(x); });
    check(4, "atan", -10, 10, [](auto x) { return lanes::atan(x); }, [](auto x) { return std::atan(x); });
}

TEMPLATE_TEST_CASE("hyperbolic functions are accurate everywhere", "[lanes]", float, double) {
    const auto check = [](auto... arguments) { check_within<TestType>(arguments...); };
    check(4, "sinh", -720, 720, [](auto x) { return lanes::sinh(x); }, [](auto x) { return std::sinh(x); });
    check(4, "cosh", -720, 720, [](auto x) { return lanes::cosh(x); }, [](auto x) { return std::cosh(x); });
    check(2, "tanh", -22, 22, [](auto x) { return lanes::tanh(x); }, [](auto x) { return std::tanh(x); });
    check(4, "asinh", -100, 100, [](auto x) { return lanes::asinh(x); }, [](auto x) { return std::asinh(x); });
    check(4, "acosh", 1, 100, [](auto x) { return lanes::acosh(x); }, [](auto x) { return std::acosh(x); });
    check(4, "atanh", -1, 1, [](auto x) { return lanes::atanh(x); }, [](auto x) { return std::atanh(x); });
}

TEMPLATE_TEST_CASE("error functions are accurate everywhere", "[lanes]", float, double) {
    const auto check = [](auto... arguments) { check_within<TestType>(arguments...); };
    check(2, "erf", -6.2, 6.2, [](auto x) { return lanes::erf(x); }, [](auto x) { return std::erf(x); });
    check(4, "erfc", -6, 28, [](auto x) { return lanes::erfc(x); }, [](auto x) { return std::erfc(x); });
}

TEMPLATE_TEST_CASE("sin and cos keep their accuracy next to multiples of pi/2", "[lanes]", float, double) {
    using T = TestType;
    constexpr int N = lanes::width<T>;
    std::mt19937_64 generator(2);
    ulp::worst<T> worst_sin, worst_cos;
    for (int i = 0; i < 20000; ++i) {
        lanes::pack<T, N> x(T{0}), sine, cosine;
        for (int lane = 0; lane < N; ++lane) {
            const auto turns = generator() >> (sizeof(T) == 8 ? 34 + i % 20 : 46 + i % 10);
            T value = static_cast<T>(static_cast<long double>(turns) * 1.57079632679489661923132169163975144L);
            for (auto steps = generator() % 3; steps > 0; --steps) value = std::nextafter(value, T{0});
            x.set(lane, value);
        }
        lanes::sincos(x, sine, cosine);
        for (int lane = 0; lane < N; ++lane) {
            const auto exact = static_cast<ulp::wider<T>>(x[lane]);
            worst_sin.see(ulp::distance<T>(sine[lane], std::sin(exact)), x[lane]);
            worst_cos.see(ulp::distance<T>(cosine[lane], std::cos(exact)), x[lane]);
        }
    }
    INFO("sin at " << worst_sin.x << ", cos at " << worst_cos.x);
    CHECK(worst_sin.distance <= 2);
    CHECK(worst_cos.distance <= 2);
}

TEMPLATE_TEST_CASE("a pack of several registers, one register or one lane gives the same numbers", "[lanes]", float, double) {
    using T = TestType;
    constexpr int N = lanes::width<T>;
    lanes::pack<T, 2 * N> x(T{0});
    for (int i = 0; i < 2 * N; ++i) x.set(i, static_cast<T>(0.3 * i - 2));
    const auto same = [&](auto f) {
        const auto whole = f(x), joined = lanes::pack<T, 2 * N>::join(f(x.low()), f(x.high()));
        bool equal = lanes::all(whole == joined);
        for (int i = 0; i < 2 * N; ++i) {
            const T alone = f(lanes::pack<T, 1>(x[i]))[0];
            equal = equal && std::fabs(alone - whole[i]) <= 4 * std::numeric_limits<T>::epsilon() * std::fabs(alone);
        }
        return equal;
    };
    CHECK(same([](auto v) { return lanes::exp(v); }));
    CHECK(same([](auto v) { return lanes::log(lanes::abs(v)); }));
    CHECK(same([](auto v) { return lanes::sin(v); }));
    CHECK(same([](auto v) { return lanes::tanh(v); }));
    CHECK(same([](auto v) { return lanes::erf(v); }));
    CHECK(same([](auto v) { return lanes::cbrt(v); }));
}
