// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/bind.hpp"

// Lazy expressions. Temporaries fuse, names pin: an operand that is an rvalue expression becomes a part of its consumer; one
// that has a name is evaluated once, into storage that the name and all of its users share.
namespace functra {

// What a lazy expression and a traced value offer to be read like a tensor. Derived has get_extents().
template <class Derived>
class readable {
 public:
  FUNCTRA_INLINE index_t extent(int i) const { return self().get_extents().extent(i); }
  FUNCTRA_INLINE index_t size() const { return self().get_extents().size(); }
  auto shape() const { return self().get_extents().shape(); }
  static constexpr int rank() { return Derived::extents_type::R; }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

template <class Derived>
class lazy_base : public readable<Derived> {
 public:
  using lazy_tag = void;

  // The value, computed at the first call and kept.
  FUNCTRA_INLINE const auto& pin() const { return self().pinned(); }

  auto item() const {
    static_assert(Derived::extents_type::R == 0, "[item] a rank-0 tensor is required; use x(i) or at(x, i)");
    return pin().item();
  }
  template <class... I>
    requires(std::integral<I> && ...)
  auto operator()(I... i) const {
    return pin()(i...);
  }
  auto data() const {
    static_assert(level_of<std::remove_cvref_t<decltype(pin())>> == 0, "[data] a plain tensor is required, got a traced value");
    return pin().data();
  }
  // Lazy expressions of different types cannot be assigned to each other; `auto y = eval(x * x);` gives a value that can.
  template <class To>
  FUNCTRA_INLINE To materialize_as() const {
    static_assert(level_of<To> >= level_of<decltype(pin())>,
                  "[conversion] a traced value cannot become a value of fewer levels; begin with traced_like(value, x...), which has the levels of x..., or use stop_gradient(x)");
    return To(pin());
  }

 private:
  const Derived& self() const { return static_cast<const Derived&>(*this); }
};

namespace detail {
template <class X>
void reject_assignment() {
  static_assert(!std::is_same_v<X, X>,
                "[operator=] a lazy expression cannot be assigned to; hold a value instead: `auto y = eval(expression);`");
}
template <class F, class... V>
using expr_extents = broadcast_extents<extents_of_value<V>...>;
template <class F, class X, class... V>
using expr_value = on_tower_t<statement_tower<typename F::type, X, V...>, typename F::type, X>;
}  // namespace detail

// A fused statement F over leaves, not evaluated yet.
template <class F, class... V>
class Expr : public lazy_base<Expr<F, V...>>, detail::expr_extents<F, V...> {
 public:
  using functor = F;
  using extents_type = detail::expr_extents<F, V...>;
  using evaluated = detail::expr_value<F, extents_type, V...>;
  using element_type = typename F::type;

  FUNCTRA_INLINE Expr(const char* name, bundle<V...>&& leaves)
      : extents_type([&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
          return detail::common_extents<extents_type>(name, get<i>(leaves)...);
        }(ints<sizeof...(V)>)),
        leaves_(moved(leaves)),
        name_(name) {}

  // A copy shares the value: copying is a second use.
  FUNCTRA_INLINE Expr(const Expr& o) : extents_type(o), leaves_(o.leaves_), name_(o.name_), cache_(o.pinned()), pinned_(true) {}
  FUNCTRA_INLINE Expr(Expr&& o) noexcept : extents_type(o), leaves_(moved(o.leaves_)), name_(o.name_) {
    if (o.pinned_) {
      cache_ = std::move(o.cache_);
      pinned_ = true;
    }
  }
  template <class X>
  Expr& operator=(const X&) {
    detail::reject_assignment<X>();
    return *this;
  }
  Expr& operator=(const Expr&) {
    detail::reject_assignment<F>();
    return *this;
  }

  // The extents are a base, too, but not what is meant.
  using lazy_base<Expr<F, V...>>::extent;
  using lazy_base<Expr<F, V...>>::size;
  using lazy_base<Expr<F, V...>>::shape;
  using lazy_base<Expr<F, V...>>::rank;

  const extents_type& get_extents() const { return *this; }
  FUNCTRA_INLINE evaluated evaluate() const {
    if (pinned_) return cache_;
    return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
      return evaluated(bind(fused_statement<law::value_of<F>, onto::full>{}, name_, get<i>(leaves_)...));  // a step function leaves its tape
    }(ints<sizeof...(V)>);
  }
  FUNCTRA_INLINE const evaluated& pinned() const {
    if (!pinned_) {
      cache_ = evaluate();
      pinned_ = true;
    }
    return cache_;
  }
  FUNCTRA_INLINE bundle<V...>& leaves() { return leaves_; }
  FUNCTRA_INLINE const bundle<V...>& leaves() const { return leaves_; }
  bool is_pinned() const { return pinned_; }
  const char* name() const { return name_; }

  // A rank-0 comparison decides a branch.
  FUNCTRA_INLINE operator bool() const
    requires(extents_type::R == 0 && std::is_same_v<element_type, bool>)
  {
    static_assert(level_of<evaluated> == 0 && lanes_of<element_of<evaluated>> == 1,
                  "[vmap] a mapped value cannot decide a C++ branch, because examples would take different ones; use where(...) or cond(...)");
    return evaluate().item();
  }
  template <class S>
    requires(extents_type::R == 0 && std::is_arithmetic_v<S> && !std::is_same_v<element_type, bool> && level_of<evaluated> == 0)
  FUNCTRA_INLINE explicit operator S() const {
    return static_cast<S>(evaluate().item());
  }

