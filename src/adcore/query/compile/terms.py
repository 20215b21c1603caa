"""Conditions of queries that compare values."""

from __future__ import annotations

import math
from collections.abc import Callable

from adcore.query.compile.analysis import if_contained, words_of
from adcore.query.compile.dispatch import condition
from adcore.query.compile.ip import ip_digits
from adcore.query.compile.scope import BoundField, Scope
from adcore.query.compile.values import (
    ip_key,
    request_format,
    request_zone,
    to_boolean,
    to_date,
    to_float,
    to_text,
    to_whole,
)
from adcore.query.errors import illegal_argument, query_error
from adcore.query.sql import FALSE, TRUE, Sql, all_of, any_of, join, sql, value
from adcore.query.syntax.queries import (
    Exists,
    Ids,
    Range,
    Scalar,
    ScriptQuery,
    ScriptScore,
    Term,
    Terms,
    TermsSet,
)
from adcore.store.mapping import Field, FieldType

__all__ = ["require_indexed"]

Predicate = Callable[[Sql], Sql]

# Beyond this many, values are looked up in a hash table instead of compared one after the other.
_FEW = 64
_FIRST_WHOLE, _LAST_WHOLE = -(2**63), 2**64 - 1


def require_indexed(bound: BoundField) -> None:
    """Raise if the field may not be searched."""
    if not bound.field.is_indexed:
        raise query_error(f"Cannot search on field [{bound.field.path}] since it is not indexed.")


