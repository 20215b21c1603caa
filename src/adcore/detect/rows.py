"""The rows of a source in batches: times, entities and numbers as arrays."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import duckdb
import numpy as np

from adcore.arrow import ArrowField, FloatArray, read_arrow
from adcore.detect.batches import LARGEST_VALUE, Key, RowBatch
from adcore.detect.columns import Column
from adcore.detect.faults import unreadable
from adcore.detect.sources import MISSING_WORDS, Source
from adcore.detect.sql import chunks, identifier, literal
from adcore.detect.timestamps import TimeFormat
from adcore.errors import DataError

__all__ = ["Reading", "RowCounts", "read_rows"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What to take out of a source.

    Attributes
    ----------
    time : (Column, TimeFormat) or None
        None: a row's time is its number.
    values : tuple of Column
        One array of numbers each.
    as_codes : tuple of bool
        Whether a value column becomes a number per distinct value, whatever it holds.
    entity_columns : tuple of Column
    skip_bad_values : bool
        Whether text where a number is expected is missing, not an error.
    advice : str
        What the message of that error ends with.
    """

    source: Source
    time: tuple[Column, TimeFormat] | None
    values: tuple[Column, ...]
    as_codes: tuple[bool, ...]
    entity_columns: tuple[Column, ...]
    skip_bad_values: bool = False
    advice: str = "; with --skip-bad-values such values are missing"


@dataclass(slots=True)
class RowCounts:
    """What was seen on the way."""

    rows: int = 0
    rows_without_time: int = 0
    out_of_range: int = 0
    bad_values: int = 0
    times_with_zone: int = 0
    times_without_zone: int = 0

    def reset(self) -> None:
        """Forget what was counted: the rows are read again."""
        for counter in fields(self):
            setattr(self, counter.name, 0)


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    reading: Reading,
    counts: RowCounts,
    *,
    by_time: bool = False,
) -> Iterator[RowBatch]:
    """Stream the rows, in the order of the source or of time.

    Raises
    ------
    DataError
        At the first value that is no number or no time; the message names row, column and value.
    """
    query = _select(reading, by_time=by_time)
    try:
        for chunk in chunks(connection, query, reading.source.parameters):
            yield _batch(reading, counts, read_arrow(chunk))
            counts.rows += len(chunk)
    except duckdb.Error as error:
        source = reading.source
        raise unreadable(connection, source.name, source.path, error) from error


def _batch(reading: Reading, counts: RowCounts, arrays: list[ArrowField]) -> RowBatch:
    columns = iter(arrays)
    if reading.time is None:
        rows = len(arrays[0].content)
        times = np.arange(counts.rows, counts.rows + rows, dtype=np.float64)
    else:
        times = next(columns).content
    values = [_in_range(next(columns).content, counts) for _ in reading.values]
    _count_zones(next(columns).content, counts)
    _check(reading, counts, next(columns).content, next(columns))
    keys = [(column.content, column.labels) for column in columns]
    return _with_times(times, values, keys, counts)


def _with_times(
    times: FloatArray, values: list[FloatArray], keys: list[Key], counts: RowCounts
) -> RowBatch:
    """The rows that have one, as whole milliseconds."""
    there = ~np.isnan(times)
    without = len(times) - int(np.count_nonzero(there))
    if without == 0:
        return RowBatch(times.astype(np.int64), values, keys)
    counts.rows_without_time += without
    return RowBatch(
        times[there].astype(np.int64),
        [column[there] for column in values],
        [(codes[there], labels) for codes, labels in keys],
    )


def _in_range(values: FloatArray, counts: RowCounts) -> FloatArray:
    outside = np.abs(values) > LARGEST_VALUE
    found = int(np.count_nonzero(outside))
    if found == 0:
        return values
    counts.out_of_range += found
    return np.where(outside, np.nan, values)


def _count_zones(zones: FloatArray, counts: RowCounts) -> None:
    counts.times_with_zone += int(np.count_nonzero(zones == 1))
    counts.times_without_zone += int(np.count_nonzero(zones == 0))


