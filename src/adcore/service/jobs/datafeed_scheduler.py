"""Fires datafeeds when they are due."""

from __future__ import annotations

import logging
from collections.abc import Callable

from adcore.errors import AdcoreError
from adcore.service.jobs.datafeed_run import DatafeedRun
from adcore.service.scheduler import Scheduler
from adcore.store.clock import Clock

__all__ = ["DatafeedScheduler"]

_log = logging.getLogger(__name__)

_DAY = 86_400_000


class DatafeedScheduler(Scheduler[DatafeedRun]):
    """All datafeeds that run, by their ids.

    Parameters
    ----------
    clock : callable
    upkeep : callable
        What is to be done once a day.
    """

    def __init__(self, clock: Clock, upkeep: Callable[[], None]) -> None:
        super().__init__(clock, "adcore-datafeed")
        self._upkeep = upkeep
        self._next_upkeep = clock() + _DAY

    def _keep_up(self) -> None:
        now = self._clock()
        if now < self._next_upkeep:
            return
        self._next_upkeep = now + _DAY
        try:
            self._upkeep()
        except AdcoreError:
            _log.exception("what has expired could not be deleted")
