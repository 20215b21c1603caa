"""A job that is open: its models in memory, and all that it has acknowledged in the store."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from time import perf_counter
from typing import Any

from adcore.dates.formats import date_format
from adcore.job import Job, JobConfig
from adcore.job.errors import JobFault
from adcore.job.series_documents import point_id
from adcore.service.jobs.category_stage import CategoryStage
from adcore.service.jobs.errors import conflict
from adcore.service.jobs.job_changes import configure
from adcore.service.jobs.kept_job import KeptJob
from adcore.service.jobs.posted import Call, PostedLog
from adcore.service.jobs.run_parts import RunParts
from adcore.service.jobs.tallies import Tallies
from adcore.service.jobs.timing import Timing

__all__ = ["JobRun"]

# How often models are kept where nothing is said.
_PERSIST = 3 * 3_600_000
_DATES = date_format("strict_date_optional_time")


class JobRun:
    """One job between being opened and being closed.

    What a call does to the models is done in memory, then the call is kept in the log, then its
    results are written, then it is acknowledged. If anything fails in between, the models are
    forgotten, and loaded anew from what is kept.

    Parameters
    ----------
    config : JobConfig
    parts : RunParts
    """

    def __init__(self, config: JobConfig, parts: RunParts) -> None:
        self.config = config
        self._parts = parts
        self._log = PostedLog(parts.checkpoints, config.job_id)
        self._lock = threading.RLock()
        self._job: Job | None = None
        self._is_suspended = False
        self._number = 0
        self._posted_calls = 0
        self._posted_bytes = 0
        self._kept_at = parts.clock()
        self._timing = Timing()
        self._stage: CategoryStage | None = None
        self._told = Tallies(config.job_id)
        # Interim results of models that are gone: they go when there are others.
        self._stale: list[str] = []

    # -- facts

    @property
    def last_finalized_bucket_end(self) -> int | None:
        """Up to when results are final, epoch milliseconds; None before any data."""
        return self._at_work().last_finalized_bucket_end

    @property
    def latest_record_timestamp(self) -> int | None:
        """The time of the latest record, epoch milliseconds."""
        return self._at_work().counts.get("latest_record_timestamp")

    @property
    def bucket_count(self) -> int:
        """How many buckets are final."""
        return self._at_work().counts["bucket_count"]

    def facts(self) -> dict[str, Any]:
        """What is known of it: ``data_counts``, ``model_size_stats`` and ``timing``."""
        with self._lock:
            job = self._at_work()
            return {
                "data_counts": job.counts.to_api(self.config.job_id),
                "model_size_stats": {**self._size(job), "log_time": self._parts.clock()},
                "timing": self._timing.to_json(),
            }

    def _size(self, job: Job) -> dict[str, Any]:
        categories = {} if self._stage is None else self._stage.categorizer.stats()
        return job.model_size_stats | categories

    # -- life

    def load(self, timing: Mapping[str, Any] | None = None) -> None:
        """Take up the models that are kept, and go through what was posted since.

        Parameters
        ----------
        timing : mapping, optional
            What `facts` said when it was closed.

        Raises
        ------
        SnapshotError
            If what is kept cannot be read.
        """
        with self._lock:
            self._timing = Timing.of(timing)
            self._at_work()

    def _at_work(self) -> Job:
        """The models; loaded anew if something went wrong with those before."""
        with self._lock:
            if self._is_suspended:
                raise conflict(
                    f"Cannot perform requested action because job [{self.config.job_id}] is not "
                    "open"
                )
            if self._job is None:
                self._job = self._loaded()
            return self._job

    def _loaded(self) -> Job:
        kept = self._log.kept()
        self._stage = CategoryStage.of(self.config)
        job = self._new() if kept is None else self._restored(kept.model)
        job.timer = perf_counter
        self._number = 0 if kept is None else kept.calls
        self._stale = self._parts.results.interim_ids(self.config)
        configure(job, self.config, self._parts.filters(), self._parts.events(self.config))
        for number, call in self._log.after(self._number):
            self._execute(job, call)
            self._write(job, call.time)
            self._number = number
        return job

    def _restored(self, kept: bytes) -> Job:
        model = KeptJob.unpack(kept)
        if self._stage is not None and model.categories:
            self._stage.categorizer.restore(model.categories)
        job = Job.from_bytes(model.job)
        job.open()
        return job

    def _new(self) -> Job:
        # Results that nothing can change any more are in the store alone.
        return Job(self.config, filters=self._parts.filters(), keep_results=False)

    def reconfigure(self, config: JobConfig) -> None:
        """Let the models know of a changed configuration, of events and filters.

        The models are kept at once: what was posted before was posted under other rules.
        """
        with self._lock:
            job = self._at_work()
            self.config = config
            configure(job, config, self._parts.filters(), self._parts.events(config))
            self._keep(job)

    # -- calls

    def post(self, body: bytes, **options: Any) -> dict[str, Any]:
        """Analyse records; returns the counts of this call. For options see `adcore.Job.process`.

        Raises
        ------
        JobError
            If there are too many that cannot be read.
        """
        with self._lock:
            before = self._at_work().counts
            self._apply(Call("data", self._parts.clock(), body, options))
            return (self._at_work().counts - before).to_api(self.config.job_id)

    def flush(self, **options: Any) -> None:
        """Have all that was posted analysed; see `adcore.Job.flush`.

        Raises
        ------
        JobError
            If the options do not go together.
        """
        self._apply(Call("flush", self._parts.clock(), options=options))

    def _apply(self, call: Call) -> None:
        with self._lock:
            job = self._at_work()
            try:
                self._execute(job, call)
                size = self._log.append(self._number + 1, call)
                self._number += 1
                self._write(job, call.time)
            except JobFault:
                # Refused before anything was done.
                raise
            except BaseException:
                self._job = None
                raise
            self._posted_calls += 1
            self._posted_bytes += size
            self._keep_if_due(job)

    def _execute(self, job: Job, call: Call) -> None:
        started, buckets = perf_counter(), job.counts["bucket_count"]
        if call.kind == "data":
            stage = self._stage
            content = call.content if stage is None else stage.records(call.content)
            job.process(content, now=call.time, **call.options)
        elif call.kind == "flush":
            job.flush(now=call.time, **call.options)
        else:
            job.close()
        took = (perf_counter() - started) * 1_000
        self._timing.add(job.counts["bucket_count"] - buckets, took)

    def _write(self, job: Job, now: int) -> None:
        changes = job.take_changes()
        written = changes.written
        if self._stage is not None:
            written = written | self._stage.documents()
        if written or changes.deleted:
            deleted = [*changes.deleted, *self._stale]
            self._parts.results.write(self.config, written | self._tallies(job, now), deleted)
            self._stale = []

    def _tallies(self, job: Job, now: int) -> dict[str, dict[str, Any]]:
        counts, size = job.counts.to_api(self.config.job_id), self._size(job)
        warning = self._told.warning(size)
        if warning is not None:
            self._parts.tell(self.config.job_id, *warning)
        return self._told.documents(counts, size, now)

    def forecast(self, forecast_id: str, duration: str) -> dict[str, dict[str, Any]]:
        """The documents of a forecast by their ids; see `adcore.Job.forecast`."""
        with self._lock:
            made = self._at_work().forecast(duration)
        return {point_id(document): document for document in made.documents_of(forecast_id)}

    # -- keeping

    def _keep_if_due(self, job: Job) -> None:
        """Now and then models are kept, so that a restart has not too much to go through."""
        settings = self._parts.settings
        interval = self.config.background_persist_interval
        persist = _PERSIST if interval is None else interval.milliseconds
        if self._parts.clock() - self._kept_at >= persist:
            self._snapshot(job, "Periodic background persist")
        elif (
            self._posted_calls >= settings.posted_calls
            or self._posted_bytes >= settings.posted_bytes
        ):
            self._keep(job)

    def _keep(self, job: Job) -> bytes:
        categories = b"" if self._stage is None else self._stage.categorizer.to_bytes()
        model = KeptJob(job.to_bytes(), categories).pack()
        self._log.keep(model, self._number)
        self._posted_calls = self._posted_bytes = 0
        return model

    def suspend(self) -> dict[str, Any]:
        """Keep the models for another run, and take no more calls; returns the `facts`."""
        with self._lock:
            facts = self.facts()
            self._keep(self._at_work())
            self._job = None
            self._is_suspended = True
            return facts

    def _snapshot(self, job: Job, description: str) -> str:
        """Keep the models where clients see them too; returns the id of the snapshot."""
        self._kept_at = now = self._parts.clock()
        model = self._keep(job)
        self._parts.results.write(self.config, self._tallies(job, now))
        told = job.snapshot(now=now, description=f"{description} at {_DATES.format(now)}")
        shown = told.to_api(self.config.job_id) | {"model_size_stats": self._size(job)}
        return self._parts.snapshots.make(self.config, model, shown)

    def finish(self) -> str:
        """Close: finalise what is complete, keep the models; returns the id of the snapshot."""
        with self._lock:
            self._apply(Call("close", self._parts.clock()))
            return self._snapshot(self._at_work(), "State persisted due to job close")
