// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/cotangent.hpp"

// The statements on a tape: what each keeps, and how it is pulled back.
namespace functra::detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) untaped(const V& v) {
  if constexpr (level_of<V> == L) return v.value();
  else return (v);
}
// The same, to be kept.
template <int L, class V>
FUNCTRA_INLINE const auto& held_untaped(const V& v) {
  if constexpr (level_of<V> == L) return v.held;
  else return v;
}

// The tower of cotangents on the tape of these operands.
template <int L, class... V>
struct cotangent_tower {
  template <class W>
  static auto one() {
    if constexpr (level_of<W> == L) return std::type_identity<tower_of<typename W::cotangent_type>>{};
    else return std::type_identity<hole<1>>{};
  }
  using type = join_t<typename decltype(one<V>())::type...>;
};

template <int L, class... V>
FUNCTRA_INLINE tape* tape_of(const V&... v) {
  tape* t = nullptr;
  const auto take = [&](const auto& x) FUNCTRA_INLINE_LAMBDA {
    if constexpr (level_of<decltype(x)> == L)
      if (x.ref.on) t = x.ref.on;
  };
  (take(v), ...);
  return t;
}

// A scalar statement: its partials, and where they go. C is the element of the cotangent.
template <class C, class... To>
struct scalar_node : tape_node {
  C cotangent{0};
  template <class T>
  struct edge {
    T* to;
    T partial;
  };
  bundle<edge<To>...> edges;

  FUNCTRA_INLINE scalar_node() : tape_node{} {}
  static void pull(tape_node* n) {
    auto* const self = static_cast<scalar_node*>(n);
    const C c = std::exchange(self->cotangent, C(0));
    if constexpr (lanes_of<C> == 1) {
      if (c == C(0)) return;
      const bool finite = c - c == C(0);
      for_each_index(ints<sizeof...(To)>, [&](auto k) FUNCTRA_INLINE_LAMBDA {
        const auto& e = get<k>(self->edges);
        using T = std::remove_reference_t<decltype(*e.to)>;
        if (e.to && (finite || e.partial != 0)) *e.to += static_cast<T>(c * static_cast<C>(e.partial));
      });
    } else
      for_each_index(ints<sizeof...(To)>, [&](auto k) FUNCTRA_INLINE_LAMBDA {
        const auto& e = get<k>(self->edges);
        if (e.to) *e.to = law::absorbing_fma(lanes::convert<scalar_t<C>>(e.partial), c, *e.to);
      });
  }
};

// Statements whose outermost law has its partial from the value.
template <class G, class... Spec>
inline constexpr bool starts_from_value = false;
template <class F>
inline constexpr bool starts_from_value<law::value_of<F>, onto::full> = law::detail::is_of_value<F>;

template <class H>
struct from_value_of;
template <class F, law::mask_t Mask, bool Merge>
struct from_value_of<law::pullback_of<F, Mask, Merge>> {
  using type = law::pullback_of<F, Mask, Merge, true>;
};
template <class H>
using started_from_value = typename from_value_of<H>::type;

// Where the cotangents of constants go, which nobody asks for.
template <bool Large>
struct spare_room {
  memory::handle memory;
  template <class T>
  T* place(index_t n) {
    memory = memory::handle::allocate(static_cast<std::size_t>(n > 0 ? n : 1) * sizeof(T));
    return static_cast<T*>(memory.data());
  }
};
template <>
struct spare_room<false> {};

// A fused statement G whose pullback recomputes the partials from the leaves.
template <int L, law::mask_t Mask, class G, class Specs, class Ys, class Cs, class... V>
struct fused_node;

template <class G, law::mask_t Mask>
struct pullback_functor {
  using type = law::cotangents_of<G, Mask>;
};
template <class F, law::mask_t Mask>
struct pullback_functor<law::value_of<F>, Mask> {
  using type = law::pullback_of<F, Mask>;
};

