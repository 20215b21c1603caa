"""Searches, counts, and deletions of what a search finds."""

from __future__ import annotations

from time import perf_counter
from typing import Any

import duckdb

from adcore.errors import AdcoreError
from adcore.query.run import count, search
from adcore.service.documents.paging import first_page, search_point_in_time
from adcore.service.documents.targets import INDEX_PARAMETERS, resolve
from adcore.service.documents.uri_search import (
    QUERY_PARAMETERS,
    SEARCH_PARAMETERS,
    query_of,
    search_body,
)
from adcore.service.errors import as_api_error, illegal_argument, parse_error, validation_error
from adcore.service.json_content import decode_json, texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS", "run_search"]


def run_search(call: Call, index: str | None, body: Any) -> dict[str, Any]:
    """The answer to a search over the indices that an expression means."""
    context = call.context
    for is_last in (False, True):
        targets = resolve(call, index)
        try:
            with call.cursor() as cursor:
                return search(targets, body, cursor, context.clock, limits=context.query_limits)
        except duckdb.CatalogException:
            # An index was deleted after it had been found: look again, once.
            if is_last:
                raise
    raise AssertionError


def _search(call: Call) -> Reply:
    context = call.context
    if len(context.snapshots):
        context.snapshots.forget_old(context.clock())
    body = search_body(call)
    if call.has("scroll"):
        answer = first_page(call, body)
    elif isinstance(body, dict) and body.get("pit"):
        answer = search_point_in_time(call, body)
    else:
        answer = run_search(call, call.optional_value("index"), body)
    return Reply(_totals(answer, as_int=call.boolean("rest_total_hits_as_int")))


def _totals(answer: dict[str, Any], *, as_int: bool) -> dict[str, Any]:
    if as_int:
        total = answer["hits"].get("total")
        answer["hits"]["total"] = -1 if total is None else total["value"]
    return answer


def _msearch(call: Call) -> Reply:
    started = perf_counter()
    as_int = call.boolean("rest_total_hits_as_int")
    if call.boolean("typed_keys"):
        raise illegal_argument("[typed_keys] is not supported")
    responses = []
    for header, body in _searches(call):
        index = header.get("index", call.optional_value("index"))
        try:
            named = None if index is None else ",".join(texts_of("index", index))
            answer = _totals(run_search(call, named, body), as_int=as_int)
            responses.append({**answer, "status": 200})
        except AdcoreError as error:
            responses.append(as_api_error(error).to_body())
    took = int((perf_counter() - started) * 1000)
    return Reply({"took": took, "responses": responses})


def _searches(call: Call) -> list[tuple[dict[str, Any], Any]]:
    """The header and the body of each search of an ``_msearch``."""
    lines = call.required_content().split(b"\n")
    if lines[-1].strip():
        raise illegal_argument("The msearch request must be terminated by a newline [\\n]")
    lines.pop()
    depth = call.context.settings.limits.json_depth
    if len(lines) % 2:
        lines = [line for line in lines if line.strip()]
    if not lines:
        raise validation_error("no requests added")
    if len(lines) % 2:
        raise illegal_argument("each search needs a line of options and a line of its body")
    found = []
    for at in range(0, len(lines), 2):
        header = decode_json(lines[at], depth) if lines[at].strip() else {}
        if not isinstance(header, dict):
            raise illegal_argument(f"line [{at + 1}] of an msearch must be an object")
        found.append((header, decode_json(lines[at + 1], depth)))
    return found


def _count(call: Call) -> Reply:
    context = call.context
    body = call.json()
    query = query_of(call)
    if query is not None:
        body = {"query": query}
    targets = resolve(call, call.optional_value("index"))
    with call.cursor() as cursor:
        return Reply(count(targets, body, cursor, context.clock, limits=context.query_limits))


def _validate(call: Call) -> Reply:
    """Whether a query can be run, and why not."""
    body = call.json() or {}
    if not isinstance(body, dict):
        raise parse_error("request body must be an object")
    query = query_of(call) or body.get("query")
    wanted = {"size": 0, "track_total_hits": False, "query": query}
    shards = {"total": 1, "successful": 1, "failed": 0}
    try:
        run_search(call, call.optional_value("index"), wanted)
    except AdcoreError as error:
        told = as_api_error(error)
        if told.status == 404:
            raise
        return Reply({"valid": False, "error": told.reason, "_shards": shards})
    return Reply({"valid": True, "_shards": shards})


ENDPOINTS = [
    *endpoints(
        "GET POST", ["/_search", "/{index}/_search"], _search, body="json",
        parameters=[*SEARCH_PARAMETERS, *INDEX_PARAMETERS], summary="Search.",
    ),
    *endpoints(
        "GET POST", ["/_msearch", "/{index}/_msearch"], _msearch, body="ndjson",
        parameters=[
            "ccs_minimize_roundtrips", "max_concurrent_searches", "max_concurrent_shard_requests",
            "pre_filter_shard_size", "rest_total_hits_as_int", "search_type", "typed_keys",
            *INDEX_PARAMETERS,
        ],
        summary="Several searches.",
    ),
    *endpoints(
        "GET POST", ["/_count", "/{index}/_count"], _count, body="json",
        parameters=[*QUERY_PARAMETERS, *INDEX_PARAMETERS, "source", "source_content_type"],
        summary="How many documents match.",
    ),
    *endpoints(
        "GET POST", ["/_validate/query", "/{index}/_validate/query"], _validate, body="json",
        parameters=[
            *QUERY_PARAMETERS, *INDEX_PARAMETERS, "all_shards", "explain", "rewrite", "source",
            "source_content_type",
        ],
        summary="Whether a query can be run.",
    ),
]  # fmt: skip
