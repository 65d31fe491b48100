// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "functra/core/element.hpp"
#include "functra/lanes/loop_run.hpp"
#include "functra/lanes/pack.hpp"
#include "functra/lanes/shift.hpp"

// The kernel of the loop engine: one functor run over packs of its operands.
//
// A functor G states `template <class In, class Out> static void run(const In& in, Out& out)`: it reads operand I with
// `in.template get<I>()` and writes result K with `out.template put<K>(value)`. It is generic over the lane type.
namespace functra::lanes {

// An operand of a kernel: elements of type T, either an array or (Single) one element that serves every step. A single
// output is a sum over all steps.
template <class T, bool Single>
struct operand_type {
  using element = T;
  static constexpr bool single = Single;
};

template <class... T>
struct type_list {};

namespace detail {

template <int I, class L>
struct indexed {
  L value;
};

// What a kernel holds for one input: a pointer that advances, or the element itself, spread over the lanes.
template <int N, bool Packed, class T, bool Single>
struct input_cursor {
  using lane = element_t<scalar_t<T>, N>;
  const T* p;
  FUNCTRA_INLINE explicit input_cursor(const void* q) : p(static_cast<const T*>(q)) {}
  FUNCTRA_INLINE lane get(index_t i) const {
    if constexpr (N == 1 || Packed) return lane(p[i]);
    else return lane::load(p + i);
  }
};
template <int N, bool Packed, class T>
struct input_cursor<N, Packed, T, true> {
  using lane = element_t<scalar_t<T>, N>;
  lane v;
  FUNCTRA_INLINE explicit input_cursor(const void* q) : v(*static_cast<const T*>(q)) {}
  FUNCTRA_INLINE lane get(index_t) const { return v; }
};

template <int N, bool Packed, class T, bool Single>
struct output_cursor {
  static_assert(!Packed || lanes_of<T> == N);
  T* p;
  bool accumulate;
  FUNCTRA_INLINE output_cursor(void* q, bool a) : p(static_cast<T*>(q)), accumulate(a) {}
  template <class L>
  FUNCTRA_INLINE void put(index_t i, const L& v) {
    if constexpr (N == 1 || Packed) {
      if constexpr (std::is_same_v<scalar_t<T>, bool>) p[i] = v;
      else p[i] = accumulate ? p[i] + v : v;
    } else if constexpr (std::is_same_v<scalar_t<T>, bool>) {
      v.store(p + i);
    } else {
      if (accumulate) (element_t<T, N>::load(p + i) + v).store(p + i);
      else v.store(p + i);
    }
  }
  FUNCTRA_INLINE void finish(void*) const {}
};
template <int N, bool Packed, class T>
struct output_cursor<N, Packed, T, true> {
  using lane = element_t<scalar_t<T>, N>;
  lane sum;
  FUNCTRA_INLINE output_cursor(void* q, bool) : sum(*static_cast<const lane*>(q)) {}
  FUNCTRA_INLINE void put(index_t, const lane& v) { sum = sum + v; }
  FUNCTRA_INLINE void finish(void* q) const { *static_cast<lane*>(q) = sum; }
};

template <int N, bool Packed, class Seq, class... P>
struct inputs;
template <int N, bool Packed, int... I, class... P>
struct inputs<N, Packed, std::integer_sequence<int, I...>, P...>
    : indexed<I, input_cursor<N, Packed, typename P::element, P::single>>... {
  FUNCTRA_INLINE explicit inputs(const void* const* p)
      : indexed<I, input_cursor<N, Packed, typename P::element, P::single>>{
            input_cursor<N, Packed, typename P::element, P::single>(p[I])}... {}
  index_t at = 0;
  template <int K, class C>
  static FUNCTRA_INLINE const C& cursor(const indexed<K, C>& x) {
    return x.value;
  }
  template <int K>
  FUNCTRA_INLINE auto get() const {
    return cursor<K>(*this).get(at);
  }
};

// Whether outputs can be added to their neighbours in registers: several arrays of one type.
template <int N, class... P>
inline constexpr bool can_link = false;
template <int N, class P, class... Q>
inline constexpr bool can_link<N, P, Q...> = sizeof...(Q) > 0 && !P::single && (std::is_same_v<P, Q> && ...) && can_shift<typename P::element, N>;

// An output that is linked to its neighbours: its last step, and how it is moved.
template <class L, class T>
struct linked_output {
  L before;
  lane_shift<T> shift;
  bool moves, joins;
  FUNCTRA_INLINE explicit linked_output(const output_link& l) : before(T(0)), shift(l.shift), moves(l.shift > 0), joins(l.joins) {}
  // Adds v, moved, to the sum; the first begins it.
  template <bool First>
  FUNCTRA_INLINE void add_to(L& sum, const L& v) {
    const auto add = [&](const L& x) FUNCTRA_INLINE_LAMBDA {
      if constexpr (First) sum.copy_from(x);
      else sum.copy_from(sum + x);
    };
    if (moves) {
      add(shift_in(before, v, shift));
      before.copy_from(v);
    } else add(v);
  }
};

template <int N, bool Packed, class Seq, class... P>
struct outputs;
template <int N, bool Packed, int... I, class... P>
struct outputs<N, Packed, std::integer_sequence<int, I...>, P...>
    : indexed<I, output_cursor<N, Packed, typename P::element, P::single>>... {
  FUNCTRA_INLINE outputs(void* const* p, const bool* accumulate)
      : indexed<I, output_cursor<N, Packed, typename P::element, P::single>>{
            output_cursor<N, Packed, typename P::element, P::single>(p[I], accumulate[I])}... {}
  index_t at = 0;
  template <int K, class C>
  static FUNCTRA_INLINE C& cursor(indexed<K, C>& x) {
    return x.value;
  }
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& v) {
    cursor<K>(*this).put(at, v);
  }
  FUNCTRA_INLINE void finish(void* const* p) { (cursor<I>(*this).finish(p[I]), ...); }
};

// The same where outputs are added to their neighbours.
template <int N, class Seq, class... P>
struct linked_outputs;
template <int N, int... I, class P0, class... P>
struct linked_outputs<N, std::integer_sequence<int, I...>, P0, P...> : indexed<I, linked_output<element_t<typename P0::element, N>, typename P0::element>>... {
  using T = typename P0::element;
  using lane = element_t<T, N>;
  outputs<N, false, std::integer_sequence<int, I...>, P0, P...> to;
  lane sum;
  index_t at = 0;
  FUNCTRA_INLINE linked_outputs(void* const* p, const bool* accumulate, const output_link* l)
      : indexed<I, linked_output<lane, T>>{linked_output<lane, T>(l[I])}..., to(p, accumulate), sum(T(0)) {}
  template <int K, class C>
  static FUNCTRA_INLINE C& link(indexed<K, C>& x) {
    return x.value;
  }
  template <int K, class L>
  FUNCTRA_INLINE void put(const L& v) {
    auto& l = link<K>(*this);
    l.template add_to<K == 0>(sum, v);
    if (l.joins) return;
    to.at = at;
    to.template put<K>(sum);
    if constexpr (K + 1 < static_cast<int>(sizeof...(I))) sum.copy_from(lane(T(0)));
  }
  FUNCTRA_INLINE void finish(const output_link* l) { (link<I>(*this).before.store(static_cast<T*>(l[I].last)), ...); }
};

}  // namespace detail

