"""Writes of single documents."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from adcore.service.documents.source import SOURCE_PARAMETERS, shown_source, wanted_source
from adcore.service.documents.source import source_option as source_parameters
from adcore.service.documents.targets import shards
from adcore.service.errors import ApiError, illegal_argument, validation_error
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.actions import WriteResult
from adcore.store.errors import IndexNotFoundError

__all__ = ["ENDPOINTS", "check_alias", "write_body"]

_WRITE = (
    "if_primary_term", "if_seq_no", "pipeline", "refresh", "require_alias", "routing", "timeout",
    "version", "version_type", "wait_for_active_shards",
)  # fmt: skip
_UPDATE_KEYS = frozenset({
    "_source", "detect_noop", "doc", "doc_as_upsert", "if_primary_term", "if_seq_no", "lang",
    "script", "scripted_upsert", "upsert",
})  # fmt: skip


def write_body(written: WriteResult, *, is_refreshed: bool = False) -> dict[str, Any]:
    """What the API answers to a write."""
    body: dict[str, Any] = {
        "_index": written.index,
        "_id": written.id,
        "_version": written.version,
        "result": written.result,
    }
    if is_refreshed:
        body["forced_refresh"] = True
    return {
        **body,
        "_shards": shards(1),
        "_seq_no": written.seq_no,
        "_primary_term": written.primary_term,
    }


def check_alias(call: Call, index: str, *, is_required: bool) -> None:
    """Raise if a name that has to be an alias is none."""
    if is_required and index not in call.context.store.documents.aliases():
        raise IndexNotFoundError(
            f"no such index [{index}] and [require_alias] request flag is [true] and [{index}] is "
            "not an alias",
            index=index,
        )


def _put(call: Call) -> Reply:
    operation = call.text("op_type", "index").lower()
    if operation not in ("index", "create"):
        raise illegal_argument(f"opType must be 'create' or 'index', found: [{operation}]")
    return _store(call, call.optional_value("id"), operation)


def _create(call: Call) -> Reply:
    return _store(call, call.value("id"), "create")


def _store(call: Call, id_: str | None, operation: str) -> Reply:
    is_refreshed = call.refresh() == "true"
    _check_options(call)
    index = call.value("index")
    check_alias(call, index, is_required=call.boolean("require_alias"))
    seq_no, term = _expected(call)
    content = call.required_content()
    written = call.context.store.documents.index(index, content, id_, operation, seq_no, term)
    return _written(written, is_refreshed=is_refreshed)


def _written(written: WriteResult, *, is_refreshed: bool) -> Reply:
    headers = {}
    if written.result == "created":
        steps = (quote(written.index, safe=""), "_doc", quote(written.id, safe=""))
        headers["location"] = "/" + "/".join(steps)
    body = write_body(written, is_refreshed=is_refreshed)
    return Reply(body, written.status, headers)


def _delete(call: Call) -> Reply:
    is_refreshed = call.refresh() == "true"
    _check_options(call)
    seq_no, term = _expected(call)
    documents = call.context.store.documents
    written = documents.delete(call.value("index"), call.value("id"), seq_no, term)
    return Reply(write_body(written, is_refreshed=is_refreshed), written.status)


def _update(call: Call) -> Reply:
    is_refreshed = call.refresh() == "true"
    _check_options(call)
    index, id_ = call.value("index"), call.value("id")
    check_alias(call, index, is_required=call.boolean("require_alias"))
    body = call.object()
    _check_update(body)
    seq_no, term = _expected(call, body)
    documents = call.context.store.documents
    written = documents.update(index, id_, body, seq_no, term)
    reply = _written(written, is_refreshed=is_refreshed)
    option = source_parameters(call)
    option = body.get("_source") if option is None else option
    if option is not None and option is not False:
        reply.body["get"] = _stored(call, written, option)
    return reply


def _stored(call: Call, written: WriteResult, option: Any) -> dict[str, Any]:
    """The document as it is after an update; somebody else may have changed it since."""
    found = call.context.store.documents.get(written.index, written.id)
    if found is None:
        return {"found": False}
    return {
        "_seq_no": found.seq_no,
        "_primary_term": found.primary_term,
        "found": True,
        "_source": shown_source(found.source, wanted_source(option)),
    }


def _check_update(body: dict[str, Any]) -> None:
    for key in body:
        if key not in _UPDATE_KEYS:
            raise ApiError(
                400, "x_content_parse_exception", f"[UpdateRequest] unknown field [{key}]"
            )
    if "doc" not in body and "script" not in body:
        raise validation_error("script or doc is missing")


def _check_options(call: Call) -> None:
    """Refuse what would be done differently from what the client expects."""
    if call.text("version_type", "internal") != "internal" or call.has("version"):
        raise validation_error(
            "internal versioning can not be used for optimistic concurrency control. Please use "
            "`if_seq_no` and `if_primary_term` instead"
        )
    pipeline = call.text("pipeline", "_none")
    if pipeline != "_none":
        raise illegal_argument(f"pipeline with id [{pipeline}] does not exist")


def _expected(call: Call, body: dict[str, Any] | None = None) -> tuple[int | None, int | None]:
    """The sequence number and the term that the stored document must have."""
    given = body or {}
    seq_no = call.long("if_seq_no")
    term = call.long("if_primary_term")
    seq_no = given.get("if_seq_no") if seq_no is None else seq_no
    term = given.get("if_primary_term") if term is None else term
    for each in (seq_no, term):
        if each is not None and (isinstance(each, bool) or not isinstance(each, int)):
            raise illegal_argument(f"sequence numbers are whole numbers, got [{each}]")
    if seq_no is not None and seq_no < 0:
        raise illegal_argument(f"sequence numbers must be non negative. got [{seq_no}].")
    if seq_no is not None and term is None:
        raise validation_error("ifSeqNo is set, but primary term is [0]")
    if term is not None and seq_no is None:
        raise validation_error(f"ifSeqNo is unassigned, but primary term is [{term}]")
    return seq_no, term


_DOCUMENT = "/{index}/_doc/{id}"
ENDPOINTS = [
    *endpoints(
        "PUT POST", _DOCUMENT, _put, parameters=[*_WRITE, "op_type"], writes=True, body="json",
        summary="Store a document under an id.",
    ),
    *endpoints(
        "POST", "/{index}/_doc", _put, parameters=[*_WRITE, "op_type"], writes=True, body="json",
        summary="Store a document under a new id.",
    ),
    *endpoints(
        "PUT POST", "/{index}/_create/{id}", _create, parameters=_WRITE, writes=True, body="json",
        summary="Store a document under an id that is not taken.",
    ),
    *endpoints(
        "DELETE", _DOCUMENT, _delete, parameters=_WRITE, writes=True, summary="Delete a document.",
    ),
    *endpoints(
        "POST", "/{index}/_update/{id}", _update, writes=True, body="json",
        parameters=[*_WRITE, *SOURCE_PARAMETERS, "lang", "retry_on_conflict"],
        summary="Merge a partial document into a stored one.",
    ),
]  # fmt: skip
