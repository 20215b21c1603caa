"""Jobs: which detectors run in real time, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.detector import DetectorConfig
from adcore.detector.period import Period
from adcore.service.detectors.mappings import JOB_MAPPING
from adcore.service.detectors.names import JOBS, OPENSEARCH_NAMES
from adcore.service.system_index import Stored, SystemIndex
from adcore.store import WriteResult
from adcore.store.clock import Clock
from adcore.store.documents import Documents

__all__ = ["Jobs"]


class Jobs:
    """The job documents, whose ids are those of their detectors."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self.index = SystemIndex(documents, JOBS, JOB_MAPPING, clock, OPENSEARCH_NAMES[JOBS])
        self._clock = clock

    def get(self, detector_id: str) -> Stored | None:
        """The job of a detector; None if it was never started."""
        return self.index.get(detector_id)

    def is_enabled(self, detector_id: str) -> bool:
        """Whether the detector runs in real time."""
        job = self.get(detector_id)
        return job is not None and bool(job.source["enabled"])

    def enabled(self) -> list[Stored]:
        """All jobs that run."""
        return self.index.find({"term": {"enabled": True}})

    def enable(
        self, detector_id: str, config: DetectorConfig, user: Mapping[str, Any] | None
    ) -> WriteResult:
        """Start a job now: its windows lie on this moment."""
        now = self._clock()
        job: dict[str, Any] = {
            "name": detector_id,
            "schedule": {"interval": {"start_time": now, **_schedule(config.detection_interval)}},
            "window_delay": config.window_delay.to_json(),
            "enabled": True,
            "enabled_time": now,
            "last_update_time": now,
            "lock_duration_seconds": config.interval // 1_000,
        }
        if user is not None:
            job["user"] = dict(user)
        if config.result_index is not None:
            job["result_index"] = config.result_index
        return self.index.put(job, detector_id)

    def disable(self, detector_id: str) -> None:
        """Stop a job; what it was stays to be seen."""
        job = self.get(detector_id)
        if job is None:
            return
        now = self._clock()
        changed = {"enabled": False, "disabled_time": now, "last_update_time": now}
        self.index.put(job.source | changed, detector_id)

    def delete(self, detector_id: str) -> None:
        """Forget the job of a detector that is deleted."""
        if self.index.exists:
            self.index.delete(detector_id)


def _schedule(interval: Period) -> dict[str, Any]:
    return {"period": interval.interval, "unit": interval.unit}
