// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/second_partials.hpp"
#include "functra/expr/statement_facts.hpp"
#include "functra/interpreters/jet.hpp"

// What happens to jets: derivatives of statements are sums of partials times the derivatives of their leaves.
namespace functra {

namespace detail {

// An active leaf of a statement.
template <class V>
struct jet_leaf {
  static constexpr int R = extents_of_value<V>::R;
  using B = typename V::body_type;
  using E = typename B::E;
  const B& v;

  FUNCTRA_INLINE explicit jet_leaf(const V& x) : v(x.body()) {}
  FUNCTRA_INLINE bool varies() const { return v.varies(); }
  FUNCTRA_INLINE bool is_variable() const {
    if constexpr (is_one_register<B>) return false;
    else return v.state == jet_state::variable;
  }
  // The number of the variable at element i, and from one to the next.
  FUNCTRA_INLINE index_t number(index_t i) const { return v.variables.offset + i * step(); }
  FUNCTRA_INLINE index_t step() const {
    if constexpr (R == 0) return 0;
    else return v.variables.slope[0];
  }
  FUNCTRA_INLINE index_t size() const { return v.primal.size(); }
};

// Adds to the derivatives of a scalar, d, what its leaves contribute.
template <class E, int N, int Order>
struct jet_sum {
  using layout = jet_layout<E, N, Order>;
  static constexpr int W = layout::W, lanes = layout::lanes;
  using lane = element_t<E, lanes>;  // a whole row, or one pack
  E* d;

  // The partial f times all derivatives of a leaf.
  FUNCTRA_INLINE void add_scaled(const E& f, const E* a) const {
    for (int i = 0; i < layout::rows; ++i) add_row(i - 1, f, a + i * W);
  }
  // The same where the leaf is variable number k.
  FUNCTRA_INLINE void add_variable(const E& f, index_t k) const { add_one(-1, f, k); }

  // The second partial f of two leaves (Same: of one leaf, twice) times their first derivatives.
  template <bool Same>
  FUNCTRA_INLINE void add_products(const E& f, const E* a, const E* b) const {
    for (int i = 0; i < N; ++i) {
      add_row(i, functra::lanes::absorbing_product<true>(f, a[i]), b);
      if constexpr (!Same) add_row(i, functra::lanes::absorbing_product<true>(f, b[i]), a);
    }
  }
  // The same where a is variable number k.
  FUNCTRA_INLINE void add_products(const E& f, index_t k, const E* b) const {
    add_row(k, f, b);
    for (int l = 0; l <= k; ++l) add_one(l, functra::lanes::absorbing_product<true>(f, b[l]), k);
  }
  // The same where both are variables, k + i dk and l + i dl for n elements f.
  template <bool Same>
  FUNCTRA_INLINE void add_products(index_t n, const E* f, index_t k, index_t dk, index_t l, index_t dl) const {
    const auto add = [&](index_t i) FUNCTRA_INLINE_LAMBDA { add_one(k, Same || k != l ? f[i] : E(f[i] + f[i]), l); };
    if (k > l) std::swap(k, l), std::swap(dk, dl);
    if (dk == dl)
      for (index_t i = 0; i < n; ++i, k += dk, l += dl) add(i);
    else
      for (index_t i = 0; i < n; ++i, k += dk, l += dl) {
        if (k > l) std::swap(k, l), std::swap(dk, dl);
        add(i);
      }
  }

 private:
  // f b to row i of the second derivatives, or (i = -1) to the first ones; what lies below the diagonal may be anything.
  FUNCTRA_INLINE void add_row(index_t i, const E& f, const E* b) const {
    E* const to = d + (i + 1) * W;
    if constexpr (lanes > 1) functra::lanes::absorbing_fma<true>(lane(f), lane::load(b), lane::load(to)).store(to);
    else
      for (index_t j = std::max<index_t>(i, 0); j < N; ++j) to[j] = functra::lanes::absorbing_fma<true>(f, b[j], to[j]);
  }
  // f to element j of row i. A row is read as it is written: whole.
  FUNCTRA_INLINE void add_one(index_t i, const E& f, index_t j) const {
    E* const to = d + (i + 1) * W;
    if constexpr (lanes > 1) {
      const auto row = lane::load(to);
      functra::lanes::select(functra::lanes::pack<bool, lanes>::from_bits(std::uint64_t{1} << j), row + lane(f), row).store(to);
    } else to[j] = to[j] + f;
  }
};

// The same for a statement of n elements (with Total, for its sum), of any leaves: row k of the derivatives at to + k n.
template <class Layout, int N, bool Total, class E>
struct wide_jet_sum {
  E* to;
  index_t n;

