// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/interpreters/cotangent.hpp"

// The operands of a statement on a tape: their values without its level, their cotangents, and the tape itself.
namespace functra::detail {

template <int L, class V>
FUNCTRA_INLINE decltype(auto) untaped(const V& v) {
  if constexpr (level_of<V> == L) return v.value();
  else return (v);
}
// The same, to be kept.
template <int L, class V>
FUNCTRA_INLINE const auto& held_untaped(const V& v) {
  if constexpr (level_of<V> == L) return v.held;
  else return v;
}

// The tower of cotangents on the tape of these operands.
template <int L, class... V>
struct cotangent_tower {
  template <class W>
  static auto one() {
    if constexpr (level_of<W> == L) return std::type_identity<tower_of<typename W::cotangent_type>>{};
    else return std::type_identity<hole<1>>{};
  }
  using type = join_t<typename decltype(one<V>())::type...>;
};

template <int L, class... V>
FUNCTRA_INLINE tape* tape_of(const V&... v) {
  tape* t = nullptr;
  const auto found = [&](const auto& x) FUNCTRA_INLINE_LAMBDA {
    if constexpr (level_of<decltype(x)> == L) t = x.ref.on;
    return t != nullptr;
  };
  static_cast<void>((found(v) || ...));
  return t;
}

}  // namespace functra::detail
