// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>

#include "functra/interpreters/dual.hpp"
#include "functra/interpreters/tape.hpp"

// Reverse mode: a value whose statements are recorded on a tape.
namespace functra {

namespace detail {

// ---- cotangents: where they are summed up ----

enum class cotangent_kind {
  inlined,  // a small static tensor: in the tape itself, zero from the start
  buffer,   // a large tensor: a buffer that the first contribution makes; views write into the buffer of their root
  general   // a traced value of another transform: summed by operations
};
template <class V, class C>
constexpr cotangent_kind kind_of_cotangent() {
  if (!is_plain<V> || !is_plain<C>) return cotangent_kind::general;
  if (is_view<V> || !is_inline_tensor<C>) return cotangent_kind::buffer;
  return cotangent_kind::inlined;
}

// A buffer of n cotangents.
template <class T>
struct buffer_slot {
  memory::handle memory;
  T* data = nullptr;
  index_t n;
  bool pinned = false;  // elements of the buffer are pointed at

  explicit buffer_slot(index_t size) : n(size) {}
  // The buffer, zeroed if it is new.
  FUNCTRA_INLINE T* zeroed() {
    if (!data) [[unlikely]]
      make_zeroed();
    return data;
  }
  FUNCTRA_COLD void make_zeroed() {
    fresh();
    std::memset(static_cast<void*>(data), 0, static_cast<std::size_t>(n) * sizeof(T));
  }
  // Forgets what was summed, so that the tape can be swept again.
  void reset() {
    if (pinned) {
      std::memset(static_cast<void*>(data), 0, static_cast<std::size_t>(n) * sizeof(T));
    } else {
      memory = {};
      data = nullptr;
    }
  }
  T* fresh() {
    memory = memory::handle::allocate(static_cast<std::size_t>(n > 0 ? n : 1) * sizeof(T));
    return data = static_cast<T*>(memory.data());
  }
};

// The place in the tape where the cotangent of a value is summed, and a reference to it. A reference without place belongs to a
// constant.
template <class V, class C, cotangent_kind K = kind_of_cotangent<V, C>()>
struct cotangent_ref;

template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::inlined> {
  element_of<C>* p = nullptr;
  tape* on = nullptr;
  explicit operator bool() const { return p != nullptr; }
};
template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::buffer> {
  buffer_slot<element_of<C>>* slot = nullptr;
  index_t offset = 0;
  tape* on = nullptr;
  explicit operator bool() const { return slot != nullptr; }
};
template <class V, class C>
struct cotangent_ref<V, C, cotangent_kind::general> {
  std::optional<C>* slot = nullptr;
  tape* on = nullptr;
  explicit operator bool() const { return slot != nullptr; }
};

template <class V, class C, cotangent_kind K = kind_of_cotangent<V, C>()>
struct cotangent_slot;

template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::inlined> {
  C value;  // zeros
  FUNCTRA_INLINE explicit cotangent_slot(const V&) {}
  FUNCTRA_INLINE cotangent_ref<V, C> ref(tape* on) { return {value.mutable_data(), on}; }
  FUNCTRA_INLINE bool is_set() const { return true; }
  FUNCTRA_INLINE C take() { return std::exchange(value, C{}); }
};
template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::buffer> : buffer_slot<element_of<C>> {
  using extents_type = extents_of_value<C>;
  FUNCTRA_EMPTY extents_type x;
  explicit cotangent_slot(const V& v) : buffer_slot<element_of<C>>(v.size()), x(v.get_extents()) {}
  cotangent_ref<V, C> ref(tape* on) { return {this, 0, on}; }
  bool is_set() const { return this->data != nullptr; }
  C take() {
    if (this->pinned) {
      memory::handle copy = memory::handle::allocate(static_cast<std::size_t>(this->n > 0 ? this->n : 1) * sizeof(element_of<C>));
      std::memcpy(copy.data(), this->data, static_cast<std::size_t>(this->n) * sizeof(element_of<C>));
      this->reset();
      return C(std::move(copy), x);
    }
    this->data = nullptr;
    return C(std::move(this->memory), x);
  }
};
template <class V, class C>
struct cotangent_slot<V, C, cotangent_kind::general> {
  std::optional<C> value;
  explicit cotangent_slot(const V&) {}
  cotangent_ref<V, C> ref(tape* on) { return {&value, on}; }
  bool is_set() const { return value.has_value(); }
  C take() {
    C c = std::move(*value);
    value.reset();
    return c;
  }
};

// The target of a kernel that adds to the cotangent of v.
template <class V, class C, class X>
FUNCTRA_INLINE auto target_of(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const V&, const X& x) {
  return target<element_of<C>, X>{r.p, x, true};
}

// What a node has to keep of an operand v for `accumulate`: nothing where the cotangent lies in the tape.
struct not_kept {};
template <class V>
inline constexpr bool is_kept = true;
template <class V, int L, class C>
inline constexpr bool is_kept<taped<V, L, C>> = kind_of_cotangent<V, C>() != cotangent_kind::inlined;
template <int L, class W>
FUNCTRA_INLINE auto kept(const W& w) {
  if constexpr (level_of<W> != L || !is_kept<W>) return not_kept{};
  else return w.value;
}

// Adds g to the cotangent of v.
template <class V, class C, class U, class G>
FUNCTRA_INLINE void accumulate(const cotangent_ref<V, C, cotangent_kind::inlined>& r, const U&, const G& g) {
  if (!r.p) return;
  static_assert(level_of<G> == 0);
  using X = extents_of_value<C>;
  using E = element_of<C>;
  run_fused<law::value_of<law::arg<scalar_t<E>>>>(X{}, bundle<target<E, X>>{{r.p, X{}, true}}, g);
}
template <class V, class C, class G>
void accumulate(const cotangent_ref<V, C, cotangent_kind::buffer>& r, const V& v, const G& g) {
  if (!r.slot) return;
  using E = element_of<C>;
  using X = extents_of_value<V>;
  auto x = extents_of_value<C>::from(v.shape().data());
  if constexpr (!is_view<G> && std::is_same_v<element_of<G>, E> && !is_inline_tensor<G>) {
    // The first contribution becomes the buffer, unless somebody else holds it.
    if (!r.slot->data && !is_view<V> && r.offset == 0 && r.slot->n == g.size() && g.size() > 0 && !g.handle().shared()) {
      r.slot->memory = g.handle();
      r.slot->data = static_cast<E*>(r.slot->memory.data());
      return;
    }
  }
  const bool add = r.slot->data != nullptr || is_view<V> || r.slot->n != v.size();
  E* p = (add ? r.slot->zeroed() : r.slot->fresh()) + r.offset;
  index_t strides[array_size(X::R)];
  strides_of(v, strides);
  run_fused<law::value_of<law::arg<scalar_t<E>>>>(x, bundle<target<E, decltype(x), is_view<V>>>{{p, x, add, strides}}, g);
}
template <class V, class C, class G>
void accumulate(const cotangent_ref<V, C, cotangent_kind::general>& r, const V&, const G& g) {
  if (!r.slot) return;
  if (*r.slot) *r.slot = lift<C>(eval(**r.slot + g));
  else r.slot->emplace(lift<C>(eval(g)));
}

}  // namespace detail

// A value on a tape of level L; its cotangent is a C, which may live on more levels than the value: those of traced values that a
// closure captured, or a whole batch of cotangents.
template <class V, int L, class C>
class taped : public traced<taped<V, L, C>> {
 public:
  using extents_type = extents_of_value<V>;
  using element_type = dtype_of<V>;
  using cotangent_type = C;
  using ref_type = detail::cotangent_ref<V, C>;

