// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <tuple>
#include <utility>
#include <vector>

#include "functra/core/bundle.hpp"
#include "functra/core/levels.hpp"
#include "functra/tensor/tensor.hpp"

// Trees of tensors: tuples, pairs, arrays, vectors and template aggregates whose members are trees. Tensors and floating-point
// values are leaves; anything else (strings, callables, integers) rides along untouched.
namespace functra {

namespace detail {

template <class T>
concept tree_leaf = value<T> || lazy<T> || std::is_floating_point_v<std::remove_cvref_t<T>>;

enum class tree_kind { leaf, tuple, pair, array, vector, aggregate, other };

struct any_member {
  template <class T>
  operator T() const;
};
template <class A, std::size_t... I>
concept braced_with = requires { A{(static_cast<void>(I), any_member{})...}; };
template <class A, std::size_t... I>
constexpr bool initializable(std::index_sequence<I...>) {
  return braced_with<A, I...>;
}
template <class A, std::size_t N = 10>
constexpr std::size_t member_count() {
  if constexpr (N == 0) return 0;
  else if constexpr (initializable<A>(std::make_index_sequence<N>{})) return N;
  else return member_count<A, N - 1>();
}

template <class T>
struct template_aggregate : std::false_type {};
template <template <class...> class A, class... T>
  requires(std::is_aggregate_v<A<T...>>)
struct template_aggregate<A<T...>> : std::true_type {};

template <class T>
struct tree_traits {
  static constexpr tree_kind kind = tree_leaf<T> ? tree_kind::leaf : template_aggregate<T>::value ? tree_kind::aggregate : tree_kind::other;
};
template <class... T>
struct tree_traits<std::tuple<T...>> {
  static constexpr tree_kind kind = tree_kind::tuple;
};
template <class A, class B>
struct tree_traits<std::pair<A, B>> {
  static constexpr tree_kind kind = tree_kind::pair;
};
template <class T, std::size_t N>
struct tree_traits<std::array<T, N>> {
  static constexpr tree_kind kind = tree_kind::array;
};
template <class T, class Al>
struct tree_traits<std::vector<T, Al>> {
  static constexpr tree_kind kind = tree_kind::vector;
};
template <class T>
inline constexpr tree_kind kind_of_tree = tree_traits<std::remove_cvref_t<T>>::kind;

template <class... T>
FUNCTRA_INLINE bundle<T&...> references(T&... x) {
  return bundle<T&...>{x...};
}
// The members of an aggregate, as references.
template <class A>
FUNCTRA_INLINE auto members(A& a) {
  constexpr std::size_t n = member_count<std::remove_const_t<A>>();
  if constexpr (n == 0) return references();
  else if constexpr (n == 1) {
    auto& [m0] = a;
    return references(m0);
  } else if constexpr (n == 2) {
    auto& [m0, m1] = a;
    return references(m0, m1);
  } else if constexpr (n == 3) {
    auto& [m0, m1, m2] = a;
    return references(m0, m1, m2);
  } else if constexpr (n == 4) {
    auto& [m0, m1, m2, m3] = a;
    return references(m0, m1, m2, m3);
  } else if constexpr (n == 5) {
    auto& [m0, m1, m2, m3, m4] = a;
    return references(m0, m1, m2, m3, m4);
  } else if constexpr (n == 6) {
    auto& [m0, m1, m2, m3, m4, m5] = a;
    return references(m0, m1, m2, m3, m4, m5);
  } else if constexpr (n == 7) {
    auto& [m0, m1, m2, m3, m4, m5, m6] = a;
    return references(m0, m1, m2, m3, m4, m5, m6);
  } else if constexpr (n == 8) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7] = a;
    return references(m0, m1, m2, m3, m4, m5, m6, m7);
  } else if constexpr (n == 9) {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8] = a;
    return references(m0, m1, m2, m3, m4, m5, m6, m7, m8);
  } else {
    auto& [m0, m1, m2, m3, m4, m5, m6, m7, m8, m9] = a;
    return references(m0, m1, m2, m3, m4, m5, m6, m7, m8, m9);
  }
}

