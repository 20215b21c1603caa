"""The endpoints of the configurations of jobs, and of what jobs are doing."""

from __future__ import annotations

from typing import Any

from adcore.job import JobConfig
from adcore.job.detector_config import JobDetector
from adcore.job.fields import Field
from adcore.service.jobs.arguments import (
    INDICES_PARAMETERS,
    allows_none,
    refusals,
    with_indices_options,
)
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint, is_legacy
from adcore.service.jobs.errors import illegal_argument
from adcore.service.jobs.memory_estimate import estimate_memory
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["job_endpoints"]

_JOB = "/anomaly_detectors/{job}"
_ALL = "/anomaly_detectors"
_DELETE = ("force", "wait_for_completion", "delete_user_annotations")
_FIND = ("allow_no_match", "allow_no_jobs")
# Seconds.
_DAY = 86_400


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._registry = service.registry

    def create(self, call: Call) -> Any:
        with refusals(call):
            body = call.object()
            if isinstance(feed := body.get("datafeed_config"), dict):
                body["datafeed_config"] = with_indices_options(call, feed)
            config = self._registry.parse(call.value("job"), body, is_legacy=is_legacy(call))
            made = self._service.shown([self._service.create(config).job_id])[0]
        _warn_of_span(call, config)
        return made

    def get(self, call: Call) -> Any:
        ids = self._registry.find(
            call.optional_value("job"), allow_no_match=allows_none(call, {}, "allow_no_jobs")
        )
        hides = call.boolean("exclude_generated")
        jobs = self._service.shown(ids, exclude_generated=hides)
        return {"count": len(jobs), "jobs": jobs}

    def stats(self, call: Call) -> Any:
        ids = self._registry.find(
            call.optional_value("job"), allow_no_match=allows_none(call, {}, "allow_no_jobs")
        )
        return {"count": len(ids), "jobs": [self._service.stats(each) for each in ids]}

    def update(self, call: Call) -> Any:
        with refusals(call):
            return self._service.update(call.value("job"), call.object()).to_api()

    def delete(self, call: Call) -> Any:
        started = call.context.clock()
        self._service.delete(
            call.value("job"),
            force=call.boolean("force"),
            annotations=call.boolean("delete_user_annotations"),
        )
        return self._done(call, "delete", started)

    def reset(self, call: Call) -> Any:
        started = call.context.clock()
        self._service.reset(call.value("job"), annotations=call.boolean("delete_user_annotations"))
        return self._done(call, "reset", started)

    def _done(self, call: Call, what: str, started: int) -> dict[str, Any]:
        """Who does not wait gets a task, which is over."""
        if call.boolean("wait_for_completion", default=True):
            return ACKNOWLEDGED
        description = f"{what}-job-{call.value('job')}"
        return {"task": self._service.tasks.note(f"job/{what}", description, ACKNOWLEDGED, started)}

    # -- without a job

    def validate(self, call: Call) -> Any:
        body = call.object()
        job_id = body.get("job_id")
        if not isinstance(job_id, str):
            raise illegal_argument("Required [job_id]")
        with refusals(call):
            config = self._registry.parse(job_id, body)
        _warn_of_span(call, config)
        return ACKNOWLEDGED

    def validate_detector(self, call: Call) -> Any:
        body = call.object()
        with refusals(call):
            JobDetector.read(Field("detector"), body)
        return ACKNOWLEDGED

    def estimate(self, call: Call) -> Any:
        body = call.object()
        with refusals(call):
            return {"model_memory_estimate": estimate_memory(body)}


def _warn_of_span(call: Call, config: JobConfig) -> None:
    """Buckets that do not begin with the days are not what anybody wants."""
    span = config.analysis_config.bucket_span
    if _DAY % span.seconds:
        call.warn(
            f"bucket_span {span} [{span.seconds}s] is not an integral divisor of the number of "
            f"seconds in 1d [{_DAY}s]. This is now deprecated."
        )


def job_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    return [*_of_configurations(do), *_of_checks(do)]


def _of_configurations(do: _Handlers) -> list[Endpoint]:
    return [
        *endpoint("PUT", _JOB, do.create, writes=True, body="json", parameters=INDICES_PARAMETERS,
                  summary="Make a job."),
        *endpoint("GET", [_ALL, _JOB], do.get, parameters=(*_FIND, "exclude_generated"),
                  summary="Jobs."),
        *endpoint("GET", [f"{_ALL}/_stats", f"{_JOB}/_stats"], do.stats, parameters=_FIND,
                  summary="What jobs are doing."),
        *endpoint("POST", f"{_JOB}/_update", do.update, writes=True, body="json",
                  summary="Change a job."),
        *endpoint("DELETE", _JOB, do.delete, writes=True, parameters=_DELETE,
                  summary="Delete a job with its results."),
        *endpoint("POST", f"{_JOB}/_reset", do.reset, writes=True, parameters=_DELETE[1:],
                  summary="Forget the models and results of a job."),
    ]  # fmt: skip


def _of_checks(do: _Handlers) -> list[Endpoint]:
    return [
        *endpoint("POST", f"{_ALL}/_validate", do.validate, body="json",
                  summary="Whether there can be such a job."),
        *endpoint("POST", f"{_ALL}/_validate/detector", do.validate_detector, body="json",
                  summary="Whether there can be such a detector."),
        *endpoint("POST", f"{_ALL}/_estimate_model_memory", do.estimate, body="json",
                  summary="How much memory the models of a job will take."),
    ]  # fmt: skip
