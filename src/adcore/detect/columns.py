"""The columns a source has, and help for those who name one it has not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adcore.errors import InvalidArgumentError
from adcore.near_names import hint

__all__ = ["Column", "find_columns"]

_NUMBER_TYPES = {"FLOAT", "DOUBLE", "HUGEINT", "UHUGEINT"}
_NUMBER_PREFIXES = ("DECIMAL",)
_INTEGER_TYPES = {
    sign + size + "INT" for sign in ("", "U") for size in ("TINY", "SMALL", "BIG")
} | {"INTEGER", "UINTEGER"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the type its values look like, and whether they are read as text."""

    name: str
    type: str
    is_text: bool

    @property
    def is_number(self) -> bool:
        """Whether its values look like numbers."""
        return (
            self.type in _NUMBER_TYPES
            or self.type in _INTEGER_TYPES
            or self.type.startswith(_NUMBER_PREFIXES)
        )

    @property
    def is_time(self) -> bool:
        """Whether its values look like dates or times of a date."""
        return self.type == "DATE" or self.type.startswith("TIMESTAMP")


def find_columns(names: Iterable[str], columns: Sequence[Column], option: str) -> list[Column]:
    """The columns of these names.

    Raises
    ------
    InvalidArgumentError
        If there is none of a name; the message suggests the nearest and lists what there is.
    """
    known = {column.name: column for column in columns}
    found = []
    for name in names:
        if name not in known:
            raise InvalidArgumentError(_unknown(name, list(known), option))
        found.append(known[name])
    return found


def _unknown(name: str, known: list[str], option: str) -> str:
    listed = ", ".join(known[:20]) + (f", ... ({len(known)} in all)" if len(known) > 20 else "")
    return f"{option}: there is no column {name!r}; {hint(name, known)}The columns are: {listed}"
