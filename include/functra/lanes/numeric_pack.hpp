// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "functra/lanes/mask.hpp"
#include "functra/lanes/register.hpp"
#include "functra/lanes/register_memory.hpp"
#include "functra/lanes/register_ops.hpp"
#include "functra/lanes/traits.hpp"

// pack<T, N>, N lanes of a number: one register where the machine has one of that size, two halves where N is larger than the
// widest (or smaller than the narrowest), and a plain T at the end of the halving. Every operation says what it does to a leaf,
// a register or a T, and lets two halves do the same to themselves. Halves, not arrays: g++ keeps arrays of registers in memory.

namespace functra::lanes {

namespace detail {

enum class layout { one, in_register, halves };

template <class T, int N>
inline constexpr layout layout_of = N == 1               ? layout::one
                                    : has_register<T, N> ? layout::in_register
                                                         : layout::halves;

template <class T, int N, layout = layout_of<T, N>>
struct pack_storage {
  pack<T, N / 2> lo, hi;
};
template <class T, int N>
struct pack_storage<T, N, layout::in_register> {
  FUNCTRA_IN_REGISTERS vector_t<T, N> reg;
};
template <class T, int N>
struct pack_storage<T, N, layout::one> {
  T value;
};

// Integer division that never traps: x / 0 is 0 and x % 0 is 0; the least integer over -1 wraps.
template <class T>
FUNCTRA_INLINE T quotient(T a, T b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return static_cast<T>(uint_t<T>{0} - static_cast<uint_t<T>>(a));
  return static_cast<T>(a / b);
}
template <class T>
FUNCTRA_INLINE T remainder(T a, T b) {
  if (b == 0) return 0;
  if constexpr (std::is_signed_v<T>)
    if (b == -1) return 0;
  return static_cast<T>(a % b);
}

template <class T, int N, int... I, class F>
FUNCTRA_INLINE vector_t<T, N> by_lane(vector_t<T, N> a, vector_t<T, N> b, F f, std::integer_sequence<int, I...>) {
  return vector_t<T, N>{f(a[I], b[I])...};
}

}  // namespace detail

template <class T, int N>
struct pack : detail::pack_storage<T, N> {
  static_assert(std::is_arithmetic_v<T> && (sizeof(T) == 4 || sizeof(T) == 8),
                "functra: a pack holds float, double, bool, or integers of 32 or 64 bits");
  static_assert(N >= 1 && N <= 64 && (N & (N - 1)) == 0, "functra: a pack has 1, 2, 4, ... or 64 lanes");

  using value_type = T;
  using mask = pack<bool, N>;
  using half = pack<T, N / 2>;
  static constexpr int size = N;

  static constexpr detail::layout layout = detail::layout_of<T, N>;
  static constexpr bool is_split = layout == detail::layout::halves;
  static constexpr bool is_register = layout == detail::layout::in_register;

  pack() = default;  // the lanes are not initialized

  FUNCTRA_INLINE pack(T x) {
    if constexpr (is_split) this->lo = this->hi = half(x);
    else if constexpr (is_register) *this = from_raw(detail::splat<T, N>(x));
    else this->value = x;
  }

  // A leaf as the type that the compiler has operators for: its vector of N lanes, or T when N is one.
  using raw_type = detail::vector_t<T, is_split ? 1 : N>;
  FUNCTRA_INLINE raw_type raw() const {
    if constexpr (is_register) return this->reg;
    else return this->value;
  }
  FUNCTRA_INLINE static pack from_raw(raw_type x) {
    pack result;
    if constexpr (is_register) result.reg = x;
    else result.value = x;
    return result;
  }

  // Assignment by whole registers.
  FUNCTRA_INLINE void copy_from(const pack& o) {
    if constexpr (is_split) {
      this->lo.copy_from(o.lo);
      this->hi.copy_from(o.hi);
    } else *this = from_raw(o.raw());
  }

  FUNCTRA_INLINE static pack join(half lo, half hi) {
    if constexpr (is_split) {
      pack result;
      result.lo = lo;
      result.hi = hi;
      return result;
    } else {
      return join(lo, hi, detail::lane_indices<N / 2>{});
    }
  }
  FUNCTRA_INLINE half low() const {
    if constexpr (is_split) return this->lo;
    else return part<0>(detail::lane_indices<N / 2>{});
  }
  FUNCTRA_INLINE half high() const {
    if constexpr (is_split) return this->hi;
    else return part<N / 2>(detail::lane_indices<N / 2>{});
  }

