# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

# cmake -P cmake/tour.cmake: brings the dependencies, builds the tour for this machine in build/tour, and runs it.
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
install_missing()

set(build_dir ${source_dir}/build/tour)
native(march)
configure(${build_dir} "-DCMAKE_CXX_FLAGS_RELEASE=-O2 ${march} -DNDEBUG" -DFUNCTRA_BUILD_TESTS=OFF -DFUNCTRA_BUILD_BENCHMARKS=OFF)
execute_process(COMMAND ${CMAKE_COMMAND} --build ${build_dir} --target tour COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${build_dir}/examples/tour WORKING_DIRECTORY ${build_dir} COMMAND_ERROR_IS_FATAL ANY)
