#include "job_facts.hpp"

namespace adcore::python {
namespace {

auto part_name(FieldPart part) -> std::string {
  return part == FieldPart::latitude ? "latitude" : part == FieldPart::longitude ? "longitude" : "value";
}

auto status_name(MemoryStatus status) -> const char* {
  return status == MemoryStatus::ok ? "ok" : status == MemoryStatus::soft_limit ? "soft_limit" : "hard_limit";
}

}  // namespace

auto metric_columns(const GuardedJob& job) -> std::vector<std::tuple<std::string, std::string>> {
  return ask(job, [](const JobEngine& engine) {
    std::vector<std::tuple<std::string, std::string>> columns;
    for (const auto& column : engine.plan().metrics) columns.emplace_back(column.field, part_name(column.part));
    return columns;
  });
}

auto key_columns(const GuardedJob& job) -> std::vector<std::string> {
  return ask(job, [](const JobEngine& engine) {
    std::vector<std::string> columns;
    for (const auto& column : engine.plan().keys) columns.push_back(column.field);
    return columns;
  });
}

auto pack_counts(const GuardedJob& job) -> py::typing::Dict<py::str, py::int_> {
  const auto counts = ask(job, [](const JobEngine& engine) { return DataCounts(engine.counts()); });
  py::typing::Dict<py::str, py::int_> packed;
  packed["processed_record_count"] = counts.processed_record_count;
  packed["processed_field_count"] = counts.processed_field_count;
  packed["missing_field_count"] = counts.missing_field_count;
  packed["invalid_date_count"] = counts.invalid_date_count;
  packed["out_of_order_timestamp_count"] = counts.out_of_order_timestamp_count;
  packed["empty_bucket_count"] = counts.empty_bucket_count;
  packed["sparse_bucket_count"] = counts.sparse_bucket_count;
  packed["bucket_count"] = counts.bucket_count;
  const auto time = [&](const char* name, std::int64_t value) {
    if (value != DataCounts::kUnset) packed[name] = value;
  };
  time("earliest_record_timestamp", counts.earliest_record_timestamp);
  time("latest_record_timestamp", counts.latest_record_timestamp);
  time("latest_empty_bucket_timestamp", counts.latest_empty_bucket_timestamp);
  time("latest_sparse_bucket_timestamp", counts.latest_sparse_bucket_timestamp);
  return packed;
}

auto model_size_stats(const GuardedJob& job) -> ConfigDict {
  const auto [memory, fields, end] = ask(job, [](const JobEngine& engine) {
    return std::tuple(MemoryBudget(engine.memory()), engine.field_counts(), engine.last_finalized_bucket_end());
  });
  ConfigDict packed;
  packed["model_bytes"] = memory.used();
  packed["peak_model_bytes"] = memory.peak();
  packed["model_bytes_exceeded"] = memory.exceeded();
  packed["model_bytes_memory_limit"] = memory.limit();
  packed["total_by_field_count"] = fields.by;
  packed["total_over_field_count"] = fields.over;
  packed["total_partition_field_count"] = fields.partition;
  packed["bucket_allocation_failures_count"] = memory.failures();
  packed["memory_status"] = status_name(memory.status());
  if (end) packed["timestamp"] = *end;
  return packed;
}

}  // namespace adcore::python
