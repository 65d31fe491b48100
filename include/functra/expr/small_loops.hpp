// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <bit>

#include "functra/expr/statement.hpp"

// Statements on small tensors that live inline: loops that the compiler unrolls, where extents are static, and plain ones, where they
// are bounded.
namespace functra::detail {

// Outputs that sum start from zero.
template <class X, class T, class O, bool Strided>
FUNCTRA_INLINE void clear_sum(const X& x, target<T, O, Strided>& o) {
  const index_t n = o.x.size();
  if (n == x.size() || o.accumulate) return;
  for (index_t i = 0; i < n; ++i) o.p[i] = T(0);
  o.accumulate = true;
}

// ---- static extents ----

template <class X>
constexpr auto static_strides() {
  static_shape<X::R> s{};
  index_t k = 1;
  for (int i = X::R - 1; i >= 0; --i) {
    s[i] = k;
    k *= X::static_extent(i);
  }
  return s;
}
// The step of an operand of extents O along dim D of the iteration space X.
template <class O, class X, int D>
constexpr index_t static_step() {
  constexpr int d = D - (X::R - O::R);
  if constexpr (d < 0) return 0;
  else return O::static_extent(d) == 1 && X::static_extent(D) != 1 ? 0 : static_strides<O>()[d];
}
// The same for an operand: a view has its strides at run time.
template <class X, int D, class V>
FUNCTRA_INLINE index_t step_of(const V& v) {
  using O = extents_of_value<V>;
  constexpr index_t s = static_step<O, X, D>();
  if constexpr (has_strides<V> && s != 0) return v.stride(D - (X::R - O::R));
  else return static_cast<void>(v), s;
}
template <class X, int D, class T, class O, bool Strided>
FUNCTRA_INLINE index_t step_of(const target<T, O, Strided>& t) {
  constexpr index_t s = static_step<O, X, D>();
  if constexpr (Strided && s != 0) return t.strides[D - (X::R - O::R)];
  else return static_cast<void>(t), s;
}
template <class O, class X, bool Strided>
constexpr bool static_flat() {
  return O{}.size() == 1 || (O{}.size() == X{}.size() && !Strided);
}
template <class O>
constexpr bool static_single() {
  return O{}.size() == 1;
}

// One step of a static loop: N lanes from pointers. Vector: arrays of scalars, N elements at once.
template <int N, bool Vector, class T, bool Single>
struct static_input {
  const T* p;
  FUNCTRA_INLINE auto get() const {
    using lane = element_t<scalar_t<T>, N>;
    if constexpr (Vector && !Single && N > 1) return lane::load(p);
    else return lane(*p);
  }
};
template <int N, bool Vector, class T, bool Single>
struct static_output {
  T* p;
  bool accumulate;
  FUNCTRA_INLINE void move_to(T* to) { p = to; }
  FUNCTRA_INLINE void finish() const {}
  template <class L>
  FUNCTRA_INLINE void put(const L& v) const {
    if constexpr (std::is_same_v<scalar_t<T>, bool>) {
      if constexpr (Vector && N > 1) v.store(p);
      else *p = v;
    } else if constexpr (Vector && N > 1 && Single) {
      const T s = lanes::reduce_add(v);
      *p = accumulate ? *p + s : s;
    } else if constexpr (Vector && N > 1) {
      if (accumulate) (L::load(p) + v).store(p);
      else v.store(p);
    } else *p = accumulate ? T(*p + v) : T(v);
  }
};

// The sum of all elements.
template <class T>
struct static_sum {
  T* p;
  T sum;
  FUNCTRA_INLINE static_sum(T* to, bool) : p(to), sum(*to) {}
  FUNCTRA_INLINE void move_to(T*) {}
  template <class L>
  FUNCTRA_INLINE void put(const L& v) {
    sum = T(sum + v);
  }
  FUNCTRA_INLINE void finish() const { *p = sum; }
};

template <int N, class T, class X>
using static_target = std::conditional_t<static_single<X>(), static_sum<T>, static_output<N, false, T, true>>;

template <class... I>
struct static_inputs : bundle<I...> {
  template <int K>
  FUNCTRA_INLINE auto get() const {
    return functra::get<K>(static_cast<const bundle<I...>&>(*this)).get();
  }
};
template <class... O>
struct static_outputs : bundle<O...> {
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& v) {
    functra::get<K>(static_cast<bundle<O...>&>(*this)).put(v);
  }
};

