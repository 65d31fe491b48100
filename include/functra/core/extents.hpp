// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include "functra/core/config.hpp"
#include "functra/core/error.hpp"

namespace functra {

using index_t = std::ptrdiff_t;

// A dynamic extent, known at run time only (mdspan's dynamic_extent).
inline constexpr index_t dyn = -1;

// A dynamic extent that is known not to exceed n: what a range with run-time ends takes of a short static dim. Tensors of such
// extents live inline, as static ones do.
constexpr index_t at_most(index_t n) { return -1 - n; }
constexpr bool is_dynamic(index_t extent) { return extent < 0; }
constexpr bool is_bounded(index_t extent) { return extent != dyn; }
// The largest that an extent with a bound can be.
constexpr index_t bound_of(index_t extent) { return extent < 0 ? -1 - extent : extent; }

// The length of an array that holds one entry a dim, and is never empty.
constexpr std::size_t array_size(std::size_t rank) { return rank > 0 ? rank : 1; }
constexpr std::size_t array_size(int rank) { return rank > 0 ? static_cast<std::size_t>(rank) : 1; }

// A shape as a structural type, so that it can be computed by constexpr functions and turned into `extents`.
template <int R>
struct static_shape {
  index_t v[array_size(R)]{};
  constexpr index_t operator[](int i) const { return v[i]; }
  constexpr index_t& operator[](int i) { return v[i]; }
};

namespace detail {
[[noreturn]] FUNCTRA_COLD inline void fail_dim(int i, int rank) { fail("extent", "a dim of a value of rank ", rank, " is required, got ", i); }

template <int R, bool Static>
struct extents_storage {
  index_t n_[array_size(R)]{};
};
template <int R>
struct extents_storage<R, true> {};

// Whether n can be an extent that is `fixed`, or dynamic.
constexpr bool fits_extent(index_t n, index_t fixed) { return is_dynamic(fixed) ? n >= 0 && (!is_bounded(fixed) || n <= bound_of(fixed)) : n == fixed; }
// Says which of the given extents cannot be.
constexpr void refuse_extents(const index_t* given, const index_t* fixed, int rank) {
  for (int i = 0; i < rank; ++i) {
    const index_t n = given[i];
    if (n < 0) fail("extents", "an extent must not be negative, got ", n);
    if (fits_extent(n, fixed[i])) continue;
    if (is_dynamic(fixed[i])) fail("extents", "dim ", i, " has at most the extent ", bound_of(fixed[i]), ", got ", n);
    fail("extents", "dim ", i, " has the static extent ", fixed[i], ", got ", n);
  }
}
}  // namespace detail

// The extents of an array, each static or dynamic. `extents<dyn, 4>(n)` takes the dynamic ones; all of them may be given, too.
template <index_t... E>
class extents : detail::extents_storage<static_cast<int>(sizeof...(E)), (!is_dynamic(E) && ...)> {
 public:
  static constexpr int R = static_cast<int>(sizeof...(E));
  static constexpr bool is_static = (!is_dynamic(E) && ...);
  static constexpr int dynamic_rank = (0 + ... + int(is_dynamic(E)));
  // The most elements that there can be, or dyn.
  static constexpr index_t max_size = (functra::is_bounded(E) && ...) ? (index_t{1} * ... * bound_of(E)) : dyn;
  static constexpr bool is_bounded = max_size != dyn;
  static constexpr static_shape<R> shape_v = [] {
    static_shape<R> s{};
    int i = 0;
    ((s.v[i++] = E), ...);
    return s;
  }();

  constexpr extents() {
    if constexpr (!is_static)
      for (int i = 0; i < R; ++i) this->n_[i] = is_dynamic(shape_v[i]) ? 0 : shape_v[i];
  }

  template <class... N>
    requires(sizeof...(N) > 0 && (sizeof...(N) == dynamic_rank || sizeof...(N) == R) && (std::is_integral_v<N> && ...))
  constexpr explicit extents(N... given) {
    const index_t g[] = {static_cast<index_t>(given)...};
    assign(g, sizeof...(N) == dynamic_rank && dynamic_rank != R);
  }

  // From a full run-time shape; throws where a static extent disagrees.
  static constexpr extents from(const index_t* shape) {
    extents e;
    e.assign(shape, false);
    return e;
  }

  // From what `write` puts into an array of R extents.
  template <class Write>
  static FUNCTRA_INLINE extents written(const Write& write) {
    if constexpr (R > 0 && ((E == dyn) && ...)) {
      extents e;
      write(e.n_);
      return e;
    } else {
      index_t n[array_size(R)];
      write(n);
      return from(n);
    }
  }

  static constexpr int rank() { return R; }
  static constexpr index_t static_extent(int i) { return shape_v[i]; }
  // The extent of dim i; negative numbers count from the end.
  FUNCTRA_INLINE constexpr index_t extent(int i) const {
    const int d = i < 0 ? i + R : i;
    if (static_cast<unsigned>(d) >= static_cast<unsigned>(R)) [[unlikely]]
      detail::fail_dim(i, R);
    if constexpr (is_static) return shape_v[d];
    else return this->n_[d];
  }
  FUNCTRA_INLINE constexpr index_t size() const {
    index_t s = 1;
    for (int i = 0; i < R; ++i) s *= extent(i);
    return s;
  }
  // The extents side by side.
  FUNCTRA_INLINE constexpr const index_t* extent_data() const {
    if constexpr (is_static) return shape_v.v;
    else return this->n_;
  }
  constexpr std::array<index_t, static_cast<std::size_t>(R)> shape() const {
    std::array<index_t, static_cast<std::size_t>(R)> s{};
    for (int i = 0; i < R; ++i) s[static_cast<std::size_t>(i)] = extent(i);
    return s;
  }

