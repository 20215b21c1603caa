"""Things of one kind by their ids: in memory for those who read, in the store for good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from adcore.service.system_index import SystemIndex
from adcore.store import Action

__all__ = ["CONFIGURATION_MAPPING", "Shelf"]

# What a thing is made of is its owner's business, and no field of the index.
CONFIGURATION_MAPPING: dict[str, Any] = {
    "dynamic": "false",
    "properties": {"type": {"type": "keyword"}},
}
_DECODER = msgspec.json.Decoder(dict[str, Any])


class Shelf:
    """Objects of JSON by id. All methods may be called from any thread.

    One process alone writes to a store, so what is in memory is what is stored.

    Parameters
    ----------
    index : SystemIndex
        May hold several kinds.
    kind : str
        What the ids of its documents begin with.
    """

    def __init__(self, index: SystemIndex, kind: str) -> None:
        self._index = index
        self._prefix = f"{kind}_"
        self._lock = threading.Lock()
        self._encoded = {
            name[len(self._prefix) :]: msgspec.json.encode(source["body"])
            for name, source in index.sources()
            if name.startswith(self._prefix)
        }

    def __contains__(self, name: str) -> bool:
        return name in self._encoded

    def get(self, name: str) -> dict[str, Any] | None:
        """A copy of a thing; None if there is none of that id."""
        encoded = self._encoded.get(name)
        return None if encoded is None else _DECODER.decode(encoded)

    def ids(self) -> list[str]:
        """All ids, sorted."""
        return sorted(self._encoded)

    def all(self) -> dict[str, dict[str, Any]]:
        """Copies of all things, by their ids and in this order."""
        return {name: _DECODER.decode(content) for name, content in sorted(self._encoded.items())}

    def put(self, name: str, body: Mapping[str, Any]) -> None:
        """Keep a thing instead of the one before; on return it is on disk."""
        self.put_many({name: body})

    def put_many(self, bodies: Mapping[str, Mapping[str, Any]]) -> None:
        """Keep several things, all of them or none."""
        with self._lock:
            self._index.write([self._action(name, body) for name, body in bodies.items()])
            encoded = {name: msgspec.json.encode(body) for name, body in bodies.items()}
            self._encoded = self._encoded | encoded

    def delete(self, name: str) -> None:
        """Forget a thing, if it is there."""
        with self._lock:
            self._delete({name} & self._encoded.keys())

    def delete_if(self, wanted: Callable[[str, dict[str, Any]], bool]) -> None:
        """Forget all that a condition on id and thing holds for."""
        with self._lock:
            gone = {
                n for n, content in self._encoded.items() if wanted(n, _DECODER.decode(content))
            }
            self._delete(gone)

    def _delete(self, gone: set[str]) -> None:
        if gone:
            names = [self._prefix + name for name in gone]
            self._index.write([Action("delete", self._index.name, name) for name in names])
            self._encoded = {n: c for n, c in self._encoded.items() if n not in gone}

    def _action(self, name: str, body: Mapping[str, Any]) -> Action:
        document = {"type": self._prefix[:-1], "body": dict(body)}
        return Action("index", self._index.name, self._prefix + name, document)
