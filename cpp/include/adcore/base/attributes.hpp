// Attributes that standard C++ has no word for.
#pragma once

// For code that kernels share: they are compiled once per instruction set, and an out-of-line copy shared by the
// linker could carry instructions of one level into another.
#define ADCORE_INLINE __attribute__((always_inline)) inline

// What the code around guarantees; undefined behaviour if it is wrong.
#define ADCORE_ASSUME(condition) ((condition) ? static_cast<void>(0) : __builtin_unreachable())
