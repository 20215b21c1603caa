# Kernels: sources compiled once per x86-64 instruction set, one of which is chosen when the program runs.
#
# adcore_add_kernel_levels(<target> <source>...)
#   Each source sees ADCORE_KERNEL_LEVEL, one of baseline, avx2, avx512, and puts everything it defines into
#   `namespace adcore::kernels::ADCORE_KERNEL_LEVEL`. <target> sees ADCORE_HAVE_X86_LEVELS=1 where all three exist
#   (0 elsewhere, where only baseline does), and dispatches by kernel_level(), which asks for all flags below.
#
# A kernel may not define an inline function another source could also define (a std::vector, say): the linker keeps
# one copy, perhaps the AVX-512 one, and an older machine would run it. cpp/tests checks the objects for that.

set(ADCORE_FLAGS_baseline "")
set(ADCORE_FLAGS_avx2 -mavx2 -mbmi -mbmi2)
set(ADCORE_FLAGS_avx512 ${ADCORE_FLAGS_avx2} -mavx512f -mavx512vl -mavx512bw -mavx512dq)

# Universal macOS builds compile one source for two processors: there, only baseline flags suit both.
function(adcore_find_kernel_levels result)
  if(CMAKE_OSX_ARCHITECTURES)
    set(processor "${CMAKE_OSX_ARCHITECTURES}")
  else()
    set(processor "${CMAKE_SYSTEM_PROCESSOR}")
  endif()
  set(levels baseline)
  if(processor MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
    list(APPEND levels avx2 avx512)
  endif()
  set(${result} ${levels} PARENT_SCOPE)
endfunction()

function(adcore_add_kernel_levels target)
  adcore_find_kernel_levels(levels)
  foreach(level IN LISTS levels)
    set(kernel ${target}_${level})
    add_library(${kernel} OBJECT ${ARGN})
    set_target_properties(${kernel} PROPERTIES UNITY_BUILD OFF)
    adcore_set_compile_options(${kernel})
    target_include_directories(${kernel} PRIVATE $<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>)
    target_compile_definitions(${kernel} PRIVATE ADCORE_KERNEL_LEVEL=${level})
    target_compile_options(${kernel} PRIVATE ${ADCORE_FLAGS_${level}})
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${kernel}>)
    set_property(GLOBAL APPEND PROPERTY ADCORE_KERNEL_TARGETS ${kernel})
  endforeach()
  list(LENGTH levels count)
  if(count GREATER 1)
    target_compile_definitions(${target} PRIVATE ADCORE_HAVE_X86_LEVELS=1)
  else()
    target_compile_definitions(${target} PRIVATE ADCORE_HAVE_X86_LEVELS=0)
  endif()
endfunction()