  FUNCTRA_INLINE T operator[](int i) const {
    if constexpr (is_split) return i < N / 2 ? this->lo[i] : this->hi[i - N / 2];
    else if constexpr (is_register) return raw()[i];
    else return this->value;
  }
  FUNCTRA_INLINE void set(int i, T x) {
    if constexpr (is_split) {
      if (i < N / 2) this->lo.set(i, x);
      else this->hi.set(i - N / 2, x);
    } else if constexpr (is_register) {
      auto lanes = raw();
      lanes[i] = x;
      *this = from_raw(lanes);
    } else {
      this->value = x;
    }
  }

  FUNCTRA_INLINE static pack load(const T* from) {
    if constexpr (is_split) return join(half::load(from), half::load(from + N / 2));
    else return from_raw(detail::load<T, N>(from));
  }
  FUNCTRA_INLINE void store(T* to) const {
    if constexpr (is_split) {
      this->lo.store(to);
      this->hi.store(to + N / 2);
    } else {
      detail::store<T, N>(to, raw());
    }
  }

  // The first n lanes, 0 <= n <= N; no memory beyond them is touched, the lanes beyond them are zero.
  FUNCTRA_INLINE static pack load_partial(const T* from, int n) {
    if constexpr (is_split)
      return n > N / 2 ? join(half::load(from), half::load_partial(from + N / 2, n - N / 2))
                       : join(half::load_partial(from, n), half(T{}));
    else if constexpr (is_register) return from_raw(detail::load_partial<T, N>(from, n));
    else return n > 0 ? pack(*from) : pack(T{});
  }
  FUNCTRA_INLINE void store_partial(T* to, int n) const {
    if constexpr (is_split) {
      if (n > N / 2) {
        this->lo.store(to);
        this->hi.store_partial(to + N / 2, n - N / 2);
      } else {
        this->lo.store_partial(to, n);
      }
    } else if constexpr (is_register) {
      detail::store_partial<T, N>(to, raw(), n);
    } else {
      if (n > 0) *to = this->value;
    }
  }

  // Lane i at from[i * stride].
  FUNCTRA_INLINE static pack load_strided(const T* from, std::ptrdiff_t stride) {
    if constexpr (is_split) return join(half::load_strided(from, stride), half::load_strided(from + N / 2 * stride, stride));
    else if constexpr (is_register) return from_raw(detail::load_strided<T, N>(from, stride, detail::lane_indices<N>{}));
    else return pack(*from);
  }
  FUNCTRA_INLINE void store_strided(T* to, std::ptrdiff_t stride) const {
    if constexpr (is_split) {
      this->lo.store_strided(to, stride);
      this->hi.store_strided(to + N / 2 * stride, stride);
    } else if constexpr (is_register) {
      detail::store_strided<T, N>(to, stride, raw(), detail::lane_indices<N>{});
    } else {
      *to = this->value;
    }
  }

  // A store past the cache where `to` is aligned for it, an ordinary store elsewhere.
  FUNCTRA_INLINE void stream(T* to) const {
    if constexpr (is_split) {
      this->lo.stream(to);
      this->hi.stream(to + N / 2);
    } else if constexpr (is_register) {
      detail::stream<T, N>(to, raw());
    } else {
      *to = this->value;
    }
  }

