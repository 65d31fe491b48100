// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT
#pragma once

// The only header that defines macros.

// Hot code that must vanish into its caller: lane operations, expression nodes, small tensors, tape statements.
#define FUNCTRA_INLINE inline __attribute__((always_inline))
// The same for a lambda: `[&]() FUNCTRA_INLINE_LAMBDA { ... }`.
#define FUNCTRA_INLINE_LAMBDA __attribute__((always_inline))
// A loop that is worth a call.
#define FUNCTRA_NOINLINE __attribute__((noinline))
// Cold paths (errors, growth of a cache) that must not bloat their callers.
#define FUNCTRA_COLD __attribute__((cold, noinline))
// An empty member takes no room.
#define FUNCTRA_EMPTY [[no_unique_address]]
