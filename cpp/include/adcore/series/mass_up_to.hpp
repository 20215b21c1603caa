// How much of a total lies at or below given values.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace adcore {

/// One pass over many counts answers for a few thresholds: thresholds first, then all counts, then the answers.
class MassUpTo {
 public:
  explicit MassUpTo(std::vector<double> thresholds) : thresholds_(std::move(thresholds)) {
    std::sort(thresholds_.begin(), thresholds_.end());
    mass_.resize(thresholds_.size() + 1);
  }

  void add(double count) noexcept { mass_[place_of(count)] += count; }
  /// The sum of the counts up to `threshold`, one of those given.
  [[nodiscard]] auto at(double threshold) const noexcept -> double {
    double sum = 0.0;
    for (std::size_t i = 0; i <= place_of(threshold); ++i) sum += mass_[i];
    return sum;
  }

 private:
  [[nodiscard]] auto place_of(double count) const noexcept -> std::size_t {
    return static_cast<std::size_t>(std::lower_bound(thresholds_.begin(), thresholds_.end(), count) -
                                    thresholds_.begin());
  }

  std::vector<double> thresholds_;
  std::vector<double> mass_;  // by the first threshold that is not below
};

}  // namespace adcore
