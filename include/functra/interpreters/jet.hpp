// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/batched.hpp"
#include "functra/interpreters/shared_value.hpp"

// Values for forward mode in few variables: a value beside all of its first, or first and second, derivatives. There is no tape, and no
// bookkeeping that a small function would have to pay for. It pays for scalar code, and for sums of statements over slices of the
// variables. What else there is, as tensors that are computed or products of matrices, makes a jet wide: its derivatives are as right,
// but other transforms are faster, and its type tells them so.
namespace functra {

namespace detail {

// What is known of a jet: that it is constant; that its elements are variables; all of its derivatives.
enum class jet_state : unsigned char { constant, variable, derived };

// The derivatives of one element in N variables: the first ones, and for Order 2 behind them the second ones, in rows of W. Of these,
// those on and above the diagonal count. Scalars fill registers of `lanes`.
template <class E, int N, int Order>
struct jet_layout {
  static constexpr int lanes = lanes_of<E> > 1 || N == 1 ? 1 : std::max(static_cast<int>(std::bit_ceil(static_cast<unsigned>(N))), 16 / static_cast<int>(sizeof(E)));
  static constexpr int variables = N, order = Order < 0 ? -Order : Order;
  static constexpr int W = lanes > 1 ? lanes : N, rows = order > 1 ? 1 + N : 1, size = rows * W;
  static FUNCTRA_INLINE index_t second(index_t i, index_t j) { return i <= j ? W + i * W + j : W + j * W + i; }

  // Row by row, register by register: compilers would call memset and memcpy, which take longer to begin.
  static FUNCTRA_INLINE void clear(E* to) {
    each_row([&](index_t i, auto... j) FUNCTRA_INLINE_LAMBDA {
      if constexpr (lanes > 1) element_t<E, lanes>(E(0)).store(to + i);
      else ((to[i + j] = E(0)), ...);
    });
  }
  static FUNCTRA_INLINE void copy(const E* from, E* to) {
    each_row([&](index_t i, auto... j) FUNCTRA_INLINE_LAMBDA {
      if constexpr (lanes > 1) element_t<E, lanes>::load(from + i).store(to + i);
      else ((to[i + j] = from[i + j]), ...);
    });
  }

 private:
  template <class F>
  static FUNCTRA_INLINE void each_row(const F& f) {
    if constexpr (lanes > 1) [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA { (f(i * W), ...); }(ints<rows>);
    else
      for (index_t i = 0; i < size; i += W) [&]<int... j>(std::integer_sequence<int, j...>) FUNCTRA_INLINE_LAMBDA { f(i, index_constant<j>...); }(ints<W>);
  }
};

// A scalar, and what is known of its derivatives.
template <class P, int N, int Order, int R = extents_of_value<P>::R>
struct jet_body {
  using E = element_of<P>;
  using layout = jet_layout<E, N, Order>;

  // Numbers are initialized and copied whole; of packs, what is there.
  static constexpr bool is_whole = lanes_of<E> == 1;

  P primal;
  FUNCTRA_IN_REGISTERS jet_state state = jet_state::constant;
  diagonal<0> variables{};  // which variable it is
  FUNCTRA_IN_REGISTERS E derivatives[static_cast<std::size_t>(layout::size)];

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset) {}
  // A constant, what a call gives.
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()) {
    if constexpr (is_whole) layout::clear(derivatives);
  }
  // What will have derivatives: begin() is called next.
  struct derived_t {};
  template <class A>
  FUNCTRA_INLINE jet_body(derived_t, const A& make) : primal(make()) {}
  FUNCTRA_INLINE jet_body(const jet_body& o) : primal(o.primal), state(o.state) { take(o); }
  FUNCTRA_INLINE jet_body& operator=(const jet_body& o) {
    primal = o.primal;
    state = o.state;
    take(o);
    return *this;
  }

  FUNCTRA_INLINE void make_constant() {
    if constexpr (is_whole) layout::clear(derivatives);
  }
  FUNCTRA_INLINE void make_variable(const diagonal<0>& which) {
    state = jet_state::variable;
    variables = which;
  }
  // Room for derivatives: zeros.
  FUNCTRA_INLINE E* clear() {
    state = jet_state::derived;
    layout::clear(derivatives);
    return derivatives;
  }
  FUNCTRA_INLINE bool varies() const { return state != jet_state::constant; }
  FUNCTRA_INLINE E slope(index_t i) const { return state == jet_state::derived ? derivatives[i] : E(state == jet_state::variable && variables.offset == i ? 1 : 0); }
  FUNCTRA_INLINE E second(index_t i, index_t j) const { return state == jet_state::derived ? derivatives[layout::second(i, j)] : E(0); }
  // Hands the derivatives to use(array): number k of element i lies at k n + i.
  template <class Use>
  FUNCTRA_INLINE void with_derivatives(const Use& use) const {
    if (state == jet_state::derived) use(static_cast<const E*>(derivatives));
    else {
      E rows[static_cast<std::size_t>(layout::size)];
      layout::clear(rows);
      if (state == jet_state::variable) rows[variables.offset] = E(1);
      use(static_cast<const E*>(rows));
    }
  }

