"""Streams by name: texts stand for the numbers 0, 1, 2, ... in the order of first sight."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adcore import _core, _rows
from adcore.arrow import Labels, UInt32Array, is_arrow, read_arrow
from adcore.config import shorten
from adcore.errors import InvalidArgumentError, SnapshotError

__all__ = ["StreamNames", "holds_text"]


def holds_text(streams: Any) -> bool:
    """Whether streams are named rather than numbered."""
    if is_arrow(streams):
        return any(field.kind == "text" for field in read_arrow(streams))
    return np.asarray(streams).dtype.kind in "OU"


class StreamNames:
    """The names seen, at most so many."""

    __slots__ = ("_most", "_table")

    def __init__(self, most: int, state: bytes | None = None) -> None:
        self._most = most
        if state is None:
            self._table = _core.EntityTable(1)
            return
        self._table = _core.EntityTable.from_bytes(state)
        if len(self._table) > most:
            raise SnapshotError(
                f"the snapshot has {len(self._table)} names of streams, but {most} forests"
            )

    def numbers(self, streams: Any) -> tuple[UInt32Array, list[str]]:
        """The number of each row's stream, and the names that are new, which :meth:`add` takes.

        Raises
        ------
        InvalidArgumentError
            If a name is missing, or there are more names than forests.
        """
        codes, labels = _codes(streams)
        first = np.sort(np.unique(codes, return_index=True)[1])
        names = []
        for row in first.tolist():
            code = int(codes[row])
            name = labels[code] if code < len(labels) else None
            if name is None:
                raise InvalidArgumentError(f"streams[{row}] is missing, expected a name")
            names.append(name)
        new = [name for name in names if self._table.find([name]) is None]
        if len(self._table) + len(new) > self._most:
            name = new[self._most - len(self._table)]
            raise InvalidArgumentError(
                f"streams has the new name {shorten(name)}: all {self._most} forests have one"
            )
        number_of = {name: len(self._table) + i for i, name in enumerate(new)}
        lookup = np.zeros(len(labels), dtype=np.uint32)
        for code, name in zip(codes[first], names, strict=True):
            lookup[code] = number_of[name] if name in number_of else self.number(name)
        return lookup[codes], new

    def add(self, names: list[str]) -> None:
        """Number new names."""
        codes = np.arange(len(names), dtype=np.uint32)
        self._table.intern_codes([self._table.intern_labels(0, codes, [*names])])

    def number(self, name: str) -> int:
        """The number of one stream.

        Raises
        ------
        InvalidArgumentError
            If the name was never seen.
        """
        found = self._table.find([name])
        if found is None:
            raise InvalidArgumentError(
                f"stream = {shorten(name)} is not allowed: it was never seen"
            )
        return found

    def names(self) -> list[str]:
        """All names, by number."""
        return self._table.keys(np.arange(len(self), dtype=np.uint32), 0)

    def memory_bytes(self) -> int:
        """Bytes held now."""
        return self._table.memory_bytes()

    def to_bytes(self) -> bytes:
        """A frame of their own."""
        return self._table.to_bytes()

    def __len__(self) -> int:
        return len(self._table)


def _codes(streams: Any) -> tuple[UInt32Array, Labels]:
    fields = read_arrow(streams) if is_arrow(streams) else []
    if len(fields) == 1 and fields[0].kind == "text":
        return fields[0].content, fields[0].labels
    objects: npt.NDArray[Any] = np.asarray(streams, dtype=object)
    if objects.ndim != 1:
        raise InvalidArgumentError(f"streams has shape {objects.shape}, expected (n,)")
    codes = np.empty(len(objects), dtype=np.uint32)
    return codes, _rows.intern(objects, codes)
