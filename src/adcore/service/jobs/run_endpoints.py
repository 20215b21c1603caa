"""The endpoints of open jobs: open and close them, post data, flush, forecast."""

from __future__ import annotations

from typing import Any

from adcore.job.fields import Reader, moment
from adcore.job.forecast import ForecastRequest
from adcore.service.jobs.arguments import (
    allows_none,
    any_value,
    boolean,
    read_arguments,
    timeout,
)
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import Endpoint

__all__ = ["run_endpoints"]

_OPEN: dict[str, Reader] = {"timeout": timeout}
_CLOSE: dict[str, Reader] = {
    "allow_no_match": boolean, "allow_no_jobs": boolean, "force": boolean,
    "timeout": timeout,
}  # fmt: skip
_FLUSH: dict[str, Reader] = {
    "calc_interim": boolean,
    "start": moment,
    "end": moment,
    "advance_time": moment,
    "skip_time": moment,
}
_FORECAST: dict[str, Reader] = {
    "duration": any_value,
    "expires_in": any_value,
    "max_model_memory": any_value,
}
_DELETE_FORECAST: dict[str, Reader] = {"allow_no_forecasts": boolean, "timeout": timeout}
# Of the parameters of posted data.
_RESET = ("reset_start", "reset_end")
_JOB = "/anomaly_detectors/{job}"


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service

    def open(self, call: Call) -> Any:
        read_arguments(call, "open_job_request", _OPEN, job_id=call.value("job"))
        self._service.life.open(call.value("job"))
        return {"opened": True, "node": call.context.node.id}

    def close(self, call: Call) -> Any:
        given = read_arguments(call, "close_job_request", _CLOSE, job_id=call.value("job"))
        self._service.close_jobs(
            call.value("job"),
            allow_no_match=allows_none(call, given, "allow_no_jobs"),
            force=given.get("force", False),
        )
        return {"closed": True}

    def post(self, call: Call) -> Any:
        run = self._service.life.run(call.value("job"), "process data")
        reset = {name: call.text(name) for name in _RESET if call.has(name)}
        return Reply(run.post(call.content(), **reset), 202)

    def flush(self, call: Call) -> Any:
        job_id = call.value("job")
        given = read_arguments(call, "flush_job_request", _FLUSH, job_id=job_id)
        run = self._service.life.run(job_id, "flush")
        run.flush(**given)
        answer: dict[str, Any] = {"flushed": True}
        if run.last_finalized_bucket_end is not None:
            answer["last_finalized_bucket_end"] = run.last_finalized_bucket_end
        return answer

    def forecast(self, call: Call) -> Any:
        job_id = call.value("job")
        given = read_arguments(call, "forecast_job_request", _FORECAST, job_id=job_id)
        request = ForecastRequest.read(**given)
        run = self._service.life.run(job_id, "forecast")
        return {**ACKNOWLEDGED, "forecast_id": self._service.forecasts.make(run, request)}

    def delete_forecast(self, call: Call) -> Any:
        config = self._service.registry.get(call.value("job"))
        given = read_arguments(call, "delete_forecast_request", _DELETE_FORECAST)
        self._service.forecasts.delete(
            config,
            call.optional_value("forecast"),
            allow_none=given.get("allow_no_forecasts", True),
        )
        return ACKNOWLEDGED


def run_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    forecasts = [f"{_JOB}/_forecast", f"{_JOB}/_forecast/{{forecast}}"]
    return [
        *endpoint("POST", f"{_JOB}/_open", do.open, writes=True, body="json",
                  parameters=tuple(_OPEN), summary="Open a job."),
        *endpoint("POST", f"{_JOB}/_close", do.close, writes=True, body="json",
                  parameters=tuple(_CLOSE), summary="Close jobs."),
        *endpoint("POST", f"{_JOB}/_data", do.post, writes=True, body="ndjson",
                  parameters=_RESET, summary="Post data to an open job."),
        *endpoint("POST", f"{_JOB}/_flush", do.flush, writes=True, body="json",
                  parameters=tuple(_FLUSH), summary="Have all posted data analysed."),
        *endpoint("POST", f"{_JOB}/_forecast", do.forecast, writes=True, body="json",
                  parameters=tuple(_FORECAST), summary="Forecast."),
        *endpoint("DELETE", forecasts, do.delete_forecast, writes=True,
                  parameters=tuple(_DELETE_FORECAST), summary="Delete forecasts."),
    ]  # fmt: skip
