"""Random queries and aggregations give what plain Python gives, document by document."""

# ruff: noqa: S608 -- the condition under test

from __future__ import annotations

import math
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from query_reference import Rows, aggregate, matches
from query_strategies import aggregations, queries
from query_tables import NOW, Document, make_target, random_documents

from adcore.query.filter import filter_sql
from adcore.query.normalise import normalise_query
from adcore.query.run import count, search
from adcore.store.index_entry import Target

Json = dict[str, Any]
Corpus = tuple[duckdb.DuckDBPyConnection, list[Target], list[Document]]

SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Two indices, of which the second lacks fields and has fewer values."""
    connection = duckdb.connect()
    first = random_documents(80, seed=1)
    second = [
        {key: item for key, item in each.items() if key != "tags"}
        for each in random_documents(20, seed=2)
    ]
    targets = [make_target(connection, "first", first), make_target(connection, "second", second)]
    return connection, targets, [*first, *second]


def same(found: object, expected: object) -> bool:
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            same(found[key], expected[key]) for key in found
        )
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, (int, float)) and isinstance(expected, (int, float)):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9)
    return found == expected


@SETTINGS
@given(query=queries)
def test_a_query_matches_what_the_reference_matches(corpus: Corpus, query: Json) -> None:
    connection, targets, documents = corpus
    expected = [at for at, each in enumerate(documents) if matches(each, query)]
    response: Any = search(
        targets, {"query": query, "size": 100, "sort": "_doc"}, connection, lambda: NOW
    )
    names = [(hit["_index"], hit["_id"]) for hit in response["hits"]["hits"]]
    wanted = [("first", f"id-{at}") if at < 80 else ("second", f"id-{at - 80}") for at in expected]
    assert sorted(names) == sorted(wanted)
    assert response["hits"]["total"] == {"value": len(expected), "relation": "eq"}
    assert count(targets, {"query": query}, connection, lambda: NOW)["count"] == len(expected)


@SETTINGS
@given(query=queries)
def test_the_normalised_form_means_the_same(corpus: Corpus, query: Json) -> None:
    connection, targets, _ = corpus
    normal = normalise_query(query)
    assert normalise_query(normal) == normal
    sql, parameters = filter_sql(normal, targets[0].mapping, now=NOW, index="first")
    (number,) = connection.execute(
        f'SELECT count(*) FROM "first" WHERE {sql}', parameters
    ).fetchall()[0]
    assert count(targets[:1], {"query": query}, connection, lambda: NOW)["count"] == number


@SETTINGS
@given(query=queries, tree=aggregations())
def test_aggregations_give_what_the_reference_gives(
    corpus: Corpus, query: Json, tree: Json
) -> None:
    connection, targets, documents = corpus
    rows = [(at, each) for at, each in enumerate(documents) if matches(each, query)]
    expected = aggregate(Rows.of_documents(rows), tree)
    body = {"query": query, "size": 0, "aggs": tree}
    response: Any = search(targets, body, connection, lambda: NOW)
    assert same(response["aggregations"], expected), (response["aggregations"], expected)


def test_composite_pages_add_up(corpus: Corpus) -> None:
    connection, targets, _ = corpus
    sources = [
        {"h": {"terms": {"field": "host", "order": "desc", "missing_bucket": True}}},
        {
            "t": {
                "date_histogram": {
                    "field": "time", "fixed_interval": "6h", "format": "yyyy-MM-dd HH",
                }
            }
        },
        {"v": {"histogram": {"field": "value", "interval": 2.5}}},
    ]  # fmt: skip

    def page(size: int, after: Json | None) -> Json:
        composite = {"sources": sources, "size": size, **({"after": after} if after else {})}
        body = {"size": 0, "aggs": {"c": {"composite": composite}}}
        response: Any = search(targets, body, connection, lambda: NOW)
        result: Json = response["aggregations"]["c"]
        return result

    whole = page(1000, None)["buckets"]
    pages: list[Json] = []
    after: Json | None = None
    while True:
        found = page(7, after)
        pages += found["buckets"]
        if "after_key" not in found:
            break
        after = found["after_key"]
    assert len(whole) > 50
    assert any(bucket["key"]["h"] is None for bucket in whole)
    assert pages == whole
