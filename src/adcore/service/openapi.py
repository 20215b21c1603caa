"""The OpenAPI description of a service, made of its endpoints."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from adcore import _core
from adcore.service.parameters import COMMON_PARAMETERS
from adcore.service.routing import Endpoint

__all__ = ["describe"]

_BOOLEANS = frozenset({
    "allow_no_indices", "allow_partial_search_results", "error_trace", "explain", "flat_settings",
    "human", "ignore_throttled", "ignore_unavailable", "include_defaults", "local", "pretty",
    "realtime", "require_alias", "rest_total_hits_as_int", "seq_no_primary_term", "track_scores",
    "v", "version", "help",
})  # fmt: skip
_INTEGERS = frozenset({"from", "if_primary_term", "if_seq_no", "retry_on_conflict", "size"})
_TYPES = {"none": (), "json": ("application/json",), "ndjson": ("application/x-ndjson",)}


def describe(listed: Iterable[Endpoint]) -> dict[str, Any]:
    """The description of endpoints."""
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in listed:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    return {
        "openapi": "3.1.0",
        "info": {"title": "adcore", "version": _core.__version__},
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    names = re.findall(r"{(\w+)}", endpoint.path)
    known = dict.fromkeys([*endpoint.parameters, *COMMON_PARAMETERS])
    operation: dict[str, Any] = {
        "operationId": f"{endpoint.method.lower()} {endpoint.path}",
        "summary": endpoint.summary,
        "parameters": [
            *({"name": n, "in": "path", "required": True, "schema": _TEXT} for n in names),
            *({"name": n, "in": "query", "schema": _schema(n)} for n in known),
        ],
        "responses": _responses(endpoint),
    }
    types = _TYPES[endpoint.body]
    if types:
        content = {kind: {"schema": {} if "nd" in kind else _OBJECT} for kind in types}
        operation["requestBody"] = {"content": content}
    return operation


def _responses(endpoint: Endpoint) -> dict[str, Any]:
    done = {"2XX": {"description": "Done."}}
    if endpoint.method == "HEAD":
        return done | {"4XX": {"description": "No."}, "5XX": {"description": "Refused."}}
    refused = {"description": "Refused.", "content": {_JSON: {"schema": _ERROR_SCHEMA}}}
    if endpoint.refuses_in_text:
        refused["content"] = {_JSON: {"schema": _ERROR_SCHEMA}, "text/plain": {"schema": _TEXT}}
    # What is not there is not always an error: a document that was deleted before, for one.
    missing = {"description": "Not there.", "content": {_JSON: {"schema": _OBJECT}}}
    return done | {"404": missing, "4XX": refused, "5XX": refused}


def _schema(name: str) -> dict[str, str]:
    if name in _BOOLEANS:
        return {"type": "boolean"}
    return {"type": "integer"} if name in _INTEGERS else _TEXT


_TEXT = {"type": "string"}
_OBJECT = {"type": "object"}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": ["object", "string"]}, "status": {"type": "integer"}},
}
_JSON = "application/json"
_ERROR_SCHEMA = {"$ref": "#/components/schemas/Error"}
