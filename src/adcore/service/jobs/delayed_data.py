"""Documents that came after the job had done with their time: looked for, and told of."""

from __future__ import annotations

from collections.abc import Mapping

from adcore.dates.formats import date_format
from adcore.job import JobConfig
from adcore.job.time_span import TimeSpan
from adcore.service.jobs.annotations import Annotations
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_source import DatafeedSource
from adcore.service.jobs.notifications import Notifications
from adcore.service.jobs.result_store import ResultStore
from adcore.store.clock import Clock

__all__ = ["DelayedDataCheck", "Lateness"]

# How often is looked at most, and how far back at least where nothing is said.
_PAUSE = 15 * 60_000
_SHORTEST = 2 * 3_600_000
_SPANS = 8
_DATES = date_format("strict_date_optional_time")


class Lateness:
    """Where late documents are told of, for all jobs.

    Parameters
    ----------
    results : ResultStore
        Whose buckets say how many records there were.
    annotations : Annotations
    notifications : Notifications
    clock : callable
    """

    def __init__(
        self,
        results: ResultStore,
        annotations: Annotations,
        notifications: Notifications,
        clock: Clock,
    ) -> None:
        self.results = results
        self.clock = clock
        self._annotations = annotations
        self._notifications = notifications

    def tell(self, job: JobConfig, missing: Mapping[int, int]) -> None:
        """So many documents are missing from these buckets, by the starts of those."""
        first, last = min(missing), max(missing)
        text = (
            f"Datafeed has missed {sum(missing.values())} documents due to ingest latency, latest "
            f"bucket with missing data is [{_DATES.format(last)}]. Consider increasing query_delay"
        )
        # The same after a restart, so that the same is not said twice.
        name = f"{job.job_id}_delayed_data_{first}"
        period = (first, last + job.bucket_span)
        self._annotations.keep(name, job.job_id, "delayed_data", period, text)
        self._notifications.tell(job.job_id, "warning", text)


class DelayedDataCheck:
    """Compares, for one datafeed at work, the documents that there are with those that it read.

    Parameters
    ----------
    config : DatafeedConfig
    job : JobConfig
    source : DatafeedSource
    lateness : Lateness
    since : int
        What is earlier was not to be read, epoch milliseconds.
    """

    def __init__(
        self,
        config: DatafeedConfig,
        job: JobConfig,
        source: DatafeedSource,
        lateness: Lateness,
        since: int,
    ) -> None:
        self._job = job
        self._source = source
        self._lateness = lateness
        self._is_on = config.delayed_data_check_config["enabled"] and _counts_documents(config, job)
        self._window = _window(config, job)
        self._since = since
        self._next = 0
        # What was missing from each bucket since the last time that nothing was.
        self._known: dict[int, int] = {}

    def look(self, final_end: int | None) -> None:
        """Look, if it is time to, among the buckets that are final."""
        now = self._lateness.clock()
        if not self._is_on or final_end is None or now < self._next:
            return
        self._next = now + min(_PAUSE, self._window)
        missing = self._missing(final_end)
        if any(count > self._known.get(start, 0) for start, count in missing.items()):
            self._known |= missing
            self._lateness.tell(self._job, self._known)
        elif not missing:
            self._known = {}

    def _missing(self, end: int) -> dict[int, int]:
        """How many documents more there are in each bucket than were read, where there are any."""
        span = self._job.bucket_span
        # Of a bucket that was begun before, not all documents were read.
        start = -(-max(end - self._window, self._since) // span) * span
        there = self._source.counts(start, end, span)
        read = self._lateness.results.event_counts(self._job, start, end)
        # Buckets from before the datafeed began are none of the job's.
        return {
            bucket: there[bucket] - count
            for bucket, count in read.items()
            if there.get(bucket, 0) > count
        }


def _counts_documents(config: DatafeedConfig, job: JobConfig) -> bool:
    """Whether the events of a bucket are the documents of its time: else nothing is known."""
    summary = job.analysis_config.summary_count_field_name
    return summary == (None if config.aggregations is None else "doc_count")


def _window(config: DatafeedConfig, job: JobConfig) -> int:
    """Milliseconds."""
    given = config.delayed_data_check_config.get("check_window")
    if given is not None:
        return TimeSpan.parse("check_window", given).milliseconds
    return max(_SHORTEST, _SPANS * job.bucket_span)
