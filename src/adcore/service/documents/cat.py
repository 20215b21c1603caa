"""The same for people: ``_cat``."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from adcore.query.run import count
from adcore.service.documents.cluster import health_of
from adcore.service.documents.table import CAT_PARAMETERS, Column, table
from adcore.service.documents.targets import resolve
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS"]

_INDICES = (
    Column("health", ("h",), "current health status"),
    Column("status", ("s",), "open/close status"),
    Column("index", ("i", "idx"), "index name"),
    Column("uuid", ("id",), "index uuid"),
    Column("pri", ("p", "shards.primary"), "number of primary shards", is_number=True),
    Column("rep", ("r", "shards.replica"), "number of replica shards", is_number=True),
    Column("docs.count", ("dc", "docsCount"), "available docs", is_number=True),
    Column("docs.deleted", ("dd", "docsDeleted"), "deleted docs", is_number=True),
    Column("store.size", ("ss", "storeSize"), "store size", is_number=True, is_bytes=True),
    Column("pri.store.size", (), "store size of primaries", is_number=True, is_bytes=True),
)
_TIME = (
    Column("epoch", ("t", "time"), "seconds since 1970-01-01 00:00:00"),
    Column("timestamp", ("ts", "hms"), "time in HH:MM:SS"),
)
_COUNT = (*_TIME, Column("count", ("dc", "docs.count"), "the document count", is_number=True))
_HEALTH = (
    *_TIME,
    Column("cluster", ("cl",), "cluster name"),
    Column("status", ("st",), "health status"),
    Column("node.total", ("nt",), "total number of nodes", is_number=True),
    Column("node.data", ("nd",), "number of nodes that can store data", is_number=True),
    Column("discovered_cluster_manager", ("dcm",), "whether there is a cluster manager"),
    Column("shards", ("t", "sh"), "total number of shards", is_number=True),
    Column("pri", ("p",), "number of primary shards", is_number=True),
    Column("relo", ("r",), "number of relocating shards", is_number=True),
    Column("init", ("i",), "number of initializing shards", is_number=True),
    Column("unassign", ("u",), "number of unassigned shards", is_number=True),
    Column("pending_tasks", ("pt",), "number of pending tasks", is_number=True),
    Column("max_task_wait_time", ("mtwt",), "wait time of longest task pending"),
    Column("active_shards_percent", ("asp",), "active shards in percent"),
)
_ALIASES = (
    Column("alias", ("a",), "alias name"),
    Column("index", ("i", "idx"), "index the alias points to"),
    Column("filter", ("f",), "whether it has a filter"),
    Column("routing.index", ("ri",), "index routing"),
    Column("routing.search", ("rs",), "search routing"),
    Column("is_write_index", ("w",), "write index"),
)


def _indices(call: Call) -> Reply:
    documents = call.context.store.documents
    rows: list[dict[str, Any]] = []
    for target in resolve(call, call.optional_value("index")):
        entry, sizes = documents.entry(target.index), documents.stats(target.index)
        rows.append({
            "health": "green", "status": "open", "index": entry.name, "uuid": entry.uuid,
            "pri": 1, "rep": 0, "docs.count": sizes.documents, "docs.deleted": 0,
            "store.size": sizes.bytes, "pri.store.size": sizes.bytes,
        })  # fmt: skip
    rows.sort(key=lambda row: row["index"])
    return table(call, _INDICES, rows)


def _times(call: Call) -> dict[str, Any]:
    seconds = call.context.clock() // 1000
    return {
        "epoch": seconds,
        "timestamp": datetime.fromtimestamp(seconds, timezone.utc).strftime("%H:%M:%S"),
    }


def _count(call: Call) -> Reply:
    targets = resolve(call, call.optional_value("index"))
    with call.cursor() as cursor:
        found = count(targets, None, cursor, call.context.clock)["count"]
    return table(call, _COUNT, [{**_times(call), "count": found}])


def _health(call: Call) -> Reply:
    health = health_of(call, len(call.context.store.documents.resolve("*,.*")))
    row = {
        **_times(call), "cluster": health["cluster_name"], "status": health["status"],
        "node.total": 1, "node.data": 1, "discovered_cluster_manager": "true",
        "shards": health["active_shards"], "pri": health["active_primary_shards"], "relo": 0,
        "init": 0, "unassign": 0, "pending_tasks": 0, "max_task_wait_time": "-",
        "active_shards_percent": "100.0%",
    }  # fmt: skip
    return table(call, _HEALTH, [row])


def _aliases(call: Call) -> Reply:
    wanted = (call.optional_value("name") or "*").split(",")
    rows = []
    for name, alias in sorted(call.context.store.documents.aliases().items()):
        if not any(Column(name).is_called(pattern) for pattern in wanted):
            continue
        for index, options in sorted(alias.indices.items()):
            rows.append({
                "alias": name, "index": index, "filter": "*" if options.get("filter") else "-",
                "routing.index": "-", "routing.search": "-",
                "is_write_index": str(options.get("is_write_index", "-")).lower(),
            })  # fmt: skip
    return table(call, _ALIASES, rows)


_MORE = ("health", "include_unloaded_segments", "pri", "ts")
ENDPOINTS = [
    *endpoints(
        "GET", ["/_cat/indices", "/_cat/indices/{index}"], _indices,
        parameters=[*CAT_PARAMETERS, *_MORE], summary="Indices and their sizes, as a table.",
    ),
    *endpoints(
        "GET", ["/_cat/count", "/_cat/count/{index}"], _count,
        parameters=CAT_PARAMETERS, summary="How many documents there are, as a table.",
    ),
    *endpoints(
        "GET", "/_cat/health", _health, parameters=[*CAT_PARAMETERS, "ts"],
        summary="The health of the service, as a table.",
    ),
    *endpoints(
        "GET", ["/_cat/aliases", "/_cat/aliases/{name}"], _aliases,
        parameters=CAT_PARAMETERS, summary="Aliases, as a table.",
    ),
]  # fmt: skip