template <int L, law::mask_t Mask, class G, class... Spec, class... Y, class... C, class... V>
struct fused_node<L, Mask, G, bundle<Spec...>, bundle<Y...>, bundle<C...>, V...> : tape_node {
  bundle<cotangent_slot<Y, C>...> slots;
  bundle<std::remove_cvref_t<decltype(held_untaped<L>(std::declval<const V&>()))>...> x;
  const char* name;
  struct no_ref {};
  template <class W>
  static auto ref_of(const W& w) {
    if constexpr (level_of<W> == L) return w.ref;
    else return no_ref{};
  }
  bundle<decltype(ref_of(std::declval<const V&>()))...> refs;
  // The value, where the pullback can start from it.
  static constexpr bool from_value = starts_from_value<G, Spec...> && (is_plain<Y> && ...) && (is_plain<C> && ...);
  struct nothing {};
  FUNCTRA_EMPTY std::conditional_t<from_value, nth_type<0, Y...>, nothing> value;

  template <class Ys>
  fused_node(const char* n, const Ys& y, const V&... v)
      : tape_node{},
        slots([&]<int... k>(std::integer_sequence<int, k...>) { return bundle<cotangent_slot<Y, C>...>{cotangent_slot<Y, C>(get<k>(y))...}; }(ints<sizeof...(Y)>)),
        x{held_untaped<L>(v)...},
        name(n),
        refs{ref_of(v)...},
        value(value_in(y)) {}

  static void pull(tape_node* n) { static_cast<fused_node*>(n)->run(); }

  // Pulls these cotangents back, not those that were summed up: constants need not be lifted to the levels of the others.
  template <class... Ck>
  FUNCTRA_INLINE void pull_with(const Ck&... c) {
    if constexpr (in_place<V..., Y...>) pull_active(std::make_integer_sequence<int, std::popcount(Mask)>{}, c...);
    else pull_large(c...);
  }

 private:
  static constexpr int outputs = sizeof...(Y);
  template <class... Ck>
  FUNCTRA_NOINLINE void pull_large(const Ck&... c) {
    pull_active(std::make_integer_sequence<int, std::popcount(Mask)>{}, c...);
  }
  template <int... J, class... Ck>
  FUNCTRA_INLINE void pull_active(std::integer_sequence<int, J...>, const Ck&... c) {
    constexpr bool same = merges(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{});
    if constexpr (same && law_is_value)
      if (all_same(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{}))
        return run_functor<law::pullback_of<typename value_functor<G>::type, Mask, true>>(std::integer_sequence<int, law::detail::nth_active(Mask, 0)>{}, c...);
    run_functor<typename pullback_functor<G, Mask>::type>(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{}, c...);
  }
  // Whether the pullback can write where the cotangents are summed.
  template <class W>
  static constexpr bool has_place() {
    if constexpr (level_of<W> == L) return is_plain<typename W::value_type> && kind_of_cotangent<typename W::value_type, typename W::cotangent_type>() != cotangent_kind::general;
    else return is_plain<W>;
  }
  static constexpr bool plain = (is_plain<C> && ...) && (has_place<V>() && ...);

  template <class Ys>
  static auto value_in(const Ys& y) {
    if constexpr (from_value) return get<0>(y);
    else return nothing{};
  }

  void run() {
    const bool any = [&]<int... k>(std::integer_sequence<int, k...>) { return (get<k>(slots).is_set() || ...); }(ints<outputs>);
    if (!any) return;
    [&]<int... k>(std::integer_sequence<int, k...>) { pull_with(cotangent<k>()...); }(ints<outputs>);
  }
  // The cotangent of output K; zeros where nothing reached it.
  template <int K>
  decltype(auto) cotangent() {
    using Slot = std::remove_cvref_t<decltype(get<K>(slots))>;
    auto& s = get<K>(slots);
    if constexpr (outputs == 1) return s.take();
    else {
      using Ck = nth_type<K, C...>;
      static_cast<void>(static_cast<Slot*>(nullptr));
      if (s.is_set()) return Ck(s.take());
      if constexpr (requires { s.x; }) return constant_value<Ck>(s.x, 0);
      else if constexpr (extents_of_value<Ck>::is_static) return constant_value<Ck>(extents_of_value<Ck>{}, 0);
      else return constant_value<Ck>(get<K>(shapes), 0);
    }
  }

