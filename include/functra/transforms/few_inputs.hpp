// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/jet_rules.hpp"
#include "functra/transforms/options.hpp"

// Derivatives in few static inputs, on which no other transform is at work: forward mode with all of them side by side.
namespace functra::detail {

// The most inputs for which that pays. Second derivatives grow with their square, a batch of gradients with their number; gradients by
// reverse mode do not grow: in lanes, where each derivative is a pack, they are the faster ones, and elsewhere where slopes fill many
// registers. Rows: of a Jacobian, by forward mode.
template <int Order, bool Lanes, bool Rows>
inline constexpr index_t most_few_inputs = Order > 1 ? 8 : !Lanes ? std::min(16, 4 * lanes::width<double>) : Rows ? 8 : 0;

template <class A>
constexpr index_t few_elements() {
  if constexpr (std::is_floating_point_v<A>) return 1;
  else if constexpr (!value<A>) return -1;
  else if constexpr (level_of<A> > 0 || !std::is_floating_point_v<dtype_of<A>> || !extents_of_value<A>::is_static) return -1;
  else return extents_of_value<A>{}.size();
}
// How many inputs the selected arguments of a call are, where they are few; else 0.
template <class Sel, int Order, bool Rows, class... A>
constexpr int count_few_inputs() {
  index_t n = 0;
  int i = 0;
  const auto take = [&](index_t size) {
    if (Sel::contains(i++)) n = size < 0 || n < 0 ? -1 : n + size;
  };
  (take(few_elements<A>()), ...);
  constexpr bool lanes = in_lanes<tree_tower_t<A...>>;
  if (n < 1 || n > most_few_inputs<Order, lanes, Rows>) return 0;
  return static_cast<int>(n);
}

// An argument as variables from number `skip` on, or as it is.
template <bool Selected, int N, int Order, class A>
FUNCTRA_INLINE decltype(auto) jet_input(const A& a, index_t& skip) {
  if constexpr (!Selected) return (a);
  else {
    const auto value = [&]() FUNCTRA_INLINE_LAMBDA {
      if constexpr (std::is_arithmetic_v<A>) return Tensor<A>(a);
      else return eval(a);
    };
    using V = decltype(value());
    using J = jet<V, 1, N, Order>;
    return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
      typename J::body_type x(std::in_place, value);
      diagonal<extents_of_value<V>::R> which;
      which.offset = skip;
      natural_strides(x.primal.get_extents(), which.slope);
      x.make_variable(which);
      skip += x.primal.size();
      return x;
    });
  }
}

// The number of inputs, where they are few and f is made of scalars: it can be computed on jets. W: the tower of the call. Rows: f may
// return scalars side by side, too.
template <class Sel, int Order, bool Rows, class W, class F, class... A>
constexpr int few_inputs() {
  constexpr int N = count_few_inputs<Sel, Order, Rows, A...>();
  if constexpr (N == 0 || tower_level<W> > 0) return 0;
  else {
    constexpr bool fits = []<int... I>(std::integer_sequence<int, I...>) {
      using Call = std::is_invocable<const F&, decltype(jet_input<Sel::contains(I), N, Order>(std::declval<const A&>(), std::declval<index_t&>()))...>;
      if constexpr (!Call::value) return false;
      else {
        using Y = std::remove_cvref_t<std::invoke_result_t<const F&, decltype(jet_input<Sel::contains(I), N, Order>(std::declval<const A&>(), std::declval<index_t&>()))...>>;
        if constexpr (!tensor_like<Y>) return false;
        else if constexpr (!is_jet<value_t<Y>>) return false;
        else return (Rows && value_t<Y>::is_row) || (extents_of_value<value_t<Y>>::R == 0 && !value_t<Y>::is_wide);
      }
    }(ints<sizeof...(A)>);
    return fits ? N : 0;
  }
}