template <class A, class F>
struct mapped_aggregate;

}  // namespace detail

// Applies f to the leaves of one tree, or of several of the same structure; what comes back has that structure.
//   tree_map([](const auto& p, const auto& g) { return eval(p - 0.1 * g); }, params, grads)
template <class F, class T, class... U>
FUNCTRA_INLINE auto tree_map(const F& f, const T& t, const U&... u);

namespace detail {

template <template <class...> class A, class... T, class F>
struct mapped_aggregate<A<T...>, F> {
  template <class M>
  static auto one() {
    if constexpr (kind_of_tree<M> == tree_kind::other) return std::type_identity<M>{};
    else return std::type_identity<decltype(tree_map(std::declval<const F&>(), std::declval<const M&>()))>{};
  }
  using type = A<typename decltype(one<T>())::type...>;
};
// Several trees: the first template argument of each, the second, ...
template <class F, class A, class... B>
struct mapped_aggregates {
  using type = typename mapped_aggregate<A, F>::type;
};
template <class F, template <class...> class A, class... T, class... S>
struct mapped_aggregates<F, A<T...>, A<S...>> {
  template <class M, class N>
  static auto one() {
    if constexpr (kind_of_tree<M> == tree_kind::other) return std::type_identity<M>{};
    else return std::type_identity<decltype(tree_map(std::declval<const F&>(), std::declval<const M&>(), std::declval<const N&>()))>{};
  }
  using type = A<typename decltype(one<T, S>())::type...>;
};

// The elements of a vector that are made one by one, as an iterator: the vector makes room for all of them first.
template <class At>
struct made_element {
  using iterator_category = std::forward_iterator_tag;
  using value_type = std::invoke_result_t<At, std::size_t>;
  using difference_type = std::ptrdiff_t;
  using pointer = void;
  using reference = value_type;
  const At* at;
  std::size_t i;
  FUNCTRA_INLINE value_type operator*() const { return (*at)(i); }
  FUNCTRA_INLINE made_element& operator++() {
    ++i;
    return *this;
  }
  FUNCTRA_INLINE made_element operator++(int) { return {at, i++}; }
  FUNCTRA_INLINE bool operator==(const made_element& o) const { return i == o.i; }
};

template <class U0, class... U>
void check_same_length(std::size_t n, const U0& u, const U&...) {
  if (u.size() != n) fail("tree", "trees of the same structure are required, got vectors of ", n, " and ", u.size(), " elements");
}

}  // namespace detail

template <class F, class T, class... U>
FUNCTRA_INLINE auto tree_map(const F& f, const T& t, const U&... u) {
  constexpr auto kind = detail::kind_of_tree<T>;
  if constexpr (kind == detail::tree_kind::leaf) return f(t, u...);
  else if constexpr (kind == detail::tree_kind::tuple) {
    return [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
      if constexpr (sizeof...(U) == 0) return std::tuple<decltype(tree_map(f, nth<I>(t)))...>{tree_map(f, nth<I>(t))...};
      else {
        const auto at = [&](auto i) FUNCTRA_INLINE_LAMBDA { return tree_map(f, nth<i>(t), nth<i>(u)...); };
        return std::tuple<decltype(at(index_constant<I>))...>{at(index_constant<I>)...};
      }
    }(ints<std::tuple_size_v<T>>);
  } else if constexpr (kind == detail::tree_kind::pair) {
    return std::pair{tree_map(f, t.first, u.first...), tree_map(f, t.second, u.second...)};
  } else if constexpr (kind == detail::tree_kind::array) {
    return [&]<std::size_t... I>(std::index_sequence<I...>) FUNCTRA_INLINE_LAMBDA {
      const auto at = [&](std::size_t i) FUNCTRA_INLINE_LAMBDA { return tree_map(f, t[i], u[i]...); };
      return std::array<decltype(at(0)), sizeof...(I)>{at(I)...};
    }(std::make_index_sequence<std::tuple_size_v<T>>{});
  } else if constexpr (kind == detail::tree_kind::vector) {
    if constexpr (sizeof...(U) > 0) detail::check_same_length(t.size(), u...);
    const auto at = [&](std::size_t i) FUNCTRA_INLINE_LAMBDA { return tree_map(f, t[i], u[i]...); };
    using Made = detail::made_element<decltype(at)>;
    return std::vector<decltype(at(0))>(Made{&at, 0}, Made{&at, t.size()});
  } else if constexpr (kind == detail::tree_kind::aggregate) {
    using R = typename detail::mapped_aggregates<F, T, U...>::type;
    const auto m = detail::members(t);
    return [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
      if constexpr (sizeof...(U) == 0) return R{tree_map(f, get<I>(m))...};
      else {
        const auto at = [&](auto i, auto... of) FUNCTRA_INLINE_LAMBDA { return tree_map(f, get<i>(m), get<i>(of)...); };
        return R{at(index_constant<I>, detail::members(u)...)...};
      }
    }(ints<detail::member_count<T>()>);
  } else return t;
}

