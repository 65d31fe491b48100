// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/traced.hpp"

// Batches of tangents that are zero but for some diagonals, as those of banded functions are. Only the diagonals are stored and
// computed: a Hessian of n inputs then costs about n times the width of its band, and not n squares.
namespace functra::detail {

// A diagonal of a batch of tangents: the element i has its entry in direction offset + sum of slope[d] i[d].
template <int R>
struct diagonal {
  index_t offset;
  index_t slope[array_size(R)];

  FUNCTRA_INLINE bool is(const diagonal& o) const {
    bool same = offset == o.offset;
    for (int i = 0; i < R; ++i) same = same && slope[i] == o.slope[i];
    return same;
  }
};

// The diagonals of a batch of tangents, at most Most.
template <int R, int Most>
struct diagonals {
  static constexpr int most = Most;
  int count = 0;
  index_t directions = 1;
  diagonal<R> line[static_cast<std::size_t>(Most)];

  FUNCTRA_INLINE diagonals() {}
  FUNCTRA_INLINE diagonals(int c, index_t d) : count(c), directions(d) {}
  FUNCTRA_INLINE diagonals(const diagonals& o) : count(o.count), directions(o.directions) { assign(o); }
  FUNCTRA_INLINE diagonals& operator=(const diagonals& o) {
    count = o.count;
    directions = o.directions;
    assign(o);
    return *this;
  }
  // The number of a diagonal, which is added if it is not there; -1 where there is no room.
  FUNCTRA_INLINE int find(const diagonal<R>& d) {
    for (int i = 0; i < count; ++i)
      if (line[i].is(d)) return i;
    if (count == Most) return -1;
    line[count] = d;
    return count++;
  }

