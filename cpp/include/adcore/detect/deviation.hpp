// The discounted mean and standard deviation of a stream.
#pragma once

#include <cmath>
#include <cstdint>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Before each new value all earlier ones lose the fraction `discount` of their weight; 0 is the plain mean.
/// Sums of squares are taken around the running mean (West 1979, weighted): values of 1e9 with a deviation of 1 keep
/// it, and a constant series has exactly the deviation 0.
class Deviation {
 public:
  constexpr explicit Deviation(double discount = 0) noexcept : kept_(1 - discount) {}

  void update(double value) noexcept {
    weight_ = weight_ * kept_ + 1;
    const double away = value - mean_;
    mean_ += away / weight_;
    squares_ = squares_ * kept_ + away * (value - mean_);
    ++count_;
  }
  void reset() noexcept {
    weight_ = mean_ = squares_ = 0;
    count_ = 0;
  }

  /// 0 while no value was seen.
  [[nodiscard]] auto mean() const noexcept -> double { return mean_; }
  [[nodiscard]] auto standard_deviation() const noexcept -> double {
    return squares_ > 0 ? std::sqrt(squares_ / weight_) : 0.0;
  }
  [[nodiscard]] auto count() const noexcept -> std::uint64_t { return count_; }
  /// From now on; what was seen keeps its weight.
  void set_discount(double discount) noexcept { kept_ = 1 - discount; }

  void write(ByteWriter& out) const;
  /// Keeps the discount, which belongs to the configuration. Throws SnapshotError on impossible values.
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    f(weight_, mean_, squares_, count_);
  }
  /// Throws SnapshotError on impossible values.
  void check() const;

 private:
  double kept_;
  double weight_ = 0;
  double mean_ = 0;
  double squares_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace adcore
