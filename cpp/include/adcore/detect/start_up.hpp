// The first rows, held back until their own mean and deviation can normalise them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/detect/options.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

/// Rows that are complete and evenly spaced, ready to be learned.
struct Segment {
  std::vector<double> rows;              // [n * input_dimensions]
  std::vector<std::int64_t> timestamps;  // [n]
  std::vector<double> present;           // [n] the fraction of each row's values that was given
};

class StartUp {
 public:
  /// `length` 0: nothing is held back.
  StartUp(std::size_t length, std::size_t input_dimensions) : length_(length), width_(input_dimensions) {}

  [[nodiscard]] auto is_over() const noexcept -> bool { return over_ || length_ == 0; }
  [[nodiscard]] auto rows() const noexcept -> std::size_t { return timestamps_.size(); }
  /// The latest timestamp held; only when rows() > 0.
  [[nodiscard]] auto latest() const noexcept -> std::int64_t { return latest_; }

  /// Takes a row (NaN = missing); true when the segment is complete and release() is due.
  [[nodiscard]] auto hold(std::span<const double> row, std::int64_t timestamp) -> bool;
  /// The held rows, missing values filled (`fill` where given, else on the line between neighbours, else 0); with
  /// `fill_gaps` also rows missing in time, at most `most_missing` in a row. Ends the start-up.
  [[nodiscard]] auto release(std::span<const double> fill, bool fill_gaps, std::size_t most_missing) -> Segment;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  /// All but the rows held.
  template <class Fields>
  void fields(Fields& f) {
    f(over_, latest_);
  }
  /// Bytes of the most rows that are held between two calls.
  [[nodiscard]] auto held_bytes() const noexcept -> std::size_t {
    return length_ == 0 ? 0 : (length_ - 1) * (width_ * sizeof(double) + sizeof(std::int64_t));
  }
  /// The rows held, to memory with room for held_bytes() and back.
  void store_held(std::byte* to) const noexcept;
  /// `rows` must be below the length of the start-up, and 0 when it is over.
  void load_held(const std::byte* from, std::size_t rows);
  /// Throws SnapshotError on what hold() cannot have made.
  void check() const;

 private:
  void fill_column(std::size_t column, std::span<const double> fill);

  std::size_t length_;
  std::size_t width_;
  std::vector<double> values_;
  std::vector<std::int64_t> timestamps_;
  std::int64_t latest_ = 0;
  bool over_ = false;
};

}  // namespace adcore
