// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/register_ops.hpp"

// The roundings of one register: fused multiply-add, square root, to an integer. xsimd's, except for fused multiply-add on
// the narrower registers, for what g++ 12 warns about (its 512-bit intrinsics read a variable that they leave uninitialized),
// and for SSE2, where xsimd 8.1 rounds -0, infinity and large numbers wrongly.

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"  // without optimization g++'s intrinsics are macros, which convert masks

namespace functra::lanes::detail {

template <class T, int N>
FUNCTRA_INLINE batch_t<T, N> batch_of(vector_t<T, N> x) {
  using batch = batch_t<T, N>;
  return batch(as<typename batch::register_type>(x));
}

// a < b ? a : b and a > b ? a : b, so b if either is NaN. g++ makes a comparison and a blend of these when an operand is constant.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> lesser(vector_t<T, N> a, vector_t<T, N> b) {
  using V = vector_t<T, N>;
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64 && std::is_same_v<T, double>)
    return as<V>(_mm512_maskz_min_pd(static_cast<__mmask8>(-1), as<__m512d>(a), as<__m512d>(b)));
  else if constexpr (register_bytes<T, N> == 64 && std::is_same_v<T, float>)
    return as<V>(_mm512_maskz_min_ps(static_cast<__mmask16>(-1), as<__m512>(a), as<__m512>(b)));
  else
#endif
#if defined(__AVX__)
      if constexpr (register_bytes<T, N> == 32 && std::is_same_v<T, double>)
    return as<V>(_mm256_min_pd(as<__m256d>(a), as<__m256d>(b)));
  else if constexpr (register_bytes<T, N> == 32 && std::is_same_v<T, float>)
    return as<V>(_mm256_min_ps(as<__m256>(a), as<__m256>(b)));
  else
#endif
#if defined(__SSE2__)
      if constexpr (register_bytes<T, N> == 16 && std::is_same_v<T, double>)
    return as<V>(_mm_min_pd(as<__m128d>(a), as<__m128d>(b)));
  else if constexpr (register_bytes<T, N> == 16 && std::is_same_v<T, float>)
    return as<V>(_mm_min_ps(as<__m128>(a), as<__m128>(b)));
  else
#endif
    return a < b ? a : b;
}
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> greater(vector_t<T, N> a, vector_t<T, N> b) {
  using V = vector_t<T, N>;
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64 && std::is_same_v<T, double>)
    return as<V>(_mm512_maskz_max_pd(static_cast<__mmask8>(-1), as<__m512d>(a), as<__m512d>(b)));
  else if constexpr (register_bytes<T, N> == 64 && std::is_same_v<T, float>)
    return as<V>(_mm512_maskz_max_ps(static_cast<__mmask16>(-1), as<__m512>(a), as<__m512>(b)));
  else
#endif
#if defined(__AVX__)
      if constexpr (register_bytes<T, N> == 32 && std::is_same_v<T, double>)
    return as<V>(_mm256_max_pd(as<__m256d>(a), as<__m256d>(b)));
  else if constexpr (register_bytes<T, N> == 32 && std::is_same_v<T, float>)
    return as<V>(_mm256_max_ps(as<__m256>(a), as<__m256>(b)));
  else
#endif
#if defined(__SSE2__)
      if constexpr (register_bytes<T, N> == 16 && std::is_same_v<T, double>)
    return as<V>(_mm_max_pd(as<__m128d>(a), as<__m128d>(b)));
  else if constexpr (register_bytes<T, N> == 16 && std::is_same_v<T, float>)
    return as<V>(_mm_max_ps(as<__m128>(a), as<__m128>(b)));
  else
#endif
    return a > b ? a : b;
}

// Does a fused multiply-add cost one instruction?
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
inline constexpr bool has_fma = true;
#else
inline constexpr bool has_fma = false;
#endif

