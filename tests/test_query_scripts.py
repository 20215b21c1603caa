"""Searches whose fields are computed: against what Python makes of the same documents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from job_api import Api, opened
from query_tables import NOW, make_target

from adcore.query.errors import SearchError
from adcore.query.filter import filter_sql
from adcore.query.limits import Limits
from adcore.query.run import count, search
from adcore.store.index_entry import Target

BEGIN, HOUR = 1_454_976_000_000, 3_600_000
PROPERTIES = {
    "t": {"type": "date"}, "n": {"type": "long"}, "x": {"type": "double"},
    "host": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
    "tags": {"type": "keyword"}, "some": {"type": "long"},
}  # fmt: skip
DOCUMENTS = [
    {"t": BEGIN + n * HOUR, "n": n, "x": n / 2, "host": f"web-{n % 3}",
     "tags": [f"t{n % 2}", f"t{n % 5}"], **({"some": n} if n % 4 == 0 else {})}
    for n in range(60)
]  # fmt: skip
RUNTIME: dict[str, Any] = {
    "hour": {"type": "long", "script": "emit(doc['t'].value.hour)"},
    "place": {"type": "keyword", "script": {
        "source": "emit(doc['host.keyword'].value + params.sign + doc['hour'].value)",
        "params": {"sign": "@"}}},
    "twice": {"type": "double", "script": "emit(doc['x'].value); emit(doc['x'].value * 2)"},
    "evening": {"type": "boolean", "script": "emit(doc['t'].value.hour >= 18)"},
    "next": {"type": "date",
             "script": "emit(doc['t'].value.plusDays(1).toInstant().toEpochMilli())"},
    "perhaps": {"type": "long",
                "script": "if (doc['some'].size() > 0) { emit(doc['some'].value) }"},
    "n": {"type": "keyword"},
}  # fmt: skip


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


@pytest.fixture(scope="module")
def target(connection: duckdb.DuckDBPyConnection) -> Target:
    return make_target(connection, "logs", DOCUMENTS, PROPERTIES)


class Asked:
    """Searches over the documents."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, target: Target) -> None:
        self.connection, self.target = connection, target

    def __call__(self, body: Any, limits: Limits | None = None) -> Any:
        body = {"runtime_mappings": RUNTIME} | body
        return search([self.target], body, self.connection, lambda: NOW, limits=limits or Limits())

    def numbers(self, query: Any, **body: Any) -> list[int]:
        found = self({"query": query, "size": 100, "sort": [{"t": "asc"}]} | body)
        numbers = [hit["_source"]["n"] for hit in found["hits"]["hits"]]
        assert found["hits"]["total"]["value"] == len(numbers)
        return numbers

    def count(self, query: Any) -> Any:
        return count([self.target], {"query": query}, self.connection, lambda: NOW)["count"]


@pytest.fixture
def asked(connection: duckdb.DuckDBPyConnection, target: Target) -> Asked:
    return Asked(connection, target)


def where(condition: Any) -> list[int]:
    return [n for n in range(60) if condition(n)]


def hour(n: int) -> int:
    return n % 24


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"term": {"hour": 5}}, lambda n: hour(n) == 5),
        ({"range": {"hour": {"gte": 22}}}, lambda n: hour(n) >= 22),
        ({"term": {"place": "web-1@4"}}, lambda n: n % 3 == 1 and hour(n) == 4),
        ({"wildcard": {"place": "*@23"}}, lambda n: hour(n) == 23),
        ({"term": {"evening": True}}, lambda n: hour(n) >= 18),
        # Of several values one has to fit.
        ({"term": {"twice": 8}}, lambda n: n in (8, 16)),
        ({"range": {"next": {"lt": "2016-02-10T02:00:00Z"}}}, lambda n: n < 2),
        ({"exists": {"field": "perhaps"}}, lambda n: n % 4 == 0),
        ({"bool": {"filter": [{"range": {"x": {"gte": 20}}}, {"term": {"hour": 1}}],
                   "must_not": [{"term": {"place": "web-1@1"}}]}},
         lambda n: n >= 40 and hour(n) == 1 and n % 3 != 1),
        ({"query_string": {"query": "hour:7 OR hour:8"}}, lambda n: hour(n) in (7, 8)),
        # A type that the index does not give.
        ({"prefix": {"n": "5"}}, lambda n: str(n).startswith("5")),
        ({"script": {"script": "doc['n'].value.startsWith('4')"}},
         lambda n: str(n).startswith("4")),
        ({"script": {"script": {"source": "doc['t'].value.hour % params.m == 0 && doc['x'].value "
                                          "> 10", "params": {"m": 7}}, "boost": 2}},
         lambda n: hour(n) % 7 == 0 and n > 20),
        ({"bool": {"should": [{"script": {"script": "doc['hour'].value == 3"}},
                              {"script": {"script": "doc['tags'].size() == 1"}}]}},
         lambda n: hour(n) == 3 or n % 2 == n % 5),
        ({"bool": {"must_not": [{"script": {"script": "doc['some'].empty"}}]}},
         lambda n: n % 4 == 0),
    ],
)  # fmt: skip
def test_which_documents(asked: Asked, query: Any, condition: Any) -> None:
    assert asked.numbers(query) == where(condition)


