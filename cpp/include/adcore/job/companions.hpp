// Companions: which series of a detector run along with which, and how unlikely a value is beside its companion's.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "adcore/job/series_table.hpp"
#include "adcore/series/config.hpp"

namespace adcore {

/// Values are compared as deviates: what each is unlike its own model, as that of a normal. Of each series those of the
/// last 128 buckets are kept, and its companion is the series of the partition whose deviates went along with its own
/// most closely, up or down: by 0.3 more than the best of so many would by chance. Looking for it is spread over
/// buckets, so that no bucket costs more than a pass over all series.
class Companions {
 public:
  struct Comparison {
    std::uint32_t companion;
    double log_probability;
  };

  /// There are `series` series now.
  void resize(std::size_t series) { rows_.resize(series); }
  /// How unlikely the deviate of the series is, given that of its companion; `deviates` by series, NaN where a series
  /// has none in the bucket. Nothing where there is no companion, or none in the bucket.
  [[nodiscard]] auto compare(std::uint32_t series, std::span<const double> deviates, const SeriesTable& table,
                             Side side) const -> std::optional<Comparison>;
  /// The deviates of a bucket.
  void learn(std::span<const double> deviates, const SeriesTable& table);
  void forget(std::uint32_t series) {
    if (series < rows_.size()) rows_[series] = Row();
  }

  /// What a series is counted as.
  [[nodiscard]] static constexpr auto row_bytes() noexcept -> std::size_t { return sizeof(Row); }

  void write(ByteWriter& writer) const;
  /// At most of `series` series.
  void read(ByteReader& reader, std::size_t series);

 private:
  static constexpr std::size_t kWindow = 128;
  static constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

  struct Row {
    Row() { recent.fill(kNothing); }
    std::array<float, kWindow> recent;
    std::uint32_t companion = kNone;
  };
  /// Two series where both have deviates.
  struct Pairs;

  [[nodiscard]] auto pairs(std::uint32_t a, std::uint32_t b) const noexcept -> Pairs;
  [[nodiscard]] auto may_be_companions(std::uint32_t a, std::uint32_t b, const SeriesTable& table) const noexcept
      -> bool;
  [[nodiscard]] auto closest(std::uint32_t series, const SeriesTable& table) const noexcept -> std::uint32_t;

  std::vector<Row> rows_;  // by series
  std::uint64_t buckets_ = 0;
  std::uint64_t next_ = 0;  // the series whose companion is looked for next
};

}  // namespace adcore
