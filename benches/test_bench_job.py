"""pytest-benchmark: a job's counting and its series models, each asserting its answer."""

from __future__ import annotations

from copy import copy
from typing import Any

import numpy as np
import pytest

from adcore import Job
from adcore._core import JobEngine

SPAN = 300_000
START = 1_600_000_200_000
SERIES = 1_000


def config(function: str, **fields: Any) -> dict[str, Any]:
    field = None if function == "count" else "x"
    detector = {"function": function, "field_name": field, "by_field_name": "key"}
    return {"bucket_span": SPAN, "detectors": [detector], **fields}


class Stream:
    """`rows` rows of some series, spread evenly over `buckets` buckets."""

    def __init__(self, rows: int, buckets: int, series: int = SERIES) -> None:
        rng = np.random.default_rng(1)
        self.times = START + np.arange(rows, dtype=np.int64) * (buckets * SPAN) // rows
        self.values = rng.normal(100.0, 5.0, rows)
        self.codes = rng.integers(0, series, rows, dtype=np.uint32)
        self.labels = [f"key-{i}" for i in range(series)]

    def part(self, rows: np.ndarray[Any, np.dtype[np.bool_]]) -> Stream:
        """Some of the rows."""
        made = copy(self)
        made.times, made.values, made.codes = self.times[rows], self.values[rows], self.codes[rows]
        return made

    def feed(self, engine: JobEngine) -> JobEngine:
        metrics = [self.values for _ in engine.metric_columns]
        engine.process(self.times, metrics, [(self.codes, self.labels) for _ in engine.key_columns])
        return engine


def note(benchmark: Any, name: str, done: int) -> None:
    """Nothing is timed where benchmarks only run as tests."""
    if benchmark.enabled:
        benchmark.extra_info[name] = done / benchmark.stats.stats.median


@pytest.mark.parametrize("function", ["count", "mean"])
@pytest.mark.parametrize("influencers", [[], ["key", "user"]], ids=["alone", "influencers"])
def test_rows(benchmark: Any, function: str, influencers: list[str]) -> None:
    """A million rows of one bucket: what counting costs."""
    stream = Stream(1_000_000, 1)

    def fresh() -> tuple[tuple[JobEngine], dict[str, Any]]:
        return (JobEngine(config(function, influencers=influencers)),), {}

    engine = benchmark.pedantic(stream.feed, setup=fresh, rounds=5)
    assert engine.counts()["processed_record_count"] == 1_000_000
    note(benchmark, "rows_per_second", 1_000_000)


@pytest.mark.parametrize("detector", ["count by key", "mean(x) by key"])
def test_tables(benchmark: Any, detector: str) -> None:
    """A million rows of a table, 50 of each series in each of 20 buckets: what all of it costs."""
    stream = Stream(1_000_000, 20)
    names = np.array(stream.labels, dtype=object)
    table = {"time": stream.times, "key": names[stream.codes], "x": stream.values}

    def fresh() -> tuple[tuple[Job], dict[str, Any]]:
        return (Job(detectors=detector, bucket_span="5m"),), {}

    results = benchmark.pedantic(lambda job: job.process(table), setup=fresh, rounds=3)
    assert len(results) == 19
    note(benchmark, "rows_per_second", 1_000_000)


@pytest.mark.parametrize("function", ["count", "mean"])
def test_series_buckets(benchmark: Any, function: str) -> None:
    """1 000 series with a row or two in each of 100 buckets: what modelling costs."""
    buckets = 100
    stream = Stream(200_000, buckets)

    def fresh() -> tuple[tuple[JobEngine], dict[str, Any]]:
        return (JobEngine(config(function)),), {}

    engine = benchmark.pedantic(stream.feed, setup=fresh, rounds=3)
    assert engine.counts()["bucket_count"] == buckets - 1
    note(benchmark, "series_buckets_per_second", SERIES * (buckets - 1))


@pytest.mark.parametrize("has_shapes", [False, True], ids=["plain", "shapes"])
def test_shape_feature(benchmark: Any, has_shapes: bool) -> None:
    """200 series over 50 buckets, once they have learnt 300: what looking at their order costs."""
    series, learning, buckets = 200, 300, 350
    stream = Stream(series * buckets, buckets, series)
    # A row in every bucket: of windows that lack one nothing is said.
    stream.codes = np.tile(np.arange(series, dtype=np.uint32), buckets)
    first = stream.times < START + learning * SPAN
    early, late = stream.part(first), stream.part(~first)

    def learnt() -> tuple[tuple[JobEngine], dict[str, Any]]:
        return (early.feed(JobEngine(config("mean", shape_feature=has_shapes))),), {}

    engine = benchmark.pedantic(late.feed, setup=learnt, rounds=3)
    assert engine.counts()["bucket_count"] == buckets - 1
    note(benchmark, "series_buckets_per_second", series * (buckets - learning))
    size = engine.model_size_stats()["model_bytes"]
    assert (size > series * 8_000) == has_shapes
    benchmark.extra_info["bytes_per_series"] = size / series


def test_renormalisation(benchmark: Any) -> None:
    """A million scores made anew."""
    engine = Stream(200_000, 100).feed(JobEngine(config("mean")))
    records = engine.take_results()["records"]
    times = -(-1_000_000 // len(records["level"]))
    names = ("level", "class_id", "scope_id", "log_probability", "record_score")
    columns = [np.tile(records[name], times)[:1_000_000] for name in names]
    scores, changed = benchmark(engine.renormalise, *columns)
    assert np.array_equal(scores[~changed], columns[-1][~changed])


def test_state(benchmark: Any) -> None:
    engine = Stream(200_000, 10).feed(JobEngine(config("mean")))
    state = engine.to_bytes()
    restored = benchmark(JobEngine.from_bytes, state)
    assert restored.to_bytes() == state
