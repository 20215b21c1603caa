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
  const bool possible = std::isfinite(weight_) && std::isfinite(mean_) && std::isfinite(squares_) && squares_ >= 0;
  const bool consistent = count_ == 0 ? weight_ == 0 && mean_ == 0 && squares_ == 0 : weight_ >= 1;
  if (!possible || !consistent) throw_snapshot("a mean and deviation that cannot be");
}

}  // namespace adcore
