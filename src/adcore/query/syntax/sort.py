"""What hits are sorted by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.queries import Scalar
from adcore.query.syntax.reader import (
    Json,
    JsonObject,
    objects,
    optional_text,
    scalar,
    text,
    token,
)

__all__ = ["SortKey", "parse_order", "parse_sort"]

_OPTIONS = frozenset(
    {
        "order", "missing", "unmapped_type", "mode", "format", "numeric_type", "nested",
        "nested_path", "nested_filter",
    }
)  # fmt: skip
_MODES = frozenset({"min", "max", "avg", "sum", "median"})


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
    nested_path : str or None
        The nested object the field is in.
    """

    field: str
    is_descending: bool = False
    missing: Scalar = "_last"
    unmapped_type: str | None = None
    mode: str | None = None
    format: str | None = None
    nested_path: str | None = None


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
    if field in {"_script", "_geo_distance"}:
        raise illegal_argument(f"[{field}] sort is not supported")
    if not isinstance(options, Mapping):
        return SortKey(field, parse_order(options))
    for key in options:
        if key not in _OPTIONS:
            raise parsing_error(f"[field_sort] unknown field [{key}]")
    mode = optional_text("sort", "mode", options.get("mode"))
    if mode is not None and mode.lower() not in _MODES:
        raise illegal_argument(f"Unknown SortMode [{mode}]")
    missing = options.get("missing")
    return SortKey(
        field,
        parse_order(options["order"]) if options.get("order") else field == "_score",
        missing=scalar("sort", "_last" if missing is None else missing),
        unmapped_type=optional_text("sort", "unmapped_type", options.get("unmapped_type")),
        mode=None if mode is None else mode.lower(),
        format=optional_text("sort", "format", options.get("format")),
        nested_path=_nested_path(options),
    )


def _nested_path(options: JsonObject) -> str | None:
    nested = options.get("nested")
    if nested is None:
        return optional_text("sort", "nested_path", options.get("nested_path"))
    if not isinstance(nested, Mapping) or "path" not in nested:
        raise parsing_error("[nested] requires 'path' field")
    if nested.get("filter") is not None:
        raise illegal_argument("[nested] filter of a sort is not supported")
    return text("sort", "path", cast("JsonObject", nested)["path"])
