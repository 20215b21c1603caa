"""Overall buckets: how unusual a time was for several jobs together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array
from adcore.job.dates import read_moment
from adcore.job.errors import bad_request, illegal_argument
from adcore.job.fields import (
    Field,
    Reader,
    flag,
    moment,
    number,
    read_fields,
    read_parameter,
    text,
    whole,
)
from adcore.job.result_request import read_flag
from adcore.job.time_span import TimeSpan

__all__ = ["JobBuckets", "OverallQuery", "overall_buckets", "read_overall_query"]

_MOST = 10_000
_OWNER = "cluster:monitor/xpack/ml/job/results/overall_buckets/get"


@dataclass(frozen=True, slots=True, eq=False)
class JobBuckets:
    """The buckets of one job.

    Attributes
    ----------
    job_id : str
    bucket_span : TimeSpan
    timestamp : int64 array of shape (n,)
        Starts, in ms.
    anomaly_score : float64 array of shape (n,)
    is_interim : bool array of shape (n,)
    """

    job_id: str
    bucket_span: TimeSpan
    timestamp: Int64Array
    anomaly_score: FloatArray
    is_interim: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OverallQuery:
    """What is asked.

    Attributes
    ----------
    start, end : int, optional
        Milliseconds, with the first and without the last.
    top_n : int
        Of how many jobs, those with the highest scores, the mean is taken.
    bucket_span : TimeSpan, optional
        At least the longest of the jobs, which is the default.
    overall_score : float
        The least score.
    exclude_interim : bool
    """

    start: int | None = None
    end: int | None = None
    top_n: int = 1
    bucket_span: TimeSpan | None = None
    overall_score: float = 0.0
    exclude_interim: bool = False

    def __post_init__(self) -> None:
        if self.top_n <= 0:
            raise illegal_argument(f"[topN] parameter must be positive, found [{self.top_n}]")


def read_overall_query(
    parameters: Mapping[str, str], body: Mapping[str, Any] | None = None, *, now: int | None = None
) -> OverallQuery:
    """The question of a request; where URL and body differ, the URL counts.

    Raises
    ------
    JobError
        At the first thing that is wrong, in the words of the API.

    Examples
    --------
    >>> read_overall_query({"top_n": "2"}, {"bucket_span": "1h"}).bucket_span.seconds
    3600
    """
    asked = read_fields(Field(_OWNER), body or {}, _READERS)
    asked |= {
        name: read_parameter(name, _given(name, given), _READERS[name])
        for name, given in parameters.items()
        if name in _READERS
    }
    for name in ("start", "end"):
        asked[name] = read_moment(name, asked.get(name), now)
    asked.pop("allow_no_match", None)
    asked.pop("job_id", None)
    return OverallQuery(**asked)


def overall_buckets(jobs: Sequence[JobBuckets], query: OverallQuery) -> list[dict[str, Any]]:
    """Documents of overall buckets, by time; at most 10 000.

    What counts is what would be returned, as the message says: intervals that have a bucket of a
    job, of the score and of the span that are asked for.

    Parameters
    ----------
    jobs : sequence of JobBuckets
    query : OverallQuery

    Raises
    ------
    JobError
        If the span is too short, or there would be too many.

    Examples
    --------
    >>> hour = TimeSpan.parse("bucket_span", "1h")
    >>> jobs = [JobBuckets(name, hour, np.array([0]), np.array([score]), np.array([False]))
    ...         for name, score in (("a", 60.0), ("b", 20.0), ("c", 40.0))]
    >>> [overall_buckets(jobs, OverallQuery(top_n=n))[0]["overall_score"] for n in (1, 2, 3)]
    [60.0, 50.0, 40.0]
    """
    if not jobs:
        return []
    longest = max((job.bucket_span for job in jobs), key=lambda span: span.seconds)
    wanted = query.bucket_span or longest
    if wanted.seconds < longest.seconds:
        raise bad_request(
            f"Param [bucket_span] must be greater or equal to the max bucket_span [{longest}]"
        )
    found = _intervals(jobs, query, longest)
    if wanted.seconds > longest.seconds:
        found = _grouped(found, wanted)
    if len(found) > _MOST:
        raise bad_request(
            f"Unable to return more than [{_MOST}] results; please use parameters [start] and "
            "[end] to limit the time range"
        )
    return found


def _intervals(
    jobs: Iterable[JobBuckets], query: OverallQuery, span: TimeSpan
) -> list[dict[str, Any]]:
    """The overall buckets of the longest span, by time."""
    length = span.milliseconds
    start = None if query.start is None else -(-query.start // length) * length
    end = None if query.end is None else query.end // length * length
    scores: dict[int, dict[str, float]] = {}
    interim: set[int] = set()
    for job in sorted(jobs, key=lambda job: job.job_id):
        kept = np.ones(len(job.timestamp), np.bool_)
        kept &= True if start is None else job.timestamp >= start
        kept &= True if end is None else job.timestamp < end
        kept &= ~job.is_interim if query.exclude_interim else True
        at = (job.timestamp[kept] // length * length).tolist()
        interim.update(np.array(at, np.int64)[job.is_interim[kept]].tolist())
        for time, score in zip(at, job.anomaly_score[kept].tolist(), strict=True):
            of_time = scores.setdefault(time, {})
            of_time[job.job_id] = max(score, of_time.get(job.job_id, score))
    made = (
        _document(time, span, _mean_of_highest(scores[time].values(), query.top_n), scores[time],
                  time in interim)
        for time in sorted(scores)
    )  # fmt: skip
    return [document for document in made if document["overall_score"] >= query.overall_score]


def _mean_of_highest(scores: Iterable[float], count: int) -> float:
    highest = sorted(scores, reverse=True)[:count]
    return sum(highest) / len(highest)


def _grouped(intervals: Iterable[Mapping[str, Any]], span: TimeSpan) -> list[dict[str, Any]]:
    """Longer ones: of the score, and of each job's, the highest in it."""
    groups: dict[int, list[Mapping[str, Any]]] = {}
    for interval in intervals:
        time = interval["timestamp"] // span.milliseconds * span.milliseconds
        groups.setdefault(time, []).append(interval)
    made = []
    for time, members in sorted(groups.items()):
        scores: dict[str, float] = {}
        for job in (job for member in members for job in member["jobs"]):
            score = job["max_anomaly_score"]
            scores[job["job_id"]] = max(score, scores.get(job["job_id"], score))
        overall = max(member["overall_score"] for member in members)
        is_interim = any(member["is_interim"] for member in members)
        made.append(_document(time, span, overall, scores, is_interim))
    return made


def _document(
    time: int, span: TimeSpan, score: float, jobs: Mapping[str, float], is_interim: bool
) -> dict[str, Any]:
    return {
        "timestamp": time,
        "bucket_span": span.seconds,
        "overall_score": score,
        "jobs": [{"job_id": name, "max_anomaly_score": jobs[name]} for name in sorted(jobs)],
        "is_interim": is_interim,
        "result_type": "overall_bucket",
    }


def _given(name: str, value: str) -> Any:
    return read_flag(value) if name in ("exclude_interim", "allow_no_match") else value


_READERS: dict[str, Reader] = {
    "job_id": text,
    "start": moment,
    "end": moment,
    "top_n": whole,
    "bucket_span": TimeSpan.read,
    "overall_score": number,
    "exclude_interim": flag,
    "allow_no_match": flag,
}
