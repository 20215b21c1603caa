// Which of the instruction sets that kernels are compiled for this processor has.
#pragma once

#include <cstdint>

namespace adcore {

enum class KernelLevel : std::uint8_t { baseline, avx2, avx512 };

/// The best of which it has all that cmake/AdcoreKernelLevels.cmake compiles in.
[[nodiscard]] auto kernel_level() noexcept -> KernelLevel;

}  // namespace adcore
