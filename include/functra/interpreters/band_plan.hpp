// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/bands.hpp"

// Statements and products on batches of tangents that are diagonals.
namespace functra::detail {

// A single element with a batch of tangents past one plain primal. Where they are all zero, a statement over banded operands stays
// banded: the cotangent of a sum is such a one.
template <class D>
constexpr bool is_single_with_batch() {
  if constexpr (D::may_have_bands || D::extents_type::R != 0) return false;
  else return is_plain<decltype(D::primal)> && requires(const D& d) { d.stored.batch_size(); };
}
template <class D>
FUNCTRA_INLINE bool has_zero_tangent(const D& d) {
  using E = element_of<typename D::tangent_type>;
  if constexpr (!is_plain<decltype(d.stored.value)>) return static_cast<void>(d), false;
  else {
    const E* const p = origin(d.stored.value);
    const index_t n = d.stored.batch_size();
    for (index_t i = 0; i < n; ++i)
      if (lanes::any(p[i] != E(0))) return false;
    return true;
  }
}
// Whether no tangent of an operand of a banded statement is anywhere but on diagonals.
template <class D>
FUNCTRA_INLINE bool is_on_bands(const D& d) {
  if constexpr (D::may_have_bands) return d.has_bands();
  else return has_zero_tangent(d);
}

// The first dual that may have bands.
template <class A, class... D>
struct first_banded : std::conditional_t<A::may_have_bands, std::type_identity<A>, first_banded<D...>> {};
template <class A>
struct first_banded<A> : std::type_identity<A> {};

// The diagonals that a statement of these duals has, and which of them each diagonal of an operand becomes.
template <class Duals>
struct band_plan;
template <class... D>
struct band_plan<bundle<D...>> {
  using bands_type = typename first_banded<D...>::type::stored_type::bands_type;
  static constexpr int most = bands_type::most;
  bands_type out;
  bool banded;  // all operands are
  bool fits;    // and there is room for the diagonals of all
  signed char place[sizeof...(D)][static_cast<std::size_t>(most)];

  FUNCTRA_INLINE explicit band_plan(const D&... d) : banded((is_on_bands(d) && ...)), fits(banded) {
    if (!banded) return;
    int j = 0;
    const auto take = [&]<class A>(const A& v) FUNCTRA_INLINE_LAMBDA {
      if constexpr (A::may_have_bands) {
        const auto& b = v.stored.bands;
        out.directions = std::max(out.directions, b.directions);
        for (int i = 0; i < b.count && fits; ++i) {
          const int q = out.find(b.line[i]);
          place[j][i] = static_cast<signed char>(q);
          fits = q >= 0;
        }
      }
      ++j;
    };
    (take(d), ...);
  }

  // Adds partial times the diagonals of operand J to the rows p; `there` are those that hold something.
  template <int J, bool Smooth, class E, class X, class V>
  FUNCTRA_INLINE void add(E* p, const X& x, unsigned& there, const E* partial, const V& v) const {
    if constexpr (V::may_have_bands) {
      const auto& t = v.stored;
      for (int i = 0; i < t.bands.count; ++i) {
        const int q = place[J][i];
        scale_row<Smooth>(p + q * x.size(), x, ((there >> q) & 1U) != 0, partial, t.rows.data() + i * x.size());
        there |= 1U << q;
      }
    }
  }
  // Adds the sum of partial times v over all elements to the dense tangent p.
  template <class E, class X, class V>
  FUNCTRA_INLINE void add_total(E* p, const X& x, const E* partial, const V& v) const {
    if constexpr (V::may_have_bands) {
      const auto& t = v.stored;
      index_t s[array_size(X::R)];
      natural_strides(x, s);
      for (int i = 0; i < t.bands.count; ++i) {
        const E* const row = t.rows.data() + i * x.size();
        walk_diagonal<0>(x, t.bands.line[i].offset, t.bands.line[i].slope, 0, s, [&](index_t b, index_t k) FUNCTRA_INLINE_LAMBDA {
          if (static_cast<std::size_t>(b) < static_cast<std::size_t>(out.directions)) p[b] = lanes::absorbing_fma<true>(partial[k], row[k], p[b]);
        });
      }
    }
  }
};

// The tangent of a dual, made dense once it is asked for.
template <class D>
class whole_tangent {
  using T = typename D::tangent_type;

 public:
  FUNCTRA_INLINE whole_tangent(const D& d) : d_(d), made_(nothing()) {}
  FUNCTRA_INLINE const T& get() const {
    if constexpr (!D::may_have_bands) return d_.stored;
    else {
      if (d_.stored.is_dense) return d_.stored.dense;
      if (!is_made_) made_ = d_.tangent();
      is_made_ = true;
      return made_;
    }
  }

 private:
  const D& d_;
  struct none {};
  FUNCTRA_EMPTY mutable std::conditional_t<D::may_have_bands, T, none> made_;
  mutable bool is_made_ = false;
  static FUNCTRA_INLINE auto nothing() {
    if constexpr (D::may_have_bands) return T(unset);
    else return none{};
  }
};

// The tangent T of a product P that sums over all of its operand I, a vector with diagonals: the products of its elements are rows.
template <class T, int I, class P, class D, class Y, class A, class B>
T banded_products(const P& p, const D& d, const Y& y, const A& a, const B& b) {
  using X = extents_of_value<D>;
  using E = element_of<typename D::tangent_type>;
  const X x(d.primal.get_extents());
  const auto& t = d.stored;
  auto out = zero_directions<T>(t.bands.directions, y.get_extents());
  const index_t n = x.extent(0), size = y.size();
  if (n * size == 0) return as_batch<T>(std::move(out));
  auto* const to = out.mutable_data();
  for (int i = 0; i < t.bands.count; ++i) {
    tensor_of<E, X> row(uninitialized, x);
    std::copy_n(t.row(i, x), n, row.mutable_data());
    const auto products = [&] {
      if constexpr (I == 0) return p.products(row, b, index_constant<0>);
      else return p.products(a, row, index_constant<1>);
    }();
    const auto* from = products.data();
    const auto& line = t.bands.line[i];
    for (index_t k = 0; k < n; ++k, from += size) {
      const index_t at = line.offset + k * line.slope[0];
      if (static_cast<std::size_t>(at) < static_cast<std::size_t>(t.bands.directions))
        for (index_t j = 0; j < size; ++j) to[at * size + j] = to[at * size + j] + from[j];
    }
  }
  return as_batch<T>(std::move(out));
}

}  // namespace functra::detail
