// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/statement_facts.hpp"
#include "functra/interpreters/tape_nodes.hpp"

// Reverse mode: a value whose statements are recorded on a tape.
namespace functra {

// A value on a tape of level L; its cotangent is a C, which may live on more levels than the value: those of traced values that a
// closure captured, or a whole batch of cotangents.
template <class V, int L, class C>
class taped : public traced<taped<V, L, C>> {
 public:
  using extents_type = extents_of_value<V>;
  using element_type = dtype_of<V>;
  using value_type = V;
  using cotangent_type = C;
  using ref_type = detail::cotangent_ref<V, C>;

  detail::held<V> held;
  ref_type ref;

  FUNCTRA_INLINE taped() : taped(detail::constant_value<V>(extents_type{}, 0)) {}
  FUNCTRA_INLINE explicit taped(uninitialized_t) : held(uninitialized) {}
  FUNCTRA_INLINE explicit taped(unset_t) : held(unset) {}
  FUNCTRA_INLINE explicit taped(V v, ref_type r = {}) : held(std::move(v)), ref(r) {}
  FUNCTRA_INLINE explicit taped(detail::shared_value<V> v, ref_type r = {}) : held(std::move(v)), ref(r) {}
  template <operand U>
    requires(!std::same_as<U, taped>)
  FUNCTRA_INLINE taped(const U& u) : taped(detail::lift<taped>(u)) {}
  FUNCTRA_INLINE taped(const taped&) = default;
  FUNCTRA_INLINE taped(taped&&) = default;
  FUNCTRA_INLINE taped& operator=(const taped&) & = default;
  FUNCTRA_INLINE taped& operator=(taped&&) & = default;
  template <class X>
  void operator=(const X&) && {
    detail::reject_write<X>();
  }

