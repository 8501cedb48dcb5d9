# SPDX-License-Identifier: Apache-2.0
# Warnings, sanitizers and hardening. Every hardening flag is probed, and the result printed; SALLYPORT_HARDENED makes a
# missing one an error.
include(CheckCXXCompilerFlag)
include(CheckLinkerFlag)

add_library(sallyport_warnings INTERFACE)
target_compile_options(sallyport_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast -Wcast-qual -Wnon-virtual-dtor
  -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough -Wundef -Wvla -Wswitch-enum -Wmissing-declarations
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast -Wsuggest-override -Wextra-semi>
  # Designated initialisers name what differs; the rest keeps its default member initialiser or is empty on purpose.
  -Wno-missing-field-initializers
  $<$<BOOL:${SALLYPORT_WERROR}>:-Werror>)
# With optimisation g++ 12 reports these inside its own std::string and std::optional (GCC bugs 105329, 105651, 80635);
# the sanitizers look for the real ones.
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" OR SALLYPORT_SANITIZE)
  target_compile_options(sallyport_warnings INTERFACE
    $<$<CXX_COMPILER_ID:GNU>:-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized>)
endif()

add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)

if(SALLYPORT_SANITIZE)
  add_compile_options(-fsanitize=${SALLYPORT_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${SALLYPORT_SANITIZE})
  if(SALLYPORT_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=all)
  endif()
endif()

if(SALLYPORT_FUZZ)
  # Coverage counters and sanitizers in every object; only the fuzz programs link libFuzzer's main.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

set(SALLYPORT_HARDENING_SUMMARY "")
function(harden_compile flag)
  string(MAKE_C_IDENTIFIER "HAVE_${flag}" known)
  check_cxx_compiler_flag("${flag}" ${known})
  if(${known})
    string(REPLACE " " ";" flags "${flag}")
    add_compile_options(${flags})
    set(verdict yes)
  else()
    set(verdict NO)
    if(SALLYPORT_HARDENED)
      message(FATAL_ERROR "hardening flag ${flag} was demanded and this compiler refuses it")
    endif()
  endif()
  set(SALLYPORT_HARDENING_SUMMARY "${SALLYPORT_HARDENING_SUMMARY}\n  ${verdict}  ${flag}" PARENT_SCOPE)
endfunction()
function(harden_link flag)
  string(MAKE_C_IDENTIFIER "HAVE_LINK_${flag}" known)
  check_linker_flag(CXX "${flag}" ${known})
  if(${known})
    add_link_options(${flag})
    set(verdict yes)
  else()
    set(verdict NO)
    if(SALLYPORT_HARDENED)
      message(FATAL_ERROR "hardening flag ${flag} was demanded and this linker refuses it")
    endif()
  endif()
  set(SALLYPORT_HARDENING_SUMMARY "${SALLYPORT_HARDENING_SUMMARY}\n  ${verdict}  ${flag}" PARENT_SCOPE)
endfunction()

if(NOT SALLYPORT_SANITIZE AND NOT SALLYPORT_FUZZ)
  if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    harden_compile("-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3")
  endif()
  harden_compile("-D_GLIBCXX_ASSERTIONS")
  harden_compile("-fstack-protector-strong")
  harden_compile("-fstack-clash-protection")
  harden_compile("-ftrivial-auto-var-init=zero")
  harden_compile("-fcf-protection=full")
  harden_compile("-fno-delete-null-pointer-checks")
  harden_compile("-fno-strict-overflow")
  harden_link("-pie")
  harden_link("-Wl,-z,relro")
  harden_link("-Wl,-z,now")
  harden_link("-Wl,-z,noexecstack")
  harden_link("-Wl,-z,separate-code")
  harden_link("-Wl,--as-needed")
  message(STATUS "hardening:${SALLYPORT_HARDENING_SUMMARY}")
endif()
