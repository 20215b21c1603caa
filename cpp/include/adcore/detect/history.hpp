// The last shingle_size rows as the caller gave them, completed where values were missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

class History {
 public:
  History(std::size_t shingle_size, std::size_t input_dimensions);

  /// `imputed`: no value of the row was given.
  void push(std::span<const double> row, std::int64_t timestamp, bool imputed) noexcept;

  /// Row and time `age` rows back, 0 = the newest, below min(size, shingle_size).
  [[nodiscard]] auto row(std::size_t age) const noexcept -> std::span<const double>;
  [[nodiscard]] auto timestamp(std::size_t age) const noexcept -> std::int64_t;
  /// The newest row, or nothing when there is none.
  [[nodiscard]] auto newest() const noexcept -> std::span<const double>;
  /// Rows pushed since the start.
  [[nodiscard]] auto rows() const noexcept -> std::uint64_t { return rows_; }
  /// Part of the rows held that are imputed.
  [[nodiscard]] auto imputed_fraction() const noexcept -> double;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  void write(ByteWriter& out) const;
  void read(ByteReader& in);
  template <class Fields>
  void fields(Fields& f) {
    f(rows_, next_, imputed_rows_);
    f.all(values_);
    f.all(timestamps_);
    f.all(imputed_);
  }
  /// Throws SnapshotError on what push() cannot have made.
  void check() const;

 private:
  [[nodiscard]] auto slot(std::size_t age) const noexcept -> std::size_t;

  std::size_t width_;
  std::vector<double> values_;            // ring of rows
  std::vector<std::int64_t> timestamps_;  // ring
  std::vector<std::uint8_t> imputed_;     // ring of flags
  std::uint64_t rows_ = 0;
  std::size_t next_ = 0;          // slot of the next row: rows_ mod shingle_size, without the division
  std::size_t imputed_rows_ = 0;  // flags set
};

}  // namespace adcore
