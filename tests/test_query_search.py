"""Searches as clients send them: responses in the exact shape, paging, sorting, hostile input."""

# ruff: noqa: S311, S608 -- seeded on purpose; the conditions are under test

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from query_tables import HOUR, NOW, make_target, quoted

from adcore.dates.formats import parse_zone
from adcore.errors import InvalidArgumentError
from adcore.query.aggregate.date_buckets import DateBuckets
from adcore.query.aggregate.date_histogram import quarter_of
from adcore.query.errors import SearchError
from adcore.query.filter import filter_sql
from adcore.query.limits import Limits
from adcore.query.run import count, search
from adcore.query.sql import Sql
from adcore.store.index_entry import Target

Json = Any


class Indices:
    """A database with the indices that the anomaly detection API keeps, and one of data."""

    def __init__(self) -> None:
        self.connection = duckdb.connect()

    def add(self, name: str, documents: list[Json], properties: Json) -> Target:
        return make_target(self.connection, name, documents, properties)

    def search(self, targets: list[Target], body: Json, limits: Limits | None = None) -> Json:
        return search(targets, body, self.connection, lambda: NOW, limits=limits or Limits())


DETECTOR_PROPERTIES: Json = {
    "name": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}},
    "description": {"type": "text"},
    "indices": {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}},
    "category_field": {"type": "keyword"},
    "detector_type": {"type": "keyword"},
    "last_update_time": {"type": "date"},
    "feature_attributes": {
        "type": "nested",
        "properties": {"feature_id": {"type": "keyword"}, "feature_enabled": {"type": "boolean"}},
    },
}
TASK_PROPERTIES: Json = {
    "detector_id": {"type": "keyword"},
    "parent_task_id": {"type": "keyword"},
    "task_type": {"type": "keyword"},
    "state": {"type": "keyword"},
    "is_latest": {"type": "boolean"},
    "execution_start_time": {"type": "date"},
}
RESULT_PROPERTIES: Json = {
    "detector_id": {"type": "keyword"},
    "task_id": {"type": "keyword"},
    "model_id": {"type": "keyword"},
    "anomaly_grade": {"type": "double"},
    "confidence": {"type": "double"},
    "data_start_time": {"type": "date"},
    "data_end_time": {"type": "date"},
    "execution_start_time": {"type": "date"},
    "entity": {
        "type": "nested",
        "properties": {"name": {"type": "keyword"}, "value": {"type": "keyword"}},
    },
    "feature_data": {
        "type": "nested",
        "properties": {"feature_id": {"type": "keyword"}, "data": {"type": "double"}},
    },
}


@pytest.fixture(scope="module")
def indices() -> Indices:
    return Indices()


@pytest.fixture(scope="module")
def detectors(indices: Indices) -> Target:
    documents = [
        {
            "name": f"{stem}-{at}",
            "description": f"Watches {stem}",
            "indices": [f"{stem}_log"] if at else [f"{stem}_log", "other"],
            "detector_type": "MULTI_ENTITY" if at % 2 else "SINGLE_ENTITY",
            "last_update_time": NOW - at * HOUR,
            "feature_attributes": [{"feature_id": f"f{at}", "feature_enabled": at % 2 == 0}],
        }
        for stem in ("server", "Client")
        for at in range(4)
    ]
    return indices.add(".detectors", documents, DETECTOR_PROPERTIES)


@pytest.fixture(scope="module")
def tasks(indices: Indices) -> Target:
    kinds = ["HISTORICAL_HC_ENTITY", "REALTIME_HC_DETECTOR", "HISTORICAL_SINGLE_ENTITY"]
    documents = [
        {
            "detector_id": f"d{at % 2}",
            "task_type": kinds[at % 3],
            "state": "FINISHED" if at < 9 else "RUNNING",
            "is_latest": at % 4 != 3,
            "execution_start_time": NOW + at * HOUR,
            **({"parent_task_id": "p1"} if at % 3 == 0 else {}),
        }
        for at in range(12)
    ]
    return indices.add(".state", documents, TASK_PROPERTIES)


@pytest.fixture(scope="module")
def results(indices: Indices) -> Target:
    documents = [
        {
            "detector_id": f"d{at % 2}",
            "model_id": f"m{at % 5}",
            "anomaly_grade": (at % 4) / 4,
            "confidence": 0.9,
            "data_start_time": NOW + at * HOUR,
            "data_end_time": NOW + (at + 1) * HOUR,
            "execution_start_time": NOW + (at + 1) * HOUR,
            "entity": [
                {"name": "host", "value": f"h{at % 3}"},
                {"name": "error", "value": f"e{at % 2}"},
            ],
            "feature_data": [{"feature_id": "f1", "data": float(at)}],
            **({"task_id": "t1"} if at % 3 == 0 else {}),
        }
        for at in range(60)
    ]
    return indices.add(".results", documents, RESULT_PROPERTIES)


def ids(response: Json) -> list[int]:
    return [int(hit["_id"].removeprefix("id-")) for hit in response["hits"]["hits"]]


# ---- the searches of the seed --------------------------------------------------------------------


