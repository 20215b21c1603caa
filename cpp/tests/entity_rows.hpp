// Rows of many entities, and the results of a cache that is fed with them as a caller would.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/base/random.hpp"
#include "adcore/entity/entity_cache.hpp"

namespace adcore::test {

/// Small models that warm up soon: 2 features, shingle 4.
[[nodiscard]] inline auto small_cache_config() -> EntityCacheConfig {
  EntityCacheConfig config;
  config.model.forest.input_dimensions = 2;
  config.model.forest.shingle_size = 4;
  config.model.forest.sample_size = 32;
  config.model.forest.output_after = 16;
  config.admission = Admission::all;
  config.dedicated_models = 1;
  return config;
}

/// The smallest budget with room for this many dedicated models.
[[nodiscard]] inline auto least_budget(EntityCacheConfig config, std::size_t models) -> std::size_t {
  config.dedicated_models = models;
  std::size_t low = 0;
  std::size_t high = std::size_t{1} << 30U;
  while (high - low > 1) {
    config.byte_budget = low + (high - low) / 2;
    try {
      static_cast<void>(EntityCache(config));
      high = config.byte_budget;
    } catch (const InvalidArgument&) {
      low = config.byte_budget;
    }
  }
  return high;
}

/// Room for a few models and the tables of up to 1 024 entities.
[[nodiscard]] inline auto tiny_budget(const EntityCacheConfig& config) -> std::size_t {
  return least_budget(config, 3) + 60'000;
}

struct OwnedRows {
  std::vector<std::uint64_t> ids;
  std::vector<double> values;
  std::vector<std::int64_t> timestamps;

  [[nodiscard]] auto view() const -> EntityRows { return {ids, values, timestamps}; }
  [[nodiscard]] auto part(std::size_t first, std::size_t count) const -> EntityRows {
    const std::size_t width = values.size() / ids.size();
    return {std::span(ids).subspan(first, count), std::span(values).subspan(first * width, count * width),
            std::span(timestamps).subspan(first, count)};
  }
};

/// `intervals` rows of each of `entities` entities, interval by interval: a wave with noise, now and then a spike, a
/// missing value, an entity that is silent.
[[nodiscard]] inline auto waves(std::size_t entities, std::size_t intervals, std::uint64_t seed = 1) -> OwnedRows {
  OwnedRows rows;
  Random random(seed);
  for (std::size_t t = 0; t < intervals; ++t) {
    for (std::size_t e = 0; e < entities; ++e) {
      if (random.uniform() < 0.05) continue;
      rows.ids.push_back(1000 + 7 * e);
      rows.timestamps.push_back(static_cast<std::int64_t>(t) * 60'000);
      for (std::size_t d = 0; d < 2; ++d) {
        const double noise = random.uniform();
        const double spike = random.uniform() < 0.01 ? 20.0 : 0.0;
        const double value = 5 * std::cos(static_cast<double>(t + 3 * e) / 4) + noise + spike;
        rows.values.push_back(random.uniform() < 0.01 ? std::nan("") : value);
      }
    }
  }
  return rows;
}

struct OwnedResults {
  std::vector<double> score, grade, confidence, threshold;
  std::vector<std::uint8_t> status, correction;
  EntityAnomalies anomalies;

  explicit OwnedResults(std::size_t rows)
      : score(rows), grade(rows), confidence(rows), threshold(rows), status(rows), correction(rows) {
    anomalies.columns.input_dimensions = 2;
  }
  [[nodiscard]] auto part(std::size_t first, std::size_t count) -> EntityResults {
    const auto some = [&](auto& column) { return std::span(column).subspan(first, count); };
    return {some(score), some(grade), some(confidence), some(threshold), some(status), some(correction)};
  }
};

/// The checkpoints a caller has written.
using CheckpointTable = std::map<std::uint64_t, std::vector<std::byte>>;

inline void write(CheckpointTable& table, const Checkpoints& checkpoints) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < checkpoints.ids.size(); ++i) {
    const auto bytes = std::span(checkpoints.bytes).subspan(first, checkpoints.ends[i] - first);
    table[checkpoints.ids[i]].assign(bytes.begin(), bytes.end());
    first = checkpoints.ends[i];
  }
}

[[nodiscard]] inline auto read(const CheckpointTable& table, std::span<const std::uint64_t> ids) -> Checkpoints {
  Checkpoints found;
  for (const std::uint64_t id : ids) {
    const auto at = table.find(id);
    if (at != table.end()) found.append(id, at->second);
  }
  return found;
}

/// Rows first to first + count, round by round, with checkpoints to and from the table.
inline void feed(EntityCache& cache, const OwnedRows& rows, std::size_t first, std::size_t count, OwnedResults& results,
                 CheckpointTable& table, std::size_t threads = 1) {
  for (std::size_t done = 0; done < count;) {
    const auto round = cache.begin(rows.part(first + done, count - done));
    write(table, cache.take_evicted());
    const Checkpoints found = read(table, round.missing);
    if (!found.ids.empty()) cache.restore(found.ids, found.ends, found.bytes, threads);
    const EntityAnomalies anomalies =
        cache.process(rows.part(first + done, round.rows), results.part(first + done, round.rows), threads);
    for (std::size_t i = 0; i < anomalies.row.size(); ++i) {
      results.anomalies.row.push_back(first + done + anomalies.row[i]);
      results.anomalies.columns.append_from(anomalies.columns, i);
    }
    done += round.rows;
  }
}

}  // namespace adcore::test
