"""Rows into a job, and its time moved: what comes of both."""

from __future__ import annotations

from typing import Any

from adcore.job.changes import Changes
from adcore.job.errors import JobStateError, illegal_argument
from adcore.job.far_rows import MOST_EMPTY_BUCKETS, near_rows
from adcore.job.flush_request import FlushRequest
from adcore.job.job_base import JobBase
from adcore.job.reset_range import ResetRange
from adcore.job.results import JobResults
from adcore.job.row_reader import JobRows

__all__ = ["JobStream"]


_EVER = -(2**62)


class JobStream(JobBase):
    """What a job does with rows."""

    def process(
        self, data: Any, *, now: int | None = None, reset_start: Any = None, reset_end: Any = None
    ) -> JobResults:
        """Analyse rows; buckets that are over thereby become final.

        Parameters
        ----------
        data : table, rows or JSON
            A DataFrame (its index may be the time), an Arrow table, a dict of columns; dicts, also
            nested ones; or text, bytes or lines of JSON: an array of objects, one object a line, or
            one after the other.
        now : int, optional
            The time of day, in ms, where the counts shall tell when data came.
        reset_start, reset_end : time, optional
            Buckets that are open because of a ``latency``, and forget their records first: those
            come again. A start alone is for one bucket.

        Returns
        -------
        JobResults
            Of the buckets that became final; ``call_counts`` tells what became of the rows.

        Raises
        ------
        DataError
            If a table lacks a column.
        JobError
            If JSON is too bad, or there is no such range of open buckets. Rows whose time cannot
            be read are counted, no error.
        JobStateError
            If the job is closed.
        """
        with self._lock:
            self._check_open("process data")
            latency = self.config.analysis_config.latency
            reset = ResetRange.read(reset_start, reset_end, latency=latency, now=now)
            self._forget_old()
            before = self.counts
            rows = near_rows(self._reader().read(data), self._latest, self.config.bucket_span)
            if reset is not None:
                self._engine.reset(reset.start, reset.end)
            self._count(rows.counts)
            self._last_data_time = now if now is not None else self._last_data_time
            found = self._analyse(rows)
            self.call_counts = self.counts - before
            return found

    def flush(
        self,
        *,
        calc_interim: bool = False,
        start: Any = None,
        end: Any = None,
        advance_time: Any = None,
        skip_time: Any = None,
        now: int | None = None,
    ) -> JobResults:
        """Move time on, or look at what is not over yet.

        Parameters
        ----------
        calc_interim : bool
            Whether buckets that are still open shall have interim results.
        start, end : time, optional
            Which of them.
        advance_time : time, optional
            Make all buckets final that end by then, whether or not there are data.
        skip_time : time, optional
            Go there without results, and without learning what lies between.
        now : int, optional
            What ``now`` stands for in times, in ms.

        Returns
        -------
        JobResults
            Of the buckets that became final, and interim ones.

        Raises
        ------
        JobError
            If times are none, or contradict each other.
        JobStateError
            If the job is closed.
        """
        asked = FlushRequest.read(
            calc_interim=calc_interim, start=start, end=end, advance_time=advance_time,
            skip_time=skip_time, now=now,
        )  # fmt: skip
        with self._lock:
            self._check_open("flush")
            self._forget_old()
            self._flush(asked)
            found = self._collect()
            self._score_again()
            return found

    def close(self) -> None:
        """Bring all scores up to date, and take no more rows until :meth:`open`.

        The last bucket stays as it is: rows that come after the job is opened still belong to it.
        """
        with self._lock:
            self._collect()
            self._score_again(is_due=True)
            self.is_closed = True

    def open(self) -> None:
        """Take rows again after :meth:`close`."""
        self.is_closed = False

    def take_changes(self) -> Changes:
        """What is new, changed or gone of the results since the last call, as documents."""
        with self._lock:
            return self._store.take_changes()

    @property
    def _latest(self) -> int | None:
        """The latest time that rows or a flush have brought, in ms."""
        times = (
            self._engine.counts().get("latest_record_timestamp"),
            self._engine.last_finalized_bucket_end,
        )
        return max((time for time in times if time is not None), default=None)

    def _flush(self, asked: FlushRequest) -> None:
        if asked.advance_time is not None:
            self._check_reach(asked.advance_time)
            with self._timed():
                self._engine.advance_time(asked.advance_time)
        if asked.skip_time is not None:
            self._engine.skip_time(asked.skip_time)
        if asked.calc_interim:
            end = asked.end
            if asked.start is not None and end is None:
                end = asked.start + 1
            self._engine.interim(_floor(asked.start, self.config.bucket_span), end)

    def _check_reach(self, time: int) -> None:
        latest, span = self._latest, self.config.bucket_span
        if latest is not None and time - latest > MOST_EMPTY_BUCKETS * span:
            raise illegal_argument(
                f"[advance_time] is more than {MOST_EMPTY_BUCKETS:,} buckets ahead: use [skip_time]"
            )

    def _analyse(self, rows: JobRows) -> JobResults:
        """Bucket by bucket, so that scores change at the same time however rows are cut."""
        latency = self.config.analysis_config.latency
        steps = rows.steps(
            self._latest, self.config.bucket_span, latency.milliseconds if latency else 0
        )
        found = []
        for step in steps:
            with self._timed():
                self._engine.process(step.timestamps, step.metrics, step.keys)
            if self._engine.take_renormalisation() is not None:
                found.append(self._collect())
                self._score_again(is_due=True)
        found.append(self._collect())
        return found[0] if len(found) == 1 else JobResults.concat(self._store.context, found)

    def _score_again(self, *, is_due: bool = False) -> None:
        """Bring scores of the past up to date, where the engine's idea of the usual changed much.

        It reaches back from where the last such run ended, if time has moved far since.
        """
        is_due = self._engine.take_renormalisation() is not None or is_due
        latest = self._engine.last_finalized_bucket_end
        if not is_due or latest is None:
            return
        window = self.config.renormalization_window
        if window:
            start = max(min(latest, self._scored_until or latest) - window, _EVER)
            self._store.rescore(start, latest, self._engine.renormalise)
        self._scored_until = latest

    def _forget_old(self) -> None:
        """Where results are kept elsewhere, only those stay whose scores may still change."""
        latest = self._engine.last_finalized_bucket_end
        if not self.keep_results and latest is not None:
            since = min(latest, self._scored_until or latest)
            self._store.trim(max(since - self.config.renormalization_window, _EVER))

    def _check_open(self, action: str) -> None:
        if self.is_closed:
            raise JobStateError(f"Cannot {action} because job [{self.id}] is not open")


def _floor(time: int | None, span: int) -> int | None:
    return None if time is None else time // span * span
