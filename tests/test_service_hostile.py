"""Requests made to hurt, at the limits that a service has by default: it answers, and lives on."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from service_process import Service, running

MEBIBYTE = 1 << 20
JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
KEYS = {
    "32 KB": "k" * 32_768,
    "32 KB of two bytes each": "é" * 16_384,
    "emoji": "😀" * 100,
    "joined and combined": "a\u200d\u0301b",
    "right to left": "\u202eabc\u0627\u0644",
    "quotes": "'\"`;--\\",
    "blanks": "a b\tc\nd",
}
LONG = "a" * 5_000


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as started:
        yield started


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    with service.client() as client:
        client.put("/text", json={"mappings": {"properties": {
            "k": {"type": "keyword"}, "t": {"type": "text"}}}})  # fmt: skip
        line = f'{{"index":{{}}}}\n{{"k":"{LONG}","t":"{LONG}"}}\n'
        answer = client.post("/text/_bulk", content=line * 1_000, headers=LINES)
        assert answer.json()["errors"] is False
        yield client


def resident_mebibytes(service: Service) -> int:
    status = Path(f"/proc/{service.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) >> 10


# -- large bodies


def test_bodies_of_a_hundred_megabytes(service: Service, http: httpx.Client) -> None:
    before = resident_mebibytes(service)
    head = b'{"text":"'
    for length in (101, 1_000_000):
        # What is announced is refused before it is sent.
        announced = (
            f"PUT /a/_doc/1 HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length * MEBIBYTE}"
        )
        with socket.create_connection(("127.0.0.1", service.port), timeout=10) as connection:
            connection.sendall(announced.encode() + b"\r\nContent-Type: application/json\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))  # to the end: it closes
        assert answer.startswith(b"HTTP/1.1 413 ")
        assert b"content_too_long_exception" in answer
    pieces = iter([head, *[b"x" * MEBIBYTE] * 101, b'"}'])
    untold = http.put("/a/_doc/1", content=pieces, headers=JSON)
    assert untold.status_code == 413
    assert resident_mebibytes(service) < before + 300
    assert http.get("/_cluster/health").status_code == 200
    assert http.head("/a").status_code == 404


def test_a_large_document_is_one_document(http: httpx.Client) -> None:
    text = "x" * (8 * MEBIBYTE)
    assert http.put("/large/_doc/1", json={"text": text}).status_code == 201
    assert http.get("/large/_source/1").json() == {"text": text}


# -- keys


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_any_text_may_be_a_value_a_field_and_a_name(http: httpx.Client, key: str) -> None:
    http.delete("/keys")
    http.put("/keys", json={"mappings": {"properties": {"k": {"type": "keyword"}}}})
    assert http.put("/keys/_doc/1", json={"k": key, key: 1}).status_code == 201
    assert http.get("/keys/_source/1").json() == {"k": key, key: 1}
    body = {"size": 0, "aggs": {"by": {"terms": {"field": "k"}, "aggs": {
        "sum": {"sum": {"field": key}}}}}}  # fmt: skip
    (bucket,) = http.post("/keys/_search", json=body).json()["aggregations"]["by"]["buckets"]
    assert (bucket["key"], bucket["doc_count"]) == (key, 1)
    found = http.post("/keys/_search", json={"query": {"term": {"k": key}}}).json()
    assert found["hits"]["total"]["value"] == 1
    fields = http.get("/keys/_mapping").json()["keys"]["mappings"]["properties"]
    assert key in fields or "." in key


@pytest.mark.parametrize("key", ["k" * 513, "é" * 257])
def test_ids_have_their_limit(http: httpx.Client, key: str) -> None:
    answer = http.put(f"/keys/_doc/{key}", json={})
    assert answer.status_code == 400
    assert "must be no longer than 512 bytes" in answer.json()["error"]["reason"]


# -- queries


BOMBS: list[tuple[dict[str, Any], int]] = [
    ({"wildcard": {"k": "*a" * 99 + "*b"}}, 200),
    ({"wildcard": {"k": "*a" * 5_000 + "*b"}}, 200),
    ({"wildcard": {"t": "*?" * 5_000}}, 200),
    ({"regexp": {"k": "(a+)+b"}}, 200),
    ({"regexp": {"k": "((a*)*)*c"}}, 200),
    ({"regexp": {"k": "a{1000}{1000}{1000}"}}, 400),
    ({"prefix": {"k": "a" * 40_000}}, 200),
    ({"fuzzy": {"k": {"value": "a" * 250, "fuzziness": 2}}}, 200),
    ({"fuzzy": {"k": {"value": "b" + "a" * 4_999, "fuzziness": 2}}}, 400),
    ({"match": {"t": {"query": "a" * 4_999, "fuzziness": 2}}}, 400),
    ({"match": {"t": " ".join(f"a{i}" for i in range(1_000))}}, 200),
    ({"match_phrase": {"t": "a " * 1_000}}, 200),
    ({"match_phrase": {"t": {"query": "a a a a a a a a b", "slop": 1_000}}}, 400),
    ({"query_string": {"query": 't:"a a a a a a a b"~30'}}, 200),
    ({"match_phrase": {"t": " ".join("a" * i for i in range(1, 500))}}, 200),
    ({"query_string": {"query": "*a" * 99 + "b"}}, 200),
    ({"query_string": {"query": "k:(" + " OR ".join(["a*"] * 2_000) + ")"}}, 400),
    ({"query_string": {"query": "(" * 500 + "a" + ")" * 500}}, 400),
    ({"simple_query_string": {"query": "a*" * 5_000}}, 200),
    ({"bool": {"should": [{"wildcard": {"k": f"*{i}*"}} for i in range(2_000)]}}, 400),
    ({"terms": {"k": ["a"] * 70_000}}, 400),
]


@pytest.mark.parametrize(("query", "status"), BOMBS, ids=lambda value: str(value)[:40])
def test_queries_that_explode(http: httpx.Client, query: dict[str, Any], status: int) -> None:
    answer = http.post("/text/_search", json={"query": query, "size": 0})
    assert answer.status_code == status, answer.text[:300]
    if status == 400:
        assert answer.json()["error"]["reason"]


# -- mappings


def test_documents_that_contradict_the_mapping(http: httpx.Client) -> None:
    assert http.put("/conflict/_doc/1", json={"v": 1, "o": {"a": 1}}).status_code == 201
    refused = [
        ({"v": "text"}, "failed to parse field [v] of type [long] in document with id '2'"),
        ({"v": {"x": 1}}, "failed to parse field [v] of type [long]"),
        ({"v.x": 1}, "failed to parse"),
        (
            {"o": 5},
            "object mapping for [o] tried to parse field [o] as object, but found a concrete",
        ),
    ]
    for document, reason in refused:
        answer = http.put("/conflict/_doc/2", json=document)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "mapper_parsing_exception"
        assert answer.json()["error"]["reason"].startswith(reason)
    changed = http.put("/conflict/_mapping", json={"properties": {"v": {"type": "keyword"}}})
    assert changed.json()["error"]["reason"] == (
        "mapper [v] cannot be changed from type [long] to [keyword]"
    )
    lines = "".join(f'{{"index":{{}}}}\n{{"v":{value}}}\n' for value in ("2", '"x"', "3"))
    answer = http.post("/conflict/_bulk", content=lines, headers=LINES).json()
    assert [item["index"]["status"] for item in answer["items"]] == [201, 400, 201]
    body = {"query": {"range": {"v": {"gte": 0}}}}
    assert http.post("/conflict/_count", json=body).json()["count"] == 3
