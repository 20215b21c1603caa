"""The cluster, which is one node: its health, its settings, where it is reached."""

from __future__ import annotations

import os
from typing import Any

from adcore import _core
from adcore.service.documents.indices import aliases_of
from adcore.service.documents.targets import INDEX_PARAMETERS, TIMEOUT_PARAMETERS, resolve
from adcore.service.flat_settings import nested_settings
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS", "ROLES", "health_of", "host_of", "plugins_of", "sizes_of"]

# What may stand where the name of a node does: the part of the answer that is wanted.
_METRICS = frozenset({
    "_all", "http", "indices", "ingest", "jvm", "os", "plugins", "process", "settings",
    "thread_pool", "transport",
})  # fmt: skip
ROLES = ["cluster_manager", "data", "ingest"]


def health_of(call: Call, indices: int) -> dict[str, Any]:
    """The health of a cluster with so many indices: a store that is open is whole."""
    return {
        "cluster_name": call.context.settings.cluster_name,
        "status": "green",
        "timed_out": False,
        "number_of_nodes": 1,
        "number_of_data_nodes": 1,
        "discovered_master": True,
        "discovered_cluster_manager": True,
        "active_primary_shards": indices,
        "active_shards": indices,
        "relocating_shards": 0,
        "initializing_shards": 0,
        "unassigned_shards": 0,
        "delayed_unassigned_shards": 0,
        "number_of_pending_tasks": 0,
        "number_of_in_flight_fetch": 0,
        "task_max_waiting_in_queue_millis": 0,
        "active_shards_percent_as_number": 100.0,
    }


def host_of(call: Call) -> str:
    """Where the service is reached, without the port."""
    return call.context.settings.address.rpartition(":")[0].strip("[]")


def plugins_of(call: Call) -> list[dict[str, str]]:
    """What the service answers beside documents, as clients look for it."""
    named = {"adcore": "Anomaly detection", **call.context.plugins}
    return [
        {"name": name, "version": _core.__version__, "description": about}
        for name, about in named.items()
    ]


def sizes_of(call: Call) -> dict[str, Any]:
    """Documents and bytes of all indices."""
    documents = call.context.store.documents
    sizes = [documents.stats(target.index) for target in documents.resolve("*,.*")]
    return {
        "docs": {"count": sum(size.documents for size in sizes), "deleted": 0},
        "store": {"size_in_bytes": sum(size.bytes for size in sizes)},
    }


def _health(call: Call) -> Reply:
    targets = resolve(call, call.optional_value("index"))
    body = health_of(call, len(targets))
    if call.text("level", "cluster") in ("indices", "shards"):
        body["indices"] = {
            target.index: {
                "status": "green",
                "number_of_shards": 1,
                "number_of_replicas": 0,
                "active_primary_shards": 1,
                "active_shards": 1,
                "relocating_shards": 0,
                "initializing_shards": 0,
                "unassigned_shards": 0,
            }
            for target in targets
        }
    return Reply(body)


def _settings(call: Call) -> Reply:
    settings = call.context.cluster_settings
    shown = settings.given
    if call.boolean("include_defaults"):
        shown["defaults"] = settings.defaults
    return Reply(_in_form(call, shown))


def _change_settings(call: Call) -> Reply:
    changed = call.context.cluster_settings.change(call.object())
    return Reply({"acknowledged": True, **_in_form(call, changed)})


def _in_form(call: Call, settings: dict[str, dict[str, str]]) -> dict[str, Any]:
    if call.boolean("flat_settings"):
        return dict(settings)
    return {kind: nested_settings(flat) for kind, flat in settings.items()}


def _nodes(call: Call) -> Reply:
    context = call.context
    address, host = context.settings.address, host_of(call)
    node = {
        "name": context.settings.name,
        "transport_address": address,
        "host": host,
        "ip": host,
        "version": call.dialect.version,
        "build_type": "pip",
        "roles": ROLES,
        "attributes": {},
        "http": {
            "bound_address": [address],
            "publish_address": address,
            "max_content_length_in_bytes": context.settings.limits.body_bytes,
        },
        "process": {"refresh_interval_in_millis": 1000, "id": os.getpid(), "mlockall": False},
        "plugins": plugins_of(call),
    }
    return _of_nodes(call, node)


