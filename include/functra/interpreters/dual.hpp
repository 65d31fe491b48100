// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/band_plan.hpp"

// Forward mode: a value beside its tangent.
namespace functra {

// A primal with its tangent, at level L. The tangent may live on more levels than the primal: jacfwd pushes a batch of
// tangents past one primal.
template <class P, class T, int L>
class dual : public traced<dual<P, T, L>> {
 public:
  using extents_type = extents_of_value<P>;
  using element_type = dtype_of<P>;

  using tangent_type = T;
  using stored_type = detail::tangent_in_dual<P, T>;
  static constexpr bool may_have_bands = detail::most_bands<P, T> > 0;

  P primal;
  stored_type stored;  // the tangent, or its diagonals

  FUNCTRA_INLINE dual() : dual(lift_constant(0)) {}
  FUNCTRA_INLINE explicit dual(uninitialized_t) : primal(uninitialized), stored(uninitialized) {}
  FUNCTRA_INLINE explicit dual(unset_t) : primal(unset), stored(unset) {}
  template <std::convertible_to<P> A, std::convertible_to<T> B>
  FUNCTRA_INLINE dual(A&& p, B&& t) : primal(std::forward<A>(p)), stored(std::forward<B>(t)) {}
  // From what two calls give, in place.
  template <class A, class B>
  FUNCTRA_INLINE dual(std::in_place_t, const A& make_primal, const B& make_tangent) : primal(make_primal()), stored(make_tangent(primal)) {}
  // Constants: arithmetic values, and values of lower levels.
  template <operand U>
    requires(!std::same_as<U, dual>)
  FUNCTRA_INLINE dual(const U& u) : dual(detail::lift<dual>(u)) {}
  FUNCTRA_INLINE dual(const dual&) = default;
  FUNCTRA_INLINE dual(dual&&) = default;
  FUNCTRA_INLINE dual& operator=(const dual&) & = default;
  FUNCTRA_INLINE dual& operator=(dual&&) & = default;
  template <class X>
  void operator=(const X&) && {
    detail::reject_write<X>();
  }

  FUNCTRA_INLINE decltype(auto) get_extents() const { return primal.get_extents(); }
  auto item() const { return primal.item(); }

  FUNCTRA_INLINE bool has_bands() const {
    if constexpr (may_have_bands) return !stored.is_dense;
    else return false;
  }
  // The tangent, whole.
  FUNCTRA_INLINE decltype(auto) tangent() const {
    if constexpr (may_have_bands) return stored.whole(primal.get_extents());
    else return (stored);
  }

 private:
  static dual lift_constant(double c) { return detail::constant_value<dual>(extents_type{}, c); }
};

namespace detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) primal_of(const V& v) {
  if constexpr (level_of<V> != L) return (v);
  else if constexpr (kind_of<V> == tracer::jet) return v.primal();
  else return (v.primal);
}

// The operands at level L, as bits.
template <int L, class... V>
constexpr law::mask_t mask_at() {
  law::mask_t m = 0;
  int i = 0;
  ((m |= (level_of<V> == L ? law::mask_t{1} << i : law::mask_t{0}), ++i), ...);
  return m;
}

// Whether no partial of a functor is 0 because a branch was not taken.
template <class G>
inline constexpr bool is_smooth = false;
template <class F>
inline constexpr bool is_smooth<law::value_of<F>> = F::smooth;

template <class G>
inline constexpr bool is_value_functor = requires { typename G::functor; };

}  // namespace detail