  // Integers wrap. Scalars on either side are splatted.
  FUNCTRA_INLINE friend pack operator+(pack a, pack b) {
    if constexpr (is_split) return join(a.lo + b.lo, a.hi + b.hi);
    else return from_wrapping(a.wrapping() + b.wrapping());
  }
  FUNCTRA_INLINE friend pack operator-(pack a, pack b) {
    if constexpr (is_split) return join(a.lo - b.lo, a.hi - b.hi);
    else return from_wrapping(a.wrapping() - b.wrapping());
  }
  FUNCTRA_INLINE friend pack operator*(pack a, pack b) {
    if constexpr (is_split) return join(a.lo * b.lo, a.hi * b.hi);
    else return from_wrapping(a.wrapping() * b.wrapping());
  }
  FUNCTRA_INLINE friend pack operator/(pack a, pack b) {
    if constexpr (is_split) return join(a.lo / b.lo, a.hi / b.hi);
    else if constexpr (std::is_floating_point_v<T>) return from_raw(a.raw() / b.raw());
    else return integer_division(a, b, detail::quotient<T>);
  }
  FUNCTRA_INLINE friend pack operator%(pack a, pack b) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo % b.lo, a.hi % b.hi);
    else return integer_division(a, b, detail::remainder<T>);
  }
  FUNCTRA_INLINE friend pack operator-(pack a) {
    if constexpr (is_split) return join(-a.lo, -a.hi);
    else return from_wrapping(-a.wrapping());
  }
  FUNCTRA_INLINE friend pack operator+(pack a) { return a; }

  FUNCTRA_INLINE friend pack operator&(pack a, pack b) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo & b.lo, a.hi & b.hi);
    else return from_raw(a.raw() & b.raw());
  }
  FUNCTRA_INLINE friend pack operator|(pack a, pack b) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo | b.lo, a.hi | b.hi);
    else return from_raw(a.raw() | b.raw());
  }
  FUNCTRA_INLINE friend pack operator^(pack a, pack b) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo ^ b.lo, a.hi ^ b.hi);
    else return from_raw(a.raw() ^ b.raw());
  }
  FUNCTRA_INLINE friend pack operator~(pack a) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(~a.lo, ~a.hi);
    else return from_raw(~a.raw());
  }
  // 0 <= count < bits of T; a signed right shift copies the sign.
  FUNCTRA_INLINE friend pack operator<<(pack a, int count) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo << count, a.hi << count);
    else return from_wrapping(a.wrapping() << count);
  }
  FUNCTRA_INLINE friend pack operator>>(pack a, int count) requires std::is_integral_v<T> {
    if constexpr (is_split) return join(a.lo >> count, a.hi >> count);
    else return from_raw(a.raw() >> count);
  }

  FUNCTRA_INLINE pack& operator+=(pack b) { return *this = *this + b; }
  FUNCTRA_INLINE pack& operator-=(pack b) { return *this = *this - b; }
  FUNCTRA_INLINE pack& operator*=(pack b) { return *this = *this * b; }
  FUNCTRA_INLINE pack& operator/=(pack b) { return *this = *this / b; }
  FUNCTRA_INLINE pack& operator%=(pack b) { return *this = *this % b; }
  FUNCTRA_INLINE pack& operator&=(pack b) { return *this = *this & b; }
  FUNCTRA_INLINE pack& operator|=(pack b) { return *this = *this | b; }
  FUNCTRA_INLINE pack& operator^=(pack b) { return *this = *this ^ b; }
  FUNCTRA_INLINE pack& operator<<=(int count) { return *this = *this << count; }
  FUNCTRA_INLINE pack& operator>>=(int count) { return *this = *this >> count; }

  FUNCTRA_INLINE friend mask operator==(pack a, pack b) { return compare<detail::relation::equal>(a, b); }
  FUNCTRA_INLINE friend mask operator!=(pack a, pack b) { return compare<detail::relation::not_equal>(a, b); }
  FUNCTRA_INLINE friend mask operator<(pack a, pack b) { return compare<detail::relation::less>(a, b); }
  FUNCTRA_INLINE friend mask operator<=(pack a, pack b) { return compare<detail::relation::less_equal>(a, b); }
  FUNCTRA_INLINE friend mask operator>(pack a, pack b) { return compare<detail::relation::less>(b, a); }
  FUNCTRA_INLINE friend mask operator>=(pack a, pack b) { return compare<detail::relation::less_equal>(b, a); }

  template <detail::relation R>
  FUNCTRA_INLINE static mask compare(pack a, pack b) {
    if constexpr (is_split) return mask::join(half::template compare<R>(a.lo, b.lo), half::template compare<R>(a.hi, b.hi));
    else if constexpr (is_register) return mask::from_bits(detail::compare_bits<R, T, N>(a.raw(), b.raw()));
    else if constexpr (R == detail::relation::equal) return mask(a.value == b.value);
    else if constexpr (R == detail::relation::not_equal) return mask(a.value != b.value);
    else if constexpr (R == detail::relation::less) return mask((a.value) < b.value);
    else return mask(a.value <= b.value);
  }

 private:
  using wrapping_type = detail::vector_t<detail::arithmetic_t<T>, is_split ? 1 : N>;
  FUNCTRA_INLINE wrapping_type wrapping() const { return __builtin_bit_cast(wrapping_type, raw()); }
  FUNCTRA_INLINE static pack from_wrapping(wrapping_type x) { return from_raw(__builtin_bit_cast(raw_type, x)); }

  template <class F>
  FUNCTRA_INLINE static pack integer_division(pack a, pack b, F f) {
    if constexpr (is_register) return from_raw(detail::by_lane<T, N>(a.raw(), b.raw(), f, detail::lane_indices<N>{}));
    else return pack(f(a.value, b.value));
  }

  template <int... I>
  FUNCTRA_INLINE static pack join(half lo, half hi, std::integer_sequence<int, I...>) {
    if constexpr (half::is_register) return from_raw(__builtin_shufflevector(lo.raw(), hi.raw(), I..., (I + N / 2)...));
    else return from_raw(raw_type{lo[I]..., hi[I]...});
  }
  template <int Begin, int... I>
  FUNCTRA_INLINE half part(std::integer_sequence<int, I...>) const {
    if constexpr (half::is_register) {
      return half::from_raw(__builtin_shufflevector(raw(), raw(), (Begin + I)...));
    } else {
      half result;
      (result.set(I, raw()[Begin + I]), ...);
      return result;
    }
  }
};

}  // namespace functra::lanes
