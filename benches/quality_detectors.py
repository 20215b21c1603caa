"""adcore's detectors as the scorers want them: `callable(dims)` with `stream(X, t) -> array`.

All are strictly online: a row is scored before it is learned, and nothing is known of a series
but the number of its columns. Only a job uses times. The settings are the defaults of the field.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import adcore

Column = NDArray[np.float64]

INTERVALS = 100  # of which the first rows tell a job's bucket
START = 1_000_000_000  # times below are numbers of rows, or seconds since the first
REST = 12  # rows in which an anomaly that goes on is no news


class PlainForest:
    """The raw score of a forest without shingle, 100 trees."""

    def __init__(self, dims: int, shingle: int = 1, trees: int = 100, seed: int = 42) -> None:
        self._forest = adcore.RandomCutForest(
            dims, shingle_size=shingle, number_of_trees=trees, seed=seed
        )

    def stream(self, X: Column, _t: Column) -> Column:
        return self._forest.process(X)


class ThresholdedGrade:
    """The grade of the thresholded forest at default settings: the alert channel."""

    def __init__(self, dims: int, **options: Any) -> None:
        self._detector = adcore.ThresholdedForest(dims, **options)

    def stream(self, X: Column, _t: Column) -> Column:
        return self._detector.process(X).grade


class ThresholdedScore(ThresholdedGrade):
    """The score of the same: the ranking channel."""

    def stream(self, X: Column, _t: Column) -> Column:
        return self._detector.process(X).score


class JobRecordScore:
    """The strongest record of a job's mean of each column, as it was when the row's bucket ended.

    A bucket is as long as the first rows are apart, in whole seconds: the job is told nothing else.
    """

    def __init__(self, dims: int, function: str = "mean") -> None:
        self._columns = [f"v{i}" for i in range(dims)]
        self._detectors = [f"{function}({column})" for column in self._columns]

    def stream(self, X: Column, t: Column) -> Column:
        times = np.asarray(t, np.int64) + (START if t[0] < START else 0)
        span = max(int(np.median(np.diff(times[:INTERVALS]))), 1)
        job = adcore.Job(detectors=self._detectors, bucket_span=f"{span}s")
        rows = dict(zip(self._columns, np.ascontiguousarray(X.T, np.float64), strict=True))
        job.process({"time": times * 1000, **rows})
        job.flush(advance_time=int(times[-1] // span + 1) * span * 1000)
        strongest: dict[int, float] = {}
        for record in job.records(size=None):
            bucket = record["timestamp"] // (span * 1000)
            score = record["initial_record_score"]
            strongest[bucket] = max(score, strongest.get(bucket, 0.0))
        return np.array([strongest.get(bucket, 0.0) for bucket in (times // span).tolist()])


class JobAlert(JobRecordScore):
    """The same where it tops the last rows: one alert per anomaly, not one per bucket."""

    def stream(self, X: Column, t: Column) -> Column:
        scores = super().stream(X, t)
        before = np.lib.stride_tricks.sliding_window_view(np.pad(scores, (REST, 0)), REST)[:-1]
        return np.where(scores > before.max(axis=1), scores, 0.0)
