// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <functra/lanes/math.hpp>
#include <functra/lanes/pack.hpp>
#include <functra/lanes/transpose.hpp>

#include "workload.hpp"

// What hand-written versions share: loops over SIMD packs. Their mathematics is functra's, which is also that of the functra
// versions, so a ratio compares the transforms and not two polynomials.
namespace hand {

using workload::index_t;
namespace lanes = functra::lanes;

template <class T>
inline constexpr int width = lanes::width<T>;
template <class T>
using Pack = lanes::pack<T, width<T>>;
template <class T, int N>
using Array = T[static_cast<std::size_t>(N)];

// Elements i, ..., i + N - 1 of an array, all of them or the first n.
template <class T, int N = width<T>>
struct Whole {
  using pack = lanes::pack<T, N>;
  index_t i;
  FUNCTRA_INLINE pack load(const T* p) const { return pack::load(p + i); }
  FUNCTRA_INLINE void store(T* p, pack x) const { x.store(p + i); }
  FUNCTRA_INLINE void stream(T* p, pack x) const { x.stream(p + i); }
};
template <class T>
struct Part {
  index_t i;
  int n;
  FUNCTRA_INLINE Pack<T> load(const T* p) const { return Pack<T>::load_partial(p + i, n); }
  FUNCTRA_INLINE void store(T* p, Pack<T> x) const { x.store_partial(p + i, n); }
  FUNCTRA_INLINE void stream(T* p, Pack<T> x) const { store(p, x); }
};

// body(at) for all of n elements, several registers at a time: one alone waits for its own results.
template <class T, int Registers, class Body>
FUNCTRA_INLINE void for_packs(index_t n, Body body) {
  constexpr int several = Registers * width<T>;
  index_t i = 0;
  for (; i + several <= n; i += several) body(Whole<T, several>{i});
  for (; i + width<T> <= n; i += width<T>) body(Whole<T>{i});
  if (i < n) body(Part<T>{i, static_cast<int>(n - i)});
}

}  // namespace hand
