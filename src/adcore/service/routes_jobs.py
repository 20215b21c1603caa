"""The endpoints of the machine learning API."""

from __future__ import annotations

from adcore.service.context import Context
from adcore.service.jobs.calendar_endpoints import calendar_endpoints
from adcore.service.jobs.cat_endpoints import cat_endpoints
from adcore.service.jobs.datafeed_endpoints import datafeed_endpoints
from adcore.service.jobs.filter_endpoints import filter_endpoints
from adcore.service.jobs.info_endpoints import info_endpoints
from adcore.service.jobs.job_endpoints import job_endpoints
from adcore.service.jobs.result_endpoints import result_endpoints
from adcore.service.jobs.run_endpoints import run_endpoints
from adcore.service.jobs.service import JobService
from adcore.service.jobs.snapshot_endpoints import snapshot_endpoints
from adcore.service.jobs.task_endpoints import task_endpoints
from adcore.service.routing import Endpoint

__all__ = ["all_job_endpoints", "routes"]

_PARTS = (
    job_endpoints, run_endpoints, result_endpoints, snapshot_endpoints, datafeed_endpoints,
    calendar_endpoints, filter_endpoints, info_endpoints, task_endpoints, cat_endpoints,
)  # fmt: skip


def routes(context: Context) -> list[Endpoint]:
    """The endpoints over a service that works while the app runs."""
    service = JobService(context.store, context.clock, context.node.id, context.settings.jobs)
    context.at_start += [service.recover, service.datafeeds.scheduler.start]
    context.at_end.append(service.close)
    return all_job_endpoints(service)


def all_job_endpoints(service: JobService) -> list[Endpoint]:
    """The endpoints over a service, whoever starts and ends it."""
    return [endpoint for part in _PARTS for endpoint in part(service)]
