"""Why a file cannot be read, in words that lead to the place."""

# ruff: noqa: S608 -- the only texts put into SQL are quoted by sql.literal

from __future__ import annotations

from pathlib import Path

import duckdb

from adcore.config import shorten
from adcore.detect.file_kind import find_compression, lines_of
from adcore.detect.sql import ask, first_line
from adcore.errors import DataError

__all__ = ["unreadable"]

_DETAILS = ("Original Line", "Expected Number")
_LONGEST_DETAIL = 200


def unreadable(
    connection: duckdb.DuckDBPyConnection, name: str, path: Path, error: duckdb.Error
) -> DataError:
    """The error for people: the first line of JSON that is none, or what the database said."""
    said = _sentences(error, path)
    if "JSON" in said:
        place = _wrong_json_line(connection, name, path)
        if place is not None:
            return DataError(f"{name}, {place}; expected one JSON object a line")
    return DataError(f"{name}: {said}")


def _wrong_json_line(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> str | None:
    """The number and the text of a line that is no object; None where lines are no records."""
    lines = lines_of(path, find_compression(name, path))
    try:
        found = ask(
            connection,
            f"SELECT n, line, kind FROM (SELECT row_number() OVER () AS n, line, "
            f"CASE WHEN json_valid(line) THEN json_type(line) END AS kind FROM {lines}) "
            "WHERE trim(line) <> '' AND kind IS DISTINCT FROM 'OBJECT' LIMIT 1",
        )
    except duckdb.Error:
        return None
    if not found:
        return None
    number, line, kind = found[0]
    # An array of objects over several lines is a legal file: there lines tell nothing.
    if number == 1 and line.lstrip().startswith("[") and kind is None:
        return None
    return f"line {number}: {shorten(line)} is {'not JSON' if kind is None else 'no object'}"


def _sentences(error: duckdb.Error, path: Path) -> str:
    """The sentences of the database that speak about the content of the file."""
    lines = str(error).strip().splitlines()
    kept = [first_line(error).replace(f' in file "{path}"', "")]
    kept += [line[:_LONGEST_DETAIL] for line in lines[1:] if line.startswith(_DETAILS)]
    return "; ".join(line.strip() for line in kept)
