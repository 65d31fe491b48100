// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/batched.hpp"
#include "functra/interpreters/shared_value.hpp"

// What a jet is made of: a value, and what is known of its derivatives.
namespace functra::detail {

// What is known of a jet: that it is constant; that its elements are variables; all of its derivatives.
enum class jet_state : unsigned char { constant, variable, derived };

// The derivatives of one element in N variables: the first ones, and for Order 2 behind them the second ones, in rows of W. Of these,
// those on and above the diagonal count. Scalars fill registers of `lanes`.
template <class E, int N, int Order>
struct jet_layout {
  static constexpr int lanes = lanes_of<E> > 1 || N == 1 ? 1 : std::max(static_cast<int>(std::bit_ceil(static_cast<unsigned>(N))), 16 / static_cast<int>(sizeof(E)));
  static constexpr int variables = N, order = jet_derivatives(Order);
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

// A scalar, and what is known of its derivatives. A body
//   is made of a call that gives the value, as a constant, or where it is cheaper (derived_t) as what gets derivatives next;
//   gets them by make_constant(), make_variable(which), and room() or, with zeros, clear(), which they are then written to;
//   tells its state(), its variables() and its derivatives().
template <class P, int N, int Order, int R = extents_of_value<P>::R>
struct jet_body {
  using E = element_of<P>;
  using layout = jet_layout<E, N, Order>;

  P primal;

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset) {}
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()) {
    make_constant();
  }
  struct derived_t {};
  template <class A>
  FUNCTRA_INLINE jet_body(derived_t, const A& make) : primal(make()) {}
  FUNCTRA_INLINE jet_body(const jet_body& o) : primal(o.primal), state_(o.state_) { take(o); }
  FUNCTRA_INLINE jet_body& operator=(const jet_body& o) {
    primal = o.primal;
    state_ = o.state_;
    take(o);
    return *this;
  }

  // Numbers are initialized, and copied whole.
  FUNCTRA_INLINE void make_constant() { layout::clear(rows_); }
  FUNCTRA_INLINE void make_variable(const diagonal<0>& which) {
    state_ = jet_state::variable;
    which_ = which.offset;
  }
  FUNCTRA_INLINE E* room() {
    state_ = jet_state::derived;
    return rows_;
  }
  FUNCTRA_INLINE E* clear() {
    layout::clear(room());
    return rows_;
  }
  FUNCTRA_INLINE jet_state state() const { return state_; }
  FUNCTRA_INLINE diagonal<0> variables() const { return {which_, {}}; }
  FUNCTRA_INLINE const E* derivatives() const { return rows_; }
  FUNCTRA_INLINE E* derivatives() { return rows_; }

 private:
  FUNCTRA_INLINE void take(const jet_body& o) {
    if (state_ == jet_state::variable) which_ = o.which_;
    else if (state_ == jet_state::derived) layout::copy(o.rows_, rows_);
  }
  FUNCTRA_IN_REGISTERS jet_state state_ = jet_state::constant;
  FUNCTRA_IN_REGISTERS index_t which_;
  FUNCTRA_IN_REGISTERS E rows_[static_cast<std::size_t>(layout::size)];
};

// What is known of the derivatives of a scalar of packs, of which there are too many to be copied: they are shared. One word tells that
// there are none, the number of a variable, or where they lie; a copy of several fields at once would wait for each to be stored.
class shared_rows {
 public:
  shared_rows() = default;
  FUNCTRA_INLINE explicit shared_rows(index_t variable) : word_(-1 - variable) {}
  FUNCTRA_INLINE explicit shared_rows(memory::block* b) : word_(reinterpret_cast<std::intptr_t>(b)) {}
  FUNCTRA_INLINE shared_rows(const shared_rows& o) noexcept : word_(o.word_) {
    if (is_block()) memory::retain(block());
  }
  FUNCTRA_INLINE shared_rows(shared_rows&& o) noexcept : word_(std::exchange(o.word_, 0)) {}
  FUNCTRA_INLINE shared_rows& operator=(shared_rows o) noexcept {
    std::swap(word_, o.word_);
    return *this;
  }
  FUNCTRA_INLINE ~shared_rows() {
    if (is_block()) memory::release(block());
  }
  FUNCTRA_INLINE jet_state state() const { return word_ == 0 ? jet_state::constant : word_ < 0 ? jet_state::variable : jet_state::derived; }
  FUNCTRA_INLINE index_t variable() const { return -1 - word_; }
  FUNCTRA_INLINE void* data() const { return reinterpret_cast<char*>(block()) + memory::header; }

 private:
  FUNCTRA_INLINE bool is_block() const { return word_ > 0; }
  FUNCTRA_INLINE memory::block* block() const { return reinterpret_cast<memory::block*>(word_); }
  std::intptr_t word_ = 0;  // a variable's is negative; no block lies there
};
template <class P, int N, int Order>
  requires(lanes_of<element_of<P>> > 1)
