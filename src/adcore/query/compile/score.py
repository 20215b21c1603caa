"""How much a match is worth: constants, since nobody ranks measurements by relevance.

Every clause that matches counts its boost; filters count nothing.
"""

from __future__ import annotations

from adcore.query.compile.dispatch import condition
from adcore.query.compile.fields import lower_multi_match
from adcore.query.compile.query_string import lower_line
from adcore.query.compile.scope import Scope
from adcore.query.compile.terms import script_score
from adcore.query.sql import Sql, join, sql, value
from adcore.query.syntax.queries import (
    Bool,
    Boosting,
    DisMax,
    MultiMatch,
    Query,
    QueryString,
    ScriptScore,
    SimpleQueryString,
)

__all__ = ["Score", "as_sql", "score"]

Score = float | Sql
"""The same for all matches, or an SQL expression."""


def score(query: Query, scope: Scope) -> Score:
    """The score of the documents that a query matches."""
    if isinstance(query, Bool) and (query.must or query.filter or query.must_not or query.should):
        parts = [score(clause, scope) for clause in query.must]
        parts += [_optional(clause, scope) for clause in query.should]
        return _times(_sum(parts), query.boost)
    if isinstance(query, DisMax):
        return _times(_best(query, scope), query.boost)
    if isinstance(query, Boosting):
        return _times(_lessened(query, scope), query.boost)
    if isinstance(query, ScriptScore):
        return script_score(query, scope)
    if isinstance(query, (MultiMatch, QueryString, SimpleQueryString)):
        return score(_lowered(query, scope), scope)
    return query.boost


def _lowered(query: MultiMatch | QueryString | SimpleQueryString, scope: Scope) -> Query:
    if isinstance(query, MultiMatch):
        return lower_multi_match(query, scope)
    return lower_line(query, scope)


def as_sql(worth: Score) -> Sql:
    """A score as an SQL expression."""
    return worth if isinstance(worth, Sql) else sql("{}::DOUBLE", value(float(worth)))


def _optional(query: Query, scope: Scope) -> Sql:
    matches = condition(query, scope)
    return sql("CASE WHEN {} THEN {} ELSE 0 END", matches, as_sql(score(query, scope)))


def _sum(parts: list[Score]) -> Score:
    constant = sum(part for part in parts if not isinstance(part, Sql))
    varying = [part for part in parts if isinstance(part, Sql)]
    if not varying:
        return float(constant)
    return sql("({} + {})", as_sql(float(constant)), join(" + ", varying))


def _times(worth: Score, boost: float) -> Score:
    if boost == 1:
        return worth
    return sql("({} * {})", worth, value(boost)) if isinstance(worth, Sql) else worth * boost


def _best(query: DisMax, scope: Scope) -> Score:
    parts = [_optional(clause, scope) for clause in query.queries]
    if len(parts) == 1:
        return score(query.queries[0], scope)
    best = sql("greatest({})", join(", ", parts))
    if query.tie_breaker == 0:
        return best
    others = sql("({} - {})", join(" + ", parts), best)
    return sql("({} + {} * {})", best, value(query.tie_breaker), others)


def _lessened(query: Boosting, scope: Scope) -> Sql:
    worth = as_sql(score(query.positive, scope))
    refused = condition(query.negative, scope)
    factor = sql("CASE WHEN {} THEN {} ELSE 1 END", refused, value(query.negative_boost))
    return sql("({} * {})", worth, factor)
