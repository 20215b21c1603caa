"""The endpoints of datafeeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job import JobConfig
from adcore.job.dates import read_moment
from adcore.job.fields import Reader, moment, raw_object
from adcore.service.jobs.arguments import (
    INDICES_PARAMETERS,
    allows_none,
    boolean,
    read_arguments,
    refusals,
    timeout,
    with_indices_options,
)
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_run import Period
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint
from adcore.service.jobs.errors import illegal_argument
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["datafeed_endpoints"]

_START: dict[str, Reader] = {"start": moment, "end": moment, "timeout": timeout}
_STOP: dict[str, Reader] = {
    "allow_no_match": boolean, "allow_no_datafeeds": boolean, "force": boolean,
    "timeout": timeout, "close_job": boolean,
}  # fmt: skip
_PREVIEW: dict[str, Reader] = {
    "start": moment, "end": moment, "datafeed_config": raw_object, "job_config": raw_object,
}  # fmt: skip
_FIND = ("allow_no_match", "allow_no_datafeeds")
_ALL, _ONE = "/datafeeds", "/datafeeds/{id}"


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._datafeeds = service.datafeeds

    def create(self, call: Call) -> Any:
        with refusals(call):
            body = with_indices_options(call, call.object())
            config = DatafeedConfig.from_api(call.value("id"), body)
        return self._datafeeds.create(config).to_api()

    def update(self, call: Call) -> Any:
        with refusals(call):
            body = with_indices_options(call, call.optional_object())
            return self._datafeeds.update(call.value("id"), body).to_api()

    def get(self, call: Call) -> Any:
        hides = call.boolean("exclude_generated")
        found = [
            self._datafeeds.get(each).to_api(exclude_generated=hides) for each in self._ids(call)
        ]
        return {"count": len(found), "datafeeds": found}

    def stats(self, call: Call) -> Any:
        node = self._service.node()
        found = [self._datafeeds.stats(each, node) for each in self._ids(call)]
        return {"count": len(found), "datafeeds": found}

    def _ids(self, call: Call) -> list[str]:
        return self._datafeeds.find(
            call.optional_value("id"), allow_no_match=allows_none(call, {}, "allow_no_datafeeds")
        )

    def delete(self, call: Call) -> Any:
        self._datafeeds.delete(call.value("id"), force=call.boolean("force"))
        return ACKNOWLEDGED

    def start(self, call: Call) -> Any:
        name = call.value("id")
        given = read_arguments(call, "datafeed_params", _START, datafeed_id=name)
        start, end = _bounds(call, given)
        self._datafeeds.start(name, Period(start or 0, end))
        return {"started": True, "node": call.context.node.id}

    def stop(self, call: Call) -> Any:
        given = read_arguments(call, "stop_datafeed_request", _STOP, datafeed_id=call.value("id"))
        allowed = allows_none(call, given, "allow_no_datafeeds")
        for name in self._datafeeds.find(call.value("id"), allow_no_match=allowed):
            self._datafeeds.stop(name)
            if given.get("close_job"):
                self._service.life.close(self._datafeeds.get(name).job_id, force=False)
        return {"stopped": True}

    def preview(self, call: Call) -> Any:
        given = read_arguments(call, "preview_datafeed_action", _PREVIEW)
        config, job = self._previewed(call, given)
        return self._datafeeds.preview(config, job, *_bounds(call, given))

    def _previewed(self, call: Call, given: Mapping[str, Any]) -> tuple[DatafeedConfig, JobConfig]:
        """What is to be previewed: a datafeed that there is, or one that is sent."""
        name = call.optional_value("id")
        sent = given.get("datafeed_config")
        if name is not None:
            if sent is not None or "job_config" in given:
                raise illegal_argument(
                    "[datafeed_id] cannot be supplied when either [job_config] or "
                    "[datafeed_config] is present"
                )
            config = self._datafeeds.get(name)
            return config, self._service.registry.get(config.job_id)
        job = given.get("job_config")
        if sent is None and job is not None:
            sent = job.get("datafeed_config")
        if sent is None:
            raise illegal_argument("[datafeed_id] or [datafeed_config] must be set")
        job_id = "preview" if job is None else job.get("job_id", "preview")
        config = DatafeedConfig.from_api(
            sent.get("datafeed_id", "preview"), sent, job_id=None if job is None else job_id
        )
        if job is not None:
            return config, self._service.registry.parse(job_id, job)
        return config, self._service.registry.get(config.job_id)


def _bounds(call: Call, given: Mapping[str, Any]) -> tuple[int | None, int | None]:
    now = call.context.clock()
    return (
        read_moment("start", given.get("start"), now),
        read_moment("end", given.get("end"), now),
    )


def datafeed_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    return [*_of_configurations(do), *_of_runs(do)]


def _of_configurations(do: _Handlers) -> list[Endpoint]:
    return [
        *endpoint("PUT", _ONE, do.create, writes=True, body="json", parameters=INDICES_PARAMETERS,
                  summary="Make a datafeed."),
        *endpoint("POST", f"{_ONE}/_update", do.update, writes=True, body="json",
                  parameters=INDICES_PARAMETERS, summary="Change a datafeed."),
        *endpoint("GET", [_ALL, _ONE], do.get, parameters=(*_FIND, "exclude_generated"),
                  summary="Datafeeds."),
        *endpoint("DELETE", _ONE, do.delete, writes=True, parameters=("force",),
                  summary="Delete a datafeed."),
    ]  # fmt: skip


def _of_runs(do: _Handlers) -> list[Endpoint]:
    return [
        *endpoint("GET", [f"{_ALL}/_stats", f"{_ONE}/_stats"], do.stats, parameters=_FIND,
                  summary="What datafeeds are doing."),
        *endpoint("POST", f"{_ONE}/_start", do.start, writes=True, body="json",
                  parameters=tuple(_START), summary="Start a datafeed."),
        *endpoint("POST", f"{_ONE}/_stop", do.stop, writes=True, body="json",
                  parameters=tuple(_STOP), summary="Stop datafeeds."),
        *endpoint("GET POST", [f"{_ALL}/_preview", f"{_ONE}/_preview"], do.preview, body="json",
                  parameters=("start", "end"), summary="What a job would be fed with."),
    ]  # fmt: skip
