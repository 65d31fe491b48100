// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/register.hpp"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

// The operations on one register that the compiler's vector operators cannot say, or say badly: splats, comparisons
// into bits, blends. x86 instructions where they exist, portable code elsewhere. `vector_t<T, N>` in, `vector_t<T, N>` out.

namespace functra::lanes::detail {

enum class relation { equal, not_equal, less, less_equal };

template <class T, int N>
inline constexpr std::size_t register_bytes = static_cast<std::size_t>(N) * sizeof(T);

// Are comparisons and blends of these registers done with the mask registers of AVX-512?
#if defined(__AVX512VL__)
template <class T, int N>
inline constexpr bool has_mask_registers = true;
#elif defined(__AVX512F__)
template <class T, int N>
inline constexpr bool has_mask_registers = register_bytes<T, N> == 64;
#else
template <class T, int N>
inline constexpr bool has_mask_registers = false;
#endif

template <class To, class From>
FUNCTRA_INLINE To as(From x) {
  return __builtin_bit_cast(To, x);
}

template <class T, int N, int... I>
FUNCTRA_INLINE vector_t<T, N> splat(T x, std::integer_sequence<int, I...>) {
  return vector_t<T, N>{(static_cast<void>(I), x)...};
}
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> splat(T x) {
  return splat<T, N>(x, lane_indices<N>{});
}

// The lanes' own bits: 1, 2, 4, ...
template <class T, int N, int... I>
FUNCTRA_INLINE vector_t<uint_t<T>, N> lane_bits(std::integer_sequence<int, I...>) {
  return vector_t<uint_t<T>, N>{(uint_t<T>{1} << I)...};
}

// A full vector mask from one bit a lane, and back.
template <class T, int N>
FUNCTRA_INLINE vector_t<int_t<T>, N> mask_from_bits(std::uint64_t bits) {
  const auto own = lane_bits<T, N>(lane_indices<N>{});
  return (splat<uint_t<T>, N>(static_cast<uint_t<T>>(bits)) & own) == own;
}

template <int... I, class M>
FUNCTRA_INLINE std::uint64_t bits_by_lane(M mask, std::integer_sequence<int, I...>) {
  return ((static_cast<std::uint64_t>(mask[I] & 1) << I) | ...);
}
template <class T, int N>
FUNCTRA_INLINE std::uint64_t bits_from_mask(vector_t<int_t<T>, N> mask) {
#if defined(__SSE2__)
  if constexpr (register_bytes<T, N> == 16) {
    if constexpr (sizeof(T) == 8) return static_cast<unsigned>(_mm_movemask_pd(as<__m128d>(mask)));
    else return static_cast<unsigned>(_mm_movemask_ps(as<__m128>(mask)));
  }
#endif
#if defined(__AVX__)
  if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return static_cast<unsigned>(_mm256_movemask_pd(as<__m256d>(mask)));
    else return static_cast<unsigned>(_mm256_movemask_ps(as<__m256>(mask)));
  }
#endif
  return bits_by_lane(mask, lane_indices<N>{});
}

// A comparison as a full vector mask.
template <relation R, class T, int N>
FUNCTRA_INLINE vector_t<int_t<T>, N> compare_vectors(vector_t<T, N> a, vector_t<T, N> b) {
  if constexpr (R == relation::equal) return a == b;
  else if constexpr (R == relation::not_equal) return a != b;
  else if constexpr (R == relation::less) return a < b;
  else return a <= b;
}

#if defined(__AVX512F__)
// The immediate of a comparison into a mask register; NaN makes every relation false but not_equal.
template <relation R, class T>
inline constexpr int predicate = !std::is_floating_point_v<T> ? (R == relation::equal       ? _MM_CMPINT_EQ
                                                                 : R == relation::not_equal ? _MM_CMPINT_NE
                                                                 : R == relation::less      ? _MM_CMPINT_LT
                                                                                            : _MM_CMPINT_LE)
                                                              : (R == relation::equal       ? _CMP_EQ_OQ
                                                                 : R == relation::not_equal ? _CMP_NEQ_UQ
                                                                 : R == relation::less      ? _CMP_LT_OQ
                                                                                            : _CMP_LE_OQ);

template <relation R, class T, int N>
FUNCTRA_INLINE std::uint64_t compare_into_mask_register(vector_t<T, N> a, vector_t<T, N> b) {
  constexpr int p = predicate<R, T>;
  constexpr bool is_signed = std::is_signed_v<T>;
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (std::is_same_v<T, double>) return _mm512_cmp_pd_mask(as<__m512d>(a), as<__m512d>(b), p);
    else if constexpr (std::is_same_v<T, float>) return _mm512_cmp_ps_mask(as<__m512>(a), as<__m512>(b), p);
    else if constexpr (sizeof(T) == 8 && is_signed) return _mm512_cmp_epi64_mask(as<__m512i>(a), as<__m512i>(b), p);
    else if constexpr (sizeof(T) == 8) return _mm512_cmp_epu64_mask(as<__m512i>(a), as<__m512i>(b), p);
    else if constexpr (is_signed) return _mm512_cmp_epi32_mask(as<__m512i>(a), as<__m512i>(b), p);
    else return _mm512_cmp_epu32_mask(as<__m512i>(a), as<__m512i>(b), p);
  }
