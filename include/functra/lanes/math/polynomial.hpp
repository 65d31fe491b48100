// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

#include "functra/lanes/elementary.hpp"

namespace functra::lanes::detail {

// Horner's rule; the coefficient of the highest power comes first.
template <class P, class T, class... Ts>
FUNCTRA_INLINE P polynomial(P x, T highest, Ts... lower) {
  P result(highest);
  ((result = fma(result, x, P(lower))), ...);
  return result;
}

}  // namespace functra::lanes::detail
