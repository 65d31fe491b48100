// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/transforms/options.hpp"

// What jacrev and jacfwd share: batches of the rows of an identity, and how what comes back becomes a Jacobian.
namespace functra::detail {

template <class... Options>
constexpr index_t chunk_of([[maybe_unused]] const char* name, [[maybe_unused]] const Options&... options) {
  index_t n = 0;
  [[maybe_unused]] const auto take = [&]<class O>(const O& o) {
    if constexpr (std::is_same_v<O, chunk_size>) {
      if (o.n <= 0) fail(name, "chunk_size must be positive, got ", o.n);
      n = o.n;
    }
  };
  (take(options), ...);
  return n;
}

// The number of elements of a value, statically where known.
template <class V>
inline constexpr index_t static_count = extents_of_value<V>::is_static ? extents_of_value<V>{}.size() : dyn;

// The most basis vectors that are pushed or pulled at once where the user names no chunk.
inline constexpr index_t most_at_once = 1024;

// Rows `first`, ... of the identity on a value of n elements: [rows, extents of V].
template <class T, class X, index_t Rows>
auto basis(const X& x, index_t rows, index_t first) {
  using XB = insert_extent<X, 0, Rows>;
  index_t n[XB::R];
  n[0] = rows;
  for (int i = 0; i < X::R; ++i) n[i + 1] = x.extent(i);
  tensor_of<T, XB> b(XB::from(n));
  T* p = b.mutable_data();
  const index_t size = x.size();
  for (index_t r = 0; r < rows; ++r) {
    const index_t j = first + r;
    if (j >= 0 && j < size) p[r * size + j] = T(1);
  }
  return b;
}

// v with its identity as the tangent, from direction `first` of `directions`: one diagonal of ones.
template <class D, class V>
D identity_dual(const V& v, index_t first, index_t directions) {
  return D(std::in_place, [&] { return v; }, [&](const V&) {
    const auto x = v.get_extents();
    typename D::stored_type::bands_type b(1, directions);
    b.line[0].offset = first;
    natural_strides(x, b.line[0].slope);
    typename D::stored_type t(b, x);
    if (x.size() > 0) std::fill_n(t.rows.mutable_data(), x.size(), element_of<V>(1));
    return t;
  });
}

// [k, in...] as [out..., in...].
template <class Xo, class G>
auto unflatten_rows(const G& g, const Xo& out) {
  using X = concat_extents<Xo, erase_extent<extents_of_value<G>, 0>>;
  index_t n[array_size(X::R)];
  for (int i = 0; i < Xo::R; ++i) n[i] = out.extent(i);
  for (int i = Xo::R; i < X::R; ++i) n[i] = g.extent(i - Xo::R + 1);
  return eval(bind(rules::reshape<X>{{}, X::from(n)}, g));
}

// The value of one level of batching: [k, ...]. A batch that serves all is repeated.
template <int L, index_t B, class C>
auto rows_of(const C& c, index_t k) {
  return whole_batch<L, B>(c, k);
}

}  // namespace functra::detail
