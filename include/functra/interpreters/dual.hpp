// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/traced.hpp"

// Forward mode: a value beside its tangent.
namespace functra {

// A primal with its tangent, at level L. The tangent may live on more levels than the primal: jacfwd pushes a batch of
// tangents past one primal.
template <class P, class T, int L>
class dual : public traced<dual<P, T, L>> {
 public:
  using extents_type = extents_of_value<P>;
  using element_type = dtype_of<P>;

  P primal;
  T tangent;

  FUNCTRA_INLINE dual() : dual(lift_constant(0)) {}
  FUNCTRA_INLINE explicit dual(uninitialized_t) : primal(uninitialized), tangent(uninitialized) {}
  template <std::convertible_to<P> A, std::convertible_to<T> B>
  FUNCTRA_INLINE dual(A&& p, B&& t) : primal(std::forward<A>(p)), tangent(std::forward<B>(t)) {}
  // From what two calls give, in place.
  template <class A, class B>
  FUNCTRA_INLINE dual(std::in_place_t, const A& make_primal, const B& make_tangent) : primal(make_primal()), tangent(make_tangent(primal)) {}
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

 private:
  static dual lift_constant(double c) { return detail::constant_value<dual>(extents_type{}, c); }
};

namespace detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) primal_of(const V& v) {
  if constexpr (level_of<V> == L) return (v.primal);
  else return (v);
}

// The operands at level L, as bits.
template <int L, class... V>
constexpr law::mask_t mask_at() {
  law::mask_t m = 0;
  int i = 0;
  ((m |= (level_of<V> == L ? law::mask_t{1} << i : law::mask_t{0}), ++i), ...);
  return m;
}

