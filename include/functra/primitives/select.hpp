// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/apply.hpp"

//  where   y = a where the mask holds, else b     dy/da = 1 where it holds, dy/db = 1 elsewhere
//          what a branch that was not taken is, or has for a derivative, does not matter: NaN and inf do not leak
namespace functra {

namespace law {
struct where : law_base {
  static constexpr char name[] = "where";
  static constexpr bool smooth = false;
  static constexpr bool linear = true;
  template <class, class T, class>
  using result = T;
  static FUNCTRA_INLINE auto value(const auto& mask, const auto& a, const auto& b) { return lanes::select(mask, a, b); }
  static FUNCTRA_INLINE zero d0(const auto&, const auto&, const auto&, const auto&) { return {}; }
  static FUNCTRA_INLINE auto d1(const auto&, const auto& mask, const auto&, const auto&) { return masked_one{mask}; }
  static FUNCTRA_INLINE auto d2(const auto&, const auto& mask, const auto&, const auto&) { return masked_one{!mask}; }
};
}  // namespace law

// a where the mask holds, b elsewhere; a and b meet at their common dtype.
//   where(x > 0, log(x), 0.0)    bool[n], T[n], T[] -> T[n]
template <operand M, operand A, operand B>
  requires(tensor_like<M> || tensor_like<A> || tensor_like<B>)
FUNCTRA_INLINE auto where(M&& mask, A&& a, B&& b) {
  return apply_masked_law<law::where>(std::forward<M>(mask), std::forward<A>(a), std::forward<B>(b));
}
// The same of numbers: an element of a plain tensor is one.
template <detail::arithmetic A, detail::arithmetic B>
constexpr auto where(bool mask, A a, B b) {
  using T = std::common_type_t<A, B>;
  return mask ? static_cast<T>(a) : static_cast<T>(b);
}

}  // namespace functra
