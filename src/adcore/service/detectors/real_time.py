"""A job: a detector that looks at each interval when it has ended."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from adcore.detector import Detector, DetectorConfig, DetectorResults, InitProgress
from adcore.detector.result_documents import RESULT_SCHEMA_VERSION
from adcore.errors import AdcoreError, SnapshotError
from adcore.query.errors import SearchError
from adcore.service.detectors.checkpoint import Checkpoint
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.system_index import Stored
from adcore.service.errors import ApiError
from adcore.store.errors import StoreFullError

__all__ = ["RealTimeRun"]

_log = logging.getLogger(__name__)

# Intervals that are caught up with at a time.
_CHUNK = 100
_RETRYABLE = (AdcoreError, duckdb.Error)
DELETED = "AnomalyDetector is not available."
INVALID_QUERY = "Invalid search query."
TOO_LARGE = "AD models memory usage exceeds our limit."
BUGS = "We might have bugs."


class EndRunError(AdcoreError):
    """Nothing that waiting would cure."""


@dataclass(slots=True)
class _Told:
    """What the task says already."""

    state: str = "CREATED"
    error: str | None = None
    updates: int = -1


class RealTimeRun:
    """One start of one job.

    The job fires at ``enabled_time + k * interval`` and then looks at the interval that ended
    ``window_delay`` before. What it missed, since the process was down or the disk full, it catches
    up with from the stored documents; results are written once, whatever happens in between.

    Parameters
    ----------
    detector_id : str
    job : Stored
        The document of the job.
    task_id : str
    parts : Parts
    """

    def __init__(self, detector_id: str, job: Stored, task_id: str, parts: Parts) -> None:
        self.detector_id = detector_id
        self.task_id = task_id
        self.enabled_time = int(job.source["enabled_time"])
        self.detector: Detector | None = None
        self.last_used_time = self.enabled_time
        self.last_checkpoint_time: int | None = None
        self.last_active: dict[tuple[str, ...], int] = {}
        self.next_fire = self.enabled_time
        self._parts = parts
        self._reached = self.enabled_time
        self._saved = self.enabled_time
        self._failures = 0
        self._counted = 0
        self._told = _Told()
        self._is_stopped = False
        self._is_closing = False
        self._lock = threading.Lock()

    @property
    def is_stopped(self) -> bool:
        """Whether it will not fire again."""
        return self._is_stopped

    @property
    def progress(self) -> InitProgress | None:
        """How far its models are; None while they are being loaded."""
        detector = self.detector
        return None if detector is None else detector.init_progress

    # -- firing

    def fire(self) -> None:
        """Do what is due by now: at first load the models, then one interval after the other."""
        counters = self._parts.counters
        try:
            config = self._config()
        except EndRunError as error:
            self._end(str(error))
            return
        is_multi = bool(config.category_fields)
        counters.execution(is_multi_entity=is_multi)
        try:
            self._catch_up(config)
            self._failures = 0
        except Exception as error:  # noqa: BLE001 -- a fault of ours must not end the other jobs
            counters.execution(is_multi_entity=is_multi, failed=True)
            self._cope(config, error)
        finally:
            self.next_fire = self._after(self._parts.clock(), config)

    def _cope(self, config: DetectorConfig, error: Exception) -> None:
        """Wait for better times, or stop the job where they cannot come."""
        if isinstance(error, EndRunError):
            self._end(str(error))
        elif isinstance(error, StoreFullError):
            # Nothing can be said of it in the store. It goes on from what is kept.
            self._drop(f"nothing can be written: {error}")
        elif isinstance(error, SearchError):
            _log.warning("detector %s: %s", self.detector_id, error)
            self._end(INVALID_QUERY)
        elif isinstance(error, _RETRYABLE):
            self._failed(config, f"Having trouble querying data: {error}")
        else:
            _log.error("detector %s failed", self.detector_id, exc_info=error)
            self._failed(config, BUGS)

    def _config(self) -> DetectorConfig:
        try:
            return self._parts.registry.config(self.detector_id)
        except (ApiError, AdcoreError) as error:
            raise EndRunError(DELETED) from error

    def _after(self, now: int, config: DetectorConfig) -> int:
        """The first firing after a moment."""
        fired = (now - self.enabled_time) // config.interval
        return self.enabled_time + (fired + 1) * config.interval

    def _catch_up(self, config: DetectorConfig) -> None:
        due = self._after(self._parts.clock(), config) - config.interval
        while True:
            # Between two looks others may stop the run.
            with self._lock:
                if self._is_stopped or self._is_closing:
                    return
                detector = self.detector or self._load(config)
                if self._reached >= due:
                    return
                self._look(config, detector, min(due, self._reached + _CHUNK * config.interval))
            self._check_memory(detector)

    def _load(self, config: DetectorConfig) -> Detector:
        """The models that are kept, or those that learn from what was before the start."""
        kept = self._kept()
        if kept is not None:
            detector = kept.detector
            self._reached = self._saved = kept.reached
            self.last_checkpoint_time = kept.written
        else:
            detector = self._parts.detector(self.detector_id, config)
            source = self._parts.registry.source(config)
            detector.start(source, now=self.enabled_time, watermark_from_rows=False)
            self._reached = self.enabled_time
            self._save(detector)
        self._parts.tasks.update(self._news(detector, self._told.error))
        self.detector = detector
        return detector

    def _check_memory(self, detector: Detector) -> None:
        """New models may be too many."""
        if detector.model_count == self._counted:
            return
        self._counted = detector.model_count
        if detector.memory_bytes() > self._parts.settings.model_memory_limit:
            raise EndRunError(TOO_LARGE)

    def _kept(self) -> Checkpoint | None:
        try:
            return self._parts.checkpoints.load(self.detector_id, self.enabled_time)
        except SnapshotError as error:
            _log.warning("detector %s starts anew: %s", self.detector_id, error)
            return None

    def _look(self, config: DetectorConfig, detector: Detector, until: int) -> None:
        """The results of the intervals that ended by a firing."""
        parts = self._parts
        delay = config.window_delay.milliseconds
        started = parts.clock()
        source = parts.registry.source(config)
        results = detector.process(
            source, start=self._reached - delay, end=until - delay, now=until
        )
        parts.writer.write(
            config,
            results,
            run=f"{self.detector_id}:{self.enabled_time}",
            with_actions=parts.tasks.updates(self._news(detector, _last_error(results))),
            execution_start_time=started,
            execution_end_time=parts.clock(),
        )
        self._reached = until
        self._note(results, started)
        if until - self._saved >= parts.settings.checkpoint_intervals * config.interval:
            self._save(detector)

    def _note(self, results: DetectorResults, now: int) -> None:
        self.last_used_time = now
        for entity in np.unique(results.entity[results.has_data]).tolist():
            self.last_active[results.entities[entity]] = now

    def _save(self, detector: Detector) -> None:
        now = self._parts.clock()
        checkpoint = Checkpoint(detector, self.enabled_time, self._reached, now)
        self._parts.checkpoints.save(self.detector_id, checkpoint)
        self._saved, self.last_checkpoint_time = self._reached, now

    def _news(self, detector: Detector, error: str | None) -> list[tuple[str, dict[str, Any]]]:
        """What the task does not say yet."""
        progress = detector.init_progress
        told = _Told(progress.state, error or "", progress.updates)
        if told == self._told:
            return []
        self._told = told
        change = {
            "state": told.state,
            "error": told.error,
            "init_progress": progress.fraction,
            "estimated_minutes_left": progress.estimated_minutes_left,
        }
        return [(self.task_id, change)]

    # -- what goes wrong

    def _drop(self, reason: str) -> None:
        """Forget the models, which may have learnt what has no results: what is kept is right."""
        _log.warning("detector %s: %s", self.detector_id, reason)
        self.detector = None
        self._told = _Told()

    def _failed(self, config: DetectorConfig, reason: str) -> None:
        self._drop(reason)
        if self._is_stopped:
            return
        self._failures += 1
        most = self._parts.settings.max_retry_for_end_run_exception
        if self._failures > most:
            self._end(f"job failed consecutively for more than {most} times: {reason}", " as ")
            return
        self._told = _Told(error=reason)
        try:
            action = self._parts.tasks.updates([(self.task_id, {"error": reason})])
            self._parts.writer.write_error(config, self._error_document(config, reason), action)
        except AdcoreError as error:
            _log.warning("detector %s: its failure cannot be stored: %s", self.detector_id, error)

    def _error_document(self, config: DetectorConfig, reason: str) -> dict[str, Any]:
        now = self._parts.clock()
        end = self._after(now, config) - config.interval - config.window_delay.milliseconds
        document = {
            "detector_id": self.detector_id,
            "schema_version": RESULT_SCHEMA_VERSION,
            "data_start_time": end - config.interval,
            "data_end_time": end,
            "feature_data": [],
            "execution_start_time": now,
            "execution_end_time": now,
            "error": reason,
        }
        return document if config.user is None else document | {"user": config.user}

    def _end(self, reason: str, joined: str = ": ") -> None:
        """Stop the job for good, and say why."""
        text = f"Stopped detector{joined}{reason}"
        self.stop()
        self._parts.jobs.disable(self.detector_id)
        now = self._parts.clock()
        change = {"state": "STOPPED", "error": text, "execution_end_time": now}
        self._parts.tasks.update([(self.task_id, change)])
        _log.error("detector %s: %s", self.detector_id, text)

    # -- the end

    def stop(self) -> None:
        """Fire no more; what is being done at the moment is waited for."""
        self._is_stopped = True
        with self._lock:
            self.detector = None
            self._parts.checkpoints.delete(self.detector_id)

    def close(self) -> None:
        """Keep the models for the next process; what is being done at the moment is waited for."""
        self._is_closing = True
        with self._lock:
            if self.detector is not None and not self._is_stopped:
                self._save(self.detector)
            self._is_stopped = True


def _last_error(results: DetectorResults) -> str | None:
    """Why the last interval of a single series has no result."""
    if results.context.category_fields or len(results) == 0 or results.has_data[-1]:
        return None
    return "No data in current detection window"
