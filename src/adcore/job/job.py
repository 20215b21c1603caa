"""A job: what it watches, the models that learn it, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore.errors import InvalidStateError
from adcore.job.dates import read_moment
from adcore.job.errors import JobStateError
from adcore.job.explain import explain_record
from adcore.job.forecast import ForecastRequest, JobForecast
from adcore.job.job_snapshots import JobSnapshots
from adcore.job.model_plot import ModelPlot
from adcore.job.overall_buckets import JobBuckets, OverallQuery, overall_buckets
from adcore.job.overall_page import OverallPage
from adcore.job.result_page import ResultPage
from adcore.job.time_span import TimeSpan

__all__ = ["Job"]


class Job(JobSnapshots):
    """Watches counts and values per bucket, and per series where there are fields to split by.

    Parameters
    ----------
    config : JobConfig or mapping, optional
        As the API has it; or its fields as keywords:
    detectors : sequence of str or dict
        ``"mean(responsetime) by airline"``, ``"rare by process partitionfield=host"``, ``"count"``.
    bucket_span : str or timedelta
        ``"5m"`` by default.
    influencers : sequence of str
        Fields whose values may be to blame.
    time_field, time_format : str
        ``"time"`` and ``"epoch_ms"`` by default; datetimes of tables need no format.
    latency, summary_count_field_name, model_prune_window, model_memory_limit, model_plot_config, \
renormalization_window_days, ...
        As the API has them.
    filters : mapping of str to sequence of str, optional
        The lists that rules name.
    calendar : sequence of mapping, optional
        Scheduled events, see :meth:`set_calendar`.
    keep_results : bool
        Whether results are kept for ever (the default), or only as long as their scores may change.
    threads : int
        Changes no result.
    limits : Limits, optional
    timer : callable, optional
        Seconds, such as ``time.perf_counter``: buckets are then told with the time that they took
        (``processing_time_ms``, 0 without). No other result depends on it, and it is not kept in
        bytes; ``job.timer`` sets it anew.

    Raises
    ------
    JobError
        If the configuration is wrong, with status, type and reason as the API has them.

    Examples
    --------
    >>> import numpy as np
    >>> from adcore import Job
    >>> minutes = np.arange(3000)
    >>> load = 50 + np.random.default_rng(0).normal(0, 2, 3000)
    >>> load[2000:2005] = 90
    >>> job = Job(detectors="mean(load)", bucket_span="5m")
    >>> results = job.process({"time": minutes * 60_000, "load": load})
    >>> record = job.records()[0]
    >>> record["timestamp"] == 2000 * 60_000, record["actual"], round(record["typical"][0])
    (True, [90.0], 50)
    """

    def records(self, **question: Any) -> ResultPage:
        """See :meth:`JobResults.records`."""
        return self.results.records(**question)

    def buckets(self, **question: Any) -> ResultPage:
        """See :meth:`JobResults.buckets`."""
        return self.results.buckets(**question)

    def influencers(self, **question: Any) -> ResultPage:
        """See :meth:`JobResults.influencers`."""
        return self.results.influencers(**question)

    def model_plot(self, start: Any = None, end: Any = None) -> ModelPlot:
        """See :meth:`JobResults.model_plot`."""
        return self.results.model_plot(start, end)

    def overall_buckets(
        self,
        *others: Job,
        start: Any = None,
        end: Any = None,
        top_n: int = 1,
        bucket_span: Any = None,
        overall_score: float = 0.0,
        exclude_interim: bool = False,
    ) -> OverallPage:
        """How unusual each time was, for this job and others together.

        Parameters
        ----------
        *others : Job
        start, end : time, optional
        top_n : int
            Of how many jobs, those with the highest scores, the mean is taken.
        bucket_span : str, optional
            At least the longest of the jobs, which is the default.
        overall_score : float
            The least score.
        exclude_interim : bool

        Raises
        ------
        JobError
            As the API refuses it.
        """
        query = OverallQuery(
            read_moment("start", start),
            read_moment("end", end),
            top_n,
            None if bucket_span is None else TimeSpan.parse("bucket_span", bucket_span),
            overall_score,
            exclude_interim,
        )
        jobs = (self, *others)
        found = overall_buckets([job.job_buckets() for job in jobs], query)
        return OverallPage(found, tuple(dict.fromkeys(job.id for job in jobs)))

    def job_buckets(self) -> JobBuckets:
        """The scores of its buckets, as overall buckets are made from."""
        table = self.results.tables["buckets"]
        span = self.config.analysis_config.bucket_span
        return JobBuckets(
            self.id, span, table["timestamp"], table["anomaly_score"], table["is_interim"]
        )

    def forecast(self, duration: Any = "1d") -> JobForecast:
        """What the models expect from the last final bucket on.

        Parameters
        ----------
        duration : str or timedelta
            Such as ``"3d"``. A forecast ends before where nothing can be said any more.

        Raises
        ------
        JobError
            If the duration is out of range.
        JobStateError
            If models of this kind can have none.
        """
        asked = ForecastRequest.read(duration)
        with self._lock:
            try:
                made = self._engine.forecast(asked.duration.milliseconds)
            except InvalidStateError as error:
                raise JobStateError(str(error), status=400) from error
        return JobForecast(self._store.context, made["texts"], made["forecasts"])

    def explain(self, record: Mapping[str, Any]) -> list[str]:
        """Why a record is one, in sentences; see :meth:`records`."""
        return explain_record(record)

    def __repr__(self) -> str:
        analysis = self.config.analysis_config
        what = ", ".join(detector.detector_description for detector in analysis.detectors)
        state = "closed" if self.is_closed else "open"
        return f"Job({self.id!r}: {what} per {analysis.bucket_span}; {state})"
