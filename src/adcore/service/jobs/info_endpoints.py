"""The endpoints of machine learning as a whole."""

from __future__ import annotations

from typing import Any

from adcore.job.fields import Reader, number
from adcore.service.jobs.arguments import boolean, read_arguments, timeout
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint
from adcore.service.jobs.info import job_info
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["info_endpoints"]

_UPGRADE: dict[str, Reader] = {"enabled": boolean, "timeout": timeout}
_EXPIRED: dict[str, Reader] = {"requests_per_second": number, "timeout": timeout}


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service

    def info(self, call: Call) -> Any:
        del call
        return job_info(self._service.settings, is_upgrading=self._service.is_upgrading)

    def set_upgrade_mode(self, call: Call) -> Any:
        given = read_arguments(call, "set_upgrade_mode_request", _UPGRADE)
        self._service.set_upgrade_mode(enabled=given.get("enabled", False))
        return ACKNOWLEDGED

    def delete_expired(self, call: Call) -> Any:
        job = call.optional_value("job")
        read_arguments(call, "delete_expired_data_request", _EXPIRED, job_id=job)
        self._service.delete_expired(job)
        return {"deleted": True}


def info_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    expired = ["/_delete_expired_data", "/_delete_expired_data/{job}"]
    return [
        *endpoint("GET", "/info", do.info, summary="Defaults and limits."),
        *endpoint("POST", "/set_upgrade_mode", do.set_upgrade_mode, writes=True,
                  parameters=tuple(_UPGRADE), summary="Let jobs rest for an upgrade."),
        *endpoint("DELETE", expired, do.delete_expired, writes=True, body="json",
                  parameters=tuple(_EXPIRED), summary="Delete what is not kept any longer."),
    ]  # fmt: skip