  V value;
  ref_type ref;

  FUNCTRA_INLINE taped() : taped(detail::constant_value<V>(extents_type{}, 0)) {}
  FUNCTRA_INLINE explicit taped(uninitialized_t) : value(uninitialized) {}
  FUNCTRA_INLINE explicit taped(V v, ref_type r = {}) : value(std::move(v)), ref(r) {}
  template <operand U>
    requires(!std::same_as<U, taped> && !std::same_as<U, V>)
  FUNCTRA_INLINE taped(const U& u) : taped(detail::lift<taped>(u)) {}
  FUNCTRA_INLINE taped(const taped&) = default;
  FUNCTRA_INLINE taped(taped&&) = default;
  FUNCTRA_INLINE taped& operator=(const taped&) & = default;
  FUNCTRA_INLINE taped& operator=(taped&&) & = default;
  template <class X>
  void operator=(const X&) && {
    detail::reject_write<X>();
  }

  FUNCTRA_INLINE decltype(auto) get_extents() const { return value.get_extents(); }
  auto item() const { return value.item(); }
};

namespace detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) untaped(const V& v) {
  if constexpr (level_of<V> == L) return (v.value);
  else return (v);
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
  struct edge_base {};
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
  bundle<std::remove_cvref_t<decltype(untaped<L>(std::declval<const V&>()))>...> x;
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
        slots(with_indices(ints<sizeof...(Y)>, [&](auto... k) { return bundle<cotangent_slot<Y, C>...>{cotangent_slot<Y, C>(get<k>(y))...}; })),
        x{untaped<L>(v)...},
        name(n),
        refs{ref_of(v)...},
        value(value_in(y)) {}

