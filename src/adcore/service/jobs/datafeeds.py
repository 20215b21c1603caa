"""Datafeeds: configured, started, stopped, looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from adcore.dates.formats import date_format
from adcore.job import JobConfig
from adcore.service.errors import validation_error
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_run import DatafeedRun, Period
from adcore.service.jobs.datafeed_scheduler import DatafeedScheduler
from adcore.service.jobs.datafeed_source import DatafeedSource
from adcore.service.jobs.datafeed_values import Record
from adcore.service.jobs.delayed_data import DelayedDataCheck, Lateness
from adcore.service.jobs.errors import already_exists, conflict, not_found
from adcore.service.jobs.expressions import expand
from adcore.service.jobs.feed_timing import FeedTiming
from adcore.service.jobs.life_cycle import LifeCycle
from adcore.service.jobs.registry import JobRegistry
from adcore.service.jobs.shelf import Shelf
from adcore.service.jobs.states import AWAITING_UPGRADE
from adcore.store.clock import Clock
from adcore.store.documents import Documents

__all__ = ["Datafeeds"]

_PREVIEW = 1_000
_DATES = date_format("strict_date_optional_time")


class Datafeeds:
    """All datafeeds.

    Parameters
    ----------
    configs, states : Shelf
    documents : Documents
    registry : JobRegistry
    life : LifeCycle
    lateness : Lateness
    clock : callable
    upkeep : callable
        What is to be done once a day.
    """

    def __init__(
        self,
        configs: Shelf,
        states: Shelf,
        documents: Documents,
        registry: JobRegistry,
        life: LifeCycle,
        lateness: Lateness,
        clock: Clock,
        upkeep: Callable[[], None],
    ) -> None:
        self.scheduler = DatafeedScheduler(clock, upkeep)
        self._configs = configs
        self._states = states
        self._documents = documents
        self._registry = registry
        self._life = life
        self._lateness = lateness
        self._clock = clock
        self._lock = threading.RLock()

    # -- configurations

    def get(self, datafeed_id: str) -> DatafeedConfig:
        """A datafeed.

        Raises
        ------
        ApiError
            404.
        """
        found = self._configs.get(datafeed_id)
        if found is None:
            raise _unknown(datafeed_id)
        return DatafeedConfig.from_stored(found)

    def find(self, expression: str | None, *, allow_no_match: bool = True) -> list[str]:
        """The ids that an expression means."""
        return expand(expression, self._configs.ids(), _unknown, allow_no_match=allow_no_match)

    def of_job(self, job_id: str) -> str | None:
        """The datafeed of a job; None if it has none."""
        return self.by_job().get(job_id)

    def by_job(self) -> dict[str, str]:
        """The datafeeds of all jobs that have one."""
        return {body["job_id"]: name for name, body in self._configs.all().items()}

    def check_new(self, config: DatafeedConfig, job: JobConfig) -> None:
        """Raise an error unless a job may be given such a datafeed."""
        if config.datafeed_id in self._configs:
            raise already_exists(f"A datafeed with id [{config.datafeed_id}] already exists")
        other = self.of_job(config.job_id)
        if other is not None:
            raise conflict(f"A datafeed [{other}] already exists for job [{config.job_id}]")
        config.check_job(job)

    def create(self, config: DatafeedConfig) -> DatafeedConfig:
        """Keep a new datafeed.

        Raises
        ------
        ApiError, JobError
        """
        with self._lock:
            self.check_new(config, self._registry.get(config.job_id))
            self._configs.put(config.datafeed_id, config.to_api())
            return config

    def update(self, datafeed_id: str, body: Mapping[str, Any]) -> DatafeedConfig:
        """Change a datafeed that does not run.

        Raises
        ------
        ApiError, JobError
        """
        with self._lock:
            changed = self.get(datafeed_id).updated(body)
            self._check_idle(datafeed_id, "update")
            changed.check_job(self._registry.get(changed.job_id))
            self._configs.put(datafeed_id, changed.to_api())
            return changed

    def delete(self, datafeed_id: str, *, force: bool) -> None:
        """Delete a datafeed that does not run; if forced it is stopped."""
        with self._lock:
            self.get(datafeed_id)
            if force:
                self._stop(datafeed_id)
            self._check_idle(datafeed_id, "delete")
            self._states.delete(datafeed_id)
            self._configs.delete(datafeed_id)

    def _check_idle(self, datafeed_id: str, what: str) -> None:
        if self.is_started(datafeed_id):
            raise conflict(f"Cannot {what} datafeed [{datafeed_id}] while its status is started")

    # -- start and stop

    def is_started(self, datafeed_id: str) -> bool:
        """Whether a datafeed runs."""
        return bool((self._states.get(datafeed_id) or {}).get("started"))

    def start(self, datafeed_id: str, period: Period) -> None:
        """Start a datafeed.

        Raises
        ------
        ApiError
            If it runs already, its job is not open, or there is nothing to read.
        """
        if period.end is not None and period.start >= period.end:
            raise validation_error(
                f"start [{period.start}] must be earlier than end [{period.end}]"
            )
        with self._lock:
            config = self.get(datafeed_id)
            self._registry.check_exists(config.job_id)
            if self._life.is_resting:
                raise conflict("Cannot start datafeeds when upgrade mode is enabled")
            if self.is_started(datafeed_id):
                raise conflict(
                    f"cannot start datafeed [{datafeed_id}] because it has already been started"
                )
            if self._life.find(config.job_id) is None:
                raise conflict(
                    f"cannot start datafeed [{datafeed_id}] because job [{config.job_id}] is closed"
                )
            run = self._make_run(config, period)
            began = {"started": True, "start": period.start, "end": period.end}
            self._states.put(datafeed_id, began | run.timing.to_json())
            self._life.tell(config.job_id, "info", f"Datafeed started ({_shown(period)})")
            self.scheduler.add(run)

    def _make_run(self, config: DatafeedConfig, period: Period) -> DatafeedRun:
        job = self._life.run(config.job_id, "start datafeed")
        source = self._source(config, job.config)
        source.check()
        frequency = config.frequency_of(job.config)
        late = DelayedDataCheck(config, job.config, source, self._lateness, period.start)
        timing = FeedTiming.of(self._states.get(config.datafeed_id) or {})
        return DatafeedRun(
            config, job, source, period, frequency, late, timing, self._clock, self._ended
        )

    def _source(self, config: DatafeedConfig, job: JobConfig) -> DatafeedSource:
        return DatafeedSource(self._documents, config, job, self._clock)

    def recover(self) -> None:
        """Take up the datafeeds that are started and do not run."""
        for datafeed_id, state in self._states.all().items():
            if state.get("started") and self._life.find(self.get(datafeed_id).job_id) is not None:
                period = Period(state["start"], state["end"])
                self.scheduler.add(self._make_run(self.get(datafeed_id), period))

    def suspend(self) -> None:
        """Let none run any more; they stay started, and `recover` takes them up again."""
        with self._lock:
            for run in self.scheduler.runs():
                self.scheduler.remove(run.id)
                self._states.put(run.id, (self._states.get(run.id) or {}) | run.timing.to_json())

    def stop(self, datafeed_id: str) -> None:
        """Stop a datafeed; one that does not run stays so."""
        with self._lock:
            self.get(datafeed_id)
            self._stop(datafeed_id)

    def _stop(self, datafeed_id: str) -> None:
        run = self.scheduler.get(datafeed_id)
        self.scheduler.remove(datafeed_id)
        self._note_stop(datafeed_id, run)

    def _note_stop(self, datafeed_id: str, run: DatafeedRun | None) -> None:
        timing = {} if run is None else run.timing.to_json()
        kept = self._states.get(datafeed_id) or {}
        self._states.put(datafeed_id, kept | timing | {"started": False})
        if kept.get("started"):
            self._life.tell(self.get(datafeed_id).job_id, "info", "Datafeed stopped")

    def _ended(self, datafeed_id: str) -> None:
        """A datafeed has come to the end it was started for: its job is closed with it."""
        self._note_stop(datafeed_id, self.scheduler.get(datafeed_id))
        self._life.close(self.get(datafeed_id).job_id, force=False)

    # -- looking

    def stats(self, datafeed_id: str, node: Mapping[str, Any]) -> dict[str, Any]:
        """What a datafeed is doing."""
        config = self.get(datafeed_id)
        kept = self._states.get(datafeed_id) or {}
        run = self.scheduler.get(datafeed_id)
        shown: dict[str, Any] = {
            "datafeed_id": datafeed_id,
            "state": "started" if kept.get("started") else "stopped",
        }
        if kept.get("started") and self._life.is_resting:
            shown["assignment_explanation"] = AWAITING_UPGRADE
        elif kept.get("started"):
            shown |= {"node": dict(node), "assignment_explanation": run.trouble if run else ""}
        timing = FeedTiming.of(kept) if run is None else run.timing
        shown["timing_stats"] = timing.to_api(config.job_id)
        if run is not None:
            shown["running_state"] = {
                "real_time_configured": run.period.end is None,
                "real_time_running": run.is_live,
            }
        return shown

    def preview(
        self, config: DatafeedConfig, job: JobConfig, start: int | None, end: int | None
    ) -> list[Record]:
        """The first records as the job would see them."""
        source = self._source(config, job)
        source.check()
        bounds = source.bounds(start, end)
        if bounds is None:
            return []
        first, last = bounds
        found: list[Record] = []
        for begin, until in source.chunks(first, last + 1):
            for batch in source.records(begin, until):
                found += batch
                if len(found) >= _PREVIEW:
                    return found[:_PREVIEW]
        return found


def _shown(period: Period) -> str:
    until = "real-time" if period.end is None else _DATES.format(period.end)
    return f"from: {_DATES.format(period.start)} to: {until}"


def _unknown(datafeed_id: str) -> Any:
    return not_found(f"No datafeed with id [{datafeed_id}] exists")
