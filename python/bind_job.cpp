// JobEngine: columns of records in, columns of results out. Numbers and texts only: what people write in a
// configuration is checked, and what they read is named, by src/adcore/job.
//
// Times and spans are int64 milliseconds. A text column of a result holds uint32 codes into "texts" of the same answer;
// 2^32 - 1 stands for no text.
//
//   JobEngine(config: dict)
//     bucket_span: int                      > 0
//     latency: int                          >= 0, default 0
//     detectors: list[dict]                 at least one
//       function: str                       as echoed by the API, every name and alias of the function table
//       field_name, by_field_name, over_field_name, partition_field_name: str | None
//       use_null: bool                      default False
//       exclude_frequent: str               "none" (default) | "all" | "by" | "over"
//       custom_rules: list[dict]            default []
//         actions: list[str]                "skip_result" | "skip_model_update" | "force_time_shift"
//         force_time_shift: int             ms, default 0
//         conditions: list[dict]            applies_to, operator, value ("time": epoch seconds, as in the API)
//         scope: dict[field, dict]          {"items": list[str], "filter_type": "include" | "exclude"}: filters are
//                                           resolved by the caller, items may begin or end with one "*"
//     influencers: list[str]                default []
//     summary_count_field_name: str | None  default None
//     multivariate_by_fields: bool          default False
//     shape_feature: bool                   default False
//     model_prune_window: int               default max(30 days, 20 spans)
//     model_memory_limit: int               bytes, default 1 GiB
//     model_plot: bool                      default False
//     model_plot_terms: list[str]           default [] (all)
//     threads: int                          default 1; changes no result
//
//   Rows
//     metric_columns -> list[(field, part)]   part: "value", or "latitude" and "longitude" of a lat_long field
//     key_columns -> list[field]
//     process(timestamps int64[n], metrics: list[float64[n]], keys: list[(codes uint32[n], labels: list[str])])
//         in the order of the two lists; NaN, code 2^32 - 1 and the empty label are missing. Times that could not be
//         parsed, and input_field_count and input_bytes, are the caller's to count. Everything else is in counts().
//   Time
//     advance_time(time)      finalises every bucket that ends by then (or before, if latency keeps none open)
//     skip_time(time)         jumps to the bucket that starts at or after it; the open ones are dropped
//     reset(start, end)       forgets the records of the open buckets that overlap [start, end)
//     interim(start: int | None, end: int | None)
//                             interim results of the open buckets in [start, end) (None: all); models do not change
//     last_finalized_bucket_end -> int | None
//   Results of all that, since the last call:
//     take_results() -> dict of str to list[str] (texts) or dict of str to arrays (the tables), in order of time:
//     "texts"
//     "buckets"              timestamp int64 · anomaly_score · initial_anomaly_score · event_count float64 (exact) ·
//                            is_interim bool · first_bucket_influencer, bucket_influencers · first_record, records ·
//                            first_influencer, influencers · first_event, events (uint32: slices of the tables below)
//     "scheduled_events"     event uint32: index into the list given to set_calendar()
//     "bucket_influencers"   bucket uint32 (row of buckets) · timestamp · influencer_field_name text (or
//                            "bucket_time") · anomaly_score · initial_anomaly_score · raw_anomaly_score · probability ·
//                            is_interim bool + the renormalisation columns below; by falling score within a bucket
//     "records"              bucket · timestamp · is_interim · detector_index uint32 · probability · record_score ·
//                            initial_record_score · multi_bucket_impact (NaN: absent) · function_description text ·
//                            by_field_value, correlated_by_field_value, over_field_value, partition_field_value
//                            texts (no text: absent) ·
//                            typical, actual, typical_longitude, actual_longitude (NaN: absent; for lat_long the
//                            first pair are latitudes) · first_cause, causes · first_influence, influences (slices) +
//                            explanation columns + renormalisation columns
//        explanation:        anomaly_type int8 (1 spike, -1 dip, 0 absent) · anomaly_length, single_bucket_impact,
//                            record_multi_bucket_impact, shape_impact, anomaly_characteristics_impact
//                            int32 ·
//                            lower_confidence_bound, typical_value, upper_confidence_bound (NaN absent) ·
//                            high_variance_penalty, incomplete_bucket_penalty, multimodal_distribution,
//                            by_field_first_occurrence bool · by_field_relative_rarity (NaN absent)
//     "causes"               probability · by_field_value, correlated_by_field_value, over_field_value,
//                            partition_field_value · typical, actual, typical_longitude, actual_longitude ·
//                            function_description ·
//                            first_influence, influences (of "influences")
//     "influences"           influencer_field_name text · influencer_field_value text · influence float64 (0, 1]; by
//                            field in the order of the configuration, then by falling influence
//     "influencers"          bucket · timestamp · influencer_field_name, influencer_field_value texts ·
//                            influencer_score · initial_influencer_score · probability · is_interim + renormalisation
//     "model_plot"           timestamp · detector_index · partition_field_value, over_field_value, by_field_value texts
//                            · model_feature text · model_lower · model_upper · model_median · actual (NaN absent)
//     renormalisation columns of records, influencers and bucket_influencers: log_probability float64 (ln p, not cut
//                            at 2.2e-308) · level uint8 · class_id uint64 · scope_id uint64. They mean nothing outside;
//                            keep them with the result.
//   Interim results replace the interim results given before; a final bucket replaces its interim one.
//   Scores again
//     take_renormalisation() -> int | None   time of the quantiles' bucket if scores should be renormalised now
//     renormalise(level uint8[n], class_id uint64[n], scope_id uint64[n], log_probability float64[n],
//                 score float64[n]) -> (score float64[n], changed bool[n])
//         new scores; where the change is not "big" (E.9) the old score stays and changed is False
//   Facts
//     counts() -> dict[str, int]      B.9, of all rows so far, but for what the caller counts; times are left out while
//                                     unset; the counts of one call are the difference of two
//     model_size_stats() -> dict[str, int | str]   B.10: model_bytes, peak_model_bytes, model_bytes_exceeded,
//                                     model_bytes_memory_limit, total_by_field_count, total_over_field_count,
//                                     total_partition_field_count, bucket_allocation_failures_count, memory_status,
//                                     timestamp (bucket time, left out while unset)
//     latest_bucket_start -> int | None      start of the newest open bucket
//     config -> dict                         as given, defaults filled in
//   Changes of an open job
//     set_custom_rules(detector_index, rules: list[dict]), set_model_memory_limit(bytes),
//     set_model_plot(enabled, terms)
//     set_calendar(events: list[dict]): description is the caller's; start_time, end_time, skip_result = True,
//         skip_model_update = True, force_time_shift = 0 (ms)
//   Forecast
//     forecast(duration) -> dict: "texts" · "forecasts": timestamp · detector_index · partition_field_value ·
//         by_field_value · model_feature (texts) · forecast_lower · forecast_prediction · forecast_upper
//         InvalidStateError where the job can have none: population, rare, freq_rare, lat_long, time_of_*, info_content
//   State
//     to_bytes() -> bytes, JobEngine.from_bytes(bytes) with results not taken yet, configuration and all
#include "bindings.hpp"

