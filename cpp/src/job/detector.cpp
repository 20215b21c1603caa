#include "adcore/job/detector.hpp"

#include <algorithm>

#include "adcore/base/error.hpp"
#include "adcore/series/bucket_time.hpp"

namespace adcore {

Detector::Detector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index, std::uint64_t series_bytes)
    : config_(config), plan_(plan.detectors[index]), index_(index), table_(series_bytes) {}

// kNone: the record is not for this detector.
auto Detector::key_of(std::uint32_t column, bool may_be_null, const RecordRow& row, std::int64_t bucket,
                      std::vector<KeptValues>& kept, MemoryBudget& budget) const -> std::uint32_t {
  const std::uint32_t code = row.codes[column];
  return code == kNone && may_be_null ? kept[column].code_of("", bucket, budget) : code;
}

void Detector::gather(const RecordRow& row, JobBucket& bucket, std::vector<KeptValues>& kept, MemoryBudget& budget) {
  if (!has_values(plan_, row)) return;
  std::uint32_t codes[3] = {kNone, kNone, 0};  // partition, by, over
  const std::uint32_t columns[3] = {plan_.partition, plan_.by, plan_.over};
  for (std::size_t i = 0; i < 3; ++i) {
    if (columns[i] == kNone) continue;
    codes[i] = key_of(columns[i], i == 0 || plan_.use_null, row, bucket.number, kept, budget);
    if (codes[i] == kNone || codes[i] == kRefused) return;
  }
  const std::uint32_t series = table_.find_or_add(codes[0], codes[1], bucket.number, budget);
  if (series != kRefused) bucket.detectors[index_].add(series, codes[2], row, budget);
}

auto Detector::slots_by_series(const ClosingBucket& bucket) const -> std::vector<std::vector<std::uint32_t>> {
  std::vector<std::vector<std::uint32_t>> slots(table_.end());
  const BucketSeries& gathered = records(bucket);
  for (std::uint32_t slot = 0; slot < gathered.size(); ++slot) slots[gathered.series(slot)].push_back(slot);
  return slots;
}

auto Detector::leaf_of(const ClosingBucket& bucket, std::uint32_t series, std::uint32_t over) const noexcept -> Leaf {
  const SeriesFacts& facts = table_.facts(series);
  const std::int64_t number = bucket.records.number;
  const bool is_frequent_by = excludes(ExcludeFrequent::by) && is_frequent(facts.first_bucket, facts.buckets, number);
  const bool is_frequent_over = excludes(ExcludeFrequent::over) && over != kNone && members_.contains(over, number);
  return {.detector = index_,
          .partition = facts.partition,
          .over = over,
          .by = facts.by,
          .series = series,
          .skip_result = (is_frequent_by && plan_.by != kNone) || is_frequent_over};
}

void Detector::note_members(const JobBucket& bucket) {
  if (!plan_.is_population() || !excludes(ExcludeFrequent::over)) return;
  const BucketSeries& gathered = bucket.detectors[index_];
  for (std::uint32_t slot = 0; slot < gathered.size(); ++slot) members_.note(gathered.member(slot), bucket.number);
}

auto Detector::value_of(const ClosingBucket& bucket, const Leaf& leaf, const std::string& field) const
    -> std::string_view {
  if (field == settings().by_field_name) return bucket.text(plan_.by, leaf.by);
  if (field == settings().over_field_name) return bucket.text(plan_.over, leaf.over);
  return bucket.text(plan_.partition, leaf.partition);
}

auto Detector::rule_matches(const ClosingBucket& bucket, const Leaf& leaf, const CustomRule& rule,
                            const RuleSubject& subject) const -> bool {
  return conditions_match(rule, subject) && is_in_scope(bucket, leaf, rule);
}

