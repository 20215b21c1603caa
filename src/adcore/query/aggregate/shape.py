"""What all kinds of buckets have in common: how rows get keys, and buckets become JSON."""

# ruff: noqa: D102, S608 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from adcore.query.sql import Sql, sql

__all__ = ["Bucket", "Json", "Ranking", "Row", "Shape", "SingleShape"]

Json = dict[str, object]


@dataclass(slots=True)
class Row:
    """A bucket as SQL found it.

    Attributes
    ----------
    ordinal : int
        Its number among all buckets of the aggregation; -1 of a bucket no document is in.
    keys : tuple
        Its key.
    count : int
        How many documents are in it.
    total : int
        How many are in all buckets of the same parent, those left out too.
    measures : tuple
        The values of the SQL aggregates.
    """

    ordinal: int
    keys: tuple[object, ...]
    count: int
    total: int = 0
    measures: tuple[object, ...] = ()


@dataclass(slots=True)
class Bucket:
    """A bucket on its way to JSON: its own part, and what it was made of."""

    head: Json
    row: Row
    name: str = ""
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Which buckets of each parent are kept, in SQL.

    Attributes
    ----------
    order : Sql
        The terms of ORDER BY, over the columns of keys, ``count:`` and the measures.
    size : int or None
        How many; None: all.
    min_doc_count : int
        Those with fewer documents are left out.
    """

    order: Sql
    size: int | None = None
    min_doc_count: int = 1


class Shape(ABC):
    """One kind of buckets.

    Parameters
    ----------
    number : int
        A number no other aggregation of the request has; it makes names of columns unique.
    """

    key_count = 1
    is_single = False

    def __init__(self, number: int) -> None:
        self.number = number

    def key(self, at: int = 0) -> str:
        """The name of a column of the key."""
        return f'"k{self.number}:{at}"'

    @abstractmethod
    def keyed(self, relation: Sql) -> Sql:
        """The rows of a relation with their keys: none, one or several times each."""

    def ranking(self) -> Ranking:
        """Which buckets are kept."""
        return Ranking(Sql(self.key()))

    @abstractmethod
    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        """The buckets of one parent, in order."""

    @abstractmethod
    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:
        """The result of one parent, of buckets whose bodies are complete."""


class SingleShape(Shape):
    """One bucket of the rows for which a condition holds."""

    is_single = True

    def __init__(self, number: int, condition: Sql | None = None) -> None:
        super().__init__(number)
        self._condition = condition

    def keyed(self, relation: Sql) -> Sql:
        where = Sql("") if self._condition is None else sql(" WHERE {}", self._condition)
        return sql(f"SELECT *, 0 AS {self.key()} FROM ({{}}){{}}", relation, where)

    def buckets(self, rows: Sequence[Row]) -> list[Bucket]:
        row = rows[0] if rows else Row(-1, (0,), 0)
        return [Bucket({"doc_count": row.count}, row)]

    def wrap(self, buckets: Sequence[Bucket], rows: Sequence[Row]) -> Json:  # noqa: ARG002
        return buckets[0].body