#if defined(__AVX512VL__)
  else if constexpr (register_bytes<T, N> == 32) {
    if constexpr (std::is_same_v<T, double>) return _mm256_cmp_pd_mask(as<__m256d>(a), as<__m256d>(b), p);
    else if constexpr (std::is_same_v<T, float>) return _mm256_cmp_ps_mask(as<__m256>(a), as<__m256>(b), p);
    else if constexpr (sizeof(T) == 8 && is_signed) return _mm256_cmp_epi64_mask(as<__m256i>(a), as<__m256i>(b), p);
    else if constexpr (sizeof(T) == 8) return _mm256_cmp_epu64_mask(as<__m256i>(a), as<__m256i>(b), p);
    else if constexpr (is_signed) return _mm256_cmp_epi32_mask(as<__m256i>(a), as<__m256i>(b), p);
    else return _mm256_cmp_epu32_mask(as<__m256i>(a), as<__m256i>(b), p);
  } else {
    if constexpr (std::is_same_v<T, double>) return _mm_cmp_pd_mask(as<__m128d>(a), as<__m128d>(b), p);
    else if constexpr (std::is_same_v<T, float>) return _mm_cmp_ps_mask(as<__m128>(a), as<__m128>(b), p);
    else if constexpr (sizeof(T) == 8 && is_signed) return _mm_cmp_epi64_mask(as<__m128i>(a), as<__m128i>(b), p);
    else if constexpr (sizeof(T) == 8) return _mm_cmp_epu64_mask(as<__m128i>(a), as<__m128i>(b), p);
    else if constexpr (is_signed) return _mm_cmp_epi32_mask(as<__m128i>(a), as<__m128i>(b), p);
    else return _mm_cmp_epu32_mask(as<__m128i>(a), as<__m128i>(b), p);
  }
#endif
}

template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> blend_by_mask_register(std::uint64_t bits, vector_t<T, N> yes, vector_t<T, N> no) {
  using V = vector_t<T, N>;
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8)
      return as<V>(_mm512_mask_blend_pd(static_cast<__mmask8>(bits), as<__m512d>(no), as<__m512d>(yes)));
    else return as<V>(_mm512_mask_blend_ps(static_cast<__mmask16>(bits), as<__m512>(no), as<__m512>(yes)));
  }
#if defined(__AVX512VL__)
  else if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8)
      return as<V>(_mm256_mask_blend_pd(static_cast<__mmask8>(bits), as<__m256d>(no), as<__m256d>(yes)));
    else return as<V>(_mm256_mask_blend_ps(static_cast<__mmask8>(bits), as<__m256>(no), as<__m256>(yes)));
  } else {
    if constexpr (sizeof(T) == 8)
      return as<V>(_mm_mask_blend_pd(static_cast<__mmask8>(bits), as<__m128d>(no), as<__m128d>(yes)));
    else return as<V>(_mm_mask_blend_ps(static_cast<__mmask8>(bits), as<__m128>(no), as<__m128>(yes)));
  }
#endif
}
#endif

// One bit a lane: does the relation hold?
template <relation R, class T, int N>
FUNCTRA_INLINE std::uint64_t compare_bits(vector_t<T, N> a, vector_t<T, N> b) {
#if defined(__AVX512F__)
  if constexpr (has_mask_registers<T, N>) return compare_into_mask_register<R, T, N>(a, b);
  else
#endif
    return bits_from_mask<T, N>(compare_vectors<R, T, N>(a, b));
}

// Lane i of `yes` where bit i is set, of `no` elsewhere.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> blend_bits(std::uint64_t bits, vector_t<T, N> yes, vector_t<T, N> no) {
#if defined(__AVX512F__)
  if constexpr (has_mask_registers<T, N>) return blend_by_mask_register<T, N>(bits, yes, no);
  else
#endif
    return mask_from_bits<T, N>(bits) ? yes : no;
}

// `yes` where a R b holds, `no` elsewhere; without mask registers this avoids the way through bits.
template <relation R, class T, int N>
FUNCTRA_INLINE vector_t<T, N> blend_where(vector_t<T, N> a, vector_t<T, N> b, vector_t<T, N> yes, vector_t<T, N> no) {
#if defined(__AVX512F__)
  if constexpr (has_mask_registers<T, N>)
    return blend_by_mask_register<T, N>(compare_into_mask_register<R, T, N>(a, b), yes, no);
  else
#endif
    return compare_vectors<R, T, N>(a, b) ? yes : no;
}

}  // namespace functra::lanes::detail
