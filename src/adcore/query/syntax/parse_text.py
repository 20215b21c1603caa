"""Leaf queries that analyse their text: match and its relatives, and the search-box languages."""

from __future__ import annotations

from collections.abc import Callable

from adcore.query.errors import illegal_argument, parsing_error
from adcore.query.syntax.common import (
    COMMON,
    FieldBody,
    field_body,
    read_boost,
    read_name,
    read_operator,
)
from adcore.query.syntax.queries import (
    Match,
    MatchBoolPrefix,
    MatchPhrase,
    MatchPhrasePrefix,
    MultiMatch,
    Query,
    QueryString,
    Scalar,
    SimpleQueryString,
)
from adcore.query.syntax.reader import (
    JsonObject,
    boolean,
    integer,
    optional_text,
    refuse_unknown,
    scalar,
    text,
    texts,
)

__all__ = ["PARSERS"]

_FUZZY = frozenset({"fuzziness", "prefix_length", "max_expansions", "fuzzy_transpositions"})
_MATCH = _FUZZY | {
    "query", "operator", "minimum_should_match", "lenient", "zero_terms_query", "analyzer",
    "fuzzy_rewrite", "cutoff_frequency", "auto_generate_synonyms_phrase_query",
}  # fmt: skip
_PHRASE = frozenset({"query", "slop", "analyzer", "zero_terms_query", "max_expansions"})
_MULTI = _MATCH | {"fields", "type", "slop", "tie_breaker"}
_LINE = frozenset(
    {
        "query", "fields", "default_operator", "analyzer", "lenient", "analyze_wildcard",
        "minimum_should_match", "auto_generate_synonyms_phrase_query", "fuzzy_max_expansions",
        "fuzzy_prefix_length", "fuzzy_transpositions", "quote_field_suffix",
    }
)  # fmt: skip
_QUERY_STRING = _LINE | {
    "default_field", "type", "tie_breaker", "time_zone", "allow_leading_wildcard", "phrase_slop",
    "enable_position_increments", "fuzziness", "fuzzy_rewrite", "quote_analyzer", "rewrite",
    "max_determinized_states", "escape",
}  # fmt: skip
_MULTI_TYPES = frozenset(
    {"best_fields", "most_fields", "cross_fields", "phrase", "phrase_prefix", "bool_prefix"}
)


def _text_of(where: str, read: FieldBody) -> Scalar:
    if read.options.get("query") is None:
        raise parsing_error("No text specified for text query")
    return scalar(where, read.options["query"])


def _zero_terms(options: JsonObject) -> str:
    given = str(options.get("zero_terms_query", "NONE")).upper()
    if given not in {"NONE", "ALL"}:
        raise parsing_error(f"Unsupported zero_terms_query value [{given}]")
    return given


def _match(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, "query", _MATCH)
    options = read.options
    return Match(
        field=read.field,
        query=_text_of(where, read),
        operator=read_operator(options.get("operator", "OR")),
        minimum_should_match=optional_text(
            where, "minimum_should_match", options.get("minimum_should_match")
        ),
        fuzziness=optional_text(where, "fuzziness", options.get("fuzziness")),
        prefix_length=integer(where, "prefix_length", options.get("prefix_length", 0)),
        lenient=boolean(options.get("lenient", False)),
        zero_terms_query=_zero_terms(options),
        boost=read.boost,
        name=read.name,
    )


def _match_phrase(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, "query", _PHRASE)
    return MatchPhrase(
        field=read.field,
        query=_text_of(where, read),
        slop=integer(where, "slop", read.options.get("slop", 0)),
        zero_terms_query=_zero_terms(read.options),
        boost=read.boost,
        name=read.name,
    )


def _match_phrase_prefix(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, "query", _PHRASE)
    return MatchPhrasePrefix(
        field=read.field,
        query=_text_of(where, read),
        slop=integer(where, "slop", read.options.get("slop", 0)),
        boost=read.boost,
        name=read.name,
    )


def _match_bool_prefix(where: str, body: JsonObject) -> Query:
    read = field_body(where, body, "query", _MATCH)
    return MatchBoolPrefix(
        field=read.field,
        query=_text_of(where, read),
        operator=read_operator(read.options.get("operator", "OR")),
        boost=read.boost,
        name=read.name,
    )


def _multi_match(where: str, body: JsonObject) -> Query:
    refuse_unknown(where, body, _MULTI | COMMON)
    if body.get("query") is None:
        raise parsing_error("No text specified for multi_match query")
    kind = text(where, "type", body.get("type", "best_fields"))
    if kind not in _MULTI_TYPES:
        raise parsing_error(f"failed to parse [multi_match] query type [{kind}]. unknown type.")
    return MultiMatch(
        query=scalar(where, body["query"]),
        fields=texts(where, "fields", body.get("fields", ())),
        type=kind,
        operator=read_operator(body.get("operator", "OR")),
        minimum_should_match=optional_text(
            where, "minimum_should_match", body.get("minimum_should_match")
        ),
        fuzziness=optional_text(where, "fuzziness", body.get("fuzziness")),
        slop=integer(where, "slop", body.get("slop", 0)),
        lenient=boolean(body.get("lenient", False)),
        boost=read_boost(where, body),
        name=read_name(where, body),
    )


def _query_string(where: str, body: JsonObject) -> Query:
    refuse_unknown(where, body, _QUERY_STRING | COMMON)
    if body.get("query") is None:
        raise parsing_error("[query_string] must be provided with a [query]")
    if body.get("default_field") is not None and body.get("fields"):
        raise illegal_argument(
            "Validation Failed: 1: [query_string] query does not support [fields] when "
            "[default_field] is set;"
        )
    return QueryString(
        query=text(where, "query", body["query"]),
        fields=texts(where, "fields", body.get("fields", ())),
        default_field=optional_text(where, "default_field", body.get("default_field")),
        default_operator=read_operator(body.get("default_operator", "OR")),
        type=text(where, "type", body.get("type", "best_fields")),
        lenient=boolean(body.get("lenient", False)),
        analyze_wildcard=boolean(body.get("analyze_wildcard", False)),
        time_zone=optional_text(where, "time_zone", body.get("time_zone")),
        minimum_should_match=optional_text(
            where, "minimum_should_match", body.get("minimum_should_match")
        ),
        boost=read_boost(where, body),
        name=read_name(where, body),
    )


def _simple_query_string(where: str, body: JsonObject) -> Query:
    refuse_unknown(where, body, _LINE | COMMON | {"flags"})
    if body.get("query") is None:
        raise parsing_error("[simple_query_string] query text missing")
    return SimpleQueryString(
        query=text(where, "query", body["query"]),
        fields=texts(where, "fields", body.get("fields", ())),
        default_operator=read_operator(body.get("default_operator", "OR")),
        lenient=boolean(body.get("lenient", False)),
        analyze_wildcard=boolean(body.get("analyze_wildcard", False)),
        minimum_should_match=optional_text(
            where, "minimum_should_match", body.get("minimum_should_match")
        ),
        boost=read_boost(where, body),
        name=read_name(where, body),
    )


PARSERS: dict[str, Callable[[str, JsonObject], Query]] = {
    "match": _match,
    "match_phrase": _match_phrase,
    "match_phrase_prefix": _match_phrase_prefix,
    "match_bool_prefix": _match_bool_prefix,
    "multi_match": _multi_match,
    "query_string": _query_string,
    "simple_query_string": _simple_query_string,
}