// Visits the iteration space dim by dim: `body(offsets)` at each element, `step(dim, offsets, last)` from one to the next. Sums
// are unrolled.
template <int D, class X, bool Sums, class Step, class Body>
FUNCTRA_INLINE void static_nest(const Step& step, index_t* offsets, const Body& body) {
  if constexpr (D == X::R) body(offsets);
  else {
    constexpr index_t n = X::static_extent(D);
    constexpr std::integral_constant<int, D> d{};
    if constexpr (n == 1) static_nest<D + 1, X, Sums>(step, offsets, body);
    else if constexpr (Sums) {
      FUNCTRA_UNROLL
      for (index_t i = 0; i < n; ++i) {
        static_nest<D + 1, X, Sums>(step, offsets, body);
        step(d, offsets, i + 1 == n);
      }
    } else
      for (index_t i = 0; i < n; ++i) {
        static_nest<D + 1, X, Sums>(step, offsets, body);
        step(d, offsets, i + 1 == n);
      }
  }
}

template <class G, int N, class X, class... U, class... Xo, bool... S, class... V, int... I, int... K>
FUNCTRA_INLINE void run_static(bundle<target<U, Xo, S>...> out, std::integer_sequence<int, I...>, std::integer_sequence<int, K...>, const V&... v) {
  constexpr index_t size = X{}.size();
  constexpr int ni = sizeof...(V), no = sizeof...(U);
  constexpr bool flat = (static_flat<extents_of_value<V>, X, has_strides<V>>() && ...) && (static_flat<Xo, X, S>() && ...);
  if constexpr (size == 0) {
    const auto clear = [](auto& o) {
      if (!o.accumulate)
        for (index_t i = 0; i < o.x.size(); ++i) o.p[i] = {};
    };
    (clear(get<K>(out)), ...);
  } else if constexpr (size == 1) {
    static_inputs<static_input<N, false, element_of<V>, true>...> x{{static_input<N, false, element_of<V>, true>{origin(v)}...}};
    static_outputs<static_output<N, false, U, true>...> y{{static_output<N, false, U, true>{get<K>(out).p, get<K>(out).accumulate}...}};
    G::run(x, y);
  } else if constexpr (flat && N == 1) {
    // Scalars side by side: the widest packs that fit, then narrower ones.
    constexpr index_t most = lanes::width<double>;
    const auto chunk = [&]<int W>(std::integral_constant<int, W>, index_t at) FUNCTRA_INLINE_LAMBDA {
      static_inputs<static_input<W, true, element_of<V>, static_single<extents_of_value<V>>()>...> x{
          {static_input<W, true, element_of<V>, static_single<extents_of_value<V>>()>{origin(v) + (static_single<extents_of_value<V>>() ? 0 : at)}...}};
      static_outputs<static_output<W, true, U, static_single<Xo>()>...> y{
          {static_output<W, true, U, static_single<Xo>()>{get<K>(out).p + (static_single<Xo>() ? 0 : at), get<K>(out).accumulate || (static_single<Xo>() && at > 0)}...}};
      G::run(x, y);
    };
    index_t at = 0;
    if constexpr (size >= most)
      for (; at + most <= size; at += most) chunk(std::integral_constant<int, static_cast<int>(most)>{}, at);
    constexpr index_t rest = size % most;
    if constexpr (most > 4 && (rest & 4) != 0) chunk(std::integral_constant<int, 4>{}, at), at += 4;
    if constexpr (most > 2 && (rest & 2) != 0) chunk(std::integral_constant<int, 2>{}, at), at += 2;
    if constexpr ((rest & 1) != 0) chunk(std::integral_constant<int, 1>{}, at);
  } else {
    (clear_sum(X{}, get<K>(out)), ...);
    // What sums everything does so in a register.
    static_outputs<static_target<N, U, Xo>...> y{{static_target<N, U, Xo>{get<K>(out).p, get<K>(out).accumulate}...}};
    index_t offsets[array_size(ni + no)]{};
    const auto step = [&](auto d, index_t* at, bool last) FUNCTRA_INLINE_LAMBDA {
      constexpr int D = decltype(d)::value;
      constexpr index_t n = X::static_extent(D);
      const index_t steps[] = {step_of<X, D>(v)..., step_of<X, D>(get<K>(out))...};
      for (int k = 0; k < ni + no; ++k) at[k] += last ? -(n - 1) * steps[k] : steps[k];
    };
    static_nest<0, X, (static_single<Xo>() || ...)>(step, offsets, [&](const index_t* at) FUNCTRA_INLINE_LAMBDA {
      static_inputs<static_input<N, false, element_of<V>, true>...> x{{static_input<N, false, element_of<V>, true>{origin(v) + at[I]}...}};
      (get<K>(y).move_to(get<K>(out).p + at[ni + K]), ...);
      G::run(x, y);
    });
    (get<K>(y).finish(), ...);
  }
}