struct jet_body<P, N, Order, 0> {
  using E = element_of<P>;
  using layout = jet_layout<E, N, Order>;
  static_assert(alignof(E) <= memory::header);

  P primal;

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset) {}
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()) {}

  FUNCTRA_INLINE void make_constant() {}
  FUNCTRA_INLINE void make_variable(const diagonal<0>& which) { rows_ = shared_rows(which.offset); }
  FUNCTRA_INLINE E* room() {
    rows_ = shared_rows(memory::allocate(sizeof(E) * static_cast<std::size_t>(layout::size)));
    return derivatives();
  }
  FUNCTRA_INLINE E* clear() {
    E* const to = room();
    layout::clear(to);
    return to;
  }
  FUNCTRA_INLINE jet_state state() const { return rows_.state(); }
  FUNCTRA_INLINE diagonal<0> variables() const { return {rows_.variable(), {}}; }
  FUNCTRA_INLINE const E* derivatives() const { return static_cast<const E*>(rows_.data()); }
  FUNCTRA_INLINE E* derivatives() { return static_cast<E*>(rows_.data()); }  // of nobody else, yet

 private:
  shared_rows rows_;
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
  FUNCTRA_INLINE E slope(index_t i) const {
    if constexpr (N == 1) return static_cast<void>(i), slopes;
    else return slopes[static_cast<int>(i)];
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

  P primal;

  FUNCTRA_INLINE explicit jet_body(unset_t) : primal(unset), rows_(unset) {}
  template <class A>
  FUNCTRA_INLINE jet_body(std::in_place_t, const A& make) : primal(make()), rows_(unset) {}

  void make_constant() {}
  FUNCTRA_INLINE void make_variable(const diagonal<R>& which) {
    state_ = jet_state::variable;
    variables_ = which;
  }
  E* room() {
    state_ = jet_state::derived;
    index_t shape[array_size(R + 1)] = {layout::size};
    for (int i = 0; i < R; ++i) shape[i + 1] = primal.extent(i);
    rows_ = rows_type(uninitialized, rows_type::extents_type::from(shape));
    return rows_.mutable_data();
  }
  E* clear() {
    E* const to = room();
    std::fill_n(to, rows_.size(), E(0));
    return to;
  }
  FUNCTRA_INLINE jet_state state() const { return state_; }
  FUNCTRA_INLINE const diagonal<R>& variables() const { return variables_; }
  FUNCTRA_INLINE const E* derivatives() const { return rows_.data(); }
  FUNCTRA_INLINE E* derivatives() { return rows_.mutable_data(); }

 private:
  using rows_type = tensor_of<E, insert_extent<X, 0, dyn>>;  // [size, x...]
  jet_state state_ = jet_state::constant;
  diagonal<R> variables_{};  // which variable each element is
  rows_type rows_;
};

// What holds for every kind of body.
template <class B>
FUNCTRA_INLINE bool varies(const B& b) {
  if constexpr (is_one_register<B>) return static_cast<void>(b), true;
  else return b.state() != jet_state::constant;
}
// The derivative of a scalar in variable i, and in the variables i and j.
template <class B>
FUNCTRA_INLINE auto slope_of(const B& b, index_t i) {
  using E = typename B::E;
  if constexpr (is_one_register<B>) return b.slope(i);
  else return b.state() == jet_state::derived ? b.derivatives()[i] : E(b.state() == jet_state::variable && b.variables().offset == i ? 1 : 0);
}
template <class B>
FUNCTRA_INLINE auto second_of(const B& b, index_t i, index_t j) {
  using E = typename B::E;
  return b.state() == jet_state::derived ? b.derivatives()[B::layout::second(i, j)] : E(0);
}
// Hands the derivatives of a body to use(array): number k of element i lies at k n + i.
template <class B, class Use>
FUNCTRA_INLINE void with_derivatives(const B& b, const Use& use) {
  using E = typename B::E;
  using layout = typename B::layout;
  constexpr int R = extents_of_value<decltype(b.primal)>::R;
  if constexpr (is_one_register<B>) {
    E row[static_cast<std::size_t>(layout::size)];
    B::store(b.slopes, row);
    use(static_cast<const E*>(row));
  } else if (b.state() == jet_state::derived) use(b.derivatives());
  else if constexpr (R == 0) {
    E rows[static_cast<std::size_t>(layout::size)];
    layout::clear(rows);
    if (b.state() == jet_state::variable) rows[b.variables().offset] = E(1);
    use(static_cast<const E*>(rows));
  } else {
    B whole(std::in_place, [&] { return b.primal; });
    E* const p = whole.clear();
    const index_t n = b.primal.size();
    index_t s[array_size(R)];
    natural_strides(b.primal.get_extents(), s);
    if (b.state() == jet_state::variable && n > 0)
      walk_diagonal<0>(b.primal.get_extents(), b.variables().offset, b.variables().slope, 0, s, [&](index_t k, index_t i) { p[k * n + i] = E(1); });
    use(static_cast<const E*>(p));
  }
}

}  // namespace functra::detail
