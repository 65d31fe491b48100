// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/core/bundle.hpp"
#include "functra/core/element.hpp"
#include "functra/dense/index_walks.hpp"
#include "functra/lanes/pack.hpp"

// The kernels of contractions that are small, that are not matrix times matrix, or whose elements are packs. Everything is inlined:
// with constant extents and strides the loops unroll, and the accumulators are registers.
namespace functra::dense {

// How results reach C: stored, added to what is there, or stored past the cache.
enum class write { store, add, stream };

namespace detail {

// How an operand is read along v: one element, a whole vector, or the first few lanes of one.
enum class access { element, vector, partial };

template <class L, access A, class T>
FUNCTRA_INLINE decltype(auto) load(const T* p, int valid) {
  static_cast<void>(valid);
  if constexpr (A == access::vector) return L::load(p);
  else if constexpr (A == access::partial) return L::load_partial(p, valid);
  else if constexpr (std::is_same_v<L, T>) return (*p);  // no copy: g++ stores copies of packs that nobody reads
  else return L(*p);
}

template <class L, access A, class T>
FUNCTRA_INLINE void store(T* p, const L& x, int valid) {
  static_cast<void>(valid);
  if constexpr (A == access::vector) x.store(p);
  else if constexpr (A == access::partial) x.store_partial(p, valid);
  else *p = x;
}

// Integers wrap.
template <class L>
FUNCTRA_INLINE L multiply(const L& a, const L& b) {
  if constexpr (std::is_integral_v<L>) return static_cast<L>(static_cast<std::make_unsigned_t<L>>(a) * static_cast<std::make_unsigned_t<L>>(b));
  else return a * b;
}
template <class L>
FUNCTRA_INLINE L add(const L& a, const L& b) {
  if constexpr (std::is_integral_v<L>) return static_cast<L>(static_cast<std::make_unsigned_t<L>>(a) + static_cast<std::make_unsigned_t<L>>(b));
  else return a + b;
}
template <class L>
FUNCTRA_INLINE L multiply_add(const L& a, const L& b, const L& c) {
  if constexpr (std::is_floating_point_v<scalar_t<L>>) return lanes::fma(a, b, c);
  else return add(multiply(a, b), c);
}

// z = x y, or z += x y.
template <bool First, class L>
FUNCTRA_INLINE void add_product(L& z, const L& x, const L& y) {
  if constexpr (First) z = multiply(x, y);
  else z = multiply_add(x, y, z);
}

template <class L, access A, class T>
FUNCTRA_INLINE void put(T* p, const L& x, write how, int valid) {
  if (how == write::add) store<L, A>(p, add(load<L, A>(p, valid), x), valid);
  else if constexpr (A == access::vector) {
    if (how == write::stream) x.stream(p);
    else x.store(p);
  } else store<L, A>(p, x, valid);
}

inline constexpr int registers = lanes::width<double> == 8 ? 32 : 16;
inline constexpr int register_bytes = lanes::width<double> * static_cast<int>(sizeof(double));
// How many registers an L takes.
template <class L>
inline constexpr int registers_of = (static_cast<int>(sizeof(L)) + register_bytes - 1) / register_bytes;

// N accumulators as a flat struct: g++ keeps arrays of packs that are wider than a register in memory.
template <int I, class L>
struct accumulator {
  L value;
};
template <class L, class Seq>
struct accumulator_list;
template <class L, int... I>
struct accumulator_list<L, std::integer_sequence<int, I...>> : accumulator<I, L>... {
  template <int K>
  FUNCTRA_INLINE L& at() {
    return static_cast<accumulator<K, L>&>(*this).value;
  }
};
template <class L, int N>
using accumulators = accumulator_list<L, std::make_integer_sequence<int, N>>;

struct tile_walk {
  index_walk u, v, k;
  write how = write::store;
  int valid = 0;
};

// C[u,v] = sum over k of A[u,v,k] B[u,v,k] with U x V accumulators, L in each: a vector along v, or one element.
template <class L, int U, int V, access A, access B, access C>
struct tile {
  static constexpr index_t width = C == access::element ? 1 : lanes_of<L>;

  // Depth is the extent of k where it is static, else 0.
  template <index_t Depth, class TA, class TB, class TC>
  static FUNCTRA_INLINE void run(const tile_walk& w, const TA* a, const TB* b, TC* c) {
    accumulators<L, U * V> sum;
    step<true>(ints<U * V>, sum, w, a, b);
    if constexpr (Depth > 1 && Depth * U * V * registers_of<L> <= 64) {
      steps(ints<Depth - 1>, sum, w, a, b);
    } else if constexpr (Depth != 1) {
      for (index_t k = 1; k < w.k.n; ++k) step<false>(ints<U * V>, sum, w, a + k * w.k.a, b + k * w.k.b);
    }
    finish(ints<U * V>, sum, w, c);
  }

