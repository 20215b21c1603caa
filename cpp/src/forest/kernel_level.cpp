#include "kernel_level.hpp"

namespace adcore {

namespace {

auto level_of_processor() noexcept -> KernelLevel {
#if ADCORE_HAVE_X86_LEVELS
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (avx2) return avx512 ? KernelLevel::avx512 : KernelLevel::avx2;
#endif
  return KernelLevel::baseline;
}

}  // namespace

auto kernel_level() noexcept -> KernelLevel {
  static const KernelLevel level = level_of_processor();
  return level;
}

}  // namespace adcore
