# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

include(CMakeFindDependencyMacro)
find_dependency(Eigen3)
find_dependency(xsimd)
include(${CMAKE_CURRENT_LIST_DIR}/functraOptions.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/functraTargets.cmake)
