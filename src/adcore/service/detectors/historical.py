"""Historical analyses: started, cancelled, and how many at a time."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from adcore.detector import DetectorConfig
from adcore.service.detectors.analysis import Analysis
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.tasks import HISTORICAL
from adcore.service.system_index import Stored
from adcore.store import WriteResult

__all__ = ["Historical"]


class Historical:
    """The analyses of one process.

    Parameters
    ----------
    parts : Parts
    workers : int
        Analyses that are worked on at a time; more wait for their turn.
    """

    def __init__(self, parts: Parts, workers: int = 2) -> None:
        self._parts = parts
        self._pool = ThreadPoolExecutor(workers, "adcore-historical")
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)
        self._running: dict[str, Analysis] = {}

    def recover(self) -> None:
        """Go on with what was under way when the process before ended."""
        left = self._parts.tasks.unfinished(HISTORICAL)
        self._parts.analyses.forget_others(task.id for task in left)
        for task in left:
            config = self._parts.registry.read(task.source["detector"])
            asked = task.source["detection_date_range"]
            start, end = asked["start_time"], asked["end_time"]
            self._submit(task.id, task.source["detector_id"], config, start, end)

    def get(self, detector_id: str) -> Analysis | None:
        """The analysis of a detector that is running; None if none is."""
        return self._running.get(detector_id)

    @property
    def running(self) -> int:
        """How many entities and single series are being analysed."""
        with self._lock:
            return sum(analysis.slots for analysis in self._running.values())

    def latest(self, detector_id: str) -> Stored | None:
        """The task of the latest analysis of a detector."""
        return self._parts.tasks.latest(detector_id, HISTORICAL)

    def start(
        self, detector: Stored, start: int, end: int, user: Mapping[str, Any] | None
    ) -> WriteResult:
        """Begin an analysis; returns its task as it was written.

        Raises
        ------
        ApiError
            If one of this detector is running, or too many are.
        """
        parts = self._parts
        config = parts.registry.read(detector.source)
        with self._lock:
            if detector.id in self._running:
                raise refusal("Detector is already running")
            if len(self._running) >= parts.settings.max_batch_task_per_node:
                raise refusal("No available task slot")
            written = parts.tasks.create(HISTORICAL, self._task(detector, start, end, user))
            self._submit(written.id, detector.id, config, start, end)
        return written

    def _submit(
        self, task_id: str, detector_id: str, config: DetectorConfig, start: int, end: int
    ) -> None:
        analysis = Analysis(task_id, detector_id, config, start, end, self._parts, self._slots_for)
        self._running[detector_id] = analysis
        self._pool.submit(self._run, analysis)

    def _task(
        self, detector: Stored, start: int, end: int, user: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        is_multi = bool(detector.source.get("category_field"))
        node = self._parts.node_id
        task: dict[str, Any] = {
            "state": "CREATED",
            "detector_id": detector.id,
            "task_progress": 0.0,
            "init_progress": 0.0,
            "execution_start_time": self._parts.clock(),
            "task_type": HISTORICAL[1] if is_multi else HISTORICAL[0],
            "coordinating_node": node,
            "detector": detector.source,
            "detection_date_range": {"start_time": start, "end_time": end},
        }
        if not is_multi:
            task["worker_node"] = node
        if user is not None:
            task |= {"user": dict(user), "started_by": user["name"]}
        return task

    def _run(self, analysis: Analysis) -> None:
        try:
            analysis.run()
        finally:
            with self._lock:
                del self._running[analysis.detector_id]
                self._ended.notify_all()

    def _slots_for(self, analysis: Analysis) -> int:
        """What others leave, but at least one: slots are shared anew with each group."""
        settings = self._parts.settings
        with self._lock:
            others = sum(a.slots for a in self._running.values() if a is not analysis)
        free = settings.max_batch_task_per_node - others
        most = settings.max_running_entities_per_detector_for_historical_analysis
        return max(1, min(free, most))

    def stop(self, detector_id: str, user: Mapping[str, Any] | None) -> str:
        """Cancel the analysis of a detector; returns the id of its task.

        Raises
        ------
        ApiError
            If none is running.
        """
        analysis = self.get(detector_id)
        if analysis is None:
            raise refusal("Detector not started")
        analysis.cancel(None if user is None else user["name"])
        return analysis.task_id

    def wait(self, detector_id: str, seconds: float | None = None) -> bool:
        """Wait for the end of the analysis of a detector; returns whether it has come."""
        with self._lock:
            return self._ended.wait_for(lambda: detector_id not in self._running, seconds)

    def is_running(self, detector_id: str) -> bool:
        """Whether a historical analysis of the detector goes on."""
        return detector_id in self._running

    def close(self) -> None:
        """Suspend all after their present pieces: the next process goes on."""
        with self._lock:
            analyses = list(self._running.values())
        for analysis in analyses:
            analysis.suspend()
        self._pool.shutdown(wait=True)
