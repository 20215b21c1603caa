// The rows of a call on a bank: whose they are, checked as a whole, and incomplete ones told apart.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/forest/forest_bank.hpp"
#include "bindings.hpp"
#include "incomplete_rows.hpp"

namespace adcore::python {

struct BankRows {
  std::span<const std::uint32_t> streams;
  std::span<const double> rows;
  std::size_t width = 0;

  [[nodiscard]] auto row(std::size_t i) const -> std::span<const double> { return rows.subspan(i * width, width); }
  [[nodiscard]] auto part(std::size_t first, std::size_t count) const -> BankRows {
    return {streams.subspan(first, count), rows.subspan(first * width, count * width), width};
  }
};

[[nodiscard]] inline auto unpack_bank_rows(const UInt32Array& streams, const DoubleArray& rows) -> BankRows {
  if (rows.ndim() != 2) throw_invalid_argument("dimensions of rows", std::to_string(rows.ndim()), "2");
  const auto count = static_cast<std::size_t>(rows.shape(0));
  if (view(streams).size() != count) {
    throw_invalid_argument("number of streams", std::to_string(view(streams).size()), std::to_string(count));
  }
  return {view(streams), view(rows), static_cast<std::size_t>(rows.shape(1))};
}

/// What the bank would refuse is refused before the first turn.
inline void check(const BankRows& batch, std::size_t row_size, std::size_t forests) {
  if (batch.width != row_size) {
    throw_invalid_argument("number of columns", std::to_string(batch.width), std::to_string(row_size));
  }
  check_rows("X", batch.rows, batch.width);
  for (std::size_t i = 0; i < batch.streams.size(); ++i) {
    if (batch.streams[i] < forests) continue;
    throw_invalid_argument("streams[" + std::to_string(i) + "]", std::to_string(batch.streams[i]),
                           "there are " + std::to_string(forests) + " forests");
  }
}

/// Rows of the streams that lack no value in a batch, gathered for one call, and where their scores belong.
struct CompleteStreams {
  std::vector<std::uint32_t> streams;
  std::vector<float> rows;
  std::vector<std::size_t> places;

  void add(const BankRows& batch, std::size_t i) {
    streams.push_back(batch.streams[i]);
    for (const double value : batch.row(i)) rows.push_back(to_float(value));
    places.push_back(i);
  }
};

[[nodiscard]] inline auto streams_with_gaps(const BankRows& batch, std::size_t forests) -> std::vector<bool> {
  std::vector<bool> gaps(forests);
  for (std::size_t i = 0; i < batch.streams.size(); ++i) {
    if (!is_complete(batch.row(i))) gaps[batch.streams[i]] = true;
  }
  return gaps;
}

/// Forests are independent, so those with missing values may be done after the others, row by row.
inline void process_bank(ForestBank& bank, const BankRows& batch, std::span<double> scores, std::size_t threads) {
  const auto gaps = streams_with_gaps(batch, bank.size());
  CompleteStreams complete;
  for (std::size_t i = 0; i < batch.streams.size(); ++i) {
    if (!gaps[batch.streams[i]]) complete.add(batch, i);
  }
  std::vector<double> found(complete.places.size());
  bank.process(complete.streams, complete.rows, found, threads);
  for (std::size_t i = 0; i < found.size(); ++i) scores[complete.places[i]] = found[i];
  for (std::size_t i = 0; i < batch.streams.size(); ++i) {
    if (gaps[batch.streams[i]]) process_rows(bank.forest(batch.streams[i]), batch.row(i), scores.subspan(i, 1), 1);
  }
}

}  // namespace adcore::python