template <>
struct interpreter<tracer::dual> {
  template <int L, class G, class... Spec, class... V>
  static FUNCTRA_INLINE auto fused(functra::fused_statement<G, Spec...> statement, const char* name, const V&... v) {
    constexpr law::mask_t mask = detail::mask_at<L, V...>() & G::reach;
    constexpr int n = std::popcount(mask);
    constexpr bool has_tangent = []<int... k>(std::integer_sequence<int, k...>) { return (std::is_floating_point_v<typename G::template out_type<k>> && ...); }(ints<G::outputs>);
    if constexpr (mask == 0 || !has_tangent) return bind(statement, name, detail::primal_of<L>(v)...);
    else {
      const bundle<const V&...> operands{v...};
      return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
        return push<L, mask>(statement, name, operands, std::integer_sequence<int, law::detail::nth_active(mask, k)...>{}, v...);
      }(ints<n>);
    }
  }

  template <int L, class P, class... V>
  static FUNCTRA_INLINE auto apply(const P& p, const V&... v) {
    using Y = decltype(bind(p, detail::primal_of<L>(v)...));
    const auto primal = [&]() FUNCTRA_INLINE_LAMBDA { return bind(p, detail::primal_of<L>(v)...); };
    if constexpr (!P::differentiable || !std::is_floating_point_v<dtype_of<Y>>) return primal();
    else {
      constexpr law::mask_t mask = detail::mask_at<L, V...>();
      const bundle<const V&...> operands{v...};
      const auto tangent = [&](const Y& y) FUNCTRA_INLINE_LAMBDA {
        return sum_contributions<L, 0, std::popcount(mask)>([&](auto k) FUNCTRA_INLINE_LAMBDA {
          constexpr int I = law::detail::nth_active(mask, k);
          const detail::whole_tangent<nth_type<I, V...>> t(get<I>(operands));
          const auto dense = [&]() FUNCTRA_INLINE_LAMBDA { return eval(p.template jvp<I>(t.get(), y, detail::primal_of<L>(v)...)); };
          if constexpr (sums_bands<I, nth_type<I, V...>, P, std::remove_cvref_t<decltype(detail::primal_of<L>(v))>...>())
            if (get<I>(operands).has_bands()) return detail::banded_products<decltype(dense()), I>(p, get<I>(operands), y, detail::primal_of<L>(v)...);
          return dense();
        });
      };
      using D = dual<Y, decltype(tangent(std::declval<const Y&>())), L>;
      if constexpr (moves_bands<P, V...>()) {
        const auto& t = get<0>(operands).stored;
        detail::diagonals<extents_of_value<Y>::R, nth_type<0, V...>::stored_type::most> b(0, t.bands.directions);
        if (!t.is_dense && detail::move_bands(p, t.bands, b))
          return D(std::in_place, primal, [&](const Y& y) FUNCTRA_INLINE_LAMBDA { return detail::move_rows<D>(p, t, get<0>(operands).primal.get_extents(), b, y.get_extents()); });
      }
      return D(std::in_place, primal, tangent);
    }
  }

 private:
  // Whether P sums over all of operand I, a vector with bands: then the products of its elements are rows of the tangent.
  template <int I, class D, class P, class... A>
  static constexpr bool sums_bands() {
    if constexpr (!requires { P::template sums_vector<I>; } || !D::may_have_bands) return false;
    else return P::template sums_vector<I> && ((level_of<A> == 0) && ...);
  }

  template <int L, int K, int N, class F>
  static FUNCTRA_INLINE auto sum_contributions(const F& f) {
    if constexpr (K + 1 == N) return f(std::integral_constant<int, K>{});
    else return eval(f(std::integral_constant<int, K>{}) + sum_contributions<L, K + 1, N>(f));
  }

  template <class P, class... V>
  static constexpr bool moves_bands() {
    if constexpr (sizeof...(V) != 1 || !requires { P::moves_bands; }) return false;
    else return (V::may_have_bands && ...);
  }

  // I...: the active operands.
  template <int L, law::mask_t Mask, class G, class... Spec, class All, int... I, class... V>
  static FUNCTRA_INLINE auto push(functra::fused_statement<G, Spec...>, const char* name, const All& operands, std::integer_sequence<int, I...>, const V&... v) {
    constexpr bool parts = detail::is_value_functor<G> && detail::order_of<std::remove_cvref_t<decltype(detail::primal_of<L>(v))>...> >= 2;
    constexpr bool simple = !parts && (std::is_same_v<tower_of<decltype(get<I>(operands).primal)>, tower_of<typename nth_type<I, V...>::tangent_type>> && ...);
    if constexpr (simple) {
      auto r = bind(functra::fused_statement<law::pushforward_of<G, Mask>, Spec..., Spec...>{}, name, detail::primal_of<L>(v)..., get<I>(operands).stored...);
      return pair_up<L, sizeof...(Spec)>(r, r, std::integral_constant<int, sizeof...(Spec)>{});
    } else {
      constexpr bool in_partials = G::outputs * sizeof...(I) <= 16;
      const bundle<detail::whole_tangent<nth_type<I, V...>>...> whole{get<I>(operands)...};
      const auto dense = [&](const auto& r) FUNCTRA_INLINE_LAMBDA {
        if constexpr (!G::linear && in_partials) {
          // Several tangents: the partials are computed once, and each tangent is a linear combination of them.
          return combined_all<L, G, Spec...>(name, r, whole, std::make_integer_sequence<int, G::outputs>{}, std::integer_sequence<int, I...>{}, detail::primal_of<L>(v)...);
        } else {
          auto y = detail::bundled(bind(functra::fused_statement<G, Spec...>{}, name, detail::primal_of<L>(v)...));
          const auto push_whole = [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
            return detail::bundled(bind(functra::fused_statement<law::pushforward_of<G, Mask, false>, Spec...>{}, name, detail::primal_of<L>(v)..., get<k>(whole).get()...));
          };
          auto t = push_whole(ints<sizeof...(I)>);
          return pair_up<L, sizeof...(Spec)>(y, t, std::integral_constant<int, 0>{});
        }
      };
      // Single elements whose tangents are zero need no partials.
      constexpr law::mask_t banded_mask = (law::mask_t{0} | ... | (nth_type<I, V...>::may_have_bands ? law::mask_t{1} << I : law::mask_t{0}));
      constexpr bool may_be_banded = G::outputs * std::popcount(banded_mask) <= 16 && !parts &&
                                     may_stay_banded<G, bundle<Spec...>, bundle<std::remove_cvref_t<decltype(detail::primal_of<L>(v))>...>, nth_type<I, V...>...>();
      const auto find_partials = [&](auto mask) FUNCTRA_INLINE_LAMBDA {
        constexpr law::mask_t M = decltype(mask)::value;
        return partials<M, Spec...>(static_cast<G*>(nullptr), name, std::make_integer_sequence<int, G::outputs * std::popcount(M)>{}, detail::primal_of<L>(v)...);
      };
      using all_active = std::integral_constant<law::mask_t, Mask>;
      if constexpr (may_be_banded) {
        using X = broadcast_extents<extents_of_value<V>...>;
        const X x = detail::common_extents<X>(name, detail::primal_of<L>(v)...);
        const detail::band_plan<bundle<nth_type<I, V...>...>> plan(get<I>(operands)...);
        using active = std::conditional_t<in_partials, all_active, std::integral_constant<law::mask_t, banded_mask>>;
        using Partials = decltype(find_partials(active{}));
        using Result = typename std::conditional_t<in_partials, dense_result<decltype(dense), Partials>, dense_result<decltype(dense), int>>::type;
        if constexpr (has_room<Result, decltype(plan.out), Spec...>(ints<sizeof...(Spec)>))
          if ((stays_banded<Spec>(x, plan, v...) && ...) && (spans(x, get<I>(operands)) && ...)) {
            const auto r = find_partials(active{});
            return banded_all<Result, active::value, G, Spec...>(r, x, plan, std::make_integer_sequence<int, G::outputs>{}, std::integer_sequence<int, I...>{}, get<I>(operands)...);
          }
      }
      if constexpr (G::linear || !in_partials) return dense(0);
      else return dense(find_partials(all_active{}));
    }
  }

  // Statements whose outputs can have the diagonals of their operands: of plain primals All, of the same rank and dtype, and not summed
  // over some dims only.
  template <class G, class Specs, class All, class... A>
  static constexpr bool may_stay_banded() {
    if constexpr (!((A::may_have_bands || detail::is_single_with_batch<A>()) && ...) || !(A::may_have_bands || ...)) return false;
    else return may_stay_banded_as<G, A...>(static_cast<Specs*>(nullptr), static_cast<All*>(nullptr));
  }
  template <class G, class... A, class... Spec, class... V>
  static constexpr bool may_stay_banded_as(bundle<Spec...>*, bundle<V...>*) {
    using E = element_of<nth_type<0, A...>>;
    constexpr int R = broadcast_extents<extents_of_value<V>...>::R;
    constexpr bool same_type = []<int... k>(std::integer_sequence<int, k...>) { return (std::is_same_v<typename G::template out_type<k>, scalar_t<E>> && ...); }(ints<G::outputs>);
    constexpr int lanes = std::max({lanes_of<element_of<V>>...});
    return same_type && ((level_of<V> == 0) && ...) && lanes == lanes_of<E> && ((!A::may_have_bands || extents_of_value<A>::R == R) && ...) && ((std::is_same_v<element_of<A>, E> && std::is_same_v<element_of<typename A::tangent_type>, E>) && ...) &&
           ((std::is_same_v<Spec, onto::full> || std::is_same_v<Spec, onto::total> || is_like_rank<R, V...>(Spec{})) && ...);
  }
  // Whether an output goes to a leaf of rank R.
  template <int R, class... V, class Spec>
  static constexpr bool is_like_rank(Spec) {
    return false;
  }
  template <int R, class... V, int I>
  static constexpr bool is_like_rank(onto::like<I>) {
    return extents_of_value<nth_type<I, V...>>::R == R;
  }
  template <class X, class A>
  static FUNCTRA_INLINE bool spans(const X& x, const A& active) {
    if constexpr (A::may_have_bands) return detail::agrees(x, active.primal.get_extents());
    else return static_cast<void>(x), static_cast<void>(active), true;
  }
  template <class Spec, class X, class Plan, class... V>
  static FUNCTRA_INLINE bool stays_banded(const X& x, const Plan& plan, const V&... v) {
    if constexpr (std::is_same_v<Spec, onto::total>) return plan.banded;
    else if constexpr (std::is_same_v<Spec, onto::full>) return plan.fits;
    else {
      const auto y = like_extents(Spec{}, v...);
      if constexpr (decltype(y)::R != X::R) return false;
      else return plan.fits && detail::agrees(x, y);
    }
  }
  // Whether the types of the results have room for these bands: batches of other static extents have not.
  template <class D, class Bands, class Spec>
  static constexpr bool has_room_for() {
    if constexpr (std::is_same_v<Spec, onto::total>) return true;
    else if constexpr (!D::may_have_bands) return false;
    else return std::is_constructible_v<typename D::stored_type, const Bands&, decltype(std::declval<const D&>().primal.get_extents())>;
  }
  template <class Result, class Bands, class... Spec, int... K>
  static constexpr bool has_room(std::integer_sequence<int, K...>) {
    if constexpr (value<Result>) return (has_room_for<Result, Bands, Spec>() && ...);
    else return (has_room_for<std::remove_cvref_t<decltype(get<K>(std::declval<Result&>()))>, Bands, Spec>() && ...);
  }
  template <class F, class R>
  struct dense_result {
    using type = decltype(std::declval<const F&>()(std::declval<const R&>()));
  };
  // Mask: the operands whose partials are there. I...: those that are active.
  template <class Result, law::mask_t Mask, class G, class... Spec, class R, class X, class Plan, int... K, int... I, class... A>
  static FUNCTRA_INLINE Result banded_all(const R& r, const X& x, const Plan& plan, std::integer_sequence<int, K...>, std::integer_sequence<int, I...>, const A&... active) {
    constexpr auto at = std::integer_sequence<int, law::detail::rank_in(Mask, I)...>{};
    constexpr int n = std::popcount(Mask);
    if constexpr (value<Result>) return (banded<Result, G, Spec, G::outputs + K * n>(r, x, plan, index_constant<K>, at, std::make_integer_sequence<int, sizeof...(A)>{}, active...), ...);
    else
      return Result{banded<std::remove_cvref_t<decltype(get<K>(std::declval<Result&>()))>, G, Spec, G::outputs + K * n>(
          r, x, plan, index_constant<K>, at, std::make_integer_sequence<int, sizeof...(A)>{}, active...)...};
  }
  // Output K with its tangent: the diagonals of each operand J times the partial At, counted from the first.
  template <class D, class G, class Spec, int First, class R, class X, class Plan, int K, int... At, int... J, class... A>
  static FUNCTRA_INLINE D banded(const R& r, const X& x, const Plan& plan, std::integral_constant<int, K>, std::integer_sequence<int, At...>, std::integer_sequence<int, J...>, const A&... active) {
    return D(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return get<K>(r); }, [&](const auto& y) FUNCTRA_INLINE_LAMBDA {
      if constexpr (std::is_same_v<Spec, onto::total>) {
        auto t = detail::zero_directions<typename D::tangent_type>(plan.out.directions, y.get_extents());
        (plan.add_total(t.mutable_data(), x, partial_for<A, First + At>(r), active), ...);
        return detail::as_batch<typename D::tangent_type>(std::move(t));
      } else {
        typename D::stored_type t(plan.out, y.get_extents());
        auto* const p = t.rows.mutable_data();
        unsigned there = 0;
        (plan.template add<J, detail::is_smooth<G>>(p, x, there, partial_for<A, First + At>(r), active), ...);
        return t;
      }
    });
  }

  // The partial with respect to an operand that has bands.
  template <class A, int K, class R>
  static FUNCTRA_INLINE auto partial_for(const R& r) {
    if constexpr (A::may_have_bands) return get<K>(r).data();
    else return static_cast<const element_of<A>*>(nullptr);
  }

  // The outputs of G, then its partials.
  template <law::mask_t Mask, class Spec, class F, int... K, class... V>
  static FUNCTRA_INLINE auto partials(law::value_of<F>*, const char* name, std::integer_sequence<int, K...>, const V&... v) {
    return bind(functra::fused_statement<law::partials_of<F, Mask>, Spec, detail::full_for<K>...>{}, name, v...);
  }
  template <law::mask_t Mask, class... Spec, class G, int... K, class... V>
  static FUNCTRA_INLINE auto partials(G*, const char* name, std::integer_sequence<int, K...>, const V&... v) {
    return bind(functra::fused_statement<law::jacobian_of<G, Mask>, Spec..., detail::full_for<K>...>{}, name, v...);
  }

  // Output K with its tangent: the sum of its partials times the tangents. X: the extents to sum to, for onto::like.
  template <int L, int K, class G, class Spec, class R, class All, int... I, class X>
  static FUNCTRA_INLINE auto combined(const char* name, const R& r, const All& whole, std::integer_sequence<int, I...>, const X& x) {
    constexpr int first = G::outputs + K * static_cast<int>(sizeof...(I));
    using Y = std::remove_cvref_t<decltype(get<K>(r))>;
    const auto tangent = [&](const Y&) FUNCTRA_INLINE_LAMBDA {
      return combine<first, typename detail::linear_combination<detail::is_smooth<G>, detail::is_value_functor<G>, typename G::template out_type<K>, typename G::template in_type<I>...>::type, Spec>(
          name, r, std::make_integer_sequence<int, 2 * sizeof...(I)>{}, whole, x);
    };
    return dual<Y, decltype(tangent(get<K>(r))), L>(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return get<K>(r); }, tangent);
  }
  template <int First, class C, class Spec, class R, int... J, class All, class X>
  static FUNCTRA_INLINE auto combine(const char* name, const R& r, std::integer_sequence<int, J...>, const All& whole, const X& x) {
    const auto full = [&] { return bind(functra::fused_statement<law::value_of<C>, onto::full>{}, name, pick<First, J>(r, whole)...); };
    const auto like = [&] {
      if constexpr (detail::order_of<std::remove_cvref_t<decltype(pick<First, J>(r, whole))>...> >= 2) return detail::sum_to(full(), x);
      else {
        using T = typename C::type;
        using S = law::fn<law::first_of, C, law::arg<T>>;
        return bind(functra::fused_statement<law::value_of<S>, onto::like<static_cast<int>(sizeof...(J))>>{}, name, pick<First, J>(r, whole)..., detail::shape_only<T>(x));
      }
    };
    if constexpr (!is_like<Spec>) return static_cast<void>(x), bind(functra::fused_statement<law::value_of<C>, Spec>{}, name, pick<First, J>(r, whole)...);
    else {
      // Mostly there is nothing to sum.
      using Space = broadcast_extents<extents_of_value<std::remove_cvref_t<decltype(pick<First, J>(r, whole))>>...>;
      if constexpr (!std::is_same_v<Space, X>) return like();
      else if constexpr (X::is_static) return full();
      else return detail::agrees(detail::common_extents<Space>(name, pick<First, J>(r, whole)...), x) ? full() : like();
    }
  }
  template <int L, class G, class... Spec, class R, class All, int... K, class Active, class... V>
  static FUNCTRA_INLINE auto combined_all(const char* name, const R& r, const All& whole, std::integer_sequence<int, K...>, Active active, const V&... v) {
    return unwrapped(make_bundle(combined<L, K, G, Spec>(name, r, whole, active, like_extents(Spec{}, v...))...));
  }
  template <int I, class... V>
  static FUNCTRA_INLINE auto like_extents(onto::like<I>, const V&... v) {
    return detail::extents_in(nth_of<I>(v...));
  }
  template <class Spec, class... V>
  static FUNCTRA_INLINE extents<> like_extents(Spec, const V&...) {
    return {};
  }
  template <class A>
  static FUNCTRA_INLINE auto unwrapped(bundle<A>&& b) {
    return std::move(get<0>(b));
  }
  template <class A, class B, class... C>
  static FUNCTRA_INLINE auto unwrapped(bundle<A, B, C...>&& b) {
    return std::move(b);
  }

  // d0, t0, d1, t1, ... where the partials begin at First.
  template <int First, int J, class R, class Whole>
  static FUNCTRA_INLINE const auto& pick(const R& r, const Whole& whole) {
    if constexpr (J % 2 == 0) return get<First + J / 2>(r);
    else return get<J / 2>(whole).get();
  }

  template <int L, int M, class Y, class T, int Shift>
  static FUNCTRA_INLINE auto pair_up(Y& y, T& t, std::integral_constant<int, Shift>) {
    return [&]<int... k>(std::integer_sequence<int, k...>) FUNCTRA_INLINE_LAMBDA {
      const auto one = [&](auto j) FUNCTRA_INLINE_LAMBDA {
        using A = std::remove_cvref_t<decltype(get<j>(y))>;
        using B = std::remove_cvref_t<decltype(get<Shift + j>(t))>;
        return dual<A, B, L>(std::move(get<j>(y)), std::move(get<Shift + j>(t)));
      };
      if constexpr (M == 1) return one(index_constant<0>);
      else return make_bundle(one(index_constant<k>)...);
    }(ints<M>);
  }
};

}  // namespace functra
