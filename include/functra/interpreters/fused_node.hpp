// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/tape_operands.hpp"

// Fused statements on a tape whose pullback computes the partials again, and adds to where the cotangents are summed.
namespace functra::detail {

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

// Where a leaf's cotangent lies in a buffer, which others may share.
struct buffer_place {
  const void* slot = nullptr;
  index_t begin = 0, end = 0;
  bool is_run = false;  // its elements are neighbours in memory
  bool is_new = false;  // nothing is in the buffer yet
  bool stores = false;  // the leaf's cotangent need not be added to what is there
  bool opens = false;   // the buffer is to be made for this leaf, zeros around [first, last)
  bool alone = false;   // no other leaf shares the buffer
  index_t first = 0, last = 0;
};
// Cotangents in a new buffer are stored, with zeros around, where their places are one run; otherwise they are added to zeros.
FUNCTRA_NOINLINE inline void plan_buffers(buffer_place* p, int count) {
  for (int k = 0; k < count; ++k) {
    bool known = !p[k].is_new;
    for (int i = 0; i < k; ++i) known |= p[i].slot == p[k].slot;
    if (known) continue;
    p[k].opens = true;
    index_t first = p[k].begin, last = p[k].end;
    for (int pass = 0; pass < count; ++pass)
      for (int i = 0; i < count; ++i)
        if (p[i].slot == p[k].slot && p[i].begin <= last && p[i].end >= first) {
          first = std::min(first, p[i].begin);
          last = std::max(last, p[i].end);
        }
    bool stores = true;
    for (int i = 0; i < count; ++i)
      if (p[i].slot == p[k].slot) stores &= p[i].is_run && p[i].begin >= first && p[i].end <= last;
    for (int i = 0; i < count; ++i) p[i].stores |= stores && p[i].slot == p[k].slot;
    if (stores) p[k].first = first, p[k].last = last;
    p[k].alone = std::count_if(p, p + count, [&](const buffer_place& q) { return q.slot == p[k].slot; }) == 1;
  }
}

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
struct fused_node<L, Mask, G, bundle<Spec...>, bundle<Y...>, bundle<C...>, V...> {
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
      : slots([&]<int... k>(std::integer_sequence<int, k...>) { return bundle<cotangent_slot<Y, C>...>{cotangent_slot<Y, C>(get<k>(y))...}; }(ints<sizeof...(Y)>)),
        x{held_untaped<L>(v)...},
        name(n),
        refs{ref_of(v)...},
        value(value_in(y)) {}

  void pull() {
    const bool any = [&]<int... k>(std::integer_sequence<int, k...>) { return (get<k>(slots).is_set() || ...); }(ints<outputs>);
    if (!any) return;
    [&]<int... k>(std::integer_sequence<int, k...>) { pull_some(true, cotangent<k>()...); }(ints<outputs>);
  }

  // Pulls these cotangents back, not those that were summed up: constants need not be lifted to the levels of the others.
  template <class... Ck>
  FUNCTRA_INLINE void pull_with(const Ck&... c) {
    pull_some(false, c...);
  }