// The second derivatives of the scalar y in the inputs u and v, which are the variables from i0 and j0 on: [u..., v...].
template <class Y, class U, class V>
FUNCTRA_INLINE auto second_block(const Y& y, const U& u, index_t i0, const V& v, index_t j0) {
  using Xu = extents_of_value<U>;
  using X = concat_extents<Xu, extents_of_value<V>>;
  using E = element_of<Y>;
  index_t shape[array_size(X::R)];
  for (int i = 0; i < X::R; ++i) shape[i] = i < Xu::R ? u.extent(i) : v.extent(i - Xu::R);
  tensor_of<E, X> h(uninitialized, X::from(shape));
  constexpr index_t rows = Xu{}.size(), columns = extents_of_value<V>{}.size();
  auto* to = h.mutable_data();
  const auto& from = y.body();
  for (index_t i = 0; i < rows; ++i)
    for (index_t j = 0; j < columns; ++j) *to++ = second_of(from, i0 + i, j0 + j);
  return h;
}

// f as a jet in N inputs.
template <class Sel, int N, int Order, class W, class F, class... A>
FUNCTRA_INLINE auto call_with_jets(const F& f, const A&... a) {
  return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
    index_t skip = 0;
    const bundle<std::remove_cvref_t<decltype(jet_input<Sel::contains(i), N, Order>(a, skip))>...> inputs{jet_input<Sel::contains(i), N, Order>(a, skip)...};
    return eval(call_traced<W>(f, nth<i>(inputs)...));
  }(ints<sizeof...(A)>);
}
// The number of the first variable of argument I.
template <class Sel, int I, class... A>
constexpr index_t first_variable() {
  index_t n = 0;
  int i = 0;
  ((Sel::contains(i) && i < I ? static_cast<void>(n += few_elements<A>()) : static_cast<void>(0), ++i), ...);
  return n;
}

// The second derivatives of a scalar f in N inputs.
template <class Sel, int N, class W, class F, class... A>
FUNCTRA_INLINE auto second_derivatives(const F& f, const A&... a) {
  const auto y = call_with_jets<Sel, N, 2, W>(f, a...);
  const auto block = [&](auto p, auto q) FUNCTRA_INLINE_LAMBDA {
    return second_block(y, nth_of<p>(a...), first_variable<Sel, p, A...>(), nth_of<q>(a...), first_variable<Sel, q, A...>());
  };
  if constexpr (Sel::count == 1) return block(index_constant<Sel::number[0]>, index_constant<Sel::number[0]>);
  else
    return [&]<int... k>(std::integer_sequence<int, k...>) {
      const auto row = [&](auto p) { return std::tuple{block(p, index_constant<Sel::number[k]>)...}; };
      return std::tuple{row(index_constant<Sel::number[k]>)...};
    }(ints<Sel::count>);
}

// Gradients in the order asked: a tuple, or one alone.
template <class Sel, class G>
FUNCTRA_INLINE auto all_gradients(const G& gradients) {
  if constexpr (Sel::count == 1) return gradients.template get<0>();
  else
    return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
      return std::tuple<decltype(gradients.template get<k>())...>{gradients.template get<k>()...};
    }(ints<Sel::count>);
}

// The gradient or, of scalars side by side, the Jacobian of y, which has been computed as a jet of the arguments A, in one of them.
template <class Sel, class Y, class... A>
struct jet_gradients {
  const Y& y;
  template <int K>
  FUNCTRA_INLINE auto get() const {
    constexpr int I = Sel::number[K];
    constexpr index_t first = first_variable<Sel, I, A...>();
    using Xy = extents_of_value<Y>;
    using X = concat_extents<Xy, extents_of_value<nth_type<I, A...>>>;
    using E = element_of<Y>;
    constexpr index_t n = extents_of_value<nth_type<I, A...>>{}.size();
    const auto& b = y.body();
    const auto shaped = [&] {
      index_t shape[array_size(X::R)];
      for (int d = 0; d < X::R; ++d) shape[d] = is_dynamic(X::static_extent(d)) ? y.extent(d) : X::static_extent(d);
      return X::from(shape);
    };
    tensor_of<E, X> g(uninitialized, shaped());
    E* to = g.mutable_data();
    if constexpr (Xy::R == 0)
      for (index_t i = 0; i < n; ++i) to[i] = slope_of(b, first + i);
    else
      with_derivatives(b, [&](const E* rows) FUNCTRA_INLINE_LAMBDA {
        const index_t m = y.size();
        for (index_t k = 0; k < m; ++k)
          for (index_t i = 0; i < n; ++i) *to++ = rows[(first + i) * m + k];
      });
    return g;
  }
};

}  // namespace functra::detail
