// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/jet_body.hpp"

// Values for forward mode in few variables: a value beside all of its first, or first and second, derivatives. There is no tape, and no
// bookkeeping that a small function would have to pay for. It pays for scalar code, and for sums of statements over slices of the
// variables. What else there is, as tensors that are computed or products of matrices, makes a jet wide: its derivatives are as right,
// but other transforms are faster, and its type tells them so.
namespace functra {

// A value with its derivatives in N variables, at level L. Order: as detail::jet_derivatives has it.
template <class P, int L, int N, int Order>
class jet : public traced<jet<P, L, N, Order>> {
 public:
  using extents_type = extents_of_value<P>;
  using element_type = dtype_of<P>;
  using body_type = detail::jet_body<P, N, Order>;
  static constexpr int variables = N, order = detail::jet_derivatives(Order);
  static constexpr bool is_wide = Order < 0, is_row = Order == detail::row_order(Order);

  FUNCTRA_INLINE jet() : jet(detail::constant_value<jet>(extents_type{}, 0)) {}
  FUNCTRA_INLINE explicit jet(uninitialized_t) : body_(unset) {}
  FUNCTRA_INLINE explicit jet(unset_t) : body_(unset) {}
  // From the body that a call gives, in place.
  template <class A>
  FUNCTRA_INLINE jet(std::in_place_t, const A& make) : body_(detail::hold_as<held_type>(make)) {}
  // Constants: arithmetic values, and values of lower levels.
  template <operand U>
    requires(!std::same_as<U, jet>)
  FUNCTRA_INLINE jet(const U& u) : jet(detail::lift<jet>(u)) {}
  FUNCTRA_INLINE jet(const jet&) = default;
  FUNCTRA_INLINE jet(jet&&) = default;
  FUNCTRA_INLINE jet& operator=(const jet&) & = default;
  FUNCTRA_INLINE jet& operator=(jet&&) & = default;
  template <class X>
  void operator=(const X&) && {
    detail::reject_write<X>();
  }

  FUNCTRA_INLINE const body_type& body() const { return detail::value_of_held(body_); }
  FUNCTRA_INLINE const P& primal() const { return body().primal; }
  FUNCTRA_INLINE decltype(auto) get_extents() const { return body().primal.get_extents(); }
  auto item() const { return primal().item(); }
  FUNCTRA_INLINE auto widened() const { return detail::lift<jet<P, L, N, -order>>(*this); }

 private:
  // Large tensors are shared.
  using held_type = std::conditional_t<(extents_type::R > 0 && sizeof(body_type) > 768 && alignof(body_type) <= memory::header), detail::shared_value<body_type>, body_type>;
  held_type body_;
};

namespace detail {

template <class V>
inline constexpr bool is_jet = false;
template <class P, int L, int N, int Order>
inline constexpr bool is_jet<jet<P, L, N, Order>> = true;

template <class P, int L, int N, int Order>
struct constant_maker<jet<P, L, N, Order>> {
  template <class X>
  static FUNCTRA_INLINE jet<P, L, N, Order> make(const X& x, double c) {
    using J = jet<P, L, N, Order>;
    return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return typename J::body_type(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return constant_value<P>(x, c); }); });
  }
};
template <class P, int L, int N, int Order>
struct lifter<jet<P, L, N, Order>> {
  template <class U>
  static FUNCTRA_INLINE jet<P, L, N, Order> make(const U& u) {
    using J = jet<P, L, N, Order>;
    using B = typename J::body_type;
    return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
      if constexpr (level_of<U> != L) return B(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return lift<P>(u); });
      else {
        // A jet of other extents, dtype or width.
        B y(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return lift<P>(u.primal()); });
        const auto& from = u.body();
        if constexpr (!is_one_register<decltype(from)> && !is_one_register<B>)
          if (from.state() != jet_state::derived) {
            if (from.state() == jet_state::variable) y.make_variable(from.variables());
            return y;
          }
        set_derivatives(y, from);
        return y;
      }
    });
  }
};
// Gives y the derivatives of another jet: f(number in y, number in the other) for each.
template <class To, class From, class F>
FUNCTRA_INLINE void match_derivatives(const F& f) {
  constexpr int N = To::variables;
  for (index_t i = 0; i < N; ++i) f(i, i);
  if constexpr (To::rows > 1)
    for (index_t i = 0; i < N; ++i)
      for (index_t j = i; j < N; ++j) f(To::second(i, j), From::second(i, j));
}
template <class P, int N, int Order, class B>
void set_derivatives(jet_body<P, N, Order>& y, const B& from) {
  using Y = jet_body<P, N, Order>;
  using E = typename Y::E;
  const index_t n = from.primal.size();
  with_derivatives(from, [&](const auto* rows) {
    const auto copy = [&](E* to) {
      match_derivatives<typename Y::layout, typename B::layout>([&](index_t k, index_t l) {
        for (index_t i = 0; i < n; ++i) to[k * n + i] = E(rows[l * n + i]);
      });
    };
    if constexpr (is_one_register<Y>) {
      E converted[static_cast<std::size_t>(Y::layout::size)]{};
      copy(converted);
      y.set(converted);
    } else copy(y.clear());
  });
}

}  // namespace detail
}  // namespace functra