 public:
  // The extents of the outputs, for those whose cotangent knows none.
  bundle<extents_of_value<Y>...> shapes;

 private:
  static constexpr bool law_is_value = is_value_functor<G>;
  template <class H>
  struct value_functor {
    using type = void;
  };
  template <class F>
  struct value_functor<law::value_of<F>> {
    using type = F;
  };

  // Leaves of one type may be one tensor; then their cotangents are one output.
  template <int... I>
  static constexpr bool merges(std::integer_sequence<int, I...>) {
    if constexpr (sizeof...(I) < 2 || !plain) return false;
    else {
      using First = nth_type<law::detail::nth_active(Mask, 0), V...>;
      if constexpr (!(std::is_same_v<First, nth_type<I, V...>> && ...)) return false;
      else return kind_of_cotangent<typename First::value_type, typename First::cotangent_type>() == cotangent_kind::buffer;
    }
  }
  template <class W>
  static bool same_layout(const W& a, const W& b) {
    if constexpr (is_view<W>)
      if (!std::equal(a.strides(), a.strides() + W::R, b.strides())) return false;
    return agrees(a.get_extents(), b.get_extents());
  }
  template <int I0, int... I>
  bool all_same(std::integer_sequence<int, I0, I...>) const {
    const auto same = [&](auto i) {
      const auto& a = get<I0>(refs);
      const auto& b = get<i>(refs);
      return a.slot == b.slot && a.offset == b.offset && same_layout(leaf<I0>(), leaf<i>());
    };
    return (same(std::integral_constant<int, I>{}) && ...);
  }
  static constexpr int max_dims = lanes::max_rank;
  template <int I>
  FUNCTRA_INLINE const auto& leaf() const {
    return value_of_held(get<I>(x));
  }

  // Runs the pullback H; its outputs are the cotangents of the leaves I.
  template <class H, int... I, class... Ck>
  void run_functor(std::integer_sequence<int, I...>, const Ck&... c) {
    [&]<int... i>(std::integer_sequence<int, i...>) {
      constexpr bool large = plain && (has_buffer<decltype(get<I>(refs))> || ...);
      [[maybe_unused]] const bool all_set = (static_cast<bool>(get<I>(refs)) && ...);
      if constexpr (plain)
        if (large || all_set) {
          using X = broadcast_extents<extents_of_value<decltype(leaf<i>())>..., extents_of_value<Ck>...>;
          const X space = common_extents<X>(name, leaf<i>()..., c...);
          index_t strides[sizeof...(V)][max_dims];
          [[maybe_unused]] spare_room<large> spare[sizeof...(V)];
          share_buffers(get<I>(refs)...);
          if constexpr (from_value) run_fused<started_from_value<H>>(space, make_bundle(target_for(get<I>(refs), leaf<I>(), strides[I], spare[I])...), leaf<i>()..., c..., value);
          else run_fused<H>(space, make_bundle(target_for(get<I>(refs), leaf<I>(), strides[I], spare[I])...), leaf<i>()..., c...);
          return;
        }
      if constexpr (!large) {
        auto r = bind(fused_statement<H, onto::like<I>...>{}, name, leaf<i>()..., c...);
        if constexpr (sizeof...(I) == 1) (accumulate(get<I>(refs), leaf<I>(), std::move(r)), ...);
        else {
          int unused = 0;
          static_cast<void>(unused);
          [&]<int... k>(std::integer_sequence<int, k...>) { (accumulate(get<I>(refs), leaf<I>(), std::move(get<k>(r))), ...); }(ints<sizeof...(I)>);
        }
      }
    }(ints<sizeof...(V)>);
  }
  template <class Ref>
  static constexpr bool has_buffer = requires(const Ref& r) { r.slot->zeroed(); };
  // A buffer that several leaves add to must be there before: none of them may store.
  template <class... Ref>
  static void share_buffers(const Ref&... r) {
    if constexpr (sizeof...(Ref) > 1) {
      const auto slot = [](const auto& ref) -> const void* {
        if constexpr (requires { ref.slot; }) return ref.slot;
        else return nullptr;
      };
      const void* slots[] = {slot(r)...};
      const auto prepare = [&](const auto& ref) {
        if constexpr (requires { ref.slot; })
          if (ref.slot && std::count(slots, slots + sizeof...(Ref), ref.slot) > 1) ref.slot->zeroed();
      };
      (prepare(r), ...);
    }
  }
  template <class W, class D, bool Large>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::inlined>& r, const W&, index_t*, spare_room<Large>& spare) {
    using X = extents_of_value<D>;
    using E = element_of<D>;
    if constexpr (Large)
      if (!r) return target<E, X>{spare.template place<E>(X{}.size()), X{}, false};
    return target<E, X>{r.p, X{}, true};
  }
  template <class W, class D>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::buffer>& r, const W& w, index_t* strides, spare_room<true>& spare) {
    using X = extents_of_value<D>;
    using E = element_of<D>;
    const X extents = X::from(w.shape().data());
    if (!r) {
      natural_strides(extents, strides);
      return target<E, X, is_view<W>>{spare.template place<E>(w.size()), extents, false, strides};
    }
    bool add;
    E* const p = r.slot->room(w.size(), is_view<W>, add) + r.offset;
    strides_of(w, strides);
    return target<E, X, is_view<W>>{p, extents, add, strides};
  }
};

