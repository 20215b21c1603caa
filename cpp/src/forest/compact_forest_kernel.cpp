#include "compact_forest_kernel.hpp"

namespace adcore {

namespace kernels {
namespace baseline {
auto compact_kernel() noexcept -> const CompactKernel&;
}
#if ADCORE_HAVE_X86_LEVELS
namespace avx2 {
auto compact_kernel() noexcept -> const CompactKernel&;
}
namespace avx512 {
auto compact_kernel() noexcept -> const CompactKernel&;
}
#endif
}  // namespace kernels

auto compact_kernel() noexcept -> const CompactKernel& {
#if ADCORE_HAVE_X86_LEVELS
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                          __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
  if (has_avx512) return kernels::avx512::compact_kernel();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return kernels::avx2::compact_kernel();
#endif
  return kernels::baseline::compact_kernel();
}

}  // namespace adcore
