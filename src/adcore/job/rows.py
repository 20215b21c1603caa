"""Rows of tables as Python values, column by column: what documents are made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy.typing as npt

from adcore.job.result_schema import NO_TEXT, SCHEMA, Table
from adcore.job.result_tables import rows_of_slices

__all__ = ["present", "rows_of", "rows_of_each"]


def rows_of(
    name: str, table: Table, texts: Sequence[str], rows: npt.NDArray[Any] | slice = slice(None)
) -> Iterator[dict[str, Any]]:
    """Rows as dicts: a text or None where there are texts, numbers elsewhere."""
    columns = {}
    for column, kind in SCHEMA[name].items():
        values = table[column][rows]
        if kind.is_text:
            columns[column] = [None if c == NO_TEXT else texts[c] for c in values.tolist()]
        else:
            columns[column] = values.tolist()
    names = tuple(columns)
    return (dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True))


def rows_of_each(
    name: str,
    table: Table,
    texts: Sequence[str],
    first: npt.NDArray[Any],
    count: npt.NDArray[Any],
) -> Iterator[list[dict[str, Any]]]:
    """The rows of several slices, a list per slice: one pass over the columns is enough."""
    rows = rows_of(name, table, texts, rows_of_slices(first, count))
    return (list(islice(rows, length)) for length in count.tolist())


def present(*pairs: tuple[str, Any]) -> dict[str, Any]:
    """A document of those pairs that have a value: None and ``NaN`` are none.

    >>> present(("a", 0), ("b", None), ("c", float("nan")))
    {'a': 0}
    """
    return {
        name: value
        for name, value in pairs
        if value is not None and not (isinstance(value, float) and math.isnan(value))
    }
