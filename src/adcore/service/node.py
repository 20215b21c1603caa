"""The identity of a service, which stays with its store."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from adcore.store.ids import uuid_text
from adcore.store.store import Store

__all__ = ["IDENTITY_INDEX", "Node", "load_node"]

IDENTITY_INDEX = ".adcore-service"
_DOCUMENT = "identity"


@dataclass(frozen=True, slots=True)
class Node:
    """Who a service is.

    Attributes
    ----------
    id, cluster_uuid : str
        22 characters each.
    """

    id: str
    cluster_uuid: str


def load_node(store: Store) -> Node:
    """The identity that a store keeps; a new store gets one.

    >>> with Store.open(None) as store:
    ...     load_node(store) == load_node(store)
    True
    """
    documents = store.documents
    if documents.exists(IDENTITY_INDEX):
        found = documents.get(IDENTITY_INDEX, _DOCUMENT)
        if found is not None:
            kept = msgspec.json.decode(found.source, type=dict[str, str])
            return Node(kept["node_id"], kept["cluster_uuid"])
    node = Node(uuid_text(), uuid_text())
    kept = {"node_id": node.id, "cluster_uuid": node.cluster_uuid}
    documents.index(IDENTITY_INDEX, kept, _DOCUMENT)
    return node
