// Models keep single precision and compute in double: where one becomes the other.
#pragma once

namespace adcore {

[[nodiscard]] inline auto to_float(double value) noexcept -> float { return static_cast<float>(value); }

}  // namespace adcore
