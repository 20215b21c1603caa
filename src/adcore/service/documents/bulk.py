"""Many writes in one request."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from adcore.service.documents.bulk_lines import BulkFault, BulkItem, parse_bulk
from adcore.service.documents.write import check_alias, write_body
from adcore.service.errors import error_summary
from adcore.service.long_answer import LongAnswer
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.actions import WriteError, WriteResult
from adcore.store.bulk import BulkWriter, in_pieces
from adcore.store.errors import IndexNotFoundError

__all__ = ["ENDPOINTS"]


def _bulk(call: Call) -> Reply:
    started = perf_counter()
    is_refreshed = call.refresh() == "true"
    items = parse_bulk(
        call.body, call.optional_value("index"), requires_alias=call.boolean("require_alias")
    )
    has_errors = False
    answer = LongAnswer("items", call.text("filter_path"))
    with call.context.store.documents.writing() as writer:
        # Of a large bulk neither all documents nor all answers are there at a time.
        for piece in in_pieces(items, _bytes_of):
            results = _write(call, writer, piece)
            has_errors |= not all(isinstance(result, WriteResult) for result in results)
            answer.add([_shown(result, is_refreshed=is_refreshed) for result in results])
    took = int((perf_counter() - started) * 1000)
    return Reply(answer.beside({"took": took, "errors": has_errors}))


def _bytes_of(item: BulkItem | BulkFault) -> int:
    return len(item.action.source or b"") if isinstance(item, BulkItem) else 0


def _write(
    call: Call, writer: BulkWriter, items: list[BulkItem | BulkFault]
) -> list[WriteResult | WriteError | BulkFault]:
    refused = _refused(call, items)
    kept = [
        item.action
        for at, item in enumerate(items)
        if isinstance(item, BulkItem) and at not in refused
    ]
    done = iter(writer.write(kept))
    return [refused[at] if at in refused else next(done) for at in range(len(items))]


def _refused(call: Call, items: list[BulkItem | BulkFault]) -> dict[int, WriteError | BulkFault]:
    """The items that are no actions, or ask for an alias where there is none."""
    refused: dict[int, WriteError | BulkFault] = {}
    for at, item in enumerate(items):
        if isinstance(item, BulkFault):
            refused[at] = item
            continue
        try:
            check_alias(call, item.action.index, is_required=item.requires_alias)
        except IndexNotFoundError as error:
            action = item.action
            refused[at] = WriteError(action.operation, action.index, action.id, error)
    return refused


def _shown(result: WriteResult | WriteError | BulkFault, *, is_refreshed: bool) -> dict[str, Any]:
    if isinstance(result, WriteResult):
        body = write_body(result, is_refreshed=is_refreshed)
        return {result.operation: {**body, "status": result.status}}
    if isinstance(result, BulkFault):
        id_, status = None, result.error.status
    else:
        id_, status = result.id, result.status
    return {
        result.operation: {
            "_index": result.index,
            "_id": id_,
            "status": status,
            "error": error_summary(result.error),
        }
    }


_PARAMETERS = (
    "_source", "_source_excludes", "_source_includes", "batch_size", "pipeline", "refresh",
    "require_alias", "routing", "timeout", "wait_for_active_shards",
)  # fmt: skip
ENDPOINTS = endpoints(
    "POST PUT", ["/_bulk", "/{index}/_bulk"], _bulk, parameters=_PARAMETERS, writes=True,
    body="ndjson", summary="Many writes in one transaction; refused ones leave the others alone.",
)  # fmt: skip