 private:
  // First: the accumulators hold nothing yet.
  template <bool First, int... I, class TA, class TB>
  static FUNCTRA_INLINE void step(std::integer_sequence<int, I...>, accumulators<L, U * V>& sum, const tile_walk& w, const TA* a, const TB* b) {
    (add_product<First>(sum.template at<I>(), load<L, A>(a + (I / V) * w.u.a + (I % V) * width * w.v.a, w.valid),
                        load<L, B>(b + (I / V) * w.u.b + (I % V) * width * w.v.b, w.valid)),
     ...);
  }
  template <int... K, class TA, class TB>
  static FUNCTRA_INLINE void steps(std::integer_sequence<int, K...>, accumulators<L, U * V>& sum, const tile_walk& w, const TA* a, const TB* b) {
    (step<false>(ints<U * V>, sum, w, a + (K + 1) * w.k.a, b + (K + 1) * w.k.b), ...);
  }
  template <int... I, class TC>
  static FUNCTRA_INLINE void finish(std::integer_sequence<int, I...>, accumulators<L, U * V>& sum, const tile_walk& w, TC* c) {
    (put<L, C>(c + (I / V) * w.u.c + (I % V) * width * w.v.c, sum.template at<I>(), w.how, w.valid), ...);
  }
};

// C[u] = sum over k of A[u,k] B[k] for U rows, with S vectors in flight for each.
template <class L, int U, int S, class T>
struct dot_rows {
  static constexpr index_t width = lanes_of<L>;

  static FUNCTRA_INLINE void run(const tile_walk& w, const T* a, const T* b, T* c) {
    accumulators<L, U * S> sum;
    clear(ints<U * S>, sum);
    index_t at = 0;
    for (; at + S * width <= w.k.n; at += S * width) step<S, access::vector>(ints<U * S>, sum, w, a + at, b + at, 0);
    if constexpr (S > 1)
      for (; at + width <= w.k.n; at += width) step<1, access::vector>(ints<U>, sum, w, a + at, b + at, 0);
    if (at < w.k.n) step<1, access::partial>(ints<U>, sum, w, a + at, b + at, static_cast<int>(w.k.n - at));
    finish(ints<U>, sum, w, c);
  }

 private:
  template <int... I>
  static FUNCTRA_INLINE void clear(std::integer_sequence<int, I...>, accumulators<L, U * S>& sum) {
    ((sum.template at<I>() = L(T(0))), ...);
  }
  // N vectors of each row.
  template <int N, access A, int... I>
  static FUNCTRA_INLINE void step(std::integer_sequence<int, I...>, accumulators<L, U * S>& sum, const tile_walk& w, const T* a, const T* b, int valid) {
    (add_product<false>(sum.template at<I / N * S + I % N>(), load<L, A>(a + (I / N) * w.u.a + (I % N) * width, valid), load<L, A>(b + (I % N) * width, valid)), ...);
  }
  template <int... R>
  static FUNCTRA_INLINE void finish(std::integer_sequence<int, R...>, accumulators<L, U * S>& sum, const tile_walk& w, T* c) {
    (put<T, access::element>(c + R * w.u.c, lanes::reduce_add(total<R>(ints<S - 1>, sum)), w.how, 0), ...);
  }
  template <int R, int... I>
  static FUNCTRA_INLINE L total(std::integer_sequence<int, I...>, accumulators<L, U * S>& sum) {
    L t = sum.template at<R * S>();
    ((t = t + sum.template at<R * S + I + 1>()), ...);
    return t;
  }
};

// Calls f(constant N, start) for the full tiles of N among Count, then f(constant R, start) for the rest.
template <index_t Count, int N, class F>
FUNCTRA_INLINE void static_tiles(const F& f) {
  constexpr index_t full = Count / N * N;
  if constexpr (full == N) f(std::integral_constant<int, N>{}, index_t{0});
  else if constexpr (full > 0)
    for (index_t i = 0; i < full; i += N) f(std::integral_constant<int, N>{}, i);
  if constexpr (full < Count) f(std::integral_constant<int, static_cast<int>(Count - full)>{}, full);
}
// The same for a dynamic count: tiles of N, then single ones.
template <int N, class F>
FUNCTRA_INLINE void dynamic_tiles(index_t count, const F& f) {
  index_t i = 0;
  for (; i + N <= count; i += N) f(std::integral_constant<int, N>{}, i);
  if constexpr (N > 1)
    for (; i < count; ++i) f(std::integral_constant<int, 1>{}, i);
}

// The tile with the fewest instructions among those whose accumulators and operands fit the registers.
struct tile_size {
  int u = 1, v = 1;
};
constexpr tile_size best_tile(index_t nu, index_t nv, int size) {
  tile_size best;
  index_t least = -1;
  for (int u = 1; u <= 8 && u <= nu; ++u)
    for (int v = 1; v <= 8 && v <= nv; ++v) {
      if (u * v > 1 && (u * v > 24 || (u * v + v + 1) * size > registers)) continue;
      const index_t cost = ((nu + u - 1) / u) * ((nv + v - 1) / v) * (u * v + u + v + 2);
      if (least < 0 || cost < least) {
        least = cost;
        best = {u, v};
      }
    }
  return best;
}

}  // namespace detail
}  // namespace functra::dense
