# How every adcore target is compiled: adcore_set_compile_options(<target>).

function(adcore_set_compile_options target)
  # Results must not depend on the machine: no fused multiply-add the source does not ask for.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  # How vectors are passed depends on the instruction set; every function that takes one is always inlined.
  target_compile_options(${target} PRIVATE -Wno-psabi)
  if(ADCORE_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Werror)
    # Guesses of GCC that change with its inlining and are mostly wrong (its bug 105651); the sanitizers know better.
    target_compile_options(${target} PRIVATE "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-restrict>")
  endif()
  if(ADCORE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${ADCORE_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${ADCORE_SANITIZE})
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
  endif()
  if(ADCORE_COVERAGE)
    # Tests count from several threads.
    target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic)
    target_link_options(${target} PUBLIC --coverage)
  endif()
endfunction()
