// Looks for a period that nobody has named.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace adcore {

/// A window of means over 1, 2, 4, ... buckets. Whenever it is full its autocorrelation is looked at once, then it is
/// halved: every scale gets its turn, up to windows of two months, then all begins again. Costs a few microseconds
/// per hundred buckets at most.
class PeriodSearch {
 public:
  /// The bucket with this number has this value. A period in buckets if one shows itself, else 0.
  auto learn(std::int64_t bucket, double value, std::int64_t span) noexcept -> double;

  template <class Fields>
  void fields(Fields& f) {
    for (auto& value : values_) f(value);
    f(first_, count_, open_sum_, open_count_, scale_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  static constexpr std::uint32_t kWindow = 192;
  using Window = std::array<float, kWindow>;

  void close_cell(std::uint32_t cells) noexcept;
  void halve() noexcept;
  void restart(std::int64_t bucket) noexcept;

  Window values_{};         // NaN where nothing is known
  std::int64_t first_ = 0;  // bucket
  std::uint32_t count_ = 0;
  float open_sum_ = 0;
  float open_count_ = 0;
  std::uint8_t scale_ = 0;
};

}  // namespace adcore
