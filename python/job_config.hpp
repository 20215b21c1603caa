// A job's configuration as plain Python values, and back.
#pragma once

#include <pybind11/typing.h>

#include "bindings.hpp"

#include <vector>

#include "adcore/job/config.hpp"

namespace adcore::python {

using ConfigDict = py::typing::Dict<py::str, py::object>;
using DictList = py::typing::List<ConfigDict>;

[[nodiscard]] auto unpack_job_config(const ConfigDict& given) -> JobConfig;
[[nodiscard]] auto pack_job_config(const JobConfig& config) -> ConfigDict;
[[nodiscard]] auto unpack_rules(const DictList& given) -> std::vector<CustomRule>;
[[nodiscard]] auto unpack_events(const DictList& given) -> std::vector<CalendarEvent>;

}  // namespace adcore::python
