"""A random cut forest with the manners of River. Importing this needs River."""

# mypy: disable-error-code="import-not-found, import-untyped, misc"
# (where River is not installed its classes are of type Any)

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

from river.base import AnomalyDetector

from adcore.arrow import FloatArray
from adcore.forest import RandomCutForest
from adcore.matrix import matrix

__all__ = ["RandomCutForestDetector"]


class RandomCutForestDetector(AnomalyDetector):
    """One dict at a time to a :class:`adcore.RandomCutForest`.

    The features are those of the first dict learnt. One that is absent later is missing (see
    :meth:`adcore.RandomCutForest.process`); one that is new later is left out.

    Parameters
    ----------
    shingle_size, number_of_trees, sample_size, time_decay, output_after, seed
        As for :class:`adcore.RandomCutForest`.

    Examples
    --------
    >>> from adcore.river import RandomCutForestDetector
    >>> detector = RandomCutForestDetector(number_of_trees=20)
    >>> for i in range(500):
    ...     detector.learn_one({"load": i % 7, "users": i % 5})
    >>> usual = detector.score_one({"load": 3, "users": 2})
    >>> detector.score_one({"load": 90, "users": 2}) > 2 * usual
    True
    """

    def __init__(
        self,
        shingle_size: int = 1,
        number_of_trees: int = 50,
        sample_size: int = 256,
        time_decay: float | None = None,
        output_after: int | None = None,
        seed: int = 42,
    ) -> None:
        self.shingle_size = shingle_size
        self.number_of_trees = number_of_trees
        self.sample_size = sample_size
        self.time_decay = time_decay
        self.output_after = output_after
        self.seed = seed
        self._features: tuple[Hashable, ...] = ()
        self._forest: RandomCutForest | None = None

    def learn_one(self, x: Mapping[Hashable, Any]) -> None:
        """Learn one row."""
        if self._forest is None and x:
            self._features = tuple(sorted(x, key=str))
            self._forest = self._make_forest()
        if self._forest is not None:
            self._forest.update(self._row(x))

    def score_one(self, x: Mapping[Hashable, Any]) -> float:
        """The score of one row, >= 0; 0 until the forest is ready, or if ``x`` says nothing."""
        if self._forest is None:
            return 0.0
        score = float(self._forest.score(self._row(x))[0])
        return 0.0 if math.isnan(score) else score

    def _row(self, x: Mapping[Hashable, Any]) -> FloatArray:
        return matrix(
            [[x.get(feature) for feature in self._features]], len(self._features), name="x"
        )

    def _make_forest(self) -> RandomCutForest:
        return RandomCutForest(
            len(self._features),
            shingle_size=self.shingle_size,
            number_of_trees=self.number_of_trees,
            sample_size=self.sample_size,
            time_decay=self.time_decay,
            output_after=self.output_after,
            seed=self.seed,
        )