template <bool Smooth, class T, class... R>
struct linear_combination {
  using type = law::fn<law::add, typename linear_combination<Smooth, T>::type, typename linear_combination<Smooth, R...>::type>;
};
template <bool Smooth, class T>
struct linear_combination<Smooth, T> {
  using type = law::fn<law::scaled_tangent<Smooth>, law::arg<T>, law::arg<T>>;
};
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
          return eval(p.template jvp<I>(get<I>(operands).tangent, y, detail::primal_of<L>(v)...));
        });
      };
      return dual<Y, decltype(tangent(std::declval<const Y&>())), L>(std::in_place, primal, tangent);
    }
  }

 private:
  template <int L, int K, int N, class F>
  static FUNCTRA_INLINE auto sum_contributions(const F& f) {
    if constexpr (K + 1 == N) return f(std::integral_constant<int, K>{});
    else return eval(f(std::integral_constant<int, K>{}) + sum_contributions<L, K + 1, N>(f));
  }

  // I...: the active operands.
  template <int L, law::mask_t Mask, class G, class... Spec, class All, int... I, class... V>
  static FUNCTRA_INLINE auto push(functra::fused_statement<G, Spec...>, const char* name, const All& operands, std::integer_sequence<int, I...>, const V&... v) {
    constexpr bool parts = detail::is_value_functor<G> && detail::order_of<std::remove_cvref_t<decltype(detail::primal_of<L>(v))>...> >= 2;
    constexpr bool simple = !parts && (std::is_same_v<tower_of<decltype(get<I>(operands).primal)>, tower_of<decltype(get<I>(operands).tangent)>> && ...);
    if constexpr (simple) {
      auto r = bind(functra::fused_statement<law::pushforward_of<G, Mask>, Spec..., Spec...>{}, name, detail::primal_of<L>(v)..., get<I>(operands).tangent...);
      return pair_up<L, sizeof...(Spec)>(r, r, std::integral_constant<int, sizeof...(Spec)>{});
    } else if constexpr (!G::linear && G::outputs * sizeof...(I) <= 16) {
      // Several tangents: the partials are computed once, and each tangent is a linear combination of them.
      const auto r = partials<Mask, Spec...>(static_cast<G*>(nullptr), name, std::make_integer_sequence<int, G::outputs * sizeof...(I)>{}, detail::primal_of<L>(v)...);
      return combined_all<L, G, Spec...>(name, r, operands, std::make_integer_sequence<int, G::outputs>{}, std::integer_sequence<int, I...>{}, detail::primal_of<L>(v)...);
    } else {
      auto y = bundled(bind(functra::fused_statement<G, Spec...>{}, name, detail::primal_of<L>(v)...));
      auto t = bundled(bind(functra::fused_statement<law::pushforward_of<G, Mask, false>, Spec...>{}, name, detail::primal_of<L>(v)..., get<I>(operands).tangent...));
      return pair_up<L, sizeof...(Spec)>(y, t, std::integral_constant<int, 0>{});
    }
  }

  template <int>
  using replace = onto::full;

  // The outputs of G, then its partials.
  template <law::mask_t Mask, class Spec, class F, int... K, class... V>
  static FUNCTRA_INLINE auto partials(law::value_of<F>*, const char* name, std::integer_sequence<int, K...>, const V&... v) {
    return bind(functra::fused_statement<law::partials_of<F, Mask>, Spec, replace<K>...>{}, name, v...);
  }
  template <law::mask_t Mask, class... Spec, class G, int... K, class... V>
  static FUNCTRA_INLINE auto partials(G*, const char* name, std::integer_sequence<int, K...>, const V&... v) {
    return bind(functra::fused_statement<law::jacobian_of<G, Mask>, Spec..., replace<K>...>{}, name, v...);
  }

  // Output K with its tangent: the sum of its partials times the tangents. X: the extents to sum to, for onto::like.
  template <int L, int K, class G, class Spec, class R, class All, int... I, class X>
  static FUNCTRA_INLINE auto combined(const char* name, const R& r, const All& operands, std::integer_sequence<int, I...> active, const X& x) {
    constexpr int first = G::outputs + K * static_cast<int>(sizeof...(I));
    using Y = std::remove_cvref_t<decltype(get<K>(r))>;
    const auto tangent = [&](const Y&) FUNCTRA_INLINE_LAMBDA {
      return combine<first, typename detail::linear_combination<detail::is_smooth<G>, typename G::template in_type<I>...>::type, Spec>(
          name, r, std::make_integer_sequence<int, 2 * sizeof...(I)>{}, operands, active, x);
    };
    return dual<Y, decltype(tangent(get<K>(r))), L>(std::in_place, [&]() FUNCTRA_INLINE_LAMBDA { return get<K>(r); }, tangent);
  }
  template <int First, class C, class Spec, class R, int... J, class All, int... I, class X>
  static FUNCTRA_INLINE auto combine(const char* name, const R& r, std::integer_sequence<int, J...>, const All& operands, std::integer_sequence<int, I...> active, const X& x) {
    const auto full = [&] { return bind(functra::fused_statement<law::value_of<C>, onto::full>{}, name, pick<First, J>(r, operands, active)...); };
    const auto like = [&] {
      if constexpr (detail::order_of<std::remove_cvref_t<decltype(pick<First, J>(r, operands, active))>...> >= 2) return detail::sum_to(full(), x);
      else {
        using T = typename C::type;
        using S = law::fn<law::first_of, C, law::arg<T>>;
        return bind(functra::fused_statement<law::value_of<S>, onto::like<static_cast<int>(sizeof...(J))>>{}, name, pick<First, J>(r, operands, active)..., detail::shape_only<T>(x));
      }
    };
    if constexpr (!is_like<Spec>) return static_cast<void>(x), bind(functra::fused_statement<law::value_of<C>, Spec>{}, name, pick<First, J>(r, operands, active)...);
    else {
      // Mostly there is nothing to sum.
      using Space = broadcast_extents<extents_of_value<std::remove_cvref_t<decltype(pick<First, J>(r, operands, active))>>...>;
      if constexpr (!std::is_same_v<Space, X>) return like();
      else if constexpr (X::is_static) return full();
      else return detail::agrees(detail::common_extents<Space>(name, pick<First, J>(r, operands, active)...), x) ? full() : like();
    }
  }
  template <int L, class G, class... Spec, class R, class All, int... K, class Active, class... V>
  static FUNCTRA_INLINE auto combined_all(const char* name, const R& r, const All& operands, std::integer_sequence<int, K...>, Active active, const V&... v) {
    return unwrapped(make_bundle(combined<L, K, G, Spec>(name, r, operands, active, like_extents(Spec{}, v...))...));
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
  template <int First, int J, class R, class All, int... I>
  static FUNCTRA_INLINE const auto& pick(const R& r, const All& operands, std::integer_sequence<int, I...>) {
    constexpr int active[] = {I...};
    if constexpr (J % 2 == 0) return get<First + J / 2>(r);
    else return get<active[J / 2]>(operands).tangent;
  }

  template <class R>
  static FUNCTRA_INLINE auto bundled(R&& r) {
    if constexpr (value<R>) return make_bundle(std::move(r));
    else return std::move(r);
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
