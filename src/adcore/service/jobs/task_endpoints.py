"""The endpoint of tasks that clients did not wait for."""

from __future__ import annotations

from adcore.service.jobs.arguments import boolean, read_arguments, timeout
from adcore.service.jobs.service import JobService
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import Endpoint, endpoints

__all__ = ["task_endpoints"]

_GET = {"timeout": timeout, "wait_for_completion": boolean}


def task_endpoints(service: JobService) -> list[Endpoint]:
    """That over a service; it stands beside the prefixes of the others."""

    def get(call: Call) -> Reply:
        read_arguments(call, "get_task_request", _GET)
        return Reply(service.tasks.get(call.value("task")))

    return endpoints(
        "GET", "/_tasks/{task}", get, parameters=tuple(_GET), summary="A task that is over."
    )
