// Writes the first inputs of every corpus: small models, new and used.
//   make_corpus <cpp/fuzz/corpus>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adcore/bucket/aggregator.hpp"
#include "adcore/column/entity_table.hpp"
#include "adcore/detect/thresholded_forest.hpp"
#include "adcore/entity/model_worker.hpp"
#include "adcore/forest/forest.hpp"
#include "adcore/job/engine.hpp"
#include "adcore/score/normalizer_set.hpp"
#include "adcore/series/series_model.hpp"
#include "fuzz/entity_model.hpp"

namespace {

using adcore::Mode;
using adcore::TransformMethod;

void write(const std::filesystem::path& path, const std::vector<std::byte>& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary)
      .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

// Distinct, of both signs, with duplicates now and then.
auto wave(std::size_t row, std::size_t column) -> double {
  return static_cast<double>((row * (7 + column) * 13) % 31) / 8.0 - 2.0;
}

auto small_forest(std::size_t input_dimensions, std::size_t shingle_size) -> adcore::ForestConfig {
  adcore::ForestConfig config;
  config.input_dimensions = input_dimensions;
  config.shingle_size = shingle_size;
  config.number_of_trees = 2;
  config.sample_size = 32;
  return config;
}

void learn(adcore::Forest& forest, std::size_t rows) {
  std::vector<float> row(forest.config().row_size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < row.size(); ++j) row[j] = static_cast<float>(wave(i, j));
    forest.update(row);
  }
}

void write_forests(const std::filesystem::path& folder) {
  for (const std::size_t rows : {0, 5, 100}) {
    for (const std::size_t shingle_size : {1, 3}) {
      const auto name = std::to_string(shingle_size) + "_" + std::to_string(rows);
      const auto resident = adcore::make_random_cut_forest(small_forest(2, shingle_size));
      const auto compact = adcore::make_compact_forest(small_forest(2, shingle_size));
      learn(*resident, rows);
      learn(*compact, rows);
      write(folder / ("random_cut_" + name), resident->to_bytes());
      write(folder / ("compact_" + name), compact->to_bytes());
    }
  }
}

