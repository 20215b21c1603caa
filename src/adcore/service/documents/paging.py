"""Large results page by page: scrolls and points in time."""

from __future__ import annotations

import re
from typing import Any

import duckdb

from adcore.query.errors import SearchError
from adcore.query.run import search
from adcore.service.documents.targets import INDEX_PARAMETERS, resolve, shards
from adcore.service.errors import ApiError, illegal_argument, validation_error
from adcore.service.json_content import texts_of
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.service.snapshots import Snapshot

__all__ = ["ENDPOINTS", "first_page", "search_point_in_time"]

_TIME = re.compile(r"(\d{1,9})(d|h|m|s|ms|micros|nanos)")
_MILLISECONDS = {"d": 86_400_000.0, "h": 3_600_000.0, "m": 60_000.0, "s": 1_000.0, "ms": 1.0,
                 "micros": 0.001, "nanos": 0.000_001}  # fmt: skip
_LONGEST = 3_600_000


def first_page(call: Call, body: Any) -> dict[str, Any]:
    """The first page of a search with the parameter ``scroll``."""
    keep_alive = _milliseconds("scroll", call.text("scroll"))
    wanted = body if isinstance(body, dict) else {}
    if wanted.get("from"):
        raise validation_error("using [from] is not allowed in a scroll context")
    if wanted.get("size", 10) == 0:
        raise validation_error("[size] cannot be [0] in a scroll context")
    if wanted.get("search_after"):
        raise validation_error("[search_after] cannot be used in a scroll context")
    snapshot = _open(call, call.optional_value("index"), keep_alive)
    snapshot.page = {**wanted, "sort": [*_sort(wanted.get("sort") or "_score"), "_doc"]}
    with call.context.snapshots.use(snapshot.id, call.context.clock()) as used:
        answer = _page(call, used, shows_sort=bool(wanted.get("sort")))
    # What does not change from page to page is found once.
    snapshot.page["track_total_hits"] = False
    snapshot.page = {k: v for k, v in snapshot.page.items() if k not in ("aggs", "aggregations")}
    snapshot.page["stats"] = [answer["hits"].get("total"), bool(wanted.get("sort"))]
    return answer


def _page(call: Call, snapshot: Snapshot, *, shows_sort: bool) -> dict[str, Any]:
    answer = _search(call, snapshot, {k: v for k, v in snapshot.page.items() if k != "stats"})
    hits = answer["hits"]["hits"]
    if hits:
        snapshot.page["search_after"] = list(hits[-1]["sort"])
    for hit in hits:
        hit["sort"].pop()
        if not shows_sort:
            del hit["sort"]
    return {"_scroll_id": snapshot.id, **answer}


def _search(call: Call, snapshot: Snapshot, body: dict[str, Any]) -> dict[str, Any]:
    context = call.context
    try:
        with call.watched(snapshot.cursor) as cursor:
            return search(
                snapshot.targets, body, cursor, context.clock, limits=context.query_limits,
                in_transaction=True,
            )  # fmt: skip
    except (duckdb.Error, SearchError) as error:
        if isinstance(error, duckdb.Error) or isinstance(error.__cause__, duckdb.Error):
            # The transaction has ended, and with it the state that it saw.
            snapshot.expires = 0
        raise


def _scroll(call: Call) -> Reply:
    body = _options(call)
    id_ = call.optional_value("scroll_id") or call.text("scroll_id") or body.get("scroll_id")
    if not isinstance(id_, str) or not id_:
        raise validation_error("scrollId is missing")
    text = call.text("scroll") or body.get("scroll")
    keep_alive = None if not text else _milliseconds("scroll", str(text))
    with call.context.snapshots.use(id_, call.context.clock(), keep_alive) as snapshot:
        if "stats" not in snapshot.page:
            raise illegal_argument("the id is of a point in time, not of a scroll")
        total, shows_sort = snapshot.page["stats"]
        answer = _page(call, snapshot, shows_sort=shows_sort)
    if total is not None:
        answer["hits"] = {"total": dict(total), **answer["hits"]}
        if call.boolean("rest_total_hits_as_int"):
            answer["hits"]["total"] = total["value"]
    return Reply(answer)


def _options(call: Call) -> dict[str, Any]:
    """The body, which may be the bare id as old clients send it."""
    body = call.json()
    return body if isinstance(body, dict) else {"scroll_id": body} if body is not None else {}


def _clear_scroll(call: Call) -> Reply:
    given: Any = call.optional_value("scroll_id") or call.text("scroll_id")
    given = given or _options(call).get("scroll_id")
    if not given:
        raise validation_error("no scroll ids specified")
    ids = given.split(",") if isinstance(given, str) else texts_of("scroll_id", given)
    closed = call.context.snapshots.close(None if ids == ["_all"] else ids)
    body = {"succeeded": True, "num_freed": len(closed)}
    return Reply(body, 200 if closed else 404)


def _open_point(call: Call) -> Reply:
    snapshot = _kept(call)
    body = {
        "pit_id": snapshot.id,
        "_shards": {**shards(len(snapshot.targets)), "skipped": 0},
        "creation_time": snapshot.created,
    }
    return Reply(body)


