"""Key fields: texts to entity numbers and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adcore import _core
from adcore.arrow import UInt32Array
from adcore.bucket.columns import codes_of
from adcore.errors import InvalidArgumentError

__all__ = ["Keys"]


class Keys:
    """The named key fields and the entities seen."""

    __slots__ = ("_table", "fields")

    def __init__(self, fields: tuple[str, ...], state: bytes | None = None) -> None:
        self.fields = fields
        if state is None:
            self._table = _core.EntityTable(len(fields))
        else:
            self._table = _core.EntityTable.from_bytes(state)

    def entities(self, keys: Any, rows: int) -> UInt32Array | None:
        """The entity of each row; None without key fields.

        Raises
        ------
        InvalidArgumentError
            If a key column is missing or not ``rows`` long.
        """
        columns = [keys[f] for f in self.fields if f in keys] if isinstance(keys, Mapping) else keys
        if len(columns) != len(self.fields):
            raise InvalidArgumentError(
                f"keys has {len(columns)} of the columns, expected {list(self.fields)}"
            )
        if not self.fields:
            return None
        coded = [codes_of(column) for column in columns]
        for field, (codes, _) in zip(self.fields, coded, strict=True):
            if codes.shape != (rows,):
                raise InvalidArgumentError(
                    f"key {field!r} has shape {codes.shape}, expected ({rows},)"
                )
        own = [self._table.intern_labels(i, *column) for i, column in enumerate(coded)]
        ids: UInt32Array = self._table.intern_codes(own)
        return ids

    def texts(self, entities: UInt32Array) -> list[tuple[str, ...]]:
        """The key of each entity."""
        if not self.fields:
            return [()] * len(entities)
        columns = [self._table.keys(entities, i) for i in range(len(self.fields))]
        return list(zip(*columns, strict=True))

    def find(self, key: tuple[str, ...]) -> int | None:
        """The entity of a key; None if it was not seen."""
        if not self.fields:
            return 0 if key == () else None
        found: int | None = self._table.find(key)
        return found

    def __len__(self) -> int:
        return len(self._table) if self.fields else 1

    def memory_bytes(self) -> int:
        """Bytes held now."""
        return int(self._table.memory_bytes())

    def to_bytes(self) -> bytes:
        """The entities seen."""
        state: bytes = self._table.to_bytes()
        return state