def test_detectors_by_a_wildcard_on_their_indices(indices: Indices, detectors: Target) -> None:
    body = {
        "query": {"wildcard": {"indices": {"value": "server_log*"}}},
        "version": True,
        "seq_no_primary_term": True,
    }
    response = indices.search([detectors], body)
    assert ids(response) == [0, 1, 2, 3]
    assert isinstance(response.pop("took"), int)
    first = response["hits"]["hits"][0]
    assert {key: item for key, item in first.items() if key != "_source"} == {
        "_index": ".detectors", "_id": "id-0", "_version": 1, "_seq_no": 0, "_primary_term": 1,
        "_score": 1.0,
    }  # fmt: skip
    assert list(first) == [
        "_index", "_id", "_version", "_seq_no", "_primary_term", "_score", "_source",
    ]  # fmt: skip
    assert response["hits"].pop("hits")
    assert response == {
        "timed_out": False,
        "_shards": {"total": 1, "successful": 1, "skipped": 0, "failed": 0},
        "hits": {"total": {"value": 4, "relation": "eq"}, "max_score": 1.0},
    }


def test_the_latest_task_of_a_detector(indices: Indices, tasks: Target) -> None:
    body = {
        "query": {
            "bool": {
                "filter": [
                    {"term": {"detector_id": "d1"}},
                    {"term": {"task_type": "HISTORICAL_HC_ENTITY"}},
                    {"term": {"is_latest": "true"}},
                ]
            }
        },
        "sort": [{"execution_start_time": {"order": "desc"}}],
        "size": 100,
    }
    response = indices.search([tasks], body)
    assert ids(response) == [9]
    assert response["hits"]["max_score"] is None
    assert response["hits"]["hits"][0]["sort"] == [NOW + 9 * HOUR]
    unsorted = indices.search([tasks], {"query": body["query"]})
    assert unsorted["hits"]["max_score"] == 0
    assert unsorted["hits"]["hits"][0]["_score"] == 0


def test_the_states_of_all_tasks_of_entities(indices: Indices, tasks: Target) -> None:
    body = {
        "size": 0,
        "query": {
            "bool": {
                "filter": [
                    {"term": {"parent_task_id": {"value": "p1", "boost": 1}}},
                    {"terms": {"task_type": ["HISTORICAL_HC_ENTITY"], "boost": 1}},
                ]
            }
        },
        "aggs": {"test": {"terms": {"field": "state", "size": 100}}},
    }
    response = indices.search([tasks], body)
    assert response["hits"] == {
        "total": {"value": 4, "relation": "eq"}, "max_score": None, "hits": [],
    }  # fmt: skip
    assert response["aggregations"] == {
        "test": {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
            "buckets": [{"key": "FINISHED", "doc_count": 3}, {"key": "RUNNING", "doc_count": 1}],
        }
    }


def test_real_time_results_have_no_task(indices: Indices, results: Target) -> None:
    body = {
        "query": {
            "bool": {
                "filter": [
                    {"term": {"detector_id": "d1"}},
                    {"range": {"anomaly_grade": {"gt": 0}}},
                ],
                "must_not": [{"exists": {"field": "task_id"}}],
            }
        },
        "size": 100,
    }
    wanted = [at for at in range(60) if at % 2 == 1 and at % 4 and at % 3]
    response = indices.search([results], body)
    assert ids(response) == wanted
    assert response["hits"]["max_score"] == 0
    with_task = {
        "bool": {
            "filter": [
                {"term": {"detector_id": "d1"}},
                {"range": {"anomaly_grade": {"gt": 0}}},
                {"term": {"task_id": "t1"}},
            ]
        }
    }
    found = count([results], {"query": with_task}, indices.connection, lambda: NOW)
    assert found["count"] == sum(at % 2 == 1 and at % 4 != 0 and at % 3 == 0 for at in range(60))


def test_results_to_delete(indices: Indices, results: Target) -> None:
    query = {
        "bool": {
            "filter": [
                {"term": {"detector_id": {"value": "d0"}}},
                {"term": {"task_id": {"value": "t1"}}},
                {"range": {"data_start_time": {"lte": NOW + 12 * HOUR}}},
            ]
        }
    }
    sql, parameters = filter_sql(query, results.mapping, now=NOW)
    rows = indices.connection.execute(
        f'SELECT "_id" FROM {results.relation} WHERE {sql} ORDER BY "_seq_no"', parameters
    ).fetchall()
    assert [row[0] for row in rows] == ["id-0", "id-6", "id-12"]


# ---- the searches of the dashboards --------------------------------------------------------------


def test_the_list_page_of_detectors(indices: Indices, detectors: Target) -> None:
    body = {
        "sort": {"name.keyword": "asc"},
        "size": 20,
        "from": 0,
        "query": {
            "bool": {
                "must": [
                    {
                        "query_string": {
                            "fields": ["name", "description"],
                            "default_operator": "AND",
                            "query": "*serv*",
                        }
                    },
                    {
                        "query_string": {
                            "fields": ["indices"],
                            "default_operator": "OR",
                            "query": "server_log other",
                        }
                    },
                ]
            }
        },
    }
    response = indices.search([detectors], body)
    assert ids(response) == [0, 1, 2, 3]
    assert [hit["sort"] for hit in response["hits"]["hits"]][:2] == [["server-0"], ["server-1"]]