#include <pybind11/typing.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "adcore/job/engine.hpp"
#include "bucket_columns.hpp"
#include "job_config.hpp"
#include "job_facts.hpp"
#include "job_rows.hpp"
#include "job_tables.hpp"

namespace adcore::python {
namespace {

using UInt64Array = py::array_t<std::uint64_t, py::array::c_style>;
using ByteArray = py::array_t<std::uint8_t, py::array::c_style>;
using BoolArray = py::array_t<bool, py::array::c_style>;
using Time = std::optional<std::int64_t>;

// Rows that one call takes before it looks for Ctrl-C: some tens of milliseconds of plain counting.
constexpr std::size_t kRecordsPerTurn = std::size_t{1} << 17U;

void process_records(GuardedJob& job, const Int64Array& timestamps, const std::vector<py::array>& metrics,
                     const std::vector<KeyTuple>& keys) {
  const ValueColumns values(metrics);
  const KeyColumns texts(keys);
  const auto times = view(timestamps);
  const auto all = texts.slice(0, times.size());
  ask(job, [&](const JobEngine& engine) { engine.check({times, values.views(), all}); });
  in_turns(times.size(), kRecordsPerTurn, [&](std::size_t first, std::size_t rows) {
    const auto numbers = slice(values.views(), first, rows);
    const auto views = texts.slice(first, rows);
    job.change([&](JobEngine& engine) { engine.process({times.subspan(first, rows), numbers, views}); });
  });
}

auto renormalise_records(const GuardedJob& job, const ByteArray& level, const UInt64Array& class_id,
                         const UInt64Array& scope_id, const DoubleArray& log_probability, const DoubleArray& score)
    -> std::tuple<DoubleArray, BoolArray> {
  const auto rows = static_cast<std::size_t>(score.size());
  auto scores = to_array<double>(view(score), {rows});
  auto changed = make_array<std::uint8_t>({rows});
  const ScoreRows rows_of{view(level), view(class_id), view(scope_id), view(log_probability)};
  ask(job, [&, out = mutable_view(scores), flags = mutable_view(changed)](const JobEngine& engine) {
    engine.scoring().normalizers().renormalise(rows_of, out, flags);
  });
  return {scores, changed.attr("view")("bool")};
}

auto forecast_job(const GuardedJob& job, std::int64_t duration) -> TableDict {
  auto table = ask(job, [duration](const JobEngine& engine) { return engine.forecast(duration); });
  TableDict packed;
  packed["texts"] = pack_texts(table.texts);
  packed["forecasts"] = pack_columns_of(table);
  return packed;
}

auto make_job(const ConfigDict& given) -> std::unique_ptr<GuardedJob> {
  return std::make_unique<GuardedJob>(std::make_unique<JobEngine>(unpack_job_config(given)));
}

auto read_job(const py::bytes& bytes) -> std::unique_ptr<GuardedJob> {
  return without_gil([view = view_bytes(bytes)] { return std::make_unique<GuardedJob>(JobEngine::from_bytes(view)); });
}

void bind_time(py::class_<GuardedJob>& job) {
  job.def(
         "advance_time",
         [](GuardedJob& self, std::int64_t time) {
           change(self, [&](JobEngine& engine) { engine.advance_time(time); });
         },
         py::arg("time"))
      .def(
          "skip_time",
          [](GuardedJob& self, std::int64_t time) { change(self, [&](JobEngine& engine) { engine.skip_time(time); }); },
          py::arg("time"))
      .def(
          "reset",
          [](GuardedJob& self, std::int64_t start, std::int64_t end) {
            change(self, [&](JobEngine& engine) { engine.reset(start, end); });
          },
          py::arg("start"), py::arg("end"))
      .def(
          "interim",
          [](GuardedJob& self, Time start, Time end) {
            change(self, [&](JobEngine& engine) { engine.interim(start, end); });
          },
          py::arg("start") = py::none(), py::arg("end") = py::none())
      .def_property_readonly(
          "last_finalized_bucket_end",
          [](const GuardedJob& self) { return ask(self, [](const auto& e) { return e.last_finalized_bucket_end(); }); })
      .def_property_readonly("latest_bucket_start", [](const GuardedJob& self) {
        return ask(self, [](const auto& e) { return e.latest_bucket_start(); });
      });
}

void bind_changes(py::class_<GuardedJob>& job) {
  job.def(
         "set_custom_rules",
         [](GuardedJob& self, std::size_t detector, const DictList& given) {
           auto rules = unpack_rules(given);
           change(self, [&](JobEngine& engine) { engine.set_custom_rules(detector, std::move(rules)); });
         },
         py::arg("detector_index"), py::arg("rules"))
      .def(
          "set_calendar",
          [](GuardedJob& self, const DictList& given) {
            auto events = unpack_events(given);
            change(self, [&](JobEngine& engine) { engine.set_calendar(std::move(events)); });
          },
          py::arg("events"))
      .def(
          "set_model_memory_limit",
          [](GuardedJob& self, std::uint64_t bytes) {
            change(self, [&](JobEngine& engine) { engine.set_model_memory_limit(bytes); });
          },
          py::arg("bytes"))
      .def(
          "set_model_plot",
          [](GuardedJob& self, bool enabled, std::vector<std::string> terms) {
            change(self, [&](JobEngine& engine) { engine.set_model_plot(enabled, std::move(terms)); });
          },
          py::arg("enabled"), py::arg("terms"));
}

}  // namespace

void bind_job(py::module_& module) {
  py::class_<GuardedJob> job(module, "JobEngine",
                             "The engine of adcore.Job: columns of records in, columns of results out.");
  job.def(py::init(&make_job), py::arg("config"))
      .def("process", &process_records, py::arg("timestamps"), py::arg("metrics"), py::arg("keys"))
      .def("take_results",
           [](GuardedJob& self) { return pack_results(change(self, [](JobEngine& e) { return e.take_results(); })); })
      .def("take_renormalisation",
           [](GuardedJob& self) { return change(self, [](JobEngine& e) { return e.take_renormalisation(); }); })
      .def("renormalise", &renormalise_records, py::arg("level"), py::arg("class_id"), py::arg("scope_id"),
           py::arg("log_probability"), py::arg("score"))
      .def("forecast", &forecast_job, py::arg("duration"))
      .def("counts", &pack_counts)
      .def("model_size_stats", &model_size_stats)
      .def_property_readonly("metric_columns", &metric_columns)
      .def_property_readonly("key_columns", &key_columns)
      .def_property_readonly("config",
                             [](const GuardedJob& self) {
                               return pack_job_config(ask(self, [](const auto& e) { return JobConfig(e.config()); }));
                             })
      .def("to_bytes", &to_bytes<GuardedJob>)
      .def_static("from_bytes", &read_job, py::arg("bytes"));
  bind_time(job);
  bind_changes(job);
}

}  // namespace adcore::python