 private:
  // The dynamic extents alone, or all of them.
  FUNCTRA_INLINE constexpr void assign(const index_t* given, bool only_dynamic) {
    index_t n[array_size(R)]{};
    bool ok = true;
    int i = 0;
    ((n[i] = only_dynamic && !is_dynamic(E) ? E : *given++, ok = ok && detail::fits_extent(n[i], E), ++i), ...);
    if (!ok) [[unlikely]]
      detail::refuse_extents(n, shape_v.v, R);
    if constexpr (!is_static)
      for (i = 0; i < R; ++i) this->n_[i] = n[i];
  }
};

template <class... N>
extents(N...) -> extents<(static_cast<void>(sizeof(N)), dyn)...>;

namespace detail {
template <auto S, class I>
struct extents_from;
template <auto S, int... I>
struct extents_from<S, std::integer_sequence<int, I...>> {
  using type = extents<S.v[I]...>;
};
}  // namespace detail

// extents<...> with the static shape S of rank R.
template <int R, auto S>
using extents_of = typename detail::extents_from<S, std::make_integer_sequence<int, R>>::type;

// No extent: where extents do not broadcast, where a dim falls away.
inline constexpr index_t no_extent = std::numeric_limits<index_t>::min();

// The extent that two extents broadcast to.
constexpr index_t broadcast_extent(index_t a, index_t b) {
  if (a == b) return a;
  if (a == 1) return b;
  if (b == 1) return a;
  if (!is_dynamic(a)) return is_dynamic(b) ? a : no_extent;
  if (!is_dynamic(b)) return b;
  return a == dyn || b == dyn ? dyn : a < b ? a : b;
}

template <class A, class B>
constexpr auto broadcast_shape() {
  constexpr int R = A::R > B::R ? A::R : B::R;
  static_shape<R> s{};
  for (int i = 0; i < R; ++i) {
    const int ia = i - (R - A::R), ib = i - (R - B::R);
    s[i] = ia < 0 ? B::static_extent(ib) : ib < 0 ? A::static_extent(ia) : broadcast_extent(A::static_extent(ia), B::static_extent(ib));
  }
  return s;
}

template <class A, class B>
constexpr bool broadcastable() {
  constexpr auto s = broadcast_shape<A, B>();
  constexpr int R = A::R > B::R ? A::R : B::R;
  for (int i = 0; i < R; ++i)
    if (s[i] == no_extent) return false;
  return true;
}

namespace detail {
template <class A, class B>
struct broadcast2 {
  using type = extents_of<(A::R > B::R ? A::R : B::R), broadcast_shape<A, B>()>;
};
template <class A>
struct broadcast2<A, A> {
  using type = A;
};
template <class... X>
struct broadcast_all;
template <class A>
struct broadcast_all<A> {
  using type = A;
};
template <class A, class B, class... X>
struct broadcast_all<A, B, X...> : broadcast_all<typename broadcast2<A, B>::type, X...> {};
}  // namespace detail

// numpy's broadcast of static extents: aligned at the last dim, 1 stretches.
template <class... X>
using broadcast_extents = typename detail::broadcast_all<X...>::type;

// Shapes computed from other shapes, as types.
template <class A, class B>
constexpr auto concat_shape() {
  static_shape<A::R + B::R> s{};
  for (int i = 0; i < A::R; ++i) s[i] = A::static_extent(i);
  for (int i = 0; i < B::R; ++i) s[A::R + i] = B::static_extent(i);
  return s;
}
template <class A, class B>
using concat_extents = extents_of<A::R + B::R, concat_shape<A, B>()>;

template <class A, int D>
constexpr auto erase_shape() {
  static_shape<A::R - 1> s{};
  for (int i = 0; i < A::R - 1; ++i) s[i] = A::static_extent(i < D ? i : i + 1);
  return s;
}
template <class A, int D>
using erase_extent = extents_of<A::R - 1, erase_shape<A, D>()>;

template <class A, int D, index_t N>
constexpr auto insert_shape() {
  static_shape<A::R + 1> s{};
  for (int i = 0; i <= A::R; ++i) s[i] = i < D ? A::static_extent(i) : i == D ? N : A::static_extent(i - 1);
  return s;
}
template <class A, int D, index_t N>
using insert_extent = extents_of<A::R + 1, insert_shape<A, D, N>()>;

// All extents dynamic.
template <int R>
constexpr auto dynamic_shape() {
  static_shape<R> s{};
  for (int i = 0; i < R; ++i) s[i] = dyn;
  return s;
}
template <int R>
using dynamic_extents = extents_of<R, dynamic_shape<R>()>;

// A dim counted from the end when negative.
constexpr int wrap_dim(int d, int rank) { return d < 0 ? d + rank : d; }

}  // namespace functra