 private:
  FUNCTRA_INLINE void take(const jet_body& o) {
    if (state == jet_state::variable) variables = o.variables;
    else if (state == jet_state::derived) layout::copy(o.derivatives, derivatives);
  }
};

// First derivatives of a scalar fill a register.
template <class P, int N, int Order>
  requires(lanes_of<element_of<P>> == 1 && (Order == 1 || Order == -1))
struct jet_body<P, N, Order, 0> {
  using E = element_of<P>;
  using layout = jet_layout<E, N, Order>;
  using lane = element_t<E, layout::lanes>;

  P primal;
  lane slopes;

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset) {}
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()), slopes(E(0)) {}
  FUNCTRA_INLINE void make_variable(const diagonal<0>& which) {
    if constexpr (N == 1) static_cast<void>(which), slopes = E(1);
    else slopes = lanes::unit<E, layout::lanes>(which.offset);
  }
  FUNCTRA_INLINE bool varies() const { return true; }
  FUNCTRA_INLINE E slope(index_t i) const {
    if constexpr (N == 1) return static_cast<void>(i), slopes;
    else return slopes[static_cast<int>(i)];
  }
  template <class Use>
  FUNCTRA_INLINE void with_derivatives(const Use& use) const {
    E row[static_cast<std::size_t>(layout::size)];
    store(slopes, row);
    use(static_cast<const E*>(row));
  }
  FUNCTRA_INLINE void set(const E* row) {
    if constexpr (N == 1) slopes = *row;
    else slopes = lane::load(row);
  }
  static FUNCTRA_INLINE void store(const lane& x, E* to) {
    if constexpr (N == 1) *to = x;
    else x.store(to);
  }
};
template <class B>
inline constexpr bool is_one_register = requires(const B& b) { b.slopes; };

// A tensor, and what is known of its derivatives.
template <class P, int N, int Order, int R>
  requires(R > 0)
struct jet_body<P, N, Order, R> {
  using E = element_of<P>;
  using X = extents_of_value<P>;
  using layout = jet_layout<E, N, Order>;
  using derivatives_type = tensor_of<E, insert_extent<X, 0, dyn>>;  // [size, x...]

  P primal;
  jet_state state = jet_state::constant;
  diagonal<R> variables{};  // which variable each element is
  derivatives_type derivatives;

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset), derivatives(unset) {}
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()), derivatives(unset) {}

  void make_constant() {}
  FUNCTRA_INLINE void make_variable(const diagonal<R>& which) {
    state = jet_state::variable;
    variables = which;
  }
  E* clear() {
    state = jet_state::derived;
    index_t shape[array_size(R + 1)] = {layout::size};
    for (int i = 0; i < R; ++i) shape[i + 1] = primal.extent(i);
    derivatives = derivatives_type(uninitialized, derivatives_type::extents_type::from(shape));
    std::fill_n(derivatives.mutable_data(), derivatives.size(), E(0));
    return derivatives.mutable_data();
  }
  FUNCTRA_INLINE bool varies() const { return state != jet_state::constant; }
  template <class Use>
  void with_derivatives(const Use& use) const {
    if (state == jet_state::derived) return use(derivatives.data());
    jet_body whole(std::in_place, [&] { return primal; });
    E* const p = whole.clear();
    const index_t n = primal.size();
    index_t s[array_size(R)];
    natural_strides(primal.get_extents(), s);
    if (state == jet_state::variable && n > 0) walk_diagonal<0>(primal.get_extents(), variables.offset, variables.slope, 0, s, [&](index_t k, index_t i) { p[k * n + i] = E(1); });
    use(static_cast<const E*>(p));
  }
};

}  // namespace detail

// A value with its derivatives in N variables, at level L, up to Order (1 or 2); negative where it is wide.
template <class P, int L, int N, int Order>
class jet : public traced<jet<P, L, N, Order>> {
 public:
  using extents_type = extents_of_value<P>;
  using element_type = dtype_of<P>;
  using body_type = detail::jet_body<P, N, Order>;
  static constexpr int variables = N, order = Order < 0 ? -Order : Order;
  static constexpr bool is_wide = Order < 0;

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
  // Large ones are shared.
  using held_type = std::conditional_t<(sizeof(body_type) > 768 && alignof(body_type) <= memory::header), detail::shared_value<body_type>, body_type>;
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
        if constexpr (requires { from.state; y.state; })
          if (from.state != jet_state::derived) {
            if (from.state == jet_state::variable) y.make_variable(from.variables);
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
  from.with_derivatives([&](const auto* rows) {
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
