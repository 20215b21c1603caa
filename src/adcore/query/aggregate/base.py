"""The matching documents of all targets as one SQL relation."""

from __future__ import annotations

from collections.abc import Sequence

from adcore.query.aggregate.columns import Columns
from adcore.query.sql import Sql, join, sql, value
from adcore.store.index_entry import Target

__all__ = ["documents_relation"]


def documents_relation(
    targets: Sequence[Target], columns: Columns, conditions: Sequence[Sql]
) -> Sql:
    """A SELECT of the columns asked for and ``doc:``, which numbers the documents of all targets.

    Parameters
    ----------
    targets : sequence of Target
        At least one.
    columns : Columns
        What is read of each.
    conditions : sequence of Sql
        Per target which documents.
    """
    return join(
        " UNION ALL ",
        (
            _of_target(target, at, len(targets), columns, condition)
            for at, (target, condition) in enumerate(zip(targets, conditions, strict=True))
        ),
    )


def _of_target(target: Target, at: int, targets: int, columns: Columns, condition: Sql) -> Sql:
    number = sql('"_seq_no" * {} + {} AS "doc:"', value(targets), value(at))
    selected = [sql(f'{{}} AS "{name}"', made) for name, made in columns.selected(at)]
    return sql(
        "SELECT {} FROM {} WHERE {}",
        join(", ", [number, *selected]),
        Sql(target.relation),
        condition,
    )