// ---- bounded extents: lengths are known at run time ----

// Whether an operand has the elements of the iteration space x side by side, or one for all.
template <class X, class V>
FUNCTRA_INLINE bool is_one_row(const X& x, const V& v) {
  using O = extents_of_value<V>;
  if constexpr (O::R == 0) return static_cast<void>(x), static_cast<void>(v), true;
  else if constexpr (O::R != X::R || has_strides<V>) return static_cast<void>(x), static_cast<void>(v), false;
  else return agrees(x, v.get_extents());
}
template <class X, class T, class O, bool Strided>
FUNCTRA_INLINE bool is_one_row(const X& x, const target<T, O, Strided>& t) {
  if constexpr (O::R == 0) return static_cast<void>(x), static_cast<void>(t), true;
  else if constexpr (O::R != X::R || Strided) return static_cast<void>(x), static_cast<void>(t), false;
  else return agrees(x, t.x);
}

// How many scalars side by side every operand has room for.
template <class X, class... O>
constexpr int bounded_lanes() {
  const index_t room = std::min({index_t{lanes::width<double>}, X::max_size, (O::R == 0 ? X::max_size : O::max_size)...});
  return static_cast<int>(std::bit_floor(static_cast<std::size_t>(std::max<index_t>(1, room))));
}

// Runs G along a row of scalars side by side, and returns how many elements it has done.
template <class G, class X, class... U, class... Xo, bool... S, class... V, int... K>
FUNCTRA_INLINE index_t run_row(index_t size, const bundle<target<U, Xo, S>...>& out, std::integer_sequence<int, K...>, const V&... v) {
  constexpr int W = bounded_lanes<X, extents_of_value<V>..., Xo...>();
  if (W == 1 || size < W) return 0;
  // The last step overlaps the one before, where elements may be computed twice.
  const bool overlap = ((Xo::R > 0 && !get<K>(out).accumulate) && ...);
  index_t at = 0;
  for (; at < size; at += W) {
    if (at + W > size) {
      if (!overlap) break;
      at = size - W;
    }
    static_inputs<static_input<W, true, element_of<V>, is_single<V>>...> from{{static_input<W, true, element_of<V>, is_single<V>>{origin(v) + (is_single<V> ? 0 : at)}...}};
    static_outputs<static_output<W, true, U, Xo::R == 0>...> to{{static_output<W, true, U, Xo::R == 0>{get<K>(out).p + (Xo::R == 0 ? 0 : at), get<K>(out).accumulate}...}};
    G::run(from, to);
  }
  return at;
}

