"""The deletion of all documents that a query finds."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from adcore.query.filter import filter_sql
from adcore.service.deletion import deletion_body
from adcore.service.documents.targets import INDEX_PARAMETERS, resolve
from adcore.service.documents.uri_search import QUERY_PARAMETERS, query_of
from adcore.service.errors import illegal_argument, parse_error, validation_error
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.index_entry import Target

__all__ = ["ENDPOINTS", "delete_matching"]

_KEYS = frozenset({"conflicts", "max_docs", "query", "size", "slice"})


def delete_matching(call: Call, target: Target, query: Any, most: int | None = None) -> int:
    """Delete the documents of an index that match a query, at most so many; returns how many."""
    context = call.context
    now = context.clock()
    limits = context.query_limits
    parts = [
        filter_sql(each, target.mapping, now=now, index=target.index, limits=limits)
        for each in (query, target.filter)
        if each is not None
    ]
    where = " AND ".join(f"({text})" for text, _ in parts) or "TRUE"
    values = [value for _, own in parts for value in own]
    if most is not None:
        # The relation is the store's own name, quoted by it.
        where = (
            f'"_seq_no" IN (SELECT "_seq_no" FROM {target.relation} WHERE {where} '  # noqa: S608
            'ORDER BY "_seq_no" LIMIT ?)'
        )
        values = [*values, most]
    return context.store.documents.delete_by_rows(target.index, where, values)


def _delete_by_query(call: Call) -> Reply:
    started = perf_counter()
    if not call.boolean("wait_for_completion", default=True):
        raise illegal_argument("[wait_for_completion=false] is not supported")
    body = call.optional_object()
    for key in body:
        if key not in _KEYS:
            raise parse_error(f"Unknown key for a value in [{key}].")
    query = query_of(call) or body.get("query")
    if query is None:
        raise validation_error("query is missing")
    left = _most(call, body)
    deleted = 0
    for target in resolve(call, call.value("index")):
        found = delete_matching(call, target, query, None if left is None else left - deleted)
        deleted += found
    return Reply(deletion_body(deleted, started))


def _most(call: Call, body: dict[str, Any]) -> int | None:
    given = body.get("max_docs", body.get("size"))
    parameter = call.integer("max_docs")
    given = given if parameter is None else parameter
    if given is None or given == -1:
        return None
    if type(given) is not int or not 0 < given < 2**31:
        raise illegal_argument(f"[max_docs] must be a whole number from 1, found [{given}]")
    return given


ENDPOINTS = endpoints(
    "POST", "/{index}/_delete_by_query", _delete_by_query, writes=True, body="json",
    parameters=[
        *QUERY_PARAMETERS, *INDEX_PARAMETERS, "_source", "conflicts", "max_docs",
        "refresh", "request_cache", "requests_per_second", "scroll", "scroll_size",
        "search_timeout", "search_type", "size", "slices", "source", "stats",
        "source_content_type", "version", "wait_for_active_shards", "wait_for_completion",
    ],
    summary="Delete all documents that match.",
)  # fmt: skip