// A fused statement with one output whose partials are stored.
template <int L, law::mask_t Mask, class Spec, class Y, class C, class D, class... V>
struct partials_node;

template <int L, law::mask_t Mask, class Spec, class Y, class C, class... D, class... V>
struct partials_node<L, Mask, Spec, Y, C, bundle<D...>, V...> : tape_node {
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
      : tape_node{}, slot(y), partials(std::move(d)), refs([&]<int... k>(std::integer_sequence<int, k...>) {
          return typename members<seq>::refs{nth_of<law::detail::nth_active(Mask, k)>(v...).ref...};
        }(ints<sizeof...(D)>)),
        x([&]<int... k>(std::integer_sequence<int, k...>) {
          return typename members<seq>::xs{kept<L>(nth_of<law::detail::nth_active(Mask, k)>(v...))...};
        }(ints<sizeof...(D)>)),
        name(n) {}

  static void pull(tape_node* n) {
    auto* const self = static_cast<partials_node*>(n);
    if (!self->slot.is_set()) return;
    const auto& c = self->slot.take();
    for_each_index(ints<sizeof...(D)>, [&](auto k) { self->send(get<k>(self->partials), c, get<k>(self->refs), get<k>(self->x)); });
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

// A primitive of the rule book.
template <int L, law::mask_t Mask, class P, class Y, class C, class... V>
struct primitive_node : tape_node {
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
      : tape_node{}, slot(yv), primitive(p), y(output(yv)), x{keep_input(v)...}, refs{ref_of(v)...}, values{kept<L>(v)...} {}

  static void pull(tape_node* n) {
    auto* const self = static_cast<primitive_node*>(n);
    if (!self->slot.is_set()) return;
    const auto& c = self->slot.take();
    for_each_index(ints<std::popcount(Mask)>, [&](auto k) {
      constexpr int I = law::detail::nth_active(Mask, k);
      if (!get<I>(self->refs)) return;
      if constexpr (requires { self->primitive.place(); })
        if (accumulate_at(get<I>(self->refs), self->primitive.place(), c)) return;
      [&]<int... i>(std::integer_sequence<int, i...>) {
        accumulate(get<I>(self->refs), get<I>(self->values), eval(self->primitive.template vjp<I>(c, self->y, get<i>(self->x)...)));
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