// `count` steps of G over contiguous operands; a step takes N elements (or one, where elements are packs of N lanes).
// A single output points at a lane-wide accumulator.
template <class G, int N, int Step, class Ins, class Outs>
struct kernel;
template <class G, int N, int Step, class... In, class... Out>
struct kernel<G, N, Step, type_list<In...>, type_list<Out...>> {
  [[gnu::noinline]] static void steps(index_t count, const void* const* in, void* const* out, const bool* accumulate, [[maybe_unused]] const output_link* links) {
    constexpr bool packed = N > 1 && Step == 1;
    using numbers = std::make_integer_sequence<int, sizeof...(Out)>;
    detail::inputs<N, packed, std::make_integer_sequence<int, sizeof...(In)>, In...> x(in);
    if constexpr (!packed && detail::can_link<N, Out...>)
      if (links) {
        detail::linked_outputs<N, numbers, Out...> y(out, accumulate, links);
        loop(count, x, y);
        return y.finish(links);
      }
    detail::outputs<N, packed, numbers, Out...> y(out, accumulate);
    loop(count, x, y);
    y.finish(out);
  }

 private:
  template <class In_, class Out_>
  static FUNCTRA_INLINE void loop(index_t count, In_& x, Out_& y) {
    const index_t n = count * Step;
    for (index_t i = 0; i < n; i += Step) {
      x.at = y.at = i;
      G::run(x, y);
    }
  }
};

