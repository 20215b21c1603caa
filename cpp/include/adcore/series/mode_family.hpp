// Residuals that gather in up to three places.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "adcore/series/residual.hpp"
#include "adcore/series/student.hpp"

namespace adcore {

/// Values that belong together. It knows its own two halves, and so when it should be two modes.
class ResidualMode {
 public:
  [[nodiscard]] auto count() const noexcept -> double { return static_cast<double>(left_.count) + right_.count; }
  [[nodiscard]] auto whole() const noexcept -> FadingMoments;
  void learn(double value, double weight) noexcept;
  void fade(double kept) noexcept;
  void scale(double factor) noexcept;
  /// Its halves lie apart.
  [[nodiscard]] auto is_two() const noexcept -> bool;
  [[nodiscard]] auto left() const noexcept -> ResidualMode { return from(left_); }
  [[nodiscard]] auto right() const noexcept -> ResidualMode { return from(right_); }
  [[nodiscard]] static auto merged(const ResidualMode& a, const ResidualMode& b) noexcept -> ResidualMode;

  template <class Fields>
  void fields(Fields& f) {
    left_.fields(f);
    right_.fields(f);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool { return left_.is_possible() && right_.is_possible(); }

 private:
  [[nodiscard]] static auto from(const FadingMoments& moments) noexcept -> ResidualMode;

  FadingMoments left_;
  FadingMoments right_;
};

class ModeFamily {
 public:
  static constexpr std::size_t kMostModes = 3;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return size_; }
  [[nodiscard]] auto log_density(const Residual& r) const noexcept -> double;
  [[nodiscard]] auto tails(const Residual& r) const noexcept -> LogTails;
  [[nodiscard]] auto quantiles(const Residual& r) const noexcept -> Quantiles;
  /// The middle of the mode next to the value.
  [[nodiscard]] auto nearest(const Residual& r) const noexcept -> double;
  void learn(const Residual& r, double weight, double kept) noexcept;
  void scale(double factor) noexcept;

  template <class Fields>
  void fields(Fields& f) {
    for (auto& mode : modes_) mode.fields(f);
    f(size_);
  }
  [[nodiscard]] auto is_possible() const noexcept -> bool;

 private:
  [[nodiscard]] auto total() const noexcept -> double;
  [[nodiscard]] auto predicted(const ResidualMode& mode, const Residual& r) const noexcept -> Student;
  [[nodiscard]] auto home_of(double error) const noexcept -> std::size_t;
  /// Makes the mode two if it is.
  void split(std::size_t i) noexcept;
  void merge_close() noexcept;
  void drop(std::size_t i) noexcept;

  std::array<ResidualMode, kMostModes> modes_;
  std::uint8_t size_ = 1;
};

}  // namespace adcore
