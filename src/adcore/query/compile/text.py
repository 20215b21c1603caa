"""Conditions of queries that analyse their text."""

from __future__ import annotations

import re

from adcore.query.compile.analysis import if_contained, joined_words, words, words_of
from adcore.query.compile.compound import at_least
from adcore.query.compile.dispatch import condition
from adcore.query.compile.minimum import minimum_matches
from adcore.query.compile.patterns import edits_of, fits_prefix, is_near
from adcore.query.compile.scope import BoundField, Scope
from adcore.query.compile.terms import require_indexed
from adcore.query.compile.values import to_text
from adcore.query.errors import SearchError, illegal_argument
from adcore.query.sql import FALSE, TRUE, Sql, sql, value
from adcore.query.syntax.queries import (
    Match,
    MatchBoolPrefix,
    MatchPhrase,
    MatchPhrasePrefix,
    Prefix,
    Scalar,
    Term,
)

__all__: list[str] = []

# Other words between those of a phrase, in all its gaps; expressions of twice as many become slow.
_MOST_SLOP = 250


@condition.register
def _match(query: Match, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    if not bound.field.type.is_text:
        return _value(query.field, query.query, scope, lenient=query.lenient)
    require_indexed(bound)
    wanted = list(dict.fromkeys(words(to_text(query.query))))
    if not wanted:
        return TRUE if query.zero_terms_query == "ALL" else FALSE
    number = len(wanted) if query.operator == "AND" else 1
    if query.minimum_should_match is not None and query.operator == "OR":
        number = max(1, minimum_matches(query.minimum_should_match, len(wanted)))
    if query.fuzziness is not None:
        return _near_words(bound, query, wanted, number)
    exact = _has_words(_all_words(bound), wanted, number)
    if bound.several is not None:
        return exact
    return if_contained(bound.first, wanted, exact, is_any=number < len(wanted))


def _value(field: str, content: Scalar, scope: Scope, *, lenient: bool) -> Sql:
    """The condition of a field that is not analysed: its value as a whole."""
    try:
        return condition(Term(field=field, value=content), scope)
    except SearchError:
        if lenient:
            return FALSE
        raise


def _all_words(bound: BoundField) -> Sql:
    """The words of all values of a field, as one list."""
    single = words_of(bound.first)
    if bound.several is None:
        return single
    return sql(
        'coalesce(flatten(list_transform({}, lambda "value:": {})), {})',
        bound.several,
        words_of(Sql('"value:"')),
        single,
    )


def _has_words(found: Sql, wanted: list[str], number: int) -> Sql:
    if number == 1:
        return sql("list_has_any({}, {})", found, value(wanted))
    if number == len(wanted):
        return sql("list_has_all({}, {})", found, value(wanted))
    return sql(f"len(list_intersect({{}}, {{}})) >= {number:d}", found, value(wanted))


def _near_words(bound: BoundField, query: Match, wanted: list[str], number: int) -> Sql:
    def near(word: str) -> Sql:
        edits = edits_of(query.fuzziness or "0", word)
        return _some_word(bound, is_near(Sql('"word:"'), word, edits, query.prefix_length))

    return at_least(number, [near(word) for word in wanted])


def _some_word(bound: BoundField, test: Sql) -> Sql:
    return sql('len(list_filter({}, lambda "word:": {})) > 0', _all_words(bound), test)


@condition.register
def _match_phrase(query: MatchPhrase, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    if not bound.field.type.is_text:
        return _value(query.field, query.query, scope, lenient=False)
    require_indexed(bound)
    wanted = words(to_text(query.query))
    if not wanted:
        return TRUE if query.zero_terms_query == "ALL" else FALSE
    if query.slop <= 0:
        phrase = f" {' '.join(wanted)} "
        return bound.any(
            lambda one: if_contained(
                one, wanted, sql("contains({}, {})", joined_words(one), value(phrase))
            )
        )
    _check_slop(query.slop, len(wanted))
    between = rf"(?:\S+ ){{0,{query.slop}}}"
    pattern = " " + between.join(f"{re.escape(word)} " for word in wanted)
    return bound.any(lambda one: sql("regexp_matches({}, {})", joined_words(one), value(pattern)))


def _check_slop(slop: int, words: int) -> None:
    """Raise if there are so many ways to fit a phrase that a search for it would not end."""
    if slop * (words - 1) > _MOST_SLOP:
        raise illegal_argument(
            f"The slop [{slop}] of a phrase of [{words}] words has exceeded the allowed maximum of "
            f"[{_MOST_SLOP // (words - 1)}]."
        )


@condition.register
def _match_phrase_prefix(query: MatchPhrasePrefix, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    if not bound.field.type.is_text:
        prefix = Prefix(field=query.field, value=to_text(query.query))
        return condition(prefix, scope)
    require_indexed(bound)
    phrase = " " + " ".join(words(to_text(query.query)))
    if phrase == " ":
        return FALSE
    return bound.any(lambda one: sql("contains({}, {})", joined_words(one), value(phrase)))


@condition.register
def _match_bool_prefix(query: MatchBoolPrefix, scope: Scope) -> Sql:
    bound = scope.find(query.field)
    if bound is None:
        return FALSE
    if not bound.field.type.is_text:
        return _value(query.field, query.query, scope, lenient=False)
    require_indexed(bound)
    *whole, last = words(to_text(query.query)) or [""]
    if not last:
        return FALSE
    tests = [sql("list_contains({}, {})", _all_words(bound), value(word)) for word in whole]
    tests.append(_some_word(bound, fits_prefix(Sql('"word:"'), last)))
    return at_least(len(tests) if query.operator == "AND" else 1, tests)
