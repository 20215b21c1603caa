"""Searches over what the store has written: its columns, aliases and files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from query_reference import Rows, aggregate, matches
from query_tables import NOW, PROPERTIES, random_documents
from test_query_random import same

from adcore.query.run import count, search
from adcore.store.store import Store

Json = Any
TREE: Json = {
    "hosts": {
        "terms": {"field": "host"},
        "aggs": {
            "days": {
                "date_histogram": {"field": "time", "fixed_interval": "1d"},
                "aggs": {"value": {"stats": {"field": "value"}}},
            },
            "tags": {"terms": {"field": "tags"}},
        },
    },
    "objects": {
        "nested": {"path": "entity"},
        "aggs": {
            "values": {
                "terms": {"field": "entity.value"},
                "aggs": {
                    "back": {
                        "reverse_nested": {},
                        "aggs": {"n": {"value_count": {"field": "count"}}},
                    }
                },
            }
        },
    },
}
QUERIES: list[Json] = [
    {"match_all": {}},
    {"bool": {"must": [{"match": {"message": {"query": "disk full"}}}]}},
    {"nested": {"path": "entity", "query": {"term": {"entity.value": "it's"}}}},
    {"terms": {"tags": ["red", "blue"]}},
    {"range": {"value": {"gte": 5}}},
]


@pytest.fixture
def store() -> Any:
    with Store.open(None, clock=lambda: NOW) as opened:
        yield opened


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_documents_of_the_store_are_found(store: Store, query: Json) -> None:
    documents = random_documents(60, seed=3)
    store.documents.create_index("data", {"properties": PROPERTIES})
    for at, each in enumerate(documents):
        store.documents.index("data", each, id=f"id-{at}")
    targets = store.documents.resolve("data")
    with store.documents.cursor() as cursor:
        body = {"query": query, "size": 100, "aggs": TREE, "sort": "_seq_no"}
        response: Json = search(targets, body, cursor, lambda: NOW)
        number = count(targets, {"query": query}, cursor, lambda: NOW)["count"]
    kept = [(at, each) for at, each in enumerate(documents) if matches(each, query)]
    assert [hit["_id"] for hit in response["hits"]["hits"]] == [f"id-{at}" for at, _ in kept]
    assert [hit["_source"] for hit in response["hits"]["hits"]] == [each for _, each in kept]
    assert number == len(kept)
    assert same(response["aggregations"], aggregate(Rows.of_documents(kept), TREE))


def test_files_are_searched_like_documents(store: Store, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "host,value,when\na,1.5,2020-01-01 00:00:00\nb,2,2020-01-02 00:00:00\n"
    )
    store.documents.register_files("files", tmp_path)
    targets = store.documents.resolve("files")
    with store.documents.cursor() as cursor:
        body = {
            "query": {"range": {"when": {"gte": "2020-01-02"}}},
            "aggs": {"all": {"global": {}, "aggs": {"sum": {"sum": {"field": "value"}}}}},
        }
        response: Json = search(targets, body, cursor, lambda: NOW)
    (hit,) = response["hits"]["hits"]
    assert hit["_source"]["host"] == "b"
    assert response["aggregations"]["all"]["sum"]["value"] == 3.5


def test_the_filter_of_an_alias_always_holds(store: Store) -> None:
    aliases = {"red": {"filter": {"term": {"tags": "red"}}}}
    store.documents.create_index("data", {"properties": PROPERTIES}, aliases=aliases)
    for at, colour in enumerate(["red", "green", "red"]):
        store.documents.index("data", {"tags": colour, "count": at}, id=f"id-{at}")
    targets = store.documents.resolve("red")
    aggregations = {"all": {"global": {}}, "sum": {"sum": {"field": "count"}}}
    with store.documents.cursor() as cursor:
        body = {"query": {"range": {"count": {"gte": 1}}}, "aggs": aggregations}
        response: Json = search(targets, body, cursor, lambda: NOW)
    assert [hit["_id"] for hit in response["hits"]["hits"]] == ["id-2"]
    assert response["aggregations"] == {"all": {"doc_count": 2}, "sum": {"value": 2.0}}
