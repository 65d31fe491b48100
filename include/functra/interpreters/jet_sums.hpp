// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/second_partials.hpp"
#include "functra/interpreters/jet.hpp"

// How the derivatives of jets are summed, batched, and handed to duals and back.
namespace functra::detail {

// The result of type J with the primal that a call gives, and what `fill` gives its body.
template <class J, class Primal, class Fill>
FUNCTRA_INLINE J made_jet(const Primal& primal, const Fill& fill) {
  return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
    typename J::body_type y(std::in_place, primal);
    fill(y);
    return y;
  });
}

// An active leaf of a statement.
template <class V>
struct jet_leaf {
  static constexpr int R = extents_of_value<V>::R;
  using B = typename V::body_type;
  using E = typename B::E;
  const B& v;

  FUNCTRA_INLINE explicit jet_leaf(const V& x) : v(x.body()) {}
  FUNCTRA_INLINE bool varies() const { return detail::varies(v); }
  FUNCTRA_INLINE bool is_variable() const { return v.state() == jet_state::variable; }
  // The number of the variable at element i, and from one to the next.
  FUNCTRA_INLINE index_t number(index_t i) const { return v.variables().offset + i * step(); }
  FUNCTRA_INLINE index_t step() const {
    if constexpr (R == 0) return 0;
    else return v.variables().slope[0];
  }
  FUNCTRA_INLINE index_t size() const { return v.primal.size(); }
};

// Adds to the derivatives of a scalar, d, what its leaves contribute.
template <class E, class Layout>
struct jet_sum {
  using layout = Layout;
  static constexpr int N = layout::variables, W = layout::W, lanes = layout::lanes;
  using lane = element_t<E, lanes>;  // a whole row, or one pack
  E* d;

  // The partial f times all derivatives of a leaf.
  FUNCTRA_INLINE void add_scaled(const E& f, const E* a) const {
    for (int i = 0; i < layout::rows; ++i) add_row(i - 1, f, a + i * W);
  }
  // The same where the leaf is variable number k.
  FUNCTRA_INLINE void add_variable(const E& f, index_t k) const { add_one(-1, f, k); }

  // The second partial f of two leaves (Same: of one leaf, twice) times their first derivatives.
  template <bool Same>
  FUNCTRA_INLINE void add_products(const E& f, const E* a, const E* b) const {
    for (int i = 0; i < N; ++i) {
      add_row(i, functra::lanes::absorbing_product<true>(f, a[i]), b);
      if constexpr (!Same) add_row(i, functra::lanes::absorbing_product<true>(f, b[i]), a);
    }
  }
  // The same where a is variable number k.
  FUNCTRA_INLINE void add_products(const E& f, index_t k, const E* b) const {
    add_row(k, f, b);
    for (int l = 0; l <= k; ++l) add_one(l, functra::lanes::absorbing_product<true>(f, b[l]), k);
  }
  // The same where both are variables, k + i dk and l + i dl for n elements f.
  template <bool Same>
  FUNCTRA_INLINE void add_products(index_t n, const E* f, index_t k, index_t dk, index_t l, index_t dl) const {
    const auto add = [&](index_t i) FUNCTRA_INLINE_LAMBDA { add_one(k, Same || k != l ? f[i] : E(f[i] + f[i]), l); };
    if (k > l) std::swap(k, l), std::swap(dk, dl);
    if (dk == dl)
      for (index_t i = 0; i < n; ++i, k += dk, l += dl) add(i);
    else
      for (index_t i = 0; i < n; ++i, k += dk, l += dl) {
        if (k > l) std::swap(k, l), std::swap(dk, dl);
        add(i);
      }
  }

 private:
  // f b to row i of the second derivatives, or (i = -1) to the first ones; what lies below the diagonal may be anything.
  FUNCTRA_INLINE void add_row(index_t i, const E& f, const E* b) const {
    E* const to = d + (i + 1) * W;
    if constexpr (lanes > 1) functra::lanes::absorbing_fma<true>(lane(f), lane::load(b), lane::load(to)).store(to);
    else
      for (index_t j = std::max<index_t>(i, 0); j < N; ++j) to[j] = functra::lanes::absorbing_fma<true>(f, b[j], to[j]);
  }
  // f to element j of row i. A row is read as it is written: whole.
  FUNCTRA_INLINE void add_one(index_t i, const E& f, index_t j) const {
    E* const to = d + (i + 1) * W;
    if constexpr (lanes > 1) {
      const auto row = lane::load(to);
      functra::lanes::select(functra::lanes::pack<bool, lanes>::from_bits(std::uint64_t{1} << j), row + lane(f), row).store(to);
    } else to[j] = to[j] + f;
  }
};

// The same for a statement of n elements (with Total, for its sum), of any leaves: row k of the derivatives at to + k n.
template <class Layout, bool Total, class E>
struct wide_jet_sum {
  static constexpr int N = Layout::variables;
  E* to;
  index_t n;

