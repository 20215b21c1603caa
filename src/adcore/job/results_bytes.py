"""Results as bytes: the columns of the schema, one after the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.errors import SnapshotError
from adcore.job.result_context import ResultContext
from adcore.job.result_schema import NO_TEXT, SCHEMA, Table
from adcore.job.results import JobResults

__all__ = ["read_results", "write_results"]


def write_results(results: JobResults) -> tuple[dict[str, Any], bytes]:
    """Facts that JSON can hold, and the columns."""
    rows = {name: _rows(table) for name, table in results.tables.items()}
    content = b"".join(
        results.tables[name][column].tobytes() for name, kinds in SCHEMA.items() for column in kinds
    )
    return {"texts": results.texts, "rows": rows}, content


def read_results(context: ResultContext, facts: dict[str, Any], content: bytes) -> JobResults:
    """What :func:`write_results` wrote.

    Raises
    ------
    SnapshotError
        If the columns are not as long as the facts say, or point beyond each other.
    """
    at, tables = 0, {}
    for name, kinds in SCHEMA.items():
        table: Table = {}
        for column, kind in kinds.items():
            dtype = np.dtype(kind.dtype)
            end = at + int(facts["rows"][name]) * dtype.itemsize
            if not at <= end <= len(content):
                raise SnapshotError("the results of the job are cut short")
            table[column] = np.frombuffer(content[at:end], dtype=dtype).copy()
            at = end
        tables[name] = table
    if at != len(content):
        raise SnapshotError("the results of the job are longer than they state")
    texts = [str(text) for text in facts["texts"]]
    _check(tables, len(texts), len(context.detectors))
    return JobResults(context, texts, tables)


def _check(tables: dict[str, Table], texts: int, detectors: int) -> None:
    """Numbers of texts, rows and detectors have to be there."""
    for name, kinds in SCHEMA.items():
        for column, kind in kinds.items():
            limit = texts if kind.is_text else detectors if column == "detector_index" else None
            last = tables[name][column]
            if kind.rows_of is not None:
                limit, last = _rows(tables[kind.rows_of]), _last_rows(name, column, tables[name])
            if limit is not None and (last[last != NO_TEXT] >= limit).any():
                raise SnapshotError(f"the results of the job are damaged: {name}.{column}")


def _rows(table: Table) -> int:
    return len(next(iter(table.values())))


def _last_rows(name: str, column: str, table: Table) -> npt.NDArray[np.int64]:
    """The last row of each slice; where the column is no slice, the row itself."""
    first = table[column].astype(np.int64)
    if column == "bucket":
        return first
    columns = list(SCHEMA[name])
    return np.asarray(first + table[columns[columns.index(column) + 1]] - 1)