  static void pull(tape_node* n) { static_cast<fused_node*>(n)->run(); }

 private:
  static constexpr int outputs = sizeof...(Y);
  static constexpr bool plain = (is_plain<C> && ...) && with_indices(ints<sizeof...(V)>, [](auto... i) {
    using Xs = decltype(x);
    return (is_plain<std::remove_cvref_t<decltype(get<i>(std::declval<Xs&>()))>> && ...);
  });

  template <class Ys>
  static auto value_in(const Ys& y) {
    if constexpr (from_value) return get<0>(y);
    else return nothing{};
  }

  void run() {
    const bool any = with_indices(ints<outputs>, [&](auto... k) { return (get<k>(slots).is_set() || ...); });
    if (!any) return;
    with_indices(ints<outputs>, [&](auto... k) { run_with(cotangent<k>()...); });
  }
  // The cotangent of output K; zeros where nothing reached it.
  template <int K>
  auto cotangent() {
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
  template <class... Ck>
  void run_with(const Ck&... c) {
    with_indices(ints<std::popcount(Mask)>, [&](auto... j) {
      constexpr bool same = merges(std::integer_sequence<int, law::detail::nth_active(Mask, j)...>{});
      if constexpr (same && law_is_value) {
        if (all_same(std::integer_sequence<int, law::detail::nth_active(Mask, j)...>{}))
          return run_functor<law::pullback_of<typename value_functor<G>::type, Mask, true>>(std::integer_sequence<int, law::detail::nth_active(Mask, 0)>{}, c...);
      }
      run_functor<typename pullback_functor<G, Mask>::type>(std::integer_sequence<int, law::detail::nth_active(Mask, j)...>{}, c...);
    });
  }

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
      else return kind_of_cotangent<std::remove_cvref_t<decltype(std::declval<First>().value)>, typename First::cotangent_type>() == cotangent_kind::buffer;
    }
  }
  template <int I0, int... I>
  bool all_same(std::integer_sequence<int, I0, I...>) const {
    const auto same = [&](auto i) {
      const auto& a = get<I0>(refs);
      const auto& b = get<i>(refs);
      bool s = a.slot == b.slot && a.offset == b.offset;
      index_t sa[max_dims], sb[max_dims];
      strides_of(get<I0>(x), sa);
      strides_of(get<i>(x), sb);
      for (int d = 0; d < extents_of_value<decltype(get<I0>(x))>::R; ++d) s = s && sa[d] == sb[d] && get<I0>(x).extent(d) == get<i>(x).extent(d);
      return s;
    };
    return (same(std::integral_constant<int, I>{}) && ...);
  }
  static constexpr int max_dims = lanes::max_rank;

  // Runs the pullback H; its outputs are the cotangents of the leaves I.
  template <class H, int... I, class... Ck>
  void run_functor(std::integer_sequence<int, I...>, const Ck&... c) {
    with_indices(ints<sizeof...(V)>, [&](auto... i) {
      if constexpr (plain) {
        if ((static_cast<bool>(get<I>(refs)) && ...)) {
          using X = broadcast_extents<extents_of_value<decltype(get<i>(x))>..., extents_of_value<Ck>...>;
          const X space = common_extents<X>(name, get<i>(x)..., c...);
          index_t strides[sizeof...(V)][max_dims];
          share_buffers(get<I>(refs)...);
          if constexpr (from_value) run_fused<started_from_value<H>>(space, make_bundle(target_for(get<I>(refs), get<I>(x), strides[I])...), get<i>(x)..., c..., value);
          else run_fused<H>(space, make_bundle(target_for(get<I>(refs), get<I>(x), strides[I])...), get<i>(x)..., c...);
          return;
        }
      }
      auto r = bind(fused_statement<H, onto::like<I>...>{}, name, get<i>(x)..., c...);
      if constexpr (sizeof...(I) == 1) (accumulate(get<I>(refs), get<I>(x), r), ...);
      else {
        int unused = 0;
        static_cast<void>(unused);
        with_indices(ints<sizeof...(I)>, [&](auto... k) { (accumulate(get<I>(refs), get<I>(x), get<k>(r)), ...); });
      }
    });
  }
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
          if (std::count(slots, slots + sizeof...(Ref), ref.slot) > 1) ref.slot->zeroed();
      };
      (prepare(r), ...);
    }
  }
  template <class W, class D>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::inlined>& r, const W&, index_t*) {
    return target<element_of<D>, extents_of_value<D>>{r.p, extents_of_value<D>{}, true};
  }
  template <class W, class D>
  auto target_for(const cotangent_ref<W, D, cotangent_kind::buffer>& r, const W& w, index_t* strides) {
    using X = extents_of_value<D>;
    const bool add = r.slot->data != nullptr || is_view<W> || r.slot->n != w.size();
    element_of<D>* p = (add ? r.slot->zeroed() : r.slot->fresh()) + r.offset;
    strides_of(w, strides);
    return target<element_of<D>, X, is_view<W>>{p, X::from(w.shape().data()), add, strides};
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
      : tape_node{}, slot(y), partials(std::move(d)), refs(with_indices(ints<sizeof...(D)>, [&](auto... k) {
          return typename members<seq>::refs{nth_of<law::detail::nth_active(Mask, k)>(v...).ref...};
        })),
        x(with_indices(ints<sizeof...(D)>, [&](auto... k) {
          return typename members<seq>::xs{kept<L>(nth_of<law::detail::nth_active(Mask, k)>(v...))...};
        })),
        name(n) {}

  static void pull(tape_node* n) {
    auto* const self = static_cast<partials_node*>(n);
    if (!self->slot.is_set()) return;
    const auto c = self->slot.take();
    for_each_index(ints<sizeof...(D)>, [&](auto k) { self->send(get<k>(self->partials), c, get<k>(self->refs), get<k>(self->x)); });
  }

 private:
  template <class P, class Ck, class Ref, class X>
  void send(const P& d, const Ck& c, const Ref& ref, const X& xk) {
    if (!ref) return;
    using T = dtype_of<P>;
    const auto ct = cast_value<T>(c);
    if constexpr (std::is_same_v<X, not_kept>) add_product(ref, ct, d);
    else if constexpr (std::is_same_v<extents_of_value<X>, extents_of_value<P>> && extents_of_value<X>::is_static)
      accumulate(ref, xk, bind(fused_statement<law::value_of<swapped<T>>, onto::full>{}, name, ct, d));
    else if constexpr (extents_of_value<X>::R == 0) accumulate(ref, xk, bind(fused_statement<law::value_of<swapped<T>>, onto::total>{}, name, ct, d));
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
    const auto c = self->slot.take();
    for_each_index(ints<std::popcount(Mask)>, [&](auto k) {
      constexpr int I = law::detail::nth_active(Mask, k);
      if (!get<I>(self->refs)) return;
      with_indices(ints<sizeof...(V)>, [&](auto... i) {
        accumulate(get<I>(self->refs), get<I>(self->values), eval(self->primitive.template vjp<I>(c, self->y, get<i>(self->x)...)));
      });
    });
  }

 private:
  static auto output(const Y& yv) {
    if constexpr (P::needs_output) return yv;
    else return absent{};
  }
};

}  // namespace detail

