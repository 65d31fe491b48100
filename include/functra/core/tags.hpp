// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <limits>

#include "functra/core/extents.hpp"

namespace functra {

// The options and tags of the public interface. Each is an empty value of a type that carries its numbers.

template <int... D>
struct dims_t {};
template <int... D>
inline constexpr dims_t<D...> dims{};  // sum(x, dims<0, 2>)

template <int D>
struct dim_t : dims_t<D> {};  // sum(x, dim<1>) works too
template <int D>
inline constexpr dim_t<D> dim{};  // softmax(x, dim<1>)

struct keepdim_t {};
inline constexpr keepdim_t keepdim{};  // sum(x, dims<0>, keepdim)

template <int... I>
struct argnums_t {};
template <int... I>
inline constexpr argnums_t<I...> argnums{};  // grad(f, argnums<0, 2>)

struct has_aux_t {};
inline constexpr has_aux_t has_aux{};

inline constexpr int none = std::numeric_limits<int>::min();  // in_dims<none, 0>: the first argument is not mapped

template <int... D>
struct in_dims_t {};
template <int... D>
inline constexpr in_dims_t<D...> in_dims{};

template <int... D>
struct out_dims_t {};
template <int... D>
inline constexpr out_dims_t<D...> out_dims{};

struct chunk_size {
  index_t n;
  constexpr explicit chunk_size(index_t size) : n(size) {}
};

// How vmap runs: examples in the lanes of SIMD registers, or one more axis on every operation.
struct lowering {
  struct lanes_t {};
  struct batch_axis_t {};
  static constexpr lanes_t lanes{};
  static constexpr batch_axis_t batch_axis{};
};

// Whether the examples of a vmap draw the same random numbers from an implicit key.
struct randomness {
  struct same_t {};
  struct different_t {};
  static constexpr same_t same{};
  static constexpr different_t different{};
};

// at(x, i, all, range(a, b, step)): `all` takes a whole dim, range the indices from first to last (exclusive) in steps;
// negative numbers count from the end.
struct all_t;  // the tag is also the reduction all(x): functions/reductions.hpp

struct range {
  static constexpr index_t end = std::numeric_limits<index_t>::max();
  index_t first = 0, last = end, step = 1;
  constexpr range() = default;
  constexpr explicit range(index_t stop) : last(stop) {}
  constexpr range(index_t start, index_t stop, index_t stride = 1) : first(start), last(stop), step(stride) {}
};

// range with static bounds: the result has a static extent.
template <index_t First, index_t Last, index_t Step = 1>
struct range_c {
  static_assert(Step > 0 && First >= 0 && Last >= First, "[range_c] 0 <= first <= last and step > 0 are required");
};

}  // namespace functra
