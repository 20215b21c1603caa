// The points of a compact forest, in 16 bits a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace adcore {

/// How 16 bits stand for a value: centre + scale times an IEEE half-precision number. Values are rounded to 11 bits of
/// their distance from the centre, so what matters to a forest, how points differ, keeps its precision at any level.
/// The scale is a power of two, or 0 while every value seen was the centre.
struct HalfFrame {
  float centre = 0;
  float scale = 0;

  /// Whether a (finite) value is near enough to the centre to be stored.
  [[nodiscard]] auto holds(float value) const noexcept -> bool;
  /// The nearest code; holds(value) must be true.
  [[nodiscard]] auto encode(float value) const noexcept -> std::uint16_t;
  [[nodiscard]] auto decode(std::uint16_t code) const noexcept -> float;
};

/// Up to `capacity` points in numbered slots, stored dimension by dimension. All values of one column of the input
/// share a frame, which follows the stream: it widens when a value does not fit, and moves when the bulk of the values
/// has moved away; then the points are coded again.
class CompactSample {
 public:
  CompactSample(std::size_t dimensions, std::size_t row_size, std::size_t capacity);

  [[nodiscard]] auto dimensions() const noexcept -> std::size_t { return dimensions_; }
  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  /// Slots of a column, used or not: a multiple of 64.
  [[nodiscard]] auto stride() const noexcept -> std::size_t { return stride_; }
  [[nodiscard]] auto column(std::size_t d) const noexcept -> std::span<const std::uint16_t> {
    return {codes_.data() + d * stride_, size_};
  }
  [[nodiscard]] auto frame(std::size_t d) const noexcept -> const HalfFrame& { return frames_[d % frames_.size()]; }
  [[nodiscard]] auto value(std::size_t slot, std::size_t d) const noexcept -> float {
    return frame(d).decode(codes_[d * stride_ + slot]);
  }

  /// Puts a point into a slot: one in use, or the next new one (slot == size()).
  void put(std::size_t slot, std::span<const float> point);
  /// Rounds a point as it would be stored. A value that no code stands for stays as it is.
  void round(std::span<float> point) const noexcept;
  void prefetch() const noexcept;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  [[nodiscard]] auto frames() const noexcept -> std::span<const HalfFrame> { return frames_; }
  /// From a snapshot: codes are [dimensions][size]. Throws SnapshotError on what put() cannot have made.
  void restore(std::vector<HalfFrame> frames, std::size_t size, std::span<const std::uint16_t> codes);

  /// The frames alone.
  template <class Fields>
  void fields(Fields& f) {
    for (HalfFrame& frame : frames_) f(frame.centre, frame.scale);
  }
  /// Takes the codes of `size` points, [dimensions][stride], that were those of a sample like this.
  void load_codes(const std::uint16_t* codes, std::size_t stride, std::size_t size);
  void store_codes(std::uint16_t* codes, std::size_t stride) const noexcept;
  /// Throws SnapshotError on what put() cannot have made.
  void check() const;

 private:
  void reserve_slot(std::size_t slot);
  [[nodiscard]] auto most_slots() const noexcept -> std::size_t;
  void fit(std::size_t f, std::span<const float> point);
  void review(std::size_t f, float last);
  void recode(std::size_t f, HalfFrame changed);
  [[nodiscard]] auto farthest(std::size_t f, float centre) const noexcept -> float;

  std::vector<std::uint16_t> codes_;  // [dimensions][stride]
  std::vector<HalfFrame> frames_;     // [values in a row]
  std::size_t dimensions_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  std::size_t stride_ = 0;
};

}  // namespace adcore
