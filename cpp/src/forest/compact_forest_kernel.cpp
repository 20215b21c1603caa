#include "compact_forest_kernel.hpp"

#include "kernel_level.hpp"

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
  const KernelLevel level = kernel_level();
  if (level == KernelLevel::avx512) return kernels::avx512::compact_kernel();
  if (level == KernelLevel::avx2) return kernels::avx2::compact_kernel();
#endif
  return kernels::baseline::compact_kernel();
}

}  // namespace adcore
