#include "adcore/forest/tree_kernels.hpp"

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
  if (__builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw"))
    return kernels::avx512::tree_kernels(groups);
  if (__builtin_cpu_supports("avx2")) return kernels::avx2::tree_kernels(groups);
#endif
  return kernels::baseline::tree_kernels(groups);
}

}  // namespace adcore
