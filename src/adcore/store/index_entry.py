"""One index of a catalog, and one index that an expression means."""

from __future__ import annotations

import json
from collections.abc import Mapping as MappingABC
from dataclasses import dataclass
from typing import Any

from adcore.store.mapping import Mapping

__all__ = ["IndexEntry", "Target"]


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One index.

    Attributes
    ----------
    name, uuid : str
        Its name, and what tells it from another of the same name later.
    relation : str
        The SQL of its rows: a table, or a view of files.
    mapping : Mapping
        Its fields.
    settings : mapping
        As given.
    created : int
        Epoch milliseconds.
    is_read_only : bool
        Whether it is made of files.
    files : str or None
        Where it is: the files.
    """

    name: str
    uuid: str
    relation: str
    mapping: Mapping
    settings: MappingABC[str, Any]
    created: int
    is_read_only: bool = False
    files: str | None = None

    def to_state(self) -> str:
        """The entry as JSON."""
        return json.dumps({
            "uuid": self.uuid, "relation": self.relation, "mapping": self.mapping.to_state(),
            "settings": dict(self.settings), "created": self.created, "files": self.files,
        })  # fmt: skip

    @classmethod
    def from_state(cls, name: str, text: str) -> IndexEntry:
        """The entry that `to_state` wrote."""
        state = json.loads(text)
        mapping = Mapping.from_state(state.pop("mapping"))
        return cls(
            name=name, mapping=mapping, is_read_only=state["files"] is not None, **state
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Target:
    """One index that an expression means.

    Attributes
    ----------
    index : str
        Its name.
    relation : str
        The SQL to put after FROM.
    mapping : Mapping
        Its fields and their columns.
    alias : str or None
        The alias it was named by.
    filter : mapping or None
        The query that the alias puts in front.
    is_read_only : bool
        Whether it is made of files.
    """

    index: str
    relation: str
    mapping: Mapping
    alias: str | None = None
    filter: MappingABC[str, Any] | None = None
    is_read_only: bool = False
