"""Rows with their keys: one row per document and different key."""

# ruff: noqa: S608 -- names in SQL are made here, values are bound

from __future__ import annotations

from collections.abc import Callable

from adcore.query.aggregate.columns import Values
from adcore.query.aggregate.measures import missing_value
from adcore.query.sql import Sql, sql, value
from adcore.query.syntax.queries import Scalar

__all__ = ["filled", "key_values", "valued"]

Change = Callable[[Sql], Sql]


def filled(values: Values, missing: Scalar | None) -> Sql:
    """The column of values, with one for documents without any if that is given."""
    if missing is None:
        return values.column
    content = value(missing_value(values, missing))
    form = "coalesce({}, [{}])" if values.is_list else "coalesce({}, {})"
    return sql(form, values.column, content)


def key_values(values: Values, column: Sql, bucket: Change, bounds: Change | None) -> Sql:
    """The keys of a row: one, or the list of all that differ; without any, NULL.

    Parameters
    ----------
    bucket : callable
        The key of a value.
    bounds : callable, optional
        The condition of values that have one.
    """
    if not values.is_list:
        key = bucket(column)
        return key if bounds is None else sql("CASE WHEN {} THEN {} END", bounds(column), key)
    each = Sql('"each:"')
    if bounds is not None:
        column = sql('list_filter({}, lambda "each:": {})', column, bounds(each))
    return sql('list_distinct(list_transform({}, lambda "each:": {}))', column, bucket(each))


def valued(
    relation: Sql,
    values: Values,
    name: str,
    missing: Scalar | None,
    bucket: Change = lambda one: one,
    bounds: Change | None = None,
) -> Sql:
    """The rows of a relation with one key each in a new column; without any, no row."""
    keys = key_values(values, filled(values, missing), bucket, bounds)
    if values.is_list:
        return sql(f"SELECT *, unnest({{}}) AS {name} FROM ({{}})", keys, relation)
    return sql(
        f"SELECT * FROM (SELECT *, {{}} AS {name} FROM ({{}})) WHERE {name} IS NOT NULL",
        keys,
        relation,
    )
