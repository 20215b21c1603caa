"""Fires jobs when they are due."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor

from adcore.errors import AdcoreError
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.real_time import RealTimeRun
from adcore.service.detectors.tasks import REAL_TIME

__all__ = ["Scheduler"]

_log = logging.getLogger(__name__)

_HOUR = 3_600_000
# How long the clock is not looked at, which may be set meanwhile.
_LONGEST_SLEEP = 1.0


class Scheduler:
    """All jobs that run.

    Parameters
    ----------
    parts : Parts
    workers : int
        Jobs that are fired at a time.
    """

    def __init__(self, parts: Parts, workers: int = 2) -> None:
        self._parts = parts
        self._workers = workers
        self._lock = threading.Lock()
        self._runs: dict[str, RealTimeRun] = {}
        self._firing: set[str] = set()
        self._wake = threading.Event()
        self._is_closed = False
        self._thread: threading.Thread | None = None
        self._next_upkeep = parts.clock() + _HOUR

    # -- which jobs

    def recover(self) -> None:
        """Take up the jobs that ran when the process ended."""
        for job in self._parts.jobs.enabled():
            task = self._parts.tasks.latest(job.id, REAL_TIME)
            if task is not None:
                self.add(RealTimeRun(job.id, job, task.id, self._parts))

    def add(self, run: RealTimeRun) -> None:
        """Fire this job too, at once and then at its times."""
        with self._lock:
            self._runs[run.detector_id] = run
        self._wake.set()

    def remove(self, detector_id: str) -> None:
        """Fire it no more."""
        with self._lock:
            run = self._runs.pop(detector_id, None)
        if run is not None:
            run.stop()

    def get(self, detector_id: str) -> RealTimeRun | None:
        """The run of a detector; None if it does not run."""
        return self._runs.get(detector_id)

    def runs(self) -> list[RealTimeRun]:
        """All of them."""
        with self._lock:
            return list(self._runs.values())

    # -- firing

    def run_due(self) -> None:
        """Fire all jobs that are due by the clock, one after the other."""
        for run in self._due():
            self._fire(run)
        self._keep_up()

    def next_due(self) -> int | None:
        """When the next job is due, epoch milliseconds."""
        return min((run.next_fire for run in self.runs()), default=None)

    def _due(self) -> list[RealTimeRun]:
        now = self._parts.clock()
        with self._lock:
            return [
                run
                for run in self._runs.values()
                if run.next_fire <= now and run.detector_id not in self._firing
            ]

    def _fire(self, run: RealTimeRun) -> None:
        try:
            run.fire()
        finally:
            with self._lock:
                self._firing.discard(run.detector_id)
                if run.is_stopped and self._runs.get(run.detector_id) is run:
                    del self._runs[run.detector_id]

    def _keep_up(self) -> None:
        """Once an hour, indices of results are rolled over and old ones deleted."""
        if self._parts.clock() < self._next_upkeep:
            return
        self._next_upkeep = self._parts.clock() + _HOUR
        try:
            self._parts.indices.roll_over(self._parts.registry.all())
        except AdcoreError:
            _log.exception("indices of results could not be rolled over")

    # -- in the background

    def start(self) -> None:
        """Fire jobs at their times, in threads, until `close`."""
        self._thread = threading.Thread(target=self._loop, name="adcore-scheduler", daemon=True)
        self._thread.start()

    def _loop(self) -> None:
        with ThreadPoolExecutor(self._workers, "adcore-job") as pool:
            while not self._is_closed:
                self._wake.clear()
                for run in self._due():
                    with self._lock:
                        self._firing.add(run.detector_id)
                    pool.submit(self._fire_logged, run)
                self._keep_up()
                self._wake.wait(self._sleep())

    def _fire_logged(self, run: RealTimeRun) -> None:
        try:
            self._fire(run)
        except Exception:  # noqa: BLE001 -- the pool would swallow it
            _log.exception("detector %s could not be fired", run.detector_id)

    def _sleep(self) -> float:
        """Seconds until a job is due that is not being fired already."""
        now = self._parts.clock()
        with self._lock:
            waiting = [
                r.next_fire for r in self._runs.values() if r.detector_id not in self._firing
            ]
        until = (min(waiting, default=now + 1_000) - now) / 1_000
        return min(max(until, 0.01), _LONGEST_SLEEP)

    def close(self) -> None:
        """Fire no more, and keep all models."""
        self._is_closed = True
        self._wake.set()
        for run in self.runs():
            try:
                run.close()
            except AdcoreError:
                _log.exception("the models of detector %s could not be kept", run.detector_id)
        if self._thread is not None:
            self._thread.join()
