// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/fused_node.hpp"
#include "functra/interpreters/scalar_node.hpp"

// The other statements on a tape: those that keep their partials, conversions, and primitives.
namespace functra::detail {

// A fused statement with one output whose partials are stored.
template <int L, law::mask_t Mask, class Spec, class Y, class C, class D, class... V>
struct partials_node;

template <int L, law::mask_t Mask, class Spec, class Y, class C, class... D, class... V>
struct partials_node<L, Mask, Spec, Y, C, bundle<D...>, V...> {
  cotangent_slot<Y, C> slot;
  bundle<D...> partials;
  template <int K>
  using leaf = nth_type<law::detail::nth_active(Mask, K), V...>;
  template <class Seq>
  struct members;
  template <int... K>
  struct members<std::integer_sequence<int, K...>> {
    using refs = bundle<typename leaf<K>::ref_type...>;
    using xs = bundle<decltype(kept<L>(std::declval<const leaf<K>&>()))...>;
  };
  using seq = std::make_integer_sequence<int, sizeof...(D)>;
  typename members<seq>::refs refs;
  typename members<seq>::xs x;
  const char* name;

  partials_node(const char* n, const Y& y, bundle<D...>&& d, const V&... v)
      : slot(y), partials(std::move(d)), refs([&]<int... k>(std::integer_sequence<int, k...>) {
          return typename members<seq>::refs{nth_of<law::detail::nth_active(Mask, k)>(v...).ref...};
        }(ints<sizeof...(D)>)),
        x([&]<int... k>(std::integer_sequence<int, k...>) {
          return typename members<seq>::xs{kept<L>(nth_of<law::detail::nth_active(Mask, k)>(v...))...};
        }(ints<sizeof...(D)>)),
        name(n) {}

  void pull() {
    if (!slot.is_set()) return;
    const auto& c = slot.take();
    for_each_index(ints<sizeof...(D)>, [&](auto k) { send(get<k>(partials), c, get<k>(refs), get<k>(x)); });
  }

 private:
  template <class P, class Ck, class Ref, class X>
  void send(const P& d, const Ck& c, const Ref& ref, const X& xk) {
    if (!ref) return;
    using T = dtype_of<P>;
    const auto ct = cast_value<T>(c);
    if constexpr (std::is_same_v<X, not_kept>) add_product(ref, ct, d);
    else if constexpr (std::is_same_v<typename X::extents_type, extents_of_value<P>> && X::extents_type::is_static)
      accumulate(ref, xk, bind(fused_statement<law::value_of<swapped<T>>, onto::full>{}, name, ct, d));
    else if constexpr (X::extents_type::R == 0) accumulate(ref, xk, bind(fused_statement<law::value_of<swapped<T>>, onto::total>{}, name, ct, d));
    else if constexpr (order_of<P, decltype(ct)> >= 2) accumulate(ref, xk, sum_to(bind(fused_statement<law::value_of<swapped<T>>, onto::full>{}, name, ct, d), xk.get_extents()));
    else {
      using G = law::fn<law::first_of, swapped<T>, law::arg<T>>;
      accumulate(ref, xk, bind(fused_statement<law::value_of<G>, onto::like<2>>{}, name, ct, d, shape_only<T>(xk.get_extents())));
    }
  }
  template <class W, class To, class Ct, class P>
  static FUNCTRA_INLINE void add_product(const cotangent_ref<W, To, cotangent_kind::inlined>& ref, const Ct& ct, const P& d) {
    using X = broadcast_extents<extents_of_value<Ct>, extents_of_value<P>>;
    using T = target<element_of<To>, extents_of_value<To>>;
    run_fused<law::value_of<swapped<dtype_of<P>>>>(X{}, bundle<T>{{ref.p, extents_of_value<To>{}, true}}, ct, d);
  }
  // Zero cotangents beat infinite partials: the cotangent is the operand whose zero decides.
  template <class T>
  using swapped = law::fn<law::scaled_tangent<false>, law::arg<T>, law::arg<T>>;
  template <class T, class Ck>
  static auto cast_value(const Ck& c) {
    if constexpr (std::is_same_v<dtype_of<Ck>, T>) return c;
    else return eval(apply_law<law::cast<T>, domain::any>(c));
  }
};

// A value that was given another type on the same tape: a view for a tensor, dynamic extents for static ones, or the other way round.
template <class V, class C, class From>
struct converted_node {
  cotangent_slot<V, C> slot;
  typename From::ref_type ref;
  decltype(kept<level_of<From>>(std::declval<const From&>())) from;

  converted_node(const V& v, const From& u) : slot(v), ref(u.ref), from(kept<level_of<From>>(u)) {}
  void pull() {
    if (slot.is_set()) accumulate(ref, from, lift<typename From::cotangent_type>(slot.take()));
  }
};

// A primitive of the rule book.
template <int L, law::mask_t Mask, class P, class Y, class C, class... V>
struct primitive_node {
  cotangent_slot<Y, C> slot;
  P primitive;
  struct absent {};
  template <class W>
  static FUNCTRA_INLINE auto keep_input(const W& w) {
    const auto& v = untaped<L>(w);
    if constexpr (P::needs_input) return v;
    else return rules::shape_of<std::remove_cvref_t<decltype(v.get_extents())>>(v.get_extents());
  }
  template <class W>
  static auto ref_of(const W& w) {
    if constexpr (level_of<W> == L) return w.ref;
    else return absent{};
  }
  std::conditional_t<P::needs_output, Y, absent> y;
  bundle<decltype(keep_input(std::declval<const V&>()))...> x;
  bundle<decltype(ref_of(std::declval<const V&>()))...> refs;
  bundle<decltype(kept<L>(std::declval<const V&>()))...> values;

  FUNCTRA_INLINE primitive_node(const P& p, const Y& yv, const V&... v)
      : slot(yv), primitive(p), y(output(yv)), x{keep_input(v)...}, refs{ref_of(v)...}, values{kept<L>(v)...} {}

  void pull() {
    if (!slot.is_set()) return;
    const auto& c = slot.take();
    for_each_index(ints<std::popcount(Mask)>, [&](auto k) {
      constexpr int I = law::detail::nth_active(Mask, k);
      if (!get<I>(refs)) return;
      if constexpr (requires { primitive.place(); })
        if (accumulate_at(get<I>(refs), primitive.place(), c)) return;
      [&]<int... i>(std::integer_sequence<int, i...>) {
        accumulate(get<I>(refs), get<I>(values), eval(primitive.template vjp<I>(c, y, get<i>(x)...)));
      }(ints<sizeof...(V)>);
    });
  }

 private:
  static auto output(const Y& yv) {
    if constexpr (P::needs_output) return yv;
    else return absent{};
  }
};

}  // namespace functra::detail