 private:
  // One by one: as a loop it is a call of memcpy, and whole it waits for what was just written. g++ does not see that what is below
  // `count` has been written, and guesses.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
  template <int I = 0>
  FUNCTRA_INLINE void assign(const diagonals& o) {
    if constexpr (I < Most)
      if (I < count) {
        line[I].offset = o.line[I].offset;
        for (int d = 0; d < R; ++d) line[I].slope[d] = o.line[I].slope[d];
        assign<I + 1>(o);
      }
  }
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
};

// How many diagonals the tangent T of a P may have: those of a batch past one plain primal. With few directions it is always dense.
template <class P, class T>
inline constexpr int most_bands = 0;
template <class P, class V, int L>
  requires(level_of<P> == 0 && level_of<V> == 0)
inline constexpr int most_bands<P, batched<V, L>> = [] {
  constexpr index_t n = extents_of_value<V>::static_extent(0);
  return extents_of_value<P>::R == 0 || (n != dyn && n < 4) ? 0 : n == dyn || n >= 16 ? 8 : static_cast<int>(n / 2);
}();

// Calls f(direction, offset) for the elements of a diagonal, in row-major order; `offset` moves by the strides.
template <int D, class X, class F>
FUNCTRA_INLINE void walk_diagonal(const X& x, index_t direction, const index_t* slope, index_t offset, const index_t* stride, const F& f) {
  if constexpr (D == X::R) f(direction, offset);
  else
    for (index_t i = 0; i < x.extent(D); ++i) walk_diagonal<D + 1>(x, direction + i * slope[D], slope, offset + i * stride[D], stride, f);
}

// Adds a diagonal with the elements `row`, of the extents x, to a dense batch p: the element i of direction b to
// p[b * size + offset + sum of stride[d] i[d]].
template <class X, class E, int R>
FUNCTRA_INLINE void add_diagonal(const X& x, const E* row, const diagonal<R>& d, E* p, index_t directions, index_t size, index_t offset, const index_t* stride) {
  walk_diagonal<0>(x, d.offset, d.slope, offset, stride, [&](index_t b, index_t k) FUNCTRA_INLINE_LAMBDA {
    // A chunk of the directions may lack some.
    if (static_cast<std::size_t>(b) < static_cast<std::size_t>(directions)) p[b * size + k] = p[b * size + k] + *row;
    ++row;
  });
}

// p = (or, with `add`, +=) partial times row, all contiguous arrays of the extents x.
template <bool Smooth, class E, class X>
FUNCTRA_INLINE void scale_row(E* p, const X& x, bool add, const E* partial, const E* row) {
  if constexpr (X::is_bounded && X::max_size <= 64) {
    const index_t n = x.size();
    if (add)
      for (index_t i = 0; i < n; ++i) p[i] = lanes::absorbing_fma<!Smooth>(partial[i], row[i], p[i]);
    else
      for (index_t i = 0; i < n; ++i) p[i] = lanes::absorbing_product<!Smooth>(partial[i], row[i]);
  } else {
    using T = scalar_t<E>;
    using A = tensor_of<E, X>;
    const lanes::array operands[] = {{const_cast<E*>(partial), X::R, x.extent_data(), nullptr}, {const_cast<E*>(row), X::R, x.extent_data(), nullptr}, {p, X::R, x.extent_data(), nullptr}};
    run_kernel<dynamic_kernel<law::value_of<law::fn<law::scaled_tangent<Smooth>, law::arg<T>, law::arg<T>>>, lanes_of<E>, bundle<target<E, X>>, A, A>>(x, operands, &add);
  }
}

// Adds a contiguous array of the extents x to an array p with the strides s.
template <class E, class X>
FUNCTRA_INLINE void add_row(E* p, const index_t* s, const X& x, const E* row) {
  if constexpr (X::is_bounded && X::max_size <= 64)
    walk_diagonal<0>(x, 0, s, 0, s, [&](index_t, index_t k) FUNCTRA_INLINE_LAMBDA { p[k] = p[k] + *row++; });
  else {
    using A = tensor_of<E, X>;
    const lanes::array operands[] = {{const_cast<E*>(row), X::R, x.extent_data(), nullptr}, {p, X::R, x.extent_data(), s}};
    const bool add = true;
    run_kernel<dynamic_kernel<law::value_of<law::arg<scalar_t<E>>>, lanes_of<E>, bundle<target<E, X, true>>, A>>(x, operands, &add);
  }
}

// Zeros of the extents x for each of n directions, as the batch T.
template <class T, class X>
FUNCTRA_INLINE auto zero_directions(index_t n, const X& x) {
  using V = std::remove_cvref_t<decltype(std::declval<const T&>().value)>;
  using XB = extents_of_value<V>;
  using A = tensor_of<element_of<V>, XB>;
  if constexpr (XB::is_static) return static_cast<void>(n), static_cast<void>(x), A();
  else {
    index_t shape[XB::R];
    shape[0] = is_dynamic(XB::static_extent(0)) ? n : XB::static_extent(0);
    for (int i = 1; i < XB::R; ++i) shape[i] = x.extent(i - 1);
    return A(XB::from(shape));
  }
}
// A tensor as the batch T; of a T of views it becomes the storage.
template <class T, class A>
FUNCTRA_INLINE T as_batch(A&& a) {
  using V = std::remove_cvref_t<decltype(std::declval<const T&>().value)>;
  if constexpr (!is_view<V>) return T(std::move(a));
  else if constexpr (!is_inline_tensor<A>) return T(V(a));
  else {
    using E = element_of<V>;
    const auto n = static_cast<std::size_t>(a.size());
    memory::handle h = memory::handle::allocate(n * sizeof(E));
    E* const p = static_cast<E*>(h.data());
    std::copy_n(a.data(), n, p);
    index_t s[array_size(extents_of_value<V>::R)];
    natural_strides(a.get_extents(), s);
    return T(V(std::move(h), p, a.get_extents(), s));
  }
}

// The tangent T of a P: its diagonals where it is banded, else dense.
template <class P, class T>
class banded_tangent {
 public:
  using X = extents_of_value<P>;
  using E = element_of<T>;
  static constexpr int most = most_bands<P, T>;
  using bands_type = diagonals<X::R, most>;

