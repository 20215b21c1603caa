"""What a search goes through."""

from __future__ import annotations

from dataclasses import dataclass

from adcore.store.mapping import Mapping

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """One index.

    Attributes
    ----------
    name : str
        What hits call it.
    relation : str
        The SQL of its table: a quoted name, or a subquery in brackets. It has the columns ``_id``,
        ``_seq_no``, ``_version``, ``_source`` and those of the mapping.
    mapping : Mapping
        Its fields.
    """

    name: str
    relation: str
    mapping: Mapping
