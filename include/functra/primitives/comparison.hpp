// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/primitives/elementwise.hpp"

//  == != < <= > >=     elementwise, at the common dtype; bool results, no derivatives
//  && || !             elementwise, of what is true or not zero
//  isnan isinf isfinite
namespace functra {

namespace law {

struct comparison : law_base {
  static constexpr bool differentiable = false;
  static constexpr bool linear = true;
  template <class...>
  using result = bool;
};

struct equal : comparison {
  static constexpr char name[] = "operator==";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a == b; }
};
struct not_equal : comparison {
  static constexpr char name[] = "operator!=";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a != b; }
};
struct less : comparison {
  static constexpr char name[] = "operator<";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a < b; }
};
struct less_equal : comparison {
  static constexpr char name[] = "operator<=";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a <= b; }
};
struct logical_and : comparison {
  static constexpr char name[] = "operator&&";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a && b; }
};
struct logical_or : comparison {
  static constexpr char name[] = "operator||";
  static FUNCTRA_INLINE auto value(const auto& a, const auto& b) { return a || b; }
};
struct logical_not : comparison {
  static constexpr char name[] = "operator!";
  static FUNCTRA_INLINE auto value(const auto& a) { return !a; }
};
struct is_nan : comparison {
  static constexpr char name[] = "isnan";
  static FUNCTRA_INLINE auto value(const auto& a) { return lanes::isnan(a); }
};
struct is_infinite : comparison {
  static constexpr char name[] = "isinf";
  static FUNCTRA_INLINE auto value(const auto& a) { return lanes::isinf(a); }
};
struct is_finite : comparison {
  static constexpr char name[] = "isfinite";
  static FUNCTRA_INLINE auto value(const auto& a) { return lanes::isfinite(a); }
};

}  // namespace law

namespace detail {

// An operand as truth values: what is not zero is true.
template <class A>
FUNCTRA_INLINE decltype(auto) as_truth(A&& a) {
  if constexpr (std::is_arithmetic_v<bare<A>>) return static_cast<bool>(a);
  else if constexpr (std::is_same_v<dtype_t<bare<A>>, bool>) return std::forward<A>(a);
  else return apply_law<law::cast<bool>, domain::any>(std::forward<A>(a));
}

}  // namespace detail

// Whether two are equal, elementwise. A rank-0 comparison of plain and taped values decides a branch; on a mapped value use where.
//   x == y    T[n], T[n] -> bool[n]
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator==(A&& a, B&& b) {
  return apply_law<law::equal>(std::forward<A>(a), std::forward<B>(b));
}
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator!=(A&& a, B&& b) {
  return apply_law<law::not_equal>(std::forward<A>(a), std::forward<B>(b));
}
// Whether the first is less, elementwise.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator<(A&& a, B&& b) {
  return apply_law<law::less>(std::forward<A>(a), std::forward<B>(b));
}
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator<=(A&& a, B&& b) {
  return apply_law<law::less_equal>(std::forward<A>(a), std::forward<B>(b));
}
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator>(A&& a, B&& b) {
  return apply_law<law::less>(std::forward<B>(b), std::forward<A>(a));
}
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator>=(A&& a, B&& b) {
  return apply_law<law::less_equal>(std::forward<B>(b), std::forward<A>(a));
}

// Whether both hold, elementwise. Both sides are computed.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator&&(A&& a, B&& b) {
  return apply_law<law::logical_and, detail::domain::any>(detail::as_truth(std::forward<A>(a)), detail::as_truth(std::forward<B>(b)));
}
// Whether either holds, elementwise. Both sides are computed.
template <operand A, operand B>
  requires(tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto operator||(A&& a, B&& b) {
  return apply_law<law::logical_or, detail::domain::any>(detail::as_truth(std::forward<A>(a)), detail::as_truth(std::forward<B>(b)));
}
// Whether it does not hold, elementwise.
template <tensor_like A>
FUNCTRA_INLINE auto operator!(A&& a) {
  return apply_law<law::logical_not, detail::domain::any>(detail::as_truth(std::forward<A>(a)));
}

// Whether an element is NaN.   T[n] -> bool[n]
template <tensor_like A>
FUNCTRA_INLINE auto isnan(A&& a) {
  return apply_law<law::is_nan>(std::forward<A>(a));
}
// Whether an element is infinite.   T[n] -> bool[n]
template <tensor_like A>
FUNCTRA_INLINE auto isinf(A&& a) {
  return apply_law<law::is_infinite>(std::forward<A>(a));
}
// Whether an element is neither NaN nor infinite.   T[n] -> bool[n]
template <tensor_like A>
FUNCTRA_INLINE auto isfinite(A&& a) {
  return apply_law<law::is_finite>(std::forward<A>(a));
}

}  // namespace functra
