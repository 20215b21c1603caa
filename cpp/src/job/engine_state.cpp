// A JobEngine as bytes.
#include <cmath>
#include <string>
#include <type_traits>
#include <utility>

#include "adcore/base/error.hpp"
#include "adcore/job/config_codec.hpp"
#include "adcore/job/engine.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kKind = snapshot_kind("jobe");
constexpr std::uint16_t kVersion = 1;
constexpr std::uint64_t kMostRows = std::uint64_t{1} << 32U;

struct ColumnWriter {
  ByteWriter& writer;
  template <class T>
  void operator()(const char*, const std::vector<T>& column) {
    writer.put_all(column);
  }
};

struct ColumnReader {
  ByteReader& reader;
  template <class T>
  void operator()(const char*, std::vector<T>& column) {
    column = reader.get_all<T>(kMostRows);
  }
};

void write_results(ByteWriter& writer, JobResults results) {
  results.texts.write(writer);
  ColumnWriter columns{writer};
  results.tables([&](const char*, auto& table) { table.columns(columns); });
}

// All columns of a table have one length.
struct LengthCheck {
  std::uint64_t rows = kMostRows;
  template <class T>
  void operator()(const char*, const std::vector<T>& column) {
    if (rows == kMostRows) rows = column.size();
    if (rows != column.size()) throw_snapshot("the columns of a table differ in length");
  }
};

auto read_results(ByteReader& reader) -> JobResults {
  JobResults results;
  results.texts = Interner::read(reader);
  ColumnReader columns{reader};
  results.tables([&](const char*, auto& table) {
    table.columns(columns);
    LengthCheck check;
    table.columns(check);
  });
  return results;
}

auto make_engine(const JobConfig& config) -> std::unique_ptr<JobEngine> {
  try {
    return std::make_unique<JobEngine>(config);
  } catch (const InvalidArgument& error) {
    throw_snapshot(std::string("its configuration is not valid: ") + error.what());
  }
}

}  // namespace

auto JobEngine::to_bytes() const -> std::vector<std::byte> {
  ByteWriter writer(kKind, kVersion);
  write_job_config(writer, config_);
  write_events(writer, calendar_);
  for (const auto& values : kept_) values.write(writer);
  budget_.write(writer);
  for (const auto& detector : detectors_) detector->write(writer);
  window_.write(writer);
  counts_.write(writer);
  writer.put_bytes(event_model_.to_bytes());
  scoring_.write(writer);
  writer.put(renormalisation_.has_value());
  writer.put(renormalisation_.value_or(0));
  write_results(writer, results_);
  return writer.finish();
}

auto JobEngine::from_bytes(std::span<const std::byte> bytes) -> std::unique_ptr<JobEngine> {
  ByteReader reader(bytes, kKind, kVersion);
  auto engine = make_engine(read_job_config(reader));
  engine->read(reader);
  reader.finish();
  return engine;
}

// No value may leave before the open buckets do that have it.
void JobEngine::note_members() {
  window_.for_each([&](const JobBucket& bucket) {
    for (std::size_t i = 0; i < detectors_.size(); ++i) {
      const std::uint32_t over = plan_.detectors[i].over;
      const BucketSeries& records = bucket.detectors[i];
      for (std::uint32_t slot = 0; over != kNone && slot < records.size(); ++slot) {
        kept_[over].note(records.member(slot), bucket.number);
      }
    }
  });
}

void JobEngine::read(ByteReader& reader) {
  calendar_ = read_events(reader);
  for (auto& values : kept_) values.read(reader);
  budget_ = MemoryBudget::read(reader);
  for (const auto& detector : detectors_) detector->read(reader, kept_);
  std::vector<std::size_t> series;
  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < detectors_.size(); ++i) {
    const std::uint32_t over = plan_.detectors[i].over;
    series.push_back(detectors_[i]->table().end());
    members.push_back(over == kNone ? 1 : kept_[over].size());
  }
  window_.read(reader, plan_, series, members);
  note_members();
  counts_ = DataCounts::read(reader);
  if (counts_.bucket_count > 0 && !window_.has_records()) throw_snapshot("buckets were counted without records");
  event_model_ = SeriesModel::from_bytes(reader.get_bytes(), event_series());
  scoring_.read(reader);
  const bool is_due = reader.get<bool>();
  const auto time = reader.get<std::int64_t>();
  renormalisation_ = is_due ? std::optional(time) : std::nullopt;
  results_ = read_results(reader);
}

}  // namespace adcore
