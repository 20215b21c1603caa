// ScoreKey: which scale a result is measured by.
#pragma once

#include <cstdint>
#include <string_view>

#include "adcore/job/closing_bucket.hpp"
#include "adcore/job/result_tree.hpp"
#include "adcore/score/normalizer_set.hpp"

namespace adcore {

/// See NormalizerSet: a class shares its quantiles, a scope also its largest score.
struct ScoreKey {
  ScoreLevel level;
  std::uint64_t class_id;
  std::uint64_t scope_id;
};

[[nodiscard]] auto bucket_key() noexcept -> ScoreKey;
[[nodiscard]] auto bucket_influencer_key(std::string_view field) noexcept -> ScoreKey;
[[nodiscard]] auto influencer_key(std::string_view field) noexcept -> ScoreKey;
/// All of a population are one scope; every individual series is one.
[[nodiscard]] auto record_key(const ClosingBucket& bucket, const RecordNode& record) -> ScoreKey;

}  // namespace adcore
