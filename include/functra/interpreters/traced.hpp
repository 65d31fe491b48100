// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/arithmetic.hpp"
#include "functra/primitives/broadcast.hpp"
#include "functra/primitives/comparison.hpp"
#include "functra/primitives/select.hpp"
#include "functra/primitives/slice.hpp"
#include "functra/rules/primitive.hpp"

// What the tracers have in common.
namespace functra {

namespace detail {

// The results of a statement as a bundle, be they several or one.
template <class R>
FUNCTRA_INLINE auto bundled(R&& r) {
  if constexpr (value<R>) return make_bundle(std::move(r));
  else return std::move(r);
}
// The partials of a statement are as large as it is.
template <int>
using full_for = onto::full;

// Whether V lies on plain tensors only.
template <class V>
inline constexpr bool is_plain = level_of<V> == 0;

// The value of type V with the extents x whose elements are all c, and whose derivatives vanish. A batch of unknown size gets
// the extent 1, which broadcasts.
template <class V, class X>
FUNCTRA_INLINE V constant_value(const X& x, double c);

template <class V>
struct constant_maker;
template <class T, index_t... E>
struct constant_maker<Tensor<T, E...>> {
  template <class X>
  static FUNCTRA_INLINE Tensor<T, E...> make(const X& x, double c) {
    Tensor<T, E...> t(uninitialized, [&] {
      if constexpr (extents<E...>::is_static) return extents<E...>{};
      else {
        index_t n[sizeof...(E)];
        for (int i = 0; i < static_cast<int>(sizeof...(E)); ++i) n[i] = x.extent(i);
        return extents<E...>::from(n);
      }
    }());
    T* p = t.mutable_data();
    for (index_t i = 0; i < t.size(); ++i) p[i] = T(static_cast<scalar_t<T>>(c));
    return t;
  }
};
template <class T, index_t... E>
struct constant_maker<View<T, E...>> {
  template <class X>
  static View<T, E...> make(const X& x, double c) {
    return View<T, E...>(constant_maker<Tensor<T, E...>>::make(x, c));
  }
};
template <class P, class T, int L>
struct constant_maker<dual<P, T, L>> {
  template <class X>
  static FUNCTRA_INLINE dual<P, T, L> make(const X& x, double c) {
    using D = dual<P, T, L>;
    if constexpr (D::may_have_bands) return D(std::in_place, [&] { return constant_value<P>(x, c); }, [](const P& p) { return typename D::stored_type({}, p.get_extents()); });
    else return D(constant_value<P>(x, c), constant_value<T>(x, 0));
  }
};
template <class V, int L, class C>
struct constant_maker<taped<V, L, C>> {
  template <class X>
  static FUNCTRA_INLINE taped<V, L, C> make(const X& x, double c) {
    return taped<V, L, C>(constant_value<V>(x, c));
  }
};
template <class V, int L>
struct constant_maker<batched<V, L>> {
  template <class X>
  static FUNCTRA_INLINE batched<V, L> make(const X& x, double c) {
    using XB = extents_of_value<V>;
    index_t n[XB::R];
    n[0] = is_dynamic(XB::static_extent(0)) ? 1 : XB::static_extent(0);
    for (int i = 1; i < XB::R; ++i) n[i] = x.extent(i - 1);
    return batched<V, L>(constant_value<V>(XB::from(n), c));
  }
};

template <class V, class X>
FUNCTRA_INLINE V constant_value(const X& x, double c) {
  return constant_maker<V>::make(x, c);
}

// A value of lower levels as a value of type V: constant with respect to the levels that it lacks.
template <class V, class U>
FUNCTRA_INLINE V lift(const U& u);

template <class V>
struct lifter {
  template <class U>
  static FUNCTRA_INLINE V make(const U& u) {
    return V(u);
  }
};
template <class T, index_t... E>
struct lifter<Tensor<T, E...>> {
  template <class U>
  static FUNCTRA_INLINE Tensor<T, E...> make(const U& u) {
    if constexpr (std::is_arithmetic_v<U>) return constant_value<Tensor<T, E...>>(extents<>{}, static_cast<double>(u));
    else {
      static_assert(level_of<U> == 0, "[conversion] a traced value cannot become a value of fewer levels; begin with traced_like(value, x...), which has the levels of x..., or use stop_gradient(x)");
      if constexpr (std::is_same_v<element_of<U>, T>) return Tensor<T, E...>(u);
      else return Tensor<T, E...>(eval(law_cast<T>(u)));
    }
  }
  template <class To, class U>
  static auto law_cast(const U& u) {
    if constexpr (lanes_of<To> > 1 && lanes_of<element_of<U>> == 1) return apply_law<law::add>(u, constant_value<Tensor<To>>(extents<>{}, 0));
    else return apply_law<law::cast<scalar_t<To>>, domain::any>(u);
  }
};
template <class P, class T, int L>
struct lifter<dual<P, T, L>> {
  template <class U>
  static FUNCTRA_INLINE dual<P, T, L> make(const U& u) {
    using D = dual<P, T, L>;
    if constexpr (level_of<U> != L) {
      P p = lift<P>(u);
      D d = constant_value<D>(p.get_extents(), 0);
      d.primal = std::move(p);
      return d;
    } else if constexpr (std::is_same_v<typename U::stored_type, typename D::stored_type>) {
      return D(std::in_place, [&] { return lift<P>(u.primal); }, [&](const P&) { return u.stored; });
    } else return D(lift<P>(u.primal), lift<T>(u.tangent()));
  }
};
template <class V, int L>
struct lifter<batched<V, L>> {
  template <class U>
  static FUNCTRA_INLINE batched<V, L> make(const U& u) {
    if constexpr (level_of<U> == L) return batched<V, L>(lift<V>(u.value));
    else if constexpr (std::is_arithmetic_v<U>) return constant_value<batched<V, L>>(extents<>{}, static_cast<double>(u));
    else {
      constexpr index_t B = extents_of_value<V>::static_extent(0);
      return batched<V, L>(lift<V>(eval(broadcast_leading<B>(u, B == dyn ? 1 : B))));
    }
  }
};

template <class V, class U>
FUNCTRA_INLINE V lift(const U& u) {
  if constexpr (std::is_same_v<V, U>) return u;
  else if constexpr (is_expr<U> || is_sum_expr<U>) return lift<V>(u.pinned());
  else return lifter<V>::make(u);
}

// x(0) = 1.0 would write to a value that nobody reads.
template <class X>
void reject_write() {
  static_assert(!std::is_same_v<X, X>, "[operator()] a part of a traced value is not written to; use set_at(x, value, i...) or add_at(x, value, i...)");
}

}  // namespace detail

// The face of a traced value: it reads like a tensor, and converts from what has lower levels.
template <class Derived>
class traced : public readable<Derived> {
 public:
  template <class... I>
    requires(std::integral<I> && ...)
  FUNCTRA_INLINE auto operator()(I... i) const {
    static_assert(sizeof...(I) == Derived::extents_type::R,
                  "[operator()] as many indices as the rank are required; at(x, i) reads a part of x. A traced value is not written to: "
                  "use set_at(x, value, i...) or add_at(x, value, i...)");
    return at(static_cast<const Derived&>(*this), i...);
  }
};

}  // namespace functra
