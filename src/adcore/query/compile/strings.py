"""Conditions of queries with patterns of texts."""

from __future__ import annotations

from collections.abc import Callable

from adcore.query.compile.analysis import words_of
from adcore.query.compile.dispatch import condition
from adcore.query.compile.patterns import (
    edits_of,
    fits_prefix,
    fits_regexp,
    fits_wildcard,
    is_near,
)
from adcore.query.compile.scope import BoundField, Scope
from adcore.query.compile.terms import require_indexed
from adcore.query.errors import query_error
from adcore.query.sql import FALSE, Sql, sql
from adcore.query.syntax.queries import Fuzzy, Prefix, Regexp, Wildcard
from adcore.store.mapping import FieldType

__all__ = ["fits_some_text"]


def fits_some_text(kind: str, bound: BoundField, predicate: Callable[[Sql], Sql]) -> Sql:
    """True where a keyword, or a word of a text, meets a condition.

    Raises
    ------
    ShardSearchError
        If the field holds no texts.
    """
    require_indexed(bound)
    field = bound.field
    if field.type.is_text:
        inner = predicate(Sql('"word:"'))
        return bound.any(
            lambda one: sql('len(list_filter({}, lambda "word:": {})) > 0', words_of(one), inner)
        )
    if field.type.is_keyword or field.type is FieldType.FLATTENED:
        return bound.any(predicate)
    fields = "keyword, text and wildcard" if kind in {"wildcard", "prefix"} else "keyword and text"
    raise query_error(
        f"Can only use {kind} queries on {fields} fields - not on [{field.path}] which is of type "
        f"[{field.type.value}]"
    )


@condition.register
def _wildcard(query: Wildcard, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    # Words are in lower case, so a pattern for them is too.
    pattern = query.value.lower() if bound.field.type.is_text else query.value
    return fits_some_text(
        "wildcard",
        bound,
        lambda one: fits_wildcard(one, pattern, ignore_case=query.case_insensitive),
    )


@condition.register
def _prefix(query: Prefix, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    return fits_some_text(
        "prefix",
        bound,
        lambda one: fits_prefix(one, query.value, ignore_case=query.case_insensitive),
    )


@condition.register
def _regexp(query: Regexp, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    return fits_some_text(
        "regexp",
        bound,
        lambda one: fits_regexp(one, query.value, ignore_case=query.case_insensitive),
    )


@condition.register
def _fuzzy(query: Fuzzy, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    edits = edits_of(query.fuzziness, query.value)
    return fits_some_text(
        "fuzzy", bound, lambda one: is_near(one, query.value, edits, query.prefix_length)
    )
