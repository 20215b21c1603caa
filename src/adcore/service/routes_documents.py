"""The endpoints of documents, indices and the cluster."""

from __future__ import annotations

from adcore.service.context import Context
from adcore.service.documents import (
    aliases,
    bulk,
    cat,
    cat_nodes,
    cluster,
    cluster_state,
    delete_by_query,
    index_settings,
    indices,
    info,
    mappings,
    paging,
    read,
    search,
    templates,
    write,
)
from adcore.service.routing import Endpoint

__all__ = ["routes"]

_PARTS = (
    aliases, bulk, cat, cat_nodes, cluster, cluster_state, delete_by_query, index_settings,
    indices, info, mappings, paging, read, search, templates, write,
)  # fmt: skip


def routes(context: Context) -> list[Endpoint]:
    """All of them."""
    context.at_end.append(lambda: _close(context))
    return [endpoint for part in _PARTS for endpoint in part.ENDPOINTS]


def _close(context: Context) -> None:
    context.snapshots.close()
