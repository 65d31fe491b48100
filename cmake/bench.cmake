# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

# cmake -P cmake/bench.cmake: brings the dependencies and the peers that Debian packages, builds all benchmarks for this machine
# in build/bench, runs them, and writes results.md and results.svg there and into benchmarks/. Before the -P:
#   -DONLY=A1          only workloads whose names begin so, a regular expression
#   -DCXX=clang++      another compiler; its files are then build/bench-clang++ and benchmarks/results-clang++.*
#   -DPEERS=OFF        no peers: nothing of theirs is installed or built
#   -DBLAS=ON          large products by the system's BLAS
#   -DREPETITIONS=9    how often each benchmark runs, interleaved with the others
#   -DMIN_TIME=0.1     for how many seconds each time, at least
#   -DMALLOC=default   leave malloc as it is, which makes peers without a buffer cache (torch) slower
#   -DRUN=OFF          build only
#   -DJOBS=1           how many compilers at once
include(${CMAKE_CURRENT_LIST_DIR}/dependencies.cmake)
need(g++ g++)
need(libbenchmark-dev benchmark/benchmark.h)
install_missing()

set(suffix)
if(NOT DEFINED CXX)
  set(CXX g++)
else()
  get_filename_component(compiler_name ${CXX} NAME)
  set(suffix -${compiler_name})
endif()
if(NOT DEFINED REPETITIONS)
  set(REPETITIONS 9)
endif()
if(NOT DEFINED MIN_TIME)
  set(MIN_TIME 0.1)
endif()
if(NOT DEFINED JOBS)
  set(JOBS ${cores})
endif()
if(NOT DEFINED PEERS)
  set(PEERS ON)
endif()

# Peers are optional: each is installed if apt can, else left out.
set(peer_list)
if(PEERS)
  set(peer_list "adolc ceres eigen sacado torch")
  find_program(apt_get apt-get NO_CACHE)
  execute_process(COMMAND id -u OUTPUT_VARIABLE user OUTPUT_STRIP_TRAILING_WHITESPACE)
  find_program(sudo sudo NO_CACHE)
  if(user EQUAL 0)
    set(sudo)
  endif()
  foreach(package_and_header IN ITEMS libadolc-dev,adolc/adolc.h libceres-dev,ceres/jet.h libtrilinos-sacado-dev,trilinos/Sacado_No_Kokkos.hpp
                                      libtorch-dev,ATen/ATen.h libopenblas-serial-dev,x86_64-linux-gnu/cblas.h)
    string(REPLACE "," ";" pair ${package_and_header})
    list(GET pair 0 package)
    list(GET pair 1 header)
    unset(found)
    find_path(found ${header} PATHS /usr/local/include /usr/include NO_CACHE)
    if(NOT found)
      set(failed TRUE)
      if(apt_get AND (user EQUAL 0 OR sudo))
        message(STATUS "Installing ${package}")
        execute_process(COMMAND ${sudo} env DEBIAN_FRONTEND=noninteractive ${apt_get} --quiet --yes install --no-install-recommends ${package}
                        OUTPUT_QUIET RESULT_VARIABLE failed)
      endif()
      if(failed)
        message(STATUS "Going on without ${package}")
      endif()
    endif()
  endforeach()
endif()

set(build_dir ${source_dir}/build/bench${suffix})
native(march)
if(NOT BLAS)
  set(BLAS OFF)
endif()
configure(${build_dir} -DCMAKE_CXX_COMPILER=${CXX} "-DCMAKE_CXX_FLAGS_RELEASE=-O3 ${march} -DNDEBUG" -DFUNCTRA_BUILD_TESTS=OFF
          -DFUNCTRA_BUILD_EXAMPLES=OFF -DFUNCTRA_BUILD_BENCHMARKS=ON "-DFUNCTRA_BENCHMARKS_ONLY=${ONLY}" "-DFUNCTRA_BENCHMARKS_PEERS=${peer_list}"
          -DFUNCTRA_BENCHMARKS_BLAS=${BLAS})
set(keep_going -k)
if(EXISTS ${build_dir}/build.ninja)
  set(keep_going -k 0)
endif()
file(GLOB old ${build_dir}/benchmarks/bench_* ${build_dir}/*.json)
list(FILTER old EXCLUDE REGEX "bench_[a-z0-9_]*\\.dir")
if(old)
  file(REMOVE ${old})  # what ONLY leaves out, and what does not build any more, must not run
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${build_dir} --parallel ${JOBS} -- ${keep_going} RESULT_VARIABLE broken)
if(broken)
  message(SEND_ERROR "Some benchmarks do not build; the others run.")
endif()
if(DEFINED RUN AND NOT RUN)
  return()
endif()

# One program after the other; within a program all versions interleave.
set(filter)
if(ONLY)
  set(filter "--benchmark_filter=^(${ONLY})")
endif()
if(MALLOC)
  set(ENV{FUNCTRA_BENCHMARKS_MALLOC} ${MALLOC})
endif()
set(ENV{OPENBLAS_NUM_THREADS} 1)
set(ENV{OMP_NUM_THREADS} 1)
file(GLOB programs ${build_dir}/benchmarks/bench_*)
list(FILTER programs EXCLUDE REGEX "bench_report$|\\.dir$")
set(results)
foreach(program IN LISTS programs)
  get_filename_component(name ${program} NAME)
  message(STATUS "Running ${name}")
  execute_process(COMMAND ${program} --benchmark_enable_random_interleaving=true --benchmark_repetitions=${REPETITIONS}
                          --benchmark_min_time=${MIN_TIME} --benchmark_report_aggregates_only=true --benchmark_out=${build_dir}/${name}.json
                          --benchmark_out_format=json ${filter}
                  OUTPUT_QUIET ERROR_VARIABLE errors RESULT_VARIABLE failed)
  if(failed)
    message(SEND_ERROR "${name} failed: ${errors}")
  else()
    list(APPEND results ${build_dir}/${name}.json)
  endif()
endforeach()

file(STRINGS /proc/cpuinfo cpu REGEX "^model name" LIMIT_COUNT 1)
string(REGEX REPLACE "^[^:]*: *" "" cpu "${cpu}")
execute_process(COMMAND ${CXX} --version OUTPUT_VARIABLE compiler)
string(REGEX REPLACE "\n.*" "" compiler "${compiler}")
string(TIMESTAMP today "%Y-%m-%d" UTC)
execute_process(COMMAND ${build_dir}/benchmarks/bench_report ${build_dir}/results.md ${build_dir}/results.svg
                        "${cpu}, one thread, ${compiler}, -O3 ${march}, ${today}" ${results} COMMAND_ERROR_IS_FATAL ANY)
if(EXISTS ${build_dir}/benchmarks/threads)
  message(STATUS "Running threads")
  unset(ENV{OMP_NUM_THREADS})
  execute_process(COMMAND ${build_dir}/benchmarks/threads OUTPUT_VARIABLE threads RESULT_VARIABLE failed)
  if(failed)
    message(SEND_ERROR "threads failed: ${threads}")
  endif()
  file(APPEND ${build_dir}/results.md "\nfunctra::openmp, medians:\n\n${threads}")
endif()
if(NOT ONLY)
  configure_file(${build_dir}/results.md ${source_dir}/benchmarks/results${suffix}.md COPYONLY)
  configure_file(${build_dir}/results.svg ${source_dir}/benchmarks/results${suffix}.svg COPYONLY)
endif()
file(READ ${build_dir}/results.md table)
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${table}")
