// What a JobEngine says of itself, as plain Python values.
#pragma once

#include <pybind11/typing.h>

#include "bindings.hpp"

#include <string>
#include <tuple>
#include <vector>

#include "adcore/job/engine.hpp"
#include "guarded.hpp"
#include "job_config.hpp"

namespace adcore::python {

using GuardedJob = Guarded<JobEngine>;

template <class Question>
auto ask(const GuardedJob& job, Question&& question) {
  return without_gil([&] { return job.ask(question); });
}

template <class Change>
auto change(GuardedJob& job, Change&& changed) {
  return without_gil([&] { return job.change(changed); });
}

/// (field, part)
[[nodiscard]] auto metric_columns(const GuardedJob& job) -> std::vector<std::tuple<std::string, std::string>>;
[[nodiscard]] auto key_columns(const GuardedJob& job) -> std::vector<std::string>;
[[nodiscard]] auto pack_counts(const GuardedJob& job) -> py::typing::Dict<py::str, py::int_>;
[[nodiscard]] auto model_size_stats(const GuardedJob& job) -> ConfigDict;

}  // namespace adcore::python
