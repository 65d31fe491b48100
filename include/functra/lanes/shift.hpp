// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/numeric_pack.hpp"
#include "functra/lanes/traits.hpp"

// A run of packs, moved by some lanes against itself: in registers, where one instruction takes lanes of two of them.
namespace functra::lanes {

template <class T, int N>
inline constexpr bool can_shift = false;
#if defined(__AVX512F__)
template <std::floating_point T, int N>
inline constexpr bool can_shift<T, N> = N >= width<T> && width<T> * sizeof(T) == 64;
#endif

// By how many lanes, at most those of a register.
template <class T>
struct lane_shift {
#if defined(__AVX512F__)
  detail::vector_t<detail::int_t<T>, width<T>> from;
  FUNCTRA_INLINE explicit lane_shift(int lanes) : lane_shift(lanes, detail::lane_indices<width<T>>{}) {}

 private:
  template <int... I>
  FUNCTRA_INLINE lane_shift(int lanes, std::integer_sequence<int, I...>) : from(decltype(from){I...} + detail::splat<detail::int_t<T>, width<T>>(width<T> - lanes)) {}
#endif
};

// The last lanes of `before`, then the first of x.
template <class T, int N>
FUNCTRA_INLINE pack<T, N> shift_in([[maybe_unused]] const pack<T, N>& before, const pack<T, N>& x, [[maybe_unused]] const lane_shift<T>& s) {
#if defined(__AVX512F__)
  if constexpr (can_shift<T, N>) {
    using P = pack<T, N>;
    using detail::as;
    if constexpr (P::is_split) return P::join(shift_in(before.high(), x.low(), s), shift_in(x.low(), x.high(), s));
    else if constexpr (sizeof(T) == 8)
      return P::from_raw(as<typename P::raw_type>(_mm512_permutex2var_pd(as<__m512d>(before.raw()), as<__m512i>(s.from), as<__m512d>(x.raw()))));
    else return P::from_raw(as<typename P::raw_type>(_mm512_permutex2var_ps(as<__m512>(before.raw()), as<__m512i>(s.from), as<__m512>(x.raw()))));
  } else
#endif
    return x;
}

}  // namespace functra::lanes
