"""Fires what is due, when it is due."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, Protocol, TypeVar

from adcore.errors import AdcoreError
from adcore.store.clock import Clock

__all__ = ["Run", "Scheduler"]

_log = logging.getLogger(__name__)

# How long the clock is not looked at, which may be set meanwhile.
_LONGEST_SLEEP = 1.0
# Milliseconds that clocks are put back by those who keep them right.
_SLACK = 500


class Run(Protocol):
    """Something that has to be done again and again.

    Attributes
    ----------
    next_fire : int
        When it is due, epoch milliseconds.
    is_stopped : bool
        Whether it will not fire again.
    """

    next_fire: int

    @property
    def id(self) -> str:
        """What tells it from others."""

    @property
    def is_stopped(self) -> bool:
        """Whether it will not fire again."""

    def fire(self) -> None:
        """Do what is due by now, and set `next_fire`. Also when the clock was put back."""

    def stop(self) -> None:
        """Fire no more."""

    def close(self) -> None:
        """Fire no more in this process, and keep what the next one needs."""


R = TypeVar("R", bound=Run)


class Scheduler(Generic[R]):
    """All runs of one kind.

    Parameters
    ----------
    clock : callable
        Gives epoch milliseconds.
    name : str
        Of the threads.
    workers : int
        Runs that are fired at a time.
    """

    def __init__(self, clock: Clock, name: str, workers: int = 2) -> None:
        self._clock = clock
        self._name = name
        self._workers = workers
        self._lock = threading.Lock()
        self._runs: dict[str, R] = {}
        self._firing: set[str] = set()
        self._wake = threading.Event()
        self._is_closed = False
        self._last_look = 0
        self._thread: threading.Thread | None = None

    # -- which runs

    def add(self, run: R) -> None:
        """Fire this too, at once and then at its times."""
        with self._lock:
            self._runs[run.id] = run
        self._wake.set()

    def remove(self, name: str) -> None:
        """Fire it no more."""
        with self._lock:
            run = self._runs.pop(name, None)
        if run is not None:
            run.stop()

    def get(self, name: str) -> R | None:
        """The run of this id; None if there is none."""
        return self._runs.get(name)

    def runs(self) -> list[R]:
        """All of them."""
        with self._lock:
            return list(self._runs.values())

    # -- firing

    def run_due(self) -> None:
        """Fire all that is due by the clock, one after the other."""
        for run in self._due():
            self._fire(run)
        self._keep_up()

    def _due(self) -> list[R]:
        now = self._clock()
        # Of a clock that was put back each run has to find out what it means to it.
        is_back, self._last_look = now < self._last_look - _SLACK, now
        with self._lock:
            return [
                run
                for run in self._runs.values()
                if (run.next_fire <= now or is_back) and run.id not in self._firing
            ]

    def _fire(self, run: R) -> None:
        try:
            run.fire()
        finally:
            with self._lock:
                self._firing.discard(run.id)
                if run.is_stopped and self._runs.get(run.id) is run:
                    del self._runs[run.id]

    def _keep_up(self) -> None:
        """What has to be done now and then besides."""

    # -- in the background

    def start(self) -> None:
        """Fire runs at their times, in threads, until `close`."""
        self._thread = threading.Thread(
            target=self._loop, name=f"{self._name}-scheduler", daemon=True
        )
        self._thread.start()

    def _loop(self) -> None:
        with ThreadPoolExecutor(self._workers, self._name) as pool:
            while not self._is_closed:
                self._wake.clear()
                for run in self._due():
                    with self._lock:
                        self._firing.add(run.id)
                    pool.submit(self._fire_logged, run)
                self._keep_up()
                self._wake.wait(self._sleep())

    def _fire_logged(self, run: R) -> None:
        try:
            self._fire(run)
        except Exception:  # noqa: BLE001 -- the pool would swallow it
            _log.exception("%s could not be fired", run.id)

    def _sleep(self) -> float:
        """Seconds until something is due that is not being fired already."""
        now = self._clock()
        with self._lock:
            waiting = [r.next_fire for r in self._runs.values() if r.id not in self._firing]
        until = (min(waiting, default=now + 1_000) - now) / 1_000
        return min(max(until, 0.01), _LONGEST_SLEEP)

    def close(self) -> None:
        """Fire no more, and keep what the next process needs."""
        self._is_closed = True
        self._wake.set()
        for run in self.runs():
            try:
                run.close()
            except AdcoreError:
                _log.exception("%s could not be kept", run.id)
        if self._thread is not None:
            self._thread.join()
