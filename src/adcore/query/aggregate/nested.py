"""Buckets of the objects of nested fields, and of the documents that hold them."""

# ruff: noqa: D102, S608 -- Shape says what its methods do; names in SQL are made here, values bound

from __future__ import annotations

from adcore.query.aggregate.columns import Columns
from adcore.query.aggregate.shape import SingleShape
from adcore.query.sql import Sql, join, sql

__all__ = ["NestedShape", "ReverseNestedShape"]


class NestedShape(SingleShape):
    """One row per object of a nested field.

    Parameters
    ----------
    columns : Columns
        Those of the objects.
    listed : Sql
        The column with the list of the objects.
    """

    def __init__(self, number: int, columns: Columns, listed: Sql) -> None:
        super().__init__(number)
        self._columns = columns
        self._listed = listed

    def keyed(self, relation: Sql) -> Sql:
        if self._columns.is_absent:
            return self._nothing(relation)
        element = f'"e{self.number}:"'
        unnested = sql(f"SELECT *, unnest({{}}) AS {element} FROM ({{}})", self._listed, relation)
        members = [
            Sql(f"struct_extract({element}, '{name}') AS \"{name}\"")
            for name, _ in self._columns.typed_names()
        ]
        selected = join(", ", [Sql(f"* EXCLUDE ({element}), 0 AS {self.key()}"), *members])
        return sql("SELECT {} FROM ({})", selected, unnested)

    def _nothing(self, relation: Sql) -> Sql:
        members = [
            Sql(f'CAST(NULL AS {sql_type or "BOOLEAN[]"}) AS "{name}"')
            for name, sql_type in self._columns.typed_names()
        ]
        selected = join(", ", [Sql(f"*, 0 AS {self.key()}"), *members])
        return sql("SELECT {} FROM ({}) WHERE FALSE", selected, relation)


class ReverseNestedShape(SingleShape):
    """One row per document that holds one of the objects."""

    def keyed(self, relation: Sql) -> Sql:
        return sql(
            f'SELECT DISTINCT ON ("bucket:", "doc:") *, 0 AS {self.key()} FROM ({{}})', relation
        )
