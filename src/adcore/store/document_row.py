"""Where the values of a document go."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from adcore.store.field import Field
from adcore.store.mapping import Mapping
from adcore.store.values import Reader, field_reader, plain_type

__all__ = ["Leaf", "Row", "make_leaf"]


@dataclass(slots=True)
class Leaf:
    """Where the values of a field go: its column, and those of sub-fields with their own."""

    field: Field
    column: str
    read: Reader
    plain_type: type | None  # values of it are stored as they are
    null_value: Any
    others: tuple[tuple[str, Reader], ...]


@dataclass(slots=True)
class Row:
    """The columns of one document, or of one nested object."""

    first: dict[str, Any] = field(default_factory=dict)
    several: dict[str, list[Any]] = field(default_factory=dict)

    def put(self, column: str, value: Any) -> None:
        """Add a value of a column."""
        if column not in self.first:
            self.first[column] = value
        elif column in self.several:
            self.several[column].append(value)
        else:
            self.several[column] = [self.first[column], value]


def make_leaf(found: Field, mapping: Mapping) -> Leaf:
    """How the values of a field are stored."""
    others = [mapping.fields[path] for path in found.subfields]
    others_own = any(o.column != found.column for o in others)
    return Leaf(
        found,
        found.column,
        field_reader(found),
        None if others_own else plain_type(found),
        found.options.get("null_value"),
        tuple((o.column, field_reader(o)) for o in others if o.column != found.column),
    )
