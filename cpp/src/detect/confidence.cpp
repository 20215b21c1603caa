#include "adcore/detect/confidence.hpp"

#include <algorithm>
#include <cmath>

namespace adcore {

namespace {

/// From here on (e^x - e^y) / (e^x - 1) is 1 to nine digits for every y that output_after allows in practice.
constexpr double kSaturated = 20;

}  // namespace

auto Confidence::value() const noexcept -> double {
  if (rows_seen_ == 0) return 0;
  const double quality = std::clamp(quality_.mean(), 0.0, 1.0);
  const auto seen = static_cast<double>(rows_seen_);
  const auto silent = static_cast<double>(std::min(rows_seen_, output_after_));
  if (time_decay_ == 0) return quality * (seen - silent) / seen;  // the limit of the formula
  const double exponent = time_decay_ * seen;
  if (exponent >= kSaturated) return quality;
  const double reached = std::expm1(exponent);
  return quality * std::max(0.0, reached - std::expm1(time_decay_ * silent)) / reached;
}

void Confidence::write(ByteWriter& out) const {
  quality_.write(out);
  out.put_count(rows_seen_);
}

void Confidence::read(ByteReader& in) {
  quality_.read(in);
  rows_seen_ = in.get_count(~std::uint64_t{0});
}

}  // namespace adcore