auto thresholded(TransformMethod transform, Mode mode, std::size_t rows) -> std::vector<std::byte> {
  adcore::ThresholdedForestConfig config;
  config.forest = small_forest(1, 2);
  config.transform = transform;
  config.mode = mode;
  adcore::ThresholdedForest forest(config);
  for (std::size_t i = 0; i < rows; ++i) {
    const double row[] = {i == rows - 3 ? 50.0 : wave(i, 0)};
    static_cast<void>(forest.process_row(row, static_cast<std::int64_t>(60'000 * i)));
  }
  return forest.to_bytes();
}

void write_thresholded(const std::filesystem::path& folder) {
  write(folder / "new", thresholded(TransformMethod::normalize, Mode::standard, 0));
  write(folder / "starting", thresholded(TransformMethod::normalize, Mode::standard, 5));
  write(folder / "normalize", thresholded(TransformMethod::normalize, Mode::standard, 60));
  write(folder / "difference", thresholded(TransformMethod::difference, Mode::standard, 60));
  write(folder / "time_augmented", thresholded(TransformMethod::none, Mode::time_augmented, 60));
  write(folder / "streaming_impute", thresholded(TransformMethod::normalize, Mode::streaming_impute, 60));
}

auto aggregator(const std::vector<adcore::BucketFeature>& features, std::size_t rows) -> std::vector<std::byte> {
  adcore::BucketAggregator aggregator({.bucket_span = 10, .window_delay = 20, .features = features});
  std::vector<std::int64_t> timestamps;
  std::vector<std::uint32_t> entities;
  std::vector<double> values;
  for (std::size_t i = 0; i < rows; ++i) {
    timestamps.push_back(static_cast<std::int64_t>(3 * i));
    entities.push_back(static_cast<std::uint32_t>(i % 3));
    values.push_back(wave(i, 0));
  }
  const adcore::ColumnView columns[] = {std::span<const double>(values)};
  aggregator.add({timestamps, entities, columns});
  return aggregator.to_bytes();
}

void write_aggregators(const std::filesystem::path& folder) {
  std::vector<adcore::BucketFeature> all;
  for (std::uint8_t i = 0; i < adcore::kNumberOfBucketFunctions; ++i) {
    all.push_back({.function = static_cast<adcore::BucketFunction>(i)});
  }
  write(folder / "new", aggregator(all, 0));
  write(folder / "mean", aggregator({{}}, 20));
  write(folder / "all", aggregator(all, 12));
}

void write_entity_tables(const std::filesystem::path& folder) {
  adcore::EntityTable table(2);
  write(folder / "new", table.to_bytes());
  for (const std::string_view host : {"a", "b", "", "ccc"}) {
    const std::string_view key[] = {host, "zone"};
    table.intern(key);
  }
  write(folder / "four", table.to_bytes());
}

void write_entity_checkpoints(const std::filesystem::path& folder) {
  adcore::ModelWorker worker(adcore::fuzz::entity_model());
  std::vector<std::byte> block(worker.layout().block_bytes);
  worker.start(block.data());
  for (std::size_t i = 0; i <= 60; ++i) {
    if (i == 0 || i == 5 || i == 12 || i == 60) {
      write(folder / std::to_string(i), worker.checkpoint(block.data(), adcore::fuzz::kEntity));
    }
    worker.load(block.data(), adcore::fuzz::kEntity);
    const double row = i == 55 ? 50.0 : wave(i, 0);
    adcore::Detection detection;
    worker.process({&row, 1}, static_cast<std::int64_t>(60'000 * i), detection);
    worker.store(block.data());
  }
}

auto normalizers(std::int64_t bucket_span, std::size_t buckets) -> std::vector<std::byte> {
  adcore::NormalizerSet set(bucket_span);
  const std::vector<std::uint8_t> level{0, 1, 2, 5, 5};
  const std::vector<std::uint64_t> class_id{0, 3, 3, 1, 1};
  const std::vector<std::uint64_t> scope_id{0, 3, 3, 7, 8};
  for (std::size_t i = 0; i < buckets; ++i) {
    std::vector<double> log_probability;
    for (std::size_t row = 0; row < level.size(); ++row) log_probability.push_back(-8.0 * (wave(i, row) + 1.0));
    set.update(static_cast<std::int64_t>(i) * bucket_span, {level, class_id, scope_id, log_probability});
  }
  return set.to_bytes();
}

void write_normalizers(const std::filesystem::path& folder) {
  write(folder / "new", normalizers(900'000, 0));
  write(folder / "minutes", normalizers(60'000, 45));
  write(folder / "hours", normalizers(3'600'000, 70));
}

void write_series(const std::filesystem::path& folder) {
  for (const std::int64_t hours : {0, 5, 500}) {
    const adcore::SeriesConfig config{.bucket_span = 3'600'000};
    adcore::SeriesModel model;
    for (std::int64_t i = 0; i < hours; ++i) {
      const adcore::SeriesSample sample{.time = i * config.bucket_span,
                                        .value = wave(static_cast<std::size_t>(i), 0) + static_cast<double>(i % 24)};
      model.learn(config, sample, model.assess(config, sample));
    }
    write(folder / ("hours_" + std::to_string(hours)), model.to_bytes());
  }
}

// A job of one detector of each kind over records of a number, a position and three texts.
auto small_job(std::size_t rows) -> std::vector<std::byte> {
  adcore::JobConfig config;
  config.bucket_span = 10'000;
  config.influencers = {"user"};
  config.multivariate_by_fields = true;
  config.shape_feature = true;
  config.model_plot = true;
  for (const char* function : {"count", "metric", "distinct_count", "median", "rare", "lat_long", "time_of_day"}) {
    auto& detector = config.detectors.emplace_back();
    detector.function = function;
    detector.by_field_name = "host";
    detector.field_name = detector.function == "distinct_count" ? "user" : "x";
  }
  config.detectors[1].over_field_name = "zone";
  adcore::JobEngine engine(config);
  std::vector<std::int64_t> times;
  std::vector<double> numbers;
  std::vector<std::uint32_t> codes;
  for (std::size_t i = 0; i < rows; ++i) {
    times.push_back(static_cast<std::int64_t>(3'000 * i));
    numbers.push_back(wave(i, 0));
    codes.push_back(static_cast<std::uint32_t>(i % 2));
  }
  const std::string_view labels[] = {"a", "b"};
  const std::vector<adcore::ColumnView> metrics(engine.plan().metrics.size(), std::span<const double>(numbers));
  const std::vector<adcore::KeyView> keys(engine.plan().keys.size(), adcore::KeyView{codes, labels});
  engine.process({times, metrics, keys});
  if (rows > 10) static_cast<void>(engine.take_results());
  return engine.to_bytes();
}

void write_jobs(const std::filesystem::path& folder) {
  for (const std::size_t rows : {0, 1, 90}) write(folder / std::to_string(rows), small_job(rows));
}

}  // namespace

auto main(int argc, char** argv) -> int {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s <corpus directory>\n", argv[0]);
    return 2;
  }
  const std::filesystem::path corpus = argv[1];
  write_forests(corpus / "forest");
  write_thresholded(corpus / "thresholded_forest");
  write_aggregators(corpus / "bucket_aggregator");
  write_entity_tables(corpus / "entity_table");
  write_entity_checkpoints(corpus / "entity_checkpoint");
  write_normalizers(corpus / "normalizer_set");
  write_series(corpus / "series_model");
  write_jobs(corpus / "job_engine");
}
