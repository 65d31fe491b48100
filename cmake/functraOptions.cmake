# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

# Shared by the source tree and the installed package: the optional targets, each there only if what it needs is.
#   functra::blas     gives Eigen's products to the system's BLAS
#   functra::openmp   runs independent work on the threads of OpenMP; for all files of a program or none
find_package(BLAS QUIET)
if(TARGET BLAS::BLAS AND NOT TARGET functra::blas)
  add_library(functra::blas INTERFACE IMPORTED GLOBAL)
  target_link_libraries(functra::blas INTERFACE BLAS::BLAS)
  target_compile_definitions(functra::blas INTERFACE EIGEN_USE_BLAS)
endif()

find_package(OpenMP QUIET COMPONENTS CXX)
if(TARGET OpenMP::OpenMP_CXX AND NOT TARGET functra::openmp)
  add_library(functra::openmp INTERFACE IMPORTED GLOBAL)
  target_link_libraries(functra::openmp INTERFACE OpenMP::OpenMP_CXX)
  target_compile_definitions(functra::openmp INTERFACE FUNCTRA_OPENMP EIGEN_DONT_PARALLELIZE)
endif()

# xsimd 8 always names xtl, which only its complex numbers use and which it does not look for: without this, -lxtl is linked.
get_target_property(xsimd_links xsimd INTERFACE_LINK_LIBRARIES)
if(xsimd_links STREQUAL "xtl" AND NOT TARGET xtl)
  set_target_properties(xsimd PROPERTIES INTERFACE_LINK_LIBRARIES "")
endif()
