"""The writes of one transaction, to one index or several."""

# ruff: noqa: A002 -- id is the word of the API

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

import duckdb

from adcore.store.actions import Action, WriteError, WriteResult
from adcore.store.catalog import Catalog
from adcore.store.document_columns import DocumentColumns, NewDocuments
from adcore.store.errors import IllegalRequestError, IndexNotFoundError, StoreError
from adcore.store.index_entry import IndexEntry
from adcore.store.index_writer import IndexWriter
from adcore.store.lookup import Lookup
from adcore.store.names import dated_name

__all__ = ["BulkWriter", "in_pieces"]

_T = TypeVar("_T")
# A document that is being worked on takes many times its bytes, so few are at a time.
_PIECE_ITEMS = 10_000
_PIECE_BYTES = 1 << 20


def in_pieces(items: Iterable[_T], size: Callable[[_T], int]) -> Iterator[list[_T]]:
    """As many items as are written at a time; `size` tells the bytes of each.

    >>> [len(piece) for piece in in_pieces([b"x" * 400_000] * 5, len)]
    [3, 2]
    """
    piece: list[_T] = []
    total = 0
    for item in items:
        piece.append(item)
        total += size(item)
        if len(piece) >= _PIECE_ITEMS or total >= _PIECE_BYTES:
            yield piece
            piece, total = [], 0
    if piece:
        yield piece


class BulkWriter:
    """The writers of one transaction, one per index."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        lookup: Lookup,
        create: Callable[[duckdb.DuckDBPyConnection, Catalog, str], IndexEntry],
        now: int,
        new_ids: Callable[[int], Sequence[str]],
    ) -> None:
        self._lookup = lookup
        self._create = create
        self._now = now
        self._new_ids = new_ids
        self._cursor = cursor
        self._catalog = catalog
        self._writers: dict[str, IndexWriter] = {}
        self._targets: dict[tuple[str, bool], IndexWriter | StoreError] = {}

    def write(self, actions: Sequence[Action]) -> list[WriteResult | WriteError]:
        """Apply writes in their order; a refused one does not stop others."""
        new_ids = iter(self._new_ids(sum(action.id is None for action in actions)))
        targets = [self._target(action) for action in actions]
        self._prefetch(actions, targets)
        results = [
            self._apply(action, target, next(new_ids) if action.id is None else action.id)
            for action, target in zip(actions, targets, strict=True)
        ]
        self._flush()
        return results

    def append(self, batches: Iterable[DocumentColumns | NewDocuments]) -> None:
        """Take new documents; nothing of the transaction is done if they do not fit."""
        for batch in batches:
            target = self._target(Action("create", batch.index))
            if isinstance(target, StoreError):
                raise target
            target.append(batch)
        self._flush()

    def _target(self, action: Action) -> IndexWriter | StoreError:
        """The writer of the index an action is for, which is made where it may be."""
        asked = (action.index, action.operation == "delete")
        found = self._targets.get(asked)
        if found is None:
            found = self._targets[asked] = self._find(action)
        return found

    def _find(self, action: Action) -> IndexWriter | StoreError:
        try:
            name = dated_name(action.index, self._now)
            if name not in self._catalog.indices and name not in self._catalog.aliases:
                if action.operation == "delete":
                    raise IndexNotFoundError(f"no such index [{name}]", index=name)
                self._create(self._cursor, self._catalog, name)
            entry = self._catalog.entry(name)
            if entry.name not in self._writers:
                number = self._catalog.sequences.get(entry.uuid, 0)
                self._writers[entry.name] = IndexWriter(entry, number, self._cursor, self._lookup)
            return self._writers[entry.name]
        except StoreError as error:
            return error

    def _prefetch(
        self, actions: Sequence[Action], targets: Sequence[IndexWriter | StoreError]
    ) -> None:
        """Read what the actions need to know of stored documents, at once for each index."""
        for writer in self._writers.values():
            own = [a for a, t in zip(actions, targets, strict=True) if t is writer]
            given = dict.fromkeys(a.id for a in own if a.id is not None)
            updated = {a.id for a in own if a.operation == "update"}
            for wanted, with_source in (
                ([i for i in given if i not in updated], False),
                ([i for i in given if i in updated], True),
            ):
                if wanted:
                    writer.prefetch(wanted, with_source=with_source)

    def _apply(
        self,
        action: Action,
        target: IndexWriter | StoreError,
        id: str,
    ) -> WriteResult | WriteError:
        """Decide one action; what is refused is told, and stops nothing."""
        if isinstance(target, StoreError):
            return WriteError(action.operation, action.index, action.id, target)
        if action.id is None and action.operation in ("update", "delete"):
            error = IllegalRequestError("Validation Failed: 1: id is missing;")
            return WriteError(action.operation, action.index, None, error)
        try:
            return target.apply(action, id)
        except StoreError as error:
            return WriteError(action.operation, target.entry.name, id, error)

    def _flush(self) -> None:
        """Store everything, and put it into the catalog."""
        for name, writer in self._writers.items():
            writer.flush()
            if writer.entry is not self._catalog.indices[name]:
                self._catalog.indices[name] = writer.entry
            self._catalog.sequences[writer.entry.uuid] = writer.next_seq_no
