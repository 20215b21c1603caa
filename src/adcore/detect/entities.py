"""Names of entities by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["EntityNames"]


@dataclass(frozen=True, slots=True)
class EntityNames:
    """The values of the key columns of entities 0, 1, 2, ...

    Attributes
    ----------
    columns : tuple of str
        Empty where all rows belong to one entity.
    keys : sequence of tuple of str
        One value per column.

    Examples
    --------
    >>> EntityNames(("origin", "carrier"), [("JFK", "UA"), ("LGA", "")]).label(1)
    'LGA / (none)'
    """

    columns: tuple[str, ...]
    keys: Sequence[tuple[str, ...]]

    def __len__(self) -> int:
        return len(self.keys)

    def label(self, entity: int) -> str:
        """The key for people; empty where there are no key columns."""
        return " / ".join(part or "(none)" for part in self.keys[entity])
