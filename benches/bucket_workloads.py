"""Rows that the benchmarks of buckets run on: named and seeded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

BUCKET_SPAN = 60_000


@dataclass(frozen=True)
class BucketWorkload:
    """`rows` rows of `entities` entities, spread evenly over `buckets` buckets of a minute.

    Times go forward, and each row is late by up to `disorder` ms.
    """

    title: str
    rows: int = 10_000_000
    entities: int = 10_000
    buckets: int = 100
    columns: int = 1
    disorder: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        return ("x", "y")[: self.columns]


WORKLOADS = {
    "B1": BucketWorkload("10 rows per bucket and entity, one column"),
    "B2": BucketWorkload("the same, two columns", columns=2),
    "B3": BucketWorkload("100 rows per bucket and entity", buckets=10),
    "B4": BucketWorkload("rows up to two minutes late", disorder=120_000),
    "B5": BucketWorkload("a million entities", entities=1_000_000, buckets=1),
}


@dataclass(frozen=True)
class BucketRows:
    timestamps: npt.NDArray[np.int64]
    entities: npt.NDArray[np.uint32]
    values: dict[str, npt.NDArray[np.float64]]


def make_rows(work: BucketWorkload) -> BucketRows:
    rng = np.random.default_rng(1)
    # A start on a whole minute, so that there are as many buckets as the workload says.
    times = 1_700_000_040_000 + np.arange(work.rows) * (work.buckets * BUCKET_SPAN) // work.rows
    if work.disorder:
        times = times - rng.integers(0, work.disorder, work.rows)
    entities = rng.integers(0, work.entities, work.rows, dtype=np.uint32)
    values = {field: rng.random(work.rows) * 100 for field in work.fields}
    return BucketRows(times, entities, values)
