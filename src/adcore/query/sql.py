"""Pieces of SQL that carry their parameters, so that no value is ever part of the text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["FALSE", "TRUE", "Sql", "all_of", "any_of", "column", "join", "negation", "sql", "value"]


@dataclass(frozen=True, slots=True)
class Sql:
    """A text with ``?`` for each of its parameters, in order."""

    text: str
    parameters: tuple[object, ...] = ()


TRUE = Sql("TRUE")
FALSE = Sql("FALSE")


def sql(template: str, *parts: Sql) -> Sql:
    """A template whose ``{}`` are the parts, in order.

    >>> sql("{} = {}", column("a"), value(3))
    Sql(text='"a" = ?', parameters=(3,))
    """
    pieces = template.split("{}")
    text = pieces[0] + "".join(
        part.text + piece for part, piece in zip(parts, pieces[1:], strict=True)
    )
    return Sql(text, tuple(parameter for part in parts for parameter in part.parameters))


def value(content: object) -> Sql:
    """A bound parameter. Halves of surrogate pairs, which no database stores, become ``?``.

    >>> value("a'b")
    Sql(text='?', parameters=("a'b",))
    """
    return Sql("?", (_storable(content),))


def _storable(content: object) -> object:
    if isinstance(content, str):
        return content.encode("utf-8", "replace").decode()
    if isinstance(content, (list, tuple)):
        return [_storable(item) for item in content]
    return content


def column(name: str) -> Sql:
    """A column, quoted.

    >>> column('a"b').text
    '"a""b"'
    """
    return Sql('"' + name.replace('"', '""') + '"')


def join(separator: str, parts: Iterable[Sql]) -> Sql:
    """Parts with a text between them."""
    listed = list(parts)
    return sql(separator.join(["{}"] * len(listed)), *listed)


def all_of(conditions: Iterable[Sql]) -> Sql:
    """True where every condition is; of none, always."""
    kept = [condition for condition in conditions if condition is not TRUE]
    if any(condition is FALSE for condition in kept):
        return FALSE
    return sql("({})", join(" AND ", kept)) if kept else TRUE


def any_of(conditions: Iterable[Sql]) -> Sql:
    """True where some condition is; of none, never."""
    kept = [condition for condition in conditions if condition is not FALSE]
    if any(condition is TRUE for condition in kept):
        return TRUE
    return sql("({})", join(" OR ", kept)) if kept else FALSE


def negation(condition: Sql) -> Sql:
    """True where the condition is false, or unknown as a comparison with nothing is."""
    if condition is TRUE:
        return FALSE
    return TRUE if condition is FALSE else sql("(({}) IS NOT TRUE)", condition)