 private:
  using small = tensor_of<E, insert_extent<X, 0, most>>;

 public:
  // A row for each diagonal. Few numbers lie here; packs would be too many to be copied along.
  static constexpr bool inline_rows = is_inline_tensor<small> && lanes_of<E> == 1;
  using rows_type = std::conditional_t<inline_rows, small, tensor_of<E, insert_extent<X, 0, dyn>>>;
  bands_type bands;
  bool is_dense;
  rows_type rows;
  T dense;

  FUNCTRA_INLINE banded_tangent(const T& t) : is_dense(true), rows(unset), dense(t) {}
  FUNCTRA_INLINE banded_tangent(T&& t) : is_dense(true), rows(unset), dense(std::move(t)) {}
  // Room for the diagonals b.
  FUNCTRA_INLINE banded_tangent(const bands_type& b, const X& x) : bands(b), is_dense(false), rows(room(b.count, x)), dense(unset) {}
  FUNCTRA_INLINE explicit banded_tangent(uninitialized_t) : banded_tangent(unset) {}
  FUNCTRA_INLINE explicit banded_tangent(unset_t) : is_dense(false), rows(unset), dense(unset) {}
  // What is not there is not copied.
  FUNCTRA_INLINE banded_tangent(const banded_tangent& o) : bands(o.bands), is_dense(o.is_dense), rows(unset), dense(unset) {
    if (is_dense) dense = o.dense;
    else rows = o.rows;
  }
  FUNCTRA_INLINE banded_tangent(banded_tangent&& o) noexcept : bands(o.bands), is_dense(o.is_dense), rows(unset), dense(unset) {
    if (is_dense) dense = std::move(o.dense);
    else rows = std::move(o.rows);
  }
  FUNCTRA_INLINE banded_tangent& operator=(const banded_tangent& o) {
    bands = o.bands;
    is_dense = o.is_dense;
    if (is_dense) dense = o.dense;
    else rows = o.rows;
    return *this;
  }
  FUNCTRA_INLINE banded_tangent& operator=(banded_tangent&& o) noexcept {
    bands = o.bands;
    is_dense = o.is_dense;
    if (is_dense) dense = std::move(o.dense);
    else rows = std::move(o.rows);
    return *this;
  }

