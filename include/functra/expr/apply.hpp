// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/expr.hpp"

// How a law is applied to operands: promotion of dtypes, fusion, and the expression that comes out.
namespace functra {

namespace law {
// Conversion of the dtype. Its derivative converts tangents along and cotangents back.
template <class T>
struct cast : law_base {
  using custom_tag = void;
  static constexpr char name[] = "cast";
  static constexpr bool linear = true;
  template <class>
  using result = T;
  template <class A>
  static FUNCTRA_INLINE auto value(const A& a) {
    return lanes::convert<T>(a);
  }
  template <class A>
  static FUNCTRA_INLINE auto push(const A& t) {
    return convert_lane<T>(t);
  }
  template <class From, class A>
  static FUNCTRA_INLINE auto pull(const A& c) {
    return convert_lane<From>(c);
  }
};
}  // namespace law

namespace detail {

// The most leaves that one statement fuses; beyond that, operands are evaluated first. Each order of differentiation multiplies
// what a statement computes, and what a compiler makes of it, by its leaves.
constexpr int max_leaves(int order) { return order <= 2 ? 8 : 2; }

template <class A>
using extents_t = extents_of_value<value_t<A>>;
template <class A>
using dtype_t = dtype_of<value_t<A>>;

// Arithmetic values are leaves that cost nothing.
template <class A>
inline constexpr int leaf_count = std::is_arithmetic_v<A> ? 0 : 1;
template <class F, class... V>
inline constexpr int leaf_count<Expr<F, V...>> = (leaf_count<V> + ...);
template <class A>
inline constexpr int operand_count = 1;
template <class F, class... V>
inline constexpr int operand_count<Expr<F, V...>> = sizeof...(V);

template <class... A>
constexpr bool is_crowded() {
  constexpr int most = max_leaves(std::max({derivative_order<tower_of<value_t<A>>>...}));
  return (leaf_count<A> + ...) > most || (operand_count<A> + ...) > 2 * most;
}

// Whether an operand becomes a part of a statement with the extents X, or a leaf. What has a name, what has a lower rank than
// the statement (its work would be repeated), and what has too many leaves is evaluated first.
template <class X, bool Crowded, class A>
constexpr bool fuses() {
  using T = std::remove_cvref_t<A>;
  if constexpr (std::is_lvalue_reference_v<A> || !is_expr<T> || Crowded) return false;
  else {
    using E = typename T::extents_type;
    if (E::R != X::R) return false;
    for (int i = 0; i < X::R; ++i)
      if (E::static_extent(i) == 1 && X::static_extent(i) != 1) return false;
    return true;
  }
}

template <class F, class... V>
struct term {
  bundle<V...> leaves;
};

template <class T, class F>
using converted = std::conditional_t<std::is_same_v<typename F::type, T>, F, law::fn<law::cast<T>, F>>;

template <class T, class F, class... V>
FUNCTRA_INLINE term<converted<T, F>, V...> fused_term(Expr<F, V...>& e) {
  return {moved(e.leaves())};
}

// An operand as part of a statement, converted to the dtype T.
template <class T, class X, bool Crowded, class A>
FUNCTRA_INLINE auto make_term(A&& a) {
  using U = std::remove_cvref_t<A>;
  if constexpr (std::is_arithmetic_v<U>) return term<law::arg<T>, T>{{static_cast<T>(a)}};
  else if constexpr (fuses<X, Crowded, A>()) {
    return fused_term<T>(a);
  } else {
    using V = value_t<U>;
    using F = converted<T, law::arg<dtype_of<V>>>;
    if constexpr (!is_expr<U> && !is_sum_expr<U>) return term<F, V>{{std::forward<A>(a)}};
    else if constexpr (std::is_lvalue_reference_v<A>) return term<F, V>{{a.pinned()}};
    else return term<F, V>{{a.evaluate()}};
  }
}

template <class Op, class FA, class... V>
FUNCTRA_INLINE auto fuse(const char* name, term<FA, V...>&& a) {
  return Expr<law::fn<Op, FA>, V...>(name, std::move(a.leaves));
}
template <class Op, class FA, class... V, class FB, class... W>
FUNCTRA_INLINE auto fuse(const char* name, term<FA, V...>&& a, term<FB, W...>&& b) {
  return Expr<law::fn<Op, FA, FB>, V..., W...>(name, concat(a.leaves, b.leaves));
}
template <class Op, class FA, class... V, class FB, class... W, class FC, class... Z>
FUNCTRA_INLINE auto fuse(const char* name, term<FA, V...>&& a, term<FB, W...>&& b, term<FC, Z...>&& c) {
  auto ab = concat(a.leaves, b.leaves);
  return Expr<law::fn<Op, FA, FB, FC>, V..., W..., Z...>(name, concat(ab, c.leaves));
}

template <class T>
struct dtype_tag {
  using type = T;
};
template <class A, class B>
constexpr auto promote(dtype_tag<A> a, dtype_tag<B> b) {
  if constexpr (std::is_void_v<A>) return b;
  else if constexpr (std::is_void_v<B>) return a;
  else return dtype_tag<std::common_type_t<A, B>>{};
}
template <class A>
constexpr auto tensor_dtype() {
  if constexpr (std::is_arithmetic_v<A>) return dtype_tag<void>{};
  else return dtype_tag<dtype_t<A>>{};
}
// The dtype at which operands meet: that of the tensors among them; an arithmetic value only turns integers into floating point.
template <class... A>
constexpr auto common_dtype() {
  constexpr auto fold = [](auto self, auto a, auto b, auto... rest) {
    if constexpr (sizeof...(rest) == 0) return promote(a, b);
    else return self(self, promote(a, b), rest...);
  };
  using T = typename decltype(fold(fold, dtype_tag<void>{}, tensor_dtype<A>()...))::type;
  constexpr bool floats = (std::is_floating_point_v<A> || ...);
  if constexpr (std::is_floating_point_v<T> || !floats) return dtype_tag<T>{};
  else return dtype_tag<double>{};
}

// The same where both may be arithmetic values.
template <class A, class B>
constexpr auto branch_dtype() {
  if constexpr (std::is_arithmetic_v<A> && std::is_arithmetic_v<B>) return dtype_tag<std::common_type_t<A, B>>{};
  else return common_dtype<A, B>();
}

enum class domain { any, numbers, floating };

template <class T, domain D>
using domain_dtype = std::conditional_t<D == domain::floating && !std::is_floating_point_v<T>, double,
                                        std::conditional_t<D == domain::numbers && std::is_same_v<T, bool>, std::int32_t, T>>;

template <class... A>
constexpr bool extents_agree() {
  if constexpr (sizeof...(A) == 1) return true;
  else {
    return []<class B, class C, class... R>(B*, C*, R*...) {
      if constexpr (!broadcastable<extents_t<B>, extents_t<C>>()) return false;
      else if constexpr (sizeof...(R) == 0) return true;
      else return broadcastable<broadcast_extents<extents_t<B>, extents_t<C>>, extents_t<R>...>();
    }(static_cast<A*>(nullptr)...);
  }
}

template <class A>
using bare = std::remove_cvref_t<A>;

}  // namespace detail

// A law applied to operands of one dtype: a lazy expression. Arithmetic values take the dtype of the tensors.
template <class Op, detail::domain D = detail::domain::numbers, class... A>
FUNCTRA_INLINE auto apply_law(A&&... a) {
  using T = detail::domain_dtype<typename decltype(detail::common_dtype<detail::bare<A>...>())::type, D>;
  static_assert(detail::extents_agree<detail::bare<A>...>(), "[operator] static extents must broadcast: equal, or 1");
  using X = broadcast_extents<detail::extents_t<A>...>;
  constexpr bool crowded = detail::is_crowded<detail::bare<A>...>();
  return detail::fuse<Op>(Op::name, detail::make_term<T, X, crowded>(std::forward<A>(a))...);
}

// where(mask, a, b): the first operand keeps its dtype.
template <class Op, class M, class A, class B>
FUNCTRA_INLINE auto apply_masked_law(M&& mask, A&& a, B&& b) {
  using T = typename decltype(detail::branch_dtype<detail::bare<A>, detail::bare<B>>())::type;
  static_assert(detail::extents_agree<detail::bare<M>, detail::bare<A>, detail::bare<B>>(), "[where] static extents must broadcast: equal, or 1");
  using X = broadcast_extents<detail::extents_t<M>, detail::extents_t<A>, detail::extents_t<B>>;
  constexpr bool crowded = detail::is_crowded<detail::bare<M>, detail::bare<A>, detail::bare<B>>();
  return detail::fuse<Op>(Op::name, detail::make_term<bool, X, crowded>(std::forward<M>(mask)), detail::make_term<T, X, crowded>(std::forward<A>(a)),
                          detail::make_term<T, X, crowded>(std::forward<B>(b)));
}

}  // namespace functra
