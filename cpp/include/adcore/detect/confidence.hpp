// How much of a steady state the model has seen, and how complete the rows were.
#pragma once

#include <cstdint>

#include "adcore/detect/deviation.hpp"

namespace adcore {

/// confidence = quality * (e^(decay N) - e^(decay min(N, output_after))) / (e^(decay N) - 1), with N rows seen and
/// quality the discounted fraction of values that were present. Always in [0, 1]; rows without any value lower the
/// quality and do not count as seen.
class Confidence {
 public:
  Confidence(double time_decay, std::uint64_t output_after, double quality_decay)
      : time_decay_(time_decay), output_after_(output_after), quality_(quality_decay) {}

  /// A row of which this fraction of values was present.
  void learn(double present) noexcept {
    quality_.update(present);
    rows_seen_ += present > 0 ? 1 : 0;
  }
  [[nodiscard]] auto value() const noexcept -> double;
  [[nodiscard]] auto quality() const noexcept -> double { return quality_.mean(); }
  void set_time_decay(double time_decay) noexcept { time_decay_ = time_decay; }

  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    quality_.fields(f);
    f(rows_seen_);
  }
  void check() const { quality_.check(); }

 private:
  double time_decay_;
  std::uint64_t output_after_;
  Deviation quality_;
  std::uint64_t rows_seen_ = 0;
};

}  // namespace adcore