def test_anomaly_counts_and_latest_times_by_detector(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "query": {
            "bool": {
                "must": [
                    {"terms": {"detector_id": ["d0", "d1"]}},
                    {"range": {"anomaly_grade": {"gt": 0}}},
                ],
                "must_not": {"exists": {"field": "task_id"}},
            }
        },
        "aggs": {
            "result_counts": {
                "terms": {"field": "detector_id", "size": 10},
                "aggs": {
                    "since": {
                        "range": {"field": "data_start_time", "ranges": [{"from": NOW + 24 * HOUR}]}
                    },
                    "latest": {"max": {"field": "data_start_time"}},
                },
            }
        },
    }
    response = indices.search([results], body)
    kept = [at for at in range(60) if at % 4 and at % 3]
    buckets = {each["key"]: each for each in response["aggregations"]["result_counts"]["buckets"]}
    for key in ("d0", "d1"):
        own = [at for at in kept if f"d{at % 2}" == key]
        assert buckets[key]["doc_count"] == len(own)
        assert buckets[key]["latest"]["value"] == NOW + max(own) * HOUR
        (since,) = buckets[key]["since"]["buckets"]
        assert since["doc_count"] == sum(at >= 24 for at in own)


def test_latest_tasks_by_detector_with_their_documents(indices: Indices, tasks: Target) -> None:
    body = {
        "size": 0,
        "query": {
            "bool": {
                "filter": [
                    {"terms": {"task_type": ["REALTIME_HC_DETECTOR", "REALTIME_SINGLE_ENTITY"]}},
                    {"term": {"is_latest": "true"}},
                ]
            }
        },
        "aggs": {
            "detectors": {
                "terms": {"field": "detector_id", "size": 1000},
                "aggs": {
                    "latest_tasks": {
                        "top_hits": {
                            "size": 1,
                            "sort": {"execution_start_time": "desc"},
                            "_source": ["state"],
                        }
                    }
                },
            }
        },
    }
    buckets = indices.search([tasks], body)["aggregations"]["detectors"]["buckets"]
    own = {key: [at for at in range(1, 12, 3) if at % 4 != 3 and f"d{at % 2}" == key]
           for key in ("d0", "d1")}  # fmt: skip
    assert {each["key"]: each["doc_count"] for each in buckets} == {
        key: len(listed) for key, listed in own.items()
    }
    for bucket in buckets:
        latest = max(own[bucket["key"]])
        assert bucket["latest_tasks"]["hits"] == {
            "total": {"value": bucket["doc_count"], "relation": "eq"},
            "max_score": None,
            "hits": [
                {
                    "_index": ".state",
                    "_id": f"id-{latest}",
                    "_score": None,
                    "_source": {"state": "FINISHED" if latest < 9 else "RUNNING"},
                    "sort": [NOW + latest * HOUR],
                }
            ],
        }


def test_top_entities_by_their_worst_anomaly(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "query": {
            "bool": {
                "filter": [
                    {"range": {"anomaly_grade": {"gt": 0}}},
                    {
                        "nested": {
                            "path": "entity",
                            "query": {"term": {"entity.name": {"value": "host"}}},
                            "score_mode": "none",
                        }
                    },
                ]
            }
        },
        "aggs": {
            "objects": {
                "nested": {"path": "entity"},
                "aggs": {
                    "hosts": {
                        "filter": {"term": {"entity.name": "host"}},
                        "aggs": {
                            "values": {
                                "terms": {"field": "entity.value", "size": 2},
                                "aggs": {
                                    "documents": {
                                        "reverse_nested": {},
                                        "aggs": {"worst": {"max": {"field": "anomaly_grade"}}},
                                    },
                                    "order": {
                                        "bucket_sort": {
                                            "sort": [{"documents>worst": {"order": "desc"}}],
                                            "size": 1,
                                        }
                                    },
                                },
                            }
                        },
                    }
                },
            }
        },
    }
    found = indices.search([results], body)["aggregations"]["objects"]
    assert found["doc_count"] == 90
    assert found["hosts"]["doc_count"] == 45
    assert found["hosts"]["values"] == {
        "doc_count_error_upper_bound": 0,
        "sum_other_doc_count": 15,
        "buckets": [
            {
                "key": "h0",
                "doc_count": 15,
                "documents": {"doc_count": 15, "worst": {"value": 0.75}},
            }
        ],
    }


def test_the_heat_map_over_time(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "query": {
            "range": {
                "data_end_time": {"gte": NOW, "lte": NOW + 60 * HOUR, "format": "epoch_millis"}
            }
        },
        "aggs": {
            "days": {
                "date_histogram": {
                    "field": "data_end_time",
                    "fixed_interval": "720m",
                    "offset": "1600000ms",
                    "min_doc_count": 0,
                    "extended_bounds": {"min": NOW - 24 * HOUR, "max": NOW + 60 * HOUR},
                },
                "aggs": {
                    "worst": {"max": {"field": "anomaly_grade"}},
                    "spread": {"stats": {"field": "confidence"}},
                },
            }
        },
    }
    buckets = indices.search([results], body)["aggregations"]["days"]["buckets"]
    width = 720 * 60_000
    assert {each["key"] % width for each in buckets} == {1_600_000 % width}
    keys = [each["key"] for each in buckets]
    assert keys == list(range(keys[0], keys[-1] + 1, width))
    assert keys[0] <= NOW - 24 * HOUR < keys[0] + width
    assert buckets[0]["doc_count"] == 0
    assert buckets[0]["worst"] == {"value": None}
    assert buckets[0]["spread"] == {"count": 0, "min": None, "max": None, "avg": None, "sum": 0.0}
    assert sum(each["doc_count"] for each in buckets) == 60
    assert buckets[0]["key_as_string"].endswith("12:26:40.000Z")


