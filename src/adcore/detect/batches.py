"""Rows as arrays, a batch at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array, Labels, UInt32Array

__all__ = ["LARGEST_VALUE", "Key", "RowBatch"]

# Values beyond this are no measurements, and forests refuse them.
LARGEST_VALUE = 1e30

Key: TypeAlias = tuple[UInt32Array, Labels]


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Consecutive rows; those without a time are left out.

    Attributes
    ----------
    timestamps : int64 array of shape (n,)
        Epoch ms, or row numbers.
    values : list of float64 arrays of shape (n,)
        ``NaN`` is missing; every other value is finite and at most 1e30 in size.
    keys : list of pairs
        Per entity column the number of each row's text, and the texts.
    """

    timestamps: Int64Array
    values: list[FloatArray]
    keys: list[Key]

    def __len__(self) -> int:
        return len(self.timestamps)

    def rows(self, chosen: slice | npt.NDArray[np.bool_]) -> RowBatch:
        """Some of the rows."""
        return RowBatch(
            self.timestamps[chosen],
            [column[chosen] for column in self.values],
            [(codes[chosen], labels) for codes, labels in self.keys],
        )
