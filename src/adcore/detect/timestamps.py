"""Which column tells the time, and how it writes it."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from adcore.detect.columns import Column
from adcore.detect.sql import ask_one, first_line, identifier, literal
from adcore.errors import DataError, InvalidArgumentError
from adcore.times import EARLIEST, LATEST, UNITS, unit_between

__all__ = ["TimeFormat", "explicit_format", "guess_format", "guess_time_field"]

# In the order of preference, where several columns tell times.
_FIELD_NAMES = (
    "timestamp", "@timestamp", "datetime", "date_time", "time", "ts", "event_time", "eventtime",
    "time_stamp", "created_at", "created", "start_time", "time_hour", "when", "epoch", "unixtime",
    "unix_time", "date", "day",
)  # fmt: skip
_TIME_WORDS = ("time", "date", "epoch", "ts")

# Which of day and month comes first is seen from the values, or else from their order.
_DAYS = ("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y")
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p")
_PATTERNS = (
    *(day + clock for day in _DAYS for clock in _CLOCKS),
    "%Y%m%d",
    "%Y%m%d%H%M%S",
    "%Y%m%dT%H%M%S",
    "%Y%m%dT%H%M%SZ",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %d %H:%M:%S %Y",
    "%d %b %Y %H:%M:%S",
    "%b %d %Y %H:%M:%S",
)
_ACCEPTED = 0.99


@dataclass(frozen=True, slots=True)
class TimeFormat:
    """How a column writes its times.

    Attributes
    ----------
    name : str
        ``iso``, ``s``, ``ms``, ``us``, ``ns``, ``native``, or a strptime pattern.
    milliseconds : str
        The SQL of the epoch milliseconds as DOUBLE; NULL where the value is not so written.
    """

    name: str
    milliseconds: str

    @property
    def is_guessable_zone(self) -> bool:
        """Whether values may come with and without a zone."""
        return self.name == "iso"

    def describe(self) -> str:
        """The format for people."""
        names = {"iso": "ISO 8601", "native": "a column of times"}
        units = {"s": "seconds", "ms": "milliseconds", "us": "microseconds", "ns": "nanoseconds"}
        if self.name in units:
            return f"{units[self.name]} since 1970"
        return names.get(self.name, f"the pattern {self.name!r}")


def explicit_format(column: Column, name: str) -> TimeFormat:
    """The format a user named: ``iso``, a unit since 1970, or a strptime pattern.

    Raises
    ------
    InvalidArgumentError
        If it is none of these.
    """
    if name == "iso":
        return _native(column) if column.is_time and not column.is_text else _iso(column)
    if name in UNITS:
        return _epoch(column, name)
    if "%" in name:
        return _pattern(column, name)
    raise _no_format(name)


def _if_it_fits(
    connection: duckdb.DuckDBPyConnection, column: Column, form: TimeFormat
) -> TimeFormat | None:
    """The format that was named; None if values were sampled and none is so written."""
    query = f"SELECT count({identifier(column.name)}), count({form.milliseconds}) FROM sample"
    try:
        present, fit = ask_one(connection, query)
    except duckdb.InvalidInputException as error:
        raise _no_format(form.name, f": {first_line(error)}") from error
    return form if fit or not present else None


def _no_format(name: str, reason: str = "") -> InvalidArgumentError:
    return InvalidArgumentError(
        f"--time-format is {name!r}, expected iso, {', '.join(UNITS)} or a strptime pattern "
        f"such as '%d/%m/%Y %H:%M'{reason}"
    )


def guess_format(connection: duckdb.DuckDBPyConnection, column: Column) -> TimeFormat | None:
    """The format that fits the sampled values of a column; None if none fits 99 % of them."""
    if column.is_time and not column.is_text:
        return _native(column)
    if not column.is_text and not column.is_number:
        return None
    present, numeric, iso = _counts(connection, column)
    if present == 0:
        return None
    # 20130117 is more likely a day than a number of seconds.
    compact = _best_pattern(connection, column, ("%Y%m%d", "%Y%m%d%H%M%S"), present)
    if compact is not None or numeric >= _ACCEPTED * present:
        return compact or _epoch(column, _unit(connection, column))
    if iso >= _ACCEPTED * present:
        return _iso(column)
    return _best_pattern(connection, column, _PATTERNS, present)


def guess_time_field(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column]
) -> tuple[Column, TimeFormat] | None:
    """The column that most likely tells the time, and its format; None if no column does."""
    for column in sorted((c for c in columns if _may_tell_time(c)), key=_rank):
        found = guess_format(connection, column)
        if found is not None and (found.name not in UNITS or _plausible(connection, found)):
            return column, found
    return None


def _rank(column: Column) -> tuple[int, int]:
    name = column.name.lower()
    known = _FIELD_NAMES.index(name) if name in _FIELD_NAMES else len(_FIELD_NAMES)
    return known, 0 if column.is_time else 1


def _may_tell_time(column: Column) -> bool:
    name = column.name.lower()
    named = name in _FIELD_NAMES or any(word in name for word in _TIME_WORDS)
    return column.is_time or (named and (column.is_text or column.is_number))


def _native(column: Column) -> TimeFormat:
    return TimeFormat("native", f"epoch_ms({identifier(column.name)}::TIMESTAMPTZ)::DOUBLE")


def _iso(column: Column) -> TimeFormat:
    text = f"{identifier(column.name)}::VARCHAR"
    return TimeFormat("iso", f"epoch_ms(TRY_CAST({text} AS TIMESTAMPTZ))::DOUBLE")


def _epoch(column: Column, unit: str) -> TimeFormat:
    ms = f"TRY_CAST({identifier(column.name)} AS DOUBLE) * {UNITS[unit]!r}"
    # Further than 190 000 years from now nothing is a time; and the result must fit an int64.
    return TimeFormat(unit, f"CASE WHEN abs({ms}) < 6e15 THEN round({ms}) END")


def _pattern(column: Column, pattern: str) -> TimeFormat:
    text = f"{identifier(column.name)}::VARCHAR"
    return TimeFormat(pattern, f"epoch_ms(try_strptime(trim({text}), {literal(pattern)}))::DOUBLE")


def _counts(connection: duckdb.DuckDBPyConnection, column: Column) -> tuple[int, int, int]:
    """Sampled values present, those that are numbers, and those that are ISO 8601."""
    value = f"nullif(trim({identifier(column.name)}::VARCHAR), '')"
    present, numeric, iso = ask_one(
        connection,
        f"SELECT count({value}), count(TRY_CAST({value} AS DOUBLE)), "
        f"count(TRY_CAST({value} AS TIMESTAMPTZ)) FROM sample",
    )
    return present, numeric, iso


def _unit(connection: duckdb.DuckDBPyConnection, column: Column) -> str:
    number = f"TRY_CAST({identifier(column.name)} AS DOUBLE)"
    query = f"SELECT quantile_cont({number}, 0.01), quantile_cont({number}, 0.99) FROM sample"
    return unit_between(*ask_one(connection, query))


def _best_pattern(
    connection: duckdb.DuckDBPyConnection, column: Column, patterns: Sequence[str], present: int
) -> TimeFormat | None:
    """The pattern that most values have; of equals the one that makes the best series."""
    formats = [_pattern(column, pattern) for pattern in patterns]
    fits = ", ".join(f"count({form.milliseconds})" for form in formats)
    row = ask_one(connection, f"SELECT {fits} FROM sample")
    most = max(row)
    if most < _ACCEPTED * present:
        return None
    equals = [form for form, fit in zip(formats, row, strict=True) if fit == most]
    return min(equals, key=lambda form: _disorder(connection, form))


def _disorder(connection: duckdb.DuckDBPyConnection, form: TimeFormat) -> tuple[int, float]:
    """How often time runs backwards, and how long a time it all takes: less is likelier."""
    steps, span = ask_one(
        connection,
        "SELECT count(*) FILTER (WHERE t < before), max(t) - min(t) FROM "
        f"(SELECT t, lag(t) OVER () AS before FROM (SELECT {form.milliseconds} AS t FROM sample))",
    )
    return steps, span


def _plausible(connection: duckdb.DuckDBPyConnection, form: TimeFormat) -> bool:
    query = f"SELECT min({form.milliseconds}), max({form.milliseconds}) FROM sample"
    first, last = ask_one(connection, query)
    return first is not None and first >= EARLIEST and last <= LATEST


def require_format(
    connection: duckdb.DuckDBPyConnection, column: Column, name: str | None
) -> TimeFormat:
    """The format of the column a user chose, as named or as guessed.

    Raises
    ------
    InvalidArgumentError
        If what is named is no format.
    DataError
        If the values have another, or none that is known; the message shows one.
    """
    if name is None:
        found = guess_format(connection, column)
        wrong, advice = "no known format", "; name it with --time-format"
    else:
        found = _if_it_fits(connection, column, explicit_format(column, name))
        wrong, advice = f"another format than --time-format {name!r}", ""
    if found is not None:
        return found
    query = f"SELECT any_value({identifier(column.name)})::VARCHAR FROM sample"
    (value,) = ask_one(connection, query)
    raise DataError(f"column {column.name!r} tells times in {wrong} (a value is {value!r}){advice}")
