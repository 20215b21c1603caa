"""From what the user asked for, and what the file looks like, to what will be done."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from adcore.bucket import BucketFeature
from adcore.config import parse_interval, shorten
from adcore.detect.columns import Column, find_columns
from adcore.detect.features import Feature, parse_feature
from adcore.detect.intervals import format_interval, guess_interval
from adcore.detect.rows import Reading
from adcore.detect.sources import Source
from adcore.detect.sql import ask, identifier
from adcore.detect.text import format_time
from adcore.detect.timestamps import TimeFormat, guess_time_field, require_format
from adcore.detect.workspace import Workspace
from adcore.errors import DataError, InvalidArgumentError

__all__ = ["Plan", "Request", "make_plan"]

# More features than this are hardly meant: a table this wide is asked about.
MOST_GUESSED_FEATURES = 50
_MOST_SHOWN_TEXTS = 3


@dataclass(frozen=True, slots=True)
class Request:
    """What the user said; everything left out is guessed."""

    time_field: str | None = None
    time_format: str | None = None
    values: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    interval: str | None = None
    lateness: str | None = None
    skip_bad_values: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done.

    Attributes
    ----------
    reading : Reading
    features : tuple of Feature
    bucket_features : tuple of BucketFeature
        The same, with the fields named by their position among ``reading.values``.
    interval : int
        Milliseconds; 1 where rows are numbered.
    lateness : int
        Milliseconds a row may come after the end of its interval.
    guesses : tuple of str
        What was not said by the user, in sentences.
    """

    reading: Reading
    features: tuple[Feature, ...]
    bucket_features: tuple[BucketFeature, ...]
    interval: int
    lateness: int
    guesses: tuple[str, ...] = field(default=())

    @property
    def has_time(self) -> bool:
        """Whether rows have times, not numbers."""
        return self.reading.time is not None

    def format_start(self, start: int) -> str:
        """When an interval begins: a time in UTC, or the number of a row."""
        return format_time(start, self.interval) if self.has_time else f"{start + 1:,}"


def make_plan(workspace: Workspace, source: Source, request: Request) -> Plan:
    """Complete a request by looking at the sample of the source.

    Raises
    ------
    InvalidArgumentError
        If the request is wrong in itself or names a column that is not there.
    DataError
        If the source does not allow what is asked.
    """
    guesses: list[str] = []
    asked = [parse_feature(text) for text in request.features]
    interval = _parse(request.interval, "--interval")
    time = _time(workspace, source, request, guesses)
    entities = find_columns(request.entities, source.columns, "--entity")
    features = _features(workspace, source, request, asked, time, entities, guesses)
    values, coded, computed = _value_columns(source, features)
    if time is None:
        if interval is not None:
            raise InvalidArgumentError(
                "--interval needs times; name their column with --time-field"
            )
        interval = 1
    elif interval is None:
        interval = _interval(workspace, source, time[1], entities, guesses)
    lateness = _parse(request.lateness, "--lateness")
    reading = Reading(source, time, values, coded, tuple(entities), request.skip_bad_values)
    lateness = interval if lateness is None else lateness
    return Plan(reading, features, computed, interval, lateness, tuple(guesses))


def _parse(text: str | None, option: str) -> int | None:
    """Milliseconds; only a lateness may be none at all."""
    if text is None or (option == "--lateness" and text.strip() == "0"):
        return None if text is None else 0
    return parse_interval(text, name=option)


def _time(
    workspace: Workspace, source: Source, request: Request, guesses: list[str]
) -> tuple[Column, TimeFormat] | None:
    if request.time_field is not None:
        column = find_columns([request.time_field], source.columns, "--time-field")[0]
        form = require_format(workspace.connection, column, request.time_format)
        if request.time_format is None:
            guesses.append(f"times in {column.name!r} are {form.describe()}")
        return column, form
    found = guess_time_field(workspace.connection, source.columns)
    if found is None and request.time_format is not None:
        raise InvalidArgumentError("--time-format needs times; name their column with --time-field")
    if found is None:
        guesses.append("no column tells the time: rows are numbered and taken as equally spaced")
        return None
    column, form = found
    if request.time_format is not None:
        form = require_format(workspace.connection, column, request.time_format)
    guesses.append(f"the time is column {column.name!r}, {form.describe()}")
    return column, form