 private:
  static constexpr int outputs = sizeof...(Y);
  // Owned: nobody else reads the cotangents, whose memory may be written to.
  template <class... Ck>
  FUNCTRA_INLINE void pull_some(bool owned, const Ck&... c) {
    if constexpr (in_place<V..., Y...>) pull_active(std::make_integer_sequence<int, std::popcount(Mask)>{}, false, c...);
    else pull_large(owned, c...);
  }
  template <class... Ck>
  FUNCTRA_NOINLINE void pull_large(bool owned, const Ck&... c) {
    pull_active(std::make_integer_sequence<int, std::popcount(Mask)>{}, owned, c...);
  }
  template <int... J, class... Ck>
  FUNCTRA_INLINE void pull_active(std::integer_sequence<int, J...>, bool owned, const Ck&... c) {
    constexpr bool same = merges(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{});
    if constexpr (same && law_is_value)
      if (all_same(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{}))
        return run_functor<law::pullback_of<typename value_functor<G>::type, Mask, true>>(std::integer_sequence<int, law::detail::nth_active(Mask, 0)>{}, owned, c...);
    run_functor<typename pullback_functor<G, Mask>::type>(std::integer_sequence<int, law::detail::nth_active(Mask, J)...>{}, owned, c...);
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

  // The cotangent of output K; zeros where nothing reached it.
  template <int K>
  decltype(auto) cotangent() {
    auto& s = get<K>(slots);
    if constexpr (outputs == 1) return s.take();
    else {
      using Ck = nth_type<K, C...>;
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
  void run_functor(std::integer_sequence<int, I...>, [[maybe_unused]] bool owned, const Ck&... c) {
    [&]<int... i>(std::integer_sequence<int, i...>) {
      constexpr bool large = plain && (has_buffer<decltype(get<I>(refs))> || ...);
      [[maybe_unused]] const bool all_set = (static_cast<bool>(get<I>(refs)) && ...);
      if constexpr (plain)
        if (large || all_set) {
          using X = broadcast_extents<extents_of_value<decltype(leaf<i>())>..., extents_of_value<Ck>...>;
          const X space = common_extents<X>(name, leaf<i>()..., c...);
          index_t strides[sizeof...(V)][max_dims];
          [[maybe_unused]] spare_room<large> spare[sizeof...(V)];
          [[maybe_unused]] buffer_place places[sizeof...(V)];
          if constexpr (large) {
            ((places[I] = place_of(get<I>(refs), leaf<I>())), ...);
            plan_buffers(places, sizeof...(V));
            if constexpr (law_is_value) (take_over(get<I>(refs), places[I], space, c..., owned), ...);
            (open_buffer(get<I>(refs), places[I]), ...);
          }
          if constexpr (from_value)
            run_fused<started_from_value<H>>(space, make_bundle(target_for(get<I>(refs), leaf<I>(), places[I], strides[I], spare[I])...), leaf<i>()..., c..., value);
          else run_fused<H>(space, make_bundle(target_for(get<I>(refs), leaf<I>(), places[I], strides[I], spare[I])...), leaf<i>()..., c...);
          return;
        }
      if constexpr (!large) {
        auto r = bind(fused_statement<H, onto::like<I>...>{}, name, leaf<i>()..., c...);
        if constexpr (sizeof...(I) == 1) (accumulate(get<I>(refs), leaf<I>(), std::move(r)), ...);
        else [&]<int... k>(std::integer_sequence<int, k...>) { (accumulate(get<I>(refs), leaf<I>(), std::move(get<k>(r))), ...); }(ints<sizeof...(I)>);
      }
    }(ints<sizeof...(V)>);
  }
  template <class Ref>
  static constexpr bool has_buffer = requires(const Ref& r) { r.slot->zeroed(); };
  template <class Ref, class W>
  static buffer_place place_of(const Ref& r, const W& w) {
    if constexpr (!has_buffer<Ref>) return {};
    else if constexpr (is_view<W>) return {r.slot, r.offset, r.offset + w.size(), w.is_contiguous(), r.slot && !r.slot->data};
    else return {r.slot, 0, w.size(), true, r.slot && !r.slot->data};
  }
  // A law reads its cotangent before it writes: the memory of one that nobody else reads becomes that of the first of its extents.
  template <class W, class D, cotangent_kind K, class X, class Ck>
  static void take_over(const cotangent_ref<W, D, K>& r, buffer_place& at, const X& space, const Ck& c, bool& owned) {
    if constexpr (K == cotangent_kind::buffer && !is_view<W> && !is_view<Ck> && std::is_same_v<element_of<D>, element_of<Ck>> && std::is_same_v<extents_of_value<W>, X> &&
                  std::is_same_v<extents_of_value<Ck>, X>) {
      if (!owned || !at.opens || !at.stores || !at.alone || r.slot->n != space.size() || !agrees(space, c) || c.handle().shared()) return;
      r.slot->memory = c.handle();
      r.slot->data = static_cast<element_of<D>*>(r.slot->memory.data());
      at.opens = owned = false;
    }
  }
  template <class Ref>
  static void open_buffer(const Ref& r, const buffer_place& at) {
    if constexpr (has_buffer<Ref>)
      if (at.opens) r.slot->make_zeroed_around(at.first, at.last);
  }
  template <class W, class D, bool Large>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::inlined>& r, const W&, const buffer_place&, index_t*, spare_room<Large>& spare) {
    using X = extents_of_value<D>;
    using E = element_of<D>;
    if constexpr (Large)
      if (!r) return target<E, X>{spare.template place<E>(X{}.size()), X{}, false};
    return target<E, X>{r.p, X{}, true};
  }
  template <class W, class D>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::buffer>& r, const W& w, const buffer_place& at, index_t* strides, spare_room<true>& spare) {
    using X = extents_of_value<D>;
    using E = element_of<D>;
    const X extents = X::from(w.shape().data());
    if (!r) {
      natural_strides(extents, strides);
      return target<E, X, is_view<W>>{spare.template place<E>(w.size()), extents, false, strides};
    }
    strides_of(w, strides);
    return target<E, X, is_view<W>>{r.slot->data + r.offset, extents, !at.stores, strides};
  }
};

}  // namespace functra::detail
