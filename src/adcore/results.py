"""What forests answer: small frozen records of arrays."""

from __future__ import annotations

from dataclasses import dataclass

from adcore.arrow import FloatArray, Int64Array

__all__ = ["Attribution", "Density", "Forecast", "Imputation", "Neighbors"]


@dataclass(frozen=True, slots=True)
class Attribution:
    """A score split over the values of a point and over the two sides.

    Attributes
    ----------
    high : float64 array of shape (n, dimensions)
        The part due to the value lying above what was seen.
    low : float64 array of shape (n, dimensions)
        The part due to the value lying below.
    """

    high: FloatArray
    low: FloatArray

    @property
    def total(self) -> FloatArray:
        """The scores, float64 of shape (n,)."""
        total: FloatArray = self.high.sum(axis=1) + self.low.sum(axis=1)
        return total


@dataclass(frozen=True, slots=True)
class Density:
    """Estimated density around points, split by direction.

    Attributes
    ----------
    value : float64 array of shape (n,)
        Sampled points per unit of volume, >= 0.
    high, low : float64 arrays of shape (n, dimensions)
        The part of it above and below the point in each dimension; together they sum to ``value``.
    """

    value: FloatArray
    high: FloatArray
    low: FloatArray


@dataclass(frozen=True, slots=True)
class Neighbors:
    """Sampled points near a point, nearest first.

    Attributes
    ----------
    points : float64 array of shape (k, dimensions)
    distances : float64 array of shape (k,)
        Euclidean.
    scores : float64 array of shape (k,)
        The mean score given by the trees that reached the neighbour.
    trees : int64 array of shape (k,)
        How many trees reached it.
    """

    points: FloatArray
    distances: FloatArray
    scores: FloatArray
    trees: Int64Array

    def __len__(self) -> int:
        return len(self.distances)


@dataclass(frozen=True, slots=True)
class Imputation:
    """A row or point with its missing values filled in.

    Attributes
    ----------
    value : float64 array
        As given, with the median over the trees in place of what was missing.
    low, high : float64 arrays
        The 10th and the 90th percentile over the trees.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Forecast:
    """The rows to come.

    Attributes
    ----------
    value : float64 array of shape (horizon, input_dimensions)
    low, high : float64 arrays of shape (horizon, input_dimensions)
        The 10th and the 90th percentile over the trees.
    timestamps : int64 array of shape (horizon,), or None
        When the rows are expected, where the forest knows about time.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    timestamps: Int64Array | None = None

    def __len__(self) -> int:
        return len(self.value)
