#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/prefetch.hpp"
#include "adcore/forest/compact_sample.hpp"
#include "adcore/forest/config.hpp"
#include "compact_forest_half.hpp"

namespace adcore {

namespace {

constexpr std::size_t kSlotStep = 64;
// One point in this many is followed by a look at where the bulk of the values is.
constexpr std::size_t kReviewEvery = 16;
// The centre may be this many median deviations from the median: 11 bits then leave 3 below a deviation. It moves no
// sooner, since values coded again are rounded again, and copies of one value may then differ.
constexpr float kFarOff = 256.0F;
// A code stands for all values within this share of its distance from the centre.
constexpr float kRounding = 0x1p-11F;
// The largest value is coded near 2^13: three doublings are left above it, and 27 halvings with all bits below.
constexpr int kTopExponent = 12;
// A scale this much coarser than needed is worth coding all points again.
constexpr float kTooCoarse = 64.0F;

auto median(std::vector<float>& values) -> float {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

auto scale_for(float largest) noexcept -> float {
  return largest > 0 ? std::ldexp(1.0F, std::max(std::ilogb(largest) - kTopExponent, -100)) : 0.0F;
}

auto is_scale(float scale) noexcept -> bool {
  int exponent = 0;
  return scale == 0 || (scale > 0 && std::frexp(scale, &exponent) == 0.5F && exponent > -100 && exponent < 92);
}

}  // namespace

auto HalfFrame::holds(float value) const noexcept -> bool {
  return value == centre || std::fabs(value - centre) < kLargestHalf * scale;
}

auto HalfFrame::encode(float value) const noexcept -> std::uint16_t {
  return value == centre ? std::uint16_t{0} : to_half((value - centre) / scale);
}

auto HalfFrame::decode(std::uint16_t code) const noexcept -> float { return centre + scale * from_half(code); }

CompactSample::CompactSample(std::size_t dimensions, std::size_t row_size, std::size_t capacity)
    : frames_(row_size), dimensions_(dimensions), capacity_(capacity) {}

void CompactSample::put(std::size_t slot, std::span<const float> point) {
  reserve_slot(slot);
  for (std::size_t f = 0; f < frames_.size(); ++f) fit(f, point);
  for (std::size_t d = 0; d < dimensions_; ++d) codes_[d * stride_ + slot] = frame(d).encode(point[d]);
  if (slot % kReviewEvery != 0) return;
  for (std::size_t f = 0; f < frames_.size(); ++f) review(f, point[dimensions_ - frames_.size() + f]);
}

auto CompactSample::most_slots() const noexcept -> std::size_t {
  return (capacity_ + kSlotStep - 1) / kSlotStep * kSlotStep;
}

// A few slots at a time, since most models never fill, but in whole words of a set of points.
void CompactSample::reserve_slot(std::size_t slot) {
  size_ = std::max(size_, slot + 1);
  if (size_ <= stride_) return;
  const std::size_t grown = std::min(most_slots(), stride_ + std::max(kSlotStep, stride_ / 4 / kSlotStep * kSlotStep));
  std::vector<std::uint16_t> codes(dimensions_ * grown);
  for (std::size_t d = 0; d < dimensions_ && stride_ > 0; ++d) {
    std::copy_n(codes_.begin() + static_cast<std::ptrdiff_t>(d * stride_), stride_,
                codes.begin() + static_cast<std::ptrdiff_t>(d * grown));
  }
  codes_ = std::move(codes);
  stride_ = grown;
}

// The first point is the first centre; a value too far away makes the scale coarser.
void CompactSample::fit(std::size_t f, std::span<const float> point) {
  if (size_ == 1) frames_[f] = {point[f], 0};
  float largest = 0;
  for (std::size_t d = f; d < dimensions_; d += frames_.size()) {
    largest = std::max(largest, std::fabs(point[d] - frames_[f].centre));
  }
  if (largest > 0 && !(largest < kLargestHalf * frames_[f].scale)) recode(f, {frames_[f].centre, scale_for(largest)});
}

// Moves the centre back into the bulk of the values, and makes the scale as fine as they allow.
void CompactSample::review(std::size_t f, float last) {
  std::vector<float> values(size_);
  const std::size_t newest = dimensions_ - frames_.size() + f;
  for (std::size_t slot = 0; slot < size_; ++slot) values[slot] = value(slot, newest);
  const float middle = median(values);
  for (float& value : values) value = std::fabs(value - middle);
  const HalfFrame& old = frames_[f];
  const bool moved = std::fabs(middle - old.centre) > kFarOff * median(values);
  // A stream that stands still stands at its last value, not at what rounding made of it.
  const bool still = std::fabs(last - middle) <= kRounding * std::fabs(middle - old.centre);
  const float centre = !moved ? old.centre : still ? last : middle;
  const float scale = scale_for(farthest(f, centre));
  if (moved || scale * kTooCoarse <= old.scale) recode(f, {centre, scale});
}

auto CompactSample::farthest(std::size_t f, float centre) const noexcept -> float {
  float distance = 0;
  for (std::size_t d = f; d < dimensions_; d += frames_.size()) {
    for (std::size_t slot = 0; slot < size_; ++slot) {
      distance = std::max(distance, std::fabs(value(slot, d) - centre));
    }
  }
  return distance;
}

void CompactSample::recode(std::size_t f, HalfFrame changed) {
  for (std::size_t d = f; d < dimensions_; d += frames_.size()) {
    for (std::size_t slot = 0; slot < size_; ++slot) {
      std::uint16_t& code = codes_[d * stride_ + slot];
      const float value = frames_[f].decode(code);
      const float rounding = kRounding * std::fabs(value - frames_[f].centre);
      code = std::fabs(value - changed.centre) <= rounding ? std::uint16_t{0} : changed.encode(value);
    }
  }
  frames_[f] = changed;
}

void CompactSample::round(std::span<float> point) const noexcept {
  for (std::size_t f = 0; f < frames_.size(); ++f) {
    const HalfFrame frame = frames_[f];
    for (std::size_t d = f; d < dimensions_; d += frames_.size()) {
      if (frame.holds(point[d])) point[d] = frame.decode(frame.encode(point[d]));
    }
  }
}

void CompactSample::prefetch() const noexcept { prefetch_bytes(codes_.data(), codes_.size() * sizeof(std::uint16_t)); }

auto CompactSample::memory_bytes() const noexcept -> std::size_t {
  return codes_.capacity() * sizeof(std::uint16_t) + frames_.capacity() * sizeof(HalfFrame);
}

void CompactSample::restore(std::vector<HalfFrame> frames, std::size_t size, std::span<const std::uint16_t> codes) {
  if (frames.size() != frames_.size() || size > capacity_ || codes.size() != size * dimensions_) {
    throw_snapshot("a sample of another shape");
  }
  frames_ = std::move(frames);
  stride_ = (size + kSlotStep - 1) / kSlotStep * kSlotStep;
  size_ = size;
  codes_.assign(dimensions_ * stride_, 0);
  for (std::size_t i = 0; i < codes.size(); ++i) codes_[i / size * stride_ + i % size] = codes[i];
  check();
}

// All slots at once: a sample that is loaded over and over soon needs them.
void CompactSample::load_codes(const std::uint16_t* codes, std::size_t stride, std::size_t size) {
  if (stride_ < most_slots()) {
    stride_ = most_slots();
    codes_.assign(dimensions_ * stride_, 0);
  }
  size_ = size;
  if (stride == stride_ && size == stride) {
    std::copy_n(codes, dimensions_ * stride, codes_.begin());
    return;
  }
  for (std::size_t d = 0; d < dimensions_; ++d) {
    std::copy_n(codes + d * stride, size, codes_.begin() + static_cast<std::ptrdiff_t>(d * stride_));
  }
}

void CompactSample::store_codes(std::uint16_t* codes, std::size_t stride) const noexcept {
  for (std::size_t d = 0; d < dimensions_; ++d) std::copy_n(column(d).data(), size_, codes + d * stride);
}

void CompactSample::check() const {
  for (const HalfFrame& frame : frames_) {
    if (!(std::fabs(frame.centre) <= kMaximumMagnitude) || !is_scale(frame.scale)) throw_snapshot("a bad value frame");
  }
  for (std::size_t d = 0; d < dimensions_; ++d) {
    for (const std::uint16_t code : column(d)) {
      if ((code & 0x7c00U) == 0x7c00U) throw_snapshot("a code that is no number");
    }
  }
}

}  // namespace adcore
