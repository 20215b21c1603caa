"""What every part of a job knows: its configuration, its engine and its results."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from adcore import _core
from adcore.config import integer
from adcore.job.bucket_times import BucketTimes, Timer
from adcore.job.config import JobConfig, Limits
from adcore.job.config_update import updated
from adcore.job.data_counts import DataCounts
from adcore.job.engine_config import engine_config, engine_rules
from adcore.job.result_context import ResultContext
from adcore.job.result_store import ResultStore
from adcore.job.result_tables import read_tables
from adcore.job.results import JobResults
from adcore.job.row_reader import InputCounts, RowReader

__all__ = ["JobBase"]

_Self = TypeVar("_Self", bound="JobBase")
_MOST_THREADS = 1_024
_SIZES = (
    "model_bytes", "peak_model_bytes", "model_bytes_exceeded", "model_bytes_memory_limit",
    "total_by_field_count", "total_over_field_count", "total_partition_field_count",
    "bucket_allocation_failures_count", "memory_status",
)  # fmt: skip


class JobBase:
    """A configuration, the models that were made from it, and what they found."""

    def __init__(
        self,
        config: JobConfig | Mapping[str, Any] | None = None,
        *,
        filters: Mapping[str, Sequence[str]] | None = None,
        calendar: Sequence[Mapping[str, Any]] = (),
        keep_results: bool = True,
        threads: int = 1,
        limits: Limits | None = None,
        timer: Timer | None = None,
        **options: Any,
    ) -> None:
        self.timer = timer
        self.config = _read_config(config, limits, options)
        self.filters = {name: list(items) for name, items in (filters or {}).items()}
        self.threads = integer("threads", threads, 1, _MOST_THREADS)
        self.keep_results = keep_results
        self.is_closed = False
        self.call_counts = DataCounts()
        self._calendar: list[dict[str, Any]] = []
        self._engine = _core.JobEngine(engine_config(self.config, self.filters, self.threads))
        self._store = ResultStore(ResultContext.of(self.config))
        self._given = InputCounts()
        self._times = BucketTimes()
        self._last_data_time: int | None = None
        self._scored_until: int | None = None
        self._lock = threading.RLock()
        if calendar:
            self.set_calendar(calendar)

    @classmethod
    def from_api(cls: type[_Self], job_id: str, body: Mapping[str, Any], **settings: Any) -> _Self:
        """A job from the API's JSON; see :meth:`JobConfig.from_api`.

        Parameters
        ----------
        job_id : str
        body : mapping
        **settings
            ``filters``, ``calendar``, ``threads`` and so on, as for the class.
        """
        config = JobConfig.from_api(job_id, body, limits=settings.pop("limits", None))
        return cls(config, **settings)

    def to_api(self, *, exclude_generated: bool = False) -> dict[str, Any]:
        """The configuration as the API writes it; see :meth:`JobConfig.to_api`."""
        return self.config.to_api(exclude_generated=exclude_generated)

    @property
    def id(self) -> str:
        """The id of the job."""
        return self.config.job_id

    @property
    def results(self) -> JobResults:
        """Everything that was found and is kept, with interim results."""
        with self._lock:
            return self._store.everything

    @property
    def counts(self) -> DataCounts:
        """How many records came in so far, and what became of them."""
        with self._lock:
            return DataCounts.of(self._engine.counts(), self._given, self._last_data_time)

    @property
    def model_size_stats(self) -> dict[str, Any]:
        """How much memory the models take, and of how many series they are."""
        with self._lock:
            found = self._engine.model_size_stats()
            size = {"job_id": self.id, "result_type": "model_size_stats"}
            size |= {name: found[name] for name in _SIZES if name in found}
            if "timestamp" in found:
                size |= {"log_time": found["timestamp"], "timestamp": found["timestamp"]}
            return size

    @property
    def memory_status(self) -> str:
        """``ok``, ``soft_limit`` or ``hard_limit``: then new series are not modelled."""
        return str(self.model_size_stats["memory_status"])

    @property
    def last_finalized_bucket_end(self) -> int | None:
        """Up to when buckets are final, in ms; None before any data."""
        with self._lock:
            return self._engine.last_finalized_bucket_end

    def update(
        self, change: JobConfig | Mapping[str, Any], *, limits: Limits | None = None
    ) -> JobConfig:
        """Change what may be changed of a job, as ``_update`` of the API does.

        Rules, the memory limit and plots count from the next bucket on.

        Parameters
        ----------
        change : mapping or JobConfig
            As the API takes it, or what :func:`updated` made of it.
        limits : Limits, optional

        Raises
        ------
        JobError
            At the first field that is wrong.
        """
        with self._lock:
            config = change
            if not isinstance(config, JobConfig):
                config = updated(self.config, config, limits=limits)
            self._take_config(config)
            return config

    def set_filters(self, filters: Mapping[str, Sequence[str]]) -> None:
        """Replace the lists that rules name, from the next bucket on."""
        with self._lock:
            self.filters = {name: list(items) for name, items in filters.items()}
            self._take_config(self.config)

    def set_calendar(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Replace the scheduled events, from the next bucket on.

        Parameters
        ----------
        events : sequence of mapping
            ``description``, ``start_time`` and ``end_time`` in ms; optionally ``skip_result`` and
            ``skip_model_update`` (both true by default) and ``force_time_shift`` in seconds.
        """
        with self._lock:
            self._calendar = [dict(event) for event in events]
            self._engine.set_calendar([_event(event) for event in self._calendar])

    def _take_config(self, config: JobConfig) -> None:
        for index, detector in enumerate(config.analysis_config.detectors):
            rules = engine_rules(detector.custom_rules, self.filters)
            self._engine.set_custom_rules(index, rules)
        plain = engine_config(config, self.filters, self.threads)
        self._engine.set_model_memory_limit(plain["model_memory_limit"])
        self._engine.set_model_plot(plain["model_plot"], plain["model_plot_terms"])
        self.config = config

    def _reader(self) -> RowReader:
        return RowReader(
            self.config.data_description, self._engine.metric_columns, self._engine.key_columns
        )

    def _collect(self) -> JobResults:
        """What the engine found since the last time, put with the rest."""
        events = [str(event.get("description", "")) for event in self._calendar]
        texts, tables = read_tables(self._engine.take_results(), events)
        buckets = tables["buckets"]
        final = ~buckets["is_interim"]
        buckets["processing_time_ms"][final] = self._times.take(int(np.count_nonzero(final)))
        found = JobResults(self._store.context, texts, tables)
        if found.has_rows:
            self._store.add(found)
        return found

    @contextmanager
    def _timed(self) -> Iterator[None]:
        """What is done in it was spent on the buckets that become final by it, or will."""
        timer = self.timer
        if timer is None:
            yield
            return
        started, before = timer(), self._engine.counts()["bucket_count"]
        yield
        self._times.add(self._engine.counts()["bucket_count"] - before, timer() - started)

    def _count(self, given: InputCounts) -> None:
        before = asdict(self._given)
        self._given = InputCounts(**{n: before[n] + v for n, v in asdict(given).items()})


def _read_config(
    config: JobConfig | Mapping[str, Any] | None, limits: Limits | None, options: dict[str, Any]
) -> JobConfig:
    if isinstance(config, JobConfig):
        return updated(config, options, limits=limits) if options else config
    if config is None:
        return JobConfig.from_keywords(limits=limits, **options)
    body = {**config, **options}
    return JobConfig.from_api(body.get("job_id", "job"), body, limits=limits)


def _event(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "start_time": int(event["start_time"]),
        "end_time": int(event["end_time"]),
        "skip_result": bool(event.get("skip_result", True)),
        "skip_model_update": bool(event.get("skip_model_update", True)),
        "force_time_shift": int(event.get("force_time_shift", 0)) * 1_000,
    }
