"""The Anomaly Detection API, whatever carries its requests."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from adcore.detector.json_values import as_milliseconds
from adcore.service.detectors.errors import refusal
from adcore.service.detectors.historical import Historical
from adcore.service.detectors.insights import Insights
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.previews import Previews
from adcore.service.detectors.profiles import Profiles
from adcore.service.detectors.real_time import RealTimeRun
from adcore.service.detectors.registry import NO_FEATURES
from adcore.service.detectors.scheduler import DetectorScheduler
from adcore.service.detectors.searches import Searches
from adcore.service.detectors.settings import DetectionSettings
from adcore.service.detectors.stats import Stats
from adcore.service.detectors.tasks import DONE, HISTORICAL, REAL_TIME, shown_task
from adcore.service.detectors.validation import Validation
from adcore.service.system_index import Stored
from adcore.store import Store
from adcore.store.clock import Clock

__all__ = ["DetectionService"]

_NO_ENABLED = "Can't start detector job as no enabled features configured"
User = Mapping[str, Any] | None


class DetectionService:
    """Detectors of one store: configured, started, watched, stopped.

    Every method may be called from any thread, and may block. With a clock that is set by hand,
    ``scheduler.run_due()`` does what would be done at that time.

    Parameters
    ----------
    store : Store
    clock : callable
        Gives epoch milliseconds.
    node_id : str
    settings : DetectionSettings, optional
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        node_id: str,
        settings: DetectionSettings | None = None,
    ) -> None:
        self.settings = replace(settings or DetectionSettings())
        self.parts = Parts.of(store, clock, self.settings, node_id)
        self.scheduler = DetectorScheduler(self.parts)
        self.historical = Historical(self.parts)
        self.insights = Insights(self.parts)
        self.previews = Previews(self.parts)
        self.validation = Validation(self.parts)
        self.searches = Searches(self.parts)
        self.stats = Stats(self.parts, self.scheduler, self.historical)
        self.profiles = Profiles(self.parts, self.scheduler, self.historical)
        # Changes of configurations, and starts and stops, take turns.
        self._lock = threading.RLock()

    # -- life

    def recover(self) -> None:
        """Take up what was running when the process before ended."""
        self.historical.recover()
        self.scheduler.recover()
        self.insights.recover()

    def close(self) -> None:
        """Keep the models of jobs, and cancel analyses."""
        self.historical.close()
        self.insights.close()
        self.scheduler.close()

    # -- configurations

    def create(self, body: Any, user: User) -> Stored:
        """Store a new detector."""
        with self._lock:
            return self.parts.registry.create(body, user)

    def update(
        self,
        detector_id: str,
        body: Any,
        user: User,
        if_seq_no: int | None = None,
        if_primary_term: int | None = None,
    ) -> Stored:
        """Replace a detector that does not run."""
        with self._lock:
            return self.parts.registry.update(
                detector_id, body, user, self._check_idle, if_seq_no, if_primary_term
            )

    def delete(self, detector_id: str) -> dict[str, Any]:
        """Delete a detector that does not run, with its job and its tasks."""
        with self._lock:
            self._check_idle(detector_id)
            parts = self.parts
            is_known = parts.registry.index.get(detector_id) is not None
            if is_known:
                parts.tasks.delete_of(detector_id)
                parts.jobs.delete(detector_id)
                parts.checkpoints.delete(detector_id)
            answer = parts.registry.delete(detector_id)
            if is_known and self.settings.delete_anomaly_result_when_delete_detector:
                self.searches.delete_results({"query": {"term": {"detector_id": detector_id}}})
            return answer

    def _check_idle(self, detector_id: str) -> None:
        if self.parts.jobs.is_enabled(detector_id):
            raise refusal(f"Detector job is running: {detector_id}")
        if self.historical.is_running(detector_id):
            raise refusal("Detector is running")

    def get(self, detector_id: str, *, job: bool, task: bool) -> dict[str, Any]:
        """A detector, with its job and its tasks if they are asked for."""
        found = self.parts.registry.get(detector_id)
        answer: dict[str, Any] = {
            "_id": found.id,
            "_version": found.version,
            "_primary_term": found.primary_term,
            "_seq_no": found.seq_no,
            "anomaly_detector": found.source,
        }
        if job:
            kept = self.parts.jobs.get(detector_id)
            answer["anomaly_detector_job"] = None if kept is None else kept.source
        if task:
            answer["realtime_detection_task"] = self._real_time_task(detector_id)
            answer["historical_analysis_task"] = self._historical_task(detector_id)
        return answer

    def _real_time_task(self, detector_id: str) -> dict[str, Any] | None:
        """The latest task; one that seems to run though its job does not is put right."""
        task = self.parts.tasks.latest(detector_id, REAL_TIME)
        if task is None:
            return None
        if task.source["state"] not in DONE and not self.parts.jobs.is_enabled(detector_id):
            self.parts.tasks.update([(task.id, {"state": "STOPPED"})])
            task = self.parts.tasks.get(task.id) or task
        return shown_task(task)

    def _historical_task(self, detector_id: str) -> dict[str, Any] | None:
        task = self.parts.tasks.latest(detector_id, HISTORICAL)
        return None if task is None else shown_task(task)

    # -- start and stop

    def start(self, detector_id: str, user: User) -> dict[str, Any]:
        """Start a detector in real time."""
        with self._lock:
            detector = self._startable(detector_id)
            parts = self.parts
            if parts.jobs.is_enabled(detector_id):
                raise refusal(f"Anomaly detector job is already running: {detector_id}", 200)
            config = parts.registry.read(detector.source)
            parts.indices.ensure_for(config)
            parts.checkpoints.delete(detector_id)
            task_id = parts.tasks.create(REAL_TIME, self._task(detector, user)).id
            written = parts.jobs.enable(detector_id, config, user)
            job = parts.jobs.get(detector_id)
            assert job is not None  # noqa: S101 -- it was just written
            self.scheduler.add(RealTimeRun(detector_id, job, task_id, parts))
            return {
                "_id": detector_id,
                "_version": written.version,
                "_seq_no": written.seq_no,
                "_primary_term": written.primary_term,
            }

    def _task(self, detector: Stored, user: User) -> dict[str, Any]:
        parts = self.parts
        progress = parts.detector(detector.id, parts.registry.read(detector.source)).init_progress
        is_multi = bool(detector.source.get("category_field"))
        task: dict[str, Any] = {
            "state": "CREATED",
            "detector_id": detector.id,
            "task_progress": 0.0,
            "init_progress": 0.0,
            "execution_start_time": parts.clock(),
            "task_type": REAL_TIME[1] if is_multi else REAL_TIME[0],
            "coordinating_node": parts.node_id,
            "detector": detector.source,
            "estimated_minutes_left": progress.estimated_minutes_left,
        }
        if user is not None:
            task |= {"user": dict(user), "started_by": user["name"]}
        return task

    def start_historical(self, detector_id: str, body: Any, user: User) -> dict[str, Any]:
        """Start a historical analysis."""
        start, end = _range(body)
        with self._lock:
            detector = self._startable(detector_id)
            self.parts.indices.ensure_for(self.parts.registry.read(detector.source))
            written = self.historical.start(detector, start, end, user)
            return {
                "_id": written.id,
                "_version": written.version,
                "_seq_no": written.seq_no,
                "_primary_term": written.primary_term,
            }

    def _startable(self, detector_id: str) -> Stored:
        detector = self.parts.registry.get(detector_id)
        features = detector.source["feature_attributes"]
        if not features:
            raise refusal(NO_FEATURES)
        if not any(feature["feature_enabled"] for feature in features):
            raise refusal(_NO_ENABLED)
        return detector

    def stop(self, detector_id: str, user: User) -> dict[str, Any]:
        """Stop a detector in real time."""
        with self._lock:
            parts = self.parts
            parts.registry.get(detector_id)
            job = parts.jobs.get(detector_id)
            if job is None:
                raise refusal(f"Anomaly detector job not exist: {detector_id}")
            if not job.source["enabled"]:
                raise refusal(f"Anomaly detector job is already stopped: {detector_id}", 200)
            parts.jobs.disable(detector_id)
            self.scheduler.remove(detector_id)
            task = parts.tasks.latest(detector_id, REAL_TIME)
            if task is not None:
                change: dict[str, Any] = {
                    "state": "STOPPED",
                    "execution_end_time": parts.clock(),
                }
                if user is not None:
                    change["stopped_by"] = user["name"]
                parts.tasks.update([(task.id, change)])
            return _stopped(detector_id)

    def stop_historical(self, detector_id: str, user: User) -> dict[str, Any]:
        """Cancel the historical analysis of a detector."""
        self.parts.registry.get(detector_id)
        return _stopped(self.historical.stop(detector_id, user))

    def profile(
        self, detector_id: str, types: Sequence[str] | None, entity: Any = None
    ) -> dict[str, Any]:
        """The profile of a detector, or of one of its entities."""
        if entity is not None:
            return self.profiles.entity(detector_id, entity, types)
        return self.profiles.profile(detector_id, types)


def _stopped(name: str) -> dict[str, Any]:
    return {"_id": name, "_version": 0, "_seq_no": 0, "_primary_term": 0}


def _range(body: Any) -> tuple[int, int]:
    request = body if isinstance(body, Mapping) else {}
    found = []
    for name, word in (("start_time", "start"), ("end_time", "end")):
        given = request.get(name)
        if given is None:
            raise refusal(f"Detection data range's {word} time must not be null")
        moment = as_milliseconds(given)
        if moment is None:
            raise refusal(f"[{name}] must be epoch milliseconds, got [{given}]")
        found.append(moment)
    start, end = found
    if end <= start:
        raise refusal("Detection data range's end time must be after start time")
    return start, end
