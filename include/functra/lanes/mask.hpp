// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "functra/core/config.hpp"
#include "functra/lanes/traits.hpp"

// pack<bool, N>: what a comparison answers, one bit a lane. On AVX-512 the bits live in a mask register.

namespace functra::lanes {

template <int N>
struct pack<bool, N> {
  static_assert(N >= 1 && N <= 64 && (N & (N - 1)) == 0, "functra: a pack has 1, 2, 4, ... or 64 lanes");

  using value_type = bool;
  static constexpr int size = N;
  static constexpr std::uint64_t full = ~std::uint64_t{0} >> (64 - N);

  FUNCTRA_IN_REGISTERS std::uint64_t bits;  // bit i is lane i, the bits above are zero

  pack() = default;
  FUNCTRA_INLINE constexpr pack(bool x) : bits(x ? full : 0) {}

  FUNCTRA_INLINE static constexpr pack from_bits(std::uint64_t bits) {
    pack result(false);
    result.bits = bits;
    return result;
  }

  FUNCTRA_INLINE static pack join(pack<bool, N / 2> lo, pack<bool, N / 2> hi) {
    return from_bits(lo.bits | hi.bits << (N / 2));
  }
  FUNCTRA_INLINE auto low() const { return pack<bool, N / 2>::from_bits(bits & (full >> (N / 2))); }
  FUNCTRA_INLINE auto high() const { return pack<bool, N / 2>::from_bits(bits >> (N / 2)); }

  FUNCTRA_INLINE void copy_from(const pack& o) { bits = o.bits; }
  FUNCTRA_INLINE bool operator[](int i) const { return ((bits >> i) & 1U) != 0; }
  FUNCTRA_INLINE void set(int i, bool x) {
    const auto bit = std::uint64_t{1} << i;
    bits = x ? bits | bit : bits & ~bit;
  }

  FUNCTRA_INLINE bool any() const { return bits != 0; }
  FUNCTRA_INLINE bool all() const { return bits == full; }
  FUNCTRA_INLINE bool none() const { return bits == 0; }

  FUNCTRA_INLINE static pack load(const bool* from) { return load_partial(from, N); }
  FUNCTRA_INLINE void store(bool* to) const { store_partial(to, N); }
  FUNCTRA_INLINE void stream(bool* to) const { store(to); }

  FUNCTRA_INLINE static pack load_partial(const bool* from, int n) {
    pack result(false);
    int i = 0;
    for (; i + 8 <= n; i += 8) result.bits |= eight_from_memory(from + i) << i;
    for (; i < n; ++i) result.bits |= std::uint64_t{from[i]} << i;
    return result;
  }
  FUNCTRA_INLINE void store_partial(bool* to, int n) const {
    int i = 0;
    for (; i + 8 <= n; i += 8) eight_to_memory(bits >> i, to + i);
    for (; i < n; ++i) to[i] = (*this)[i];
  }

  FUNCTRA_INLINE static pack load_strided(const bool* from, std::ptrdiff_t stride) {
    pack result(false);
    for (int i = 0; i < N; ++i) result.bits |= std::uint64_t{from[i * stride]} << i;
    return result;
  }
  FUNCTRA_INLINE void store_strided(bool* to, std::ptrdiff_t stride) const {
    for (int i = 0; i < N; ++i) to[i * stride] = (*this)[i];
  }

  FUNCTRA_INLINE friend pack operator&(pack a, pack b) { return from_bits(a.bits & b.bits); }
  FUNCTRA_INLINE friend pack operator|(pack a, pack b) { return from_bits(a.bits | b.bits); }
  FUNCTRA_INLINE friend pack operator^(pack a, pack b) { return from_bits(a.bits ^ b.bits); }
  FUNCTRA_INLINE friend pack operator!(pack a) { return from_bits(a.bits ^ full); }
  FUNCTRA_INLINE friend pack operator~(pack a) { return !a; }
  // By lanes, so both sides are always computed.
  FUNCTRA_INLINE friend pack operator&&(pack a, pack b) { return a & b; }
  FUNCTRA_INLINE friend pack operator||(pack a, pack b) { return a | b; }
  FUNCTRA_INLINE friend pack operator==(pack a, pack b) { return !(a ^ b); }
  FUNCTRA_INLINE friend pack operator!=(pack a, pack b) { return a ^ b; }
  FUNCTRA_INLINE pack& operator&=(pack b) { return *this = *this & b; }
  FUNCTRA_INLINE pack& operator|=(pack b) { return *this = *this | b; }
  FUNCTRA_INLINE pack& operator^=(pack b) { return *this = *this ^ b; }

 private:
  // Eight bytes of 0 or 1, taken as one number, and their eight bits: the multiplication moves byte i to bit 56 + i.
  FUNCTRA_INLINE static std::uint64_t eight_from_memory(const bool* from) {
    std::uint64_t bytes;
    std::memcpy(&bytes, from, 8);
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    return (bytes * 0x0102040810204080U) >> 56;
  }
  FUNCTRA_INLINE static void eight_to_memory(std::uint64_t bits, bool* to) {
    const std::uint64_t spread = (bits & 0xff) * 0x0101010101010101U & 0x8040201008040201U;
    std::uint64_t bytes = ((spread + 0x7f7f7f7f7f7f7f7fU) >> 7) & 0x0101010101010101U;
    if constexpr (std::endian::native == std::endian::big) bytes = __builtin_bswap64(bytes);
    std::memcpy(to, &bytes, 8);
  }
};

template <int N>
FUNCTRA_INLINE bool any(pack<bool, N> x) {
  return x.any();
}
template <int N>
FUNCTRA_INLINE bool all(pack<bool, N> x) {
  return x.all();
}
template <int N>
FUNCTRA_INLINE bool none(pack<bool, N> x) {
  return x.none();
}
FUNCTRA_INLINE bool any(bool x) { return x; }
FUNCTRA_INLINE bool all(bool x) { return x; }
FUNCTRA_INLINE bool none(bool x) { return !x; }

}  // namespace functra::lanes
