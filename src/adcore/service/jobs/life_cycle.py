"""Jobs between closed and open: which run, and what happens when that changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from adcore.errors import AdcoreError
from adcore.job import JobConfig
from adcore.job.model_snapshot import MIN_VERSION
from adcore.service.jobs.errors import conflict
from adcore.service.jobs.job_run import JobRun
from adcore.service.jobs.posted import PostedLog
from adcore.service.jobs.registry import JobRegistry
from adcore.service.jobs.result_store import MODEL_RESULTS
from adcore.service.jobs.run_parts import RunParts
from adcore.service.jobs.snapshots import EMPTY, Snapshots
from adcore.service.jobs.states import CLOSED, DELETING, FAILED, OPENED, JobStates

__all__ = ["LifeCycle"]

_log = logging.getLogger(__name__)


class LifeCycle:
    """The jobs that are open.

    While it `is_resting` none runs: those that are open stay so, and others cannot be opened.

    Parameters
    ----------
    registry : JobRegistry
    states : JobStates
    snapshots : Snapshots
    parts : RunParts
        What runs need.
    """

    def __init__(
        self, registry: JobRegistry, states: JobStates, snapshots: Snapshots, parts: RunParts
    ) -> None:
        self._registry = registry
        self._states = states
        self._snapshots = snapshots
        self._parts = parts
        self._runs: dict[str, JobRun] = {}
        self.is_resting = False
        self.tell = parts.tell
        self._lock = threading.RLock()

    # -- looking

    def run(self, job_id: str, what: str) -> JobRun:
        """The run of an open job.

        Parameters
        ----------
        what : str
            What it is wanted for, as errors name it.

        Raises
        ------
        ApiError
            404 if there is no such job, 409 if it is not open.
        """
        self._registry.check_exists(job_id)
        run = self._runs.get(job_id)
        if run is None:
            raise conflict(
                f"Cannot {what} because job [{job_id}] does not have a corresponding autodetect "
                "process"
            )
        return run

    def find(self, job_id: str) -> JobRun | None:
        """The run of a job; None if it is not open."""
        return self._runs.get(job_id)

    def runs(self) -> list[JobRun]:
        """All of them."""
        return list(self._runs.values())

    # -- opening

    def open(self, job_id: str) -> None:
        """Open a job.

        Raises
        ------
        ApiError
            If there is none, or it is not closed.
        """
        with self._lock:
            config = self._registry.get(job_id)
            if self.is_resting:
                raise conflict("Cannot open jobs when upgrade mode is enabled")
            state = self._states.state(job_id)
            if state == DELETING:
                raise conflict(f"Cannot open job [{job_id}] because it is being deleted")
            if state == OPENED:
                raise conflict(f"Cannot open job [{job_id}] because it has already been opened")
            with self.passing(job_id, "opening"):
                self.tell(job_id, "info", "Opening job")
                self._start(config)
                self._registry.note(job_id, finished_time=None)
                self._states.keep(job_id, state=OPENED, open_time=self._parts.clock())

    def _start(self, config: JobConfig) -> None:
        run = JobRun(config, self._parts)
        run.load(self._states.facts(config.job_id).get("timing"))
        self._runs[config.job_id] = run

    @contextmanager
    def passing(self, job_id: str, state: str) -> Iterator[None]:
        """Show a job on its way between two states while the block runs."""
        self._states.pass_through(job_id, state)
        try:
            yield
        finally:
            self._states.pass_through(job_id, None)

    def recover(self) -> None:
        """Take up the jobs that are open and do not run: after `suspend`, or in a new process."""
        self.is_resting = False
        for job_id in self._states.in_state(OPENED):
            try:
                self._start(self._registry.get(job_id))
            except AdcoreError as error:
                _log.exception("job %s cannot be taken up", job_id)
                self.tell(job_id, "error", f"Job cannot be taken up: {error}")
                self._states.keep(job_id, state=FAILED, reason=str(error))

    # -- closing

    def close(self, job_id: str, *, force: bool) -> None:
        """Close a job; one that is closed already stays so.

        Raises
        ------
        ApiError
            If it has failed, and is not forced.
        """
        with self._lock:
            state = self._states.state(job_id)
            if state == FAILED and not force:
                raise conflict(f"cannot close job [{job_id}] because it failed, use force close")
            run = self._runs.get(job_id)
            with self.passing(job_id, "closing"):
                if run is not None:
                    self.tell(job_id, "info", "Job is closing")
                    self._end(run)
                elif state in (OPENED, FAILED):
                    self._states.keep(job_id, state=CLOSED, open_time=None)

    def _end(self, run: JobRun) -> None:
        snapshot_id = run.finish()
        job_id = run.config.job_id
        self._states.keep(job_id, state=CLOSED, open_time=None, **run.facts())
        self._registry.note(
            job_id,
            finished_time=self._parts.clock(),
            model_snapshot_id=snapshot_id,
            model_snapshot_min_version=MIN_VERSION,
        )
        del self._runs[job_id]

    def suspend(self) -> None:
        """Let no job run any more, and keep what they need to go on. They stay open."""
        with self._lock:
            self.is_resting = True
            for job_id, run in self._runs.items():
                try:
                    self._states.keep(job_id, **run.suspend())
                except AdcoreError:
                    _log.exception("the models of job %s could not be kept", job_id)
            self._runs = {}

    # -- beginning anew

    def reset(self, job_id: str) -> None:
        """Forget models and results of a closed job; its configuration stays.

        Raises
        ------
        ApiError
            If it is open.
        """
        with self._lock:
            config = self._registry.get(job_id)
            if self._states.state(job_id) != CLOSED:
                raise conflict("Can only reset a job when it is closed.")
            with self.passing(job_id, "resetting"):
                self.forget(config)
                self._registry.note(
                    job_id,
                    finished_time=None,
                    model_snapshot_id=None,
                    model_snapshot_min_version=None,
                )
            self.tell(job_id, "info", "Job has been reset")

    def forget(self, config: JobConfig) -> None:
        """Forget all that a job has learnt and found."""
        self._runs.pop(config.job_id, None)
        self._snapshots.forget(config)
        PostedLog(self._parts.checkpoints, config.job_id).forget()
        self._parts.results.delete(config.job_id)
        self._states.forget(config.job_id)

    def revert(self, job_id: str, snapshot_id: str, *, deletes_results: bool) -> dict[str, Any]:
        """Let a closed job stand where it stood at a snapshot.

        Raises
        ------
        ApiError
            If there is none, or the job is not closed.
        """
        with self._lock:
            config = self._registry.get(job_id)
            snapshot = None if snapshot_id == EMPTY else self._snapshots.get(config, snapshot_id)
            if self._states.state(job_id) != CLOSED:
                raise conflict("Can only revert to a model snapshot when the job is closed.")
            log = PostedLog(self._parts.checkpoints, job_id)
            log.forget()
            after = 0
            if snapshot is not None:
                log.keep(self._snapshots.model(config, snapshot_id), 0)
                after = int(snapshot.get("latest_result_time_stamp", -1)) + 1
            if deletes_results:
                self._parts.results.delete(job_id, result_types=MODEL_RESULTS, start=after)
            self.tell(job_id, "info", f"Job reverted to model snapshot [{snapshot_id}]")
            self._registry.note(
                job_id,
                model_snapshot_id=snapshot_id if snapshot else None,
                model_snapshot_min_version=snapshot["min_version"] if snapshot else None,
            )
            return snapshot or _empty_snapshot(job_id)


def _empty_snapshot(job_id: str) -> dict[str, Any]:
    return {
        "job_id": job_id,
        "min_version": "6.4.0",
        "description": "empty snapshot",
        "snapshot_id": EMPTY,
        "snapshot_doc_count": 0,
        "retain": False,
    }
