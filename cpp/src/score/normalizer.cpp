#include "adcore/score/normalizer.hpp"

#include <algorithm>
#include <cmath>

#include "adcore/base/error.hpp"
#include "adcore/score/raw_score.hpp"

namespace adcore {

namespace {

/// Quantiles age twenty times more slowly than maxima: by a bucket's worth every twenty buckets.
constexpr std::int64_t kBucketsPerStep = 20;

}  // namespace

void Normalizer::pass_to(std::int64_t bucket_start) {
  const std::int64_t bucket = time_.bucket_at(bucket_start);
  const std::int64_t interval = time_.interval_at(bucket_start);
  const std::int64_t step = bucket / kBucketsPerStep;
  if (!started_) {
    started_ = true;
    bucket_ = bucket;
    interval_ = interval;
    aged_to_ = step;
  } else if (interval > interval_) {
    interval_ = interval;
    highs_.start();
    // Only here: what an interval has added may be taken back within it, and must be worth 1 until then.
    if (step > aged_to_) {
      quantiles_.age(std::exp(-2.0 * time_.decay() * static_cast<double>(step - aged_to_)));
      maxima_.prune(bucket);
      aged_to_ = step;
    }
  }
  bucket_ = std::max(bucket, bucket_);
}

auto Normalizer::update(std::int64_t bucket_start, std::span<const std::uint64_t> scopes,
                        std::span<const double> log_probabilities) -> bool {
  pass_to(bucket_start);
  bool changed = false;
  std::vector<std::uint32_t> high;
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const double score = reported_score(log_probabilities[i]);
    if (score > 0.0) high.push_back(quantile_key(score));
    changed |= maxima_.learn(scopes[i], bucket_, score);
  }
  highs_.add(high, scopes.size(), quantiles_);
  return changed;
}

auto Normalizer::memory_bytes() const noexcept -> std::size_t {
  return sizeof(*this) + quantiles_.memory_bytes() + highs_.memory_bytes() + maxima_.memory_bytes();
}

void Normalizer::write(ByteWriter& out) const {
  out.put(started_);
  out.put(bucket_);
  out.put(interval_);
  out.put(aged_to_);
  quantiles_.write(out);
  highs_.write(out);
  maxima_.write(out);
}

void Normalizer::read(ByteReader& in) {
  started_ = in.get<bool>();
  bucket_ = in.get<std::int64_t>();
  interval_ = in.get<std::int64_t>();
  aged_to_ = in.get<std::int64_t>();
  for (const auto number : {bucket_, interval_, aged_to_}) {
    if (!ScoreTime::is_possible(number)) throw_snapshot("a bucket before or after all times");
  }
  quantiles_ = QuantileHistogram::read(in);
  highs_.read(in, quantiles_);
  maxima_.read(in, bucket_);
}

}  // namespace adcore
