"""Columns of anything that speaks the Arrow C data interface; no Arrow library is needed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore import _core, _rows
from adcore.errors import DataError

__all__ = ["ArrowField", "is_arrow", "read_arrow"]

FloatArray: TypeAlias = npt.NDArray[np.float64]
Int64Array: TypeAlias = npt.NDArray[np.int64]
UInt32Array: TypeAlias = npt.NDArray[np.uint32]
Labels: TypeAlias = list["str | None"]


@dataclass(frozen=True, slots=True)
class ArrowField:
    """One column: its name, its kind ("number", "time", "text" or "other") and its content."""

    name: str
    kind: str
    content: Any
    labels: Labels

    def numbers(self, name: str) -> FloatArray:
        """Float64 values; errors call the column ``name`` if it has no name of its own."""
        if self.kind == "number":
            values: FloatArray = self.content
            return values
        if self.kind == "text":
            out = np.empty(len(self.content), dtype=np.float64)
            _rows.fill_numbers(self.objects(), out, self.name or name)
            return out
        what = "times" if self.kind == "time" else f"values of Arrow format {self.content!r}"
        raise DataError(f"column {self.name or name!r} holds {what}, not numbers")

    def times(self) -> Int64Array:
        """Milliseconds; the smallest int64 is a missing time."""
        times: Int64Array = self.content
        return times

    def objects(self) -> npt.NDArray[Any]:
        """The values as Python objects, for a number, a time or a text each."""
        if self.kind != "text":
            return np.asarray(self.content, dtype=object)
        texts: npt.NDArray[Any] = np.array([*self.labels, None], dtype=object)[self.content]
        return texts


def is_arrow(data: object) -> bool:
    """Whether the data speaks Arrow and is not pandas, whose Arrow side needs another library."""
    speaks = hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")
    return speaks and not hasattr(data, "iloc")


def read_arrow(data: Any) -> list[ArrowField]:
    """The columns of a table, or the one column of an array."""
    if hasattr(data, "__arrow_c_stream__"):
        fields = _core.read_arrow_stream(data.__arrow_c_stream__())
    else:
        fields = _core.read_arrow_array(*data.__arrow_c_array__())
    return [ArrowField(*field) for field in fields]