// Calls f on the leaves of one tree, or of several of the same structure.
template <class F, class T, class... U>
FUNCTRA_INLINE void tree_for_each(const F& f, T& t, U&... u) {
  constexpr auto kind = detail::kind_of_tree<T>;
  if constexpr (kind == detail::tree_kind::leaf) f(t, u...);
  else if constexpr (kind == detail::tree_kind::tuple || kind == detail::tree_kind::pair || kind == detail::tree_kind::array) {
    [&]<std::size_t... I>(std::index_sequence<I...>) FUNCTRA_INLINE_LAMBDA {
      const auto at = [&](auto i) FUNCTRA_INLINE_LAMBDA { tree_for_each(f, std::get<i>(t), std::get<i>(u)...); };
      (at(std::integral_constant<std::size_t, I>{}), ...);
    }(std::make_index_sequence<std::tuple_size_v<std::remove_const_t<T>>>{});
  } else if constexpr (kind == detail::tree_kind::vector) {
    if constexpr (sizeof...(U) > 0) detail::check_same_length(t.size(), u...);
    for (std::size_t i = 0; i < t.size(); ++i) tree_for_each(f, t[i], u[i]...);
  } else if constexpr (kind == detail::tree_kind::aggregate) {
    auto m = detail::members(t);
    [&]<int... I>(std::integer_sequence<int, I...>) FUNCTRA_INLINE_LAMBDA {
      if constexpr (sizeof...(U) == 0) (tree_for_each(f, get<I>(m)), ...);
      else {
        const auto at = [&](auto i, auto... of) FUNCTRA_INLINE_LAMBDA { tree_for_each(f, get<i>(m), get<i>(of)...); };
        (at(index_constant<I>, detail::members(u)...), ...);
      }
    }(ints<detail::member_count<std::remove_const_t<T>>()>);
  }
}

namespace detail {
// The tower that the leaves of a tree type live on.
template <class T>
struct tree_tower {
  using type = hole<1>;
};
template <class T>
  requires(value<T>)
struct tree_tower<T> {
  using type = tower_of<T>;
};
template <class T>
  requires(lazy<T> && !value<T>)
struct tree_tower<T> {
  using type = tower_of<typename T::evaluated>;
};
template <template <class...> class A, class... T>
  requires(kind_of_tree<A<T...>> != tree_kind::leaf && kind_of_tree<A<T...>> != tree_kind::other)
struct tree_tower<A<T...>> {
  using type = join_t<typename tree_tower<T>::type...>;
};
template <class T, std::size_t N>
struct tree_tower<std::array<T, N>> : tree_tower<T> {};
}  // namespace detail

// All levels that the leaves of trees live on.
template <class... T>
using tree_tower_t = join_t<typename detail::tree_tower<std::remove_cvref_t<T>>::type...>;

}  // namespace functra
