"""What every module that speaks SQL needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import duckdb
import nanoarrow

__all__ = ["ask", "ask_one", "chunks", "first_line", "identifier", "interruptible", "literal"]


def ask(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> list[tuple[Any, ...]]:
    """Run a statement to its end and return all rows; a connection with an open result is busy."""
    return connection.execute(query, parameters).fetchall()


def ask_one(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """The only row of a query that has exactly one, such as an aggregate."""
    (row,) = ask(connection, query)
    return row


def chunks(
    connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[object] = ()
) -> Iterator[Any]:
    """The rows of a query as they come, in chunks that speak Arrow.

    Raises
    ------
    duckdb.Error
        Also where a later row cannot be read, which the stream tells in a class of its own.
    """
    relation = connection.sql(query, params=list(parameters))
    stream = nanoarrow.ArrayStream(relation).iter_chunks()
    while True:
        try:
            chunk = next(stream, None)
        except RuntimeError as error:
            raise duckdb.Error(str(error)) from error
        if chunk is None:
            return
        yield chunk


def identifier(name: str) -> str:
    """A column name, quoted.

    >>> identifier('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text, quoted.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def first_line(error: Exception) -> str:
    """What the database said, without its class of error and its advice on SQL."""
    line = str(error).strip().splitlines()[0]
    return line.split("Error: ", 1)[-1]


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C while the database works is Ctrl-C, not the error that the database makes of it.

    Raises
    ------
    KeyboardInterrupt
    """
    try:
        yield
    except RuntimeError as error:
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise
