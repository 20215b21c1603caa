"""What is asked of documents, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any, Literal

import msgspec

from adcore.store.errors import StoreError

__all__ = ["Action", "Document", "WriteError", "WriteResult"]

Operation = Literal["index", "create", "update", "delete"]
_STATUS = {"created": 201, "updated": 200, "deleted": 200, "noop": 200, "not_found": 404}


class Action(msgspec.Struct, frozen=True):
    """One write.

    Attributes
    ----------
    operation : str
        ``index`` (replaces), ``create`` (must be new), ``update`` or ``delete``.
    index : str
        A name or an alias; created where it does not exist.
    id : str or None
        None: a new one is made (not for ``update`` and ``delete``).
    source : bytes or mapping
        The document; of an update its body, ``{"doc": ..., "upsert": ..., ...}``.
    if_seq_no, if_primary_term : int or None
        Write only if this is what is stored.
    """

    operation: Operation
    index: str
    id: str | None = None
    source: bytes | MappingABC[str, Any] | None = None
    if_seq_no: int | None = None
    if_primary_term: int | None = None


class WriteResult(msgspec.Struct, frozen=True):
    """A write that is done and on disk.

    Attributes
    ----------
    result : str
        ``created``, ``updated``, ``deleted``, ``noop`` or ``not_found``.
    """

    operation: Operation
    index: str
    id: str
    version: int
    seq_no: int
    result: str
    primary_term: int = 1

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return _STATUS[self.result]


class WriteError(msgspec.Struct, frozen=True):
    """A write that was refused; nothing of it is stored."""

    operation: Operation
    index: str
    id: str | None
    error: StoreError

    @property
    def status(self) -> int:
        """The HTTP status that goes with it."""
        return self.error.status


class Document(msgspec.Struct, frozen=True):
    """A stored document."""

    index: str
    id: str
    version: int
    seq_no: int
    source: bytes
    primary_term: int = 1