  template <class A>
  FUNCTRA_INLINE void add_leaf(const E* f, const A* a, index_t size) const {
    match_derivatives<Layout, jet_layout<A, N, Layout::order>>([&](index_t k, index_t l) {
      E* const row = to + k * (Total ? 1 : n);
      const A* const t = a + l * size;
      for (index_t i = 0; i < n; ++i) row[Total ? 0 : i] = lanes::absorbing_fma<true>(f[i], E(t[size == 1 ? 0 : i]), row[Total ? 0 : i]);
    });
  }
  template <bool Same, class A, class B>
  FUNCTRA_INLINE void add_pair(const E* f, const A* a, index_t na, const B* b, index_t nb) const {
    for (index_t k = 0; k < N; ++k)
      for (index_t l = k; l < N; ++l) {
        E* const row = to + Layout::second(k, l) * (Total ? 1 : n);
        const auto add = [&](const auto* s, index_t ns, const auto* t, index_t nt) FUNCTRA_INLINE_LAMBDA {
          for (index_t i = 0; i < n; ++i) {
            const E fs = lanes::absorbing_product<true>(f[i], E(s[k * ns + (ns == 1 ? 0 : i)]));
            row[Total ? 0 : i] = lanes::absorbing_fma<true>(fs, E(t[l * nt + (nt == 1 ? 0 : i)]), row[Total ? 0 : i]);
          }
        };
        add(a, na, b, nb);
        if constexpr (!Same) add(b, nb, a, na);
      }
  }
};

// Statements that hand on their first leaf.
template <class F>
inline constexpr bool is_copy = false;
template <class T>
inline constexpr bool is_copy<law::arg<T>> = true;
template <class T, class U>
inline constexpr bool is_copy<law::fn<law::first_of, law::arg<T>, law::arg<U>>> = true;

// The derivatives number(i) of a jet for i below Count, as a batch [Count, x...].
template <index_t Count, class V, class Number>
auto derivative_rows(const V& v, const Number& number) {
  using T = tensor_of<typename V::body_type::E, insert_extent<typename V::extents_type, 0, Count>>;
  index_t shape[T::extents_type::R] = {Count};
  for (int i = 1; i < T::extents_type::R; ++i) shape[i] = v.extent(i - 1);
  T t(uninitialized, T::extents_type::from(shape));
  const index_t n = v.size();
  with_derivatives(v.body(), [&](const auto* rows) {
    auto* to = t.mutable_data();
    for (index_t i = 0; i < Count; ++i)
      for (index_t k = 0; k < n; ++k) *to++ = rows[number(i) * n + k];
  });
  return t;
}
// All of them.
template <class V>
auto derivative_batch(const V& v) {
  return derivative_rows<V::body_type::layout::size>(v, [](index_t i) { return i; });
}

// Adds a batch to the derivatives of y: row i to number(i).
template <class Y, class T, class Number>
void add_derivatives(Y& y, const T& batch, const Number& number) {
  const auto rows = eval(batch.value);
  const index_t count = rows.extent(0), n = y.primal.size();
  const auto add = [&](auto* to) {
    for (index_t k = 0; k < count; ++k)
      for (index_t i = 0; i < n; ++i) to[number(k) * n + i] = to[number(k) * n + i] + rows.data()[k * n + i];
  };
  if constexpr (is_one_register<Y>) {
    typename Y::E row[static_cast<std::size_t>(Y::layout::size)];
    Y::store(y.slopes, row);
    add(row);
    y.set(row);
  } else {
    if (y.state() != jet_state::derived) y.clear();
    add(y.derivatives());
  }
}

// As a dual, or a dual of duals, for what has no rule here.
template <int L, class V>
decltype(auto) jet_as_dual(const V& v) {
  if constexpr (level_of<V> != L) return (v);
  else {
    constexpr int N = V::variables;
    using P = std::remove_cvref_t<decltype(v.primal())>;
    using layout = typename V::body_type::layout;
    const auto s = derivative_rows<N>(v, [](index_t i) { return i; });
    using S = std::remove_const_t<decltype(s)>;
    using D = dual<P, batched<S, L>, L + 1>;
    if constexpr (V::order == 1) return D(v.primal(), batched<S, L>(s));
    else {
      const auto rows = derivative_rows<N * N>(v, [](index_t i) { return layout::second(i / N, i % N); });
      using C = tensor_of<element_of<V>, insert_extent<insert_extent<typename V::extents_type, 0, N>, 0, N>>;
      index_t shape[C::extents_type::R] = {N, N};
      for (int i = 2; i < C::extents_type::R; ++i) shape[i] = v.extent(i - 2);
      C c(uninitialized, C::extents_type::from(shape));
      std::copy_n(rows.data(), rows.size(), c.mutable_data());
      using T = dual<S, batched<C, L>, L + 1>;
      return dual<D, batched<T, L + 2>, L + 3>(D(v.primal(), batched<S, L>(s)), batched<T, L + 2>(T(s, batched<C, L>(std::move(c)))));
    }
  }
}
// What a call on duals gives, as a jet like V.
template <int L, class V, class Y>
auto jet_from_dual(const Y& y) {
  if constexpr (level_of<Y> == 0) return y;
  else {
    constexpr int N = V::variables;
    const auto& first = [&]() -> const auto& {
      if constexpr (V::order == 1) return y;
      else return y.primal;
    }();
    const auto primal = [&] { return eval(first.primal); };
    return made_jet<jet<decltype(primal()), L, N, -V::order>>(primal, [&]<class B>(B& j) {
      using T = decltype(whole_batch<L, N>(first.tangent(), N));
      add_derivatives(j, batched<T, L>(whole_batch<L, N>(first.tangent(), N)), [](index_t k) { return k; });
      if constexpr (V::order > 1) {
        const auto t = whole_batch<L + 2, N>(y.tangent(), N);
        const auto c = eval(whole_batch<L, N>(t.tangent(), N));
        const index_t n = j.primal.size();
        auto* const to = j.derivatives();
        for (index_t a = 0; a < N; ++a)
          for (index_t b = a; b < N; ++b) std::copy_n(c.data() + (a * N + b) * n, n, to + B::layout::second(a, b) * n);
      }
    });
  }
}

}  // namespace functra::detail