  template <class A>
  FUNCTRA_INLINE void add_leaf(const E* f, const A* a, index_t size) const {
    match_derivatives<Layout, jet_layout<A, N, Layout::order>, N>([&](index_t k, index_t l) {
      E* const row = to + k * (Total ? 1 : n);
      const A* const t = a + l * size;
      for (index_t i = 0; i < n; ++i) row[Total ? 0 : i] = lanes::absorbing_fma<true>(f[i], E(t[size == 1 ? 0 : i]), row[Total ? 0 : i]);
    });
  }
  template <bool Same, class A, class B>
  FUNCTRA_INLINE void add_pair(const E* f, const A* a, index_t na, const B* b, index_t nb) const {
    for (index_t k = 0; k < N; ++k)
      for (index_t l = k; l < N; ++l) {
        E* const row = to + Layout::second(k, l) * (Total ? 1 : n);
        const auto add = [&](const auto* s, index_t ns, const auto* t, index_t nt) FUNCTRA_INLINE_LAMBDA {
          for (index_t i = 0; i < n; ++i) {
            const E fs = lanes::absorbing_product<true>(f[i], E(s[k * ns + (ns == 1 ? 0 : i)]));
            row[Total ? 0 : i] = lanes::absorbing_fma<true>(fs, E(t[l * nt + (nt == 1 ? 0 : i)]), row[Total ? 0 : i]);
          }
        };
        add(a, na, b, nb);
        if constexpr (!Same) add(b, nb, a, na);
      }
  }
};

// Statements that hand on their first leaf.
template <class F>
inline constexpr bool is_copy = false;
template <class T>
inline constexpr bool is_copy<law::arg<T>> = true;
template <class T, class U>
inline constexpr bool is_copy<law::fn<law::first_of, law::arg<T>, law::arg<U>>> = true;

// All derivatives of a jet as one batch [size, x...].
template <class V>
auto derivative_batch(const V& v) {
  using B = typename V::body_type;
  using T = tensor_of<typename B::E, insert_extent<typename V::extents_type, 0, B::layout::size>>;
  index_t shape[T::extents_type::R] = {B::layout::size};
  for (int i = 1; i < T::extents_type::R; ++i) shape[i] = v.extent(i - 1);
  T t(uninitialized, T::extents_type::from(shape));
  auto* const to = t.mutable_data();
  v.body().with_derivatives([&](const auto* rows) {
    for (index_t i = 0; i < t.size(); ++i) to[i] = rows[i];
  });
  return t;
}
// Some of them, number(i) for i below Count.
template <index_t Count, class V, class Number>
auto derivative_rows(const V& v, const Number& number) {
  using T = tensor_of<typename V::body_type::E, insert_extent<typename V::extents_type, 0, Count>>;
  index_t shape[T::extents_type::R] = {Count};
  for (int i = 1; i < T::extents_type::R; ++i) shape[i] = v.extent(i - 1);
  T t(uninitialized, T::extents_type::from(shape));
  const index_t n = v.size();
  v.body().with_derivatives([&](const auto* rows) {
    auto* to = t.mutable_data();
    for (index_t i = 0; i < Count; ++i)
      for (index_t k = 0; k < n; ++k) *to++ = rows[number(i) * n + k];
  });
  return t;
}

}  // namespace detail

template <>
struct interpreter<tracer::jet> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    constexpr law::mask_t mask = detail::mask_at<L, V...>() & G::reach;
    constexpr bool has_derivatives = []<int... k>(std::integer_sequence<int, k...>) { return (std::is_floating_point_v<typename G::template out_type<k>> && ...); }(ints<G::outputs>);
    if constexpr (mask == 0 || !has_derivatives) return bind(statement, name, detail::primal_of<L>(v)...);
    else if constexpr (is_narrow<G, mask, bundle<Spec...>, V...>()) return derive<L, mask, typename G::functor, Spec...>(numbers<partials<L, mask, typename G::functor, V...>::outputs - 1>{}, numbers<std::popcount(mask)>{}, name, v...);
    else if constexpr (is_one_value<G, mask, V...>()) {
      using F = typename G::functor;
      if constexpr (detail::is_copy<F>) return together<L>([&](const auto&... x) { return bind(statement, name, x...); }, v...);
      else if constexpr (((std::is_same_v<Spec, onto::full> || std::is_same_v<Spec, onto::total>) && ...))
        return derive_wide<L, mask, F, Spec...>(numbers<partials<L, mask, F, V...>::outputs - 1>{}, numbers<std::popcount(mask)>{}, name, v...);
      else {
        // The sum over some dims by itself.
        const auto full = bind(functra::fused_statement<G, onto::full>{}, name, v...);
        if constexpr ((is_like<Spec> || ...)) return (detail::sum_to(full, like_extents(Spec{}, v...)), ...);
        else return bind(functra::fused_statement<law::value_of<law::arg<typename F::type>>, Spec...>{}, name, full);
      }
    } else return by_duals<L>([&](const auto&... x) { return bind(statement, name, x...); }, v...);
  }

  template <int L, class P, class... V>
  static FUNCTRA_INLINE auto apply(const P& p, const V&... v) {
    using Y = decltype(bind(p, detail::primal_of<L>(v)...));
    const auto call = [&](const auto&... x) FUNCTRA_INLINE_LAMBDA { return bind(p, x...); };
    if constexpr (!P::differentiable || !std::is_floating_point_v<dtype_of<Y>>) return call(detail::primal_of<L>(v)...);
    else if constexpr (picks_elements<P, V...>()) {
      using X = nth_type<0, V...>;
      const auto& x = nth_of<0>(v...);
      return made<jet<Y, L, X::variables, X::is_wide ? -X::order : X::order>>([&]() FUNCTRA_INLINE_LAMBDA { return call(x.primal()); }, [&](auto& y) FUNCTRA_INLINE_LAMBDA {
        if (x.body().state == detail::jet_state::variable) {
          detail::diagonal<extents_of_value<Y>::R> to;
          p.move(x.body().variables, to);
          y.make_variable(to);
        } else if (x.body().state == detail::jet_state::derived) take_together<L>(y, call, v...);
      });
    } else if constexpr (P::is_linear) return together<L>(call, v...);
    else if constexpr (requires { P::is_bilinear; }) return product<L>(p, v...);
    else return by_duals<L>(call, v...);
  }

 private:
  template <int N>
  using numbers = std::make_integer_sequence<int, N>;
  // The result of type J with the primal that a call gives, and what `fill` gives its body.
  template <class J, class Primal, class Fill>
  static FUNCTRA_INLINE J made(const Primal& primal, const Fill& fill) {
    return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
      typename J::body_type y(std::in_place, primal);
      fill(y);
      return y;
    });
  }
  // The same, where `fill` begins.
  template <class J, class Primal, class Fill>
  static FUNCTRA_INLINE J derived(const Primal& primal, const Fill& fill) {
    using B = typename J::body_type;
    if constexpr (requires { typename B::derived_t; })
      return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
        B y(typename B::derived_t{}, primal);
        fill(y);
        return y;
      });
    else return made<J>(primal, fill);
  }
  template <int L, class V, class... R>
  struct first_jet : std::conditional_t<level_of<V> == L, std::type_identity<V>, first_jet<L, R...>> {};
  template <int L, class V>
  struct first_jet<L, V> : std::type_identity<V> {};
  template <int L, class... V>
  static constexpr int variables = first_jet<L, V...>::type::variables;
  template <int L, class... V>
  static constexpr int order = first_jet<L, V...>::type::order;
  template <int L, class Y, class... V>
  using wide = jet<Y, L, variables<L, V...>, -order<L, V...>>;

  // Primitives that pick elements of variables.
  template <class P, class... V>
  static constexpr bool picks_elements() {
    if constexpr (sizeof...(V) == 1 && requires { requires P::moves_bands && P::fills_rows; }) return ((extents_of_value<V>::R > 0) && ...);
    else return false;
  }
  // A scalar statement of scalars and vectors of variables, all of one dtype.
  template <class G, law::mask_t Mask, class Specs, class... V>
  static constexpr bool is_narrow() {
    if constexpr (!detail::is_value_functor<G>) return false;
    else {
      using X = broadcast_extents<extents_of_value<V>...>;
      int i = 0;
      return (std::is_same_v<Specs, bundle<onto::total>> || (X::R == 0 && std::is_same_v<Specs, bundle<onto::full>>)) &&
             ((!law::detail::active(Mask, i++) || detail::is_jet_leaf<typename G::functor::type, X, V>) && ...);
    }
  }
  // One value, of the dtype of all leaves that it depends on.
  template <class G, law::mask_t Mask, class... V>
  static constexpr bool is_one_value() {
    if constexpr (!detail::is_value_functor<G>) return false;
    else {
      int i = 0;
      return ((!law::detail::active(Mask, i++) || std::is_same_v<dtype_of<V>, typename G::functor::type>) && ...);
    }
  }
  template <int I, class... V>
  static FUNCTRA_INLINE auto like_extents(onto::like<I>, const V&... v) {
    return detail::extents_in(nth_of<I>(v...));
  }
  template <class R>
  static FUNCTRA_INLINE auto bundled(R&& r) {
    if constexpr (value<R>) return make_bundle(std::move(r));
    else return std::move(r);
  }

  // ---- scalars ----

  // A statement's value and the partials that its derivatives need.
  template <int L, law::mask_t Mask, class F, class... V>
  using partials = std::conditional_t<order<L, V...> == 1, law::partials_of<F, Mask>, law::second_partials_of<F, Mask>>;

  // K...: the partials, behind the value. J...: the active leaves.
  template <int L, law::mask_t Mask, class F, class Spec, int... K, int... J, class... V>
  static FUNCTRA_INLINE auto derive(std::integer_sequence<int, K...>, std::integer_sequence<int, J...> leaves, const char* name, const V&... v) {
    using S = partials<L, Mask, F, V...>;
    constexpr int R = std::max({extents_of_value<V>::R...}), rank[] = {extents_of_value<nth_type<law::detail::nth_active(Mask, J), V...>>::R...};
    // Of scalars alone, a partial is summed like the value.
    auto r = bundled(bind(functra::fused_statement<S, Spec, std::conditional_t<R == 0 || of_scalars<S>(K, rank), Spec, onto::full>...>{}, name, detail::primal_of<L>(v)...));
    using Y = std::remove_cvref_t<decltype(get<0>(r))>;
    return derived<jet<Y, L, variables<L, V...>, order<L, V...>>>([&]() FUNCTRA_INLINE_LAMBDA { return Y(std::move(get<0>(r))); }, [&]<class B>(B& y) FUNCTRA_INLINE_LAMBDA {
      constexpr bool same_lanes = (std::is_same_v<element_of<nth_type<law::detail::nth_active(Mask, J), V...>>, element_of<Y>> && ...);
      const bool computed = (is_computed(nth_of<law::detail::nth_active(Mask, J)>(v...)) || ...);
      if (!same_lanes || computed) return sum_wide<L, Mask, F, S, true>(leaves, name, y, v...);
      // Of a sum over many elements, no partial is known to be 1.
      if constexpr (!same_lanes) return;
      else if constexpr (detail::is_one_register<B>) sum_slopes<F, Mask, R == 0>(leaves, y, r, nth_of<law::detail::nth_active(Mask, J)>(v...).body()...);
      else sum_scalars<F, Mask, S, R == 0>(leaves, y, r, nth_of<law::detail::nth_active(Mask, J)>(v...)...);
    });
  }
  // Whether a vector, by its type of variables, has been computed.
  template <class V>
  static FUNCTRA_INLINE bool is_computed(const V& v) {
    if constexpr (extents_of_value<V>::R == 0) return static_cast<void>(v), false;
    else return v.body().state == detail::jet_state::derived;
  }
  // Whether the partial K is one of leaves of rank 0.
  template <class S>
  static constexpr bool of_scalars(int k, const int* rank) {
    if constexpr (requires { S::pairs; })
      for (int j = 0; j < S::inputs; ++j)
        for (int i = 0; i <= j; ++i)
          if (S::interact(i, j) && S::output_of(i, j) == k + 1) return rank[i] == 0 && rank[j] == 0;
    return rank[k] == 0;
  }

  // First derivatives in a register: partials times those of the leaves. A zero wins over what is not finite, as elsewhere.
  template <class F, law::mask_t Mask, bool Known, int... J, class Y, class R, class... B>
  static FUNCTRA_INLINE void sum_slopes(std::integer_sequence<int, J...>, Y& y, const R& r, const B&... b) {
    using lane = typename Y::lane;
    const bundle<const B&...> bodies{b...};
    const auto sum_of = [&](auto absorbing) FUNCTRA_INLINE_LAMBDA {
      lane sum(typename Y::E(0));
      const auto add = [&]<int K>(std::integral_constant<int, K>) FUNCTRA_INLINE_LAMBDA {
        const lane& slopes = get<K>(bodies).slopes;
        constexpr int known = Known ? law::known_partial<F, law::detail::nth_active(Mask, K)> : 0;
        if constexpr (known == 1) sum = sum + slopes;
        else if constexpr (known == -1) sum = sum - slopes;
        else if constexpr (absorbing) sum = lanes::absorbing_fma<true>(lane(get<1 + K>(r).data()[0]), slopes, sum);
        else sum = lanes::fma(lane(get<1 + K>(r).data()[0]), slopes, sum);
      };
      // The first leaf at the end: what a loop adds to is waited for.
      (add(index_constant<(J + 1) % static_cast<int>(sizeof...(J))>), ...);
      return sum;
    };
    y.slopes = sum_of(std::false_type{});
    if (lanes::maybe_nan(y.slopes)) [[unlikely]]
      y.slopes = sum_of(std::true_type{});
  }
  template <class F, law::mask_t Mask, class S, bool Known, int... J, class Y, class R, class... V>
  static FUNCTRA_INLINE void sum_scalars(std::integer_sequence<int, J...>, Y& y, const R& r, const V&... v) {
    const bundle<detail::jet_leaf<V>...> leaves{detail::jet_leaf<V>(v)...};
    if (!(get<J>(leaves).varies() || ...)) return y.make_constant();
    // A leaf that something is added to, as a loop does, is where it begins.
    constexpr int first = first_added<F>({(Known ? law::detail::nth_active(Mask, J) : -1)...});
    const bool copies = begin<first>(y, leaves);
    using layout = typename Y::layout;
    const detail::jet_sum<typename Y::E, variables_of<V...>, layout::order> sum{y.derivatives};
    ((copies && J == first ? void() : add_leaf(sum, get<1 + J>(r).data(), get<J>(leaves))), ...);
    if constexpr (layout::rows > 1) (add_pairs<S, J>(numbers<J + 1>{}, sum, r, leaves), ...);
  }
  template <class V, class... W>
  static constexpr int variables_of = V::variables;
  // The first of the leaves of which the partial derivative is 1; -1 where there is none.
  template <class F, std::size_t N>
  static constexpr int first_added(const int (&leaf)[N]) {
    return [&]<int... I>(std::integer_sequence<int, I...>) {
      const int known[] = {law::known_partial<F, I>...};
      for (int j = 0; j < static_cast<int>(N); ++j)
        if (leaf[j] >= 0 && known[leaf[j]] == 1) return j;
      return -1;
    }(numbers<F::arity>{});
  }
  // Begins with the derivatives of that leaf, or with zeros.
  template <int First, class Y, class Leaves>
  static FUNCTRA_INLINE bool begin(Y& y, const Leaves& leaves) {
    if constexpr (First >= 0)
      if (const auto& v = get<First>(leaves).v; v.state == detail::jet_state::derived) {
        y.state = v.state;
        Y::layout::copy(v.derivatives, y.derivatives);
        return true;
      }
    y.clear();
    return false;
  }
  template <class Sum, class E, class A>
  static FUNCTRA_INLINE void add_leaf(const Sum& sum, const E* f, const A& a) {
    if (!a.varies()) return;
    if (a.is_variable())
      for (index_t i = 0; i < a.size(); ++i) sum.add_variable(f[i], a.number(i));
    else if constexpr (A::R == 0) sum.add_scaled(*f, a.v.derivatives);
  }
  template <bool Same, class Sum, class E, class A, class B>
  static FUNCTRA_INLINE void add_pair(const Sum& sum, const E* f, const A& a, const B& b) {
    if (!a.varies() || !b.varies()) return;
    if (a.is_variable() && b.is_variable()) sum.template add_products<Same>(std::max(a.size(), b.size()), f, a.number(0), a.step(), b.number(0), b.step());
    else if (a.is_variable()) {
      if constexpr (B::R == 0)
        for (index_t i = 0; i < a.size(); ++i) sum.add_products(f[i], a.number(i), b.v.derivatives);
    } else if (b.is_variable()) {
      if constexpr (A::R == 0)
        for (index_t i = 0; i < b.size(); ++i) sum.add_products(f[i], b.number(i), a.v.derivatives);
    } else if constexpr (A::R == 0 && B::R == 0) sum.template add_products<Same>(*f, a.v.derivatives, b.v.derivatives);
  }
  template <class S, int J, int... I, class Sum, class R, class Leaves>
  static FUNCTRA_INLINE void add_pairs(std::integer_sequence<int, I...>, const Sum& sum, const R& r, const Leaves& leaves) {
    const auto one = [&](auto i) FUNCTRA_INLINE_LAMBDA {
      if constexpr (S::interact(i, J)) add_pair<i == J>(sum, get<S::output_of(i, J)>(r).data(), get<i>(leaves), get<J>(leaves));
    };
    (one(index_constant<I>), ...);
  }

  // ---- tensors ----

  template <int>
  using full_for = onto::full;
  template <int L, law::mask_t Mask, class F, class Spec, int... K, int... J, class... V>
  static auto derive_wide(std::integer_sequence<int, K...>, std::integer_sequence<int, J...> leaves, const char* name, const V&... v) {
    const auto primal = [&] { return bind(functra::fused_statement<law::value_of<F>, Spec>{}, name, detail::primal_of<L>(v)...); };
    return made<wide<L, decltype(primal()), V...>>(primal, [&](auto& y) { sum_wide<L, Mask, F, partials<L, Mask, F, V...>, std::is_same_v<Spec, onto::total>>(leaves, name, y, v...); });
  }
  template <int L, law::mask_t Mask, class F, class S, bool Total, int... J, class Y, class... V>
  static FUNCTRA_NOINLINE void sum_wide(std::integer_sequence<int, J...>, const char* name, Y& y, const V&... v) {
    if constexpr (!detail::is_one_register<Y>)
      if (!(nth_of<law::detail::nth_active(Mask, J)>(v...).body().varies() || ...)) return y.make_constant();
    using X = broadcast_extents<extents_of_value<V>...>;
    const X x = detail::common_extents<X>(name, detail::primal_of<L>(v)...);
    const auto r = [&]<int... K>(std::integer_sequence<int, K...>) { return bundled(bind(functra::fused_statement<S, full_for<K>...>{}, name, detail::primal_of<L>(v)...)); }(numbers<S::outputs>{});
    const auto leaves = make_bundle(whole(x, nth_of<law::detail::nth_active(Mask, J)>(v...))...);
    using E = typename Y::E;
    const auto sum_to = [&](E* to) {
      const detail::wide_jet_sum<typename Y::layout, variables<L, V...>, Total, E> sum{to, x.size()};
      (sum.add_leaf(get<1 + J>(r).data(), get<J>(leaves).data(), get<J>(leaves).size() / leaf_rows<decltype(get<J>(leaves))>), ...);
      if constexpr (order<L, V...> > 1) (add_wide_pairs<S, J>(numbers<J + 1>{}, sum, r, leaves), ...);
    };
    if constexpr (detail::is_one_register<Y>) {
      E row[static_cast<std::size_t>(Y::layout::size)]{};
      sum_to(row);
      y.set(row);
    } else sum_to(y.clear());
  }
  template <class T>
  static constexpr index_t leaf_rows = extents_of_value<T>::static_extent(0);
  // All derivatives of a leaf, of the extents x or of one element.
  template <class X, class V>
  static auto whole(const X& x, const V& v) {
    if constexpr (extents_of_value<V>::R == 0 || std::is_same_v<extents_of_value<V>, X>) {
      if constexpr (X::is_static || extents_of_value<V>::R == 0) return static_cast<void>(x), detail::derivative_batch(v);
      else return detail::agrees(x, v.get_extents()) ? detail::derivative_batch(v) : detail::derivative_batch(spread(x, v));
    } else return detail::derivative_batch(spread(x, v));
  }
  template <class X, class V>
  static auto spread(const X& x, const V& v) {
    using J = jet<tensor_of<element_of<V>, X>, level_of<V>, V::variables, -V::order>;
    return detail::lift<J>(bind(rules::broadcast<X>{{}, x}, v));
  }
  template <class S, int J, int... I, class Sum, class R, class Leaves>
  static void add_wide_pairs(std::integer_sequence<int, I...>, const Sum& sum, const R& r, const Leaves& leaves) {
    const auto one = [&](auto i) {
      if constexpr (S::interact(i, J)) {
        const auto& a = get<i>(leaves);
        const auto& b = get<J>(leaves);
        sum.template add_pair<i == J>(get<S::output_of(i, J)>(r).data(), a.data(), a.size() / leaf_rows<decltype(a)>, b.data(), b.size() / leaf_rows<decltype(b)>);
      }
    };
    (one(index_constant<I>), ...);
  }

  // ---- primitives ----

  // All derivatives as a batch; those of a constant are zeros.
  template <int L, class V>
  static auto batch_of(const V& v) {
    if constexpr (level_of<V> == L) return batched<decltype(detail::derivative_batch(v)), L>(detail::derivative_batch(v));
    else if constexpr (std::is_floating_point_v<dtype_of<V>>) return detail::constant_value<tensor_of<element_of<V>, extents_of_value<V>>>(detail::extents_in(v), 0);
    else return v;
  }
  template <int L, class V>
  static FUNCTRA_INLINE bool varies(const V& v) {
    if constexpr (level_of<V> == L) return v.body().varies();
    else return static_cast<void>(v), false;
  }
  // Adds a batch to the derivatives of y: row i to number(i).
  template <class Y, class T, class Number>
  static void add_batch(Y& y, const T& batch, const Number& number) {
    const auto rows = eval(batch.value);
    const index_t count = rows.extent(0), n = y.primal.size();
    const auto add = [&](auto* to) {
      for (index_t k = 0; k < count; ++k)
        for (index_t i = 0; i < n; ++i) to[number(k) * n + i] = to[number(k) * n + i] + rows.data()[k * n + i];
    };
    if constexpr (detail::is_one_register<Y>) {
      typename Y::E row[static_cast<std::size_t>(Y::layout::size)];
      Y::store(y.slopes, row);
      add(row);
      y.set(row);
    } else {
      if (y.state != detail::jet_state::derived) y.clear();
      add(derivatives_of(y));
    }
  }
  template <class Y>
  static auto* derivatives_of(Y& y) {
    if constexpr (requires { y.derivatives.mutable_data(); }) return y.derivatives.mutable_data();
    else return y.derivatives;
  }

  // A linear call of operands together: it takes the derivatives as it takes the values.
  template <int L, class Call, class... V>
  static auto together(const Call& call, const V&... v) {
    const auto primal = [&] { return call(detail::primal_of<L>(v)...); };
    return made<wide<L, decltype(primal()), V...>>(primal, [&](auto& y) { take_together<L>(y, call, v...); });
  }
  template <int L, class Y, class Call, class... V>
  static FUNCTRA_NOINLINE void take_together(Y& y, const Call& call, const V&... v) {
    if ((varies<L>(v) || ...)) add_batch(y, call(batch_of<L>(v)...), [](index_t k) { return k; });
  }

  // y = B(a, b): the derivatives of one times the other, and for the second ones slopes times slopes as well.
  template <int L, class P, class A, class B>
  static auto product(const P& p, const A& a, const B& b) {
    const auto& x = detail::primal_of<L>(a);
    const auto& z = detail::primal_of<L>(b);
    const auto primal = [&] { return bind(p, x, z); };
    return made<wide<L, decltype(primal()), A, B>>(primal, [&](auto& y) {
      const auto same = [](index_t k) { return k; };
      if constexpr (level_of<A> == L)
        if (varies<L>(a)) add_batch(y, bind(p, batch_of<L>(a), z), same);
      if constexpr (level_of<B> == L)
        if (varies<L>(b)) add_batch(y, bind(p, x, batch_of<L>(b)), same);
      if constexpr (order<L, A, B> > 1 && level_of<A> == L && level_of<B> == L)
        if (varies<L>(a) && varies<L>(b)) {
          constexpr int N = variables<L, A, B>;
          constexpr int pairs = N * (N + 1) / 2;
          index_t first[array_size(pairs)], second[array_size(pairs)], to[array_size(pairs)], k = 0;
          for (index_t i = 0; i < N; ++i)
            for (index_t j = i; j < N; ++j, ++k) first[k] = i, second[k] = j, to[k] = std::remove_cvref_t<decltype(y)>::layout::second(i, j);
          const auto rows = [&](const auto& v, const index_t* which) {
            auto t = detail::derivative_rows<pairs>(v, [&](index_t i) { return which[i]; });
            return batched<decltype(t), L>(std::move(t));
          };
          const auto number = [&](index_t i) { return to[i]; };
          add_batch(y, bind(p, rows(a, first), rows(b, second)), number);
          add_batch(y, bind(p, rows(a, second), rows(b, first)), number);
        }
    });
  }

  // ---- the rest ----

  // As a dual, or a dual of duals, for what has no rule here.
  template <int L, class V>
  static decltype(auto) as_dual(const V& v) {
    if constexpr (level_of<V> != L) return (v);
    else {
      constexpr int N = V::variables;
      using P = std::remove_cvref_t<decltype(v.primal())>;
      using layout = typename V::body_type::layout;
      const auto s = detail::derivative_rows<N>(v, [](index_t i) { return i; });
      using S = std::remove_const_t<decltype(s)>;
      using D = dual<P, batched<S, L>, L + 1>;
      if constexpr (V::order == 1) return D(v.primal(), batched<S, L>(s));
      else {
        const auto rows = detail::derivative_rows<N * N>(v, [](index_t i) { return layout::second(i / N, i % N); });
        using C = tensor_of<element_of<V>, insert_extent<insert_extent<typename V::extents_type, 0, N>, 0, N>>;
        index_t shape[C::extents_type::R] = {N, N};
        for (int i = 2; i < C::extents_type::R; ++i) shape[i] = v.extent(i - 2);
        C c(uninitialized, C::extents_type::from(shape));
        std::copy_n(rows.data(), rows.size(), c.mutable_data());
        using T = dual<S, batched<C, L>, L + 1>;
        return dual<D, batched<T, L + 2>, L + 3>(D(v.primal(), batched<S, L>(s)), batched<T, L + 2>(T(s, batched<C, L>(std::move(c)))));
      }
    }
  }
  // What a call on duals gives, as a jet like V.
  template <int L, class V, class Y>
  static auto from_dual(const Y& y) {
    if constexpr (level_of<Y> == 0) return y;
    else {
      constexpr int N = V::variables;
      const auto& first = [&]() -> const auto& {
        if constexpr (V::order == 1) return y;
        else return y.primal;
      }();
      const auto primal = [&] { return eval(first.primal); };
      return made<jet<decltype(primal()), L, N, -V::order>>(primal, [&]<class B>(B& j) {
        using T = decltype(detail::whole_batch<L, N>(first.tangent(), N));
        add_batch(j, batched<T, L>(detail::whole_batch<L, N>(first.tangent(), N)), [](index_t k) { return k; });
        if constexpr (V::order > 1) {
          const auto t = detail::whole_batch<L + 2, N>(y.tangent(), N);
          const auto c = eval(detail::whole_batch<L, N>(t.tangent(), N));
          const index_t n = j.primal.size();
          auto* const to = derivatives_of(j);
          for (index_t a = 0; a < N; ++a)
            for (index_t b = a; b < N; ++b) std::copy_n(c.data() + (a * N + b) * n, n, to + B::layout::second(a, b) * n);
        }
      });
    }
  }
  template <int L, class Call, class... V>
  static auto by_duals(const Call& call, const V&... v) {
    using First = typename first_jet<L, V...>::type;
    const auto y = call(as_dual<L>(v)...);
    if constexpr (value<decltype(y)>) return from_dual<L, First>(y);
    else return from_duals<L, First>(y);
  }
  template <int L, class First, class... Y>
  static auto from_duals(const bundle<Y...>& y) {
    return [&]<int... k>(std::integer_sequence<int, k...>) { return make_bundle(from_dual<L, First>(get<k>(y))...); }(numbers<static_cast<int>(sizeof...(Y))>{});
  }
};

}  // namespace functra
