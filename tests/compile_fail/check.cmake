# Copyright (c) 2026 the functra authors
# SPDX-License-Identifier: MIT

# Compiles one CASE of SOURCE and compares what the compiler says with what the file expects.
cmake_minimum_required(VERSION 3.23)
list(TRANSFORM INCLUDES PREPEND -I)
execute_process(COMMAND ${COMPILE} ${INCLUDES} -fsyntax-only -DCASE=${CASE} ${SOURCE}
                RESULT_VARIABLE failed OUTPUT_VARIABLE said ERROR_VARIABLE said)
file(READ ${SOURCE} text)
if(CASE EQUAL 0)
  if(failed)
    message(FATAL_ERROR "The code outside of all cases must compile, but:\n${said}")
  endif()
elseif(NOT text MATCHES "CASE == ${CASE}[ \t]+// expect: ([^\n]+)")
  message(FATAL_ERROR "Case ${CASE} does not say what it expects.")
else()
  set(expected "${CMAKE_MATCH_1}")
  string(FIND "${said}" "${expected}" place)
  if(NOT failed)
    message(FATAL_ERROR "This must not compile; expected: ${expected}")
  elseif(place EQUAL -1)
    message(FATAL_ERROR "Expected: ${expected}\nbut the compiler said:\n${said}")
  endif()
endif()
