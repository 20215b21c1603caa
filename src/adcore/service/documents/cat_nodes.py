"""The one node, for people: ``_cat``."""

from __future__ import annotations

import os

from adcore.service.documents.cluster import ROLES, host_of, plugins_of
from adcore.service.documents.table import CAT_PARAMETERS, Column, table
from adcore.service.machine import load_percent, memory_bytes, resident_bytes
from adcore.service.requests import Call
from adcore.service.responses import Reply
from adcore.service.routing import endpoints

__all__ = ["ENDPOINTS"]

_NODES = (
    Column("id", ("nodeId",), "unique node id", is_usual=False),
    Column("pid", ("p",), "process id", is_usual=False),
    Column("ip", ("i",), "ip address"),
    Column("port", ("po",), "bound transport port", is_usual=False),
    Column("http_address", ("http",), "bound http address", is_usual=False),
    Column("version", ("v",), "version of the API", is_usual=False),
    Column("heap.percent", ("hp", "heapPercent"), "memory of the process", is_number=True),
    Column("ram.percent", ("rp", "ramPercent"), "memory of the process", is_number=True),
    Column("cpu", (), "how busy the processors are", is_number=True),
    Column("load_1m", ("l",), "1m load avg", is_number=True),
    Column("load_5m", ("l",), "5m load avg", is_number=True),
    Column("load_15m", ("l",), "15m load avg", is_number=True),
    Column("node.role", ("r", "role", "nodeRole"), "letters of the roles"),
    Column("node.roles", ("rs", "all roles"), "roles"),
    Column("cluster_manager", ("m", "master"), "* where it is the cluster manager"),
    Column("name", ("n",), "node name"),
)
_PLUGINS = (
    Column("id", (), "unique node id", is_usual=False),
    Column("name", ("n",), "node name"),
    Column("component", ("c",), "component"),
    Column("version", ("v",), "component version"),
    Column("description", ("d",), "plugin details", is_usual=False),
)
_MANAGER = (
    Column("id", (), "node id"),
    Column("host", ("h",), "host name"),
    Column("ip", (), "ip address"),
    Column("node", ("n",), "node name"),
)


def _nodes(call: Call) -> Reply:
    context = call.context
    host, load = host_of(call), [f"{each:.2f}" for each in os.getloadavg()]
    percent = round(100 * resident_bytes() / memory_bytes())
    row = {
        "id": context.node.id if call.boolean("full_id") else context.node.id[:4],
        "pid": os.getpid(), "ip": host, "port": context.settings.address.rpartition(":")[2],
        "http_address": context.settings.address, "version": call.dialect.version,
        "heap.percent": percent, "ram.percent": percent, "cpu": load_percent(),
        "load_1m": load[0], "load_5m": load[1], "load_15m": load[2],
        "node.role": "".join(sorted("m" if r == "cluster_manager" else r[0] for r in ROLES)),
        "node.roles": ",".join(ROLES), "cluster_manager": "*", "name": context.settings.name,
    }  # fmt: skip
    return table(call, _NODES, [row])


def _plugins(call: Call) -> Reply:
    node = call.context.node.id
    rows = [
        {
            "id": node, "name": call.context.settings.name, "component": each["name"],
            "version": each["version"], "description": each["description"],
        }
        for each in plugins_of(call)
    ]  # fmt: skip
    return table(call, _PLUGINS, rows)


def _manager(call: Call) -> Reply:
    row = {
        "id": call.context.node.id, "host": host_of(call), "ip": host_of(call),
        "node": call.context.settings.name,
    }  # fmt: skip
    return table(call, _MANAGER, [row])


ENDPOINTS = [
    *endpoints(
        "GET", "/_cat/nodes", _nodes, parameters=[*CAT_PARAMETERS, "full_id"],
        summary="The node of the service, as a table.",
    ),
    *endpoints(
        "GET", "/_cat/plugins", _plugins, parameters=[*CAT_PARAMETERS, "include_bootstrap"],
        summary="What the service answers beside documents, as a table.",
    ),
    *endpoints(
        "GET", ["/_cat/cluster_manager", "/_cat/master"], _manager, parameters=CAT_PARAMETERS,
        summary="The node that manages: the only one.",
    ),
]  # fmt: skip