// a b + c, rounded once where has_fma.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> fused(vector_t<T, N> a, vector_t<T, N> b, vector_t<T, N> c) {
  using V = vector_t<T, N>;
#if defined(__FMA__)
  if constexpr (register_bytes<T, N> == 16) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm_fmadd_pd(as<__m128d>(a), as<__m128d>(b), as<__m128d>(c)));
    else return as<V>(_mm_fmadd_ps(as<__m128>(a), as<__m128>(b), as<__m128>(c)));
  }
  if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm256_fmadd_pd(as<__m256d>(a), as<__m256d>(b), as<__m256d>(c)));
    else return as<V>(_mm256_fmadd_ps(as<__m256>(a), as<__m256>(b), as<__m256>(c)));
  }
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_fmadd_pd(as<__m512d>(a), as<__m512d>(b), as<__m512d>(c)));
    else return as<V>(_mm512_fmadd_ps(as<__m512>(a), as<__m512>(b), as<__m512>(c)));
  }
#endif
#else
  return as<V>(xsimd::fma(batch_of<T, N>(a), batch_of<T, N>(b), batch_of<T, N>(c)).data);
#endif
}

#if defined(__AVX512F__)
// The lanes where b is not 0 (nor, with Both, a).
template <bool Both, class T, int N>
FUNCTRA_INLINE std::uint64_t nonzero_bits(vector_t<T, N> a, vector_t<T, N> b) {
  const std::uint64_t k = compare_into_mask_register<relation::not_equal, T, N>(b, vector_t<T, N>{});
  if constexpr (!Both) return k;
  else return k & compare_into_mask_register<relation::not_equal, T, N>(a, vector_t<T, N>{});
}
#endif
template <bool Both, class T, int N>
FUNCTRA_INLINE vector_t<int_t<T>, N> nonzero_lanes(vector_t<T, N> a, vector_t<T, N> b) {
  if constexpr (Both) return (a != vector_t<T, N>{}) & (b != vector_t<T, N>{});
  else return b != vector_t<T, N>{};
}

// a b + c; c where b is 0 (or, with Both, a).
template <bool Both, class T, int N>
FUNCTRA_INLINE vector_t<T, N> absorbing_fused(vector_t<T, N> a, vector_t<T, N> b, vector_t<T, N> c) {
#if defined(__AVX512F__)
  using V = vector_t<T, N>;
  if constexpr (has_mask_registers<T, N>) {
    const std::uint64_t k = nonzero_bits<Both, T, N>(a, b);
    if constexpr (register_bytes<T, N> == 64) {
      if constexpr (sizeof(T) == 8) return as<V>(_mm512_mask3_fmadd_pd(as<__m512d>(a), as<__m512d>(b), as<__m512d>(c), static_cast<__mmask8>(k)));
      else return as<V>(_mm512_mask3_fmadd_ps(as<__m512>(a), as<__m512>(b), as<__m512>(c), static_cast<__mmask16>(k)));
    }
#if defined(__AVX512VL__)
    else if constexpr (register_bytes<T, N> == 32) {
      if constexpr (sizeof(T) == 8) return as<V>(_mm256_mask3_fmadd_pd(as<__m256d>(a), as<__m256d>(b), as<__m256d>(c), static_cast<__mmask8>(k)));
      else return as<V>(_mm256_mask3_fmadd_ps(as<__m256>(a), as<__m256>(b), as<__m256>(c), static_cast<__mmask8>(k)));
    } else {
      if constexpr (sizeof(T) == 8) return as<V>(_mm_mask3_fmadd_pd(as<__m128d>(a), as<__m128d>(b), as<__m128d>(c), static_cast<__mmask8>(k)));
      else return as<V>(_mm_mask3_fmadd_ps(as<__m128>(a), as<__m128>(b), as<__m128>(c), static_cast<__mmask8>(k)));
    }
#endif
  } else
#endif
    return nonzero_lanes<Both, T, N>(a, b) ? fused<T, N>(a, b, c) : c;
}
template <bool Both, class T, int N>
FUNCTRA_INLINE vector_t<T, N> absorbing_product(vector_t<T, N> a, vector_t<T, N> b) {
#if defined(__AVX512F__)
  if constexpr (has_mask_registers<T, N>) return blend_by_mask_register<T, N>(nonzero_bits<Both, T, N>(a, b), a * b, vector_t<T, N>{});
  else
#endif
    return nonzero_lanes<Both, T, N>(a, b) ? a * b : vector_t<T, N>{};
}

