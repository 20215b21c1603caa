#include "adcore/detect/deviation.hpp"

#include "adcore/base/error.hpp"

namespace adcore {

void Deviation::write(ByteWriter& out) const {
  out.put(weight_);
  out.put(mean_);
  out.put(squares_);
  out.put_count(count_);
}

void Deviation::read(ByteReader& in) {
  weight_ = in.get<double>();
  mean_ = in.get<double>();
  squares_ = in.get<double>();
  count_ = in.get_count(~std::uint64_t{0});
  check();
}

void Deviation::check() const {
  // Far beyond what any values give, and far below where the next value would make it no number.
  constexpr double kMostMean = 1e100;
  constexpr double kMostSquares = 1e250;
  const bool possible =
      std::isfinite(weight_) && std::abs(mean_) <= kMostMean && squares_ >= 0 && squares_ <= kMostSquares;
  const bool consistent = count_ == 0 ? weight_ == 0 && mean_ == 0 && squares_ == 0 : weight_ >= 1;
  if (!possible || !consistent) throw_snapshot("a mean and deviation that cannot be");
}

}  // namespace adcore