def test_months_in_a_time_zone(indices: Indices) -> None:
    # 2020-10-25 is 25 hours long in Berlin.
    start = 1_603_490_400_000  # 2020-10-24T00:00 in Berlin
    documents = [{"time": start + at * HOUR} for at in range(72)]
    target = indices.add("zoned", documents, {"time": {"type": "date"}})
    histogram = {"field": "time", "calendar_interval": "day", "time_zone": "Europe/Berlin"}
    body = {"size": 0, "aggs": {"days": {"date_histogram": histogram}}}
    buckets = indices.search([target], body)["aggregations"]["days"]["buckets"]
    assert [each["doc_count"] for each in buckets] == [24, 25, 23]
    assert [each["key_as_string"] for each in buckets] == [
        "2020-10-24T00:00:00.000+02:00",
        "2020-10-25T00:00:00.000+02:00",
        "2020-10-26T00:00:00.000+01:00",
    ]
    hours = {**histogram, "calendar_interval": "hour"}
    found = indices.search([target], {"size": 0, "aggs": {"h": {"date_histogram": hours}}})
    assert [each["doc_count"] for each in found["aggregations"]["h"]["buckets"]] == [1] * 72
    months = {**histogram, "calendar_interval": "month", "keyed": True, "format": "yyyy-MM"}
    found = indices.search([target], {"size": 0, "aggs": {"m": {"date_histogram": months}}})
    assert list(found["aggregations"]["m"]["buckets"]) == ["2020-10"]


def test_the_discover_page(indices: Indices, results: Target) -> None:
    body = {
        "sort": [{"data_start_time": {"order": "desc", "unmapped_type": "boolean"}}],
        "size": 3,
        "version": True,
        "stored_fields": ["*"],
        "script_fields": {},
        "docvalue_fields": [{"field": "data_start_time", "format": "date_time"}],
        "_source": {"excludes": ["entity", "feature*"]},
        "query": {
            "bool": {
                "must": [],
                "filter": [
                    {"match_all": {}},
                    {
                        "range": {
                            "data_start_time": {
                                "gte": "2020-09-13T00:00:00.000Z",
                                "lte": "2020-09-14",
                                "format": "strict_date_optional_time",
                            }
                        }
                    },
                ],
                "should": [],
                "must_not": [],
            }
        },
        "highlight": {"fields": {"*": {}}},
        "track_total_hits": True,
        "timeout": "30s",
    }
    response = indices.search([results], body)
    # The upper bound is the end of its day: 12:26:40 and 35 hours on.
    assert response["hits"]["total"] == {"value": 36, "relation": "eq"}
    first = response["hits"]["hits"][0]
    assert first["fields"] == {"data_start_time": ["2020-09-14T23:26:40.000Z"]}
    assert "entity" not in first["_source"]
    assert "feature_data" not in first["_source"]
    assert first["_source"]["model_id"] == "m0"


# ---- paging, sorting, totals ---------------------------------------------------------------------

SORTS: list[Json] = [
    [{"anomaly_grade": "desc"}, {"data_start_time": "asc"}],
    [{"task_id": {"order": "asc", "missing": "_first"}}, {"_id": "desc"}],
    [{"task_id": "desc"}, "_seq_no"],
    [{"nothing": {"order": "asc", "unmapped_type": "long"}}, {"_doc": "desc"}],
    ["_score", {"data_end_time": {"order": "desc"}}],
    [{"entity.value": {"order": "desc", "nested": {"path": "entity"}}}, {"_id": "asc"}],
]


@pytest.mark.parametrize("sort", SORTS, ids=str)
def test_pages_add_up(indices: Indices, results: Target, sort: Json) -> None:
    whole = indices.search([results], {"size": 60, "sort": sort})
    assert sorted(ids(whole)) == list(range(60))
    paged: list[int] = []
    after: Json = None
    while True:
        body = {"size": 7, "sort": sort, **({"search_after": after} if after else {})}
        page = indices.search([results], body)
        if not page["hits"]["hits"]:
            break
        assert page["hits"]["total"]["value"] == 60
        paged += ids(page)
        after = page["hits"]["hits"][-1]["sort"]
        json.dumps(after, allow_nan=False)
    assert paged == ids(whole)
    by_from = [
        number
        for start in range(0, 60, 25)
        for number in ids(indices.search([results], {"size": 25, "from": start, "sort": sort}))
    ]
    assert by_from == paged