  // Room for n diagonals. What is copied whole is zeros.
  static FUNCTRA_INLINE rows_type room(int n, const X& x) {
    if constexpr (rows_type::extents_type::is_static) return static_cast<void>(n), static_cast<void>(x), rows_type();
    else {
      index_t shape[X::R + 1];
      shape[0] = inline_rows ? most : n;
      for (int i = 0; i < X::R; ++i) shape[i + 1] = x.extent(i);
      if constexpr (inline_rows) return rows_type(rows_type::extents_type::from(shape));
      else return rows_type(uninitialized, rows_type::extents_type::from(shape));
    }
  }
  FUNCTRA_INLINE const E* row(int i, const X& x) const { return rows.data() + i * x.size(); }
  FUNCTRA_INLINE index_t directions() const { return is_dense ? dense.batch_size() : bands.directions; }
  // [directions, x]
  FUNCTRA_NOINLINE T whole(const X& x) const {
    if (is_dense) return dense;
    auto out = zero_directions<T>(bands.directions, x);
    index_t s[array_size(X::R)];
    natural_strides(x, s);
    if (x.size() > 0) {
      E* const p = out.mutable_data();
      for (int i = 0; i < bands.count; ++i) add_diagonal(x, row(i, x), bands.line[i], p, bands.directions, x.size(), 0, s);
    }
    return as_batch<T>(std::move(out));
  }
  void make_dense(const X& x) {
    if (is_dense) return;
    dense = whole(x);
    is_dense = true;
  }
  // Makes room for the diagonals of b, which begin with those that are there; new ones are zeros.
  void grow(const bands_type& b, const X& x) {
    const index_t n = x.size();
    if constexpr (!inline_rows)
      if (b.count > bands.count && n > 0) {
        auto more = room(b.count, x);
        std::copy_n(rows.data(), bands.count * n, more.mutable_data());
        rows = std::move(more);
        clear(bands.count, b.count, n);
      }
    bands = b;
  }
  // Makes the rows from `first` to `last`, of n elements, zeros.
  FUNCTRA_INLINE void clear(int first, int last, index_t n) {
    if constexpr (!inline_rows) std::fill_n(rows.mutable_data() + first * n, (last - first) * n, E(0));
    else static_cast<void>(first), static_cast<void>(last), static_cast<void>(n);
  }
};

template <class P, class T>
using tangent_in_dual = typename std::conditional_t<(most_bands<P, T> > 0), std::type_identity<banded_tangent<P, T>>, std::type_identity<T>>::type;

// Where a primitive moves diagonals; false where one becomes none.
template <class P, class A, class B>
FUNCTRA_INLINE bool move_bands(const P& p, const A& from, B& to) {
  for (int i = 0; i < from.count; ++i)
    if (!p.move(from.line[i], to.line[to.count++])) return false;
  return true;
}
// Writes N elements, zeros but for the entries of the diagonals b, register by register: what is about to be copied waits for what
// was written one by one.
template <index_t First, index_t N, class E, class B, class Entry>
FUNCTRA_INLINE void write_entries(E* p, const B& b, const Entry& entry) {
  if constexpr (First < N) {
    constexpr int W = static_cast<int>(std::min<index_t>(lanes::width<double>, static_cast<index_t>(std::bit_floor(static_cast<std::size_t>(N - First)))));
    element_t<E, W> x(0);
    for (int i = 0; i < b.count; ++i) {
      const auto at = static_cast<std::size_t>(b.line[i].offset - First);
      if constexpr (W == 1) x = at == 0 ? x + entry(i) : x;
      else x = lanes::select(lanes::pack<bool, W>::from_bits(at < W ? std::uint64_t{1} << at : 0), x + entry(i), x);
    }
    if constexpr (W == 1) p[First] = x;
    else x.store(p + First);
    write_entries<First + W, N>(p, b, entry);
  }
}
// What the dual D stores, of the extents y, where a primitive moves the diagonals of t to b.
template <class D, class P, class A, class X, class B, class Y>
FUNCTRA_INLINE auto move_rows(const P& p, const A& t, const X& x, const B& b, const Y& y) {
  if constexpr (D::may_have_bands) {
    typename D::stored_type r(b, y);
    if (!P::fills_rows && y.size() > 0) r.clear(0, b.count, y.size());
    if (x.size() > 0 && y.size() > 0)
      for (int i = 0; i < b.count; ++i) p.move_row(t.row(i, x), x, r.rows.mutable_data() + i * y.size());
    return r;
  } else {  // one element, whose diagonals are entries
    static_assert(Y::R == 0);
    using T = typename D::tangent_type;
    using E = typename A::E;
    const auto entry = [&](int i) FUNCTRA_INLINE_LAMBDA {
      E e(0);
      p.move_row(t.row(i, x), x, &e);
      return e;
    };
    auto r = zero_directions<T>(b.directions, y);
    auto* const to = r.mutable_data();
    constexpr index_t n = decltype(r)::extents_type::is_static ? decltype(r)::extents_type::max_size : 0;
    if constexpr (n > 0 && lanes_of<E> == 1) write_entries<0, n>(to, b, entry);
    else
      for (int i = 0; i < b.count; ++i)
        if (const index_t at = b.line[i].offset; static_cast<std::size_t>(at) < static_cast<std::size_t>(b.directions)) to[at] = to[at] + entry(i);
    return as_batch<T>(std::move(r));
  }
}

}  // namespace functra::detail
