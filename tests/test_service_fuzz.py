"""Requests that are nearly right: each is answered, none is a fault of the service."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import anyio
import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adcore.service import create_app
from adcore.store import Store

JSON = {"content-type": "application/json"}
NOW = 1_700_000_000_000
FIELDS = {"properties": {"n": {"type": "long"}, "k": {"type": "keyword"}, "t": {"type": "date"}}}

# One body that each endpoint takes.
TAKEN: list[tuple[str, str, Any]] = [
    ("PUT", "/made", {"mappings": FIELDS, "settings": {"index": {"number_of_shards": 1}},
                      "aliases": {"other": {"filter": {"term": {"n": 1}}}}}),
    ("PUT", "/data/_mapping", {"properties": {"more": {"type": "text", "fields": {
        "raw": {"type": "keyword", "ignore_above": 10}}}}, "dynamic": True}),
    ("PUT", "/data/_settings", {"index": {"refresh_interval": "1s", "blocks": {"write": False}}}),
    ("POST", "/_aliases", {"actions": [{"add": {"index": "data", "alias": "a", "filter": {
        "term": {"k": "x"}}, "is_write_index": True}}]}),
    ("PUT", "/data/_alias/b", {"filter": {"range": {"n": {"gte": 1}}}, "is_write_index": True}),
    ("POST", "/data/_update/1", {"doc": {"n": 2}, "upsert": {"n": 3}, "doc_as_upsert": False,
                                 "detect_noop": True, "_source": ["n"], "if_seq_no": 0,
                                 "if_primary_term": 1}),
    ("PUT", "/data/_doc/1", {"n": 1, "k": ["a", "b"], "t": "2020-01-01", "o": {"p": [1.5]}}),
    ("POST", "/data/_search", {"query": {"bool": {"filter": [{"range": {"n": {"gte": 1}}}]}},
                               "sort": [{"n": {"order": "desc"}}], "size": 1, "from": 0,
                               "_source": {"includes": ["n"]}, "track_total_hits": True,
                               "aggs": {"k": {"terms": {"field": "k", "size": 3}}}}),
    ("POST", "/data/_search?scroll=1m", {"sort": ["n"], "size": 1, "aggs": {
        "m": {"max": {"field": "n"}}}}),
    ("POST", "/_search", {"pit": {"id": "x", "keep_alive": "1m"}, "sort": [{"n": "asc"}],
                          "search_after": [1, 2]}),
    ("POST", "/_search/scroll", {"scroll_id": "x", "scroll": "1m"}),
    ("DELETE", "/_search/scroll", {"scroll_id": ["x"]}),
    ("DELETE", "/_search/point_in_time", {"pit_id": ["x"]}),
    ("POST", "/data/_count", {"query": {"terms": {"k": ["a"]}}}),
    ("POST", "/data/_validate/query", {"query": {"match": {"k": {"query": "a"}}}}),
    ("POST", "/data/_delete_by_query", {"query": {"ids": {"values": ["9"]}}, "max_docs": 1,
                                        "conflicts": "proceed"}),
    ("POST", "/_mget", {"docs": [{"_index": "data", "_id": "1", "_source": ["n"]}]}),
    ("POST", "/data/_mget", {"ids": ["1", "2"]}),
    ("POST", "/data/_field_caps", {"fields": ["n", "k*"]}),
]  # fmt: skip
LINES: list[tuple[str, list[Any]]] = [
    ("/_bulk", [{"index": {"_index": "data", "_id": "1", "routing": "r"}}, {"n": 1},
                {"update": {"_index": "data", "_id": "1", "retry_on_conflict": 3}},
                {"doc": {"n": 2}, "upsert": {"n": 1}},
                {"create": {"_index": "data", "if_seq_no": 1, "if_primary_term": 1}}, {"k": "x"},
                {"delete": {"_index": "data", "_id": "9", "require_alias": False}}]),
    ("/_msearch", [{"index": ["data"], "preference": "p"}, {"query": {"match_all": {}}},
                   {"index": "data"}, {"size": 0}]),
]  # fmt: skip

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**65), 2**65),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "*", "data", "_all", "-1", "true", "n", "1m", "\x00", "ü", "a.b", "."]),
)
values = st.one_of(
    scalars,
    st.lists(scalars, max_size=2),
    st.dictionaries(
        st.sampled_from(["", "n", "type", "query", "a.b", "\x00"]), scalars, max_size=2
    ),
)


def places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


def replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied = body.copy()
    copied[path[0]] = replaced(body[path[0]], path[1:], value)
    return copied


@st.composite
def nearly(draw: st.DrawFn, body: Any) -> Any:
    """The body with something else in one or two places of it."""
    for _ in range(draw(st.integers(1, 2))):
        path = draw(st.sampled_from(list(places(body))))
        body = replaced(body, path, draw(values))
    return body


def ask(requests: list[tuple[str, str, bytes]]) -> list[httpx.Response]:
    """The answers of a fresh service that has one document."""

    async def send(store: Store) -> list[httpx.Response]:
        app = create_app(store, clock=lambda: NOW)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return [
                await http.request(method, path, content=content, headers=JSON)
                for method, path, content in requests
            ]

    with Store.open(None, threads=1, clock=lambda: NOW) as store:
        store.documents.create_index("data", FIELDS)
        store.documents.index("data", {"n": 1, "k": "a", "t": NOW}, "1")
        return anyio.run(send, store)


def check(answer: httpx.Response, caplog: pytest.LogCaptureFixture) -> None:
    faults = [record.exc_info for record in caplog.records if record.levelno >= logging.ERROR]
    assert answer.status_code < 500, (answer.request.content, answer.text, faults)
    json.loads(answer.content)


def test_all_are_taken_as_they_are() -> None:
    requests = [(m, p, json.dumps(b).encode()) for m, p, b in TAKEN]
    missing = {"/_search", "/_search/scroll", "/_search/point_in_time"}
    for answer, (_, path, _) in zip(ask(requests), requests, strict=True):
        assert answer.status_code in ({404} if path in missing else {200, 201}), answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=2)
@given(data=st.data())
@pytest.mark.parametrize(("method", "path", "body"), TAKEN, ids=lambda x: str(x)[:30])
def test_bodies_that_are_nearly_right(
    method: str, path: str, body: Any, data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = data.draw(st.lists(nearly(body), min_size=20, max_size=20))
    caplog.clear()
    for answer in ask([(method, path, json.dumps(each).encode()) for each in bodies]):
        check(answer, caplog)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=4)
@given(data=st.data())
@pytest.mark.parametrize(("path", "lines"), LINES)
def test_lines_that_are_nearly_right(
    path: str, lines: list[Any], data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    drawn = data.draw(st.lists(nearly(lines), min_size=20, max_size=20))
    requests = []
    for each in drawn:
        listed = each if isinstance(each, list) else [each]
        text = "".join(json.dumps(line) + "\n" for line in listed)
        requests.append(("POST", path, text.encode()))
    caplog.clear()
    for answer in ask(requests):
        check(answer, caplog)
