"""Filters over tables in memory."""

# ruff: noqa: S608 -- values are parameters, and names are quoted

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from adcore.detector.filters import compile_filter, quoted, sql_types

__all__ = ["matching_rows"]


def matching_rows(
    query: Mapping[str, Any] | str,
    kinds: Mapping[str, str],
    rows: int,
    read: Callable[[str], npt.NDArray[Any]],
    now: int,
) -> npt.NDArray[np.bool_]:
    """Which rows of a table match a query.

    Parameters
    ----------
    query : mapping or str
        In the query language, or its JSON.
    kinds : mapping of field to kind
        See :func:`compile_filter`.
    rows : int
    read : callable
        The values of a field: float64 (NaN is missing), int64 epoch milliseconds, or objects.
    now : int
        Epoch milliseconds, for ``now`` in dates.
    """
    names = {field: f"c{i}" for i, field in enumerate(kinds)}
    compiled, needed = compile_filter(query, kinds, names, now)
    table: dict[str, npt.NDArray[Any]] = {"row": np.arange(rows)}
    table |= {names[field]: read(field) for field in needed}
    typed = ["row", *(_typed(names[field], kinds[field]) for field in needed)]
    with duckdb.connect(":memory:") as connection:
        connection.register("given", table)
        query_text = f"SELECT row FROM (SELECT {', '.join(typed)} FROM given) WHERE {compiled.text}"
        found = connection.execute(query_text, list(compiled.parameters)).fetchnumpy()["row"]
    matches = np.zeros(rows, dtype=np.bool_)
    matches[np.asarray(found)] = True
    return matches


def _typed(column: str, kind: str) -> str:
    name = quoted(column)
    if kind == "number":
        # In an array NaN is what NULL is in a table.
        return f"CASE WHEN NOT isnan({name}) THEN {name} END AS {name}"
    return f"{name}::{sql_types.get(kind, 'VARCHAR')} AS {name}"
