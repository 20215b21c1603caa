"""The syntax tree of a query: one frozen class per kind, values as they were sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from adcore.script import Script

__all__ = [
    "Bool",
    "Boosting",
    "ConstantScore",
    "DisMax",
    "Exists",
    "Fuzzy",
    "Ids",
    "Match",
    "MatchAll",
    "MatchBoolPrefix",
    "MatchNone",
    "MatchPhrase",
    "MatchPhrasePrefix",
    "MultiMatch",
    "Nested",
    "Operator",
    "Prefix",
    "Query",
    "QueryString",
    "Range",
    "Regexp",
    "Scalar",
    "ScriptQuery",
    "SimpleQueryString",
    "Term",
    "Terms",
    "TermsSet",
    "Wildcard",
]

Scalar = str | int | float | bool
Operator = Literal["OR", "AND"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What all queries have: a factor of the score, and a name."""

    boost: float = 1.0
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchAll(Query):
    """Every document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchNone(Query):
    """No document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term(Query):
    """A field has a value (of a text field: a token)."""

    field: str
    value: Scalar
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptQuery(Query):
    """A script says so; its answers are in a field of a name of its own."""

    field: str
    script: Script


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptScore(Query):
    """What another query matches, and a script says its score, in a field of a name of its own."""

    query: Query
    field: str
    script: Script
    min_score: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms(Query):
    """A field has one of several values."""

    field: str
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsSet(Query):
    """A field has at least a number of several values; the number comes from another field."""

    field: str
    values: tuple[Scalar, ...]
    minimum_should_match_field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Range(Query):
    """A field lies between two bounds; a bound of None is open."""

    field: str
    lower: Scalar | None = None
    upper: Scalar | None = None
    include_lower: bool = True
    include_upper: bool = True
    format: str | None = None
    time_zone: str | None = None
    relation: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exists(Query):
    """A field has any value."""

    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wildcard(Query):
    """A field fits a pattern of ``*`` and ``?``."""

    field: str
    value: str
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix(Query):
    """A field starts with a text."""

    field: str
    value: str
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Regexp(Query):
    """A field as a whole fits a regular expression."""

    field: str
    value: str
    case_insensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fuzzy(Query):
    """A field is at most some edits away from a text."""

    field: str
    value: str
    fuzziness: str = "AUTO"
    prefix_length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids(Query):
    """The document has one of several ids."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Match(Query):
    """A text field has one of the words (or all); any other field has the value."""

    field: str
    query: Scalar
    operator: Operator = "OR"
    minimum_should_match: str | None = None
    fuzziness: str | None = None
    prefix_length: int = 0
    lenient: bool = False
    zero_terms_query: str = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPhrase(Query):
    """A text field has the words one after the other."""

    field: str
    query: Scalar
    slop: int = 0
    zero_terms_query: str = "NONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchPhrasePrefix(Query):
    """The same, where the last word may go on."""

    field: str
    query: Scalar
    slop: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchBoolPrefix(Query):
    """A text field has one of the words (or all), where the last word may go on."""

    field: str
    query: Scalar
    operator: Operator = "OR"


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiMatch(Query):
    """The same text searched in several fields; names may have a factor: ``title^2``."""

    query: Scalar
    fields: tuple[str, ...]
    type: str = "best_fields"
    operator: Operator = "OR"
    minimum_should_match: str | None = None
    fuzziness: str | None = None
    slop: int = 0
    lenient: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryString(Query):
    """A line in the small language of search boxes, with fields, operators and ranges."""

    query: str
    fields: tuple[str, ...] = ()
    default_field: str | None = None
    default_operator: Operator = "OR"
    type: str = "best_fields"
    lenient: bool = False
    analyze_wildcard: bool = False
    time_zone: str | None = None
    minimum_should_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimpleQueryString(Query):
    """A line in an even smaller language that never fails."""

    query: str
    fields: tuple[str, ...] = ()
    default_operator: Operator = "OR"
    lenient: bool = False
    analyze_wildcard: bool = False
    minimum_should_match: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bool(Query):
    """Queries combined."""

    must: tuple[Query, ...] = ()
    filter: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    minimum_should_match: str | None = None
    adjust_pure_negative: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ConstantScore(Query):
    """A filter whose matches score the boost."""

    filter: Query


@dataclass(frozen=True, slots=True, kw_only=True)
class DisMax(Query):
    """One of several queries; the score is that of the best, plus a part of the others."""

    queries: tuple[Query, ...]
    tie_breaker: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Boosting(Query):
    """A query whose matches score less if they match another."""

    positive: Query
    negative: Query
    negative_boost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Nested(Query):
    """One of the objects of a nested field matches."""

    path: str
    query: Query
    ignore_unmapped: bool = False
    score_mode: str = "avg"
