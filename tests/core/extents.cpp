// Copyright (c) 2026 the functra authors
// SPDX-License-Identifier: MIT

#include "functra/core/extents.hpp"

#include <concepts>
#include <type_traits>

#include "../catch.hpp"

// Shapes are computed by the compiler: what can be, is stated as static assertions.

using namespace functra;

namespace {

// What extents know.
static_assert(extents<>::R == 0 && extents<>::is_static && extents<>{}.size() == 1);
static_assert(extents<2, 3>::R == 2 && extents<2, 3>::is_static && extents<2, 3>{}.size() == 6);
static_assert(!extents<dyn, 3>::is_static && extents<dyn, 3>::dynamic_rank == 1);
static_assert(extents<dyn, 3>::static_extent(0) == dyn && extents<dyn, 3>::static_extent(1) == 3);
static_assert(std::is_empty_v<extents<>> && std::is_empty_v<extents<2, 3>>);
static_assert(extents<0, 3>{}.size() == 0);

// Dynamic extents are given by themselves, or among all.
static_assert(extents<dyn, 4>(5).extent(0) == 5 && extents<dyn, 4>(5).extent(1) == 4);
static_assert(extents<4, dyn>(5).extent(0) == 4 && extents<4, dyn>(5).extent(1) == 5);
static_assert(extents<2, dyn, 3, dyn>(5, 6).size() == 2 * 5 * 3 * 6);
static_assert(extents<dyn, 4>(5, 4).size() == 20);
static_assert(extents<dyn, dyn>(5, 6).shape() == std::array<index_t, 2>{5, 6});
static_assert(extents<dyn, 4>{}.extent(0) == 0 && extents<dyn, 4>{}.extent(1) == 4);
static_assert(std::same_as<decltype(extents(2, 3L)), extents<dyn, dyn>>);
static_assert(!std::constructible_from<extents<dyn, 4>, int, int, int>);
static_assert(!std::constructible_from<extents<dyn>, double>);

// Broadcasting aligns at the last dim; 1 stretches; what is static wins over what is not.
template <class... X>
using b = broadcast_extents<X...>;
static_assert(std::same_as<b<extents<3>>, extents<3>>);
static_assert(std::same_as<b<extents<>, extents<2, 3>>, extents<2, 3>>);
static_assert(std::same_as<b<extents<3>, extents<2, 3>>, extents<2, 3>>);
static_assert(std::same_as<b<extents<2, 1>, extents<1, 3>>, extents<2, 3>>);
static_assert(std::same_as<b<extents<dyn>, extents<3>>, extents<3>>);
static_assert(std::same_as<b<extents<dyn>, extents<1>>, extents<dyn>>);
static_assert(std::same_as<b<extents<dyn>, extents<dyn>>, extents<dyn>>);
static_assert(std::same_as<b<extents<1>, extents<dyn, 1>, extents<4>>, extents<dyn, 4>>);
static_assert(std::same_as<b<extents<0>, extents<1>>, extents<0>>);
static_assert(broadcastable<extents<2, 3>, extents<3>>());
static_assert(broadcastable<extents<dyn, 3>, extents<2, 1>>());
static_assert(!broadcastable<extents<2, 3>, extents<2>>());
static_assert(!broadcastable<extents<2>, extents<3>>());
static_assert(broadcast_extent(2, 3) == no_extent && broadcast_extent(1, 3) == 3 && broadcast_extent(dyn, 1) == dyn);

// Shapes from shapes.
static_assert(std::same_as<concat_extents<extents<2, dyn>, extents<3>>, extents<2, dyn, 3>>);
static_assert(std::same_as<concat_extents<extents<>, extents<>>, extents<>>);
static_assert(std::same_as<erase_extent<extents<2, dyn, 3>, 0>, extents<dyn, 3>>);
static_assert(std::same_as<erase_extent<extents<2, dyn, 3>, 2>, extents<2, dyn>>);
static_assert(std::same_as<erase_extent<extents<2>, 0>, extents<>>);
static_assert(std::same_as<insert_extent<extents<2, 3>, 0, dyn>, extents<dyn, 2, 3>>);
static_assert(std::same_as<insert_extent<extents<2, 3>, 2, 7>, extents<2, 3, 7>>);
static_assert(std::same_as<insert_extent<extents<>, 0, 7>, extents<7>>);
static_assert(std::same_as<dynamic_extents<0>, extents<>>);
static_assert(std::same_as<dynamic_extents<3>, extents<dyn, dyn, dyn>>);

static_assert(wrap_dim(-1, 3) == 2 && wrap_dim(0, 3) == 0 && wrap_dim(2, 3) == 2);

}  // namespace

TEST_CASE("run-time shapes are checked against static extents") {
  const index_t good[] = {5, 4}, bad[] = {5, 3};
  CHECK(extents<dyn, 4>::from(good).size() == 20);
  CHECK_THROWS_WITH((extents<dyn, 4>::from(bad)), ContainsSubstring("[extents] dim 1 has the static extent 4, got 3"));
  CHECK_THROWS_WITH((extents<dyn, 4>(5, 3)), ContainsSubstring("[extents] dim 1 has the static extent 4, got 3"));
}

TEST_CASE("extents are asked for by dims, which count from the end when negative") {
  const extents<dyn, 3> x(2);
  CHECK(x.extent(-1) == 3);
  CHECK(x.extent(-2) == 2);
  CHECK_THROWS_WITH(x.extent(2), "[extent] a dim of a value of rank 2 is required, got 2");
  CHECK_THROWS_WITH(x.extent(-3), "[extent] a dim of a value of rank 2 is required, got -3");
}

TEST_CASE("negative extents are rejected") {
  CHECK_THROWS_WITH(extents<dyn>(-1), ContainsSubstring("[extents] an extent must not be negative, got -1"));
  CHECK_THROWS_AS((extents<4, dyn>(-7)), error);
}
