"""What a datafeed reads: documents and aggregations of them, as the job would see them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from job_api import START, Api, job, opened

MAPPING = {
    "properties": {
        "time": {"type": "date"},
        "airline": {"type": "text", "fields": {"keyword": {"type": "keyword"}}},
        "responsetime": {"type": "double"},
        "geo": {"properties": {"city": {"type": "keyword"}}},
        "tags": {"type": "keyword"},
    }
}
MINUTE = 60_000


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened() as served:
        documents = served.store.documents
        for index in ("fares-1", "fares-2"):
            documents.create_index(index, MAPPING)
        for minute in range(20):
            source = {
                "time": START + minute * MINUTE,
                "airline": "AAL" if minute % 2 else "BA",
                "responsetime": float(minute),
                "geo": {"city": "Rome" if minute < 10 else "Oslo"},
                "tags": ["x"] if minute % 2 else ["x", "y"],
                "other": "not analysed",
            }
            documents.index(f"fares-{minute // 10 + 1}", source)
        only = {"term": {"geo.city": "Oslo"}}
        alias = {"index": "fares-2", "alias": "oslo", "filter": only}
        documents.update_aliases([{"add": alias}])
        yield served


def analysis(*detectors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"analysis_config": {"bucket_span": "10m", "detectors": list(detectors)} | changes}


MEAN = {"function": "mean", "field_name": "responsetime", "partition_field_name": "geo.city"}


def preview(api: Api, feed: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    config = job(**analysis(MEAN), data_description={"time_field": "time"}) | changes
    body = {"datafeed_config": {"indices": ["fares-*"]} | feed, "job_config": config}
    found: list[dict[str, Any]] = api.ok("POST", "datafeeds/_preview", body)
    return found


def test_records_have_the_fields_that_are_analysed(api: Api) -> None:
    found = preview(api, {"scroll_size": 3})
    assert found == [
        {
            "time": START + minute * MINUTE,
            "responsetime": float(minute),
            "geo.city": "Rome" if minute < 10 else "Oslo",
        }
        for minute in range(20)
    ]


@pytest.mark.parametrize(
    ("feed", "minutes"),
    [
        ({"query": {"range": {"responsetime": {"gte": 18}}}}, [18, 19]),
        ({"indices": ["fares-2"]}, range(10, 20)),
        ({"indices": ["oslo", "nothing-*"]}, range(10, 20)),
        ({"indices": ["fares-2", "nothing"], "indices_options": {"ignore_unavailable": True}},
         range(10, 20)),
        ({"chunking_config": {"mode": "manual", "time_span": "7m"}}, range(20)),
        ({"chunking_config": {"mode": "off"}}, range(20)),
    ],
)  # fmt: skip
def test_which_documents(api: Api, feed: dict[str, Any], minutes: Any) -> None:
    found = preview(api, feed)
    assert [(each["time"] - START) // MINUTE for each in found] == list(minutes)


def test_a_period(api: Api) -> None:
    start, end = START + 5 * MINUTE, "2016-02-08T15:18:00Z"
    body = {
        "datafeed_config": {"indices": ["fares-*"]},
        "job_config": job(**analysis(MEAN), data_description={}),
        "start": start,
        "end": end,
    }
    found = api.ok("POST", "datafeeds/_preview", body)
    assert [each["time"] for each in found] == [start, start + MINUTE, start + 2 * MINUTE]


@pytest.mark.parametrize(
    ("time_format", "time"),
    [
        ("epoch_ms", START),
        ("epoch", START // 1000),
        ("yyyy-MM-dd'T'HH:mm:ssX", "2016-02-08T15:10:00Z"),
    ],
)
def test_times_are_written_as_the_job_reads_them(api: Api, time_format: str, time: Any) -> None:
    described = {"time_field": "time", "time_format": time_format}
    assert preview(api, {}, data_description=described)[0]["time"] == time


def test_values_of_sub_fields_and_arrays(api: Api) -> None:
    detector = {"function": "count", "by_field_name": "airline.keyword"}
    changed = analysis(detector, influencers=["tags"])
    found = preview(api, {}, **changed)
    assert found[:2] == [
        {"time": START, "airline.keyword": "BA", "tags": ["x", "y"]},
        {"time": START + MINUTE, "airline.keyword": "AAL", "tags": "x"},
    ]


def histogram(**inner: Any) -> dict[str, Any]:
    return {
        "times": {
            "date_histogram": {"field": "time", "fixed_interval": "5m"},
            "aggregations": {"time": {"max": {"field": "time"}}, **inner},
        }
    }


SUMMED = {"summary_count_field_name": "doc_count"}


def test_aggregations(api: Api) -> None:
    mean = {"avg": {"field": "responsetime"}}
    by_city = {"terms": {"field": "geo.city"}, "aggs": {"responsetime": mean}}
    found = preview(api, {"aggs": histogram(**{"geo.city": by_city})}, **analysis(MEAN, **SUMMED))
    assert found == [
        {
            "time": START + (5 * n + 4) * MINUTE,
            "geo.city": "Rome" if n < 2 else "Oslo",
            "responsetime": 5 * n + 2.0,
            "doc_count": 5,
        }
        for n in range(4)
    ]


def test_a_composite_is_read_page_by_page(api: Api) -> None:
    composite = {
        "buckets": {
            "composite": {
                "size": 3,
                "sources": [
                    {"times": {"date_histogram": {"field": "time", "fixed_interval": "5m"}}},
                    {"airline": {"terms": {"field": "airline.keyword"}}},
                ],
            },
            "aggregations": {
                "time": {"max": {"field": "time"}},
                "responsetime": {"max": {"field": "responsetime"}},
            },
        }
    }
    detector = {"function": "max", "field_name": "responsetime", "by_field_name": "airline"}
    found = preview(api, {"aggregations": composite}, **analysis(detector, **SUMMED))
    assert len(found) == 8
    assert sum(each["doc_count"] for each in found) == 20
    assert found[:2] == [
        {"time": START + 3 * MINUTE, "airline": "AAL", "responsetime": 3.0, "doc_count": 2},
        {"time": START + 4 * MINUTE, "airline": "BA", "responsetime": 4.0, "doc_count": 3},
    ]
    assert {"airline", "time", "responsetime", "doc_count"} == set(found[0])


def test_empty_intervals_are_no_records(api: Api) -> None:
    query = {"bool": {"must_not": [{"range": {"responsetime": {"gte": 5, "lt": 15}}}]}}
    found = preview(api, {"aggs": histogram(), "query": query}, **analysis(MEAN, **SUMMED))
    assert [each["time"] for each in found] == [START + 4 * MINUTE, START + 19 * MINUTE]


@pytest.mark.parametrize(
    ("feed", "changes", "reason"),
    [
        ({"indices": ["nothing-*"]}, {},
         ("datafeed [preview] cannot retrieve data because no index matches datafeed's indices "
          "[nothing-*]")),
        ({"indices": ["fares-1", "nope"]}, {},
         "datafeed [preview] cannot retrieve data because index [nope] does not exist"),
        ({}, analysis({"function": "mean", "field_name": "price"}),
         "datafeed [preview] cannot retrieve field [price] because it has no mappings"),
        ({}, {"data_description": {"time_field": "when"}},
         "datafeed [preview] cannot retrieve field [when] because it has no mappings"),
        ({}, {"data_description": {"time_field": "tags"}},
         "field [tags] is no date in [fares-1]"),
        ({"query": {"nothing": {}}}, {}, "unknown query [nothing]"),
    ],
)  # fmt: skip
def test_what_cannot_be_read(
    api: Api, feed: dict[str, Any], changes: dict[str, Any], reason: str
) -> None:
    config = job(**analysis(MEAN), data_description={"time_field": "time"}) | changes
    body = {"datafeed_config": {"indices": ["fares-*"]} | feed, "job_config": config}
    status, _, found = api.refused("POST", "datafeeds/_preview", body)
    assert (status, found) == (400, reason)


def test_runtime_fields_are_read_from_the_documents(api: Api) -> None:
    documents = api.store.documents
    documents.create_index("raw", {"dynamic": "false", "properties": {"time": {"type": "date"}}})
    for minute, city, fare in ((0, 7, "12.5"), (1, 8, "none"), (2, True, 3)):
        source = {"time": START + minute * MINUTE, "geo": {"city": city}, "responsetime": fare}
        documents.index("raw", source)
    types = {"responsetime": {"type": "double"}, "geo.city": {"type": "keyword"}}
    feed = {"indices": ["raw"], "runtime_mappings": types}
    assert preview(api, feed) == [
        {"time": START, "responsetime": 12.5, "geo.city": "7"},
        {"time": START + MINUTE, "geo.city": "8"},
        {"time": START + 2 * MINUTE, "responsetime": 3.0, "geo.city": "true"},
    ]
    config = job(**analysis(MEAN), data_description={"time_field": "time"})
    query = {"term": {"geo.city": "7"}}
    body = {"datafeed_config": feed | {"query": query}, "job_config": config}
    assert api.refused("POST", "datafeeds/_preview", body)[2] == (
        "datafeed [preview] cannot retrieve field [geo.city] because it has no mappings"
    )


def test_scripts_compute_fields(api: Api) -> None:
    documents = api.store.documents
    kinds = {"time": "date", "bytes": "long", "seconds": "double", "host": "keyword"}
    properties = {name: {"type": kind} for name, kind in kinds.items()}
    documents.create_index("calls", {"properties": properties})
    sources: list[dict[str, Any]] = [
        {"bytes": 5, "seconds": 2, "host": "Web"},
        {"bytes": [8, "3"], "host": ["b", "A"]},
        {"seconds": 0},
    ]
    for minute, source in enumerate(sources):
        documents.index("calls", {"time": START + minute * MINUTE, **source})
    feed = {
        "indices": ["calls"],
        "script_fields": {
            "responsetime": {"script": {"source": "doc['bytes'].value / params.by",
                                        "params": {"by": 2}}},
            "rate": {"script": "doc['bytes'].value / doc['seconds'].value"},
        },
        "runtime_mappings": {
            "where": {"type": "keyword", "script": {"source": "emit(doc['host'].value + '_' + "
                                                    "doc['bytes'].size())"}},
            "bytes": {"type": "long"},
        },
    }  # fmt: skip
    analysed = {"function": "mean", "field_name": "responsetime", "by_field_name": "where",
                "partition_field_name": "rate"}  # fmt: skip
    config = job(**analysis(analysed), data_description={"time_field": "time"})
    body = {"datafeed_config": feed, "job_config": config}
    assert api.ok("POST", "datafeeds/_preview", body) == [
        {"time": START, "responsetime": 2, "rate": 2.5, "where": "Web_1"},
        {"time": START + MINUTE, "responsetime": 1, "where": "A_2"},
        {"time": START + 2 * MINUTE},
    ]
    unknown = {"script_fields": {"responsetime": {"script": "doc['size'].value"}}}
    body = {"datafeed_config": {"indices": ["calls"]} | unknown, "job_config": config}
    assert api.refused("POST", "datafeeds/_preview", body)[2] == (
        "datafeed [preview] cannot retrieve field [rate] because it has no mappings"
    )


@pytest.mark.parametrize(
    ("aggregations", "reason"),
    [
        ({"times": {"date_histogram": {"field": "time", "fixed_interval": "5m"}}},
         "Date histogram must have nested max aggregation for time_field [time]"),
        ({"a": histogram()["times"], "b": histogram()["times"]},
         "Aggregations can only have 1 date_histogram or histogram aggregation"),
        ({"times": {"date_histogram": {"field": "time", "fixed_interval": "1h"},
                    "aggs": {"time": {"max": {"field": "time"}}}}},
         ("Aggregation interval [3600000ms] must be less than or equal to the bucket_span "
          "[600000ms]")),
        ({"times": {"date_histogram": {"field": "time", "fixed_interval": "7m"},
                    "aggs": {"time": {"max": {"field": "time"}}}}},
         "Aggregation interval [420000ms] must be a divisor of the bucket_span [600000ms]"),
    ],
)  # fmt: skip
def test_aggregations_that_give_no_times(
    api: Api, aggregations: dict[str, Any], reason: str
) -> None:
    config = job(**analysis(MEAN, **SUMMED), data_description={})
    api.request("PUT", "anomaly_detectors/aggregated", config)
    feed = {"job_id": "aggregated", "indices": ["fares-*"], "aggregations": aggregations}
    assert api.refused("PUT", "datafeeds/f", feed)[2] == reason
