"""What all jobs that are open share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from adcore.job import JobConfig
from adcore.service.jobs.notifications import Tell
from adcore.service.jobs.result_store import ResultStore
from adcore.service.jobs.settings import JobSettings
from adcore.service.jobs.snapshots import Snapshots
from adcore.store.checkpoints import Checkpoints
from adcore.store.clock import Clock

__all__ = ["RunParts"]


@dataclass(frozen=True, slots=True)
class RunParts:
    """What all runs share.

    Attributes
    ----------
    events : callable
        From a configuration to the events of the calendars that hold for the job.
    filters : callable
        Gives the items of all filters.
    tell : callable
        Tells whoever looks after jobs.
    """

    results: ResultStore
    snapshots: Snapshots
    checkpoints: Checkpoints
    settings: JobSettings
    clock: Clock
    events: Callable[[JobConfig], list[dict[str, Any]]]
    filters: Callable[[], Mapping[str, Any]]
    tell: Tell