namespace detail {

template <class T, int N>
inline constexpr auto reduce_lanes = [](const void* sum, void* result, bool accumulate) {
  const auto& v = *static_cast<const element_t<scalar_t<T>, N>*>(sum);
  T& r = *static_cast<T*>(result);
  T total;
  if constexpr (N == 1 || lanes_of<T> == N) total = v;
  else total = reduce_add(v);
  r = accumulate ? r + total : total;
};

// Keeps of the lanes of `sum` the first `valid`; the others go back to what they were in `before`.
template <class T, int N>
inline constexpr auto keep_lanes = [](void* sum, const void* before, int valid) {
  if constexpr (N > 1 && lanes_of<T> == 1) {
    static_assert(sizeof(element_t<T, N>) == N * sizeof(T));
    std::memcpy(static_cast<T*>(sum) + valid, static_cast<const T*>(before) + valid, static_cast<std::size_t>(N - valid) * sizeof(T));
  } else static_cast<void>(sum), static_cast<void>(before), static_cast<void>(valid);
};

// What the driver asks of an element type, whatever the number of lanes.
template <class T>
struct element_work {
  static void fill(void* buffer, const void* from, const row_walk& w) {
    T* t = static_cast<T*>(buffer);
    const T* f = static_cast<const T*>(from);
    for (index_t r = 0; r < w.rows; ++r, t += w.n, f += w.row_stride) {
      if (w.stride == 1) std::memcpy(static_cast<void*>(t), f, static_cast<std::size_t>(w.n) * sizeof(T));
      else if (w.stride == 0) std::fill_n(t, w.n, *f);
      else
        for (index_t i = 0; i < w.n; ++i) t[i] = f[i * w.stride];
    }
  }
  static void store(void* to, const row_walk& w, const void* buffer, bool accumulate) {
    T* t = static_cast<T*>(to);
    const T* f = static_cast<const T*>(buffer);
    for (index_t r = 0; r < w.rows; ++r, t += w.row_stride, f += w.n) store_row(t, w.stride, f, w.n, accumulate);
  }
  static void sum(void* to, const row_walk& w, const void* buffer) {
    T* t = static_cast<T*>(to);
    const T* f = static_cast<const T*>(buffer);
    for (index_t r = 0; r < w.rows; ++r, t += w.row_stride, f += w.n) *t = *t + row_sum(f, w.n);
  }
  static void add_up(void* to, const void* const* from, int count, index_t n, bool accumulate) {
    for (; count > 0; from += 3, count -= 3, accumulate = true) {
      if (count == 1) add_some<1>(static_cast<T*>(to), from, n, accumulate);
      else if (count == 2) add_some<2>(static_cast<T*>(to), from, n, accumulate);
      else add_some<3>(static_cast<T*>(to), from, n, accumulate);
    }
  }

