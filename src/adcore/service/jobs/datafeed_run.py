"""A datafeed at work: first what is there already, then what comes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import duckdb
import msgspec

from adcore.errors import AdcoreError
from adcore.service.jobs.datafeed_config import DatafeedConfig
from adcore.service.jobs.datafeed_source import DatafeedSource
from adcore.service.jobs.datafeed_values import Record
from adcore.service.jobs.delayed_data import DelayedDataCheck
from adcore.service.jobs.feed_timing import FeedTiming
from adcore.service.jobs.job_run import JobRun
from adcore.store.clock import Clock

__all__ = ["DatafeedRun", "Period"]

_log = logging.getLogger(__name__)
_RETRYABLE = (AdcoreError, duckdb.Error)
# How long a search that failed is waited with at least.
_PAUSE = 1_000
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Period:
    """What a datafeed was started for.

    Attributes
    ----------
    start : int
        Epoch milliseconds.
    end : int or None
        Not part of it; None: it goes on for ever.
    """

    start: int
    end: int | None = None


class DatafeedRun:
    """One start of one datafeed.

    What is there is read from where the job stands; so a service that was away, ended or killed,
    goes on where it was, and no record is given to the job twice.

    Parameters
    ----------
    config : DatafeedConfig
    job : JobRun
        Is open.
    source : DatafeedSource
    period : Period
    frequency : int
        Milliseconds between two looks.
    late : DelayedDataCheck
    timing : FeedTiming
        Of the starts before; it goes on.
    clock : callable
    at_end : callable
        Told when it has come to its end.
    """

    def __init__(
        self,
        config: DatafeedConfig,
        job: JobRun,
        source: DatafeedSource,
        period: Period,
        frequency: int,
        late: DelayedDataCheck,
        timing: FeedTiming,
        clock: Clock,
        at_end: Callable[[str], None],
    ) -> None:
        self.config = config
        self.period = period
        self.next_fire = clock()
        self.timing = timing
        self.trouble = ""
        self._job = job
        self._source = source
        self._frequency = frequency
        self._late = late
        self._clock = clock
        self._at_end = at_end
        self._empty = 0
        self._is_live = False
        self._is_stopped = False
        self._lock = threading.Lock()
        self._reached = self._where_the_job_stands()
        self._buckets = job.bucket_count

    @property
    def id(self) -> str:
        """The datafeed's."""
        return self.config.datafeed_id

    @property
    def is_stopped(self) -> bool:
        """Whether it will not fire again."""
        return self._is_stopped

    @property
    def is_live(self) -> bool:
        """Whether it has read what was there."""
        return self._is_live

    def _where_the_job_stands(self) -> int:
        """The first moment that the job knows nothing of."""
        latest = self._job.latest_record_timestamp
        final = self._job.last_finalized_bucket_end
        known = [self.period.start, -1 if latest is None else latest + 1]
        return max([*known, final] if final is not None and latest is not None else known)

    # -- firing

    def fire(self) -> None:
        """Feed the job with what is there by now."""
        with self._lock:
            if self._is_stopped:
                return
            try:
                self._feed(self._due())
                if self._is_live:
                    self._late.look(self._job.last_finalized_bucket_end)
                self.trouble = ""
            except _RETRYABLE as error:
                # The next time it goes on where the job stands.
                _log.warning("datafeed %s: %s", self.id, error)
                self.trouble = str(error)
                self._reached = self._where_the_job_stands()
                self.next_fire = self._clock() + max(min(self._frequency, 60_000), _PAUSE)
                return
            self._look_ahead()

    def _due(self) -> int:
        """Up to when documents are expected to have come."""
        clock, end = self._clock(), self.period.end
        now = clock - self.config.query_delay.milliseconds
        # Who asks for what is there up to the present wants that, and not to wait for more.
        if end is not None and end <= max(now if self._is_live else clock, self._reached):
            return end
        due = now // self._frequency * self._frequency if self._is_live else now
        return due if end is None else min(due, end)

    def _feed(self, until: int) -> None:
        if until > self._reached:
            was_live = self._is_live
            for first, last in self._source.chunks(self._reached, until):
                self._feed_chunk(first, last)
                if self._is_stopped:
                    return
            self._reached = until
            self._job.flush(calc_interim=True, advance_time=str(until) if was_live else None)
            self._note_buckets()

    def _feed_chunk(self, first: int, last: int) -> None:
        started = perf_counter()
        count = 0
        for batch in self._source.records(first, last):
            if self._is_stopped:
                return
            self.timing.search_ms += (perf_counter() - started) * 1_000
            self._job.post(_lines(batch))
            count += len(batch)
            started = perf_counter()
        self.timing.search_count += 1
        self._empty = 0 if count else self._empty + 1
        self._note_buckets()

    def _note_buckets(self) -> None:
        """Count the buckets that have become final since they were last counted."""
        now = self._job.bucket_count
        self.timing.bucket_count += now - self._buckets
        self._buckets = now

    def _look_ahead(self) -> None:
        """When to look again; or that there is nothing more to come."""
        if self._is_over():
            self._is_stopped = True
            self._at_end(self.id)
            return
        self._is_live = True
        delay = self.config.query_delay.milliseconds
        due = (self._clock() - delay) // self._frequency + 1
        self.next_fire = due * self._frequency + delay

    def _is_over(self) -> bool:
        end, most = self.period.end, self.config.max_empty_searches
        if end is not None and self._reached >= end:
            return True
        return self._is_live and most is not None and self._empty >= most

    # -- the end

    def stop(self) -> None:
        """Fire no more; what is being done at the moment is waited for."""
        self._is_stopped = True
        with self._lock:
            # What was under way has ended now.
            self._is_live = False

    def close(self) -> None:
        """Fire no more in this process; the next one reads on from where the job stands."""
        self.stop()


def _lines(records: list[Record]) -> bytes:
    return _ENCODER.encode_lines(records)
