"""Rows of many entities: what comes in as arrays, and what results are written to."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array
from adcore.config import integer
from adcore.errors import InvalidArgumentError
from adcore.thresholded_result import ThresholdedResult
from adcore.times import epoch_milliseconds

__all__ = [
    "EntityIds",
    "ResultColumns",
    "entity_id",
    "entity_ids",
    "join_anomalies",
    "part_of_times",
    "times_of",
]

EntityIds = npt.NDArray[np.uint64]


class ResultColumns(NamedTuple):
    """The arrays that results of all rows are written to."""

    score: FloatArray
    grade: FloatArray
    confidence: FloatArray
    threshold: FloatArray
    status_code: npt.NDArray[np.uint8]
    correction_code: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, rows: int) -> ResultColumns:
        """Of so many rows, all 0."""
        score, grade, confidence, threshold = (np.zeros(rows) for _ in range(4))
        codes = (np.zeros(rows, np.uint8), np.zeros(rows, np.uint8))
        return cls(score, grade, confidence, threshold, *codes)

    def part(self, rows: slice) -> ResultColumns:
        """Those of some rows."""
        return ResultColumns._make(column[rows] for column in self)


def entity_id(entity: int) -> int:
    """An id as it was given, if it is one."""
    return integer("entity", entity, 0, 2**64 - 1)


def entity_ids(entities: Any) -> EntityIds:
    """Ids as they were given, as an array.

    Raises
    ------
    InvalidArgumentError
        If they are no integers from 0 on.
    """
    ids = np.asarray(entities)
    if ids.size == 0:
        ids = ids.astype(np.uint64).reshape(0)
    if ids.dtype.kind not in "iu" or ids.ndim != 1:
        raise InvalidArgumentError(
            f"entities has dtype {ids.dtype} and shape {ids.shape}, expected integers (n,)"
        )
    if ids.dtype.kind == "i" and (ids < 0).any():
        at = int(np.argmax(ids < 0))
        raise InvalidArgumentError(
            f"entities[{at}] = {ids[at]} is not allowed: it must be an integer of at least 0"
        )
    return np.ascontiguousarray(ids, dtype=np.uint64)


def times_of(timestamps: Any, rows: int) -> Int64Array:
    """One time for all rows, or one each."""
    if np.ndim(timestamps) == 0 and not hasattr(timestamps, "__arrow_c_array__"):
        return epoch_milliseconds([timestamps], 1)
    return epoch_milliseconds(timestamps, rows)


def part_of_times(times: Int64Array, rows: slice) -> Int64Array:
    """Those of some rows."""
    return times if len(times) == 1 else times[rows]


def join_anomalies(
    found: list[tuple[Any, dict[str, Any]]], names: tuple[str, ...]
) -> ThresholdedResult:
    """The anomalies of several calls, with their rows, as one result."""
    rows = np.concatenate([part for part, _ in found]).astype(np.int64)
    columns = {name: np.concatenate([part[name] for _, part in found]) for name in found[0][1]}
    return ThresholdedResult(row=rows, fields=names, **columns)
