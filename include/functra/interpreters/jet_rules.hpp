// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/statement_facts.hpp"
#include "functra/interpreters/jet_sums.hpp"

// What happens to jets: derivatives of statements are sums of partials times the derivatives of their leaves.
namespace functra {

template <>
struct interpreter<tracer::jet> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    constexpr law::mask_t mask = detail::mask_at<L, V...>() & G::reach;
    constexpr bool has_derivatives = []<int... k>(std::integer_sequence<int, k...>) { return (std::is_floating_point_v<typename G::template out_type<k>> && ...); }(ints<G::outputs>);
    if constexpr (mask == 0 || !has_derivatives) return bind(statement, name, detail::primal_of<L>(v)...);
    else if constexpr (is_narrow<G, mask, bundle<Spec...>, V...>())
      return derive<L, mask, typename G::functor, Spec...>(numbers<partials<L, mask, typename G::functor, V...>::outputs - 1>{}, numbers<std::popcount(mask)>{}, name, v...);
    else if constexpr (is_one_value<G, mask, V...>()) {
      using F = typename G::functor;
      if constexpr (detail::is_copy<F>) return together<L>([&](const auto&... x) { return bind(statement, name, x...); }, v...);
      else if constexpr (((std::is_same_v<Spec, onto::full> || std::is_same_v<Spec, onto::total>) && ...))
        return derive_wide<L, mask, F, Spec...>(numbers<std::popcount(mask)>{}, name, v...);
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
      return detail::made_jet<jet<Y, L, X::variables, X::is_wide ? -X::order : X::order>>([&]() FUNCTRA_INLINE_LAMBDA { return call(x.primal()); }, [&](auto& y) FUNCTRA_INLINE_LAMBDA {
        if (x.body().state() == detail::jet_state::variable) {
          detail::diagonal<extents_of_value<Y>::R> to{};
          p.move(x.body().variables(), to);
          y.make_variable(to);
        } else if (x.body().state() == detail::jet_state::derived) y = taken_together<L>(y, call, v...);
      });
    } else if constexpr (is_row<P, V...>()) return row<L>(call, v...);
    else if constexpr (P::is_linear) return together<L>(call, v...);
    else if constexpr (requires { P::is_bilinear; }) return product<L>(p, v...);
    else return by_duals<L>(call, v...);
  }

 private:
  template <int N>
  using numbers = std::make_integer_sequence<int, N>;
  // A jet that `fill` begins.
  template <class J, class Primal, class Fill>
  static FUNCTRA_INLINE J derived(const Primal& primal, const Fill& fill) {
    using B = typename J::body_type;
    if constexpr (requires { typename B::derived_t; })
      return J(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA {
        B y(typename B::derived_t{}, primal);
        fill(y);
        return y;
      });
    else return detail::made_jet<J>(primal, fill);
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
  // Primitives that put narrow scalars, or rows of them, side by side.
  template <class P, class... V>
  static constexpr bool is_row() {
    if constexpr (requires { requires P::makes_rows; }) return (fits_row<V>() && ...);
    else return false;
  }
  template <class V>
  static constexpr bool fits_row() {
    if constexpr (detail::is_jet<V>) return V::is_row || (!V::is_wide && V::extents_type::R == 0);
    else return true;
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
    auto r = detail::bundled(bind(functra::fused_statement<S, Spec, std::conditional_t<R == 0 || of_scalars<S>(K, rank), Spec, onto::full>...>{}, name, detail::primal_of<L>(v)...));
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
    else return v.body().state() == detail::jet_state::derived;
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
    const detail::jet_sum<typename Y::E, layout> sum{y.derivatives()};
    ((copies && J == first ? void() : add_leaf(sum, get<1 + J>(r).data(), get<J>(leaves))), ...);
    if constexpr (layout::rows > 1) (add_pairs<S, J>(numbers<J + 1>{}, sum, r, leaves), ...);
  }
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
      if (const auto& v = get<First>(leaves).v; v.state() == detail::jet_state::derived) {
        Y::layout::copy(v.derivatives(), y.room());
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
    else if constexpr (A::R == 0) sum.add_scaled(*f, a.v.derivatives());
  }
  template <bool Same, class Sum, class E, class A, class B>
  static FUNCTRA_INLINE void add_pair(const Sum& sum, const E* f, const A& a, const B& b) {
    if (!a.varies() || !b.varies()) return;
    if (a.is_variable() && b.is_variable()) sum.template add_products<Same>(std::max(a.size(), b.size()), f, a.number(0), a.step(), b.number(0), b.step());
    else if (a.is_variable()) {
      if constexpr (B::R == 0)
        for (index_t i = 0; i < a.size(); ++i) sum.add_products(f[i], a.number(i), b.v.derivatives());
    } else if (b.is_variable()) {
      if constexpr (A::R == 0)
        for (index_t i = 0; i < b.size(); ++i) sum.add_products(f[i], b.number(i), a.v.derivatives());
    } else if constexpr (A::R == 0 && B::R == 0) sum.template add_products<Same>(*f, a.v.derivatives(), b.v.derivatives());
  }
  template <class S, int J, int... I, class Sum, class R, class Leaves>
  static FUNCTRA_INLINE void add_pairs(std::integer_sequence<int, I...>, const Sum& sum, const R& r, const Leaves& leaves) {
    const auto one = [&](auto i) FUNCTRA_INLINE_LAMBDA {
      if constexpr (S::interact(i, J)) add_pair<i == J>(sum, get<S::output_of(i, J)>(r).data(), get<i>(leaves), get<J>(leaves));
    };
    (one(index_constant<I>), ...);
  }

  // ---- tensors ----

  template <int L, law::mask_t Mask, class F, class Spec, int... J, class... V>
  static auto derive_wide(std::integer_sequence<int, J...> leaves, const char* name, const V&... v) {
    const auto primal = [&] { return bind(functra::fused_statement<law::value_of<F>, Spec>{}, name, detail::primal_of<L>(v)...); };
    return detail::made_jet<wide<L, decltype(primal()), V...>>(primal, [&](auto& y) { sum_wide<L, Mask, F, partials<L, Mask, F, V...>, std::is_same_v<Spec, onto::total>>(leaves, name, y, v...); });
  }
  template <int L, law::mask_t Mask, class F, class S, bool Total, int... J, class Y, class... V>
  static FUNCTRA_NOINLINE void sum_wide(std::integer_sequence<int, J...>, const char* name, Y& y, const V&... v) {
    if constexpr (!detail::is_one_register<Y>)
      if (!(detail::varies(nth_of<law::detail::nth_active(Mask, J)>(v...).body()) || ...)) return y.make_constant();
    using X = broadcast_extents<extents_of_value<V>...>;
    const X x = detail::common_extents<X>(name, detail::primal_of<L>(v)...);
    const auto r = [&]<int... K>(std::integer_sequence<int, K...>) { return detail::bundled(bind(functra::fused_statement<S, detail::full_for<K>...>{}, name, detail::primal_of<L>(v)...)); }(numbers<S::outputs>{});
    const auto leaves = make_bundle(whole(x, nth_of<law::detail::nth_active(Mask, J)>(v...))...);
    using E = typename Y::E;
    const auto sum_to = [&](E* to) {
      const detail::wide_jet_sum<typename Y::layout, Total, E> sum{to, x.size()};
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
    if constexpr (level_of<V> == L) return detail::varies(v.body());
    else return static_cast<void>(v), false;
  }
  // A linear call of operands together: it takes the derivatives as it takes the values.
  template <int L, class Call, class... V>
  static auto together(const Call& call, const V&... v) {
    const auto primal = [&] { return call(detail::primal_of<L>(v)...); };
    return detail::made_jet<wide<L, decltype(primal()), V...>>(primal, [&](auto& y) { take_together<L>(y, call, v...); });
  }
  // By value: what a call is given the address of does not stay in registers.
  template <int L, class Y, class Call, class... V>
  static FUNCTRA_INLINE Y taken_together(Y y, const Call& call, const V&... v) {
    take_together<L>(y, call, v...);
    return y;
  }
  template <int L, class Y, class Call, class... V>
  static FUNCTRA_NOINLINE void take_together(Y& y, const Call& call, const V&... v) {
    if ((varies<L>(v) || ...)) detail::add_derivatives(y, call(batch_of<L>(v)...), [](index_t k) { return k; });
  }

  // Scalars, or rows of them, side by side.
  template <int L, class Call, class... V>
  static FUNCTRA_INLINE auto row(const Call& call, const V&... v) {
    const auto primal = [&]() FUNCTRA_INLINE_LAMBDA { return call(detail::primal_of<L>(v)...); };
    return detail::made_jet<jet<decltype(primal()), L, variables<L, V...>, detail::row_order(order<L, V...>)>>(primal, [&]<class Y>(Y& y) FUNCTRA_INLINE_LAMBDA {
      auto* to = y.clear();
      const index_t n = y.primal.size();
      const auto put = [&]<class X>(const X& x) FUNCTRA_INLINE_LAMBDA {
        const index_t m = x.size();
        if constexpr (level_of<X> == L)
          detail::with_derivatives(x.body(), [&](const auto* from) FUNCTRA_INLINE_LAMBDA {
            detail::match_derivatives<typename Y::layout, typename X::body_type::layout>([&](index_t k, index_t l) FUNCTRA_INLINE_LAMBDA {
              for (index_t i = 0; i < m; ++i) to[k * n + i] = from[l * m + i];
            });
          });
        to += m;
      };
      (put(v), ...);
    });
  }

  // y = B(a, b): the derivatives of one times the other, and for the second ones slopes times slopes as well.
  template <int L, class P, class A, class B>
  static auto product(const P& p, const A& a, const B& b) {
    const auto& x = detail::primal_of<L>(a);
    const auto& z = detail::primal_of<L>(b);
    const auto primal = [&] { return bind(p, x, z); };
    return detail::made_jet<wide<L, decltype(primal()), A, B>>(primal, [&](auto& y) {
      const auto same = [](index_t k) { return k; };
      if constexpr (level_of<A> == L)
        if (varies<L>(a)) detail::add_derivatives(y, bind(p, batch_of<L>(a), z), same);
      if constexpr (level_of<B> == L)
        if (varies<L>(b)) detail::add_derivatives(y, bind(p, x, batch_of<L>(b)), same);
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
          detail::add_derivatives(y, bind(p, rows(a, first), rows(b, second)), number);
          detail::add_derivatives(y, bind(p, rows(a, second), rows(b, first)), number);
        }
    });
  }

  // ---- the rest, as duals ----

  template <int L, class Call, class... V>
  static auto by_duals(const Call& call, const V&... v) {
    using First = typename first_jet<L, V...>::type;
    const auto y = call(detail::jet_as_dual<L>(v)...);
    if constexpr (value<decltype(y)>) return detail::jet_from_dual<L, First>(y);
    else return from_duals<L, First>(y);
  }
  template <int L, class First, class... Y>
  static auto from_duals(const bundle<Y...>& y) {
    return [&]<int... k>(std::integer_sequence<int, k...>) { return make_bundle(detail::jet_from_dual<L, First>(get<k>(y))...); }(numbers<static_cast<int>(sizeof...(Y))>{});
  }
};

}  // namespace functra
