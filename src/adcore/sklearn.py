"""A random cut forest with the manners of scikit-learn. Importing this needs scikit-learn."""

# mypy: disable-error-code="import-not-found, import-untyped, misc"
# (scikit-learn comes without types, so its classes are of type Any)

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OutlierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from adcore.arrow import FloatArray
from adcore.config import number
from adcore.forest import RandomCutForest

__all__ = ["RandomCutForestDetector"]

_Self = TypeVar("_Self", bound="RandomCutForestDetector")


class RandomCutForestDetector(OutlierMixin, BaseEstimator):
    """Outliers among rows, found by a :class:`adcore.RandomCutForest`.

    Rows are points of their own; for a series, where a point is several rows, use
    :class:`adcore.ThresholdedForest`.

    Parameters
    ----------
    number_of_trees, sample_size, time_decay
        As for :class:`adcore.RandomCutForest`. By default ``time_decay`` is 0: rows of a table have
        no order in time.
    contamination : "auto" or float
        The fraction of outliers among the rows fitted, in (0, 0.5]; "auto": outliers score more
        than three standard deviations above the mean of the rows fitted.
    threads : int
        Threads that one call may use.
    random_state : int, RandomState or None
        Where the seed of the forest is taken from.

    Attributes
    ----------
    forest_ : RandomCutForest
    offset_ : float
        ``decision_function`` is ``score_samples - offset_``.
    n_features_in_ : int

    Examples
    --------
    >>> import numpy as np
    >>> from adcore.sklearn import RandomCutForestDetector
    >>> X = np.random.default_rng(0).normal(size=(500, 2))
    >>> X[100] = [9, -9]
    >>> detector = RandomCutForestDetector(random_state=0).fit(X)
    >>> detector.predict([[0, 0], [9, -9]])
    array([ 1, -1])
    """

    def __init__(
        self,
        *,
        number_of_trees: int = 100,
        sample_size: int = 256,
        time_decay: float | None = 0.0,
        contamination: float | str = "auto",
        threads: int = 1,
        random_state: Any = None,
    ) -> None:
        self.number_of_trees = number_of_trees
        self.sample_size = sample_size
        self.time_decay = time_decay
        self.contamination = contamination
        self.threads = threads
        self.random_state = random_state

    def fit(self: _Self, X: Any, y: object = None) -> _Self:  # noqa: ARG002 (a habit of sklearn)
        """Learn the rows of ``X`` (n, features), then decide which scores are outliers'."""
        rows = validate_data(self, X, dtype=np.float64)
        self.forest_ = self._make_forest(rows.shape[1])
        return self._learn(rows)

    def partial_fit(self: _Self, X: Any, y: object = None) -> _Self:  # noqa: ARG002 (as fit)
        """Learn more rows; the offset follows from these rows alone."""
        first = not hasattr(self, "forest_")
        rows = validate_data(self, X, dtype=np.float64, reset=first)
        if first:
            self.forest_ = self._make_forest(rows.shape[1])
        return self._learn(rows)

    def score_samples(self, X: Any) -> FloatArray:
        """The negated scores of rows: the lower, the more anomalous."""
        check_is_fitted(self)
        return -self.forest_.score(validate_data(self, X, dtype=np.float64, reset=False))

    def decision_function(self, X: Any) -> FloatArray:
        """The same, shifted so that outliers are below 0."""
        values: FloatArray = self.score_samples(X) - self.offset_
        return values

    def predict(self, X: Any) -> npt.NDArray[np.int64]:
        """-1 for outliers, 1 for the others."""
        return np.where(self.decision_function(X) < 0, -1, 1)

    def _make_forest(self, features: int) -> RandomCutForest:
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        return RandomCutForest(
            features,
            number_of_trees=self.number_of_trees,
            sample_size=self.sample_size,
            time_decay=self.time_decay,
            output_after=1,
            initial_accept_fraction=1.0,
            threads=self.threads,
            seed=int(seed),
        )

    def _learn(self: _Self, rows: FloatArray) -> _Self:
        self.forest_.update(rows)
        scores = -self.forest_.score(rows)
        if self.contamination == "auto":
            self.offset_ = float(scores.mean() - 3.0 * scores.std())
        else:
            fraction = number("contamination", self.contamination, 0.0, 0.5)
            self.offset_ = float(np.quantile(scores, fraction))
        return self
