"""Indices: made, shown, deleted."""

from __future__ import annotations

from typing import Any

from adcore.query.syntax.parse_query import parse_query
from adcore.service.documents.index_settings import shown_settings, stored_settings
from adcore.service.documents.targets import (
    INDEX_PARAMETERS,
    TIMEOUT_PARAMETERS,
    expression,
    resolve,
    shards,
)
from adcore.service.errors import illegal_argument, parse_error
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS", "aliases_of", "check_alias_options", "content_of"]


def check_alias_options(name: str, options: dict[str, Any]) -> None:
    """Raise if an alias cannot have these options: its filter is parsed by every search."""
    query = options.get("filter")
    if query is not None:
        if not isinstance(query, dict):
            raise parse_error(f"[filter] of alias [{name}] must be an object")
        parse_query(query)
    if not isinstance(options.get("is_write_index", False), bool):
        raise parse_error(f"[is_write_index] of alias [{name}] must be true or false")


def aliases_of(call: Call, index: str) -> dict[str, Any]:
    """The aliases of an index, each with its options."""
    found = {}
    for name, alias in sorted(call.context.store.documents.aliases().items()):
        if index in alias.indices:
            found[name] = dict(alias.indices[index])
    return found


def _create(call: Call) -> Reply:
    content = content_of(call.optional_object(), "create index")
    made = call.context.store.documents.create_index(
        call.value("index"), content["mappings"], content["settings"], content["aliases"]
    )
    return Reply({"acknowledged": True, "shards_acknowledged": True, "index": made})


def content_of(body: dict[str, Any], request: str) -> dict[str, Any]:
    """Settings by whole names, mappings and aliases of an index, as the store takes them.

    Raises
    ------
    ApiError, SearchError
    """
    for key, value in body.items():
        if key not in ("aliases", "mappings", "settings"):
            raise parse_error(f"unknown key [{key}] for {request}")
        if value is not None and not isinstance(value, dict):
            raise parse_error(f"key [{key}] must be an object")
    return {
        "settings": stored_settings(body.get("settings") or {}),
        "mappings": body.get("mappings"),
        "aliases": _new_aliases(body.get("aliases") or {}),
    }


def _new_aliases(given: dict[str, Any]) -> dict[str, dict[str, Any]]:
    for name, options in given.items():
        if not isinstance(options, dict):
            raise parse_error(f"alias [{name}] must be an object")
        check_alias_options(name, options)
    return given


def _show(call: Call) -> Reply:
    shown = {}
    targets = resolve(call, call.value("index"))
    is_flat = call.boolean("flat_settings")
    for target in targets:
        entry = call.context.store.documents.entry(target.index)
        shown[entry.name] = {
            "aliases": aliases_of(call, entry.name),
            "mappings": entry.mapping.to_json(),
            "settings": shown_settings(call, entry, is_flat=is_flat),
        }
    return Reply(shown)


def _exists(call: Call) -> Reply:
    documents = call.context.store.documents
    found = documents.exists(expression(call, call.value("index")))
    return Reply(None, 200 if found else 404)


def _delete(call: Call) -> Reply:
    documents = call.context.store.documents
    given = expression(call, call.value("index"))
    aliases = documents.aliases()
    for part in given.split(","):
        if part in aliases:
            raise illegal_argument(
                f"The provided expression [{part}] matches an alias, specify the corresponding "
                "concrete indices instead."
            )
    documents.delete_index(given, ignore_unavailable=call.boolean("ignore_unavailable"))
    return Reply({"acknowledged": True})


def _maintained(call: Call) -> Reply:
    """What is written is on disk and found at once, so nothing is left to do."""
    targets = resolve(call, call.optional_value("index"))
    return Reply({"_shards": shards(len(targets))})


def _stats(call: Call) -> Reply:
    documents = call.context.store.documents
    indices = {}
    whole = {"docs": {"count": 0, "deleted": 0}, "store": {"size_in_bytes": 0}}
    for target in resolve(call, call.optional_value("index")):
        sizes = documents.stats(target.index)
        own = {
            "docs": {"count": sizes.documents, "deleted": 0},
            "store": {"size_in_bytes": sizes.bytes},
        }
        whole["docs"]["count"] += sizes.documents
        whole["store"]["size_in_bytes"] += sizes.bytes
        uuid = documents.entry(target.index).uuid
        indices[target.index] = {"uuid": uuid, "primaries": own, "total": own}
    body = {
        "_shards": shards(len(indices)),
        "_all": {"primaries": whole, "total": whole},
        "indices": indices,
    }
    return Reply(body)


_INDEX = "/{index}"
ENDPOINTS = [
    *endpoints(
        "PUT", _INDEX, _create, writes=True, body="json", summary="Make an index.",
        parameters=[*TIMEOUT_PARAMETERS, "wait_for_active_shards"],
    ),
    *endpoints(
        "GET", _INDEX, _show, summary="Aliases, mappings and settings of indices.",
        parameters=[*INDEX_PARAMETERS, "flat_settings", "include_defaults"],
    ),
    *endpoints(
        "HEAD", _INDEX, _exists, summary="Whether indices exist.",
        parameters=[*INDEX_PARAMETERS, "flat_settings", "include_defaults"],
    ),
    *endpoints(
        "DELETE", _INDEX, _delete, parameters=INDEX_PARAMETERS, writes=True,
        summary="Delete indices with all their documents.",
    ),
    *endpoints(
        "GET POST", ["/_refresh", "/{index}/_refresh", "/_flush", "/{index}/_flush"], _maintained,
        parameters=[*INDEX_PARAMETERS, "force", "wait_if_ongoing"],
        summary="Nothing: writes are found and on disk when they are answered.",
    ),
    *endpoints(
        "POST", ["/_forcemerge", "/{index}/_forcemerge", "/_cache/clear", "/{index}/_cache/clear"],
        _maintained, summary="Nothing: there is nothing to merge or to forget.",
        parameters=[
            *INDEX_PARAMETERS, "fielddata", "fields", "flush", "max_num_segments",
            "only_expunge_deletes", "query", "request", "wait_for_completion",
        ],
    ),
    *endpoints(
        "GET", ["/_stats", "/{index}/_stats"], _stats, summary="Sizes of indices.",
        parameters=[*INDEX_PARAMETERS, "forbid_closed_indices", "level"],
    ),
]  # fmt: skip
