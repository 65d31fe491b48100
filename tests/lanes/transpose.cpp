// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/lanes/transpose.hpp"

#include <vector>

#include "../catch.hpp"

namespace {

namespace lanes = functra::lanes;
using lanes::pack;

template <class T>
T number_at(std::ptrdiff_t i) {
    if constexpr (std::is_same_v<T, bool>) return i * i % 7 < 3;
    else return static_cast<T>(i + 1);
}

template <class T, int N>
bool round_trip(int count, std::ptrdiff_t row_stride, int rows) {
    const auto size = static_cast<std::size_t>((rows > 0 ? rows - 1 : 0) * row_stride + (rows > 0 ? count : 0));
    const auto memory = std::make_unique<T[]>(size), out = std::make_unique<T[]>(size);
    for (std::size_t i = 0; i < size; ++i) memory[i] = number_at<T>(static_cast<std::ptrdiff_t>(i));
    std::vector<pack<T, N>> packs(static_cast<std::size_t>(count));
    if (rows == N) lanes::deinterleave(memory.get(), row_stride, count, packs.data());
    else lanes::deinterleave(memory.get(), row_stride, count, packs.data(), rows);
    bool right = true;
    for (int j = 0; j < count; ++j)
        for (int i = 0; i < N; ++i)
            right = right && packs[static_cast<std::size_t>(j)][i] == (i < rows ? number_at<T>(i * row_stride + j) : T{});
    if (rows == N) lanes::interleave(packs.data(), count, out.get(), row_stride);
    else lanes::interleave(packs.data(), count, out.get(), row_stride, rows);
    for (std::size_t i = 0; i < size; ++i) {
        const bool inside = static_cast<std::ptrdiff_t>(i) % row_stride < count;
        right = right && out[i] == (inside ? memory[i] : T{});  // what lies between the rows is not written
    }
    return right;
}

}  // namespace

TEMPLATE_TEST_CASE_SIG("rows to lanes to rows gives the rows back and touches nothing else", "[lanes]", ((class T, int N), T, N),
                       (float, 1), (float, 2), (float, 4), (float, 8), (float, 16), (float, 32), (double, 1), (double, 2),
                       (double, 4), (double, 8), (double, 32), (std::int32_t, 8), (std::int64_t, 16), (std::uint32_t, 16),
                       (bool, 8)) {
    for (int count = 1; count <= 40; count += count < 20 ? 1 : 8)
        for (const int gap : {0, 1, 5})
            for (const int rows : {N, N - 1, N / 2, 0}) CHECK(round_trip<T, N>(count, count + gap, rows));
}
