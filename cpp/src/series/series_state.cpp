// The bytes of a series model.
#include "adcore/base/error.hpp"
#include "adcore/series/series_model.hpp"
#include "adcore/state/fields.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

namespace {

constexpr auto kKind = snapshot_kind("sers");
constexpr std::uint16_t kVersion = 1;

}  // namespace

auto SeriesModel::to_bytes() const -> std::vector<std::byte> {
  ByteWriter bytes(kKind, kVersion);
  bytes.put_bytes(fields_to_bytes(*this));
  return bytes.finish();
}

auto SeriesModel::from_bytes(std::span<const std::byte> bytes, const SeriesConfig& config) -> SeriesModel {
  ByteReader reader(bytes, kKind, kVersion);
  const auto fields = reader.get_bytes();
  reader.finish();
  SeriesModel model;
  fields_from_bytes(fields, model, "a series");
  model.check(config);
  return model;
}

void SeriesModel::check(const SeriesConfig& config) const {
  const auto need = [](bool possible, const char* what) {
    if (!possible) throw_snapshot(std::string("a series with an impossible ") + what);
  };
  const auto in_range = [](float value, float most) { return value >= 0 && value <= most; };
  const std::int64_t most = kFarthestTime / config.bucket_span;
  need(last_index_ >= learned_index_ && learned_index_ >= -most && last_index_ <= most, "time");
  need(in_range(samples_, 1e6F) && in_range(occupancy_, 1) && std::isfinite(usual_count_) && std::isfinite(level_),
       "count");
  need(trend_.is_possible(), "trend");
  need(seasons_.is_possible(), "season");
  need(spread_.is_possible(), "spread");
  need(residuals_.is_possible(), "distribution of residuals");
  need(recent_.is_possible(), "window");
  need(shape_.is_possible(), "anomaly");
  need(calibration_.is_possible() && trust_.is_possible() && change_.is_possible(), "calibration");
}

}  // namespace adcore