  FUNCTRA_INLINE const V& value() const { return detail::value_of_held(held); }
  FUNCTRA_INLINE decltype(auto) get_extents() const { return value().get_extents(); }
  auto item() const { return value().item(); }
};

namespace detail {
template <class V, int L, class C>
struct lifter<taped<V, L, C>> {
  using To = taped<V, L, C>;
  template <class U>
  static FUNCTRA_INLINE To make(const U& u) {
    static_assert(level_of<U> <= L,
                  "[conversion] a traced value cannot become a value of fewer levels; begin with traced_like(value, x...), which has the levels of x..., or use stop_gradient(x)");
    if constexpr (level_of<U> < L) return To(lift<V>(u));
    else {
      static_assert(extents_of_value<U>::R == extents_of_value<V>::R, "[conversion] a traced value keeps its rank; hold the other value in an `auto` of its own");
      V v = lift<V>(u.value());
      if (!u.ref) return To(std::move(v));
      auto* node = u.ref.on->template record<converted_node<V, C, U>>(v, u);
      return To(std::move(v), node->slot.ref(u.ref.on));
    }
  }
};
}  // namespace detail

template <>
struct interpreter<tracer::taped> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    constexpr law::mask_t mask = detail::mask_at<L, V...>() & G::reach;
    constexpr bool has_cotangent = []<int... k>(std::integer_sequence<int, k...>) { return (std::is_floating_point_v<typename G::template out_type<k>> && ...); }(ints<G::outputs>);
    if constexpr (mask == 0 || !has_cotangent) return bind(statement, name, detail::untaped<L>(v)...);
    else {
      using W = typename detail::cotangent_tower<L, V...>::type;
      tape* const on = detail::tape_of<L>(v...);
      if constexpr (sizeof...(Spec) == 1 && detail::is_value_functor<G>)
        return record_one<L, mask, W>(on, statement, name, v...);
      else return record_many<L, mask, W>(on, statement, name, v...);
    }
  }

  template <int L, class P, class... V>
  static FUNCTRA_INLINE auto apply(const P& p, const V&... v) {
    if constexpr (sizeof...(V) == 1 && P::is_view) {
      if constexpr (shares<P, V...>()) return view(p, v...);
      else if constexpr (points<P, V...>()) return point(p, v...);
      else return record<L>(p, v...);
    } else return record<L>(p, v...);
  }

 private:
  template <class W, class Y>
  using cotangent_t = on_tower_t<W, dtype_of<Y>, extents_of_value<Y>>;

  // A view of a large tensor: its cotangent is the same view of the root's.
  template <class P, class V>
  static constexpr bool shares() {
    using A = typename V::value_type;
    if constexpr (!detail::is_plain<A> || !detail::is_plain<typename V::cotangent_type>) return false;
    else if constexpr (detail::kind_of_cotangent<A, typename V::cotangent_type>() != detail::cotangent_kind::buffer) return false;
    else {
      using Y = decltype(std::declval<const P&>().eval(std::declval<const A&>()));
      if constexpr (requires(const P& p) { p.to; } && !requires(const P& p) { p.window; } && detail::is_view<A> && !detail::is_view<Y>) return false;
      else return detail::is_view<Y> || (extents_of_value<Y>::R == 0 && requires(const P& p) { p.window; }) || (!detail::is_view<A> && !detail::is_inline_tensor<Y>);
    }
  }
  template <class P, class V>
  static FUNCTRA_INLINE auto view(const P& p, const V& v) {
    auto y = p.eval(v.value());
    using Y = decltype(y);
    using C = cotangent_t<tower_of<typename V::cotangent_type>, Y>;
    using Ref = detail::cotangent_ref<Y, C>;
    Ref ref;
    if (v.ref) {
      if constexpr (extents_of_value<Y>::R == 0) {
        // One element: a place in the root's buffer.
        ref.p = v.ref.slot->pin() + v.ref.offset + p.offset_in(v.value());
      } else {
        ref.slot = v.ref.slot;
        ref.offset = v.ref.offset + (detail::origin(y) - detail::origin(v.value()));
      }
      ref.on = v.ref.on;
    }
    return taped<Y, level_of<V>, C>(std::move(y), ref);
  }

  // A contiguous part of a small tensor: a place in its cotangent.
  template <class P, class V>
  static constexpr bool points() {
    using A = typename V::value_type;
    if constexpr (!detail::is_plain<A> || !detail::is_plain<typename V::cotangent_type>) return false;
    else if constexpr (detail::kind_of_cotangent<A, typename V::cotangent_type>() != detail::cotangent_kind::inlined) return false;
    else if constexpr (requires(const P& p, const A& a) { p.offset_in(a); }) return P::template contiguous<A>();
    else return false;
  }
  template <class P, class V>
  static FUNCTRA_INLINE auto point(const P& p, const V& v) {
    auto y = p.eval(v.value());
    using Y = decltype(y);
    using C = cotangent_t<tower_of<typename V::cotangent_type>, Y>;
    detail::cotangent_ref<Y, C> ref;
    if (v.ref.p) ref = {v.ref.p + p.offset_in(v.value()), v.ref.on};
    return taped<Y, level_of<V>, C>(std::move(y), ref);
  }

  template <int L, class P, class... V>
  static auto record(const P& p, const V&... v) {
    auto held = detail::hold([&]() FUNCTRA_INLINE_LAMBDA { return bind(p, detail::untaped<L>(v)...); });
    const auto& y = detail::value_of_held(held);
    using Y = std::remove_cvref_t<decltype(y)>;
    if constexpr (!P::differentiable || !std::is_floating_point_v<dtype_of<Y>>) return Y(y);
    else {
      using W = typename detail::cotangent_tower<L, V...>::type;
      using C = cotangent_t<W, Y>;
      constexpr law::mask_t mask = floating_mask<L, V...>();
      tape* const on = detail::tape_of<L>(v...);
      if constexpr (detail::is_view<Y> && detail::kind_of_cotangent<Y, C>() == detail::cotangent_kind::buffer) {
        // A view of something that has no buffer of its own to share: a tensor of its own.
        auto z = y.materialize_as();
        using Z = decltype(z);
        if (!on) return taped<Z, L, C>(std::move(z));
        auto* node = on->template record<detail::primitive_node<L, mask, P, Z, C, V...>>(p, z, v...);
        return taped<Z, L, C>(std::move(z), node->slot.ref(on));
      } else {
        if (!on) return taped<Y, L, C>(std::move(held));
        auto* node = on->template record<detail::primitive_node<L, mask, P, Y, C, V...>>(p, y, v...);
        return taped<Y, L, C>(std::move(held), node->slot.ref(on));
      }
    }
  }
  template <int L, class... V>
  static constexpr law::mask_t floating_mask() {
    law::mask_t m = 0;
    int i = 0;
    ((m |= (level_of<V> == L && std::is_floating_point_v<dtype_of<V>> ? law::mask_t{1} << i : law::mask_t{0}), ++i), ...);
    return m;
  }

  // One output. Scalars and small tensors keep their partials; so does a statement whose cotangents live on more levels than its
  // values, for then each partial serves many cotangents. Large tensors compute them again in the pullback.
  template <int L, law::mask_t Mask, class W, class F, class Spec, class... V>
  static FUNCTRA_INLINE auto record_one(tape* on, functra::fused_statement<law::value_of<F>, Spec> statement, const char* name, const V&... v) {
    using X = broadcast_extents<extents_of_value<V>...>;
    constexpr bool plain = (detail::is_plain<std::remove_cvref_t<decltype(detail::untaped<L>(v))>> && ...);
    constexpr bool small = X::is_bounded && X::max_size <= 64;
    constexpr bool plain_cotangent = tower_level<W>() == 0;
    constexpr bool more_levels = !std::is_same_v<W, join_t<tower_of<decltype(detail::untaped<L>(v))>...>>;
    constexpr bool scalar = plain && plain_cotangent && X::R == 0;
    constexpr bool parts = detail::order_of<std::remove_cvref_t<decltype(detail::untaped<L>(v))>...> >= 2;
    if constexpr (scalar) return record_scalar<L, Mask, W, F>(on, statement, name, v...);
    else if constexpr (plain && plain_cotangent && !detail::in_place<V...> && !X::is_bounded && sums_some<Spec> && law::kept_part<F>::found)
      return record_in_two<F>(std::make_integer_sequence<int, law::kept_part<F>::first>{}, statement, name, v...);
    else if constexpr (!F::linear && !is_like<Spec> && (parts || more_levels || (plain && plain_cotangent && small))) {
      if (!on) return constant<L, W>(bind(statement, name, detail::untaped<L>(v)...));
      return [&]<int... k>(std::integer_sequence<int, k...>) {
        auto r = bind(functra::fused_statement<law::partials_of<F, Mask>, onto::full, detail::full_for<k>...>{}, name, detail::untaped<L>(v)...);
        auto y = [&] {
          if constexpr (std::is_same_v<Spec, onto::full>) return std::move(get<0>(r));
          else return bind(functra::fused_statement<law::value_of<law::arg<typename F::type>>, Spec>{}, name, get<0>(r));
        }();
        using Y = decltype(y);
        using C = cotangent_t<W, Y>;
        using Node = detail::partials_node<L, Mask, Spec, Y, C, bundle<std::remove_cvref_t<decltype(get<k + 1>(r))>...>, V...>;
        auto* node = on->template record<Node>(name, y, make_bundle(std::move(get<k + 1>(r))...), v...);
        return taped<Y, L, C>(std::move(y), node->slot.ref(on));
      }(ints<std::popcount(Mask)>);
    } else return record_many<L, Mask, W>(on, statement, name, v...);
  }

  // A sum over some dims, as a layer's. What its pullback would have to compute again for all of them is kept, as a statement of its own.
  template <class Spec>
  static constexpr bool sums_some = requires { []<unsigned M>(onto::keep<M>) {}(Spec{}); };
  template <class F, class Spec, class... V, int... Before>
  static auto record_in_two(std::integer_sequence<int, Before...>, functra::fused_statement<law::value_of<F>, Spec>, const char* name, const V&... v) {
    using K = law::kept_part<F>;
    constexpr int first = K::first, count = K::part::arity;
    const auto part = [&]<int... i>(std::integer_sequence<int, i...>) {
      return bind(functra::fused_statement<law::value_of<typename K::part>, onto::full>{}, name, nth_of<first + i>(v...)...);
    }(ints<count>);
    return [&]<int... i>(std::integer_sequence<int, i...>) {
      return bind(functra::fused_statement<law::value_of<typename K::rest>, Spec>{}, name, nth_of<Before>(v...)..., part, nth_of<first + count + i>(v...)...);
    }(ints<static_cast<int>(sizeof...(V)) - first - count>);
  }

  template <class W>
  static constexpr int tower_level() {
    return detail::tower_level<W>;
  }

  template <int L, class W, class Y>
  static FUNCTRA_INLINE auto constant(Y&& y) {
    using C = cotangent_t<W, std::remove_cvref_t<Y>>;
    return taped<std::remove_cvref_t<Y>, L, C>(std::forward<Y>(y));
  }

  // A rank-0 statement on plain values: a flat node with one edge for each active leaf.
  template <int L, law::mask_t Mask, class W, class F, class Spec, class... V>
  static FUNCTRA_INLINE auto record_scalar(tape* on, functra::fused_statement<law::value_of<F>, Spec> statement, const char* name, const V&... v) {
    constexpr int N = std::max({1, lanes_of<element_of<V>>...});
    using Y = Tensor<element_t<typename F::type, N>>;
    using C = cotangent_t<W, Y>;
    if (!on) return taped<Y, L, C>(bind(statement, name, detail::untaped<L>(v)...));
    return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
      using Node = detail::scalar_node<element_of<C>, detail::edge<detail::leaf_cotangent<Mask, k, V...>, law::known_partial<F, law::detail::nth_active(Mask, k)>>...>;
      auto x = detail::scalar_inputs_of<L>(v...);
      // The node first: what the tape calls when it grows would have the partials spilled.
      auto* const node = on->template record<Node>();
      typename F::template node<0, Mask, decltype(detail::scalar_inputs_of<L>(v...))> n(x);
      ((get<k>(node->edges).to = nth_of<law::detail::nth_active(Mask, k)>(v...).ref.p), ...);
      detail::edge_sink<Mask, Node> sink{*node};
      n.rev(law::constant_like(n.v, 1), sink);
      return taped<Y, L, C>(Y(n.v), detail::cotangent_ref<Y, C>{&node->cotangent, on});
    }(ints<std::popcount(Mask)>);
  }

  template <int L, law::mask_t Mask, class W, class G, class... Spec, class... V>
  static auto record_many(tape* on, functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    auto r = detail::bundled(bind(statement, name, detail::untaped<L>(v)...));
    return [&]<int... k>(std::integer_sequence<int, k...>) {
      using Ys = decltype(r);
      using Node = detail::fused_node<L, Mask, G, bundle<Spec...>, Ys, bundle<cotangent_t<W, std::remove_cvref_t<decltype(get<k>(r))>>...>, V...>;
      Node* node = nullptr;
      if (on) {
        node = on->template record<Node>(name, r, v...);
        ((get<k>(node->shapes) = extents_of_value<std::remove_cvref_t<decltype(get<k>(r))>>(get<k>(r).get_extents())), ...);
      }
      const auto wrap = [&](auto j) {
        using Y = std::remove_cvref_t<decltype(get<j>(r))>;
        using C = cotangent_t<W, Y>;
        if (!node) return taped<Y, L, C>(std::move(get<j>(r)));
        return taped<Y, L, C>(std::move(get<j>(r)), get<j>(node->slots).ref(on));
      };
      if constexpr (sizeof...(Spec) == 1) return wrap(index_constant<0>);
      else return make_bundle(wrap(index_constant<k>)...);
    }(ints<sizeof...(Spec)>);
  }
};

}  // namespace functra