// Runs G over scalars that may lie anywhere; where they are one row each (`flat`), from element `at` on.
template <class G, class X, class... U, class... Xo, bool... S, class... V, int... I, int... K>
FUNCTRA_INLINE void run_strided_row(const X& x, bool flat, index_t at, const bundle<target<U, Xo, S>...>& out, std::integer_sequence<int, I...>, std::integer_sequence<int, K...>, const V&... v) {
  constexpr int ni = sizeof...(V), all = ni + sizeof...(U);
  const lanes::array operands[] = {array_of(v)..., array_of(get<K>(out))...};
  lanes::operand walks[array_size(all)];
  index_t length = x.size();
  if (flat)
    for (int k = 0; k < all; ++k) walks[k].stride[0] = operands[k].rank == 0 ? 0 : 1;
  else {
    for (int k = 0; k < all; ++k) lanes::detail::place(operands[k], X::R, x.extent_data(), walks[k]);
    length = x.extent(X::R - 1);
  }
  const int last = flat ? 0 : X::R - 1;
  index_t offset[array_size(all)], index[array_size(X::R)]{};
  for (int k = 0; k < all; ++k) offset[k] = at * walks[k].stride[last];
  for (;;) {
    for (index_t i = at; i < length; ++i) {
      static_inputs<static_input<1, false, element_of<V>, true>...> from{{static_input<1, false, element_of<V>, true>{origin(v) + offset[I]}...}};
      static_outputs<static_output<1, false, U, true>...> to{{static_output<1, false, U, true>{get<K>(out).p + offset[ni + K], get<K>(out).accumulate}...}};
      G::run(from, to);
      for (int k = 0; k < all; ++k) offset[k] += walks[k].stride[last];
    }
    // The next row.
    int d = last - 1;
    for (int k = 0; k < all; ++k) offset[k] -= length * walks[k].stride[last];
    for (; d >= 0; --d) {
      for (int k = 0; k < all; ++k) offset[k] += walks[k].stride[d];
      if (++index[d] < x.extent(d)) break;
      for (int k = 0; k < all; ++k) offset[k] -= x.extent(d) * walks[k].stride[d];
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

// Runs G on scalars over the space x.
template <class G, class X, class... U, class... Xo, bool... S, class... V, int... I, int... K>
FUNCTRA_INLINE void run_bounded(const X& x, bundle<target<U, Xo, S>...> out, std::integer_sequence<int, I...> inputs, std::integer_sequence<int, K...> outputs, const V&... v) {
  (clear_sum(x, get<K>(out)), ...);
  const index_t size = x.size();
  if (size == 0) return;
  const bool flat = (is_one_row(x, v) && ...) && (is_one_row(x, get<K>(out)) && ...);
  index_t at = 0;
  if (flat) at = run_row<G, X>(size, out, outputs, v...);
  if (at < size) run_strided_row<G>(x, flat, at, out, inputs, outputs, v...);
}

// Runs a kernel for packs over the space x; false where an operand is not one row.
template <class Kernel, class X, class... U, class... Xo, bool... S, class... V, int... K>
FUNCTRA_INLINE bool run_bounded_packs(const X& x, bundle<target<U, Xo, S>...> out, std::integer_sequence<int, K...>, const V&... v) {
  if (!((is_one_row(x, v) && ...) && (is_one_row(x, get<K>(out)) && ...))) return false;
  (clear_sum(x, get<K>(out)), ...);
  const auto clear_one = []<class T, class O, bool Strided>(const target<T, O, Strided>& o) FUNCTRA_INLINE_LAMBDA {
    if constexpr (O::R == 0)
      if (!o.accumulate) *o.p = T(0);  // a kernel adds to a single output
  };
  (clear_one(get<K>(out)), ...);
  const void* const from[] = {origin(v)...};
  void* const to[] = {get<K>(out).p...};
  const bool accumulate[] = {get<K>(out).accumulate...};
  Kernel::info.steps(x.size(), from, to, accumulate, nullptr);
  return true;
}

}  // namespace functra::detail
