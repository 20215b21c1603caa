"""The rows of a file, in the order of time, as a job takes them."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.identifier and sql.literal

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import duckdb
import nanoarrow

from adcore.detect.columns import Column, find_columns
from adcore.detect.sources import MISSING_WORDS, Source
from adcore.detect.sql import ask_one, first_line, identifier, literal
from adcore.detect.timestamps import require_format
from adcore.detect.workspace import Workspace
from adcore.errors import DataError
from adcore.job.data_description import DataDescription

__all__ = ["read_file_rows"]


def read_file_rows(
    workspace: Workspace, source: Source, description: DataDescription, fields: Sequence[str]
) -> Iterator[tuple[Any, int]]:
    """Batches of rows, and how many there are in each.

    Parameters
    ----------
    workspace : Workspace
    source : Source
        From :func:`adcore.detect.sources.open_source`.
    description : DataDescription
        The field of times, and its format. Where that is the default, it is seen from the values
        how times are written.
    fields : sequence of str
        The other columns that are wanted.

    Raises
    ------
    InvalidArgumentError
        If there is no column of a name.
    DataError
        If the file cannot be read.
    """
    time = find_columns([description.time_field], source.columns, "time_field")[0]
    found = find_columns(list(fields), source.columns, "analysis_config")
    selected = [f"{_time(workspace, time, description)} AS {identifier(time.name)}"]
    selected += [f"{_value(column)} AS {identifier(column.name)}" for column in found]
    query = f"SELECT {', '.join(selected)} FROM {source.relation}"
    try:
        if not _is_sorted(workspace, query, time):
            query = _sorted(query, time)
        relation = workspace.cursor().sql(query, params=list(source.parameters))
        for chunk in nanoarrow.ArrayStream(relation).iter_chunks():
            yield chunk, len(chunk)
    except duckdb.Error as error:
        raise DataError(f"{source.name}: {first_line(error)}") from error


def _time(workspace: Workspace, column: Column, description: DataDescription) -> str:
    if description.time_format != DataDescription().time_format:
        return identifier(column.name)
    form = require_format(workspace.connection, column, None)
    return f"make_timestamp_ms(({form.milliseconds})::BIGINT)"


def _value(column: Column) -> str:
    """The column; words that stand for nothing become nothing."""
    name = identifier(column.name)
    if not column.is_text:
        return name
    words = ", ".join(literal(word) for word in MISSING_WORDS)
    return f"CASE WHEN lower(trim({name})) NOT IN ({words}) THEN {name} END"


def _is_sorted(workspace: Workspace, query: str, time: Column) -> bool:
    name = identifier(time.name)
    before = f"SELECT {name} AS t, lag({name}) OVER () AS before FROM ({query})"
    backwards = f"SELECT count(*) FILTER (WHERE t < before) FROM ({before})"
    return int(ask_one(workspace.cursor(), backwards)[0]) == 0


def _sorted(query: str, time: Column) -> str:
    """By time, and rows of the same time as they come."""
    numbered = f"SELECT *, row_number() OVER () AS {_NUMBER} FROM ({query})"
    order = f"{identifier(time.name)}, {_NUMBER}"
    return f"SELECT * EXCLUDE ({_NUMBER}) FROM ({numbered}) ORDER BY {order}"


_NUMBER = identifier("adcore row number")
