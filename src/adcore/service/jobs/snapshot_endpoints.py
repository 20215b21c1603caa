"""The endpoints of snapshots of models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.job.dates import read_result_time
from adcore.job.fields import Reader, moment, text
from adcore.job.paging import PAGE_FIELDS
from adcore.service.jobs.arguments import boolean, page_of, read_arguments, timeout
from adcore.service.jobs.endpoints import ACKNOWLEDGED, endpoint
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.routing import Endpoint

__all__ = ["snapshot_endpoints"]

_FIND: dict[str, Reader] = {
    "desc": boolean, "end": moment, "sort": text, "start": moment, **PAGE_FIELDS,
}  # fmt: skip
_REVERT: dict[str, Reader] = {"delete_intervening_results": boolean}
_UPDATE: dict[str, Reader] = {"description": text, "retain": boolean}
_UPGRADE: dict[str, Reader] = {"timeout": timeout, "wait_for_completion": boolean}
_ALL = "/anomaly_detectors/{job}/model_snapshots"
_ONE = f"{_ALL}/{{snapshot}}"


class _Handlers:
    def __init__(self, service: JobService) -> None:
        self._service = service
        self._snapshots = service.snapshots

    def find(self, call: Call) -> Any:
        config = self._service.registry.get(call.value("job"))
        given = _arguments(call, "get_model_snapshots_request", _FIND)
        now = call.context.clock()
        bounds = {"gte": given.get("start"), "lt": given.get("end")}
        period = {name: read_result_time(bound, now) for name, bound in bounds.items()}
        return self._snapshots.page(
            config,
            call.optional_value("snapshot"),
            {name: bound for name, bound in period.items() if bound is not None},
            (given.get("sort", "timestamp"), given.get("desc", True)),
            page_of(given),
        )

    def revert(self, call: Call) -> Any:
        given = _arguments(call, "revert_model_snapshot", _REVERT)
        model = self._service.life.revert(
            call.value("job"),
            call.value("snapshot"),
            deletes_results=given.get("delete_intervening_results", False),
        )
        return {"model": model}

    def update(self, call: Call) -> Any:
        config = self._service.registry.get(call.value("job"))
        given = _arguments(call, "update_model_snapshot", _UPDATE)
        changed = self._snapshots.update(config, call.value("snapshot"), given)
        return {**ACKNOWLEDGED, "model": changed}

    def delete(self, call: Call) -> Any:
        config = self._service.registry.get(call.value("job"))
        self._snapshots.delete(config, call.value("snapshot"))
        return ACKNOWLEDGED

    def upgrade(self, call: Call) -> Any:
        """All snapshots are of the present format: those of every release load for ever."""
        config = self._service.registry.get(call.value("job"))
        _arguments(call, "upgrade_job_model_snapshot_request", _UPGRADE)
        self._snapshots.get(config, call.value("snapshot"))
        return {"completed": True, "node": call.context.node.id}

    def upgrade_stats(self, call: Call) -> Any:
        """No upgrade is ever under way."""
        self._service.registry.find(call.value("job"))
        return {"count": 0, "model_snapshot_upgrades": []}


def _arguments(call: Call, owner: str, readers: Mapping[str, Reader]) -> dict[str, Any]:
    """What a request asks for, whose body may say again of which job and snapshot."""
    named = {"job_id": call.value("job"), "snapshot_id": call.optional_value("snapshot")}
    return read_arguments(call, owner, readers, **named)


def snapshot_endpoints(service: JobService) -> list[Endpoint]:
    """Those over a service."""
    do = _Handlers(service)
    parameters = ("desc", "end", "from", "size", "sort", "start")
    return [
        *endpoint("GET POST", [_ALL, _ONE], do.find, body="json", parameters=parameters,
                  summary="Snapshots of models."),
        *endpoint("POST", f"{_ONE}/_revert", do.revert, writes=True, body="json",
                  parameters=tuple(_REVERT), summary="Go back to the models of a snapshot."),
        *endpoint("POST", f"{_ONE}/_update", do.update, writes=True, body="json",
                  summary="Change what is said of a snapshot."),
        *endpoint("DELETE", _ONE, do.delete, writes=True, summary="Delete a snapshot."),
        *endpoint("POST", f"{_ONE}/_upgrade", do.upgrade, writes=True,
                  parameters=tuple(_UPGRADE),
                  summary="Bring a snapshot to the present format."),
        *endpoint("GET", f"{_ONE}/_upgrade/_stats", do.upgrade_stats,
                  parameters=("allow_no_match",), summary="Upgrades of snapshots under way."),
    ]  # fmt: skip
