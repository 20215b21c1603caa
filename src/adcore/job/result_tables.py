"""Tables of results joined, cut and copied: rows that belong together stay together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adcore.job.result_schema import NO_TEXT, SCHEMA, Table, empty_table

__all__ = ["compact_texts", "join_tables", "part_of_tables", "read_tables", "rows_of_slices"]

# A bucket leads to all that is in it, a record to its causes, both to their influences.
_DOWN = ("buckets", "records", "causes")


def read_tables(
    given: Mapping[str, Any], events: Sequence[str]
) -> tuple[list[str], dict[str, Table]]:
    """The texts and tables of an answer of the engine, with the kinds of the schema.

    Parameters
    ----------
    given : mapping
        ``texts``, and a mapping of columns per table.
    events : sequence of str
        What scheduled events are called, by their number.
    """
    texts = list(given["texts"])
    tables = {name: dict(given.get(name, {})) for name in SCHEMA}
    happened = tables["scheduled_events"].pop("event", np.empty(0, np.uint32))
    tables["scheduled_events"]["description"] = happened.astype(np.uint32) + len(texts)
    texts += events
    return texts, {name: _typed(name, columns) for name, columns in tables.items()}


def _typed(name: str, columns: Mapping[str, Any]) -> Table:
    rows = len(next(iter(columns.values()), ()))
    return {
        column: np.ascontiguousarray(columns.get(column, np.zeros(rows)), dtype=kind.dtype)
        for column, kind in SCHEMA[name].items()
    }


def join_tables(
    parts: Sequence[tuple[Sequence[str], Mapping[str, Table]]],
) -> tuple[list[str], dict[str, Table]]:
    """The rows of several answers, one after the other; equal texts become one."""
    numbers: dict[str, int] = {}
    joined: dict[str, list[Table]] = {name: [] for name in SCHEMA}
    rows = dict.fromkeys(SCHEMA, 0)
    for texts, tables in parts:
        codes = [numbers.setdefault(text, len(numbers)) for text in texts]
        mapped = np.array([*codes, NO_TEXT], dtype=np.uint32)
        for name, table in tables.items():
            joined[name].append(_moved(name, table, mapped, rows))
        for name, table in tables.items():
            rows[name] += len(next(iter(table.values())))
    tables = {
        name: {c: np.concatenate([table[c] for table in pieces]) for c in SCHEMA[name]}
        if pieces
        else empty_table(name)
        for name, pieces in joined.items()
    }
    return list(numbers), tables


def _moved(
    name: str, table: Table, mapped: npt.NDArray[np.uint32], rows: Mapping[str, int]
) -> Table:
    """A table with the numbers that its texts and rows have where it is put."""
    moved = dict(table)
    for column, kind in SCHEMA[name].items():
        if kind.is_text:
            codes = table[column]
            moved[column] = mapped[np.where(codes == NO_TEXT, len(mapped) - 1, codes)]
        elif kind.rows_of is not None and rows[kind.rows_of]:
            moved[column] = table[column] + np.uint32(rows[kind.rows_of])
    return moved


def compact_texts(
    texts: Sequence[str], tables: Mapping[str, Table]
) -> tuple[list[str], dict[str, Table]]:
    """The same without texts that no row has any more."""
    used = np.zeros(len(texts) + 1, np.bool_)
    for name, table in tables.items():
        for column, kind in SCHEMA[name].items():
            if kind.is_text:
                used[np.minimum(table[column], len(texts))] = True
    kept = np.flatnonzero(used[:-1])
    mapped = np.full(len(texts) + 1, NO_TEXT, dtype=np.uint32)
    mapped[kept] = np.arange(len(kept))
    rows = dict.fromkeys(SCHEMA, 0)
    moved = {name: _moved(name, table, mapped, rows) for name, table in tables.items()}
    return [texts[code] for code in kept.tolist()], moved


def part_of_tables(tables: Mapping[str, Table], buckets: npt.NDArray[Any]) -> dict[str, Table]:
    """The rows of some buckets (a mask) and all that belongs to them; plots are not cut."""
    kept = {"buckets": np.flatnonzero(buckets)}
    for parent in _DOWN:
        for first, kind in SCHEMA[parent].items():
            if kind.rows_of is not None and kind.rows_of != "buckets":
                count = _count_of(parent, first)
                owner = tables[parent]
                rows = rows_of_slices(owner[first][kept[parent]], owner[count][kept[parent]])
                kept[kind.rows_of] = np.union1d(kept.get(kind.rows_of, rows[:0]), rows)
    cut = {name: {c: a[kept[name]] for c, a in tables[name].items()} for name in kept}
    for name, table in cut.items():
        _renumber(name, table, kept)
    return {"model_plot": dict(tables["model_plot"])} | cut


def _count_of(table: str, first: str) -> str:
    """The column that follows that of first rows: how many there are."""
    names = list(SCHEMA[table])
    return names[names.index(first) + 1]


def _renumber(name: str, table: Table, kept: Mapping[str, npt.NDArray[Any]]) -> None:
    for column, kind in SCHEMA[name].items():
        if kind.rows_of is not None:
            table[column] = np.searchsorted(kept[kind.rows_of], table[column]).astype(np.uint32)


def rows_of_slices(first: npt.NDArray[Any], count: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """The rows of several slices.

    >>> rows_of_slices(np.array([4, 9]), np.array([2, 1])).tolist()
    [4, 5, 9]
    """
    count = count.astype(np.int64)
    ends = np.cumsum(count)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) + np.repeat(first.astype(np.int64) - (ends - count), count))