def test_sorts_and_aggregations(asked: Asked) -> None:
    found = asked({
        "size": 3, "sort": [{"hour": "desc"}, {"t": "desc"}],
        "aggs": {
            "places": {"terms": {"field": "place", "size": 100}},
            "days": {"date_histogram": {"field": "next", "calendar_interval": "day"},
                     "aggs": {"most": {"max": {"field": "twice"}}}},
            "late": {"filter": {"script": {"script": "doc['t'].value.hour >= 18"}}},
        },
    })  # fmt: skip
    assert [hit["sort"][0] for hit in found["hits"]["hits"]] == [23, 23, 22]
    results = found["aggregations"]
    assert len(results["places"]["buckets"]) == len({(n % 3, hour(n)) for n in range(60)})
    days = results["days"]["buckets"]
    assert [(each["doc_count"], each["most"]["value"]) for each in days] == [
        (24, 23.0), (24, 47.0), (12, 59.0),
    ]  # fmt: skip
    assert results["late"]["doc_count"] == len(where(lambda n: hour(n) >= 18))


def test_a_script_says_the_order(asked: Asked) -> None:
    script = {"source": "doc['t'].value.hour * params.sign", "params": {"sign": -1}}
    by = {"_script": {"type": "number", "script": script, "order": "asc"}}
    found = asked({"query": {"range": {"x": {"lt": 25}}}, "size": 60, "sort": [by, {"t": "asc"}]})
    expected = sorted(where(lambda n: n < 50), key=lambda n: (-hour(n), n))
    hits = found["hits"]["hits"]
    assert [hit["_source"]["n"] for hit in hits] == expected
    assert [hit["sort"][0] for hit in hits] == [float(-hour(n)) for n in expected]
    later = asked({"query": {"range": {"x": {"lt": 25}}}, "size": 60, "sort": [by, {"t": "asc"}],
                   "search_after": hits[20]["sort"]})  # fmt: skip
    assert [hit["_source"]["n"] for hit in later["hits"]["hits"]] == expected[21:]
    names = {"_script": {"type": "string", "script": "doc['host.keyword'].value + 'x'",
                         "order": "desc"}}  # fmt: skip
    assert asked({"size": 1, "sort": names})["hits"]["hits"][0]["sort"] == ["web-2x"]


def test_a_script_says_the_score(asked: Asked) -> None:
    inner = {"range": {"x": {"gte": 20}}}
    query = {"script_score": {"query": inner, "script": "doc['t'].value.hour * 2", "boost": 3}}
    found = asked({"query": query, "size": 60})
    expected = sorted(where(lambda n: n >= 40), key=lambda n: (-hour(n), n))
    assert [(hit["_source"]["n"], hit["_score"]) for hit in found["hits"]["hits"]] == [
        (n, 6.0 * hour(n)) for n in expected
    ]
    assert found["hits"]["max_score"] == 138.0
    query["script_score"]["min_score"] = 60
    assert asked.count({"bool": {"must": [query]}}) == len(
        where(lambda n: n >= 40 and hour(n) >= 10)
    )


def test_top_hits_show_what_scripts_make(asked: Asked) -> None:
    start = (
        'LocalDateTime.ofEpochSecond((doc["t"].value.toInstant().toEpochMilli() - doc["n"]'
        '.size() * 1000\n * params.padding) / 1000, 0, ZoneOffset.UTC).toString() + ":00.000Z"'
    )
    top = {"top_hits": {
        "size": 1, "sort": [{"x": {"order": "desc"}}], "_source": {"includes": ["x"]},
        "fields": ["hour"],
        "script_fields": {
            "start": {"script": {"lang": "painless", "source": start, "params": {"padding": 3600}}},
            "rounded": {"script": {"lang": "painless", "source": "Math.round(doc['x'].value)"}},
        },
    }}  # fmt: skip
    found = asked({"size": 0, "aggs": {"few": {"filter": {"range": {"x": {"lt": 11}}},
                                               "aggs": {"top": top}}}})  # fmt: skip
    (hit,) = found["aggregations"]["few"]["top"]["hits"]["hits"]
    assert hit["_source"] == {"x": 10.5}
    assert hit["fields"] == {"hour": [21], "start": ["2016-02-09T20:00:00.000Z"], "rounded": [11]}


