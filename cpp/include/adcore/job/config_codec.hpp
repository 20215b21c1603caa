// A job's configuration in a snapshot.
#pragma once

#include <vector>

#include "adcore/job/config.hpp"
#include "adcore/state/reader.hpp"
#include "adcore/state/writer.hpp"

namespace adcore {

void write_job_config(ByteWriter& writer, const JobConfig& config);
[[nodiscard]] auto read_job_config(ByteReader& reader) -> JobConfig;
void write_events(ByteWriter& writer, const std::vector<CalendarEvent>& events);
[[nodiscard]] auto read_events(ByteReader& reader) -> std::vector<CalendarEvent>;

}  // namespace adcore