@condition.register
def _term(query: Term, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    require_indexed(bound)
    return bound.any(_equals(bound.field, query.value, scope, ignore_case=query.case_insensitive))


@condition.register
def _script(query: ScriptQuery, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        raise query_error("[script] queries can stand in searches and counts alone")
    return sql("coalesce({}, false)", bound.first)


@condition.register
def _script_score(query: ScriptScore, scope: Scope) -> Sql:
    matches = condition(query.query, scope)
    if query.min_score is None:
        return matches
    return sql("({} AND {} >= {})", matches, script_score(query, scope), value(query.min_score))


def script_score(query: ScriptScore, scope: Scope) -> Sql:
    """What the script says, times the boost."""
    bound = scope.find(query.field)
    if bound is None:
        raise query_error("[script_score] queries can stand in searches and counts alone")
    return sql("(coalesce({}, 0) * {})", bound.first, value(query.boost))


def _equals(field: Field, content: Scalar, scope: Scope, *, ignore_case: bool = False) -> Predicate:
    """The condition that one value of a field is the value of a request."""
    if field.type.is_date:
        least = to_date(content, field.date_format, scope.now, round_up=False)
        most = to_date(content, field.date_format, scope.now, round_up=True)
        return _between(least, most)
    if field.type is FieldType.IP:
        return _address(to_text(content))
    stored = _stored(field, content)
    if stored is None:
        return lambda _: FALSE
    if field.type.is_text:
        word = str(stored).lower() if ignore_case else stored
        return lambda one: if_contained(
            one, [str(word)], sql("list_contains({}, {})", words_of(one), value(word))
        )
    if ignore_case and isinstance(stored, str):
        lower = stored.lower()
        return lambda one: sql("lower({}) = {}", one, value(lower))
    return lambda one: sql("{} = {}", one, value(stored))


def _stored(field: Field, content: Scalar) -> Scalar | None:
    """The value as the column has it; None if no column can have it."""
    if field.type is FieldType.BOOLEAN:
        return to_boolean(content)
    if field.type.is_whole_number:
        number = to_whole(content)
        fits = isinstance(number, int) and _FIRST_WHOLE <= number <= _LAST_WHOLE
        return number if fits else None
    return to_float(content) if field.type.is_number else to_text(content)


def _between(least: int, most: int) -> Predicate:
    if least == most:
        return lambda one: sql("{} = {}", one, value(least))
    return lambda one: sql("{} BETWEEN {} AND {}", one, value(least), value(most))


def _address(text: str) -> Predicate:
    first, last = ip_key(text), ip_key(text, last=True)
    if "/" not in text and ":" not in text:
        return lambda one: sql("{} = {}", one, value(text))
    return lambda one: sql("{} BETWEEN {} AND {}", ip_digits(one), value(first), value(last))


@condition.register
def _terms(query: Terms, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None or not query.values:
        return FALSE
    require_indexed(bound)
    if bound.field.type.is_date or bound.field.type is FieldType.IP:
        return any_of(bound.any(_equals(bound.field, each, scope)) for each in query.values)
    stored = [_stored(bound.field, each) for each in query.values]
    kept = [each for each in stored if each is not None]
    if not kept:
        return FALSE
    if bound.field.type.is_text:
        return bound.any(lambda one: sql("list_has_any({}, {})", words_of(one), value(kept)))
    if len(kept) <= _FEW:
        listed = join(", ", (value(each) for each in kept))
        return bound.any(lambda one: sql("{} IN ({})", one, listed))
    return _one_of_many(bound, kept, scope)


def _one_of_many(bound: BoundField, kept: list[Scalar], scope: Scope) -> Sql:
    values = sql("{}::" + bound.field.sql_type + "[]", value(kept))
    if scope.element is not None:
        # No subquery may stand in the lambda that walks nested objects.
        return bound.any(lambda one: sql("list_contains({}, {})", values, one))
    first = sql("{} IN (SELECT unnest({}))", bound.first, values)
    if bound.several is None:
        return first
    return any_of((first, sql("list_has_any({}, {})", bound.several, values)))


@condition.register
def _terms_set(query: TermsSet, scope: Scope) -> Sql:
    bound, wanted = scope.find(query.field), scope.find(query.minimum_should_match_field)
    if bound is None or wanted is None or not wanted.field.type.is_number:
        return FALSE
    require_indexed(bound)
    counts = [
        sql("coalesce(({})::INTEGER, 0)", bound.any(_equals(bound.field, each, scope)))
        for each in dict.fromkeys(query.values)
    ]
    return sql("greatest({}, 1) <= {}", wanted.first, join(" + ", counts) if counts else Sql("0"))


@condition.register
def _range(query: Range, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    require_indexed(bound)
    limits = _limits(query, bound.field, scope)
    if limits is None:
        return FALSE
    if not limits:
        return bound.any(lambda one: sql("{} IS NOT NULL", one))
    return bound.any(lambda one: _within(bound.field, one, limits))


Limit = tuple[str, object]


def _within(field: Field, one: Sql, limits: list[Limit]) -> Sql:
    if field.type.is_text:
        inner = _compared(Sql('"word:"'), limits)
        return sql('len(list_filter({}, lambda "word:": {})) > 0', words_of(one), inner)
    return _compared(ip_digits(one) if field.type is FieldType.IP else one, limits)


def _compared(one: Sql, limits: list[Limit]) -> Sql:
    return all_of(sql(f"{{}} {operator} {{}}", one, value(limit)) for operator, limit in limits)


def _limits(query: Range, field: Field, scope: Scope) -> list[Limit] | None:
    """Operators with their bounds; None if nothing can lie between them."""
    limits: list[Limit] = []
    for bound, inclusive, is_lower in (
        (query.lower, query.include_lower, True),
        (query.upper, query.include_upper, False),
    ):
        if bound is None:
            continue
        if field.type.is_whole_number:
            number = to_whole(bound)
            whole, inclusive = _whole(number, inclusive, is_lower)  # noqa: PLW2901
            if whole < _FIRST_WHOLE if not is_lower else whole > _LAST_WHOLE:
                return None
            limit: object = min(max(whole, _FIRST_WHOLE), _LAST_WHOLE)
            inclusive = inclusive or limit != whole  # noqa: PLW2901
        else:
            limit = _limit(query, field, bound, scope, inclusive == is_lower)
        limits.append(((">" if is_lower else "<") + ("=" if inclusive else ""), limit))
    return limits


def _whole(number: float, inclusive: bool, is_lower: bool) -> tuple[int, bool]:
    """The bound of whole numbers: 1.5 as a lower one is 2, which belongs to the range."""
    if isinstance(number, int):
        return number, inclusive
    return (math.ceil(number) if is_lower else math.floor(number)), True


def _limit(query: Range, field: Field, bound: Scalar, scope: Scope, rounds_down: bool) -> object:
    """The bound as the column has it.

    A lower bound that belongs to the range is the beginning of a day, as is an upper one that
    does not; the others are the ends of days.
    """
    if field.type.is_date:
        form = request_format(field, query.format)
        zone = request_zone(query.time_zone)
        return to_date(bound, form, scope.now, round_up=not rounds_down, zone=zone)
    if field.type is FieldType.IP:
        return ip_key(to_text(bound), last=not rounds_down)
    if query.format is not None:
        raise illegal_argument(
            f"Field [{field.path}] of type [{field.type.value}] does not support DATE formats"
        )
    return _stored(field, bound)


@condition.register
def _exists(query: Exists, scope: Scope) -> Sql:
    if query.field in {"_id", "_index", "_source", "_seq_no", "_version"}:
        return TRUE
    bound = scope.find(query.field)
    if bound is not None:
        return sql("{} IS NOT NULL", bound.first)
    # An object exists where one of its fields does.
    below = [scope.find(field.path) for field in scope.matching(f"{query.field}.*")]
    return any_of(sql("{} IS NOT NULL", each.first) for each in below if each is not None)


@condition.register
def _ids(query: Ids, scope: Scope) -> Sql:
    bound = scope.find("_id")
    if bound is None or not query.values:
        return FALSE
    if len(query.values) > _FEW:
        return _one_of_many(bound, list(query.values), scope)
    listed = join(", ", (value(each) for each in query.values))
    return sql("{} IN ({})", bound.first, listed)
