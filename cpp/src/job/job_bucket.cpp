#include "adcore/job/job_bucket.hpp"

#include <cmath>

namespace adcore {

JobBucket::JobBucket(std::int64_t bucket_number, std::uint64_t bucket_serial, const FieldPlan& plan)
    : number(bucket_number), serial(bucket_serial), influencers(plan.influencers.size()) {
  for (const auto& detector : plan.detectors) detectors.emplace_back(detector);
}

auto JobBucket::held_bytes() const noexcept -> std::uint64_t {
  std::uint64_t bytes = 0;
  for (const auto& detector : detectors) bytes += detector.held_bytes();
  for (const auto& values : influencers) bytes += values.held_bytes();
  return bytes;
}

void JobBucket::write(ByteWriter& writer) const {
  writer.put(event_count);
  for (const auto& values : influencers) values.write(writer);
  for (const auto& detector : detectors) detector.write(writer);
}

void JobBucket::read(ByteReader& reader, const std::vector<std::size_t>& series,
                     const std::vector<std::size_t>& members) {
  event_count = reader.get<double>();
  if (!(event_count >= 0.0) || std::isinf(event_count)) throw_snapshot("the events of a bucket are no count");
  std::vector<std::size_t> values;
  for (auto& influencer : influencers) {
    influencer.read(reader);
    values.push_back(influencer.size());
  }
  for (std::size_t i = 0; i < detectors.size(); ++i) detectors[i].read(reader, series[i], members[i], values);
}

}  // namespace adcore
