# How every adcore target is compiled: adcore_set_compile_options(<target>).

function(adcore_set_compile_options target)
  # Results must not depend on the machine: no fused multiply-add the source does not ask for.
  target_compile_options(${target} PRIVATE -ffp-contract=off)
  if(ADCORE_DEVELOPER)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -Werror)
  endif()
  if(ADCORE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${ADCORE_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${ADCORE_SANITIZE})
    target_compile_definitions(${target} PRIVATE _GLIBCXX_ASSERTIONS)
    # GCC reports variables as maybe uninitialised that its own instrumentation touches.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
  endif()
  if(ADCORE_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage)
    target_link_options(${target} PUBLIC --coverage)
  endif()
endfunction()
