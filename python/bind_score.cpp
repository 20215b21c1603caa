// The scales of a job's scores.
#include "bindings.hpp"

#include <cstdint>
#include <memory>
#include <utility>

#include "adcore/score/normalizer_set.hpp"
#include "guarded_calls.hpp"

namespace adcore::python {
namespace {

using GuardedNormalizers = Guarded<NormalizerSet>;
using Levels = py::array_t<std::uint8_t, py::array::c_style>;
using Numbers = py::array_t<std::uint64_t, py::array::c_style>;

auto rows_of(const Levels& level, const Numbers& class_id, const Numbers& scope_id, const DoubleArray& log_probability)
    -> ScoreRows {
  return {view(level), view(class_id), view(scope_id), view(log_probability)};
}

auto update_normalizers(GuardedNormalizers& normalizers, std::int64_t bucket_start, const Levels& level,
                        const Numbers& class_id, const Numbers& scope_id, const DoubleArray& log_probability) -> bool {
  const auto rows = rows_of(level, class_id, scope_id, log_probability);
  return change(normalizers, [&](NormalizerSet& set) { return set.update(bucket_start, rows); });
}

auto score_rows(const GuardedNormalizers& normalizers, const Levels& level, const Numbers& class_id,
                const Numbers& scope_id, const DoubleArray& log_probability) -> DoubleArray {
  const auto rows = rows_of(level, class_id, scope_id, log_probability);
  auto scores = make_array<double>({rows.size()});
  const auto out = mutable_view(scores);
  ask(normalizers, [&](const NormalizerSet& set) { set.score(rows, out); });
  return scores;
}

auto renormalise_rows(const GuardedNormalizers& normalizers, const Levels& level, const Numbers& class_id,
                      const Numbers& scope_id, const DoubleArray& log_probability, const DoubleArray& scores)
    -> std::pair<DoubleArray, py::array_t<bool>> {
  const auto rows = rows_of(level, class_id, scope_id, log_probability);
  auto now = to_array<double>(view(scores), {static_cast<std::size_t>(scores.size())});
  auto changed = make_array<std::uint8_t>({rows.size()});
  const auto out = mutable_view(now);
  const auto flags = mutable_view(changed);
  ask(normalizers, [&](const NormalizerSet& set) { set.renormalise(rows, out, flags); });
  return {std::move(now), changed.view("?")};
}

}  // namespace

void bind_score(py::module_& module) {
  py::class_<GuardedNormalizers>(module, "NormalizerSet",
                                 "All scales of a job. Rows are results: level (0 bucket, 1 bucket influencer, "
                                 "2 influencer, 3 partition, 4 person, 5 record), class, scope, ln p.")
      .def(py::init(&make<GuardedNormalizers, std::int64_t>), py::arg("bucket_span"), "In ms.")
      .def("update", &update_normalizers, py::arg("bucket_start"), py::arg("level"), py::arg("class_id"),
           py::arg("scope_id"), py::arg("log_probability"), "Whether scores given before should be made anew.")
      .def("score", &score_rows, py::arg("level"), py::arg("class_id"), py::arg("scope_id"), py::arg("log_probability"))
      .def("renormalise", &renormalise_rows, py::arg("level"), py::arg("class_id"), py::arg("scope_id"),
           py::arg("log_probability"), py::arg("score"), "(score, changed)")
      .def("memory_bytes", &fact<GuardedNormalizers, &NormalizerSet::memory_bytes>)
      .def("to_bytes", &to_bytes<GuardedNormalizers>)
      .def_static("from_bytes", &from_bytes<GuardedNormalizers>, py::arg("bytes"));
}

}  // namespace adcore::python
