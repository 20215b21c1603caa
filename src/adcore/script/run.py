"""One document on its way through a script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Document", "Run"]

# The values of a field of a document, in their order; none where it has none.
Document = Callable[[str], Sequence[Any]]


@dataclass(slots=True)
class Run:
    """What a script knows of a document, and what it has given so far."""

    values: Document
    names: dict[str, Any] = field(default_factory=dict)
    given: list[Any] = field(default_factory=list)
    is_over: bool = False
