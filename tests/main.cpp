// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

// Catch2 v3 brings its main as a library; v2 makes it here.
#if !__has_include(<catch2/catch_all.hpp>)
#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#endif