 private:
  static FUNCTRA_INLINE void store_row(T* t, index_t stride, const T* f, index_t n, bool accumulate) {
    if constexpr (!std::is_same_v<scalar_t<T>, bool>) {
      if (accumulate && stride == 1)
        for (index_t i = 0; i < n; ++i) t[i] = t[i] + f[i];
      else if (accumulate)
        for (index_t i = 0; i < n; ++i) t[i * stride] = t[i * stride] + f[i];
      if (accumulate) return;
    }
    if (stride == 1) std::memcpy(static_cast<void*>(t), f, static_cast<std::size_t>(n) * sizeof(T));
    else
      for (index_t i = 0; i < n; ++i) t[i * stride] = f[i];
  }
  static FUNCTRA_INLINE T row_sum(const T* f, index_t n) {
    T total(0);
    index_t i = 0;
    if constexpr (std::is_floating_point_v<T>) {
      using L = pack<T, width<T>>;
      constexpr index_t w = lanes_of<L>;
      if (n >= 2 * w) {
        L even = L::load(f), odd = L::load(f + w);
        for (i = 2 * w; i + 2 * w <= n; i += 2 * w) {
          even = even + L::load(f + i);
          odd = odd + L::load(f + i + w);
        }
        total = reduce_add(even + odd);
      }
    }
    for (; i < n; ++i) total = total + f[i];
    return total;
  }
  template <int N>
  static void add_some(T* to, const void* const* from, index_t n, bool accumulate) {
    const T* f[3];
    for (int i = 0; i < 3; ++i) f[i] = static_cast<const T*>(from[i < N ? i : 0]);
    index_t i = 0;
    if constexpr (std::is_floating_point_v<T>) {
      using L = pack<T, width<T>>;
      const auto total = [&](index_t k) FUNCTRA_INLINE_LAMBDA {
        L s = L::load(f[0] + k);
        if constexpr (N > 1) s = s + L::load(f[1] + k);
        if constexpr (N > 2) s = s + L::load(f[2] + k);
        return s;
      };
      constexpr index_t w = lanes_of<L>;
      if (accumulate)
        for (; i + w <= n; i += w) (L::load(to + i) + total(i)).store(to + i);
      else
        for (; i + w <= n; i += w) total(i).store(to + i);
    }
    for (; i < n; ++i) {
      T s = f[0][i];
      if constexpr (N > 1) s = s + f[1][i];
      if constexpr (N > 2) s = s + f[2][i];
      to[i] = accumulate ? to[i] + s : s;
    }
  }
};

template <int N, class P>
constexpr operand_kind kind_of() {
  using T = typename P::element;
  operand_kind k{};
  k.size = sizeof(T);
  k.single = P::single;
  k.fill = element_work<T>::fill;
  k.store = element_work<T>::store;
  if constexpr (!std::is_same_v<scalar_t<T>, bool>) {
    k.sum = element_work<T>::sum;
    if constexpr (std::is_floating_point_v<scalar_t<T>>) k.add_up = element_work<T>::add_up;
    k.reduce = reduce_lanes<T, N>;
    k.keep = keep_lanes<T, N>;
    k.lane_bytes = sizeof(element_t<scalar_t<T>, N>);
  }
  return k;
}

template <int N, class P>
inline constexpr operand_kind kind = kind_of<N, P>();

}  // namespace detail

// The kernel of G for operands of these types. N is the number of lanes of a step.
template <class G, int N, bool Packed, class Ins, class Outs>
struct kernel_of;
template <class G, int N, bool Packed, class... In, class... Out>
struct kernel_of<G, N, Packed, type_list<In...>, type_list<Out...>> {
  static constexpr int step = Packed ? 1 : N;
  static constexpr operand_kind kinds[] = {detail::kind<N, In>..., detail::kind<N, Out>...};
  static constexpr int longest_shift = !Packed && detail::can_link<N, Out...> ? width<scalar_t<typename std::tuple_element_t<0, std::tuple<Out...>>::element>> : -1;
  static constexpr kernel_info info{static_cast<int>(sizeof...(In)), static_cast<int>(sizeof...(Out)), step, longest_shift, kinds,
                                    &kernel<G, N, step, type_list<In...>, type_list<Out...>>::steps};
};

}  // namespace functra::lanes
