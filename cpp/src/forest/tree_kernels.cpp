#include "adcore/forest/tree_kernels.hpp"

#include "kernel_level.hpp"

namespace adcore {

namespace kernels {
namespace baseline {
auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels&;
}
#if ADCORE_HAVE_X86_LEVELS
namespace avx2 {
auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels&;
}
namespace avx512 {
auto tree_kernels(std::size_t groups) noexcept -> const TreeKernels&;
}
#endif
}  // namespace kernels

auto tree_kernels(std::size_t dimensions) -> const TreeKernels& {
  const std::size_t groups = lane_groups(dimensions);
#if ADCORE_HAVE_X86_LEVELS
  const KernelLevel level = kernel_level();
  if (level == KernelLevel::avx512) return kernels::avx512::tree_kernels(groups);
  if (level == KernelLevel::avx2) return kernels::avx2::tree_kernels(groups);
#endif
  return kernels::baseline::tree_kernels(groups);
}

}  // namespace adcore
