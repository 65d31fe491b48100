// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

// Packs: N lanes of a number that are computed on together, and the operations that need no approximation. Every function here
// exists for plain scalars too, so code that is generic over its lane type reads the same for one lane and for many.

#include "functra/lanes/bit_cast.hpp"
#include "functra/lanes/convert.hpp"
#include "functra/lanes/elementary.hpp"
#include "functra/lanes/mask.hpp"
#include "functra/lanes/numeric_pack.hpp"
#include "functra/lanes/reduce.hpp"
#include "functra/lanes/register.hpp"
#include "functra/lanes/select.hpp"
#include "functra/lanes/traits.hpp"
