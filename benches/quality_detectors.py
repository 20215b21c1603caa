"""adcore's detectors as the scorers want them: `callable(dims)` with `stream(X, t) -> array`.

All are strictly online: a row is scored before it is learned, and nothing is known of a series
but the number of its columns. Times are not used: the settings are the defaults of the field.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import adcore

Column = NDArray[np.float64]


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
