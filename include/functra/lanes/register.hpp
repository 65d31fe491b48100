// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <xsimd/xsimd.hpp>

#include "functra/core/config.hpp"

// Which registers this build has. xsimd decides: a pack of N lanes of T is one register exactly if xsimd has a batch of that
// size. Inside the floor the register is seen as the compiler's own vector type, whose operators need no library.

namespace functra::lanes::detail {

template <class T, int N>
using batch_t = xsimd::make_sized_batch_t<T, static_cast<std::size_t>(N)>;

template <class T, int N>
inline constexpr bool has_register = !std::is_void_v<batch_t<T, N>>;
template <int N>
inline constexpr bool has_register<bool, N> = false;

// The compiler's vector of N lanes of T, or T itself when N is one.
template <class T, int N>
struct vector_of {
  typedef T type __attribute__((vector_size(static_cast<std::size_t>(N) * sizeof(T))));
  typedef T unaligned __attribute__((vector_size(static_cast<std::size_t>(N) * sizeof(T)), aligned(alignof(T)), may_alias));
};
template <class T>
struct vector_of<T, 1> {
  using type = T;
  using unaligned = T;
};

template <class T, int N>
using vector_t = typename vector_of<T, N>::type;

template <std::size_t Bytes>
struct int_of;
template <>
struct int_of<4> {
  using type = std::int32_t;
  using unsigned_type = std::uint32_t;
};
template <>
struct int_of<8> {
  using type = std::int64_t;
  using unsigned_type = std::uint64_t;
};

// The integers as wide as T.
template <class T>
using int_t = typename int_of<sizeof(T)>::type;
template <class T>
using uint_t = typename int_of<sizeof(T)>::unsigned_type;

// The type in which + - * of T wrap instead of being undefined.
template <class T>
struct arithmetic_of {
  using type = T;
};
template <>
struct arithmetic_of<std::int32_t> {
  using type = std::uint32_t;
};
template <>
struct arithmetic_of<std::int64_t> {
  using type = std::uint64_t;
};

template <class T>
using arithmetic_t = typename arithmetic_of<T>::type;

// T[N]; N is an int everywhere else.
template <class T, int N>
using array_t = T[static_cast<std::size_t>(N)];

template <int N>
using lane_indices = std::make_integer_sequence<int, N>;

}  // namespace functra::lanes::detail

namespace functra::lanes {

// The number of lanes of T in the widest register: 8 doubles on AVX-512, 2 on SSE2.
template <class T>
inline constexpr int width = detail::has_register<T, static_cast<int>(64 / sizeof(T))>   ? static_cast<int>(64 / sizeof(T))
                             : detail::has_register<T, static_cast<int>(32 / sizeof(T))> ? static_cast<int>(32 / sizeof(T))
                             : detail::has_register<T, static_cast<int>(16 / sizeof(T))> ? static_cast<int>(16 / sizeof(T))
                                                                                         : 1;

}  // namespace functra::lanes
