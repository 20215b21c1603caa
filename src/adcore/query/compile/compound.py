"""Conditions of queries that combine others."""

from __future__ import annotations

from adcore.query.compile.dispatch import condition
from adcore.query.compile.minimum import minimum_matches
from adcore.query.compile.scope import Scope
from adcore.query.sql import FALSE, TRUE, Sql, all_of, any_of, join, negation, sql
from adcore.query.syntax.queries import (
    Bool,
    Boosting,
    ConstantScore,
    DisMax,
    MatchAll,
    MatchNone,
    Nested,
    Query,
)
from adcore.store.mapping import NestedObject

__all__: list[str] = []


@condition.register
def _match_all(query: MatchAll, scope: Scope) -> Sql:  # noqa: ARG001 -- one signature for all
    return TRUE


@condition.register
def _match_none(query: MatchNone, scope: Scope) -> Sql:  # noqa: ARG001 -- one signature for all
    return FALSE


@condition.register
def _bool(query: Bool, scope: Scope) -> Sql:
    required = [condition(clause, scope) for clause in (*query.must, *query.filter)]
    refused = [negation(condition(clause, scope)) for clause in query.must_not]
    if not required and not query.should and refused and not query.adjust_pure_negative:
        return FALSE
    return all_of([*required, *_should(query, scope), *refused])


def _should(query: Bool, scope: Scope) -> list[Sql]:
    """The condition that enough of the optional clauses match, if there is one."""
    if not query.should:
        return []
    wanted = 0 if query.must or query.filter else 1
    if query.minimum_should_match is not None:
        wanted = minimum_matches(query.minimum_should_match, len(query.should))
        # A query of nothing but optional clauses matches only where one of them does.
        wanted = wanted if query.must or query.filter else max(1, wanted)
    return [at_least(wanted, [condition(clause, scope) for clause in query.should])]


def at_least(wanted: int, conditions: list[Sql]) -> Sql:
    """True where a number of conditions hold."""
    if wanted <= 0:
        return TRUE
    if wanted == 1:
        return any_of(conditions)
    if wanted > len(conditions):
        return FALSE
    if wanted == len(conditions):
        return all_of(conditions)
    counts = [sql("coalesce(({})::INTEGER, 0)", each) for each in conditions]
    return sql(f"({{}}) >= {wanted:d}", join(" + ", counts))


@condition.register
def _constant_score(query: ConstantScore, scope: Scope) -> Sql:
    return condition(query.filter, scope)


@condition.register
def _dis_max(query: DisMax, scope: Scope) -> Sql:
    return any_of(condition(clause, scope) for clause in query.queries)


@condition.register
def _boosting(query: Boosting, scope: Scope) -> Sql:
    return condition(query.positive, scope)


@condition.register
def _nested(query: Nested, scope: Scope) -> Sql:
    steps = scope.nested_lists(query.path)
    return FALSE if steps is None else _some_object(steps, query.query, scope)


def _some_object(steps: list[NestedObject], query: Query, scope: Scope) -> Sql:
    """True where one object, of one object, ... of a nested field matches."""
    if not steps:
        return condition(query, scope)
    variable = Sql(f'"object:{len(steps[0].path)}"')
    inner = _some_object(steps[1:], query, scope.within(steps[0], variable))
    return sql(
        "coalesce(len(list_filter({}, lambda {}: {})), 0) > 0",
        scope.list_of(steps[0]),
        variable,
        inner,
    )
