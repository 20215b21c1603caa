"""Searches over a million documents: one GROUP BY per level, never a row in Python.

Run as a script it prints the medians of docs/search.md; the tests assert the answers.
"""

# ruff: noqa: S608 -- numbers of this file

from __future__ import annotations

import statistics
import time
from typing import Any

import duckdb
import pytest

from adcore.query.run import search
from adcore.store.index_entry import Target
from adcore.store.mapping import Mapping

Json = dict[str, Any]
DOCUMENTS = 1_000_000
START = 1_600_000_000_000
STEP = 100

PROPERTIES: Json = {
    "host": {"type": "keyword"},
    "code": {"type": "keyword"},
    "message": {"type": "text"},
    "value": {"type": "double"},
    "time": {"type": "date"},
    "entity": {
        "type": "nested",
        "properties": {"name": {"type": "keyword"}, "value": {"type": "keyword"}},
    },
}
TERMS_BY_HOUR_MAX: Json = {
    "hosts": {
        "terms": {"field": "host", "size": 10},
        "aggs": {
            "hours": {
                "date_histogram": {"field": "time", "fixed_interval": "1h"},
                "aggs": {"most": {"max": {"field": "value"}}},
            }
        },
    }
}
COMPOSITE: Json = {
    "keys": {
        "composite": {
            "size": 1000,
            "sources": [{"h": {"terms": {"field": "host"}}}, {"c": {"terms": {"field": "code"}}}],
        },
        "aggs": {"most": {"max": {"field": "value"}}, "n": {"sum": {"field": "value"}}},
    }
}
NESTED_TERMS: Json = {
    "objects": {
        "nested": {"path": "entity"},
        "aggs": {
            "values": {
                "terms": {"field": "entity.value", "size": 20},
                "aggs": {
                    "back": {"reverse_nested": {}, "aggs": {"m": {"max": {"field": "value"}}}}
                },
            }
        },
    }
}
REQUESTS: dict[str, Json] = {
    "terms x date_histogram x max": {"size": 0, "aggs": TERMS_BY_HOUR_MAX},
    "the same, filtered": {
        "size": 0,
        "query": {
            "bool": {"filter": [{"range": {"value": {"gt": 500}}}, {"term": {"code": "c1"}}]}
        },
        "aggs": TERMS_BY_HOUR_MAX,
    },
    "composite of 2 x 1000, max, sum": {"size": 0, "aggs": COMPOSITE},
    "nested x terms x reverse_nested x max": {"size": 0, "aggs": NESTED_TERMS},
    "date_histogram of days in Berlin": {
        "size": 0,
        "aggs": {
            "days": {
                "date_histogram": {
                    "field": "time", "calendar_interval": "day", "time_zone": "Europe/Berlin",
                }
            }
        },
    },
    "10 latest of a host": {
        "query": {"term": {"host": "h7"}},
        "sort": [{"time": "desc"}],
    },
    "match on text": {"query": {"match": {"message": {"query": "error 77", "operator": "and"}}}},
    "wildcard on keyword": {"query": {"wildcard": {"host": "*77*"}}, "track_total_hits": True},
}  # fmt: skip


def million(connection: duckdb.DuckDBPyConnection, documents: int = DOCUMENTS) -> list[Target]:
    """A table of documents: 100 hosts, 20 codes, ten a second."""
    connection.execute(
        "CREATE TABLE documents AS SELECT 'id-' || i AS _id, i AS _seq_no, 1::BIGINT AS _version, "
        "'{\"i\": ' || i || '}' AS _source, 'h' || (i % 100) AS host, 'c' || (i % 20) AS code, "
        "'Error ' || (i % 1000) || ' while reading disk' AS message, "
        f"((i * 7919) % 1000)::DOUBLE AS value, {START} + i * {STEP} AS time, "
        "[{'name': 'host', 'value': 'h' || (i % 100)}] AS entity "
        f"FROM range({documents}) AS r(i)"
    )
    return [Target("documents", "documents", Mapping.from_json({"properties": PROPERTIES}))]


@pytest.mark.parametrize("name", REQUESTS)
def test_a_search_of_many_documents(benchmark: Any, name: str) -> None:
    connection = duckdb.connect()
    targets = million(connection, 20_000)
    response: Any = benchmark(search, targets, REQUESTS[name], connection, lambda: START)
    hits = response["hits"]
    if "match" in name:
        assert hits["total"]["value"] == 20
    if name == "terms x date_histogram x max":
        first = response["aggregations"]["hosts"]["buckets"][0]
        assert (first["key"], first["doc_count"]) == ("h0", 200)
        assert first["hours"]["buckets"][0]["most"]["value"] == 900.0
    if "reverse" in name:
        values = response["aggregations"]["objects"]["values"]["buckets"]
        assert [each["back"]["doc_count"] for each in values] == [200] * 20


def main() -> None:
    """Print the median of five runs of each request."""
    connection = duckdb.connect()
    targets = million(connection)
    for name, request in REQUESTS.items():
        times = []
        for _ in range(5):
            started = time.perf_counter()
            search(targets, request, connection, lambda: START)
            times.append(time.perf_counter() - started)
        print(f"| {name} | {statistics.median(times) * 1000:.0f} ms |")


if __name__ == "__main__":
    main()
