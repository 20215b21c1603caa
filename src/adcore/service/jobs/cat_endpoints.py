"""Jobs and datafeeds as tables for people: ``_cat/ml``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from adcore.service.documents.table import CAT_PARAMETERS, Column, table
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import Endpoint, endpoints

__all__ = ["cat_endpoints"]

# Where in the statistics of a job a column is; those that are shown where none is asked for.
_JOBS = {
    "id": ("", "job_id"),
    "state": ("s", "state"),
    "opened_time": ("ot", "open_time"),
    "assignment_explanation": ("ae", "assignment_explanation"),
    "data.processed_records": ("dpr", "data_counts.processed_record_count"),
    "data.processed_fields": ("dpf", "data_counts.processed_field_count"),
    "data.input_bytes": ("dib", "data_counts.input_bytes"),
    "data.input_records": ("dir", "data_counts.input_record_count"),
    "data.input_fields": ("dif", "data_counts.input_field_count"),
    "data.invalid_dates": ("did", "data_counts.invalid_date_count"),
    "data.missing_fields": ("dmf", "data_counts.missing_field_count"),
    "data.out_of_order_timestamps": ("doot", "data_counts.out_of_order_timestamp_count"),
    "data.empty_buckets": ("deb", "data_counts.empty_bucket_count"),
    "data.sparse_buckets": ("dsb", "data_counts.sparse_bucket_count"),
    "data.buckets": ("db", "data_counts.bucket_count"),
    "data.earliest_record": ("der", "data_counts.earliest_record_timestamp"),
    "data.latest_record": ("dlr", "data_counts.latest_record_timestamp"),
    "data.last": ("dl", "data_counts.last_data_time"),
    "data.last_empty_bucket": ("dleb", "data_counts.latest_empty_bucket_timestamp"),
    "data.last_sparse_bucket": ("dlsb", "data_counts.latest_sparse_bucket_timestamp"),
    "model.bytes": ("mb", "model_size_stats.model_bytes"),
    "model.memory_status": ("mms", "model_size_stats.memory_status"),
    "model.bytes_exceeded": ("mbe", "model_size_stats.model_bytes_exceeded"),
    "model.memory_limit": ("mml", "model_size_stats.model_bytes_memory_limit"),
    "model.by_fields": ("mbf", "model_size_stats.total_by_field_count"),
    "model.over_fields": ("mof", "model_size_stats.total_over_field_count"),
    "model.partition_fields": ("mpf", "model_size_stats.total_partition_field_count"),
    "model.bucket_allocation_failures": (
        "mbaf", "model_size_stats.bucket_allocation_failures_count",
    ),
    "model.categorization_status": ("mcs", "model_size_stats.categorization_status"),
    "model.log_time": ("mlt", "model_size_stats.log_time"),
    "forecasts.total": ("ft", "forecasts_stats.total"),
    "buckets.count": ("bc", "timing_stats.bucket_count"),
    "buckets.time.total": ("btt", "timing_stats.total_bucket_processing_time_ms"),
    "buckets.time.min": ("btmin", "timing_stats.minimum_bucket_processing_time_ms"),
    "buckets.time.max": ("btmax", "timing_stats.maximum_bucket_processing_time_ms"),
    "buckets.time.exp_avg": ("btea", "timing_stats.exponential_average_bucket_processing_time_ms"),
    "buckets.time.exp_avg_hour": (
        "bteah", "timing_stats.exponential_average_bucket_processing_time_per_hour_ms",
    ),
    "node.id": ("ni", "node.id"),
    "node.name": ("nn", "node.name"),
}  # fmt: skip
_FEEDS = {
    "id": ("", "datafeed_id"),
    "state": ("s", "state"),
    "assignment_explanation": ("ae", "assignment_explanation"),
    "buckets.count": ("bc", "timing_stats.bucket_count"),
    "search.count": ("sc", "timing_stats.search_count"),
    "search.time": ("st", "timing_stats.total_search_time_ms"),
    "search.bucket_avg": ("sba", "timing_stats.average_search_time_per_bucket_ms"),
    "search.exp_avg_hour": (
        "seah", "timing_stats.exponential_average_search_time_per_hour_ms",
    ),
    "node.id": ("ni", "node.id"),
    "node.name": ("nn", "node.name"),
}  # fmt: skip
_USUAL = {
    "id", "state", "data.processed_records", "model.bytes", "model.memory_status",
    "forecasts.total", "buckets.count", "search.count",
}  # fmt: skip
_TEXTS = {"id", "state", "assignment_explanation", "opened_time", "model.memory_status",
          "model.categorization_status", "node.id", "node.name"}  # fmt: skip
_SIZES = {"model.bytes", "model.bytes_exceeded", "model.memory_limit"}
_Paths = Mapping[str, tuple[str, str]]


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service

    def jobs(self, call: Call) -> Reply:
        ids = self._service.registry.find(
            call.optional_value("job"), allow_no_match=call.boolean("allow_no_match", default=True)
        )
        return _table(call, _JOBS, [self._service.stats(each) for each in ids])

    def datafeeds(self, call: Call) -> Reply:
        node, feeds = self._service.node(), self._service.datafeeds
        ids = feeds.find(
            call.optional_value("id"), allow_no_match=call.boolean("allow_no_match", default=True)
        )
        return _table(call, _FEEDS, [feeds.stats(each, node) for each in ids])


def _table(call: Call, paths: _Paths, stats: Sequence[Mapping[str, Any]]) -> Reply:
    columns = [
        Column(
            name,
            (short,) if short else (),
            path.replace("_", " ").replace(".", ": "),
            is_number=name not in _TEXTS,
            is_bytes=name in _SIZES,
            is_usual=name in _USUAL,
        )
        for name, (short, path) in paths.items()
    ]
    rows = [{name: _at(each, path) for name, (_, path) in paths.items()} for each in stats]
    return table(call, columns, rows)


def _at(stats: Mapping[str, Any], path: str) -> Any:
    """What stands at a path; None where there is nothing."""
    found: Any = stats
    for name in path.split("."):
        found = (found or {}).get(name)
    return found


def cat_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    parameters = (*CAT_PARAMETERS, "allow_no_match")
    jobs, feeds = "/_cat/ml/anomaly_detectors", "/_cat/ml/datafeeds"
    return [
        *endpoints("GET", [jobs, f"{jobs}/{{job}}"], do.jobs, parameters=parameters,
                   summary="Jobs, as a table."),
        *endpoints("GET", [feeds, f"{feeds}/{{id}}"], do.datafeeds, parameters=parameters,
                   summary="Datafeeds, as a table."),
    ]  # fmt: skip
