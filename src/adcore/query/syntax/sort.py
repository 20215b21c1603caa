"""What hits are sorted by."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from adcore.query.computed.request import read_script
from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import Query, Scalar
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    objects,
    optional_text,
    scalar,
    text,
    token,
)
from adcore.script import Script
from adcore.store.field import FieldType

__all__ = ["NestedSort", "SortKey", "parse_order", "parse_sort"]

_OPTIONS = frozenset(
    {
        "order", "missing", "unmapped_type", "mode", "format", "numeric_type", "nested",
        "nested_path", "nested_filter",
    }
)  # fmt: skip
_NESTED_OPTIONS = frozenset({"path", "filter", "nested"})
_SCRIPT_OPTIONS = frozenset({"script", "type", "order", "mode", "nested"})
_SCRIPT_TYPES = {"number": FieldType.DOUBLE, "string": FieldType.KEYWORD}
_MODES = frozenset({"min", "max", "avg", "sum", "median"})


@dataclass(frozen=True, slots=True)
class NestedSort:
    """The nested objects that a field is in.

    Attributes
    ----------
    path : str
        Of the innermost.
    filters : tuple of (str, Query)
        Per path which of the objects count.
    """

    path: str
    filters: tuple[tuple[str, Query], ...] = ()


@dataclass(frozen=True, slots=True)
class SortKey:
    """One key.

    Attributes
    ----------
    field : str
        A path, or ``_score``, ``_doc``, ``_id``, ``_index``, ``_seq_no``.
    missing : scalar
        ``_first``, ``_last``, or the value of documents without one.
    unmapped_type : str or None
        Given: an index without this field is no error.
    mode : str or None
        Which of several values counts: the least if ascending, else the greatest.
    nested : NestedSort or None
        The nested objects the field is in.
    script : Script or None
        What computes it, where it is no field of an index.
    type : FieldType or None
        Of what the script gives.
    """

    field: str
    is_descending: bool = False
    missing: Scalar = "_last"
    unmapped_type: str | None = None
    mode: str | None = None
    format: str | None = None
    nested: NestedSort | None = None
    script: Script | None = None
    type: FieldType | None = None


def parse_order(content: Json) -> bool:
    """Whether an order is descending."""
    order = str(content).lower()
    if order not in {"asc", "desc"}:
        raise illegal_argument(
            f"No enum constant org.opensearch.search.sort.SortOrder.{str(content).upper()}"
        )
    return order == "desc"


def parse_sort(content: Json) -> tuple[SortKey, ...]:
    """The keys of a sort: a name, an object, or a list of these.

    >>> parse_sort([{"time": "desc"}, "_id"])[0].is_descending
    True
    """
    keys: list[SortKey] = []
    for item in objects(content):
        if isinstance(item, Mapping):
            keys.extend(_key(field, options) for field, options in item.items())
        elif isinstance(item, str):
            keys.append(_bare(item))
        else:
            raise parsing_error(f"malformed sort format, unexpected token [{token(item)}]")
    return tuple(keys)


def _bare(name: str) -> SortKey:
    # "time:desc" is how an address asks for a sort.
    field, _, order = name.rpartition(":")
    if field and order.lower() in {"asc", "desc"}:
        return SortKey(field, parse_order(order))
    return SortKey(name, is_descending=name == "_score")


def _key(field: str, options: Json) -> SortKey:
    if field == "_script":
        return _scripted(options)
    if field == "_geo_distance":
        raise illegal_argument(f"[{field}] sort is not supported")
    if not isinstance(options, Mapping):
        return SortKey(field, parse_order(options))
    for key in options:
        if key not in _OPTIONS:
            raise parsing_error(f"[field_sort] unknown field [{key}]")
    missing = options.get("missing")
    return SortKey(
        field,
        parse_order(options["order"]) if options.get("order") else field == "_score",
        missing=scalar("sort", "_last" if missing is None else missing),
        unmapped_type=optional_text("sort", "unmapped_type", options.get("unmapped_type")),
        mode=_mode(options),
        format=optional_text("sort", "format", options.get("format")),
        nested=_nested(options),
    )


def _mode(options: JsonObject) -> str | None:
    mode = optional_text("sort", "mode", options.get("mode"))
    if mode is not None and mode.lower() not in _MODES:
        raise illegal_argument(f"Unknown SortMode [{mode}]")
    return None if mode is None else mode.lower()


def _scripted(options: Json) -> SortKey:
    """What a script says of each document; it is computed under a name of its own."""
    if not isinstance(options, Mapping):
        raise parsing_error("[_script] malformed sort format")
    for key in options:
        if key not in _SCRIPT_OPTIONS:
            raise parsing_error(f"[_script] unknown field [{key}]")
    kind = _SCRIPT_TYPES.get(str(options.get("type", "")).lower())
    if kind is None:
        raise illegal_argument(f"Unknown ScriptSortType [{options.get('type')}]")
    if options.get("nested") is not None:
        raise illegal_argument("[nested] of a [_script] sort is not supported")
    return SortKey(
        f"script:{kind.value}:{json.dumps(options.get('script'), sort_keys=True)}",
        parse_order(options.get("order", "asc")),
        mode=_mode(options),
        script=read_script(options.get("script")),
        type=kind,
    )


def _nested(options: JsonObject) -> NestedSort | None:
    given = options.get("nested")
    if given is not None:
        return _levels(given)
    # As older clients say it.
    path = optional_text("sort", "nested_path", options.get("nested_path"))
    if path is None:
        return None
    return NestedSort(path, _filter(path, options.get("nested_filter")))


def _levels(given: Json) -> NestedSort:
    """An object with path and filter, and below it those of the objects inside."""
    if not isinstance(given, Mapping) or "path" not in given:
        raise parsing_error("[nested] requires 'path' field")
    for key in given:
        if key not in _NESTED_OPTIONS:
            raise parsing_error(f"[nested] unknown field [{key}]")
    path = text("sort", "path", given["path"])
    filters = _filter(path, given.get("filter"))
    if given.get("nested") is None:
        return NestedSort(path, filters)
    inner = _levels(given["nested"])
    return NestedSort(inner.path, (*filters, *inner.filters))


def _filter(path: str, given: Json) -> tuple[tuple[str, Query], ...]:
    return () if given is None else ((path, parse_query(given)),)
