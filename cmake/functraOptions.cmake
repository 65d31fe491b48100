# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

# Shared by the source tree and the installed package: the optional target, there only if what it needs is.
#   functra::blas     gives Eigen's products to the system's BLAS
find_package(BLAS QUIET)
if(TARGET BLAS::BLAS AND NOT TARGET functra::blas)
  add_library(functra::blas INTERFACE IMPORTED GLOBAL)
  target_link_libraries(functra::blas INTERFACE BLAS::BLAS)
  target_compile_definitions(functra::blas INTERFACE EIGEN_USE_BLAS)
endif()

# xsimd 8 always names xtl, which only its complex numbers use and which it does not look for: without this, -lxtl is linked.
get_target_property(xsimd_links xsimd INTERFACE_LINK_LIBRARIES)
if(xsimd_links STREQUAL "xtl" AND NOT TARGET xtl)
  set_target_properties(xsimd PROPERTIES INTERFACE_LINK_LIBRARIES "")
endif()
