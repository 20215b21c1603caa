// What a JobEngine says of itself, as plain Python values.
#pragma once

#include <pybind11/typing.h>

#include "bindings.hpp"

#include <string>
#include <tuple>
#include <vector>

#include "adcore/job/engine.hpp"
#include "guarded_calls.hpp"
#include "job_config.hpp"

namespace adcore::python {

using GuardedJob = Guarded<JobEngine>;

[[nodiscard]] auto metric_columns(const GuardedJob& job) -> std::vector<std::tuple<std::string, std::string>>;
[[nodiscard]] auto key_columns(const GuardedJob& job) -> std::vector<std::string>;
[[nodiscard]] auto pack_counts(const GuardedJob& job) -> py::typing::Dict<py::str, py::int_>;
[[nodiscard]] auto model_size_stats(const GuardedJob& job) -> ConfigDict;

}  // namespace adcore::python
