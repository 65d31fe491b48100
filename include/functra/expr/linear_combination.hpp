// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/expr/functor.hpp"

// Sums of partials times tangents, the work horse of forward mode with many tangents.
namespace functra::law {

// d t where a zero tangent beats a partial that is NaN or infinite. Unless Smooth, a zero partial beats such a tangent too: it may be
// that of a branch that was not taken.
template <bool Smooth>
struct scaled_tangent : law_base {
  static constexpr char name[] = "jvp";
  static constexpr bool smooth = Smooth;
  static FUNCTRA_INLINE auto value(const auto& d, const auto& t) { return absorbing_product<!Smooth>(d, t); }
  static FUNCTRA_INLINE auto d0(const auto&, const auto&, const auto& t) { return absorbing{t}; }
  static FUNCTRA_INLINE auto d1(const auto&, const auto& d, const auto&) { return absorbing{d}; }
};

struct add;
struct first_of;

namespace detail {

// Statements that are sums d_0 t_0 + d_1 t_1 + ...: each product is added to the sum of those behind it. A factor of 0 that has to
// beat another can only matter where a plain sum is NaN.
template <class F>
struct combination {
  static constexpr int products = 0;
};
template <bool Smooth, class T>
struct combination<fn<scaled_tangent<Smooth>, arg<T>, arg<T>>> {
  static constexpr int products = 1;
  template <bool Absorbing, int B, class In>
  static FUNCTRA_INLINE auto sum(const In& in) {
    auto d = in.template get<B>();
    auto t = in.template get<B + 1>();
    if constexpr (Absorbing) return absorbing_product<!Smooth>(d, t);
    else return lanes::fma(d, t, constant_like(d, 0));  // not -0
  }
};
template <bool Smooth, class T, class R>
struct combination<fn<add, fn<scaled_tangent<Smooth>, arg<T>, arg<T>>, R>> {
  static constexpr int products = combination<R>::products == 0 ? 0 : 1 + combination<R>::products;
  template <bool Absorbing, int B, class In>
  static FUNCTRA_INLINE auto sum(const In& in) {
    auto d = in.template get<B>();
    auto t = in.template get<B + 1>();
    const auto rest = combination<R>::template sum<Absorbing, B + 2>(in);
    if constexpr (Absorbing) return absorbing_fma<!Smooth>(d, t, rest);
    else return lanes::fma(d, t, rest);
  }
};
template <class F, class T>
struct combination<fn<first_of, F, arg<T>>> : combination<F> {};

}  // namespace detail
}  // namespace functra::law

namespace functra::detail {

// Partials times tangents of the dtypes T, summed to the dtype Y. With OfLeaf, a partial has the dtype of its tangent, else Y.
template <bool Smooth, bool OfLeaf, class Y, class T, class... R>
struct linear_combination {
  using type = law::fn<law::add, typename linear_combination<Smooth, OfLeaf, Y, T>::type, typename linear_combination<Smooth, OfLeaf, Y, R...>::type>;
};
template <bool Smooth, bool OfLeaf, class Y, class T>
struct linear_combination<Smooth, OfLeaf, Y, T> {
  using partial = std::conditional_t<OfLeaf, T, Y>;
  using tangent = std::conditional_t<std::is_same_v<partial, T>, law::arg<T>, law::fn<law::cast<partial>, law::arg<T>>>;
  using product = law::fn<law::scaled_tangent<Smooth>, law::arg<partial>, tangent>;
  using type = std::conditional_t<std::is_same_v<partial, Y>, product, law::fn<law::cast<Y>, product>>;
};

}  // namespace functra::detail