 private:
  bundle<V...> leaves_;
  const char* name_;
  mutable evaluated cache_{unset};
  mutable bool pinned_ = false;
};

// A sum of a fused statement over all of its elements, not evaluated yet.
template <class F, class... V>
class SumExpr : public lazy_base<SumExpr<F, V...>>, extents<> {
 public:
  using functor = F;
  using extents_type = extents<>;
  using evaluated = on_tower_t<detail::statement_tower<typename F::type, detail::expr_extents<F, V...>, V...>, typename F::type, extents<>>;
  using element_type = typename F::type;

  FUNCTRA_INLINE SumExpr(const char* name, bundle<V...>&& leaves) : leaves_(moved(leaves)), name_(name) {}
  FUNCTRA_INLINE SumExpr(const SumExpr& o) : leaves_(o.leaves_), name_(o.name_), cache_(o.pinned()), pinned_(true) {}
  FUNCTRA_INLINE SumExpr(SumExpr&& o) noexcept : leaves_(moved(o.leaves_)), name_(o.name_) {
    if (o.pinned_) {
      cache_ = std::move(o.cache_);
      pinned_ = true;
    }
  }
  template <class X>
  SumExpr& operator=(const X&) {
    detail::reject_assignment<X>();
    return *this;
  }
  SumExpr& operator=(const SumExpr&) {
    detail::reject_assignment<F>();
    return *this;
  }
  // The extents are a base, too, but not what is meant.
  using lazy_base<SumExpr<F, V...>>::extent;
  using lazy_base<SumExpr<F, V...>>::size;
  using lazy_base<SumExpr<F, V...>>::shape;
  using lazy_base<SumExpr<F, V...>>::rank;

  const extents<>& get_extents() const { return *this; }
  FUNCTRA_INLINE evaluated evaluate() const {
    if (pinned_) return cache_;
    return [&]<int... i>(std::integer_sequence<int, i...>) FUNCTRA_INLINE_LAMBDA {
      return evaluated(bind(fused_statement<law::value_of<F>, onto::total>{}, name_, get<i>(leaves_)...));  // a step function leaves its tape
    }(ints<sizeof...(V)>);
  }
  FUNCTRA_INLINE const evaluated& pinned() const {
    if (!pinned_) {
      cache_ = evaluate();
      pinned_ = true;
    }
    return cache_;
  }
  FUNCTRA_INLINE bundle<V...>& leaves() { return leaves_; }
  FUNCTRA_INLINE const bundle<V...>& leaves() const { return leaves_; }
  bool is_pinned() const { return pinned_; }
  const char* name() const { return name_; }
  template <class S>
    requires(std::is_arithmetic_v<S> && level_of<evaluated> == 0)
  FUNCTRA_INLINE explicit operator S() const {
    return static_cast<S>(evaluate().item());
  }

 private:
  bundle<V...> leaves_;
  const char* name_;
  mutable evaluated cache_{unset};
  mutable bool pinned_ = false;
};

namespace detail {
template <class T>
inline constexpr bool is_expr = false;
template <class F, class... V>
inline constexpr bool is_expr<Expr<F, V...>> = true;
template <class T>
inline constexpr bool is_sum_expr = false;
template <class F, class... V>
inline constexpr bool is_sum_expr<SumExpr<F, V...>> = true;
}  // namespace detail

// Tensors, views, expressions and traced values: what the public operations take.
template <class T>
concept tensor_like = value<T> || detail::lazy<T>;
// The same, or an arithmetic value, which mixes freely.
template <class T>
concept operand = tensor_like<T> || std::is_arithmetic_v<std::remove_cvref_t<T>>;

namespace detail {
template <class T>
struct value_type_of {
  using type = T;
};
template <class T>
  requires(is_expr<T> || is_sum_expr<T>)
struct value_type_of<T> {
  using type = typename T::evaluated;
};
}  // namespace detail
// The value that an operand evaluates to.
template <class T>
using value_t = typename detail::value_type_of<std::remove_cvref_t<T>>::type;

// The value of an expression; values (and arithmetic values) are handed back as they are, views are copied to a tensor.
//   eval(x * 2.0)    f64[n] -> f64[n]
template <operand A>
FUNCTRA_INLINE auto eval(A&& a) {
  using T = std::remove_cvref_t<A>;
  if constexpr (detail::is_expr<T> || detail::is_sum_expr<T>) {
    if constexpr (std::is_lvalue_reference_v<A>) return a.pinned();
    else return a.evaluate();
  } else if constexpr (detail::lazy<T>) return a.materialize_as();
  else return T(std::forward<A>(a));
}

namespace detail {

// The value of an operand without copying what is one already: views stay views.
template <class A>
FUNCTRA_INLINE decltype(auto) as_value(const A& a) {
  if constexpr (is_expr<A> || is_sum_expr<A>) return a.pinned();
  else return (a);
}

}  // namespace detail
}  // namespace functra
