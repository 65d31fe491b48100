// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/pack.hpp"

// Between rows in memory and lanes: row i of N rows is lane i of every column's pack. A matrix of 100,000 3 x 3 Jacobians is
// computed in lanes and written in rows, and storing it lane by lane costs more than the arithmetic, so W x B blocks (W the
// lanes of a register, B = 2, 4, ..., W columns) are transposed in registers:
//   1. inside every 128 bits, 2 x 2 doubles or 4 x 4 floats;
//   2. for d = 2 (4), ..., B/2: of the registers k and k + d, the d x d blocks off the diagonal are exchanged.
// Then lanes s B, ..., s B + B - 1 of register k are row s B + k: log2 B shuffles a register. Rows back to back with few
// columns are one run of memory and need whole registers only.

namespace functra::lanes {

namespace detail {

// [a0 b0 a2 b2], [a1 b1 a3 b3] in blocks of D lanes.
template <int D, class T, int N, int... I>
FUNCTRA_INLINE void exchange(vector_t<T, N>& a, vector_t<T, N>& b, std::integer_sequence<int, I...>) {
  const auto first = __builtin_shufflevector(a, b, ((I / D) % 2 == 0 ? I : N + I - D)...);
  b = __builtin_shufflevector(a, b, ((I / D) % 2 == 0 ? I + D : N + I)...);
  a = first;
}

// [a0 b0 a1 b1], [a2 b2 a3 b3] in every four lanes.
template <class T, int N, int... I>
FUNCTRA_INLINE void zip_quads(vector_t<T, N>& a, vector_t<T, N>& b, std::integer_sequence<int, I...>) {
  const auto first = __builtin_shufflevector(a, b, (I % 2 * N + I / 4 * 4 + I % 4 / 2)...);
  b = __builtin_shufflevector(a, b, (I % 2 * N + I / 4 * 4 + I % 4 / 2 + 2)...);
  a = first;
}

// Step 1 for floats: the 4 x 4 blocks of registers 4q, ..., 4q + 3.
template <class T, int N>
FUNCTRA_INLINE void transpose_quad(vector_t<T, N>* r) {
  constexpr lane_indices<N> lanes{};
  zip_quads<T, N>(r[0], r[1], lanes);
  zip_quads<T, N>(r[2], r[3], lanes);
  exchange<2, T, N>(r[0], r[2], lanes);
  exchange<2, T, N>(r[1], r[3], lanes);
  const auto second = r[2];
  r[2] = r[1];
  r[1] = second;
}

// Step 2: P counts the pairs of registers at distance D.
template <int D, class T, int N, int... P>
FUNCTRA_INLINE void exchange_pairs(vector_t<T, N>* r, std::integer_sequence<int, P...>) {
  (exchange<D, T, N>(r[P / D * 2 * D + P % D], r[P / D * 2 * D + P % D + D], lane_indices<N>{}), ...);
}
template <int D, class T, int N, int B>
FUNCTRA_INLINE void exchange_up_from(vector_t<T, N>* r) {
  if constexpr (D < B) {
    exchange_pairs<D, T, N>(r, lane_indices<B / 2>{});
    exchange_up_from<2 * D, T, N, B>(r);
  }
}

// The B x B blocks in B registers of N lanes; its own inverse.
template <class T, int N, int B, int... Q>
FUNCTRA_INLINE void transpose_blocks(vector_t<T, N>* r, std::integer_sequence<int, Q...>) {
  if constexpr (sizeof(T) == 4) {
    (transpose_quad<T, N>(r + 4 * Q), ...);
    exchange_up_from<4, T, N, B>(r);
  } else {
    exchange_up_from<1, T, N, B>(r);
  }
}
template <class T, int N, int B>
FUNCTRA_INLINE void transpose_blocks(vector_t<T, N>* r) {
  transpose_blocks<T, N, B>(r, lane_indices<B / 4>{});
}

// Lanes S B, ..., S B + B - 1.
template <int S, class T, int N, int... I>
FUNCTRA_INLINE auto section(vector_t<T, N> x, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(x, x, (S * static_cast<int>(sizeof...(I)) + I)...);
}
template <bool PastCache, class T, int N, int B, int... S>
FUNCTRA_INLINE void store_sections(vector_t<T, N> x, T* to, std::ptrdiff_t row_stride, std::integer_sequence<int, S...>) {
  if constexpr (B == N && PastCache) stream<T, N>(to, x);
  else if constexpr (B == N) store<T, N>(to, x);
  else (store<T, B>(to + S * B * row_stride, section<S, T, N>(x, lane_indices<B>{})), ...);
}
// The lanes of two vectors, one after the other.
template <class T, int N, int... I>
FUNCTRA_INLINE vector_t<T, 2 * N> concatenate(vector_t<T, N> a, vector_t<T, N> b, std::integer_sequence<int, I...>) {
  return __builtin_shufflevector(a, b, I...);
}
template <class T, int N, int B>
FUNCTRA_INLINE vector_t<T, N> load_sections(const T* from, std::ptrdiff_t row_stride) {
  if constexpr (B == N) return load<T, N>(from);
  else
    return concatenate<T, N / 2>(load_sections<T, N / 2, B>(from, row_stride),
                                 load_sections<T, N / 2, B>(from + N / 2 * row_stride, row_stride), lane_indices<N>{});
}

// The lanes of one register of a pack, and register H of it as a pack.
template <class P>
inline constexpr int leaf_size = P::size;
template <class P>
requires P::is_split inline constexpr int leaf_size<P> = leaf_size<typename P::half>;
template <int H, class P>
FUNCTRA_INLINE auto& leaf(P& x) {
  if constexpr (!P::is_split) return x;
  else if constexpr (H * leaf_size<std::remove_const_t<P>> < P::size / 2) return leaf<H>(x.lo);
  else return leaf<H - P::size / 2 / leaf_size<std::remove_const_t<P>>>(x.hi);
}

template <bool PastCache, int B, int H, class P, class T, int... K>
FUNCTRA_INLINE void interleave_block(const P* src, T* dst, std::ptrdiff_t row_stride, std::integer_sequence<int, K...>) {
  constexpr int N = leaf_size<P>;
  array_t<vector_t<T, N>, B> r = {leaf<H>(src[K]).raw()...};
  transpose_blocks<T, N, B>(r);
  (store_sections<PastCache, T, N, B>(r[K], dst + K * row_stride, row_stride, lane_indices<N / B>{}), ...);
}
template <int B, int H, class P, class T, int... K>
FUNCTRA_INLINE void deinterleave_block(const T* src, std::ptrdiff_t row_stride, P* dst, std::integer_sequence<int, K...>) {
  constexpr int N = leaf_size<P>;
  array_t<vector_t<T, N>, B> r = {load_sections<T, N, B>(src + K * row_stride, row_stride)...};
  transpose_blocks<T, N, B>(r);
  ((leaf<H>(dst[K]) = pack<T, N>::from_raw(r[K])), ...);
}

// Rows back to back: element e of the run of memory is lane e / C of column e % C. Each register out takes its elements from one
// register in after another, C - 1 shuffles.
template <class T, int N, int C, int Q, int J, int... I>
FUNCTRA_INLINE vector_t<T, N> packed_rows(const vector_t<T, N>* columns, std::integer_sequence<int, I...> lanes) {
  if constexpr (J == 1) {
    return __builtin_shufflevector(columns[0], columns[1],
                                   ((Q * N + I) % C < 2 ? (Q * N + I) % C * N + (Q * N + I) / C : -1)...);
  } else {
    const auto before = packed_rows<T, N, C, Q, J - 1>(columns, lanes);
    return __builtin_shufflevector(before, columns[J], ((Q * N + I) % C == J ? N + (Q * N + I) / C : I)...);
  }
}
template <class T, int N, int C, int J, int Q, int... I>
FUNCTRA_INLINE vector_t<T, N> packed_column(const vector_t<T, N>* run, std::integer_sequence<int, I...> lanes) {
  if constexpr (Q == 1) {
    return __builtin_shufflevector(run[0], run[1], (I * C + J < 2 * N ? I * C + J : -1)...);
  } else {
    const auto before = packed_column<T, N, C, J, Q - 1>(run, lanes);
    return __builtin_shufflevector(before, run[Q], ((I * C + J) / N == Q ? N + (I * C + J) % N : I)...);
  }
}
template <int H, class P, class T, int... K>
FUNCTRA_INLINE void interleave_packed(const P* src, T* dst, std::integer_sequence<int, K...>) {
  constexpr int N = leaf_size<P>;
  constexpr int C = static_cast<int>(sizeof...(K));
  const array_t<vector_t<T, N>, C> columns = {leaf<H>(src[K]).raw()...};
  (store<T, N>(dst + K * N, packed_rows<T, N, C, K, C - 1>(columns, lane_indices<N>{})), ...);
}
template <int H, class P, class T, int... K>
FUNCTRA_INLINE void deinterleave_packed(const T* src, P* dst, std::integer_sequence<int, K...>) {
  constexpr int N = leaf_size<P>;
  constexpr int C = static_cast<int>(sizeof...(K));
  const array_t<vector_t<T, N>, C> run = {load<T, N>(src + K * N)...};
  ((leaf<H>(dst[K]) = pack<T, N>::from_raw(packed_column<T, N, C, K, C - 1>(run, lane_indices<N>{}))), ...);
}

// Columns from `at` on in blocks of B, then of B / 2, ...; what is left after the smallest block is done by a last one that
// overlaps columns already done.
template <bool PastCache, int B, int H, class P, class T>
FUNCTRA_INLINE void interleave_blocks(const P* src, int at, int count, T* dst, std::ptrdiff_t row_stride) {
  for (; at + B <= count; at += B) interleave_block<PastCache, B, H>(src + at, dst + at, row_stride, lane_indices<B>{});
  if constexpr (B * sizeof(T) > 16) interleave_blocks<PastCache, B / 2, H>(src, at, count, dst, row_stride);
  else if (count - at > 0 && count > B) interleave_block<PastCache, B, H>(src + count - B, dst + count - B, row_stride, lane_indices<B>{});
  else
    for (; at < count; ++at) leaf<H>(src[at]).store_strided(dst + at, row_stride);
}
template <int B, int H, class P, class T>
FUNCTRA_INLINE void deinterleave_blocks(const T* src, std::ptrdiff_t row_stride, int at, int count, P* dst) {
  for (; at + B <= count; at += B) deinterleave_block<B, H>(src + at, row_stride, dst + at, lane_indices<B>{});
  if constexpr (B * sizeof(T) > 16) deinterleave_blocks<B / 2, H>(src, row_stride, at, count, dst);
  else if (count - at > 0 && count > B)
    deinterleave_block<B, H>(src + count - B, row_stride, dst + count - B, lane_indices<B>{});
  else
    for (; at < count; ++at) leaf<H>(dst[at]) = pack<T, leaf_size<P>>::load_strided(src + at, row_stride);
}

// The rows of register H. Not forced inline: every block size in every caller would be too much code.
template <bool PastCache, int H, class P, class T>
inline void interleave_leaf(const P* src, int count, T* dst, std::ptrdiff_t row_stride) {
  constexpr int N = leaf_size<P>;
  if constexpr (N == 1) {
    for (int j = 0; j < count; ++j) dst[j] = leaf<H>(src[j]).value;
  } else {
    if (row_stride == count && count == 2) return interleave_packed<H>(src, dst, lane_indices<2>{});
    if (row_stride == count && count == 3) return interleave_packed<H>(src, dst, lane_indices<3>{});
    interleave_blocks<PastCache, N, H>(src, 0, count, dst, row_stride);
  }
}
template <int H, class P, class T>
inline void deinterleave_leaf(const T* src, std::ptrdiff_t row_stride, int count, P* dst) {
  constexpr int N = leaf_size<P>;
  if constexpr (N == 1) {
    for (int j = 0; j < count; ++j) leaf<H>(dst[j]).value = src[j];
  } else {
    if (row_stride == count && count == 2) return deinterleave_packed<H>(src, dst, lane_indices<2>{});
    if (row_stride == count && count == 3) return deinterleave_packed<H>(src, dst, lane_indices<3>{});
    deinterleave_blocks<N, H>(src, row_stride, 0, count, dst);
  }
}

template <bool PastCache, class P, class T, int... H>
FUNCTRA_INLINE void interleave(const P* src, int count, T* dst, std::ptrdiff_t row_stride, std::integer_sequence<int, H...>) {
  (interleave_leaf<PastCache, H>(src, count, dst + H * leaf_size<P> * row_stride, row_stride), ...);
}
template <class P, class T, int... H>
FUNCTRA_INLINE void deinterleave(const T* src, std::ptrdiff_t row_stride, int count, P* dst, std::integer_sequence<int, H...>) {
  (deinterleave_leaf<H>(src + H * leaf_size<P> * row_stride, row_stride, count, dst), ...);
}

}  // namespace detail

// Rows to lanes: lane i of dst[j] = src[i * row_stride + j], for N rows and j < count.
template <scalar T, int N>
FUNCTRA_INLINE void deinterleave(const T* src, std::ptrdiff_t row_stride, int count, pack<T, N>* dst) {
  detail::deinterleave(src, row_stride, count, dst, detail::lane_indices<N / detail::leaf_size<pack<T, N>>>{});
}
// The first `rows` rows; lanes beyond them are zero.
template <scalar T, int N>
inline void deinterleave(const T* src, std::ptrdiff_t row_stride, int count, pack<T, N>* dst, int rows) {
  if (rows == N) return deinterleave(src, row_stride, count, dst);
  for (int j = 0; j < count; ++j) {
    detail::array_t<T, N> lanes = {};
    for (int i = 0; i < rows; ++i) lanes[i] = src[i * row_stride + j];
    dst[j] = pack<T, N>::load(lanes);
  }
}

// Lanes to rows: dst[i * row_stride + j] = lane i of src[j], for N rows and j < count. row_stride >= count. PastCache: whole
// registers are streamed.
template <bool PastCache = false, scalar T, int N>
FUNCTRA_INLINE void interleave(const pack<T, N>* src, int count, T* dst, std::ptrdiff_t row_stride) {
  detail::interleave<PastCache>(src, count, dst, row_stride, detail::lane_indices<N / detail::leaf_size<pack<T, N>>>{});
}
// The first `rows` rows; nothing beyond them is written.
template <scalar T, int N>
inline void interleave(const pack<T, N>* src, int count, T* dst, std::ptrdiff_t row_stride, int rows) {
  if (rows == N) return interleave(src, count, dst, row_stride);
  for (int j = 0; j < count; ++j) {
    detail::array_t<T, N> lanes;
    src[j].store(lanes);
    for (int i = 0; i < rows; ++i) dst[i * row_stride + j] = lanes[i];
  }
}

// Packs of bool have their rows in bytes.
template <int N>
inline void deinterleave(const bool* src, std::ptrdiff_t row_stride, int count, pack<bool, N>* dst, int rows = N) {
  for (int j = 0; j < count; ++j) {
    dst[j] = pack<bool, N>(false);
    for (int i = 0; i < rows; ++i) dst[j].set(i, src[i * row_stride + j]);
  }
}
template <int N>
inline void interleave(const pack<bool, N>* src, int count, bool* dst, std::ptrdiff_t row_stride, int rows = N) {
  for (int j = 0; j < count; ++j)
    for (int i = 0; i < rows; ++i) dst[i * row_stride + j] = src[j][i];
}

}  // namespace functra::lanes
