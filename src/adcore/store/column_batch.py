"""Rows of Python values to a table that SQL reads: Arrow, built from whole buffers."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from collections.abc import Sequence
from typing import Any

import duckdb
import nanoarrow
import numpy as np
import numpy.typing as npt

from adcore.arrow_export import text_array

__all__ = ["column_batch", "execute_with"]

_NUMBERS: dict[str, tuple[Any, Any]] = {
    "BIGINT": (nanoarrow.int64, np.int64),
    "UBIGINT": (nanoarrow.uint64, np.uint64),
    "DOUBLE": (nanoarrow.float64, np.float64),
}


def column_batch(columns: MappingABC[str, tuple[str, Sequence[Any]]]) -> Any:
    """An Arrow array of structs.

    Parameters
    ----------
    columns : mapping of str to (str, sequence)
        By name, the SQL type (VARCHAR, BIGINT, UBIGINT, DOUBLE or BOOLEAN) and the values; None
        is NULL. Values of VARCHAR are ``str`` or UTF-8 ``bytes``; numbers may be an array.

    Examples
    --------
    >>> len(column_batch({"a": ("BIGINT", [1, None]), "b": ("VARCHAR", ["x", "y"])}))
    2
    """
    arrays = [_array(kind, values) for kind, values in columns.values()]
    schema = nanoarrow.struct(
        {name: array.schema for name, array in zip(columns, arrays, strict=True)}
    )
    rows = len(next(iter(columns.values()))[1])
    return nanoarrow.Array(nanoarrow.c_array_from_buffers(schema, rows, [None], children=arrays))


def execute_with(
    cursor: duckdb.DuckDBPyConnection,
    statement: str,
    columns: MappingABC[str, tuple[str, Sequence[Any]]],
) -> duckdb.DuckDBPyConnection:
    """Run a statement that reads columns as the table ``given``; see :func:`column_batch`.

    Examples
    --------
    >>> cursor = duckdb.connect()
    >>> execute_with(cursor, "SELECT sum(a) FROM given", {"a": ("BIGINT", [1, 2])}).fetchall()
    [(3,)]
    """
    # The database finds it by the name of the variable. What is registered with it stays until
    # the transaction has ended, which a large bulk would pay with its size in memory.
    given = column_batch(columns)  # noqa: F841
    return cursor.execute(statement)


def _array(kind: str, values: Sequence[Any] | npt.NDArray[Any]) -> Any:
    if isinstance(values, np.ndarray):
        make, dtype = _NUMBERS[kind]
        numbers = np.ascontiguousarray(values, dtype=dtype)
        return nanoarrow.c_array_from_buffers(make(), len(values), [None, numbers])
    validity = _validity(values)
    if kind == "VARCHAR":
        return text_array(values, validity)
    if kind == "BOOLEAN":
        bits = np.packbits(np.fromiter(map(bool, values), np.bool_, len(values)), bitorder="little")
        return nanoarrow.c_array_from_buffers(nanoarrow.bool_(), len(values), [validity, bits])
    make, dtype = _NUMBERS[kind]
    filled = values if validity is None else [0 if v is None else v for v in values]
    numbers = np.array(filled, dtype=dtype)
    return nanoarrow.c_array_from_buffers(make(), len(values), [validity, numbers])


def _validity(values: Sequence[Any]) -> npt.NDArray[np.uint8] | None:
    if None not in values:
        return None
    present = np.fromiter((v is not None for v in values), np.bool_, len(values))
    return np.packbits(present, bitorder="little")
