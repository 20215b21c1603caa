#include "adcore/score/scope_maxima.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "adcore/base/error.hpp"
#include "adcore/score/score_time.hpp"

namespace adcore {

namespace {

constexpr std::int64_t kForgottenAfter = 50;  // buckets
constexpr double kBigChange = 1.1;
constexpr double kMostScore = 100.0;
/// Of a hash table: the node and its place in the table.
constexpr std::size_t kNodeBytes = 6 * sizeof(void*);

}  // namespace

auto ScopeMaxima::as_of(const Maximum& maximum, std::int64_t bucket) const noexcept -> double {
  const std::int64_t passed = bucket - maximum.last_bucket;
  if (passed > kForgottenAfter) return 0.0;
  return passed > 0 ? maximum.score * std::exp(-decay_ * static_cast<double>(passed)) : maximum.score;
}

auto ScopeMaxima::learn(std::uint64_t scope, std::int64_t bucket, double score) -> bool {
  const auto found = maxima_.find(scope);
  if (found == maxima_.end()) {
    if (score > 0.0) maxima_.emplace(scope, Maximum{score, bucket});
    return score > 0.0;
  }
  const double before = as_of(found->second, bucket);
  if (before <= 0.0 && score <= 0.0) return false;  // forgotten, and nothing new
  found->second = {std::max(before, score), bucket};
  return score > kBigChange * before;
}

auto ScopeMaxima::largest(std::uint64_t scope, std::int64_t bucket) const noexcept -> double {
  const auto found = maxima_.find(scope);
  return found == maxima_.end() ? 0.0 : as_of(found->second, bucket);
}

void ScopeMaxima::prune(std::int64_t bucket) {
  std::erase_if(maxima_, [=](const auto& entry) { return bucket - entry.second.last_bucket > kForgottenAfter; });
}

auto ScopeMaxima::memory_bytes() const noexcept -> std::size_t { return maxima_.size() * kNodeBytes; }

void ScopeMaxima::write(ByteWriter& out) const {
  std::vector<std::uint64_t> scopes;
  scopes.reserve(maxima_.size());
  for (const auto& [scope, maximum] : maxima_) scopes.push_back(scope);
  std::sort(scopes.begin(), scopes.end());
  out.put_count(scopes.size());
  for (const auto scope : scopes) {
    const Maximum& maximum = maxima_.at(scope);
    out.put(scope);
    out.put(maximum.score);
    out.put(maximum.last_bucket);
  }
}

void ScopeMaxima::read(ByteReader& in, std::int64_t bucket) {
  maxima_.clear();
  for (auto count = in.get_count(in.remaining()); count > 0; --count) {
    const auto scope = in.get<std::uint64_t>();
    const auto score = in.get<double>();
    const auto last_bucket = in.get<std::int64_t>();
    const bool is_possible = score > 0.0 && score <= kMostScore;  // NaN is not
    if (!is_possible) throw_snapshot("a largest score that cannot be");
    if (last_bucket > bucket || !ScoreTime::is_possible(last_bucket)) throw_snapshot("a largest score of the future");
    if (!maxima_.emplace(scope, Maximum{score, last_bucket}).second) throw_snapshot("a scope that is there twice");
  }
}

}  // namespace adcore
