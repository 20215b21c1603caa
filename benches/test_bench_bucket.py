"""pytest-benchmark: the hot calls of the bucket room, each asserting its answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from bucket_workloads import BUCKET_SPAN, WORKLOADS, BucketRows, BucketWorkload, make_rows

from adcore.bucket import BucketAggregator

ROWS = 200_000
BATCH = 50_000
FUNCTIONS = {
    "moments": ["mean(x)", "sum(x)", "max(x)"],
    "sketches": ["p99(x)", "median_absolute_deviation(x)", "cardinality(x)"],
}


def small(name: str) -> BucketWorkload:
    work = WORKLOADS[name]
    return replace(work, rows=ROWS, entities=work.entities // 50, columns=1)


def run(aggregator: BucketAggregator, rows: BucketRows) -> tuple[int, int]:
    """Vectors, and rows in them."""
    vectors = seen = 0
    for first in range(0, ROWS, BATCH):
        part = slice(first, first + BATCH)
        aggregator.add(
            rows.timestamps[part], {"x": rows.values["x"][part]}, entities=rows.entities[part]
        )
        table = aggregator.take_finished()
        vectors, seen = vectors + len(table), seen + int(table.count.sum())
    table = aggregator.flush()
    return vectors + len(table), seen + int(table.count.sum())


@pytest.mark.parametrize("functions", FUNCTIONS)
@pytest.mark.parametrize("name", ["B1", "B4", "B5"])
def test_stream(benchmark: Any, name: str, functions: str) -> None:
    work = small(name)
    rows = make_rows(work)
    keys = np.unique(rows.timestamps // BUCKET_SPAN * work.entities + rows.entities)

    def fresh() -> tuple[tuple[BucketAggregator, BucketRows], dict[str, Any]]:
        delay = work.disorder
        return (BucketAggregator(BUCKET_SPAN, FUNCTIONS[functions], window_delay=delay), rows), {}

    answer = benchmark.pedantic(run, setup=fresh, rounds=5)
    assert answer == (len(keys), ROWS)


def test_keys_of_text(benchmark: Any) -> None:
    hosts = [f"host-{i % 1_000}" for i in range(ROWS)]

    def fresh() -> tuple[tuple[BucketAggregator], dict[str, Any]]:
        return (BucketAggregator(BUCKET_SPAN, ["count"], keys=["host"]),), {}

    def add(aggregator: BucketAggregator) -> int:
        aggregator.add(np.zeros(ROWS, dtype=np.int64), keys=[hosts])
        return len(aggregator.flush())

    assert benchmark.pedantic(add, setup=fresh, rounds=5) == 1_000


def test_state(benchmark: Any) -> None:
    aggregator = BucketAggregator(BUCKET_SPAN, FUNCTIONS["moments"])
    rows = make_rows(small("B5"))
    aggregator.add(rows.timestamps, rows.values, entities=rows.entities)
    state = aggregator.to_bytes()
    restored = benchmark(BucketAggregator.from_bytes, state)
    assert restored.to_bytes() == state