def test_missing_values_sort_last_and_show_the_extreme(indices: Indices) -> None:
    documents: list[Json] = [{"n": 3}, {}, {"n": [5, 1]}, {"n": 2}]
    target = indices.add("sorted", documents, {"n": {"type": "long"}})
    up = indices.search([target], {"sort": [{"n": "asc"}]})
    assert [hit["sort"] for hit in up["hits"]["hits"]] == [[1], [2], [3], [2**63 - 1]]
    down = indices.search([target], {"sort": [{"n": "desc"}]})
    assert [hit["sort"] for hit in down["hits"]["hits"]] == [[5], [3], [2], [-(2**63)]]
    chosen = indices.search([target], {"sort": [{"n": {"order": "asc", "missing": 2.0}}]})
    assert ids(chosen) == [2, 1, 3, 0]
    nothing = indices.search([target], {"sort": [{"n": {"order": "asc", "missing": 0}}]})
    assert ids(nothing) == [1, 2, 3, 0]


def test_a_sort_by_what_no_index_has(indices: Indices, results: Target) -> None:
    with pytest.raises(SearchError) as caught:
        indices.search([results], {"sort": ["nothing"]})
    assert caught.value.reason == "No mapping found for [nothing] in order to sort on"
    body: Json = caught.value.body()
    assert body["error"]["type"] == "search_phase_execution_exception"
    assert body["error"]["failed_shards"][0]["index"] == ".results"


def test_totals_are_counted_as_far_as_asked(indices: Indices, results: Target) -> None:
    hits = indices.search([results], {"track_total_hits": 5})["hits"]
    assert hits["total"] == {"value": 5, "relation": "gte"}
    assert "total" not in indices.search([results], {"track_total_hits": False})["hits"]
    assert indices.search([results], {})["hits"]["total"] == {"value": 60, "relation": "eq"}


def test_no_index_at_all(indices: Indices) -> None:
    response = indices.search([], {"sort": ["x"], "aggs": {"a": {"max": {"field": "v"}}}})
    assert response["hits"] == {
        "total": {"value": 0, "relation": "eq"}, "max_score": None, "hits": [],
    }  # fmt: skip
    assert count([], None, indices.connection, lambda: NOW)["count"] == 0


def test_sources_are_filtered(indices: Indices, results: Target) -> None:
    def source(wanted: Json) -> Json:
        hit = indices.search([results], {"size": 1, "_source": wanted})["hits"]["hits"][0]
        return hit.get("_source")

    assert source(False) is None
    assert source("detector_id") == {"detector_id": "d0"}
    assert source(["entity.name", "model_id"]) == {
        "model_id": "m0", "entity": [{"name": "host"}, {"name": "error"}],
    }  # fmt: skip
    assert source({"includes": ["*_time", "task_id"], "excludes": ["data_*"]}) == {
        "execution_start_time": NOW + HOUR, "task_id": "t1",
    }  # fmt: skip


def test_fields_are_lists(indices: Indices, detectors: Target) -> None:
    body = {"size": 1, "_source": False, "fields": ["name*", {"field": "last_update_time"}]}
    (hit,) = indices.search([detectors], body)["hits"]["hits"]
    assert hit["fields"] == {
        "name": ["server-0"],
        "name.keyword": ["server-0"],
        "last_update_time": ["2020-09-13T12:26:40.000Z"],
    }


def test_collapse_shows_one_of_each(indices: Indices, results: Target) -> None:
    body = {"collapse": {"field": "model_id"}, "sort": [{"data_start_time": "desc"}], "size": 10}
    response = indices.search([results], body)
    assert ids(response) == [59, 58, 57, 56, 55]
    assert response["hits"]["total"]["value"] == 60
    assert response["hits"]["hits"][0]["fields"] == {"model_id": ["m4"]}


def test_a_post_filter_leaves_aggregations_alone(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "post_filter": {"term": {"detector_id": "d0"}},
        "aggs": {
            "n": {"value_count": {"field": "detector_id"}},
            "all": {"global": {}, "aggs": {"n": {"cardinality": {"field": "model_id"}}}},
        },
        "query": {"term": {"model_id": "m1"}},
    }
    response = indices.search([results], body)
    assert response["hits"]["total"]["value"] == 6
    assert response["aggregations"]["n"]["value"] == 12
    assert response["aggregations"]["all"] == {"doc_count": 60, "n": {"value": 5}}


def test_scores(indices: Indices, results: Target) -> None:
    def scores(query: Json) -> tuple[Json, set[float]]:
        response = indices.search([results], {"query": query, "size": 60})
        return response["hits"]["max_score"], {hit["_score"] for hit in response["hits"]["hits"]}

    term = {"term": {"detector_id": "d0"}}
    assert scores({"match_all": {}}) == (1.0, {1.0})
    assert scores({"bool": {"filter": [term]}}) == (0.0, {0.0})
    assert scores({"bool": {}}) == (1.0, {1.0})
    assert scores({"bool": {"must": [term], "filter": [{"exists": {"field": "task_id"}}]}}) == (
        1.0,
        {1.0},
    )
    assert scores({"bool": {"must": [{"match_all": {}}], "should": [term]}}) == (2.0, {1.0, 2.0})
    assert scores({"constant_score": {"filter": term, "boost": 3}}) == (3.0, {3.0})
    assert scores({"term": {"detector_id": "none"}}) == (None, set())


