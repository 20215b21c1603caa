"""Results as flat columns, for tables of other libraries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adcore.config import choice
from adcore.job.result_rows import ResultRows
from adcore.job.result_schema import NO_TEXT, SCHEMA

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa


__all__ = ["KINDS", "as_arrow", "as_pandas", "as_polars", "flat_columns"]

KINDS = ("records", "buckets", "influencers", "bucket_influencers", "causes", "model_plot")
_DETECTOR = ("function", "field_name", "by_field_name", "over_field_name", "partition_field_name")
# They mean nothing outside of the engine, or are other columns told in another way.
_HIDDEN = (
    "log_probability", "level", "class_id", "scope_id", "bucket", "first_cause", "causes",
    "first_influence", "influences", "anomaly_type", "record_multi_bucket_impact",
    "processing_time_ms",
)  # fmt: skip
_ANOMALY_TYPES = np.array(["dip", None, "spike"], dtype=object)


def flat_columns(results: ResultRows, kind: str) -> dict[str, npt.NDArray[Any]]:
    """One array per column; see :meth:`JobResults.to_dict`."""
    choice("kind", kind, KINDS)
    table = results.tables[kind]
    texts = np.array([*results.texts, None], dtype=object)
    columns: dict[str, npt.NDArray[Any]] = {}
    for name, what in SCHEMA[kind].items():
        if name in _HIDDEN or what.rows_of is not None or _is_count(kind, name):
            continue
        if name.endswith("_field_value") and not _is_split(results, name):
            continue
        if name == "correlated_by_field_value" and (table[name] == NO_TEXT).all():
            continue
        columns[name] = _content(table[name], texts, is_text=what.is_text, name=name)
        if name == "detector_index":
            columns |= _of_detector(results, table[name])
    if kind in ("records", "causes"):
        columns = _without_places(columns) | _influences(results, kind)
    if kind == "records":
        columns["anomaly_type"] = _ANOMALY_TYPES[table["anomaly_type"].astype(np.int64) + 1]
        columns["explained_multi_bucket_impact"] = table["record_multi_bucket_impact"]
    if kind == "causes":
        first, count = results.tables["records"]["first_cause"], results.tables["records"]["causes"]
        owners = np.full(len(table["probability"]), -1, np.int64)
        for record, (begin, length) in enumerate(zip(first.tolist(), count.tolist(), strict=True)):
            owners[begin : begin + length] = record
        columns = {"record": owners} | columns
    return columns


def as_pandas(columns: Mapping[str, npt.NDArray[Any]]) -> pd.DataFrame:
    """Columns as a pandas DataFrame."""
    import pandas as pd  # noqa: PLC0415 (only who asks for pandas needs it)

    frame: pd.DataFrame = pd.DataFrame(columns)
    return frame


def as_polars(columns: Mapping[str, npt.NDArray[Any]]) -> pl.DataFrame:
    """Columns as a Polars DataFrame."""
    import polars as pl  # noqa: PLC0415 (only who asks for Polars needs it)

    texts = {name: pl.String for name, column in columns.items() if column.dtype == object}
    return pl.DataFrame(columns, schema_overrides=texts)


def as_arrow(columns: Mapping[str, npt.NDArray[Any]]) -> pa.Table:
    """Columns as a pyarrow Table."""
    import pyarrow as pa  # noqa: PLC0415 (only who asks for Arrow needs it)

    return pa.table(
        {n: pa.array(c, pa.string()) if c.dtype == object else c for n, c in columns.items()}
    )


def _is_split(results: ResultRows, name: str) -> bool:
    """Whether some detector has the field whose values a column holds; influencers all have."""
    field = name.replace("_value", "_name")
    return field not in _DETECTOR or any(
        getattr(detector, field) for detector in results.context.detectors
    )


def _is_count(kind: str, name: str) -> bool:
    return kind == "buckets" and name in ("bucket_influencers", "records", "influencers", "events")


def _content(
    column: npt.NDArray[Any], texts: npt.NDArray[Any], *, is_text: bool, name: str
) -> npt.NDArray[Any]:
    if is_text:
        return np.asarray(texts[np.where(column == NO_TEXT, len(texts) - 1, column)])
    if name == "timestamp":
        return column.astype("datetime64[ms]")
    return column


def _of_detector(results: ResultRows, index: npt.NDArray[Any]) -> dict[str, npt.NDArray[Any]]:
    """What the detector of each row is; fields that no detector has are left out."""
    columns = {}
    for name in _DETECTOR:
        values = [getattr(detector, name) for detector in results.context.detectors]
        if any(values):
            columns[name] = np.array(values, dtype=object)[index]
    return columns


def _without_places(columns: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """The columns but for those of longitudes where there are no places."""
    empty = [n for n, c in columns.items() if n.endswith("_longitude") and np.isnan(c).all()]
    return {name: column for name, column in columns.items() if name not in empty}


def _influences(results: ResultRows, kind: str) -> dict[str, npt.NDArray[Any]]:
    """Per influencer field the values that contributed, with commas between them."""
    table, parts = results.tables[kind], results.tables["influences"]
    names = [results.texts[code] for code in parts["influencer_field_name"].tolist()]
    values = [results.texts[code] for code in parts["influencer_field_value"].tolist()]
    columns = {
        name: np.full(len(table["probability"]), None, dtype=object) for name in _first_seen(names)
    }
    slices = zip(table["first_influence"].tolist(), table["influences"].tolist(), strict=True)
    for row, (first, count) in enumerate(slices):
        for part in range(first, first + count):
            column = columns[names[part]]
            column[row] = f"{column[row]},{values[part]}" if column[row] else values[part]
    return {f"influencer_{name}": column for name, column in columns.items()}


def _first_seen(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
