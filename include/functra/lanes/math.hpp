// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

// The elementary and error functions of packs (and, under the same names, of scalars): at most 2 ULP for exp, log, sin, cos,
// tanh, erf, pow, at most 4 for the others, over the whole range; special values as C99, Annex F.

#include "functra/lanes/math/cbrt.hpp"
#include "functra/lanes/math/erf.hpp"
#include "functra/lanes/math/exp.hpp"
#include "functra/lanes/math/hyperbolic.hpp"
#include "functra/lanes/math/inverse_hyperbolic.hpp"
#include "functra/lanes/math/inverse_trigonometric.hpp"
#include "functra/lanes/math/log.hpp"
#include "functra/lanes/math/pow.hpp"
#include "functra/lanes/math/scalar.hpp"
#include "functra/lanes/math/trigonometric.hpp"
