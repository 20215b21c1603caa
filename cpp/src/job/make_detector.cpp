#include "adcore/job/place_detector.hpp"
#include "adcore/job/rare_detector.hpp"
#include "adcore/job/series_detector.hpp"

namespace adcore {

auto make_detector(const JobConfig& config, const FieldPlan& plan, std::uint32_t index) -> std::unique_ptr<Detector> {
  const DetectorPlan& detector = plan.detectors[index];
  const Measure measure = detector.measure();
  if (is_time(measure)) return std::make_unique<PlaceDetector<ClockFace>>(config, plan, index);
  if (measure == Measure::lat_long) return std::make_unique<PlaceDetector<Globe>>(config, plan, index);
  if (!is_rare(measure)) return std::make_unique<SeriesDetector>(config, plan, index);
  if (detector.is_population()) return std::make_unique<RareDetector<RarePopulation>>(config, plan, index);
  return std::make_unique<RareDetector<RareModel>>(config, plan, index);
}

}  // namespace adcore
