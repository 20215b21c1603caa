"""All of the cluster at once: its state, and its figures."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from adcore.service.documents.cluster import ROLES, health_of, plugins_of, sizes_of
from adcore.service.documents.index_settings import shown_settings
from adcore.service.documents.indices import aliases_of
from adcore.service.documents.targets import INDEX_PARAMETERS, resolve
from adcore.service.documents.templates import shown_template
from adcore.service.errors import illegal_argument
from adcore.service.machine import disk_bytes, load_percent, memory_bytes, resident_bytes
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints
from adcore.store.index_entry import Target

__all__ = ["ENDPOINTS"]


def _state(call: Call) -> Reply:
    node, uuid = call.context.node.id, call.context.node.cluster_uuid
    version = call.context.store.documents.changes
    named = call.optional_value("index")
    # All that there is, as dashboards ask for their own indices too.
    targets = resolve(call, "*,.*" if named is None else named)
    parts: dict[str, Callable[[], Any]] = {
        "version": lambda: version,
        "master_node": lambda: node,
        "cluster_manager_node": lambda: node,
        "blocks": lambda: _blocks(call, targets),
        "nodes": lambda: {node: _node(call)},
        "metadata": lambda: _metadata(call, targets),
        "routing_table": lambda: {"indices": {t.index: _routed(call, t) for t in targets}},
        "routing_nodes": lambda: {"unassigned": [], "nodes": {node: [
            _shard(call, target) for target in targets
        ]}},
    }  # fmt: skip
    wanted = (call.optional_value("metric") or "_all").split(",")
    unknown = [name for name in wanted if name not in parts and name != "_all"]
    if unknown:
        raise illegal_argument(
            f"request [{call.path}] contains unrecognized metric: [{', '.join(unknown)}]"
        )
    shown = {name: make() for name, make in parts.items() if name in wanted or "_all" in wanted}
    if "version" in shown:
        shown["state_uuid"] = f"{uuid}-{version}"
    name = call.context.settings.cluster_name
    return Reply({"cluster_name": name, "cluster_uuid": uuid, **shown})


def _node(call: Call) -> dict[str, Any]:
    settings = call.context.settings
    return {
        "name": settings.name,
        "ephemeral_id": call.context.node.id,
        "transport_address": settings.address,
        "attributes": {},
    }


def _blocks(call: Call, targets: list[Target]) -> dict[str, Any]:
    """Indices of files can only be read."""
    entries = [call.context.store.documents.entry(target.index) for target in targets]
    block = {"8": {"description": "index write (api)", "retryable": False, "levels": ["write"]}}
    blocked = {entry.name: block for entry in entries if entry.is_read_only}
    return {"indices": blocked} if blocked else {}


def _metadata(call: Call, targets: list[Target]) -> dict[str, Any]:
    catalog = call.context.store.documents.catalog
    return {
        "cluster_uuid": call.context.node.cluster_uuid,
        "cluster_uuid_committed": True,
        "templates": {},
        "index_template": {
            "index_template": {n: shown_template(call, t) for n, t in catalog.templates.items()}
        },
        "component_template": {
            "component_template": {
                n: shown_template(call, t) for n, t in catalog.components.items()
            }
        },
        "indices": {target.index: _index(call, target) for target in targets},
    }


def _index(call: Call, target: Target) -> dict[str, Any]:
    entry = call.context.store.documents.entry(target.index)
    return {
        "state": "open",
        "settings": shown_settings(call, entry, is_flat=call.boolean("flat_settings")),
        "mappings": {"_doc": entry.mapping.to_json()},
        "aliases": list(aliases_of(call, entry.name)),
        "primary_terms": {"0": 1},
    }


def _routed(call: Call, target: Target) -> dict[str, Any]:
    return {"shards": {"0": [_shard(call, target)]}}


def _shard(call: Call, target: Target) -> dict[str, Any]:
    return {
        "state": "STARTED", "primary": True, "node": call.context.node.id,
        "relocating_node": None, "shard": 0, "index": target.index,
    }  # fmt: skip


# -- figures


def _stats(call: Call) -> Reply:
    context = call.context
    names = [target.index for target in context.store.documents.resolve("*,.*")]
    body = {
        "_nodes": {"total": 1, "successful": 1, "failed": 0},
        "cluster_name": context.settings.cluster_name,
        "cluster_uuid": context.node.cluster_uuid,
        "timestamp": context.clock(),
        "status": health_of(call, len(names))["status"],
        "indices": {"count": len(names), "shards": _shards(len(names)), **sizes_of(call)},
        "nodes": _nodes(call),
    }
    return Reply(body)


def _shards(count: int) -> dict[str, Any]:
    one = {"min": min(1, count), "max": min(1, count), "avg": float(min(1, count))}
    none = {"min": 0.0, "max": 0.0, "avg": 0.0}
    each = {"shards": one, "primaries": one, "replication": none}
    return {"total": count, "primaries": count, "replication": 0.0, "index": each}


def _nodes(call: Call) -> dict[str, Any]:
    context, total, resident = call.context, memory_bytes(), resident_bytes()
    count = {"total": 1, **dict.fromkeys(ROLES, 1), "master": 1, "coordinating_only": 0}
    nodes: dict[str, Any] = {
        "count": count,
        "versions": [call.dialect.version],
        "os": {
            "available_processors": os.cpu_count(),
            "allocated_processors": os.cpu_count(),
            "names": [{"name": os.uname().sysname, "count": 1}],
            "mem": {
                "total_in_bytes": total,
                "used_in_bytes": resident,
                "free_in_bytes": total - resident,
                "used_percent": round(100 * resident / total),
                "free_percent": 100 - round(100 * resident / total),
            },
        },
        "process": {"cpu": {"percent": load_percent()}},
        "plugins": plugins_of(call),
        "network_types": {"transport_types": {}, "http_types": {"uvicorn": 1}},
        "discovery_types": {"single-node": 1},
        "packaging_types": [{"type": "pip", "count": 1}],
    }
    if context.store.directory is not None:
        disk, free = disk_bytes(context.store.directory)
        nodes["fs"] = {
            "total_in_bytes": disk, "free_in_bytes": free, "available_in_bytes": free,
        }  # fmt: skip
    return nodes


_STATE = [*INDEX_PARAMETERS, "flat_settings", "wait_for_metadata_version", "wait_for_timeout"]
_PATH = "/_cluster/state"
ENDPOINTS = [
    *endpoints(
        "GET", [_PATH, f"{_PATH}/{{metric}}", f"{_PATH}/{{metric}}/{{index}}"], _state,
        parameters=_STATE, summary="Indices, their settings and mappings, templates, the node.",
    ),
    *endpoints(
        "GET", ["/_cluster/stats", "/_cluster/stats/nodes/{node}"], _stats,
        parameters=["flat_settings", "timeout"], summary="How large all of it is.",
    ),
]  # fmt: skip