template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> square_root(vector_t<T, N> x) {
  using V = vector_t<T, N>;
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_maskz_sqrt_pd(static_cast<__mmask8>(-1), as<__m512d>(x)));
    else return as<V>(_mm512_maskz_sqrt_ps(static_cast<__mmask16>(-1), as<__m512>(x)));
  } else
#endif
    return as<V>(xsimd::sqrt(batch_of<T, N>(x)).data);
}

enum class rounding { to_nearest_even = 0, down = 1, up = 2, to_zero = 3 };  // as x86 numbers them

// Without an instruction: adding and subtracting 2^52 (2^23 for float) rounds |x| to an integer, to even; larger numbers, NaN
// and infinity already are what they round to. The other roundings correct that by one where it went the wrong way.
template <rounding R, class T, int N>
FUNCTRA_INLINE vector_t<T, N> rounded_by_addition(vector_t<T, N> x) {
  using V = vector_t<T, N>;
  using U = vector_t<uint_t<T>, N>;
  const U sign = as<U>(x) & splat<uint_t<T>, N>(uint_t<T>{1} << (8 * sizeof(T) - 1));
  const V shift = splat<T, N>(sizeof(T) == 8 ? T(0x1p52) : T(0x1p23));
  const V one = splat<T, N>(1);
  const V size = as<V>(as<U>(x) ^ sign);
  const V nearest = (size + shift) - shift;
  V result = nearest;
  if constexpr (R == rounding::to_zero) result = nearest > size ? nearest - one : nearest;
  if constexpr (R == rounding::down || R == rounding::up) {
    const auto negative = as<V>(as<U>(one) | sign) < splat<T, N>(0);
    const auto away = R == rounding::up ? ~negative : negative;
    result = away ? (nearest < size ? nearest + one : nearest) : (nearest > size ? nearest - one : nearest);
  }
  return size < shift ? as<V>(as<U>(result) | sign) : x;
}

template <rounding R, class T, int N>
FUNCTRA_INLINE vector_t<T, N> rounded(vector_t<T, N> x) {
#if defined(__AVX512F__)
  if constexpr (register_bytes<T, N> == 64) {
    constexpr int mode = static_cast<int>(R);
    if constexpr (sizeof(T) == 8)
      return as<vector_t<T, N>>(_mm512_maskz_roundscale_pd(static_cast<__mmask8>(-1), as<__m512d>(x), mode));
    else return as<vector_t<T, N>>(_mm512_maskz_roundscale_ps(static_cast<__mmask16>(-1), as<__m512>(x), mode));
  } else
#endif
#if defined(__SSE2__) && !defined(__SSE4_1__)
    return rounded_by_addition<R, T, N>(x);
#else
  if constexpr (R == rounding::to_nearest_even) return as<vector_t<T, N>>(xsimd::nearbyint(batch_of<T, N>(x)).data);
  else if constexpr (R == rounding::down) return as<vector_t<T, N>>(xsimd::floor(batch_of<T, N>(x)).data);
  else if constexpr (R == rounding::up) return as<vector_t<T, N>>(xsimd::ceil(batch_of<T, N>(x)).data);
  else return as<vector_t<T, N>>(xsimd::trunc(batch_of<T, N>(x)).data);
#endif
}

}  // namespace functra::lanes::detail

#pragma GCC diagnostic pop