auto Detector::is_in_scope(const ClosingBucket& bucket, const Leaf& leaf, const CustomRule& rule) const -> bool {
  return std::all_of(rule.scopes.begin(), rule.scopes.end(),
                     [&](const RuleScope& scope) { return scope.admits(value_of(bucket, leaf, scope.field)); });
}

auto Detector::actions_for(const ClosingBucket& bucket, const Leaf& leaf, bool has_typical) const -> RuleActions {
  RuleActions actions = bucket.calendar;
  const RuleSubject subject{leaf.actual, leaf.typical, has_typical, bucket.start};
  for (const auto& rule : settings().custom_rules) {
    if (rule_matches(bucket, leaf, rule, subject)) actions.add(rule.actions);
  }
  return actions;
}

// Only parts of a week matter, and their sum cannot be too large.
void Detector::shift_clocks(const ClosingBucket& bucket, std::int64_t planned) {
  std::vector<const CustomRule*> beginning;
  for (const auto& rule : settings().custom_rules) {
    if (clock_is_set(rule, bucket.start, bucket.config.bucket_span)) beginning.push_back(&rule);
  }
  if (planned == 0 && beginning.empty()) return;
  for (std::uint32_t series = 0; series < table_.end(); ++series) {
    if (table_.is_free(series)) continue;
    const Leaf leaf = leaf_of(bucket, series, kNone);
    std::int64_t by = planned;
    for (const auto* rule : beginning) {
      if (is_in_scope(bucket, leaf, *rule)) by += floor_mod(rule->force_time_shift, kMsPerWeek);
    }
    if (by != 0) shift_clock(series, by);
  }
}

auto Detector::is_plotted(const ClosingBucket& bucket, const Leaf& leaf) const -> bool {
  if (!config_.model_plot) return false;
  const auto& terms = config_.model_plot_terms;
  const auto is_term = [&](std::uint32_t column, std::uint32_t code) {
    return code != kNone && std::find(terms.begin(), terms.end(), bucket.text(column, code)) != terms.end();
  };
  return terms.empty() || is_term(plan_.partition, leaf.partition) || is_term(plan_.by, leaf.by) ||
         is_term(plan_.over, leaf.over);
}

void Detector::prune(std::int64_t number, MemoryBudget& budget) {
  std::vector<std::uint32_t> dropped;
  table_.drop_before(number, budget, dropped);
  for (const std::uint32_t series : dropped) forget(series);
}

void Detector::renumber(const Renumbering& to) {
  if (to.concerns(plan_.partition) || to.concerns(plan_.by)) table_.renumber(to, plan_.partition, plan_.by);
  if (to.concerns(plan_.over)) members_.renumber(to.codes[plan_.over]);
  if (to.concerns(plan_.partition)) renumber_partitions(to.codes[plan_.partition]);
}

void Detector::forecast(std::int64_t /*from*/, std::size_t /*buckets*/, const std::vector<KeptValues>& /*kept*/,
                        ForecastTable& /*table*/) const {
  throw_invalid_state("function " + settings().function + " has no forecast");
}

// No value may leave before its series do.
void Detector::note_series(std::vector<KeptValues>& kept) const {
  for (std::uint32_t series = 0; series < table_.end(); ++series) {
    if (table_.is_free(series)) continue;
    const SeriesFacts& facts = table_.facts(series);
    if (plan_.partition != kNone) kept[plan_.partition].note(facts.partition, facts.last_bucket);
    if (plan_.by != kNone) kept[plan_.by].note(facts.by, facts.last_bucket);
  }
}

void Detector::write(ByteWriter& writer) const {
  table_.write(writer);
  members_.write(writer);
  write_models(writer);
}

void Detector::read(ByteReader& reader, std::vector<KeptValues>& kept) {
  const auto values = [&](std::uint32_t column) { return column == kNone ? 0 : kept[column].size(); };
  table_.read(reader, values(plan_.partition), values(plan_.by));
  note_series(kept);
  members_.read(reader, values(plan_.over));
  read_models(reader);
}

}  // namespace adcore
