"""Overall buckets: scores of several jobs together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adcore.job import JobError
from adcore.job.overall_buckets import (
    JobBuckets,
    OverallQuery,
    overall_buckets,
    read_overall_query,
)
from adcore.job.time_span import TimeSpan

HOUR = 3_600_000


def job(
    name: str, span: str, *scores: tuple[float, float], interim: int | None = None
) -> JobBuckets:
    """A job with a score per hour."""
    times = np.array([int(hour * HOUR) for hour, _ in scores], dtype=np.int64)
    states = np.array([i == interim for i in range(len(scores))], dtype=np.bool_)
    numbers = np.array([score for _, score in scores], dtype=np.float64)
    return JobBuckets(name, TimeSpan.parse("bucket_span", span), times, numbers, states)


JOBS = [job("b", "1h", (5, 40.0)), job("a", "1h", (5, 60.0)), job("c", "1h", (5, 20.0))]


@pytest.mark.parametrize(("top_n", "score"), [(1, 60.0), (2, 50.0), (3, 40.0), (9, 40.0)])
def test_the_score_is_the_mean_of_the_highest(top_n: int, score: float) -> None:
    assert overall_buckets(JOBS, OverallQuery(top_n=top_n)) == [
        {
            "timestamp": 5 * HOUR,
            "bucket_span": 3600,
            "overall_score": score,
            "jobs": [
                {"job_id": "a", "max_anomaly_score": 60.0},
                {"job_id": "b", "max_anomaly_score": 40.0},
                {"job_id": "c", "max_anomaly_score": 20.0},
            ],
            "is_interim": False,
            "result_type": "overall_bucket",
        }
    ]


def test_one_job_of_two_asked_for() -> None:
    (bucket,) = overall_buckets([job("a", "1h", (0, 30.0))], OverallQuery(top_n=2))
    assert bucket["overall_score"] == 30.0


MIXED = [
    job("short", "30m", (2, 10.0), (2.5, 90.0), (3, 5.0)),
    job("long", "2h", (2, 50.0), (6, 1.0), interim=1),
]


def test_buckets_are_those_of_the_longest_span() -> None:
    found = overall_buckets(MIXED, OverallQuery(top_n=2))
    assert [(b["timestamp"] // HOUR, b["overall_score"]) for b in found] == [(2, 70.0), (6, 1.0)]
    assert [b["bucket_span"] for b in found] == [7200, 7200]
    assert [b["is_interim"] for b in found] == [False, True]
    assert [
        b["timestamp"] // HOUR for b in overall_buckets(MIXED, OverallQuery(exclude_interim=True))
    ] == [2]


def test_bounds_are_moved_inwards() -> None:
    times = OverallQuery(start=1 * HOUR, end=int(5.9 * HOUR))
    assert [b["timestamp"] // HOUR for b in overall_buckets(MIXED, times)] == [2]
    assert overall_buckets(MIXED, OverallQuery(start=3 * HOUR, end=6 * HOUR)) == []


def test_longer_buckets_take_the_highest_of_each() -> None:
    query = OverallQuery(bucket_span=TimeSpan.parse("bucket_span", "1d"), overall_score=2.0)
    (bucket,) = overall_buckets(MIXED, query)
    assert (bucket["timestamp"], bucket["overall_score"], bucket["bucket_span"]) == (0, 90.0, 86400)
    assert bucket["jobs"] == [
        {"job_id": "long", "max_anomaly_score": 50.0},
        {"job_id": "short", "max_anomaly_score": 90.0},
    ]


def test_nothing_comes_of_nothing() -> None:
    assert overall_buckets([], OverallQuery()) == []
    assert overall_buckets([job("a", "1h")], OverallQuery()) == []


MANY = 20_002


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        # What counts is what would be returned: of high scores, of longer spans, of intervals that
        # have a bucket at all, of the time that is asked for.
        ({"overall_score": 50.0}, 3),
        ({"bucket_span": TimeSpan.parse("bucket_span", "3h")}, 6_668),
        ({"end": 10_000 * HOUR}, 10_000),
        ({"end": 10_001 * HOUR}, None),
        ({"bucket_span": TimeSpan.parse("bucket_span", "2h")}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_ten_thousand_is_the_most_that_is_returned(
    asked: dict[str, Any], count: int | None
) -> None:
    many = job("a", "1h", *((hour, 80.0 if hour in (7, 8, 20_000) else 1.0)
                            for hour in range(MANY)))  # fmt: skip
    if count is None:
        with pytest.raises(JobError, match=r"^Unable to return more than \[10000\] results; "):
            overall_buckets([many], OverallQuery(**asked))
    else:
        assert len(overall_buckets([many], OverallQuery(**asked))) == count


def test_intervals_without_buckets_do_not_count() -> None:
    far = job("a", "1h", (0, 1.0), (500_000, 2.0))
    assert len(overall_buckets([far], OverallQuery())) == 2


def test_a_question_is_read_from_both_places() -> None:
    query = read_overall_query(
        {"top_n": "3", "exclude_interim": "True", "start": "1403481600", "human": ""},
        {"top_n": 1, "overall_score": 50, "end": "2014-06-24", "allow_no_match": True},
    )
    assert query == OverallQuery(1403481600000, 1403568000000, 3, None, 50.0, True)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: OverallQuery(top_n=0), "[topN] parameter must be positive, found [0]"),
        (lambda: OverallQuery(top_n=-1), "[topN] parameter must be positive, found [-1]"),
        (
            lambda: overall_buckets(
                [job("a", "60m", (0, 1.0))],
                OverallQuery(bucket_span=TimeSpan.parse("bucket_span", "30m")),
            ),
            "Param [bucket_span] must be greater or equal to the max bucket_span [60m]",
        ),
        (
            lambda: overall_buckets(
                [job("a", "1h", *((hour, 1.0) for hour in range(10_001)))], OverallQuery()
            ),
            (
                "Unable to return more than [10000] results; please use parameters [start] and "
                "[end] to limit the time range"
            ),
        ),
        (
            lambda: read_overall_query({"start": "abc"}),
            (
                "Query param [start] with value [abc] cannot be parsed as a date or converted to a "
                "number (epoch)."
            ),
        ),
    ],
)
def test_refusals(ask: Any, reason: str) -> None:
    with pytest.raises(JobError) as caught:
        ask()
    assert (caught.value.status, caught.value.reason) == (400, reason)
