"""Syntax trees as normalised JSON, keys in the order of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from adcore.query.syntax import queries as q
from adcore.query.syntax.reader import format_number

__all__ = ["Echo", "echo_query"]

Echo = dict[str, object]


def echo_query(query: q.Query) -> Echo:
    """A syntax tree as normalised JSON."""
    name, body = _ECHOES[type(query)](query)
    return {name: body}


def _tail(query: q.Query) -> Echo:
    tail: Echo = {"boost": format_number(query.boost)}
    if query.name is not None:
        tail["_name"] = query.name
    return tail


def _given(**options: object) -> Echo:
    return {key: content for key, content in options.items() if content is not None}


def _insensitive(query: q.Term | q.Wildcard | q.Prefix | q.Regexp) -> Echo:
    return {"case_insensitive": True} if query.case_insensitive else {}


def _match_all(query: q.MatchAll) -> tuple[str, Echo]:
    return "match_all", _tail(query)


def _match_none(query: q.MatchNone) -> tuple[str, Echo]:
    return "match_none", _tail(query)


def _term(query: q.Term) -> tuple[str, Echo]:
    return "term", {query.field: {"value": query.value, **_insensitive(query), **_tail(query)}}


def _terms(query: q.Terms) -> tuple[str, Echo]:
    return "terms", {query.field: list(query.values), **_tail(query)}


def _terms_set(query: q.TermsSet) -> tuple[str, Echo]:
    options: Echo = {
        "terms": list(query.values),
        "minimum_should_match_field": query.minimum_should_match_field,
    }
    return "terms_set", {query.field: {**options, **_tail(query)}}


def _range(query: q.Range) -> tuple[str, Echo]:
    bounds: Echo = {
        "from": query.lower,
        "to": query.upper,
        "include_lower": query.include_lower,
        "include_upper": query.include_upper,
    }
    options = _given(time_zone=query.time_zone, format=query.format, relation=query.relation)
    return "range", {query.field: {**bounds, **options, **_tail(query)}}


def _exists(query: q.Exists) -> tuple[str, Echo]:
    return "exists", {"field": query.field, **_tail(query)}


def _wildcard(query: q.Wildcard) -> tuple[str, Echo]:
    body = {"wildcard": query.value, **_insensitive(query), **_tail(query)}
    return "wildcard", {query.field: body}


def _prefix(query: q.Prefix) -> tuple[str, Echo]:
    return "prefix", {query.field: {"value": query.value, **_insensitive(query), **_tail(query)}}


def _regexp(query: q.Regexp) -> tuple[str, Echo]:
    body: Echo = {"value": query.value, "flags_value": 255, **_insensitive(query)}
    return "regexp", {query.field: {**body, "max_determinized_states": 10000, **_tail(query)}}


def _fuzzy(query: q.Fuzzy) -> tuple[str, Echo]:
    body: Echo = {
        "value": query.value,
        "fuzziness": query.fuzziness,
        "prefix_length": query.prefix_length,
        "max_expansions": 50,
        "transpositions": True,
    }
    return "fuzzy", {query.field: {**body, **_tail(query)}}


def _ids(query: q.Ids) -> tuple[str, Echo]:
    return "ids", {"values": list(query.values), **_tail(query)}


def _match(query: q.Match) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "operator": query.operator,
        **_given(fuzziness=query.fuzziness),
        "prefix_length": query.prefix_length,
        "max_expansions": 50,
        **_given(minimum_should_match=query.minimum_should_match),
        "fuzzy_transpositions": True,
        "lenient": query.lenient,
        "zero_terms_query": query.zero_terms_query,
        "auto_generate_synonyms_phrase_query": True,
    }
    return "match", {query.field: {**body, **_tail(query)}}


def _match_phrase(query: q.MatchPhrase) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "slop": query.slop,
        "zero_terms_query": query.zero_terms_query,
    }
    return "match_phrase", {query.field: {**body, **_tail(query)}}


def _match_phrase_prefix(query: q.MatchPhrasePrefix) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "slop": query.slop,
        "max_expansions": 50,
        "zero_terms_query": "NONE",
    }
    return "match_phrase_prefix", {query.field: {**body, **_tail(query)}}


def _match_bool_prefix(query: q.MatchBoolPrefix) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "operator": query.operator,
        "prefix_length": 0,
        "max_expansions": 50,
        "fuzzy_transpositions": True,
    }
    return "match_bool_prefix", {query.field: {**body, **_tail(query)}}


def _weighted(fields: tuple[str, ...]) -> list[str]:
    """Every name with its factor.

    >>> _weighted(("a", "b^2"))
    ['a^1.0', 'b^2.0']
    """
    pairs = [field.rpartition("^") if "^" in field else (field, "^", "1") for field in fields]
    return [f"{name}^{float(factor)}" for name, _, factor in pairs]


def _multi_match(query: q.MultiMatch) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "fields": _weighted(query.fields),
        "type": query.type,
        "operator": query.operator,
        "slop": query.slop,
        **_given(fuzziness=query.fuzziness),
        "prefix_length": 0,
        "max_expansions": 50,
        **_given(minimum_should_match=query.minimum_should_match),
        **({"lenient": True} if query.lenient else {}),
        "zero_terms_query": "NONE",
        "auto_generate_synonyms_phrase_query": True,
        "fuzzy_transpositions": True,
    }
    return "multi_match", {**body, **_tail(query)}


def _query_string(query: q.QueryString) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        **_given(default_field=query.default_field),
        "fields": _weighted(query.fields),
        "type": query.type,
        "default_operator": query.default_operator.lower(),
        "max_determinized_states": 10000,
        "enable_position_increments": True,
        "fuzziness": "AUTO",
        "fuzzy_prefix_length": 0,
        "fuzzy_max_expansions": 50,
        "phrase_slop": 0,
        "analyze_wildcard": query.analyze_wildcard,
        **_given(minimum_should_match=query.minimum_should_match, time_zone=query.time_zone),
        **({"lenient": True} if query.lenient else {}),
        "escape": False,
        "auto_generate_synonyms_phrase_query": True,
        "fuzzy_transpositions": True,
    }
    return "query_string", {**body, **_tail(query)}


def _simple_query_string(query: q.SimpleQueryString) -> tuple[str, Echo]:
    body: Echo = {
        "query": query.query,
        "fields": _weighted(query.fields),
        "flags": -1,
        "default_operator": query.default_operator.lower(),
        **({"lenient": True} if query.lenient else {}),
        "analyze_wildcard": query.analyze_wildcard,
        **_given(minimum_should_match=query.minimum_should_match),
        "auto_generate_synonyms_phrase_query": True,
        "fuzzy_prefix_length": 0,
        "fuzzy_max_expansions": 50,
        "fuzzy_transpositions": True,
    }
    return "simple_query_string", {**body, **_tail(query)}


def _bool(query: q.Bool) -> tuple[str, Echo]:
    clauses = {
        "must": query.must,
        "filter": query.filter,
        "must_not": query.must_not,
        "should": query.should,
    }
    body: Echo = {
        name: [echo_query(clause) for clause in listed]
        for name, listed in clauses.items()
        if listed
    }
    body["adjust_pure_negative"] = query.adjust_pure_negative
    body |= _given(minimum_should_match=query.minimum_should_match)
    return "bool", {**body, **_tail(query)}


def _constant_score(query: q.ConstantScore) -> tuple[str, Echo]:
    return "constant_score", {"filter": echo_query(query.filter), **_tail(query)}


def _dis_max(query: q.DisMax) -> tuple[str, Echo]:
    body: Echo = {
        "tie_breaker": format_number(query.tie_breaker),
        "queries": [echo_query(clause) for clause in query.queries],
    }
    return "dis_max", {**body, **_tail(query)}


def _boosting(query: q.Boosting) -> tuple[str, Echo]:
    body: Echo = {
        "positive": echo_query(query.positive),
        "negative": echo_query(query.negative),
        "negative_boost": format_number(query.negative_boost),
    }
    return "boosting", {**body, **_tail(query)}


def _nested(query: q.Nested) -> tuple[str, Echo]:
    body: Echo = {
        "query": echo_query(query.query),
        "path": query.path,
        "ignore_unmapped": query.ignore_unmapped,
        "score_mode": query.score_mode,
    }
    return "nested", {**body, **_tail(query)}


_ECHOES = cast(
    "dict[type[q.Query], Callable[[q.Query], tuple[str, Echo]]]",
    {
        q.MatchAll: _match_all,
        q.MatchNone: _match_none,
        q.Term: _term,
        q.Terms: _terms,
        q.TermsSet: _terms_set,
        q.Range: _range,
        q.Exists: _exists,
        q.Wildcard: _wildcard,
        q.Prefix: _prefix,
        q.Regexp: _regexp,
        q.Fuzzy: _fuzzy,
        q.Ids: _ids,
        q.Match: _match,
        q.MatchPhrase: _match_phrase,
        q.MatchPhrasePrefix: _match_phrase_prefix,
        q.MatchBoolPrefix: _match_bool_prefix,
        q.MultiMatch: _multi_match,
        q.QueryString: _query_string,
        q.SimpleQueryString: _simple_query_string,
        q.Bool: _bool,
        q.ConstantScore: _constant_score,
        q.DisMax: _dis_max,
        q.Boosting: _boosting,
        q.Nested: _nested,
    },
)
