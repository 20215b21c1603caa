"""Documents by their ids."""

from __future__ import annotations

from typing import Any

from adcore.errors import AdcoreError
from adcore.service.documents.source import (
    SOURCE_PARAMETERS,
    shown_source,
    source_option,
    wanted_source,
)
from adcore.service.errors import ApiError, error_summary, parse_error, validation_error
from adcore.service.json_content import texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.actions import Document

__all__ = ["ENDPOINTS"]

_READ = (
    *SOURCE_PARAMETERS, "preference", "realtime", "refresh", "routing", "stored_fields", "version",
    "version_type",
)  # fmt: skip


def _get(call: Call) -> Reply:
    index, id_ = call.value("index"), call.value("id")
    found = call.context.store.documents.get(index, id_)
    if found is None:
        entry = call.context.store.documents.entry(index)
        return Reply({"_index": entry.name, "_id": id_, "found": False}, 404)
    return Reply(_shown(found, source_option(call)))


def _shown(document: Document, option: Any) -> dict[str, Any]:
    wanted = wanted_source(option)
    body: dict[str, Any] = {
        "_index": document.index,
        "_id": document.id,
        "_version": document.version,
        "_seq_no": document.seq_no,
        "_primary_term": document.primary_term,
        "found": True,
    }
    if wanted.is_shown:
        body["_source"] = shown_source(document.source, wanted)
    return body


def _source(call: Call) -> Reply:
    index, id_ = call.value("index"), call.value("id")
    found = call.context.store.documents.get(index, id_)
    if found is None:
        reason = f"Document not found [{index}]/[{id_}]"
        raise ApiError(404, "resource_not_found_exception", reason)
    return Reply(shown_source(found.source, wanted_source(source_option(call))))


def _mget(call: Call) -> Reply:
    wanted = _wanted(call)
    option = source_option(call)
    by_index: dict[str, list[str]] = {}
    for index, id_, _ in wanted:
        by_index.setdefault(index, []).append(id_)
    found = {index: _of_index(call, index, ids) for index, ids in by_index.items()}
    shown: list[dict[str, Any]] = []
    for index, id_, own in wanted:
        documents = found[index]
        if isinstance(documents, AdcoreError):
            error = error_summary(documents)
            error = {"root_cause": [error], **error}
            shown.append({"_index": index, "_id": id_, "error": error})
            continue
        document = documents[id_]
        if document is None:
            shown.append({"_index": index, "_id": id_, "found": False})
        else:
            shown.append(_shown(document, option if own is None else own))
    return Reply({"docs": shown})


def _of_index(call: Call, index: str, ids: list[str]) -> dict[str, Document | None] | AdcoreError:
    try:
        found = call.context.store.documents.mget(index, ids)
    except AdcoreError as error:
        return error
    return dict(zip(ids, found, strict=True))


def _wanted(call: Call) -> list[tuple[str, str, Any]]:
    """Index, id and own ``_source`` of the documents that are asked for."""
    body = call.object()
    index = call.optional_value("index")
    for key in body:
        if key not in ("docs", "ids"):
            raise parse_error(
                f"unexpected token [START_ARRAY], expected [docs] or [ids], got [{key}]"
            )
    docs = body.get("docs", [])
    if not isinstance(docs, list):
        raise parse_error("[docs] must be an array")
    listed = [*docs, *({"_id": id_} for id_ in texts_of("ids", body.get("ids", [])))]
    if not listed:
        raise validation_error("no documents to get")
    wanted: list[tuple[str, str, Any]] = []
    faults: list[str] = []
    for item in listed:
        item = {"_id": item} if isinstance(item, (str, int)) else item  # noqa: PLW2901
        if not isinstance(item, dict):
            raise parse_error("docs array element should include an object")
        own_index, id_ = item.get("_index", index), item.get("_id")
        if own_index is None:
            faults.append(f"index is missing for doc {len(wanted)}")
        if id_ is None:
            faults.append(f"id is missing for doc {len(wanted)}")
        wanted.append((str(own_index), str(id_), item.get("_source")))
    if faults:
        raise validation_error(*faults)
    return wanted


ENDPOINTS = [
    *endpoints(
        "GET HEAD", "/{index}/_doc/{id}", _get, parameters=_READ, summary="A document by its id.",
    ),
    *endpoints(
        "GET HEAD", "/{index}/_source/{id}", _source, parameters=_READ,
        summary="A document by its id, and nothing around it.",
    ),
    *endpoints(
        "GET POST", ["/_mget", "/{index}/_mget"], _mget, parameters=_READ, body="json",
        summary="Documents by their ids.",
    ),
]  # fmt: skip
