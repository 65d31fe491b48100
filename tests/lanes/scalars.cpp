// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "functra/lanes/math.hpp"
#include "ulp.hpp"

namespace lanes = functra::lanes;

TEST_CASE("the functions of one scalar are the standard library's") {
    CHECK(lanes::exp(0.7) == std::exp(0.7));
    CHECK(lanes::log(0.7f) == std::log(0.7f));
    CHECK(lanes::pow(0.7, 3.1) == std::pow(0.7, 3.1));
}

// Where a pack is faster than the library, it is one.
TEMPLATE_TEST_CASE("the functions of one scalar are accurate everywhere", "[lanes]", float, double) {
    using T = TestType;
    const auto check = [](const char* name, double low, double high, auto f, auto reference) {
        const auto each = [f](auto x) {
            for (int i = 0; i < ulp::width<T>; ++i) x.set(i, f(x[i]));
            return x;
        };
        const auto worst = ulp::sweep<T>(each, reference, low, high, 4000);
        INFO(name << " at " << worst.x);
        CHECK(worst.distance <= 2);
    };
    const auto sine = [](T x) {
        T s, c;
        lanes::sincos(x, s, c);
        return s;
    };
    const auto cosine = [](T x) {
        T s, c;
        lanes::sincos(x, s, c);
        return c;
    };
    const auto error = [](T x) {
        T y, gaussian;
        lanes::erf_and_gaussian(x, y, gaussian);
        return y;
    };
    check("sin", -100, 100, [](T x) { return lanes::sin(x); }, [](auto x) { return std::sin(x); });
    check("cos", -100, 100, [](T x) { return lanes::cos(x); }, [](auto x) { return std::cos(x); });
    check("sin of sincos", -100, 100, sine, [](auto x) { return std::sin(x); });
    check("cos of sincos", -100, 100, cosine, [](auto x) { return std::cos(x); });
    check("tanh", -22, 22, [](T x) { return lanes::tanh(x); }, [](auto x) { return std::tanh(x); });
    check("erf", -6, 6, [](T x) { return lanes::erf(x); }, [](auto x) { return std::erf(x); });
    check("erf of erf_and_gaussian", -6, 6, error, [](auto x) { return std::erf(x); });
}

TEST_CASE("a unit pack") {
    for (int k = 0; k < 16; ++k)
        for (int i = 0; i < 16; ++i) {
            CHECK(lanes::unit<double, 16>(k)[i] == (i == k ? 1.0 : 0.0));
            CHECK(lanes::unit<float, 16>(k)[i] == (i == k ? 1.0f : 0.0f));
            if (k < 4 && i < 4) CHECK(lanes::unit<float, 4>(k)[i] == (i == k ? 1.0f : 0.0f));
        }
}
