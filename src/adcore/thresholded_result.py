"""What a thresholded forest says about rows: one array per column."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from adcore.arrow import FloatArray, Int64Array
from adcore.arrow_export import arrow_stream

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

__all__ = ["ThresholdedResult"]

_Rows: TypeAlias = "slice | npt.NDArray[Any] | list[int] | list[bool]"

# The names of adcore/detect/options.hpp, by code.
_STATUSES = np.array(["warming_up", "scored", "skipped"])
CORRECTIONS = np.array(
    [
        "none",
        "noise",
        "anomaly_in_shingle",
        "conditional_forecast",
        "forecast",
        "data_drift",
        "alert_once",
    ]
)


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class ThresholdedResult:
    """Results as columns, one entry per row given.

    ``result[rows]`` with a slice, a mask or positions takes some of the rows; ``len(result)`` is
    their number.

    Attributes
    ----------
    row : int64 array of shape (n,)
        The position of the row in the call.
    timestamp : int64 array of shape (n,)
        As given, milliseconds since 1970-01-01 UTC.
    score : float64 array of shape (n,)
        The forest's score, >= 0; 0 while it warms up.
    grade : float64 array of shape (n,)
        0 is no anomaly; up to 1, which is certain.
    confidence : float64 array of shape (n,)
        How much the model has seen and how complete it was, 0 to 1.
    threshold : float64 array of shape (n,)
        The score from which the row would be an anomaly.
    expected : float64 array of shape (n, input_dimensions)
        The values expected instead of ``past``; ``NaN`` where there is no anomaly, or where too
        many values are to blame.
    past : float64 array of shape (n, input_dimensions)
        The values of the row to blame; ``NaN`` where there is no anomaly.
    attribution : float64 array of shape (n, input_dimensions)
        The share of each value in the anomaly; 0 where there is none.
    time_attribution : float64 array of shape (n,)
        The share of the time between rows (mode "time_augmented").
    relative_index : int32 array of shape (n,)
        0: this row is to blame; -k: the row k before, detected late.
    anomaly_start : int64 array of shape (n,)
        The timestamp of the row to blame; ``timestamp`` where there is no anomaly.
    expected_timestamp : int64 array of shape (n,)
        When the row to blame was expected (mode "time_augmented"), else ``anomaly_start``.
    imputed : uint32 array of shape (n,)
        Values filled in for the row and for rows missing before it.
    status_code, correction_code : uint8 arrays of shape (n,)
        ``status`` and ``correction`` as numbers.
    fields : tuple of str
        The names of the input's columns.
    """

    row: Int64Array
    timestamp: Int64Array
    score: FloatArray
    grade: FloatArray
    confidence: FloatArray
    threshold: FloatArray
    expected: FloatArray
    past: FloatArray
    attribution: FloatArray
    time_attribution: FloatArray
    relative_index: npt.NDArray[np.int32]
    anomaly_start: Int64Array
    expected_timestamp: Int64Array
    imputed: npt.NDArray[np.uint32]
    status_code: npt.NDArray[np.uint8]
    correction_code: npt.NDArray[np.uint8]
    fields: tuple[str, ...]

    @property
    def status(self) -> npt.NDArray[np.str_]:
        """Per row "warming_up", "scored" or "skipped"."""
        return _STATUSES[self.status_code]

    @property
    def correction(self) -> npt.NDArray[np.str_]:
        """Why a score above the threshold is no anomaly, or "none"."""
        return CORRECTIONS[self.correction_code]

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, rows: _Rows) -> ThresholdedResult:
        columns = {name: getattr(self, name)[rows] for name in _ARRAYS}
        return replace(self, **columns)

    def anomalies(self) -> ThresholdedResult:
        """The rows whose grade is above 0."""
        return self[self.grade > 0]

    def to_dict(self) -> dict[str, npt.NDArray[Any]]:
        """One array per column; those of several values are split: ``expected_<field>``."""
        columns: dict[str, npt.NDArray[Any]] = {}
        for name in _ARRAYS:
            values = getattr(self, name)
            if values.ndim == 1:
                columns[name] = values
            else:
                columns |= {f"{name}_{f}": values[:, i] for i, f in enumerate(self.fields)}
        del columns["status_code"], columns["correction_code"]
        return columns | {"status": self.status, "correction": self.correction}

    def to_pandas(self) -> pd.DataFrame:
        """The columns of :meth:`to_dict` as a pandas DataFrame."""
        import pandas as pd  # noqa: PLC0415 (only who asks for pandas needs it)

        frame: pd.DataFrame = pd.DataFrame(self.to_dict())
        return frame

    def to_polars(self) -> pl.DataFrame:
        """The columns of :meth:`to_dict` as a Polars DataFrame."""
        import polars as pl  # noqa: PLC0415 (only who asks for Polars needs it)

        return pl.DataFrame(self.to_dict())

    def to_arrow(self) -> pa.Table:
        """The columns of :meth:`to_dict` as a pyarrow Table."""
        import pyarrow as pa  # noqa: PLC0415 (only who asks for Arrow needs it)

        return pa.table(self.to_dict())

    def __arrow_c_stream__(self, requested_schema: object = None) -> Any:
        """The columns of :meth:`to_dict` for whoever reads the Arrow C data interface."""
        return arrow_stream(self.to_dict(), requested_schema)

    def __repr__(self) -> str:
        return f"ThresholdedResult({len(self)} rows, {np.count_nonzero(self.grade > 0)} anomalies)"


_ARRAYS = tuple(field.name for field in fields(ThresholdedResult) if field.name != "fields")
