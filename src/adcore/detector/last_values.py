"""The last known value of each feature of each entity: what stands for a missing one."""

from __future__ import annotations

import numpy as np

from adcore.arrow import FloatArray, UInt32Array

__all__ = ["LastValues"]


class LastValues:
    """Fills gaps forward, per entity; says what the forests do with ``imputation="previous"``.

    Parameters
    ----------
    features : int

    Examples
    --------
    >>> last = LastValues(1)
    >>> last.fill(np.array([0, 0], np.uint32), np.array([[2.0], [np.nan]])).tolist()
    [[2.0], [2.0]]
    >>> last.fill(np.array([0, 1], np.uint32), np.array([[np.nan], [np.nan]])).tolist()
    [[2.0], [nan]]
    """

    def __init__(self, features: int) -> None:
        self.values: FloatArray = np.empty((0, features))

    def fill(self, entities: UInt32Array, values: FloatArray) -> FloatArray:
        """The values with what is missing taken from before; and remember them.

        Parameters
        ----------
        entities : uint32 array of shape (n,)
            Vectors of one entity stand in the order of time.
        values : float64 array of shape (n, features)
        """
        if len(entities) == 0:
            return values
        self._grow(int(entities.max()) + 1)
        if not np.isnan(values).any():
            self.values[entities] = values  # of several of one entity the last stays
            return values
        order = np.argsort(entities, kind="stable")
        grouped = entities[order]
        starts = np.flatnonzero(np.diff(grouped, prepend=-1))
        filled = self._forward(grouped, starts, values[order])
        lasts = np.r_[starts[1:], len(grouped)] - 1
        self.values[grouped[lasts]] = filled[lasts]
        out = np.empty_like(values)
        out[order] = filled
        return out

    def _forward(
        self,
        grouped: UInt32Array,
        starts: np.ndarray[tuple[int], np.dtype[np.intp]],
        values: FloatArray,
    ) -> FloatArray:
        """Rows grouped by entity: each value, or the last before it in its group, or before."""
        rows = np.arange(len(grouped))
        first = np.zeros(len(grouped), dtype=np.intp)
        first[starts] = starts
        first = np.maximum.accumulate(first)
        filled = np.empty_like(values)
        for i in range(values.shape[1]):
            known = np.maximum.accumulate(np.where(np.isnan(values[:, i]), -1, rows))
            inside = known >= first
            filled[:, i] = np.where(inside, values[known, i], self.values[grouped, i])
        return filled

    def _grow(self, entities: int) -> None:
        missing = entities - len(self.values)
        if missing > 0:
            # Room for as many again: entities come one by one.
            more = np.full((missing + len(self.values), self.values.shape[1]), np.nan)
            self.values = np.concatenate([self.values, more])
