// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <mutex>

#include "functra/transforms/options.hpp"

namespace functra {

namespace detail {

// A value as an input on the tape; W is the tower of its cotangents.
template <int L, class W, class V>
FUNCTRA_INLINE auto put_on(tape& t, const V& v) {
  static_assert(floating_leaf<V>, "[grad] integer and bool tensors are not differentiated; use cast<double>(x), or other argnums");
  if constexpr (std::is_arithmetic_v<V>) return put_on<L, W>(t, Tensor<V>(v));
  else {
    using C = on_tower_t<W, dtype_of<V>, extents_of_value<V>>;
    auto* slot = t.keep<cotangent_slot<V, C>>(v);
    return taped<V, L, C>(v, slot->ref(&t));
  }
}

// The gradient that has arrived at an input. Last: the tape is not swept again.
template <bool Last = false, class V, class C>
FUNCTRA_INLINE C take_from(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const V&) {
  C c(uninitialized);
  const index_t n = c.size();
  element_of<C>* to = c.mutable_data();
  for (index_t i = 0; i < n; ++i) {
    to[i] = r.p[i];
    if constexpr (!Last) r.p[i] = element_of<C>(0);
  }
  return c;
}
template <bool Last = false, class V, class C>
C take_from(const cotangent_ref<V, C, cotangent_kind::buffer>& r, const V& v) {
  auto& slot = static_cast<cotangent_slot<V, C>&>(*r.slot);
  return !slot.is_set() ? constant_value<C>(v.get_extents(), 0) : Last ? slot.give() : slot.take();
}
template <bool Last = false, class V, class C>
C take_from(const cotangent_ref<V, C, cotangent_kind::general>& r, const V& v) {
  return r.slot->is_set ? r.slot->take() : constant_value<C>(v.get_extents(), 0);
}

// The gradients that have arrived at a tree of inputs.
template <bool Last = false, class A>
FUNCTRA_INLINE auto take_gradients(const A& inputs) {
  return tree_map([](const auto& x) FUNCTRA_INLINE_LAMBDA { return take_from<Last>(x.ref, x.value()); }, inputs);
}

// The value of a result without this level.
template <int L, class Y>
FUNCTRA_INLINE auto strip_taped(const Y& y) {
  return tree_map(
      []<class V>(const V& v) {
        if constexpr (std::is_arithmetic_v<V>) return v;
        else return eval(untaped<L>(as_value(v)));
      },
      y);
}

// Seeds the outputs of level L with cotangents; all shapes are checked first, so that a wrong one leaves no seed behind.
template <int L, class Y, class Ct>
void seed(const Y& y, const Ct& ct) {
  tree_for_each(
      []<class V, class C>(const V& v, const C& c) {
        if constexpr (level_of<V> == L) {
          static_assert(extents_of_value<V>::R == extents_of_value<C>::R, "[vjp] the cotangent must have the rank of the output");
          for (int i = 0; i < extents_of_value<V>::R; ++i)
            if (extent_of(c, i) != v.extent(i))
              fail("vjp", "the cotangent must have the shape of the output ", shape_text(v), ", got extent ", extent_of(c, i), " in dim ", i);
        }
      },
      y, ct);
  tree_for_each(
      []<class V, class C>(const V& v, const C& c) {
        if constexpr (level_of<V> == L) accumulate(v.ref, v.value(), lift<typename V::cotangent_type>(c));
      },
      y, ct);
}

template <class F, class Arguments>
inline constexpr bool callable_with = false;
template <class F, class... A>
inline constexpr bool callable_with<F, std::tuple<A...>> = std::is_invocable_v<const F&, const A&...>;

// A tape that several threads may pull back, one after the other.
struct kept_tape : tape {
  std::mutex busy;
};

// A forward pass of f over all of its arguments, kept for pullbacks. Extra is a tower that cotangents live on besides.
template <class Extra, class F, class... X>
auto record(const F& f, const X&... x) {
  using Outer = call_tower<F, X...>;
  using W = join_t<Outer, Extra>;
  constexpr int L = tower_level<W> + 1;
  auto on = std::make_shared<kept_tape>();
  auto inputs = std::make_tuple(tree_map([&](const auto& v) { return put_on<L, W>(*on, v); }, x)...);
  static_assert(callable_with<F, decltype(inputs)>,
                "[vjp] f must be callable with traced arguments: let it take them by `auto`, and be no mutable lambda");
  // Results become values, so that they are computed once.
  auto y = std::apply([&](const auto&... in) { return settle<false>(f(in...)); }, inputs);
  return std::tuple{std::move(on), std::move(inputs), std::move(y), std::integral_constant<int, L>{}, std::type_identity<W>{}};
}

template <class A, class B>
inline constexpr bool tower_within = std::is_same_v<join_t<A, B>, B>;

}  // namespace detail

// The pullback of a function at a point: maps a cotangent of the output to the gradients of the inputs. It may be kept, called
// again (by several threads, too), mapped and differentiated; called with cotangents on levels that its tape was not recorded for, it records anew.
template <class Tape, class Inputs, class Y, int L, class W, bool HasAux, class F, class... X>
class pullback {
 public:
  pullback(Tape t, Inputs in, Y y, F f, X... x) : tape_(std::move(t)), inputs_(std::move(in)), y_(std::move(y)), f_(std::move(f)), x_(std::move(x)...) {}

