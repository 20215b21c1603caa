"""The few pieces of SQL text that several modules need."""

from __future__ import annotations

__all__ = ["first_line", "identifier", "literal"]


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