template <>
struct interpreter<tracer::taped> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    constexpr law::mask_t mask = detail::mask_at<L, V...>() & G::reach;
    constexpr bool has_cotangent = with_indices(ints<G::outputs>, [](auto... k) { return (std::is_floating_point_v<typename G::template out_type<k>> && ...); });
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
    using A = std::remove_cvref_t<decltype(std::declval<V>().value)>;
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
    auto y = p.eval(v.value);
    using Y = decltype(y);
    using C = cotangent_t<tower_of<typename V::cotangent_type>, Y>;
    using Ref = detail::cotangent_ref<Y, C>;
    Ref ref;
    if (v.ref) {
      if constexpr (extents_of_value<Y>::R == 0) {
        // One element: a place in the root's buffer.
        ref.p = v.ref.slot->zeroed() + v.ref.offset + p.offset_in(v.value);
        v.ref.slot->pinned = true;
      } else {
        ref.slot = v.ref.slot;
        ref.offset = v.ref.offset + (detail::origin(y) - detail::origin(v.value));
      }
      ref.on = v.ref.on;
    }
    return taped<Y, level_of<V>, C>(std::move(y), ref);
  }

  // A contiguous part of a small tensor: a place in its cotangent.
  template <class P, class V>
  static constexpr bool points() {
    using A = std::remove_cvref_t<decltype(std::declval<V>().value)>;
    if constexpr (!detail::is_plain<A> || !detail::is_plain<typename V::cotangent_type>) return false;
    else if constexpr (detail::kind_of_cotangent<A, typename V::cotangent_type>() != detail::cotangent_kind::inlined) return false;
    else if constexpr (requires(const P& p, const A& a) { p.offset_in(a); }) return P::template contiguous<A>();
    else return false;
  }
  template <class P, class V>
  static FUNCTRA_INLINE auto point(const P& p, const V& v) {
    auto y = p.eval(v.value);
    using Y = decltype(y);
    using C = cotangent_t<tower_of<typename V::cotangent_type>, Y>;
    detail::cotangent_ref<Y, C> ref;
    if (v.ref.p) ref = {v.ref.p + p.offset_in(v.value), v.ref.on};
    return taped<Y, level_of<V>, C>(std::move(y), ref);
  }

  template <int L, class P, class... V>
  static auto record(const P& p, const V&... v) {
    auto y = bind(p, detail::untaped<L>(v)...);
    using Y = decltype(y);
    if constexpr (!P::differentiable || !std::is_floating_point_v<dtype_of<Y>>) return y;
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
        auto* node = on->template make<detail::primitive_node<L, mask, P, Z, C, V...>>(p, z, v...);
        return taped<Z, L, C>(std::move(z), node->slot.ref(on));
      } else {
        if (!on) return taped<Y, L, C>(std::move(y));
        auto* node = on->template make<detail::primitive_node<L, mask, P, Y, C, V...>>(p, y, v...);
        return taped<Y, L, C>(std::move(y), node->slot.ref(on));
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
    constexpr bool small = X::is_static && detail::static_size<X> <= 64;
    constexpr bool plain_cotangent = tower_level<W>() == 0;
    constexpr bool more_levels = !std::is_same_v<W, join_t<tower_of<decltype(detail::untaped<L>(v))>...>>;
    constexpr bool scalar = plain && plain_cotangent && X::R == 0;
    if constexpr (scalar) return record_scalar<L, Mask, W, F>(on, statement, name, std::integer_sequence<int>{}, v...);
    else if constexpr (!F::linear && !is_like<Spec> && (more_levels || (plain && plain_cotangent && small))) {
      if (!on) return constant<L, W>(bind(statement, name, detail::untaped<L>(v)...));
      return with_indices(ints<std::popcount(Mask)>, [&](auto... k) {
        auto r = bind(functra::fused_statement<law::partials_of<F, Mask>, onto::full, replace<k>...>{}, name, detail::untaped<L>(v)...);
        auto y = [&] {
          if constexpr (std::is_same_v<Spec, onto::full>) return std::move(get<0>(r));
          else return bind(functra::fused_statement<law::value_of<law::arg<typename F::type>>, Spec>{}, name, get<0>(r));
        }();
        using Y = decltype(y);
        using C = cotangent_t<W, Y>;
        using Node = detail::partials_node<L, Mask, Spec, Y, C, bundle<std::remove_cvref_t<decltype(get<k + 1>(r))>...>, V...>;
        auto* node = on->template make<Node>(name, y, make_bundle(std::move(get<k + 1>(r))...), v...);
        return taped<Y, L, C>(std::move(y), node->slot.ref(on));
      });
    } else return record_many<L, Mask, W>(on, statement, name, v...);
  }
  template <int>
  using replace = onto::full;

  template <class W>
  static constexpr int tower_level() {
    return detail::tower_level<W>;
  }

  template <int L, class W, class Y>
  static FUNCTRA_INLINE auto constant(Y&& y) {
    using C = cotangent_t<W, std::remove_cvref_t<Y>>;
    return taped<std::remove_cvref_t<Y>, L, C>(std::forward<Y>(y));
  }

  // A rank-0 statement on plain values: a flat node with one partial for each active leaf.
  template <int L, law::mask_t Mask, class W, class F, class Spec, class... V>
  static FUNCTRA_INLINE auto record_scalar(tape* on, functra::fused_statement<law::value_of<F>, Spec> statement, const char* name, std::integer_sequence<int>, const V&... v) {
    using E = element_t<typename F::type, std::max({1, lanes_of<element_of<V>>...})>;
    using Y = Tensor<E>;
    using C = cotangent_t<W, Y>;
    if (!on) return taped<Y, L, C>(bind(statement, name, detail::untaped<L>(v)...));
    return with_indices(ints<std::popcount(Mask)>, [&](auto... k) FUNCTRA_INLINE_LAMBDA {
      auto r = bind(functra::fused_statement<law::partials_of<F, Mask>, onto::full, replace<k>...>{}, name, detail::untaped<L>(v)...);
      auto* node = on->template make<detail::scalar_node<element_of<C>, typename leaf_element<L, Mask, k, V...>::type...>>();
      ((get<k>(node->edges) = {nth_of<law::detail::nth_active(Mask, k)>(v...).ref.p,
                               static_cast<typename leaf_element<L, Mask, k, V...>::type>(get<k + 1>(r).data()[0])}),
       ...);
      detail::cotangent_ref<Y, C> ref{&node->cotangent, on};
      return taped<Y, L, C>(std::move(get<0>(r)), ref);
    });
  }
  template <int L, law::mask_t Mask, int K, class... V>
  struct leaf_element {
    using type = element_of<typename nth_type<law::detail::nth_active(Mask, K), V...>::cotangent_type>;
  };

  template <int L, law::mask_t Mask, class W, class G, class... Spec, class... V>
  static auto record_many(tape* on, functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    auto r = bundled(bind(statement, name, detail::untaped<L>(v)...));
    return with_indices(ints<sizeof...(Spec)>, [&](auto... k) {
      using Ys = decltype(r);
      using Node = detail::fused_node<L, Mask, G, bundle<Spec...>, Ys, bundle<cotangent_t<W, std::remove_cvref_t<decltype(get<k>(r))>>...>, V...>;
      Node* node = nullptr;
      if (on) {
        node = on->template make<Node>(name, r, v...);
        ((get<k>(node->shapes) = extents_of_value<std::remove_cvref_t<decltype(get<k>(r))>>(get<k>(r).get_extents())), ...);
      }
      const auto wrap = [&](auto j) {
        using Y = std::remove_cvref_t<decltype(get<j>(r))>;
        using C = cotangent_t<W, Y>;
        if (!node) return taped<Y, L, C>(std::move(get<j>(r)));
        return taped<Y, L, C>(std::move(get<j>(r)), get<j>(node->slots).ref(on));
      };
      if constexpr (sizeof...(Spec) == 1) return wrap(std::integral_constant<int, 0>{});
      else return make_bundle(wrap(k)...);
    });
  }
  template <class R>
  static FUNCTRA_INLINE auto bundled(R&& r) {
    if constexpr (value<R>) return make_bundle(std::move(r));
    else return std::move(r);
  }
};

}  // namespace functra
