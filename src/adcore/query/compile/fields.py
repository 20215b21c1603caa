"""Queries over several fields as queries over one each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from adcore.query.compile.analysis import words
from adcore.query.compile.dispatch import condition
from adcore.query.compile.scope import Scope
from adcore.query.compile.values import to_text
from adcore.query.errors import query_error
from adcore.query.sql import Sql
from adcore.query.syntax.queries import (
    Bool,
    DisMax,
    Match,
    MatchBoolPrefix,
    MatchNone,
    MatchPhrase,
    MatchPhrasePrefix,
    MultiMatch,
    Query,
)
from adcore.store.mapping import FieldType

__all__ = ["SearchedField", "lower_multi_match", "over_fields", "searched_fields"]

_UNSEARCHABLE = frozenset({FieldType.BINARY, FieldType.GEO_POINT})


@dataclass(frozen=True, slots=True)
class SearchedField:
    """A field that a request searches, with its factor; from a pattern or named."""

    path: str
    boost: float
    is_from_pattern: bool


def searched_fields(given: Sequence[str], scope: Scope) -> list[SearchedField]:
    """The fields of names and patterns such as ``name^2`` and ``host.*``; of none, all fields."""
    found: dict[str, SearchedField] = {}
    for entry in given or ("*",):
        name, boost = _factor(entry)
        if "*" in name:
            for field in scope.matching(name):
                if field.type not in _UNSEARCHABLE and field.is_indexed:
                    found.setdefault(field.path, SearchedField(field.path, boost, True))
        else:
            found[name] = SearchedField(name, boost, False)
    if len(found) > scope.limits.clauses:
        raise query_error(
            f"field expansion matches too many fields, limit: {scope.limits.clauses}, "
            f"got: {len(found)}"
        )
    return list(found.values())


def _factor(entry: str) -> tuple[str, float]:
    name, found, factor = entry.rpartition("^")
    if not found:
        return entry, 1.0
    try:
        return name, float(factor)
    except ValueError:
        raise query_error(f'For input string: "{factor}"', "number_format_exception") from None


def over_fields(fields: Sequence[SearchedField], make: Callable[[SearchedField], Query]) -> Query:
    """One of the fields matches; the score is that of the best."""
    queries = tuple(_boosted(make(field), field.boost) for field in fields)
    if not queries:
        return MatchNone()
    return queries[0] if len(queries) == 1 else DisMax(queries=queries)


def _boosted(query: Query, boost: float) -> Query:
    return query if boost == 1 else replace(query, boost=query.boost * boost)


@condition.register
def _multi_match(query: MultiMatch, scope: Scope) -> Sql:
    return condition(lower_multi_match(query, scope), scope)


def lower_multi_match(query: MultiMatch, scope: Scope) -> Query:
    """The same search as queries of one field each."""
    fields = searched_fields(query.fields, scope)
    if query.type == "cross_fields" and query.operator == "AND":
        spread = tuple(over_fields(fields, _matcher(query, word)) for word in _words(query))
        lowered: Query = Bool(must=spread) if spread else MatchNone()
    elif query.type == "most_fields":
        made = tuple(_boosted(_matcher(query, query.query)(field), field.boost) for field in fields)
        lowered = Bool(should=made) if made else MatchNone()
    else:
        lowered = over_fields(fields, _matcher(query, query.query))
    return _boosted(lowered, query.boost)


def _words(query: MultiMatch) -> list[str]:
    return words(to_text(query.query))


def _matcher(query: MultiMatch, content: str | float) -> Callable[[SearchedField], Query]:
    def make(field: SearchedField) -> Query:
        if query.type == "phrase":
            return MatchPhrase(field=field.path, query=content, slop=query.slop)
        if query.type == "phrase_prefix":
            return MatchPhrasePrefix(field=field.path, query=content, slop=query.slop)
        if query.type == "bool_prefix":
            return MatchBoolPrefix(field=field.path, query=content, operator=query.operator)
        return Match(
            field=field.path,
            query=content,
            operator=query.operator,
            minimum_should_match=query.minimum_should_match,
            fuzziness=query.fuzziness,
            lenient=query.lenient or field.is_from_pattern,
        )

    return make
