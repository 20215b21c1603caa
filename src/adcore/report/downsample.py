"""Long series as few points, without losing what stands out."""

from __future__ import annotations

import numpy as np

from adcore.arrow import FloatArray, Int64Array

__all__ = ["extremes", "usual_range"]


def extremes(values: FloatArray, points: int) -> Int64Array:
    """Positions of at most about ``points`` values that draw the same line.

    The series is cut into equal stretches, and of each the smallest and the largest value are
    kept: a peak of a single value survives any factor.

    Parameters
    ----------
    values : float64 array of shape (n,)
        ``NaN`` is a gap; a stretch without any value keeps its first position, so that gaps stay.
    points : int
        At least 2.

    Returns
    -------
    int64 array
        Ascending, without repetition; all positions where n <= points.

    Examples
    --------
    >>> extremes(np.array([0.0, 0.0, 9.0, 0.0, 1.0, 0.5, 0.2, 0.3]), 4)
    array([0, 2, 4, 6])
    """
    if len(values) <= points:
        return np.arange(len(values), dtype=np.int64)
    starts = np.linspace(0, len(values), points // 2 + 1).astype(np.int64)[:-1]
    low = _first_equal(values, np.fmin.reduceat(values, starts), starts)
    high = _first_equal(values, np.fmax.reduceat(values, starts), starts)
    return np.union1d(low, high)


def _first_equal(values: FloatArray, wanted: FloatArray, starts: Int64Array) -> Int64Array:
    """Per stretch the first position of the wanted value."""
    lengths = np.diff(np.r_[starts, len(values)])
    stretch = np.repeat(np.arange(len(starts)), lengths)
    is_wanted = (values == wanted[stretch]) | np.isnan(wanted[stretch])
    positions = np.flatnonzero(is_wanted)
    _, first = np.unique(stretch[positions], return_index=True)
    return positions[first]


def usual_range(
    values: FloatArray, at: Int64Array, window: int, share: float = 0.9
) -> tuple[FloatArray, FloatArray]:
    """The range in which most of the values before a position lay.

    Parameters
    ----------
    values : float64 array of shape (n,)
        ``NaN`` is missing.
    at : int64 array of shape (m,)
        Positions to ask about.
    window : int
        How many values before each position count.
    share : float
        The middle part of them that is the range.

    Returns
    -------
    low, high : float64 arrays of shape (m,)
        ``NaN`` where fewer than an eighth of the window is there.
    """
    padded = np.r_[np.full(window, np.nan), values]
    before = np.sort(padded[at[:, None] + np.arange(window)], axis=1)
    counts = np.count_nonzero(~np.isnan(before), axis=1)
    low, high = (_quantile(before, counts, q) for q in ((1 - share) / 2, (1 + share) / 2))
    few = counts < window // 8
    return np.where(few, np.nan, low), np.where(few, np.nan, high)


def _quantile(rows: FloatArray, counts: Int64Array, q: float) -> FloatArray:
    """Per ascending row, NaNs last, the quantile of its first ``counts`` values."""
    position = np.maximum(counts - 1, 0) * q
    lower = np.floor(position).astype(np.int64)
    upper = np.minimum(lower + 1, np.maximum(counts - 1, 0))
    first = np.take_along_axis(rows, lower[:, None], axis=1)[:, 0]
    second = np.take_along_axis(rows, upper[:, None], axis=1)[:, 0]
    result: FloatArray = first + (second - first) * (position - lower)
    return result