def test_what_hits_show(asked: Asked) -> None:
    body: dict[str, Any] = {
        "query": {"term": {"x": 2.0}},
        "fields": ["ho*", {"field": "next", "format": "yyyy-MM-dd"}, "perhaps", "twice"],
        "script_fields": {
            "square": {"script": {"source": "doc['x'].value * doc['x'].value"}},
            "day": {"script": "doc['t'].value.dayOfWeekEnum.toString()"},
            "none": {"script": "doc['host'].value / 2", "ignore_failure": True},
        },
    }
    (hit,) = asked(body)["hits"]["hits"]
    assert hit["fields"] == {
        "host": ["web-1"], "host.keyword": ["web-1"], "hour": [4], "next": ["2016-02-10"],
        "perhaps": [4], "twice": [2.0, 4.0], "square": [4.0], "day": ["TUESDAY"],
    }  # fmt: skip
    # Who asks for script fields has to ask for the document as well.
    assert "_source" not in hit
    (hit,) = asked(body | {"_source": ["x"]})["hits"]["hits"]
    assert hit["_source"] == {"x": 2.0}


def test_counts(asked: Asked) -> None:
    assert asked.count({"script": {"script": "doc['x'].value > 20"}}) == 19
    with pytest.raises(SearchError, match=r"request does not support \[runtime_mappings\]"):
        count([asked.target], {"runtime_mappings": RUNTIME}, asked.connection, lambda: NOW)


def test_nothing_is_left_behind(asked: Asked) -> None:
    asked.numbers({"term": {"hour": 5}})
    with pytest.raises(SearchError):
        asked.numbers({"script": {"script": "1 / 0 == 1"}})
    tables = asked.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    assert not [name for (name,) in tables if name.startswith("computed:")]


MISSING = (
    "A document doesn't have a value for a field! Use doc[<field>].size()==0 to check if a "
    "document is missing a field!"
)


@pytest.mark.parametrize(
    ("body", "reason", "cause"),
    [
        ({"query": {"script": {"script": "doc['some'].value > 1"}}}, "runtime error", MISSING),
        ({"query": {"script": {"script": "doc['no'].value > 1"}}}, "runtime error",
         "No field found for [no] in mapping"),
        ({"query": {"script": {"script": "doc['x'].value.hour > 1"}}}, "runtime error",
         "values of these types do not go together"),
        ({"script_fields": {"a": {"script": "doc['tags'][7]"}}}, "runtime error",
         "Index 7 out of bounds for length 1"),
        ({"query": {"script": {"script": "for (;;) {}"}}}, "compile error",
         "[(;;) {}] at line 1, column 5 is not supported in scripts"),
        ({"script_fields": {"a": {"script": "System.exit(1)"}}}, "compile error", "[exit()] is"),
        ({"runtime_mappings": {"a": {"type": "long", "script": "emit("}}}, "compile error",
         "the script ends before it is complete"),
        ({"runtime_mappings": {
            "a": {"type": "long", "script": "emit(doc['b'].value)"},
            "b": {"type": "long", "script": "emit(doc['a'].value)"}},
          "query": {"term": {"a": 1}}}, "runtime error",
         "Cyclic dependency detected while resolving runtime fields: a -> b -> a"),
    ],
)  # fmt: skip
def test_scripts_that_fail(asked: Asked, body: Any, reason: str, cause: str) -> None:
    with pytest.raises(SearchError) as caught:
        asked(body)
    error: Any = caught.value.body()
    root = error["error"]["root_cause"][0]
    assert (error["status"], root["type"], root["reason"], root["lang"]) == (
        400, "script_exception", reason, "painless",
    )  # fmt: skip
    assert root["script"] == root["script_stack"][0]
    assert error["error"]["type"] == "search_phase_execution_exception"
    assert error["error"]["failed_shards"][0]["reason"]["caused_by"]["reason"].startswith(cause)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"runtime_mappings": {"a": {"type": "geo_point"}}},
         ("runtime field [a] of type [geo_point]: the type must be one of [boolean, date, double, "
          "ip, keyword, long]")),
        ({"runtime_mappings": {"a": {"type": "long", "x": 1}}},
         "unknown parameter [x] on runtime field [a]"),
        ({"runtime_mappings": {"a": {"type": "long", "format": "yyyy"}}},
         "unknown parameter [format] on runtime field [a]"),
        ({"runtime_mappings": {"a": {"type": "long", "on_script_error": "x"}}},
         ("Unknown value [x] for field [on_script_error] - accepted values are [fail, "
          "continue]")),
        ({"runtime_mappings": []}, "Expected [START_OBJECT] in [runtime_mappings]"),
        ({"script_fields": {"a": {"source": "1"}}}, "Unknown key for a VALUE_STRING in [source]."),
        ({"query": {"script": {"script": "1 == 1", "x": 1}}}, "[script] query does not support"),
        ({"query": {"script_score": {"script": "1"}}}, "query must be provided with a"),
        ({"query": {"script_score": {"query": {"match_all": {}}}}}, "script must be provided with"),
        ({"query": {"script_score": {"query": {"match_all": {}}, "script": "-doc['x'].value"}}},
         "script_score script returned an invalid score [-0.5]. Must be a non-negative score!"),
        ({"sort": {"_script": {"type": "ip", "script": "1"}}}, "Unknown ScriptSortType [ip]"),
        ({"sort": {"_script": {"type": "number", "script": "1", "x": 1}}},
         "[_script] unknown field [x]"),
        ({"sort": {"_script": {"type": "number"}}}, "compile error"),
        ({"sort": {"_script": "desc"}}, "[_script] malformed sort format"),
    ],
)  # fmt: skip
def test_what_is_refused(asked: Asked, body: Any, reason: str) -> None:
    with pytest.raises(SearchError) as caught:
        asked(body)
    assert caught.value.reason.startswith(reason)