def _open_pit(call: Call) -> Reply:
    """The same as Elasticsearch has it."""
    snapshot = _kept(call)
    return Reply({"id": snapshot.id, "_shards": {**shards(len(snapshot.targets)), "skipped": 0}})


def _kept(call: Call) -> Snapshot:
    if not call.text("keep_alive"):
        raise validation_error("[keep_alive] is missing")
    keep_alive = _milliseconds("keep_alive", call.text("keep_alive"))
    return _open(call, call.value("index"), keep_alive)


def search_point_in_time(call: Call, body: dict[str, Any]) -> dict[str, Any]:
    """The answer to a search whose body names a point in time."""
    point = body["pit"]
    if not isinstance(point, dict) or not isinstance(point.get("id"), str):
        raise illegal_argument("[pit] must be an object with the [id] of a point in time")
    if call.optional_value("index") is not None:
        raise validation_error("[indices] cannot be used with point in time")
    given = point.get("keep_alive")
    keep_alive = None if given is None else _milliseconds("keep_alive", str(given))
    wanted = {key: value for key, value in body.items() if key != "pit"}
    sort = _sort(wanted.get("sort") or [])
    if sort and "_shard_doc" not in str(sort):
        # Documents that are equal otherwise would be lost between two pages.
        wanted["sort"] = [*sort, "_shard_doc"]
    after = wanted.get("search_after")
    if isinstance(after, list) and len(after) == len(sort) < len(wanted.get("sort") or []):
        wanted["sort"] = sort
    with call.context.snapshots.use(point["id"], call.context.clock(), keep_alive) as snapshot:
        return {"pit_id": snapshot.id, **_search(call, snapshot, wanted)}


def _close_points(call: Call) -> Reply:
    given = _options(call).get("pit_id") or []
    ids = texts_of("pit_id", given)
    if not ids:
        raise validation_error("no pit ids specified")
    return _closed(call, ids)


def _close_pit(call: Call) -> Reply:
    given = _options(call).get("id")
    if not isinstance(given, str):
        raise validation_error("[id] is missing")
    closed = call.context.snapshots.close([given])
    return Reply({"succeeded": bool(closed), "num_freed": len(closed)}, 200 if closed else 404)


def _close_all_points(call: Call) -> Reply:
    return _closed(call, None)


def _closed(call: Call, ids: list[str] | None) -> Reply:
    closed = call.context.snapshots.close(ids)
    if not closed and ids:
        raise ApiError(
            404, "search_context_missing_exception", f"No search context found for id [{ids[0]}]"
        )
    return Reply({"pits": [{"pit_id": id_, "successful": True} for id_ in closed]})


def _open(call: Call, index: str | None, keep_alive: int) -> Snapshot:
    context = call.context
    targets = resolve(call, index)
    cursor = context.store.documents.cursor()
    try:
        return context.snapshots.open(cursor, targets, keep_alive, context.clock())
    except BaseException:
        cursor.close()
        raise


def _sort(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list) else [given]


def _milliseconds(name: str, text: str) -> int:
    match = _TIME.fullmatch(text)
    if match is None:
        raise illegal_argument(
            f"failed to parse setting [{name}] with value [{text}] as a time value: unit is "
            "missing or unrecognized"
        )
    found = int(float(match[1]) * _MILLISECONDS[match[2]])
    if found > _LONGEST:
        raise illegal_argument(
            f"Keep alive for request ({text}) is too large. It must be less than ({_LONGEST}ms)."
        )
    return max(1, found)


ENDPOINTS = [
    *endpoints(
        "GET POST", ["/_search/scroll", "/_search/scroll/{scroll_id}"], _scroll, body="json",
        parameters=["rest_total_hits_as_int", "scroll", "scroll_id"],
        summary="The next page of a search.",
    ),
    *endpoints(
        "DELETE", ["/_search/scroll", "/_search/scroll/{scroll_id}"], _clear_scroll, body="json",
        parameters=["scroll_id"], summary="Forget searches that are read page by page.",
    ),
    *endpoints(
        "POST", "/{index}/_search/point_in_time", _open_point,
        parameters=[*INDEX_PARAMETERS, "allow_partial_pit_creation", "keep_alive", "preference",
                    "routing"],
        summary="Keep the present state of indices.",
    ),
    *endpoints(
        "POST", "/{index}/_pit", _open_pit,
        parameters=[*INDEX_PARAMETERS, "allow_partial_search_results", "keep_alive", "preference",
                    "routing"],
        summary="Keep the present state of indices, as Elasticsearch has it.",
    ),
    *endpoints(
        "DELETE", "/_pit", _close_pit, body="json",
        summary="Forget a kept state, as Elasticsearch has it.",
    ),
    *endpoints(
        "DELETE", "/_search/point_in_time", _close_points, body="json",
        summary="Forget kept states.",
    ),
    *endpoints(
        "DELETE", "/_search/point_in_time/_all", _close_all_points,
        summary="Forget all kept states.",
    ),
]  # fmt: skip
