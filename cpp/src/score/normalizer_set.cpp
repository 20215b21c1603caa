#include "adcore/score/normalizer_set.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "adcore/base/error.hpp"
#include "adcore/score/renormalisation.hpp"
#include "adcore/score/score_scale.hpp"

namespace adcore {

namespace {

constexpr SnapshotKind kKind = snapshot_kind("nrms");
constexpr std::uint16_t kVersion = 1;

void check_length(const char* name, std::size_t length, std::size_t rows) {
  if (length != rows) {
    throw_invalid_argument(name, std::to_string(length) + " values",
                           "as many as there are levels, " + std::to_string(rows));
  }
}

void check(const ScoreRows& rows) {
  check_length("class_id", rows.class_id.size(), rows.size());
  check_length("scope_id", rows.scope_id.size(), rows.size());
  check_length("log_probability", rows.log_probability.size(), rows.size());
  for (const auto level : rows.level) {
    if (level >= kScoreLevels) {
      throw_invalid_argument("level", std::to_string(level), "0 to " + std::to_string(kScoreLevels - 1));
    }
  }
}

auto valid_span(std::int64_t bucket_span) -> std::int64_t {
  if (bucket_span <= 0) throw_invalid_argument("bucket_span", std::to_string(bucket_span), "> 0 ms");
  return bucket_span;
}

/// The scales that rows have asked for. Results come in runs of one kind, so that the last scale is mostly the next.
class Scales {
 public:
  using Key = std::pair<std::uint8_t, std::uint64_t>;

  Scales(const std::map<Key, Normalizer>& normalizers, ScoreTime time) : normalizers_(normalizers), unknown_(time) {}

  auto of(const Key& key) -> ScoreScale& {
    if (last_ != nullptr && key == last_key_) return *last_;
    const auto known = normalizers_.find(key);
    const Normalizer& normalizer = known == normalizers_.end() ? unknown_ : known->second;
    last_ = &scales_.try_emplace(key, normalizer).first->second;
    last_key_ = key;
    return *last_;
  }

 private:
  const std::map<Key, Normalizer>& normalizers_;
  const Normalizer unknown_;  // for what no final bucket has had yet
  std::map<Key, ScoreScale> scales_;
  Key last_key_;
  ScoreScale* last_ = nullptr;
};

}  // namespace

NormalizerSet::NormalizerSet(std::int64_t bucket_span) : time_(valid_span(bucket_span)) {}

auto NormalizerSet::update(std::int64_t bucket_start, const ScoreRows& rows) -> bool {
  check(rows);
  const auto key_of = [&](std::size_t row) { return Key{rows.level[row], rows.class_id[row]}; };
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return key_of(a) < key_of(b); });

  bool changed = false;
  std::vector<std::uint64_t> scopes;
  std::vector<double> log_probabilities;
  for (std::size_t first = 0; first < order.size();) {
    const Key key = key_of(order[first]);
    scopes.clear();
    log_probabilities.clear();
    for (; first < order.size() && key_of(order[first]) == key; ++first) {
      scopes.push_back(rows.scope_id[order[first]]);
      log_probabilities.push_back(rows.log_probability[order[first]]);
    }
    changed |= normalizers_.try_emplace(key, time_).first->second.update(bucket_start, scopes, log_probabilities);
  }
  return changed;
}

template <class Take>
void NormalizerSet::each_score(const ScoreRows& rows, Take&& take) const {
  check(rows);
  Scales scales(normalizers_, time_);
  for (std::size_t row = 0; row < rows.size(); ++row) {
    take(row, scales.of({rows.level[row], rows.class_id[row]}).score(rows.scope_id[row], rows.log_probability[row]));
  }
}

void NormalizerSet::score(const ScoreRows& rows, std::span<double> scores) const {
  check_length("scores", scores.size(), rows.size());
  each_score(rows, [&](std::size_t row, double score) { scores[row] = score; });
}

void NormalizerSet::renormalise(const ScoreRows& rows, std::span<double> scores,
                                std::span<std::uint8_t> changed) const {
  check_length("scores", scores.size(), rows.size());
  check_length("changed", changed.size(), rows.size());
  each_score(rows, [&](std::size_t row, double score) {
    const bool is_big = is_big_change(scores[row], score);
    if (is_big) scores[row] = score;
    changed[row] = is_big ? 1 : 0;
  });
}

auto NormalizerSet::memory_bytes() const noexcept -> std::size_t {
  std::size_t bytes = sizeof(*this);
  for (const auto& [key, normalizer] : normalizers_) bytes += normalizer.memory_bytes() + sizeof(key);
  return bytes;
}

auto NormalizerSet::to_bytes() const -> std::vector<std::byte> {
  ByteWriter out(kKind, kVersion);
  out.put(time_.bucket_span());
  out.put_count(normalizers_.size());
  for (const auto& [key, normalizer] : normalizers_) {
    out.put(key.first);
    out.put(key.second);
    normalizer.write(out);
  }
  return out.finish();
}

auto NormalizerSet::from_bytes(std::span<const std::byte> bytes) -> NormalizerSet {
  ByteReader in(bytes, kKind, kVersion);
  const auto bucket_span = in.get<std::int64_t>();
  if (bucket_span <= 0) throw_snapshot("a length of buckets that is none");
  NormalizerSet set(bucket_span);
  set.read(in);
  in.finish();
  return set;
}

void NormalizerSet::read(ByteReader& in) {
  for (auto count = in.get_count(in.remaining()); count > 0; --count) {
    const std::uint8_t level = in.get_at_most(kScoreLevels - 1);
    const Key key{level, in.get<std::uint64_t>()};
    const auto [place, is_new] = normalizers_.try_emplace(key, time_);
    if (!is_new) throw_snapshot("two normalizers of one class");
    place->second.read(in);
  }
}

}  // namespace adcore
