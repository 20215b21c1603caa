"""What the search language refuses, word by word, and how queries are given back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore.dates.formats import date_format, parse_zone
from adcore.query.date_math import parse_date
from adcore.query.errors import SearchError, ShardSearchError
from adcore.query.limits import Limits
from adcore.query.normalise import normalise_aggregations, normalise_query
from adcore.query.syntax.parse_aggregation import parse_aggregations
from adcore.query.syntax.parse_query import parse_query
from adcore.query.syntax.request import parse_request

Json = Any
PARSING, ILLEGAL = "parsing_exception", "illegal_argument_exception"
WINDOW = (
    "Result window is too large, from + size must be less than or equal to: [10000] but was "
    "[10001]. See the scroll api for a more efficient way to request large data sets. This limit "
    "can be set by changing the [index.max_result_window] index level setting."
)

QUERY_ERRORS: list[tuple[Json, str, str]] = [
    ({"x": {}}, PARSING, "unknown query [x]"),
    ({"term": 5}, PARSING, "[term] query malformed, no start_object after query name"),
    ({"bool": []}, PARSING, "[bool] query malformed, no start_object after query name"),
    (5, PARSING, "[_na] query malformed, must start with start_object"),
    ({}, ILLEGAL, "query malformed, empty clause found"),
    (
        {"term": {"a": 1}, "match_all": {}},
        PARSING,
        "[term] malformed query, expected [END_OBJECT] but found [FIELD_NAME]",
    ),
    (
        {"term": {"a": 1, "b": 2}},
        PARSING,
        "[term] query doesn't support multiple fields, found [a] and [b]",
    ),
    ({"term": {"a": [1]}}, PARSING, "[term] query does not support array of values"),
    ({"term": {"a": {"x": 1}}}, PARSING, "[term] query does not support [x]"),
    ({"term": {}}, ILLEGAL, "field name is null or empty"),
    ({"term": {"a": None}}, ILLEGAL, "value cannot be null"),
    ({"terms": {"a": 1}}, PARSING, "[terms] query does not support [a]"),
    ({"terms": {"a": [1], "b": [2]}}, PARSING, "[terms] query does not support multiple fields"),
    ({"range": {"a": {"above": 1}}}, PARSING, "[range] query does not support [above]"),
    ({"bool": {"musty": {}}}, PARSING, "[bool] query does not support [musty]"),
    ({"bool": {"must": [{"x": {}}]}}, PARSING, "unknown query [x]"),
    ({"exists": {}}, PARSING, "[exists] must be provided with a [field]"),
    ({"nested": {"query": {"match_all": {}}}}, PARSING, "[nested] requires 'path' field"),
    ({"nested": {"path": "e"}}, PARSING, "[nested] requires 'query' field"),
    ({"constant_score": {}}, PARSING, "[constant_score] requires a 'filter' element"),
    ({"match": {"a": {"query": None}}}, PARSING, "No text specified for text query"),
    ({"query_string": {}}, PARSING, "[query_string] must be provided with a [query]"),
    (
        {"term": {"a": {"value": 1, "boost": -1}}},
        ILLEGAL,
        "negative [boost] are not allowed in [term], use a value between 0 and 1 to deboost",
    ),
    (
        {"wildcard": {"a": {"value": "b", "case_insensitive": "yes"}}},
        ILLEGAL,
        "Failed to parse value [yes] as only [true] or [false] are allowed.",
    ),
]

AGGREGATION_ERRORS: list[tuple[Json, str, str]] = [
    ({"a": {"x": {}}}, PARSING, "Unknown aggregation type [x]"),
    ({"a": {}}, PARSING, "Missing definition for aggregation [a]"),
    (
        {"a": {"max": {"field": "v"}, "min": {"field": "v"}}},
        PARSING,
        "Found two aggregation type definitions in [a]: [max] and [min]",
    ),
    (
        {"a>b": {"max": {"field": "v"}}},
        PARSING,
        (
            "Invalid aggregation name [a>b]. Aggregation names can contain any character except "
            "'[', ']', and '>'"
        ),
    ),
    (
        {"a": {"max": 5}},
        PARSING,
        "Expected [START_OBJECT] under [max], but got a [VALUE_NUMBER] in [a]",
    ),
    (
        {"a": {"max": {}}},
        ILLEGAL,
        "Required one of fields [field, script], but none were specified. ",
    ),
    (
        {"a": {"max": {"field": "v", "y": 1}}},
        "x_content_parse_exception",
        "[max] unknown field [y]",
    ),
    (
        {"a": {"max": {"field": "v"}, "aggs": {"b": {"max": {"field": "v"}}}}},
        ILLEGAL,
        "Aggregator [a] of type [max] cannot accept sub-aggregations",
    ),
    (
        {"a": {"terms": {"field": "v", "size": 0}}},
        ILLEGAL,
        "[size] must be greater than 0. Found [0] in [a]",
    ),
    (
        {"a": {"date_histogram": {"field": "t"}}},
        ILLEGAL,
        "Invalid interval specified, must be non-null and non-empty",
    ),
    (
        {"a": {"date_histogram": {"field": "t", "calendar_interval": "7d"}}},
        ILLEGAL,
        "The supplied interval [7d] could not be parsed as a calendar interval.",
    ),
    ({"a": {"composite": {}}}, ILLEGAL, "Composite [sources] cannot be null or empty"),
    (
        {"a": {"composite": {"sources": [{"k": {"terms": {"field": "v"}}}], "after": {}}}},
        ILLEGAL,
        "[after] has 0 value(s) but [sources] has 1",
    ),
    (
        {"a": {"composite": {"sources": [{"k": {"terms": {"field": "v"}}}], "after": {"x": 1}}}},
        ILLEGAL,
        "Missing value for [after.k]",
    ),
    (5, PARSING, "Unexpected token VALUE_NUMBER in [aggs]. Expected START_OBJECT"),
]

REQUEST_ERRORS: list[tuple[Json, str, str]] = [
    ({"size": 10_001}, ILLEGAL, WINDOW),
    ({"from": 9_999, "size": 2}, ILLEGAL, WINDOW),
    ({"size": -1}, ILLEGAL, "[size] parameter cannot be negative, found [-1]"),
    ({"foo": {}}, PARSING, "Unknown key for a START_OBJECT in [foo]."),
    ({"foo": "x"}, PARSING, "Unknown key for a VALUE_STRING in [foo]."),
    ({"search_after": [1]}, ILLEGAL, "Sort must contain at least one field."),
    (
        {"search_after": [1, 2], "sort": ["a"]},
        ILLEGAL,
        "search_after has 2 value(s) but sort has 1.",
    ),
    ({"rescore": {"a": {}}}, ILLEGAL, "[rescore] is not supported"),
    ({"query": {"script": {}}}, PARSING, "script must be provided with a [script] query"),
]  # fmt: skip


def shown(each: object) -> str:
    return str(each)[:60]


def refused(call: Any, content: Json) -> SearchError:
    with pytest.raises(SearchError) as caught:
        call(content)
    return caught.value


@pytest.mark.parametrize(("content", "kind", "reason"), QUERY_ERRORS, ids=shown)
def test_a_query_is_refused(content: Json, kind: str, reason: str) -> None:
    error = refused(parse_query, content)
    assert (error.type, error.reason, error.status) == (kind, reason, 400)
    assert error.body() == {
        "error": {
            "root_cause": [{"type": kind, "reason": reason}],
            "type": kind,
            "reason": reason,
        },
        "status": 400,
    }


@pytest.mark.parametrize(("content", "kind", "reason"), AGGREGATION_ERRORS, ids=shown)
def test_an_aggregation_is_refused(content: Json, kind: str, reason: str) -> None:
    error = refused(parse_aggregations, content)
    assert (error.type, error.reason) == (kind, reason)


@pytest.mark.parametrize(("content", "kind", "reason"), REQUEST_ERRORS, ids=shown)
def test_a_request_is_refused(content: Json, kind: str, reason: str) -> None:
    error = refused(parse_request, content)
    assert (error.type, error.reason) == (kind, reason)


def test_too_many_clauses() -> None:
    clauses = [{"term": {"a": at}} for at in range(1025)]
    parse_query({"bool": {"should": clauses[:1024]}})
    error = refused(parse_query, {"bool": {"should": clauses}})
    assert isinstance(error, ShardSearchError)
    assert error.reason == "failed to create query: maxClauseCount is set to 1024"
    assert error.cause is not None
    assert error.cause.type == "too_many_clauses"
    body: Json = error.body()
    assert body["error"]["type"] == "search_phase_execution_exception"
    assert body["error"]["root_cause"][0]["type"] == "query_shard_exception"


def test_too_deep() -> None:
    query: Json = {"match_all": {}}
    for _ in range(5):
        query = {"bool": {"must": query}}
    parse_query(query, Limits(depth=5))
    assert "nested depth" in refused(lambda each: parse_query(each, Limits(depth=4)), query).reason


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["field", "desc", "1d", "now", "v"]),
    lambda below: st.lists(below, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            [
                "query", "bool", "must", "should", "term", "terms", "range", "match",
                "query_string",
                "fields", "nested", "path", "aggs", "a", "date_histogram", "field", "composite",
                "sources", "sort", "order", "size", "from", "_source", "filters", "filter", "max",
                "gte", "value", "boost", "top_hits", "ranges", "after", "format", "interval",
                "calendar_interval", "offset", "percentiles", "percents", "exists",
                "track_total_hits",
                "search_after", "missing", "minimum_should_match", "bucket_sort", "extended_bounds",
            ]
        ),
        below, max_size=4,
    ),
    max_leaves=25,
)  # fmt: skip


@given(JSON)
def test_any_json_is_parsed_or_refused(content: Json) -> None:
    for parse in (parse_query, parse_aggregations, parse_request):
        try:
            parse(content)
        except SearchError as error:
            # Either way is right; an error of another kind is not.
            assert error.reason  # noqa: PT017


NORMALISED: list[tuple[Json, Json]] = [
    (
        {"range": {"f": {"gt": 1}}},
        {
            "range": {
                "f": {
                    "from": 1, "to": None, "include_lower": False, "include_upper": True,
                    "boost": 1,
                }
            }
        },
    ),
    (
        {"range": {"f": {"gte": 1, "lt": "now", "time_zone": "+01:00", "format": "epoch_millis"}}},
        {
            "range": {
                "f": {
                    "from": 1, "to": "now", "include_lower": True, "include_upper": False,
                    "time_zone": "+01:00", "format": "epoch_millis", "boost": 1,
                }
            }
        },
    ),
    (
        {"range": {"f": {"lte": 2.5}}},
        {
            "range": {
                "f": {
                    "from": None, "to": 2.5, "include_lower": True, "include_upper": True,
                    "boost": 1,
                }
            }
        },
    ),
    (
        {"bool": {"must_not": {"exists": {"field": "a"}}, "should": [{"term": {"b": 1}}]}},
        {
            "bool": {
                "must_not": [{"exists": {"field": "a", "boost": 1}}],
                "should": [{"term": {"b": {"value": 1, "boost": 1}}}],
                "adjust_pure_negative": True,
                "boost": 1,
            }
        },
    ),
    (
        {"bool": {"should": [{"match_all": {}}], "minimum_should_match": 1}},
        {
            "bool": {
                "should": [{"match_all": {"boost": 1}}],
                "adjust_pure_negative": True,
                "minimum_should_match": "1",
                "boost": 1,
            }
        },
    ),
    ({"term": {"f": "v"}}, {"term": {"f": {"value": "v", "boost": 1}}}),
    (
        {"term": {"f": {"value": "v", "boost": 1.5}}},
        {"term": {"f": {"value": "v", "boost": 1.5}}},
    ),
    ({"terms": {"f": [1, 2]}}, {"terms": {"f": [1, 2], "boost": 1}}),
    ({"exists": {"field": "f"}}, {"exists": {"field": "f", "boost": 1}}),
    ({"match_all": {}}, {"match_all": {"boost": 1}}),
    ({}, {"match_all": {"boost": 1}}),
    ({"wildcard": {"f": "v*"}}, {"wildcard": {"f": {"wildcard": "v*", "boost": 1}}}),
    ({"prefix": {"f": "v"}}, {"prefix": {"f": {"value": "v", "boost": 1}}}),
    (
        {"match": {"f": "v"}},
        {
            "match": {
                "f": {
                    "query": "v", "operator": "OR", "prefix_length": 0, "max_expansions": 50,
                    "fuzzy_transpositions": True, "lenient": False, "zero_terms_query": "NONE",
                    "auto_generate_synonyms_phrase_query": True, "boost": 1,
                }
            }
        },
    ),
]  # fmt: skip


@pytest.mark.parametrize(("content", "expected"), NORMALISED, ids=shown)
def test_a_query_is_given_back_normalised(content: Json, expected: Json) -> None:
    found: Json = normalise_query(content)
    assert found == expected
    (body,) = found.values()
    (wanted,) = expected.values()
    assert list(body) == list(wanted), "the order of keys is that of the API"
    assert normalise_query(found) == found


def test_the_filter_of_the_seed() -> None:
    sent = {
        "bool": {
            "filter": [{"range": {"value": {"gt": 1}}}], "adjust_pure_negative": True, "boost": 1,
        }
    }  # fmt: skip
    stored = {
        "bool": {
            "filter": [
                {
                    "range": {
                        "value": {
                            "from": 1, "to": None, "include_lower": False, "include_upper": True,
                            "boost": 1,
                        }
                    }
                }
            ],
            "adjust_pure_negative": True,
            "boost": 1,
        }
    }  # fmt: skip
    assert normalise_query(sent) == stored


def test_aggregations_are_given_back_as_sent_but_for_their_queries() -> None:
    sent = {
        "f": {
            "filter": {"term": {"a": 1}},
            "aggs": {"s": {"sum": {"field": "value", "missing": 0}}},
        }
    }
    assert normalise_aggregations(sent) == {
        "f": {
            "filter": {"term": {"a": {"value": 1, "boost": 1}}},
            "aggregations": {"s": {"sum": {"field": "value", "missing": 0}}},
        }
    }


ISO = date_format("strict_date_optional_time||epoch_millis")
NOON = 1_613_390_400_123  # 2021-02-15T12:00:00.123Z, a Monday
DATES = [
    ("now", False, "2021-02-15T12:00:00.123Z"),
    ("now/d", False, "2021-02-15T00:00:00.000Z"),
    ("now/d", True, "2021-02-15T23:59:59.999Z"),
    ("now-7d/d", False, "2021-02-08T00:00:00.000Z"),
    ("now-1M/M", True, "2021-01-31T23:59:59.999Z"),
    ("now+1h-30m", False, "2021-02-15T12:30:00.123Z"),
    ("now/w", False, "2021-02-15T00:00:00.000Z"),
    ("now/y", True, "2021-12-31T23:59:59.999Z"),
    ("2021-01-01||+1M/d", False, "2021-02-01T00:00:00.000Z"),
    ("2021-01-31||+1M", False, "2021-02-28T00:00:00.000Z"),
    ("2021-01", True, "2021-01-31T23:59:59.999Z"),
    (1_613_390_400_123, False, "2021-02-15T12:00:00.123Z"),
]


@pytest.mark.parametrize(("expression", "round_up", "expected"), DATES)
def test_date_math(expression: str | int, round_up: bool, expected: str) -> None:
    assert ISO.format(parse_date(expression, ISO, NOON, round_up=round_up)) == expected


def test_days_begin_where_the_zone_says() -> None:
    berlin = parse_zone("Europe/Berlin")
    assert ISO.format(parse_date("now/d", ISO, NOON, zone=berlin)) == "2021-02-14T23:00:00.000Z"


@pytest.mark.parametrize("expression", ["now-", "now+1x", "now/", "yesterday", "now+999999999y"])
def test_what_is_no_date(expression: str) -> None:
    with pytest.raises(SearchError) as caught:
        parse_date(expression, ISO, NOON)
    assert caught.value.type == "parse_exception"
