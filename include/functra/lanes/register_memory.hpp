// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/register_ops.hpp"

// One register from and to memory: unaligned, only the first n lanes, strided, past the cache.

namespace functra::lanes::detail {

template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> load(const T* from) {
  return *reinterpret_cast<const typename vector_of<T, N>::unaligned*>(from);
}

template <class T, int N>
FUNCTRA_INLINE void store(T* to, vector_t<T, N> x) {
  *reinterpret_cast<typename vector_of<T, N>::unaligned*>(to) = x;
}

template <class T, int N, int... I>
FUNCTRA_INLINE vector_t<T, N> load_strided(const T* from, std::ptrdiff_t stride, std::integer_sequence<int, I...>) {
  return vector_t<T, N>{from[I * stride]...};
}

template <class T, int N, int... I>
FUNCTRA_INLINE void store_strided(T* to, std::ptrdiff_t stride, vector_t<T, N> x, std::integer_sequence<int, I...>) {
  ((to[I * stride] = x[I]), ...);
}

#if defined(__AVX__)
// Masked instructions touch no memory beyond the lanes they are given.
template <class T, int N, int... I>
FUNCTRA_INLINE vector_t<int_t<T>, N> first_lanes(int n, std::integer_sequence<int, I...>) {
  return vector_t<int_t<T>, N>{I...} < splat<int_t<T>, N>(n);
}
template <class T, int N, class M>
FUNCTRA_INLINE M first_lanes(int n) {
  return as<M>(first_lanes<T, N>(n, lane_indices<N>{}));
}
#endif

template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> load_partial(const T* from, int n) {
  using V = vector_t<T, N>;
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) {
    const auto lanes = (1U << n) - 1U;
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_maskz_loadu_pd(static_cast<__mmask8>(lanes), from));
    else return as<V>(_mm512_maskz_loadu_ps(static_cast<__mmask16>(lanes), from));
  }
#endif
#if defined(__AVX__)
  using word = std::conditional_t<sizeof(T) == 8, double, float>;
  const auto* address = reinterpret_cast<const word*>(from);
  if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm256_maskload_pd(address, first_lanes<T, N, __m256i>(n)));
    else return as<V>(_mm256_maskload_ps(address, first_lanes<T, N, __m256i>(n)));
  }
  if constexpr (register_bytes<T, N> == 16) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm_maskload_pd(address, first_lanes<T, N, __m128i>(n)));
    else return as<V>(_mm_maskload_ps(address, first_lanes<T, N, __m128i>(n)));
  }
#else
  V x{};
  for (int i = 0; i < n; ++i) x[i] = from[i];
  return x;
#endif
}

template <class T, int N>
FUNCTRA_INLINE void store_partial(T* to, vector_t<T, N> x, int n) {
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) {
    const auto lanes = (1U << n) - 1U;
    if constexpr (sizeof(T) == 8) _mm512_mask_storeu_pd(to, static_cast<__mmask8>(lanes), as<__m512d>(x));
    else _mm512_mask_storeu_ps(to, static_cast<__mmask16>(lanes), as<__m512>(x));
  }
#endif
#if defined(__AVX__)
  using word = std::conditional_t<sizeof(T) == 8, double, float>;
  auto* address = reinterpret_cast<word*>(to);
  if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) _mm256_maskstore_pd(address, first_lanes<T, N, __m256i>(n), as<__m256d>(x));
    else _mm256_maskstore_ps(address, first_lanes<T, N, __m256i>(n), as<__m256>(x));
  }
  if constexpr (register_bytes<T, N> == 16) {
    if constexpr (sizeof(T) == 8) _mm_maskstore_pd(address, first_lanes<T, N, __m128i>(n), as<__m128d>(x));
    else _mm_maskstore_ps(address, first_lanes<T, N, __m128i>(n), as<__m128>(x));
  }
#else
  for (int i = 0; i < n; ++i) to[i] = x[i];
#endif
}

// Past the cache when the address is aligned for it, an ordinary store otherwise.
template <class T, int N>
FUNCTRA_INLINE void stream(T* to, vector_t<T, N> x) {
#if defined(__SSE2__)
  if (reinterpret_cast<std::uintptr_t>(to) % register_bytes<T, N> != 0) return store<T, N>(to, x);
  auto* address = reinterpret_cast<double*>(to);
  if constexpr (register_bytes<T, N> == 16) _mm_stream_pd(address, as<__m128d>(x));
#if defined(__AVX__)
  if constexpr (register_bytes<T, N> == 32) _mm256_stream_pd(address, as<__m256d>(x));
#endif
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) _mm512_stream_pd(address, as<__m512d>(x));
#endif
#else
  store<T, N>(to, x);
#endif
}

}  // namespace functra::lanes::detail
