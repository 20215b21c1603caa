"""Queries as conditions over the columns of a table or a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from adcore.query.filter import filter_sql
from adcore.query.sql import Sql
from adcore.store.mapping import Mapping as FieldMapping

__all__ = ["compile_filter", "condition_of", "quoted", "sql_types"]

_TYPES = {"number": "double", "time": "date", "boolean": "boolean"}
# What a column must hold for the condition to be true of it.
sql_types = {"number": "DOUBLE", "time": "BIGINT", "boolean": "BOOLEAN"}


def compile_filter(
    query: Mapping[str, Any] | str, kinds: Mapping[str, str], columns: Mapping[str, str], now: int
) -> tuple[Sql, list[str]]:
    """The condition of a query, and the fields it needs.

    Parameters
    ----------
    query : mapping or str
        In the query language, or its JSON.
    kinds : mapping of field to kind
        "number", "time", "boolean"; anything else is text, compared as a whole.
    columns : mapping of field to column
        Where the values of a field are: DOUBLE, BIGINT epoch milliseconds, BOOLEAN, or VARCHAR.
    now : int
        Epoch milliseconds, for ``now`` in dates.

    Raises
    ------
    SearchError
        If it is no query, or cannot be asked of these fields.
    """
    properties: dict[str, Any] = {}
    for field, kind in kinds.items():
        _place(properties, field.split("."), _mapped(_TYPES.get(kind)))
    mapping = FieldMapping.from_json({"properties": properties}, columns=columns)
    compiled = condition_of(query, mapping, now)
    return compiled, [field for field in kinds if quoted(columns[field]) in compiled.text]


def condition_of(
    query: Mapping[str, Any] | str, mapping: FieldMapping, now: int, index: str = "data"
) -> Sql:
    """The condition of a query, or of its JSON, over the columns of a mapping."""
    content = json.loads(query) if isinstance(query, str) else dict(query)
    text, parameters = filter_sql(content, mapping, now=now, index=index)
    return Sql(text, tuple(parameters))


def _mapped(kind: str | None) -> dict[str, Any]:
    if kind is not None:
        return {"type": kind}
    # Text in a table is a label; clients ask for it under either name.
    return {"type": "keyword", "fields": {"keyword": {"type": "keyword"}}}


def _place(properties: dict[str, Any], path: list[str], mapped: dict[str, Any]) -> None:
    """Dots in the name of a column are those of an object."""
    head, *rest = path
    if not rest:
        properties.setdefault(head, mapped)
    else:
        inner = properties.setdefault(head, {"properties": {}})
        _place(inner.setdefault("properties", {}), rest, mapped)


def quoted(column: str) -> str:
    """A column as it stands in a condition."""
    return '"' + column.replace('"', '""') + '"'
