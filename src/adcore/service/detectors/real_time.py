"""A job: a detector that looks at each interval when it has ended."""

from __future__ import annotations

import logging
import threading
from typing import Any

import duckdb

from adcore.detector import Detector, DetectorConfig, DetectorResults
from adcore.detector.result_documents import NO_DATA
from adcore.errors import AdcoreError, InvalidArgumentError
from adcore.query.errors import SearchError
from adcore.service.detectors.errors import ResultIndexError
from adcore.service.detectors.loaded_job import LoadedJob, load_job
from adcore.service.detectors.parts import Parts
from adcore.service.detectors.put_back import is_too_early, last_in_time
from adcore.service.detectors.run_errors import (
    BUGS,
    CLOCK,
    DELETED,
    INVALID_QUERY,
    EndRunError,
    room_error,
)
from adcore.service.detectors.run_view import RunView
from adcore.service.detectors.task_news import TaskNews
from adcore.service.errors import ApiError
from adcore.service.system_index import Stored
from adcore.store.errors import StoreFullError

__all__ = ["RealTimeRun"]

_log = logging.getLogger(__name__)

_RETRYABLE = (AdcoreError, duckdb.Error)
# How far a clock may be put back without a consequence: it is what the window delay is for.
_SLACK = 1_000


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

    Attributes
    ----------
    view : RunView
        What there was to see after the last look.
    """

    def __init__(self, detector_id: str, job: Stored, task_id: str, parts: Parts) -> None:
        self.detector_id = detector_id
        self.task_id = task_id
        self.enabled_time = int(job.source["enabled_time"])
        self.detector: Detector | None = None
        self.last_used_time = self.enabled_time
        self.last_checkpoint_time: int | None = None
        self.view = RunView()
        self.next_fire = self.enabled_time
        self._parts = parts
        self._job: LoadedJob | None = None
        self._failures = 0
        self._news = TaskNews(task_id)
        self._is_stopped = False
        self._is_closing = False
        self._is_short = False
        self._lock = threading.Lock()

    @property
    def id(self) -> str:
        """The detector's."""
        return self.detector_id

    @property
    def is_stopped(self) -> bool:
        """Whether it will not fire again."""
        return self._is_stopped

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
        if isinstance(error, (EndRunError, ResultIndexError)):
            self._end(str(error), config)
        elif isinstance(error, StoreFullError):
            # Nothing can be said of it in the store. It goes on from what is kept.
            self._drop(f"nothing can be written: {error}")
        elif isinstance(error, SearchError):
            _log.warning("detector %s: %s", self.detector_id, error)
            self._end(INVALID_QUERY, config)
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
        while True:
            # Between two looks others may stop the run, and the clock may be put right.
            with self._lock:
                if self._is_stopped or self._is_closing:
                    return
                job = self._job or self._load(config)
                now = self._parts.clock()
                due = self._after(now, config) - config.interval
                if job.reached - now > min(_SLACK, config.interval):
                    job = self._put_back(config, job, due)
                if job.reached >= due:
                    return
                self._look(config, job, job.next_firing(due))

    def _put_back(self, config: DetectorConfig, job: LoadedJob, due: int) -> LoadedJob:
        """The clock shows less than it did at the last look.

        If it was wrong then, the intervals since hold next to no documents: what was found while it
        was wrong is taken back, and they are looked at when they have ended. If it is wrong now, it
        is waited for.
        """
        now = self._parts.clock()
        text = "detector %s: the clock is %d s behind what was looked at last"
        _log.warning(text, self.detector_id, (job.reached - now) // 1_000)
        if not is_too_early(self._parts.registry.source(config), config, due, job.reached):
            news = self._news.of(job.detector.init_progress, CLOCK)
            self._parts.tasks.update(news)
            return job
        self._forget()
        self._news.forget()
        end = self._parts.writer.last_in_time(config, self.detector_id, now)
        until = last_in_time(config, self.enabled_time, due, now, end)
        end = until - config.window_delay.milliseconds
        self._parts.writer.take_back(config, self.detector_id, end)
        return self._load(config, until)

    def _load(self, config: DetectorConfig, until: int | None = None) -> LoadedJob:
        """The models that are kept, or those that learn from what was before the start."""
        try:
            job = load_job(self._parts, self.detector_id, self.enabled_time, config, until)
        except InvalidArgumentError as error:
            raise room_error(error) from error
        self._see(job)
        self._parts.tasks.update(self._news.of(job.detector.init_progress, self._news.error))
        self._job, self.detector = job, job.detector
        return job

    def _see(self, job: LoadedJob) -> None:
        """What others may ask for while the next look goes on."""
        self.view = RunView.of(job.detector)
        if self.view.models.evicted and not self._is_short:
            self._is_short = True
            text = "detector %s: not all models fit in memory, %d do; the others wait in the store"
            _log.warning(text, self.detector_id, self.view.models.active)

    def _look(self, config: DetectorConfig, job: LoadedJob, until: int) -> None:
        """Find and write the results of the intervals that ended by a firing."""
        started = self._parts.clock()
        source = self._parts.registry.source(config)
        try:
            results = job.look(self._parts, source, until)
        except InvalidArgumentError as error:
            raise room_error(error) from error
        if until > job.written:
            self._write(config, job, results, started)
            job.reached = job.written = until
            now = self._parts.clock()
            if job.keeper.commit(job.detector, until, now):
                self.last_checkpoint_time = now
        job.reached = until
        self.last_used_time = started
        self._see(job)

    def _write(
        self, config: DetectorConfig, job: LoadedJob, results: DetectorResults, started: int
    ) -> None:
        parts = self._parts
        parts.writer.write(
            config,
            results,
            run=f"{self.detector_id}:{self.enabled_time}",
            may_exist=job.reached - config.window_delay.milliseconds < job.last_end,
            with_actions=parts.tasks.updates(
                self._news.of(job.detector.init_progress, _last_error(results))
            ),
            execution_start_time=started,
            execution_end_time=parts.clock(),
        )

    # -- what goes wrong

    def _drop(self, reason: str) -> None:
        """Forget the models, which may have learnt what has no results: what is kept is right."""
        _log.warning("detector %s: %s", self.detector_id, reason)
        self._forget()
        self._news.forget()

    def _forget(self) -> None:
        self._job = self.detector = None
        self.view = RunView()

    def _failed(self, config: DetectorConfig, reason: str) -> None:
        self._drop(reason)
        if self._is_stopped:
            return
        self._failures += 1
        most = self._parts.settings.max_retry_for_end_run_exception
        if self._failures > most:
            text = f"job failed consecutively for more than {most} times: {reason}"
            self._end(text, config, joined=" as ")
            return
        self._news.forget(reason)
        try:
            self._tell(config, reason, {"error": reason})
        except AdcoreError as error:
            _log.warning("detector %s: its failure cannot be stored: %s", self.detector_id, error)

    def _tell(self, config: DetectorConfig, reason: str, change: dict[str, Any]) -> None:
        """Write what went wrong into a result, and what changes into the task."""
        now = self._parts.clock()
        end = self._after(now, config) - config.interval - config.window_delay.milliseconds
        action = self._parts.tasks.updates([(self.task_id, change)])
        self._parts.writer.write_error(config, self.detector_id, reason, end, now, action)

    def _end(self, reason: str, config: DetectorConfig | None = None, joined: str = ": ") -> None:
        """Stop the job for good, and say why; without a configuration in the task alone."""
        text = f"Stopped detector{joined}{reason}"
        self.stop()
        self._parts.jobs.disable(self.detector_id)
        now = self._parts.clock()
        change = {"state": "STOPPED", "error": text, "execution_end_time": now}
        if config is None:
            self._parts.tasks.update([(self.task_id, change)])
        else:
            self._tell(config, text, change)
        _log.error("detector %s: %s", self.detector_id, text)

    # -- the end

    def stop(self) -> None:
        """Fire no more; what is being done at the moment is waited for."""
        self._is_stopped = True
        with self._lock:
            self._forget()
            self._parts.memory.leave(self.detector_id)
            self._parts.checkpoints.delete(self.detector_id)

    def close(self) -> None:
        """Keep the models for the next process; what is being done at the moment is waited for."""
        self._is_closing = True
        with self._lock:
            job = self._job
            if job is not None and not self._is_stopped and job.reached >= job.written:
                job.keeper.finish(job.detector, job.reached, self._parts.clock())
            self._is_stopped = True


def _last_error(results: DetectorResults) -> str | None:
    """Why the last interval of a single series has no result."""
    if results.context.category_fields or len(results) == 0 or results.has_data[-1]:
        return None
    return NO_DATA
