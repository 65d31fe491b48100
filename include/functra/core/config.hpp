// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

// The only header that defines macros.

// Hot code that must vanish into its caller: lane operations, expression nodes, small tensors, tape statements. Where the
// compiler does not optimize, forced inlining only costs time and memory.
#if defined(__OPTIMIZE__)
#define FUNCTRA_INLINE inline __attribute__((always_inline))
#else
#define FUNCTRA_INLINE inline
#endif
// The same for a lambda: `[&]() FUNCTRA_INLINE_LAMBDA { ... }`.
#if defined(__OPTIMIZE__)
#define FUNCTRA_INLINE_LAMBDA __attribute__((always_inline))
#else
#define FUNCTRA_INLINE_LAMBDA
#endif
// Inlines all that is called: for what lambdas of the user's do in lanes, where g++ would pass packs through memory.
#if defined(__OPTIMIZE__) && !defined(__clang__)
#define FUNCTRA_FLATTEN __attribute__((flatten))
#else
#define FUNCTRA_FLATTEN
#endif
// A loop that is worth a call.
#define FUNCTRA_NOINLINE __attribute__((noinline))
// Cold paths (errors, growth of a cache) that must not bloat their callers.
#define FUNCTRA_COLD __attribute__((cold, noinline))
// An empty member takes no room.
#define FUNCTRA_EMPTY [[no_unique_address]]
// Data members of what should live in registers, though it is const: g++ keeps const objects in memory, but not those with mutable members.
#define FUNCTRA_IN_REGISTERS mutable
// Before a loop over a small tensor: g++ may keep what it sums in memory, and unrolls nothing by itself.
#if defined(__clang__)
#define FUNCTRA_UNROLL
#else
#define FUNCTRA_UNROLL _Pragma("GCC unroll 4")
#endif
