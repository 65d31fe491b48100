// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/along.hpp"
#include "functra/primitives/cast.hpp"
#include "functra/primitives/slice.hpp"

//  set_at     y = x, with v at the places that at(x, i...) reads
//  add_at     y = x, with v added there
//  shape      T[x...], T[part] -> T[x...]
//  jvp        of x: x' with 0 in the part, or x';   of v: zeros, with v' in the part
//  vjp        x~ = y~ with 0 in the part, or y~;    v~ = the part of y~
//  batch      both operands have the batch axis, of which the part is the whole
namespace functra {

namespace rules {

template <int R, unsigned Drop, class Part, bool Add>
struct update : primitive {
  static constexpr bool is_linear = true;
  static constexpr const char* name = Add ? "add_at" : "set_at";
  static constexpr bool needs_input = false;
  slice_window<R> window;
  FUNCTRA_EMPTY Part part;

  template <class V, class U>
  auto eval(const V& x, const U& v) const {
    using T = functra::detail::common_element<dtype_of<V>, element_of<V>, element_of<U>>;
    using X = extents_of_value<V>;
    auto out = [&] {
      if constexpr (std::is_same_v<T, element_of<V>>) return functra::eval(x);
      else {
        tensor_of<T, X> spread(uninitialized, X::from(x.shape().data()));
        const auto& from = functra::detail::contiguous(x);
        for (index_t i = 0; i < spread.size(); ++i) spread.mutable_data()[i] = T(from.data()[i]);
        return spread;
      }
    }();
    const auto& value = functra::detail::contiguous(v);
    if (value.size() == 0) return out;
    index_t from[array_size(R)], s[array_size(R)], n[array_size(R)];
    functra::detail::strides_of(out, from);
    const index_t offset = window.locate(Drop, from, s);
    for (int d = 0; d < Part::R; ++d) n[d] = part.extent(d);
    write(value.data(), out.mutable_data() + offset, n, s, Part::R);
    return out;
  }
  template <int I, class T, class Y, class X, class U>
  auto jvp(const T& t, const Y&, const X& x, const U&) const {
    if constexpr (I == 1) return bind(embed<R, Drop, extents_of_value<X>>{{}, window, x.get_extents()}, t);
    else return rest_of(t);
  }
  template <int I, class C, class Y, class X, class U>
  auto vjp(const C& c, const Y&, const X&, const U&) const {
    if constexpr (I == 1) return bind(slice<R, Drop, Part>{{}, window, part}, c);
    else return rest_of(c);
  }
  template <unsigned Mask, class V, class U>
  auto batch(const V& x, const U& v) const {
    return functra::detail::with_all_mapped<Mask>(
        [&](const auto& a, const auto& b) {
          using Y = insert_extent<Part, 0, extents_of_value<decltype(a)>::static_extent(0)>;
          index_t n[Y::R];
          n[0] = a.extent(0);
          for (int d = 0; d < Part::R; ++d) n[d + 1] = part.extent(d);
          return bind(update<R + 1, (Drop << 1), Y, Add>{{}, window.batched(), Y::from(n)}, a, b);
        },
        x, v);
  }

 private:
  // What x gives to y.
  template <class A>
  auto rest_of(const A& a) const {
    if constexpr (Add) return a;
    else return bind(*this, a, bind(broadcast<Part>{{}, part}, Tensor<dtype_of<A>>(0)));
  }
  // Writes a contiguous value to strided places.
  template <class E, class T>
  static const E* write(const E* from, T* to, const index_t* n, const index_t* s, int rank) {
    if (rank == 0) {
      if constexpr (Add) *to = law::plus(*to, T(*from));
      else *to = T(*from);
      return from + 1;
    }
    if (rank == 1) {
      for (index_t i = 0; i < n[0]; ++i) {
        if constexpr (Add) to[i * s[0]] = law::plus(to[i * s[0]], T(from[i]));
        else to[i * s[0]] = T(from[i]);
      }
      return from + n[0];
    }
    for (index_t i = 0; i < n[0]; ++i) from = write(from, to + i * s[0], n + 1, s + 1, rank - 1);
    return from;
  }
};

}  // namespace rules

namespace detail {

[[noreturn]] FUNCTRA_COLD inline void fail_update(const char* name, int d, index_t n, index_t to) {
  fail(name, "the value must broadcast to the part that the indices name, got the extent ", n, " in dim ", d, " where the part has ", to, "; only 1 stretches");
}

template <bool Add, class V, class U, class... I>
FUNCTRA_INLINE auto updated(const V& x, const U& value, const I&... i) {
  const auto part = make_slice(x, i...);
  return [&]<int R, unsigned Drop, class Part>(const rules::slice<R, Drop, Part>& s) {
    const auto v = [&] {
      if constexpr (std::is_arithmetic_v<U>) return Tensor<dtype_of<V>>(static_cast<dtype_of<V>>(value));
      else return eval(cast<dtype_of<V>>(as_value(value)));
    }();
    using A = extents_of_value<decltype(v)>;
    static_assert(A::R <= Part::R && broadcastable<A, Part>(),
                  "[set_at] the value must broadcast to the part that the indices name: equal extents, or 1");
    for (int k = 0; k < A::R; ++k)
      if (const index_t n = v.extent(k), to = s.to.extent(Part::R - A::R + k); n != to && n != 1) fail_update(Add ? "add_at" : "set_at", k, n, to);
    if constexpr (std::is_same_v<A, Part> && Part::is_static) return bind(rules::update<R, Drop, Part, Add>{{}, s.window, s.to}, x, v);
    else return bind(rules::update<R, Drop, Part, Add>{{}, s.window, s.to}, x, bind(rules::broadcast<Part>{{}, s.to}, v));
  }(part);
}

}  // namespace detail

// A copy of x with `value` in the part that at(x, i...) reads: indices are integers, `all`, range(first, last, step) and range_c<...>.
//   set_at(x, 0.0, 1)    T[m,n] -> T[m,n]      set_at(x, v, all, range(0, 2))    T[m,n], T[2] -> T[m,n]
// The value broadcasts to the part and takes the dtype of x. Throws where an integer is out of range.
template <tensor_like A, operand U, class... I>
  requires((detail::index_like<std::remove_cvref_t<I>> && ...))
auto set_at(const A& a, const U& value, const I&... i) {
  return detail::updated<false>(detail::as_value(a), value, detail::plain_index(i)...);
}

// A copy of x with `value` added in the part that at(x, i...) reads, as set_at.
template <tensor_like A, operand U, class... I>
  requires((detail::index_like<std::remove_cvref_t<I>> && ...))
auto add_at(const A& a, const U& value, const I&... i) {
  return detail::updated<true>(detail::as_value(a), value, detail::plain_index(i)...);
}

}  // namespace functra
