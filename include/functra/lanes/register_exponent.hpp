// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/register_ops.hpp"

// The instructions of AVX-512 that take floating-point numbers apart and put them together. They handle zero, denormals,
// infinity and NaN, so what is built on them needs no special cases. (The masked forms keep g++ 12 from warning about its own
// intrinsics.)

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"  // without optimization g++'s intrinsics are macros, which convert masks

namespace functra::lanes::detail {

template <class T, int N>
inline constexpr bool has_exponent_instructions = has_mask_registers<T, N>&& std::is_floating_point_v<T>&& N > 1;

#if defined(__AVX512F__)

// x 2^floor(n), rounded once.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> scaled(vector_t<T, N> x, vector_t<T, N> n) {
  using V = vector_t<T, N>;
  constexpr auto all = static_cast<__mmask8>(-1);
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_maskz_scalef_pd(all, as<__m512d>(x), as<__m512d>(n)));
    else return as<V>(_mm512_maskz_scalef_ps(static_cast<__mmask16>(-1), as<__m512>(x), as<__m512>(n)));
  }
#if defined(__AVX512VL__)
  else if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm256_maskz_scalef_pd(all, as<__m256d>(x), as<__m256d>(n)));
    else return as<V>(_mm256_maskz_scalef_ps(all, as<__m256>(x), as<__m256>(n)));
  } else {
    if constexpr (sizeof(T) == 8) return as<V>(_mm_maskz_scalef_pd(all, as<__m128d>(x), as<__m128d>(n)));
    else return as<V>(_mm_maskz_scalef_ps(all, as<__m128>(x), as<__m128>(n)));
  }
#endif
}

// floor(log2 |x|); -infinity for 0, infinity for infinity.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> exponent(vector_t<T, N> x) {
  using V = vector_t<T, N>;
  constexpr auto all = static_cast<__mmask8>(-1);
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_maskz_getexp_pd(all, as<__m512d>(x)));
    else return as<V>(_mm512_maskz_getexp_ps(static_cast<__mmask16>(-1), as<__m512>(x)));
  }
#if defined(__AVX512VL__)
  else if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm256_maskz_getexp_pd(all, as<__m256d>(x)));
    else return as<V>(_mm256_maskz_getexp_ps(all, as<__m256>(x)));
  } else {
    if constexpr (sizeof(T) == 8) return as<V>(_mm_maskz_getexp_pd(all, as<__m128d>(x)));
    else return as<V>(_mm_maskz_getexp_ps(all, as<__m128>(x)));
  }
#endif
}

// x / 2^exponent(x), in [1, 2); 1 for 0 and infinity, NaN for negative x.
template <class T, int N>
FUNCTRA_INLINE vector_t<T, N> mantissa(vector_t<T, N> x) {
  using V = vector_t<T, N>;
  constexpr auto all = static_cast<__mmask8>(-1);
  constexpr auto range = _MM_MANT_NORM_1_2;
  constexpr auto sign = _MM_MANT_SIGN_nan;
  if constexpr (register_bytes<T, N> == 64) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm512_maskz_getmant_pd(all, as<__m512d>(x), range, sign));
    else return as<V>(_mm512_maskz_getmant_ps(static_cast<__mmask16>(-1), as<__m512>(x), range, sign));
  }
#if defined(__AVX512VL__)
  else if constexpr (register_bytes<T, N> == 32) {
    if constexpr (sizeof(T) == 8) return as<V>(_mm256_maskz_getmant_pd(all, as<__m256d>(x), range, sign));
    else return as<V>(_mm256_maskz_getmant_ps(all, as<__m256>(x), range, sign));
  } else {
    if constexpr (sizeof(T) == 8) return as<V>(_mm_maskz_getmant_pd(all, as<__m128d>(x), range, sign));
    else return as<V>(_mm_maskz_getmant_ps(all, as<__m128>(x), range, sign));
  }
#endif
}

#endif

}  // namespace functra::lanes::detail

#pragma GCC diagnostic pop