def _check(reading: Reading, counts: RowCounts, bad: FloatArray, texts: ArrowField) -> None:
    """Raise at the first value that does not fit, or count those that may be skipped."""
    wrong = np.flatnonzero(bad)
    if wrong.size == 0:
        return
    # Column 0 is the time: a row whose time cannot be read has no place to go.
    if reading.skip_bad_values:
        counts.bad_values += int(wrong.size)
        return
    row = int(wrong[0])
    column = int(bad[row]) - 1
    is_time = reading.time is not None and column == 0
    checked = _checked_columns(reading)
    what = f"a time ({reading.time[1].describe()})" if is_time and reading.time else "a number"
    raise DataError(
        f"{reading.source.name}, row {counts.rows + row + 1}, column {checked[column].name!r}: "
        f"{texts.objects()[row]!r} is not {what}{reading.advice}"
    )


def _checked_columns(reading: Reading) -> list[Column]:
    return [*([reading.time[0]] if reading.time is not None else []), *reading.values]


def _select(reading: Reading, *, by_time: bool) -> str:
    """Time, values, whether there is a zone, the number of a bad column, its text, and keys."""
    columns = []
    if reading.time is not None:
        columns.append(f"coalesce({reading.time[1].milliseconds}, 'NaN'::DOUBLE) AS t")
    for i, (column, coded) in enumerate(zip(reading.values, reading.as_codes, strict=True)):
        number = _code(column) if coded else _number(column)
        columns.append(f"coalesce({number}, 'NaN'::DOUBLE) AS v{i}")
    columns.append(f"coalesce({_has_zone(reading)}, 'NaN'::DOUBLE) AS zone")
    columns += _bad(reading)
    columns += [
        f"coalesce({identifier(column.name)}::VARCHAR, '') AS k{i}"
        for i, column in enumerate(reading.entity_columns)
    ]
    order = " ORDER BY t" if by_time and reading.time is not None else ""
    return f"SELECT {', '.join(columns)} FROM {reading.source.relation}{order}"


def _number(column: Column) -> str:
    return f"TRY_CAST({identifier(column.name)} AS DOUBLE)"


def _code(column: Column) -> str:
    """A number per distinct value: 53 bits of its hash, which a double holds exactly."""
    value = identifier(column.name)
    return f"CASE WHEN {_is_present(column)} THEN (hash({value}) >> 11)::DOUBLE END"


def _is_present(column: Column) -> str:
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    value = identifier(column.name)
    if not column.is_text:
        return f"{value} IS NOT NULL"
    return f"({value} IS NOT NULL AND lower(trim({value})) NOT IN ({words}))"


def _has_zone(reading: Reading) -> str:
    if reading.time is None or reading.time[1].name != "iso":
        return "NULL::DOUBLE"
    text = f"trim({identifier(reading.time[0].name)}::VARCHAR)"
    # A date alone also ends like a zone (-31): a zone comes after a time of day only.
    zone = f"regexp_matches({text}, '([zZ]|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
    return f"(contains({text}, ':') AND {zone})::INTEGER::DOUBLE"


def _bad(reading: Reading) -> list[str]:
    """The number, from 1, of the first column whose value cannot be read (0: none), and it."""
    number, text = "", ""
    for i, column in enumerate(_checked_columns(reading)):
        if reading.time is not None and i == 0:
            read = reading.time[1].milliseconds
        else:
            offset = 0 if reading.time is None else 1
            if reading.as_codes[i - offset]:
                continue
            read = _number(column)
        wrong = f"{_is_present(column)} AND ({read}) IS NULL"
        number += f" WHEN {wrong} THEN {i + 1}"
        text += f" WHEN {wrong} THEN {identifier(column.name)}::VARCHAR"
    if not number:
        return ["0::DOUBLE AS bad", "NULL::VARCHAR AS bad_text"]
    return [f"(CASE{number} ELSE 0 END)::DOUBLE AS bad", f"CASE{text} END AS bad_text"]
