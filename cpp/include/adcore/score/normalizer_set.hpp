// NormalizerSet: all scales of a job, and the scores they give to its results, new and old.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "adcore/score/normalizer.hpp"
#include "adcore/score/score_time.hpp"

namespace adcore {

/// What kind of result a score is of; the numbers are part of stored results.
enum class ScoreLevel : std::uint8_t {
  root = 0,               ///< the bucket as a whole (bucket_time)
  bucket_influencer = 1,  ///< a field of influencers in the bucket
  influencer = 2,         ///< a value of an influencer field
  partition = 3,
  person = 4,  ///< a member of a population
  leaf = 5,    ///< a record
};
inline constexpr std::uint8_t kScoreLevels = 6;

/// Columns of equal length, one row per result. Results of one level and class (the root has one class; influencers one
/// per field; leaves one per partition field, person field, function and value field) share their quantiles. Results of
/// one scope within it are measured by its largest score: a series; all of a population; an influencer field; 0 for the
/// root. Which number means what is the caller's business, as long as it is always the same.
struct ScoreRows {
  std::span<const std::uint8_t> level;
  std::span<const std::uint64_t> class_id;
  std::span<const std::uint64_t> scope_id;
  std::span<const double> log_probability;

  [[nodiscard]] auto size() const noexcept -> std::size_t { return level.size(); }
};

class NormalizerSet {
 public:
  /// Length of a bucket in ms, > 0, else InvalidArgument.
  explicit NormalizerSet(std::int64_t bucket_span);

  // All calls throw InvalidArgument for columns that differ in length and for levels that are none.

  /// All final results of the bucket that starts at `bucket_start` (ms), with ln p = 0 for what was seen and not
  /// unusual: the usual zero is what scores are measured by. Then score() gives the scores of the same bucket: a new
  /// largest score is measured by itself. True if scores given before should be made anew. Interim results are scored
  /// only.
  auto update(std::int64_t bucket_start, const ScoreRows& rows) -> bool;

  /// Scores of 0 to 100.
  void score(const ScoreRows& rows, std::span<double> scores) const;

  /// Scores given before, in `scores`, become what they would be now. Where the change is not a big one the old score
  /// stays and `changed` is 0, else it is 1.
  void renormalise(const ScoreRows& rows, std::span<double> scores, std::span<std::uint8_t> changed) const;

  [[nodiscard]] auto memory_bytes() const noexcept -> std::size_t;
  [[nodiscard]] auto to_bytes() const -> std::vector<std::byte>;
  /// Throws SnapshotError on anything else than such bytes.
  [[nodiscard]] static auto from_bytes(std::span<const std::byte> bytes) -> NormalizerSet;

 private:
  using Key = std::pair<std::uint8_t, std::uint64_t>;  // level, class

  template <class Take>
  void each_score(const ScoreRows& rows, Take&& take) const;
  void read(ByteReader& in);

  ScoreTime time_;
  std::map<Key, Normalizer> normalizers_;
};

}  // namespace adcore
