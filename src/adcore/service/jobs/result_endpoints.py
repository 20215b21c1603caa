"""The endpoints that read results."""

from __future__ import annotations

from typing import Any

from adcore.job.errors import illegal_argument
from adcore.job.fields import Reader, text
from adcore.job.overall_buckets import read_overall_query
from adcore.job.paging import PAGE_FIELDS
from adcore.job.result_kind import BUCKETS, INFLUENCERS, RECORDS, ResultKind
from adcore.job.result_request import parameter_names, read_result_query
from adcore.service.jobs.arguments import allows_none, page_of, read_arguments, refusals
from adcore.service.jobs.endpoints import endpoint, is_legacy
from adcore.service.jobs.errors import bad_request
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["result_endpoints"]

_OVERALL = (
    "allow_no_match", "allow_no_jobs", "bucket_span", "end", "exclude_interim", "overall_score",
    "start", "top_n",
)  # fmt: skip
_CATEGORIES: dict[str, Reader] = {**PAGE_FIELDS, "partition_field_value": text}
_JOB = "/anomaly_detectors/{job}/results"


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._registry = service.registry
        self._reads = service.reads

    def records(self, call: Call) -> Any:
        return self._read(call, RECORDS)

    def influencers(self, call: Call) -> Any:
        return self._read(call, INFLUENCERS)

    def buckets(self, call: Call) -> Any:
        return self._read(call, BUCKETS)

    def _read(self, call: Call, kind: ResultKind) -> Any:
        config = self._registry.get(call.value("job"))
        with refusals(call):
            query = read_result_query(
                kind,
                config.job_id,
                call.parameters,
                call.optional_object(),
                timestamp=call.optional_value("timestamp"),
                now=call.context.clock(),
            )
        found = self._reads.read(config, query)
        if is_legacy(call):
            inside = [r for bucket in found.get("buckets", []) for r in bucket.get("records", [])]
            self._reads.number(config, [*found.get("records", []), *inside])
        return found

    def overall(self, call: Call) -> Any:
        body = call.optional_object()
        allowed = allows_none(call, body, "allow_no_jobs")
        ids = self._registry.find(call.value("job"), allow_no_match=allowed)
        with refusals(call):
            query = read_overall_query(call.parameters, body, now=call.context.clock())
        return self._reads.overall([self._registry.get(each) for each in ids], query)

    def categories(self, call: Call) -> Any:
        config = self._registry.get(call.value("job"))
        given = read_arguments(call, "get_categories_request", _CATEGORIES, job_id=config.job_id)
        wanted = call.optional_value("category")
        if wanted is not None and not PAGE_FIELDS.keys().isdisjoint(given):
            raise bad_request("Params [from, size] are incompatible with [category_id].")
        category_id = None if wanted is None else _category_id(wanted)
        return self._reads.categories(
            config, category_id, given.get("partition_field_value"), page_of(given)
        )


def _category_id(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        raise illegal_argument(f"Failed to parse long parameter [category_id] with value [{value}]")
    return int(value)


def result_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    buckets = [f"{_JOB}/buckets", f"{_JOB}/buckets/{{timestamp}}"]
    categories = [f"{_JOB}/categories", f"{_JOB}/categories/{{category}}"]
    return [
        *endpoint("GET POST", f"{_JOB}/records", do.records, body="json",
                  parameters=parameter_names(RECORDS), summary="Records of a job."),
        *endpoint("GET POST", buckets, do.buckets, body="json",
                  parameters=parameter_names(BUCKETS),
                  summary="Buckets of a job."),
        *endpoint("GET POST", f"{_JOB}/influencers", do.influencers, body="json",
                  parameters=parameter_names(INFLUENCERS), summary="Influencers of a job."),
        *endpoint("GET POST", f"{_JOB}/overall_buckets", do.overall, body="json",
                  parameters=_OVERALL, summary="Buckets of several jobs together."),
        *endpoint("GET POST", categories, do.categories, body="json",
                  parameters=("from", "size", "partition_field_value"),
                  summary="Categories of messages."),
    ]  # fmt: skip
