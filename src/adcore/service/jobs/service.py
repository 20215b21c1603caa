"""The machine learning API, whatever carries its requests."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from typing import Any

from adcore.job import JobConfig, Limits
from adcore.service.jobs.annotations import Annotations
from adcore.service.jobs.calendars import Calendars
from adcore.service.jobs.datafeed_config import inline_datafeed
from adcore.service.jobs.datafeeds import Datafeeds
from adcore.service.jobs.delayed_data import Lateness
from adcore.service.jobs.errors import conflict
from adcore.service.jobs.events import Events
from adcore.service.jobs.filters import Filters
from adcore.service.jobs.forecasts import Forecasts
from adcore.service.jobs.job_stats import job_stats
from adcore.service.jobs.life_cycle import LifeCycle
from adcore.service.jobs.names import CONFIG, META, NODE_NAME, STATE
from adcore.service.jobs.notifications import Notifications
from adcore.service.jobs.registry import JobRegistry
from adcore.service.jobs.result_reads import ResultReads
from adcore.service.jobs.result_store import ResultStore
from adcore.service.jobs.retention import delete_expired
from adcore.service.jobs.run_parts import RunParts
from adcore.service.jobs.settings import JobSettings
from adcore.service.jobs.shelf import CONFIGURATION_MAPPING, Shelf
from adcore.service.jobs.snapshots import Snapshots
from adcore.service.jobs.states import DELETING, OPENED, JobStates
from adcore.service.jobs.tasks import Tasks
from adcore.service.system_index import SystemIndex
from adcore.store import Store
from adcore.store.clock import Clock

__all__ = ["JobService"]


class JobService:
    """Jobs of one store: configured, fed, watched, read.

    Every method may be called from any thread, and may block. With a clock that is set by hand,
    ``datafeeds.scheduler.run_due()`` does what would be done at that time.

    Parameters
    ----------
    store : Store
    clock : callable
        Gives epoch milliseconds.
    node_id : str
    settings : JobSettings, optional
    """

    def __init__(
        self, store: Store, clock: Clock, node_id: str, settings: JobSettings | None = None
    ) -> None:
        self.settings = settings or JobSettings()
        self._clock = clock
        self._node_id = node_id
        config, meta, state = (
            SystemIndex(store.documents, name, CONFIGURATION_MAPPING, clock)
            for name in (CONFIG, META, STATE)
        )
        limits = Limits(self.settings.max_model_memory)
        self.registry = JobRegistry(Shelf(config, "anomaly_detector"), clock, limits)
        self.calendars = Calendars(Shelf(meta, "calendar"))
        self.events = Events(Shelf(meta, "event"))
        self.filters = Filters(Shelf(meta, "filter"), self.registry.using_filter)
        self.states = JobStates(Shelf(state, "job"))
        self.results = ResultStore(store.documents, clock)
        self.reads = ResultReads(self.results)
        self.annotations = Annotations(store.documents, clock)
        self.snapshots = Snapshots(store.checkpoints, self.results)
        self.forecasts = Forecasts(self.results)
        notifications = Notifications(store.documents, clock)
        parts = RunParts(
            self.results, self.snapshots, store.checkpoints, self.settings, clock,
            self._events_of, self.filters.items, notifications.tell,
        )  # fmt: skip
        self.life = LifeCycle(self.registry, self.states, self.snapshots, parts)
        self.datafeeds = Datafeeds(
            Shelf(config, "datafeed"), Shelf(state, "datafeed"), store.documents, self.registry,
            self.life, Lateness(self.results, self.annotations, notifications, clock), clock,
            self._keep_up,
        )  # fmt: skip
        self.tasks = Tasks(node_id, clock)
        self._modes = Shelf(state, "mode")
        # Changes of configurations take turns.
        self._lock = threading.RLock()

    # -- life

    def recover(self) -> None:
        """Take up what was running when the process before ended."""
        if self.is_upgrading:
            self.life.is_resting = True
            return
        self.life.recover()
        self.datafeeds.recover()

    def close(self) -> None:
        """Keep what the next process needs; nothing is lost without it."""
        self.datafeeds.scheduler.close()
        self.life.suspend()

    # -- configurations

    def create(self, config: JobConfig) -> JobConfig:
        """Make a job, and the datafeed that is configured with it.

        Raises
        ------
        ApiError, JobError
        """
        with self._lock:
            self.registry.check_new(config)
            feed = inline_datafeed(config)
            if feed is not None:
                self.datafeeds.check_new(feed, config)
            self.results.ensure(config)
            self.annotations.ensure()
            made = self.registry.create(config)
            self.life.tell(config.job_id, "info", "Job created")
            if feed is not None:
                self.datafeeds.create(feed)
            return made

    def shown(
        self, job_ids: Iterable[str], *, exclude_generated: bool = False
    ) -> list[dict[str, Any]]:
        """Jobs as the API shows them, with their datafeeds."""
        feeds = self.datafeeds.by_job()
        jobs = []
        for job_id in job_ids:
            job = self.registry.get(job_id).to_api(exclude_generated=exclude_generated)
            if job_id in feeds:
                feed = self.datafeeds.get(feeds[job_id])
                job["datafeed_config"] = feed.to_api(exclude_generated=exclude_generated)
            jobs.append(job)
        return jobs

    def update(self, job_id: str, body: Mapping[str, Any]) -> JobConfig:
        """Change what may be changed of a job, also while it is open.

        Raises
        ------
        ApiError, JobError
        """
        with self._lock:
            run = self.life.find(job_id)
            changed = self.registry.update(job_id, body, is_open=run is not None)
            if run is not None:
                run.reconfigure(changed)
            return changed

    def delete(self, job_id: str, *, force: bool, annotations: bool = False) -> None:
        """Delete a job with all that belongs to it.

        Parameters
        ----------
        annotations : bool
            Also those that users wrote.

        Raises
        ------
        ApiError
            If it is open or has a datafeed, unless it is forced.
        """
        with self._lock:
            config = self.registry.get(job_id)
            feed = self.datafeeds.of_job(job_id)
            if feed is not None and not force:
                raise conflict(
                    f"Cannot delete job [{job_id}] because datafeed [{feed}] refers to it"
                )
            if self.states.state(job_id) == OPENED and not force:
                raise conflict(f"Cannot delete job [{job_id}] because the job is opened")
            with self.life.passing(job_id, DELETING):
                if feed is not None:
                    self.datafeeds.delete(feed, force=True)
                self.life.forget(config)
                self.results.forget(config)
                self.calendars.forget_job(job_id)
                self.annotations.forget(job_id, of_users=annotations)
                self.registry.delete(job_id)
            self.life.tell(job_id, "info", "Job deleted")

    def reset(self, job_id: str, *, annotations: bool = False) -> None:
        """Forget what a closed job has learnt and found.

        Parameters
        ----------
        annotations : bool
            Also what users wrote beside it.

        Raises
        ------
        ApiError
            If it is open.
        """
        with self._lock:
            self.life.reset(job_id)
            self.annotations.forget(job_id, of_users=annotations)

    def names_of(self, job_id: str) -> list[str]:
        """A job and its groups."""
        return [job_id, *self.registry.get(job_id).groups]

    # -- open and closed

    def close_jobs(self, expression: str, *, allow_no_match: bool, force: bool) -> None:
        """Close the jobs that an expression means.

        Raises
        ------
        ApiError
            If one has failed or is fed, unless it is forced.
        """
        ids = self.registry.find(expression, allow_no_match=allow_no_match)
        for job_id in ids:
            feed = self.datafeeds.of_job(job_id)
            if feed is not None and self.datafeeds.is_started(feed):
                if not force:
                    raise conflict(
                        f"cannot close job [{job_id}] because datafeed [{feed}] hasn't been stopped"
                    )
                self.datafeeds.stop(feed)
        for job_id in ids:
            self.life.close(job_id, force=force)

    def stats(self, job_id: str) -> dict[str, Any]:
        """What a job is doing."""
        return job_stats(
            self.registry.get(job_id),
            self.states,
            self.life.find(job_id),
            self.forecasts,
            self.node(),
            self._clock(),
        )

    def node(self) -> dict[str, Any]:
        """Who works on jobs, as the API shows it."""
        return {
            "id": self._node_id,
            "name": NODE_NAME,
            "ephemeral_id": self._node_id,
            "transport_address": "127.0.0.1:9300",
            "attributes": {},
        }

    # -- what the models of open jobs have to be told

    def rules_changed(self) -> None:
        """The items of a filter have changed, or events, or which jobs those hold for."""
        for run in self.life.runs():
            run.reconfigure(self.registry.get(run.config.job_id))

    def _events_of(self, config: JobConfig) -> list[dict[str, Any]]:
        holding = self.calendars.of_job([config.job_id, *config.groups])
        return self.events.find(holding)

    # -- upkeep

    def set_upgrade_mode(self, *, enabled: bool) -> None:
        """Let jobs and datafeeds rest, or go on; also after a restart."""
        with self._lock:
            if enabled == self.is_upgrading:
                return
            self._modes.put("upgrade", {"enabled": enabled})
            if enabled:
                self.datafeeds.suspend()
                self.life.suspend()
            else:
                self.recover()

    @property
    def is_upgrading(self) -> bool:
        """Whether jobs and datafeeds rest."""
        return bool((self._modes.get("upgrade") or {}).get("enabled"))

    def _keep_up(self) -> None:
        """What is due once a day, unless nothing shall be written."""
        if not self.is_upgrading:
            self.delete_expired()

    def delete_expired(self, expression: str | None = None) -> None:
        """Delete what jobs do not keep any longer."""
        configs = [self.registry.get(each) for each in self.registry.find(expression)]
        delete_expired(configs, self.results, self.forecasts, self.snapshots)
