"""Which anomalies happened together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

__all__ = ["AnomalyWindow", "happened_together"]

_MINUTE = 60_000
# Intervals are widened by so much before they are compared, and must then share at least so much.
_TOLERANCE, _LEAST_OVERLAP = 5 * _MINUTE, 3 * _MINUTE
# A difference in length that makes two intervals e times less alike.
_LENGTH_SCALE = 30 * _MINUTE
_LIKENESS = 0.3
# One interval lies in another, four times as long: what counts is how much of it does.
_CONTAINED, _MUCH_SHORTER, _CONTAINED_WEIGHT, _LENGTH_WEIGHT = 0.8, 0.25, 0.6, 0.45


@dataclass(frozen=True, slots=True)
class AnomalyWindow:
    """When there was an anomaly, epoch milliseconds.

    Attributes
    ----------
    start, end : int
    interval : int
        Of the detector.
    may_begin_before : bool
        Whether what was found in this interval may have begun in the one before, too late to
        make that unusual.
    """

    start: int
    end: int
    interval: int
    may_begin_before: bool = False

    @property
    def wide_start(self) -> int:
        """Where it begins at the earliest."""
        return self.start - (self.interval if self.may_begin_before else _TOLERANCE)


def happened_together(windows: Sequence[AnomalyWindow]) -> list[list[int]]:
    """Groups of windows that are alike, or connected by others that are.

    Two are alike by how much of both, widened by five minutes, they share, and the less the more
    they differ in length; of a short one in a long one it counts more how much of it is shared.

    Returns
    -------
    list of list of int
        Positions, each in one group; groups and positions in the order of the windows.

    Examples
    --------
    >>> at = [AnomalyWindow(m * 60_000, (m + 1) * 60_000, 60_000) for m in (0, 3, 60)]
    >>> happened_together(at)
    [[0, 1], [2]]
    """
    # Windows that are the same are one: a thousand entities may have an anomaly in one interval.
    distinct = sorted(dict.fromkeys(windows), key=lambda window: window.wide_start)
    groups = _connected(distinct) if distinct else np.empty(0, np.intp)
    group_of = dict(zip(distinct, groups.tolist(), strict=True))
    found: dict[int, list[int]] = {}
    for position, window in enumerate(windows):
        found.setdefault(group_of[window], []).append(position)
    return list(found.values())


def _connected(windows: Sequence[AnomalyWindow]) -> npt.NDArray[np.intp]:
    """A number for each window, the same for those that are connected."""
    starts = np.array([window.wide_start for window in windows], np.float64)
    ends = np.array([window.end + _TOLERANCE for window in windows], np.float64)
    lengths = np.array([window.end - window.start for window in windows], np.float64)
    intervals = np.array([window.interval for window in windows], np.float64)
    groups = np.arange(len(windows))
    for i in range(1, len(windows)):
        near = np.flatnonzero(ends[:i] >= starts[i] + _LEAST_OVERLAP)
        shared = np.minimum(ends[near], ends[i]) - starts[i]
        near, shared = near[shared >= _LEAST_OVERLAP], shared[shared >= _LEAST_OVERLAP]
        alike = near[
            _likeness(
                shared,
                ends[near] - starts[near],
                ends[i] - starts[i],
                abs(lengths[near] - lengths[i]),
                np.maximum(intervals[near], intervals[i]),
            )
            >= _LIKENESS
        ]
        groups[np.isin(groups, groups[alike])] = groups[i]
    return groups


def _likeness(
    shared: npt.NDArray[np.float64],
    length: npt.NDArray[np.float64],
    other: float,
    difference: npt.NDArray[np.float64],
    interval: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    shorter, longer = np.minimum(length, other), np.maximum(length, other)
    of_both, of_one = shared / (length + other - shared), shared / shorter
    inside = (of_one >= _CONTAINED) & (shorter <= _MUCH_SHORTER * longer)
    overlap = np.where(
        inside, (1 - _CONTAINED_WEIGHT) * of_both + _CONTAINED_WEIGHT * of_one, of_both
    )
    scale = np.where(inside, np.maximum(interval, _LENGTH_SCALE), _LENGTH_SCALE)
    weight = np.where(inside, _LENGTH_WEIGHT, 1.0)
    return np.asarray(overlap * np.exp(-weight * difference / scale), np.float64)
