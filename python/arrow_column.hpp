// One Arrow column, all chunks of it: read by its format into numbers, times or interned texts.
#pragma once

#include <charconv>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "arrow_chunk.hpp"

namespace adcore::python {

enum class ColumnKind : std::uint8_t { kNumber, kTime, kText, kOther };

/// Distinct texts numbered in order of first sight; a missing text is a value of its own.
class TextTable {
 public:
  [[nodiscard]] auto intern(std::string_view text) -> std::uint32_t {
    const auto [entry, is_new] = numbers_.try_emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (is_new) texts_.emplace_back(text);
    return entry->second;
  }
  [[nodiscard]] auto intern_missing() -> std::uint32_t {
    if (!missing_) {
      missing_ = static_cast<std::uint32_t>(texts_.size());
      texts_.emplace_back(std::nullopt);
    }
    return *missing_;
  }
  [[nodiscard]] auto texts() const -> const std::vector<std::optional<std::string>>& { return texts_; }

 private:
  std::unordered_map<std::string_view, std::uint32_t> numbers_;  // views into the Arrow buffers
  std::vector<std::optional<std::string>> texts_;
  std::optional<std::uint32_t> missing_;
};

struct ArrowColumn {
  std::string name;
  std::string format;
  std::string dictionary_format;  // empty if values stand for themselves
  std::vector<ArrowChunk> chunks;

  [[nodiscard]] auto length() const -> std::size_t {
    std::size_t sum = 0;
    for (const auto& chunk : chunks) sum += chunk.length;
    return sum;
  }
  [[nodiscard]] auto kind() const -> ColumnKind;
  /// Whether the column is one run of float64 without missing values, which can be used where it lies.
  [[nodiscard]] auto is_plain_double() const -> bool {
    return format == "g" && chunks.size() == 1 && !chunks.front().may_have_nulls();
  }
  void read_numbers(double* out) const;
  void read_milliseconds(std::int64_t* out) const;
  void read_texts(std::uint32_t* codes, TextTable& table) const;
};

namespace detail {

using NumberReader = std::function<void(const ArrowChunk&, double*)>;
using TextReader = std::string_view (*)(const ArrowChunk&, std::size_t);

inline void read_nothing(const ArrowChunk& chunk, double* out) {
  std::fill_n(out, chunk.length, std::numeric_limits<double>::quiet_NaN());
}

/// "d:precision,scale" or "d:precision,scale,bits"; only 128 bits are read.
[[nodiscard]] inline auto decimal_reader(const std::string& format) -> NumberReader {
  const auto first = format.find(',');
  if (first == std::string::npos || format.find(',', first + 1) != std::string::npos) return nullptr;
  int scale = 0;
  const char* const end = format.data() + format.size();
  if (const auto read = std::from_chars(format.data() + first + 1, end, scale); read.ptr != end) return nullptr;
  return [scale](const ArrowChunk& chunk, double* out) { read_decimals(chunk, scale, out); };
}

[[nodiscard]] inline auto number_reader(const std::string& format) -> NumberReader {
  if (format.starts_with("d:")) return decimal_reader(format);
  if (format.size() != 1) return nullptr;
  switch (format[0]) {
    case 'n': return read_nothing;
    case 'b': return read_booleans;
    case 'c': return read_plain<std::int8_t>;
    case 'C': return read_plain<std::uint8_t>;
    case 's': return read_plain<std::int16_t>;
    case 'S': return read_plain<std::uint16_t>;
    case 'i': return read_plain<std::int32_t>;
    case 'I': return read_plain<std::uint32_t>;
    case 'l': return read_plain<std::int64_t>;
    case 'L': return read_plain<std::uint64_t>;
    case 'f': return read_plain<float>;
    case 'g': return read_plain<double>;
    default: return nullptr;
  }
}

[[nodiscard]] inline auto text_reader(std::string_view format) -> TextReader {
  if (format == "u") return text_at<std::int32_t>;
  if (format == "U") return text_at<std::int64_t>;
  if (format == "vu") return text_view_at;
  return nullptr;
}

inline constexpr std::int64_t kMillisecondsPerDay = 86'400'000;

[[nodiscard]] inline auto is_time(std::string_view format) -> bool {
  return format.starts_with("ts") || format == "tdD" || format == "tdm";
}

inline void read_time_chunk(const ArrowChunk& chunk, std::string_view format, std::int64_t* out) {
  if (format == "tdD") return read_times<std::int32_t>(chunk, kMillisecondsPerDay, 1, out);
  if (format == "tdm") return read_times<std::int64_t>(chunk, 1, 1, out);
  switch (format[2]) {
    case 's': return read_times<std::int64_t>(chunk, 1'000, 1, out);
    case 'm': return read_times<std::int64_t>(chunk, 1, 1, out);
    case 'u': return read_times<std::int64_t>(chunk, 1, 1'000, out);
    default: return read_times<std::int64_t>(chunk, 1, 1'000'000, out);
  }
}

/// The numbers of a dictionary's entries for one chunk, interned once per entry and not once per row.
[[nodiscard]] inline auto intern_dictionary(const ArrowArray& dictionary, TextReader text, TextTable& table)
    -> std::vector<std::uint32_t> {
  const ArrowChunk entries{&dictionary, static_cast<std::size_t>(dictionary.offset),
                           static_cast<std::size_t>(dictionary.length)};
  std::vector<std::uint32_t> numbers(entries.length);
  for_values(entries, [&](std::size_t i, bool missing) {
    numbers[i] = missing ? table.intern_missing() : table.intern(text(entries, i));
  });
  return numbers;
}

}  // namespace detail

inline auto ArrowColumn::kind() const -> ColumnKind {
  if (!dictionary_format.empty()) {
    return detail::text_reader(dictionary_format) != nullptr ? ColumnKind::kText : ColumnKind::kOther;
  }
  if (detail::is_time(format)) return ColumnKind::kTime;
  if (detail::text_reader(format) != nullptr) return ColumnKind::kText;
  return detail::number_reader(format) ? ColumnKind::kNumber : ColumnKind::kOther;
}

inline void ArrowColumn::read_numbers(double* out) const {
  const auto read = detail::number_reader(format);
  for (const auto& chunk : chunks) {
    read(chunk, out);
    out += chunk.length;
  }
}

inline void ArrowColumn::read_milliseconds(std::int64_t* out) const {
  for (const auto& chunk : chunks) {
    detail::read_time_chunk(chunk, format, out);
    out += chunk.length;
  }
}

inline void ArrowColumn::read_texts(std::uint32_t* codes, TextTable& table) const {
  const auto text = detail::text_reader(dictionary_format.empty() ? format : dictionary_format);
  for (const auto& chunk : chunks) {
    if (dictionary_format.empty()) {
      for_values(chunk, [&](std::size_t i, bool missing) {
        codes[i] = missing ? table.intern_missing() : table.intern(text(chunk, i));
      });
    } else {
      const auto numbers = detail::intern_dictionary(*chunk.array->dictionary, text, table);
      std::vector<double> positions(chunk.length);
      detail::number_reader(format)(chunk, positions.data());
      for (std::size_t i = 0; i < chunk.length; ++i) {
        codes[i] = std::isnan(positions[i]) ? table.intern_missing() : numbers[static_cast<std::size_t>(positions[i])];
      }
    }
    codes += chunk.length;
  }
}

}  // namespace adcore::python
