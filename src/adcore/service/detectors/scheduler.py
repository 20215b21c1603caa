"""Fires detectors when they are due."""

from __future__ import annotations

import logging

from adcore.errors import AdcoreError
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.real_time import RealTimeRun
from adcore.service.detectors.retention_clock import RetentionClock
from adcore.service.detectors.tasks import REAL_TIME
from adcore.service.scheduler import Scheduler

__all__ = ["DetectorScheduler"]

_log = logging.getLogger(__name__)

_HOUR = 3_600_000


class DetectorScheduler(Scheduler[RealTimeRun]):
    """All detectors that run, by their ids.

    Parameters
    ----------
    parts : Parts
    """

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.clock, "adcore-job")
        self._parts = parts
        self._next_upkeep = parts.clock() + _HOUR
        self._retention = RetentionClock(parts.store.checkpoints)

    def recover(self) -> None:
        """Take up the jobs that ran when the process ended."""
        for job in self._parts.jobs.enabled():
            task = self._parts.tasks.latest(job.id, REAL_TIME)
            if task is not None:
                self.add(RealTimeRun(job.id, job, task.id, self._parts))

    def _keep_up(self) -> None:
        """Once an hour, indices of results are rolled over and old ones deleted."""
        now = self._parts.clock()
        if now < self._next_upkeep <= now + _HOUR:
            return
        self._next_upkeep = now + _HOUR
        try:
            configs = self._parts.registry.all()
            self._parts.indices.roll_over(configs)
            self._parts.indices.delete_old(configs, self._retention.look(now))
        except AdcoreError:
            _log.exception("indices of results could not be rolled over")