# ---- pipelines, orders, the rest of aggregations -------------------------------------------------


def test_pipelines(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "aggs": {
            "days": {
                "date_histogram": {"field": "data_start_time", "calendar_interval": "day"},
                "aggs": {
                    "grade": {"sum": {"field": "anomaly_grade"}},
                    "running": {"cumulative_sum": {"buckets_path": "grade"}},
                    "change": {"derivative": {"buckets_path": "_count", "unit": "1h"}},
                },
            },
            "best": {"max_bucket": {"buckets_path": "days>grade"}},
            "all": {"stats_bucket": {"buckets_path": "days>_count"}},
        },
    }
    found = indices.search([results], body)["aggregations"]
    days = found["days"]["buckets"]
    assert [each["doc_count"] for each in days] == [12, 24, 24]
    assert [each["running"]["value"] for each in days] == [4.5, 13.5, 22.5]
    assert "change" not in days[0]
    assert days[1]["change"] == {"value": 12.0, "normalized_value": 0.5}
    assert found["best"]["value"] == 9.0
    assert found["best"]["keys"] == ["2020-09-14T00:00:00.000Z", "2020-09-15T00:00:00.000Z"]
    assert found["all"] == {"count": 3, "min": 12.0, "max": 24.0, "avg": 20.0, "sum": 60.0}


def test_terms_by_a_measure_in_a_filter(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "aggs": {
            "models": {
                "terms": {
                    "field": "model_id",
                    "order": [{"late>latest.max": "desc"}, {"_key": "asc"}],
                    "include": "m[0-3]",
                    "exclude": ["m2"],
                },
                "aggs": {
                    "late": {
                        "filter": {"range": {"data_start_time": {"lt": NOW + 10 * HOUR}}},
                        "aggs": {"latest": {"stats": {"field": "data_start_time"}}},
                    }
                },
            }
        },
    }
    buckets = indices.search([results], body)["aggregations"]["models"]["buckets"]
    assert [each["key"] for each in buckets] == ["m3", "m1", "m0"]
    assert buckets[0]["late"]["latest"]["max"] == NOW + 8 * HOUR
    assert buckets[0]["late"]["latest"]["max_as_string"] == "2020-09-13T20:26:40.000Z"
    body["aggs"]["models"]["terms"]["order"] = {"other": "asc"}  # type: ignore[index]
    with pytest.raises(SearchError, match=r"Invalid aggregation order path \[other\]"):
        indices.search([results], body)


def test_terms_by_the_documents_of_a_filter(indices: Indices) -> None:
    counts = (("a", 1), ("a", 9), ("b", 1), ("b", 1), ("b", 9), ("c", 9))
    documents: list[Json] = [{"k": k, "n": n} for k, n in counts]
    target = indices.add("counted", documents, {"k": {"type": "keyword"}, "n": {"type": "long"}})
    filtered = {"small": {"filter": {"range": {"n": {"lt": 5}}}}}
    for path in ("small", "small.doc_count", "small>_count"):
        terms = {"field": "k", "size": 2, "order": {path: "asc"}}
        body: Json = {"size": 0, "aggs": {"kinds": {"terms": terms, "aggs": filtered}}}
        found = indices.search([target], body)["aggregations"]["kinds"]["buckets"]
        assert [(each["key"], each["small"]["doc_count"]) for each in found] == [("c", 0), ("a", 1)]


def test_measures_with_options(indices: Indices) -> None:
    documents: list[Json] = [{"v": 1.0, "w": 3}, {"v": 4.0, "w": 1}, {"w": 2}]
    target = indices.add("measured", documents, {"v": {"type": "double"}, "w": {"type": "long"}})
    body = {
        "size": 0,
        "aggs": {
            "filled": {"avg": {"field": "v", "missing": 7}},
            "weighted": {"weighted_avg": {"value": {"field": "v"}, "weight": {"field": "w"}}},
            "ranks": {"percentile_ranks": {"field": "v", "values": [1, 3], "keyed": False}},
            "middle": {"percentiles": {"field": "v", "percents": [50, 99.9]}},
            "wide": {"extended_stats": {"field": "v"}},
            "ranged": {
                "range": {"field": "v", "keyed": True, "ranges": [{"key": "low", "to": 2}]},
                "meta": {"colour": "red"},
            },
        },
    }
    found = indices.search([target], body)["aggregations"]
    assert found["filled"]["value"] == 4.0
    assert found["weighted"]["value"] == 1.75
    assert found["ranks"]["values"] == [{"key": 1.0, "value": 50.0}, {"key": 3.0, "value": 50.0}]
    assert list(found["middle"]["values"]) == ["50.0", "99.9"]
    assert found["middle"]["values"]["50.0"] == 2.5
    assert found["wide"]["variance"] == 2.25
    assert found["wide"]["std_deviation_bounds"]["upper"] == 5.5
    assert found["wide"]["sum_of_squares"] == 17.0
    assert found["ranged"] == {
        "meta": {"colour": "red"},
        "buckets": {"low": {"to": 2.0, "doc_count": 1}},
    }


