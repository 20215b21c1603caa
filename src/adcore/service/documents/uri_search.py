"""Searches that are written into the address."""

from __future__ import annotations

from typing import Any

from adcore.service.documents.source import SOURCE_PARAMETERS, source_option
from adcore.service.errors import illegal_argument
from adcore.service.parameters import to_boolean
from adcore.service.requests import Call

__all__ = ["QUERY_PARAMETERS", "SEARCH_PARAMETERS", "query_of", "search_body"]

QUERY_PARAMETERS = (
    "analyze_wildcard", "analyzer", "default_operator", "df", "lenient", "min_score",
    "preference", "q", "routing", "terminate_after",
)  # fmt: skip
SEARCH_PARAMETERS = (
    *QUERY_PARAMETERS, *SOURCE_PARAMETERS, "allow_partial_search_results", "batched_reduce_size",
    "cancel_after_time_interval", "ccs_minimize_roundtrips", "docvalue_fields", "explain", "from",
    "include_named_queries_score", "max_concurrent_shard_requests", "phase_took",
    "pre_filter_shard_size", "request_cache", "rest_total_hits_as_int", "scroll",
    "search_pipeline", "search_type", "seq_no_primary_term", "size", "sort", "source",
    "source_content_type", "stats", "stored_fields", "timeout", "track_scores",
    "track_total_hits", "typed_keys", "version",
)  # fmt: skip
_FLAGS = ("seq_no_primary_term", "track_scores", "version")
_LISTS = ("docvalue_fields", "stored_fields")


def search_body(call: Call) -> Any:
    """The body of a search with what the address says; the address wins."""
    body = call.json()
    asked = _asked(call)
    if not asked or (body is not None and not isinstance(body, dict)):
        return body
    return {**(body or {}), **asked}


def query_of(call: Call) -> dict[str, Any] | None:
    """The query of the parameter ``q``."""
    if not call.has("q"):
        return None
    options: dict[str, Any] = {"query": call.text("q")}
    if call.has("df"):
        options["default_field"] = call.text("df")
    if call.has("default_operator"):
        options["default_operator"] = call.text("default_operator")
    return {"query_string": options}


def _asked(call: Call) -> dict[str, Any]:
    if call.boolean("typed_keys"):
        raise illegal_argument("[typed_keys] is not supported")
    asked: dict[str, Any] = {}
    query = query_of(call)
    if query is not None:
        asked["query"] = query
    for name in ("from", "size"):
        if call.has(name):
            asked[name] = call.integer(name)
    asked |= {name: call.boolean(name) for name in _FLAGS if call.has(name)}
    asked |= {name: call.words(name) for name in _LISTS if call.has(name)}
    if call.has("sort"):
        asked["sort"] = [_sort(word) for word in call.words("sort")]
    if call.has("track_total_hits"):
        asked["track_total_hits"] = _counted(call)
    source = source_option(call)
    if source is not None:
        asked["_source"] = source
    return asked


def _sort(word: str) -> Any:
    field, colon, order = word.rpartition(":")
    if not colon:
        return word
    if order not in ("asc", "desc"):
        raise illegal_argument(f"Unknown sort order [{order}], must be one of [asc] or [desc]")
    return {field: {"order": order}}


def _counted(call: Call) -> bool | int | None:
    text = call.text("track_total_hits")
    return to_boolean(text) if text in ("", "true", "false") else call.integer("track_total_hits")
