# cmake -D NM=... -D OBJECTS=... -P CheckKernelSymbols.cmake
# Fails where a kernel object defines a function outside adcore::kernels: the linker keeps one copy of a function that
# several objects define, and a copy with instructions of a newer processor would then run on an older one.
set(strangers "")
foreach(object IN LISTS OBJECTS)
  execute_process(COMMAND "${NM}" --defined-only "${object}" OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
  # Weak (W, V, u) symbols are the ones the linker merges.
  string(REGEX MATCHALL "[0-9a-f]+ [WVu] [^\n]*" merged "${symbols}")
  list(FILTER merged EXCLUDE REGEX " [WVu] (_Z(TV|TI|TS|GV)?NK?6adcore7kernels|DW\\.ref\\.)")
  list(APPEND strangers ${merged})
endforeach()
if(strangers)
  list(JOIN strangers "\n  " text)
  message(FATAL_ERROR "kernel objects define functions that other sources may share (c++filt reads them):\n  ${text}")
endif()