FUZZY = [("host", 0, {"host"}), ("hots", 1, {"host"}), ("hst", 1, {"host"}),
         ("hoost", 1, {"host", "hoist"}), ("hoos", 1, set()), ("hoos", 2, {"host", "hoist"}),
         ("ho", 2, {"host"}), ("zühost", 2, {"zuhost"})]  # fmt: skip


def test_words_that_are_near(indices: Indices) -> None:
    documents = [{"k": "host"}, {"k": "hoist"}, {"k": "zuhost"}, {}]
    target = indices.add("near", documents, {"k": {"type": "keyword"}})
    for word, edits, near in FUZZY:
        query = {"fuzzy": {"k": {"value": word, "fuzziness": edits}}}
        hits = indices.search([target], {"query": query})["hits"]["hits"]
        assert {hit["_source"]["k"] for hit in hits} == near, word
        body = {"query": {"bool": {"must_not": query}}}
        assert indices.search([target], body)["hits"]["total"]["value"] == 4 - len(near)


def test_aggregations_of_text_are_refused(indices: Indices, detectors: Target) -> None:
    with pytest.raises(SearchError, match="Text fields are not optimised"):
        indices.search([detectors], {"aggs": {"a": {"terms": {"field": "name"}}}})


# ---- what only the database sees, hostile names, limits ------------------------------------------

BRACKETS = dict.fromkeys(map(ord, "[]>"))  # which names of aggregations may not have
names = st.lists(
    st.sampled_from([*"ab\"'`?;$:{}[]()\\%_*- ,\x01é日\n", "--", "/*", "DROP TABLE x"]),
    min_size=1, max_size=8,
).map("".join).filter(lambda name: name.strip() == name)  # fmt: skip


@pytest.fixture
def fresh() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    yield connection
    connection.close()


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(field=names, value=names, nested=names)
def test_names_and_values_are_never_sql(
    fresh: duckdb.DuckDBPyConnection, field: str, value: str, nested: str
) -> None:
    fresh.execute("CREATE OR REPLACE TABLE victim AS SELECT 1 AS x")
    name = f"index {field}"
    fresh.execute(f"DROP TABLE IF EXISTS {quoted(name)}")
    properties: Json = {
        f"k{field}": {"type": "keyword"},
        f"n{nested}": {"type": "nested", "properties": {f"m{field}": {"type": "keyword"}}},
    }
    k, n, m = f"k{field}", f"n{nested}", f"m{field}"
    documents: list[Json] = [{k: value, n: [{m: value}]}, {k: "other", n: [{m: "other"}]}]
    target = make_target(fresh, name, documents, properties)
    inner = {"term": {f"{n}.{m}": value}}
    for query in (
        {"term": {k: value}},
        {"terms": {k: [value]}},
        {"match": {k: value}},
        {"range": {k: {"gte": value, "lte": value}}},
        {"bool": {"must_not": {"term": {k: "other"}}}},
        {"nested": {"path": n, "query": inner}},
    ):
        aggregations = {
            f"a{value.translate(BRACKETS)}": {
                "terms": {"field": k},
                "aggs": {
                    "o": {"nested": {"path": n}, "aggs": {"t": {"terms": {"field": f"{n}.{m}"}}}}
                },
            }
        }
        body = {"query": query, "sort": [{k: "asc"}], "aggs": aggregations}
        response: Json = search([target], body, fresh, lambda: NOW)
        assert response["hits"]["total"]["value"] == 1, query
        (result,) = response["aggregations"].values()
        assert result["buckets"][0]["key"] == value
        assert result["buckets"][0]["o"]["t"]["buckets"] == [{"key": value, "doc_count": 1}]
    for hostile in (value, f'"{value}', f'k{field}" OR 1=1 --'):
        for kind in ("term", "prefix", "wildcard", "match", "regexp"):
            try:
                search([target], {"query": {kind: {hostile: hostile}}}, fresh, lambda: NOW)
                search(
                    [target], {"query": {"query_string": {"query": hostile}}}, fresh, lambda: NOW
                )
            except SearchError as error:
                assert error.status == 400  # noqa: PT017 -- to be refused is fine, too
    assert fresh.execute("SELECT * FROM victim").fetchall() == [(1,)]


NO_DATE = "failed to parse date field [soon] with format [strict_date_optional_time||epoch_millis]"
REFUSED_BY_INDEX: list[tuple[Json, str]] = [
    ({"term": {"anomaly_grade": "x"}}, 'failed to create query: For input string: "x"'),
    (
        {"wildcard": {"anomaly_grade": "1*"}},
        (
            "failed to create query: Can only use wildcard queries on keyword, text and wildcard "
            "fields - not on [anomaly_grade] which is of type [double]"
        ),
    ),
    ({"query_string": {"query": "a AND"}}, "Failed to parse query [a AND]"),
    (
        {"range": {"data_start_time": {"gte": "soon"}}},
        (f"{NO_DATE}: [{NO_DATE}]"),
    ),
]


@pytest.mark.parametrize(("query", "reason"), REFUSED_BY_INDEX, ids=lambda each: str(each)[:40])
def test_what_a_mapping_cannot_answer(
    indices: Indices, results: Target, query: Json, reason: str
) -> None:
    with pytest.raises(SearchError) as caught:
        indices.search([results], {"query": query})
    assert caught.value.reason == reason
    assert caught.value.status == 400
    assert indices.search([results], {})["hits"]["total"]["value"] == 60