def _node_stats(call: Call) -> Reply:
    context = call.context
    load = os.getloadavg()
    node = {
        "timestamp": context.clock(),
        "name": context.settings.name,
        "transport_address": context.settings.address,
        "host": host_of(call),
        "ip": context.settings.address,
        "roles": ROLES,
        "attributes": {},
        "indices": sizes_of(call),
        "os": {
            "timestamp": context.clock(),
            "cpu": {"load_average": {"1m": load[0], "5m": load[1], "15m": load[2]}},
        },
        "jvm": {"uptime_in_millis": max(0, context.clock() - context.started)},
    }
    return _of_nodes(call, node)


def _of_nodes(call: Call, node: dict[str, Any]) -> Reply:
    """The answer about the nodes that the path names."""
    context = call.context
    wanted = (call.optional_value("node") or "_all").split(",")
    known = {"_all", "_local", "_master", "_cluster_manager", "*", context.node.id,
             context.settings.name, context.settings.address}  # fmt: skip
    is_meant = any(name in known or name in _METRICS or name.endswith(":true") for name in wanted)
    nodes = {context.node.id: node} if is_meant else {}
    body = {
        "_nodes": {"total": len(nodes), "successful": len(nodes), "failed": 0},
        "cluster_name": context.settings.cluster_name,
        "nodes": nodes,
    }
    return Reply(body)


def _resolve(call: Call) -> Reply:
    documents = call.context.store.documents
    targets = resolve(call, call.value("name"))
    indices = []
    aliases: dict[str, list[str]] = {}
    for target in targets:
        own = aliases_of(call, target.index)
        entry = {"name": target.index, "attributes": ["open"]}
        indices.append({**entry, "aliases": list(own)} if own else entry)
        if target.alias is not None:
            aliases[target.alias] = sorted(documents.aliases()[target.alias].indices)
    body = {
        "indices": sorted(indices, key=lambda each: str(each["name"])),
        "aliases": [{"name": name, "indices": each} for name, each in sorted(aliases.items())],
        "data_streams": [],
    }
    return Reply(body)


def _remotes(call: Call) -> Reply:  # noqa: ARG001 -- one signature for all
    """Clusters that searches may go to: there are none."""
    return Reply({})


_HEALTH = ("awareness_attribute", "level", "wait_for_active_shards", "wait_for_events",
           "wait_for_no_initializing_shards", "wait_for_no_relocating_shards", "wait_for_nodes",
           "wait_for_status")  # fmt: skip
ENDPOINTS = [
    *endpoints(
        "GET", ["/_cluster/health", "/_cluster/health/{index}"], _health,
        parameters=[*INDEX_PARAMETERS, *_HEALTH], summary="The health of the service.",
    ),
    *endpoints(
        "GET", "/_cluster/settings", _settings, summary="What clients have set.",
        parameters=[*TIMEOUT_PARAMETERS, "flat_settings", "include_defaults", "local"],
    ),
    *endpoints(
        "PUT", "/_cluster/settings", _change_settings, writes=True, body="json",
        parameters=[*TIMEOUT_PARAMETERS, "flat_settings"], summary="Change settings.",
    ),
    *endpoints(
        "GET", ["/_nodes", "/_nodes/{node}", "/_nodes/{node}/{metric}"], _nodes,
        parameters=["flat_settings", "timeout"], summary="Where the service is reached.",
    ),
    *endpoints(
        "GET",
        [
            "/_nodes/stats", "/_nodes/stats/{metric}", "/_nodes/{node}/stats",
            "/_nodes/{node}/stats/{metric}",
        ],
        _node_stats, summary="How large the service is.",
        parameters=["completion_fields", "fields", "groups", "level", "timeout", "types"],
    ),
    *endpoints("GET", "/_remote/info", _remotes, summary="Other clusters: none."),
    *endpoints(
        "GET", "/_resolve/index/{name}", _resolve, parameters=INDEX_PARAMETERS,
        summary="What a name means.",
    ),
]  # fmt: skip
