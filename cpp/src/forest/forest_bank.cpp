#include "adcore/forest/forest_bank.hpp"

#include <cmath>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/base/parallel.hpp"
#include "adcore/base/prefetch.hpp"
#include "adcore/base/random.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kBankKind = snapshot_kind("bank");
constexpr std::uint16_t kBankVersion = 1;

constexpr std::size_t kObjectBytes = 512;  // of a forest itself, which says where the rest of it is

/// The rows of the streams whose number, modulo `parts`, is in [first, last).
auto rows_of(std::span<const std::uint32_t> streams, std::size_t parts, std::size_t first, std::size_t last)
    -> std::vector<std::size_t> {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    const std::size_t part = streams[i] % parts;
    if (part >= first && part < last) rows.push_back(i);
  }
  return rows;
}

}  // namespace

ForestBank::ForestBank(const ForestConfig& config, std::size_t number_of_forests, ForestKind kind)
    : row_size_(config.row_size()) {
  config.validate();
  forests_.reserve(number_of_forests);
  for (std::size_t i = 0; i < number_of_forests; ++i) {
    ForestConfig own = config;
    own.seed = derive_seed(config.seed, i);
    forests_.push_back(kind == ForestKind::compact ? make_compact_forest(own) : make_random_cut_forest(own));
  }
}

auto ForestBank::memory_bytes() const noexcept -> std::size_t {
  std::size_t total = sizeof *this + forests_.capacity() * sizeof forests_[0];
  for (const auto& forest : forests_) total += forest->memory_bytes();
  return total;
}

void ForestBank::check(std::span<const std::uint32_t> streams, std::span<const float> rows, std::size_t scores) const {
  if (rows.size() != streams.size() * row_size_ || scores != streams.size()) {
    throw_invalid_argument("rows size", static_cast<double>(rows.size()),
                           "it must be the number of streams times " + std::to_string(row_size_));
  }
  for (const std::uint32_t stream : streams) {
    if (stream >= forests_.size()) {
      throw_invalid_argument("streams", stream, "stream ids must be below " + std::to_string(forests_.size()));
    }
  }
  for (const float value : rows) {
    if (!(std::fabs(value) <= kMaximumMagnitude)) {
      throw_invalid_argument("row value", static_cast<double>(value), "it must be finite and at most 1e30 in size");
    }
  }
}

void ForestBank::process(std::span<const std::uint32_t> streams, std::span<const float> rows, std::span<double> scores,
                         std::size_t threads) {
  check(streams, rows, scores.size());
  threads = threads == 0 ? 1 : threads;
  const auto work = [&](std::size_t first, std::size_t last) {
    const std::vector<std::size_t> own = rows_of(streams, threads, first, last);
    const auto forest_of = [&](std::size_t i) { return forests_[streams[own[i]]].get(); };
    for (std::size_t i = 0; i < own.size(); ++i) {
      if (i + 3 < own.size()) prefetch_bytes(forest_of(i + 3), kObjectBytes);
      if (i + 2 < own.size()) forest_of(i + 2)->prefetch_places();
      if (i + 1 < own.size()) forest_of(i + 1)->prefetch();
      forest_of(i)->process_in_turn(rows.subspan(own[i] * row_size_, row_size_), scores[own[i]]);
    }
  };
  parallel_ranges(threads, threads, work);
}

auto ForestBank::to_bytes() const -> std::vector<std::byte> {
  ByteWriter out(kBankKind, kBankVersion);
  out.put_count(row_size_);
  out.put_count(forests_.size());
  for (const auto& forest : forests_) out.put_bytes(forest->to_bytes());
  return out.finish();
}

auto ForestBank::from_bytes(std::span<const std::byte> bytes) -> ForestBank {
  ByteReader in(bytes, kBankKind, kBankVersion);
  ForestBank bank;
  bank.row_size_ = in.get_count(kMaximumDimensions);
  const std::uint64_t count = in.get_count(in.remaining());
  for (std::uint64_t i = 0; i < count; ++i) {
    bank.forests_.push_back(forest_from_bytes(in.get_bytes()));
    if (bank.forests_.back()->config().row_size() != bank.row_size_) throw_snapshot("forests of different row sizes");
  }
  in.finish();
  return bank;
}

}  // namespace adcore