def test_runtime_fields_that_may_fail(asked: Asked) -> None:
    failing = {"type": "long", "script": "emit(doc['some'].value)", "on_script_error": "continue"}
    found = asked.numbers({"exists": {"field": "a"}}, runtime_mappings={"a": failing})
    assert found == where(lambda n: n % 4 == 0)


def test_steps_are_bounded(asked: Asked) -> None:
    with pytest.raises(SearchError, match=r"\[script\] Too many steps") as caught:
        asked({"query": {"term": {"hour": 1}}}, Limits(script_steps=100))
    assert caught.value.status == 429
    # What cannot match anyway is not computed, nor is what nobody asks for.
    few = {"bool": {"filter": [{"range": {"x": {"lt": 2}}}, {"term": {"hour": 1}}]}}
    assert asked({"query": few}, Limits(script_steps=100))["hits"]["total"]["value"] == 1
    assert asked({"size": 0}, Limits(script_steps=0))["hits"]["total"]["value"] == 60


def test_conditions_of_others_have_no_scripts(asked: Asked) -> None:
    with pytest.raises(SearchError, match="can stand in searches and counts alone"):
        filter_sql({"script": {"script": "1 == 1"}}, asked.target.mapping, now=0)


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(["<", ">=", "==", "!="]))
@settings(max_examples=30, deadline=None)
def test_any_comparison(
    connection: duckdb.DuckDBPyConnection, target: Target, at: int, least: int, sign: str
) -> None:
    compare = {"<": int.__lt__, ">=": int.__ge__, "==": int.__eq__, "!=": int.__ne__}[sign]
    script = f"doc['t'].value.plusHours({least}).hour {sign} {at}"
    query = {"bool": {"filter": [{"range": {"x": {"gte": least / 2}}},
                                 {"script": {"script": script}}]}}  # fmt: skip
    start = datetime(2016, 2, 9, tzinfo=timezone.utc)
    assert Asked(connection, target).numbers(query) == where(
        lambda n: n >= least and compare((start + timedelta(hours=n + least)).hour, at)
    )


def test_over_http(tmp_path: Any) -> None:
    with opened(tmp_path) as api:
        api.store.documents.create_index("logs", {"properties": PROPERTIES})
        for document in DOCUMENTS[:30]:
            api.store.documents.index("logs", document)
        late = {"term": {"hour": 23}}
        body = {"query": late, "runtime_mappings": {"hour": RUNTIME["hour"]}, "fields": ["hour"]}
        found = api.ok("POST", "/logs/_search", body)["hits"]
        assert [hit["fields"] for hit in found["hits"]] == [{"hour": [23]}]
        script = {"query": {"script": {"script": "doc['t'].value.hour == 23"}}}
        assert api.ok("POST", "/logs/_count", script)["count"] == 1
        assert told(api, body, script, {"query": {"script": {"script": "x"}}}) == [1, 1, 400]
        page = api.ok("POST", "/logs/_search?scroll=1m", body | {"size": 1})
        again = {"scroll_id": page["_scroll_id"], "scroll": "1m"}
        assert api.ok("POST", "/_search/scroll", again)["hits"]["hits"] == []


def told(api: Api, *bodies: Any) -> list[Any]:
    """How many each search of an ``_msearch`` finds, or the status of its error."""
    head: dict[str, Any] = {}
    lines = msgspec.json.Encoder().encode_lines([each for body in bodies for each in (head, body)])
    answers = api.ok("POST", "/logs/_msearch", content=lines)["responses"]
    return [each["hits"]["total"]["value"] if "hits" in each else each["status"]
            for each in answers]  # fmt: skip