  template <class Ct>
  auto operator()(const Ct& cotangent) const {
    auto ct = detail::settle<false>(cotangent);
    if constexpr (detail::tower_within<tree_tower_t<Ct>, W>) {
      const std::lock_guard one_at_a_time(tape_->busy);
      detail::seed<L>(y_, ct);
      tape_->sweep();
      return unwrap(detail::take_gradients(inputs_));
    } else {
      return std::apply(
          [&](const auto&... x) {
            auto [on, inputs, y, level, tower] = detail::record<tree_tower_t<Ct>>(primary(), x...);
            detail::seed<decltype(level)::value>(y, ct);
            on->sweep();
            return unwrap(detail::take_gradients(inputs));
          },
          x_);
    }
  }

 private:
  auto primary() const {
    if constexpr (HasAux) return [f = f_](const auto&... x) { return f(x...).first; };
    else return f_;
  }
  template <class G>
  static auto unwrap(G&& g) {
    if constexpr (std::tuple_size_v<std::remove_cvref_t<G>> == 1) return std::get<0>(std::move(g));
    else return std::move(g);
  }

  Tape tape_;
  Inputs inputs_;
  Y y_;
  F f_;
  std::tuple<X...> x_;
};

template <class Y, class P>
struct vjp_result {
  Y output;
  P vjp_fn;
};
template <class Y, class P, class Aux>
struct vjp_aux_result {
  Y output;
  P vjp_fn;
  Aux aux;
};

namespace detail {
template <bool HasAux, class F, class... X>
auto make_vjp(const F& f, const X&... x) {
  auto [on, inputs, settled, level, tower] = record<hole<1>>(f, x...);
  constexpr int L = decltype(level)::value;
  using W = typename decltype(tower)::type;
  if constexpr (HasAux) {
    static_assert(kind_of_tree<decltype(settled)> == tree_kind::pair, "[vjp] with has_aux, f must return std::pair{value, aux}");
    auto out = strip_taped<L>(settled.first);
    auto aux = strip_taped<L>(settled.second);
    using P = pullback<decltype(on), decltype(inputs), decltype(settled.first), L, W, true, F, X...>;
    return vjp_aux_result<decltype(out), P, decltype(aux)>{std::move(out), P(on, inputs, settled.first, f, x...), std::move(aux)};
  } else {
    auto out = strip_taped<L>(settled);
    using P = pullback<decltype(on), decltype(inputs), decltype(settled), L, W, false, F, X...>;
    return vjp_result<decltype(out), P>{std::move(out), P(on, inputs, settled, f, x...)};
  }
}
}  // namespace detail

// The value of f at x... and its pullback: vjp_fn(cotangent) gives the gradient, or a std::tuple of one for each primal.
//   auto [output, vjp_fn] = vjp(f, x, y);
// Costs one call of f; a pullback costs a small multiple of one. A pullback that is mapped or differentiated calls f again: what f holds
// by reference must be there then, and be what it was.
template <class F, class... X>
auto vjp(const F& f, const X&... x) {
  static_assert(sizeof...(X) > 0, "[vjp] at least one primal is required");
  return detail::make_vjp<false>(f, detail::settle<true>(x)...);
}
// The same for an f that returns std::pair{value, aux}: the aux is handed through.
template <class F, class... X>
auto vjp(const F& f, has_aux_t, const X&... x) {
  static_assert(sizeof...(X) > 0, "[vjp] at least one primal is required");
  return detail::make_vjp<true>(f, detail::settle<true>(x)...);
}

}  // namespace functra
