"""Finished intervals that wait until results are due."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.bucket import BucketTable
from adcore.detector.windows import Windows

__all__ = ["PendingBuckets", "join_tables", "rows_of"]


class PendingBuckets:
    """Holds vectors back where results are given less often than intervals end.

    Parameters
    ----------
    windows : Windows
        Where intervals begin.
    frequency : int
        Milliseconds, a multiple of the interval.
    window_delay : int
        Milliseconds after its end that an interval is finished.
    """

    def __init__(self, windows: Windows, frequency: int, window_delay: int) -> None:
        self._windows = windows
        self._grid = Windows(frequency, windows.offset % frequency)
        self._delay = window_delay
        self._held: list[BucketTable] = []

    def release(self, table: BucketTable, watermark: int | None) -> BucketTable:
        """What is due of the vectors held and given."""
        if self._grid.interval == self._windows.interval:
            return table
        self._held.append(table)
        joined = join_tables(self._held)
        if watermark is None:
            return joined
        due = joined.bucket_start < self._grid.floor(watermark - self._delay)
        self._held = [rows_of(joined, ~due)]
        return rows_of(joined, due)

    def release_all(self, table: BucketTable) -> BucketTable:
        """All vectors held and given."""
        joined = join_tables([*self._held, table])
        self._held = []
        return joined

    def to_json(self) -> list[dict[str, Any]]:
        """What is held, as plain values; missing numbers as None."""
        return [
            {
                "bucket_start": table.bucket_start.tolist(),
                "entity": table.entity.tolist(),
                "values": [[None if v != v else v for v in row] for row in table.values.tolist()],  # noqa: PLR0124
                "count": table.count.tolist(),
                "features": list(table.features),
            }
            for table in self._held
            if len(table)
        ]

    def restore(self, held: list[dict[str, Any]]) -> None:
        """Hold what :meth:`to_json` told."""
        self._held = [
            BucketTable(
                np.array(table["bucket_start"], dtype=np.int64),
                np.array(table["entity"], dtype=np.uint32),
                np.array(table["values"], dtype=np.float64),
                np.array(table["count"], dtype=np.int64),
                tuple(table["features"]),
            )
            for table in held
        ]


def join_tables(tables: list[BucketTable]) -> BucketTable:
    """Vectors of several tables, one after the other."""
    if len(tables) == 1:
        return tables[0]
    return BucketTable(
        np.concatenate([table.bucket_start for table in tables]),
        np.concatenate([table.entity for table in tables]),
        np.concatenate([table.values for table in tables]),
        np.concatenate([table.count for table in tables]),
        tables[0].features,
    )


def rows_of(table: BucketTable, rows: npt.NDArray[np.bool_]) -> BucketTable:
    """Some of the vectors."""
    return BucketTable(
        table.bucket_start[rows],
        table.entity[rows],
        table.values[rows],
        table.count[rows],
        table.features,
    )