@pytest.mark.parametrize("bound", [10**15, -(10**15), 1e300, 253_402_300_800_000])
@pytest.mark.parametrize("unit", [{"calendar_interval": "year"}, {"fixed_interval": "365d"}])
def test_bounds_that_no_calendar_reaches(
    indices: Indices, results: Target, bound: float, unit: Json
) -> None:
    bounds = {"extended_bounds": {"min": bound, "max": bound}}
    histogram = {"field": "data_start_time"} | unit | bounds
    with pytest.raises(InvalidArgumentError, match="no calendar reaches the time"):
        indices.search([results], {"aggs": {"h": {"date_histogram": histogram}}})


def test_too_many_buckets(indices: Indices, results: Target) -> None:
    body = {
        "size": 0,
        "aggs": {
            "h": {
                "terms": {"field": "model_id"},
                "aggs": {
                    "t": {"date_histogram": {"field": "data_start_time", "fixed_interval": "1h"}}
                },
            }
        },
    }
    with pytest.raises(SearchError) as caught:
        indices.search([results], body, Limits(buckets=50))
    assert caught.value.type == "too_many_buckets_exception"
    assert "must be less than or equal to: [50]" in caught.value.reason.lower()
    assert indices.search([results], body, Limits(buckets=305))["aggregations"]
    body["aggs"]["h"]["aggs"]["t"]["date_histogram"]["fixed_interval"] = "1ms"  # type: ignore[index]
    with pytest.raises(SearchError, match="too many buckets"):
        indices.search([results], body)


def test_too_large_a_response(indices: Indices, results: Target) -> None:
    with pytest.raises(SearchError) as caught:
        indices.search([results], {}, Limits(source_bytes=1000))
    assert (caught.value.type, caught.value.status) == ("circuit_breaking_exception", 429)


def test_a_search_sees_one_state(indices: Indices) -> None:
    """Inside a transaction of the caller its own changes are seen, and no table stays behind."""
    target = indices.add("snapshot", [{"k": "a"}], {"k": {"type": "keyword"}})
    cursor = indices.connection.cursor()
    cursor.begin()
    cursor.execute('UPDATE "snapshot" SET "k" = \'b\'')
    body = {"aggs": {"k": {"terms": {"field": "k"}, "aggs": {"t": {"top_hits": {}}}}}}
    inside: Json = search([target], body, cursor, lambda: NOW, in_transaction=True)
    assert inside["aggregations"]["k"]["buckets"][0]["key"] == "b"
    outside = indices.search([target], body)
    assert outside["aggregations"]["k"]["buckets"][0]["key"] == "a"
    temporary = "SELECT table_name FROM duckdb_tables() WHERE temporary"
    assert cursor.execute(temporary).fetchall() == []
    cursor.rollback()
    assert indices.connection.execute(temporary).fetchall() == []


ZONES = [
    "UTC", "+05:30", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Asia/Kathmandu",
    "Australia/Lord_Howe", "Asia/Beirut", "Africa/Casablanca",
]  # fmt: skip
UNITS: list[tuple[int | None, str | None]] = [
    (None, "m"), (None, "h"), (None, "d"), (None, "w"), (None, "M"), (None, "q"), (None, "y"),
    (900_000, None), (HOUR, None), (6 * HOUR, None), (7 * 24 * HOUR, None),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_intervals_begin_alike_in_sql_and_in_python(indices: Indices, zone: str) -> None:
    """Around changes of clocks, too, which random moments of 2018 to 2021 come near to."""
    draw = random.Random(zone)
    moments = [draw.randrange(1_514_764_800_000, 1_640_000_000_000) for _ in range(300)]
    moments += [draw.randrange(-(10**12), 17 * 10**11) for _ in range(50)]
    # Every half hour of the days on which Berlin, New York, Beirut and Sao Paulo change.
    for day in (1_603_584_000_000, 1_604_188_800_000, 1_616_889_600_000, 1_541_289_600_000):
        moments += [day + at * HOUR // 2 for at in range(-30, 54)]
    for fixed, calendar in UNITS:
        buckets = DateBuckets(fixed, calendar, draw.choice([0, 0, HOUR]), parse_zone(zone))
        made = buckets.sql_floor(Sql("t"))
        rows = indices.connection.execute(
            f"SELECT t, {made.text} FROM (SELECT unnest(?::BIGINT[]) AS t)",
            [*made.parameters, moments],
        ).fetchall()
        if buckets.is_quartered:
            quarters = quarter_of(Sql("t"), buckets.offset)
            exact = buckets.sql_floor(quarters)
            again = indices.connection.execute(
                f"SELECT t, {exact.text} FROM (SELECT unnest(?::BIGINT[]) AS t)",
                [*exact.parameters, moments],
            ).fetchall()
            assert again == rows, (fixed, calendar)
        wrong = [(t, found, buckets.floor(t)) for t, found in rows if found != buckets.floor(t)]
        assert wrong == [], (fixed, calendar)
        for start in {found for _, found in rows}:
            following = buckets.next(start)
            assert buckets.floor(following) == following, (fixed, calendar, start)
            assert buckets.floor(following - 1) <= start
