"""Queries as conditions for whoever reads tables of documents."""

from __future__ import annotations

from adcore.query.compile import condition
from adcore.query.compile.scope import Scope
from adcore.query.limits import DEFAULT_LIMITS, Limits
from adcore.query.sql import Sql
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.queries import MatchAll, Query
from adcore.query.syntax.reader import Json
from adcore.store.mapping import Mapping

__all__ = ["condition_in", "filter_sql"]


def filter_sql(
    query: Json,
    mapping: Mapping,
    *,
    now: int,
    index: str = "",
    limits: Limits = DEFAULT_LIMITS,
) -> tuple[str, list[object]]:
    """The SQL condition of a query, and its parameters in order.

    Parameters
    ----------
    query : object
        The JSON of a query; None and ``{}`` match all.
    mapping : Mapping
        The fields and columns of the table.
    now : int
        The present time in epoch milliseconds, for date math.
    index : str, optional
        The name of the index, for queries on ``_index``.

    Raises
    ------
    SearchError
        If it is no query, or the mapping cannot answer it.

    Examples
    --------
    >>> mapping = Mapping.from_json({"properties": {"host": {"type": "keyword"}}})
    >>> filter_sql({"term": {"host": "a"}}, mapping, now=0)
    ('"host" = ?', ['a'])
    """
    made = condition_in(Scope(index, mapping, now, limits), query)
    return made.text, list(made.parameters)


def condition_in(scope: Scope, query: Json) -> Sql:
    """The condition of a query, or of None, about the objects of a scope."""
    parsed: Query = MatchAll() if not query else parse_query(query, scope.limits)
    return condition(parsed, scope)
