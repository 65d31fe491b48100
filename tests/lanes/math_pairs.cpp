// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "../catch.hpp"
#include "functra/lanes/math/inverse_trigonometric.hpp"
#include "functra/lanes/math/pow.hpp"
#include "ulp.hpp"

// The functions of two arguments: every pair of special values, all representable pairs, and the pairs that matter.

namespace {

namespace lanes = functra::lanes;

template <class T, class F, class R>
struct pair_sweep {
    static constexpr int N = lanes::width<T>;
    F f;
    R reference;
    ulp::worst<T> worst{};
    lanes::pack<T, N> x = T{1}, y = T{1};
    int used = 0;

    [[gnu::noinline]] void check(T a, T b) {
        x.set(used, a);
        y.set(used, b);
        if (++used < N) return;
        used = 0;
        const auto result = f(x, y);
        for (int i = 0; i < N; ++i) {
            const auto truth = reference(static_cast<ulp::wider<T>>(x[i]), static_cast<ulp::wider<T>>(y[i]));
            worst.see(ulp::distance<T>(result[i], truth), x[i], y[i]);
        }
    }
    void check_all() {
        for (const T a : ulp::special_values<T>)
            for (const T b : ulp::special_values<T>) check(a, b);
        std::mt19937_64 generator(4);
        for (int i = 0; i < 40000; ++i) check(ulp::random_bits<T>(generator), ulp::random_bits<T>(generator));
    }
};
template <class T, class F, class R>
pair_sweep<T, F, R> pairs_of(F f, R reference) {
    return {f, reference};
}

}  // namespace

TEMPLATE_TEST_CASE("pow is accurate to the ends of its range", "[lanes]", float, double) {
    using T = TestType;
    auto pairs = pairs_of<T>([](auto x, auto y) { return lanes::pow(x, y); }, [](auto x, auto y) { return std::pow(x, y); });
    pairs.check_all();
    std::mt19937_64 generator(3);
    std::uniform_real_distribution<double> uniform(-1, 1);
    const double largest = sizeof(T) == 8 ? 740 : 100;
    for (int i = 0; i < 60000; ++i) {
        const double spread = i % 3 == 0 ? largest : i % 3 == 1 ? 2 : 0.01;
        const T x = static_cast<T>(std::exp(uniform(generator) * spread));
        const double log_x = std::log(static_cast<double>(x));
        pairs.check(x, static_cast<T>(uniform(generator) * largest / (log_x == 0 ? 1 : log_x)));
        pairs.check(static_cast<T>(10 * uniform(generator)), static_cast<T>(std::round(20 * uniform(generator))));
    }
    INFO("at " << pairs.worst.x << ", " << pairs.worst.y);
    CHECK(pairs.worst.distance <= 2);
}

TEMPLATE_TEST_CASE("atan2 is accurate in every quadrant", "[lanes]", float, double) {
    using T = TestType;
    auto pairs = pairs_of<T>([](auto y, auto x) { return lanes::atan2(y, x); }, [](auto y, auto x) { return std::atan2(y, x); });
    pairs.check_all();
    std::mt19937_64 generator(3);
    std::uniform_real_distribution<double> uniform(-1, 1);
    for (int i = 0; i < 60000; ++i)
        pairs.check(static_cast<T>(uniform(generator)), static_cast<T>(uniform(generator) * std::exp(3 * uniform(generator))));
    INFO("at " << pairs.worst.x << ", " << pairs.worst.y);
    CHECK(pairs.worst.distance <= 4);
}