def _features(
    workspace: Workspace,
    source: Source,
    request: Request,
    asked: Sequence[Feature],
    time: tuple[Column, TimeFormat] | None,
    entities: Sequence[Column],
    guesses: list[str],
) -> tuple[Feature, ...]:
    chosen = find_columns(request.values, source.columns, "--value")
    if not chosen and not asked:
        chosen = _numeric_columns(workspace, source, [*([time[0]] if time else []), *entities])
        guesses.append("values are the numeric columns " + ", ".join(c.name for c in chosen))
    features = [Feature(f"mean({c.name})", BucketFeature("mean", c.name)) for c in chosen]
    features += asked
    # The same feature twice would only weigh double.
    return tuple({feature.name: feature for feature in features}.values())


def _numeric_columns(workspace: Workspace, source: Source, taken: Sequence[Column]) -> list[Column]:
    left = [column for column in source.columns if column not in taken]
    found = [column for column in left if column.is_number]
    if not found:
        names = ", ".join(column.name for column in source.columns[:20])
        texts = "".join(_first_text(workspace, column) for column in left[:_MOST_SHOWN_TEXTS])
        raise DataError(
            f"{source.name}: no column is numeric (the columns are {names}){texts}; "
            "choose some with --value, or count rows with --feature count"
        )
    if len(found) > MOST_GUESSED_FEATURES:
        raise InvalidArgumentError(
            f"{source.name} has {len(found)} numeric columns, more than the "
            f"{MOST_GUESSED_FEATURES} taken unasked; choose some with --value"
        )
    return found


def _first_text(workspace: Workspace, column: Column) -> str:
    """What keeps a column from being numeric: one text is enough."""
    value = f"{identifier(column.name)}::VARCHAR"
    rows = f"SELECT row_number() OVER () AS n, {value} AS v FROM sample"
    query = f"SELECT n, v FROM ({rows}) WHERE v IS NOT NULL AND TRY_CAST(v AS DOUBLE) IS NULL"
    found = ask(workspace.connection, query + " LIMIT 1")
    return f"; {column.name!r} holds {shorten(found[0][1])} in row {found[0][0]}" if found else ""


def _value_columns(
    source: Source, features: Sequence[Feature]
) -> tuple[tuple[Column, ...], tuple[bool, ...], tuple[BucketFeature, ...]]:
    """The distinct (column, read as codes) pairs needed, and the features in terms of them."""
    needed: dict[tuple[str, bool], str] = {}
    computed = []
    for feature in features:
        fields = {
            name: needed.setdefault((name, not feature.needs_numbers), str(len(needed)))
            for name in feature.bucket.fields
        }
        computed.append(feature.renamed(fields))
    columns = find_columns([name for name, _ in needed], source.columns, "--feature")
    return tuple(columns), tuple(coded for _, coded in needed), tuple(computed)


def _interval(
    workspace: Workspace,
    source: Source,
    form: TimeFormat,
    entities: Sequence[Column],
    guesses: list[str],
) -> int:
    keys = ", ".join(identifier(column.name) for column in entities) or "0"
    sample = workspace.connection.execute(
        f"SELECT t, dense_rank() OVER (ORDER BY k) AS k FROM "
        f"(SELECT {form.milliseconds} AS t, hash({keys}) AS k FROM sample) WHERE t IS NOT NULL"
    ).fetchnumpy()
    times = np.asarray(sample["t"]).astype(np.int64)
    interval = guess_interval(times, np.asarray(sample["k"]).astype(np.uint32))
    if interval is None:
        rows = "with one row" if len(times) == 1 else f"in the first {len(times):,} rows"
        raise DataError(
            f"{source.name}: {rows} no entity has two different times, so there is no series"
        )
    guesses.append(f"the interval is {format_interval(interval)}")
    return interval
