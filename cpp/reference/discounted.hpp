// Discounted mean and deviation by their definition: every value is kept, every weight is a power.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

namespace adcore::reference {

/// Value k of n has the weight (1 - discount)^(n - 1 - k).
class Discounted {
 public:
  explicit Discounted(double discount) : kept_(1 - discount) {}

  void update(double value) { values_.push_back(value); }

  [[nodiscard]] auto mean() const -> double {
    return total([](double value) { return value; });
  }
  [[nodiscard]] auto standard_deviation() const -> double {
    const double centre = mean();
    return std::sqrt(total([&](double value) { return (value - centre) * (value - centre); }));
  }

 private:
  template <class F>
  [[nodiscard]] auto total(F of) const -> double {
    double sum = 0;
    double weights = 0;
    for (std::size_t k = 0; k < values_.size(); ++k) {
      const double weight = std::pow(kept_, static_cast<double>(values_.size() - 1 - k));
      sum += weight * of(values_[k]);
      weights += weight;
    }
    return weights == 0 ? 0 : sum / weights;
  }

  double kept_;
  std::vector<double> values_;
};

}  // namespace adcore::reference
