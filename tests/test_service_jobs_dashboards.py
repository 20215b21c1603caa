"""What dashboards and watches ask of the indices of jobs, not of the API of jobs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, rows
from test_service_jobs_datafeeds import FEED, index, prepared
from test_service_jobs_life import J, post

RESULTS = "/.ml-anomalies-*/_search"
PERIOD = {"range": {"timestamp": {"gte": BEGIN, "lte": BEGIN + 130 * HOUR,
                                  "format": "epoch_millis"}}}  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[Api]:
    with opened(now=BEGIN + 200 * HOUR) as made:
        index(made, rows(0, 130, surprise=120))
        prepared(made)
        made.ok("POST", f"{FEED}/_start", {"start": "0", "end": "now"})
        made.service.datafeeds.scheduler.run_due()
        yield made


def of_kind(kind: str, *more: Any) -> dict[str, Any]:
    """A query as dashboards write it."""
    text = {"query_string": {"query": f"result_type:{kind}", "analyze_wildcard": False}}
    job = {"bool": {"should": [{"term": {"job_id": "farequote"}}]}}
    return {"bool": {"filter": [text, {"bool": {"must": [PERIOD, job, *more]}}]}}


def test_swim_lanes_are_the_scores_of_buckets(api: Api) -> None:
    day = {"date_histogram": {"field": "timestamp", "fixed_interval": "86400s", "min_doc_count": 1},
           "aggs": {"highest": {"max": {"field": "anomaly_score"}}}}  # fmt: skip
    jobs = {"terms": {"field": "job_id", "size": 50, "order": {"highest": "desc"}},
            "aggs": {"highest": {"max": {"field": "anomaly_score"}}, "byTime": day}}  # fmt: skip
    found = api.ok("POST", RESULTS, {"size": 0, "query": of_kind("bucket"), "aggs": {"jobs": jobs}})
    ((lane),) = found["aggregations"]["jobs"]["buckets"]
    buckets = api.ok("POST", f"{J}/results/buckets", {"page": {"size": 1000}})["buckets"]
    expected: dict[int, float] = {}
    for bucket in buckets:
        start = bucket["timestamp"] // (24 * HOUR) * 24 * HOUR
        expected[start] = max(expected.get(start, 0.0), bucket["anomaly_score"])
    lanes = {cell["key"]: cell["highest"]["value"] for cell in lane["byTime"]["buckets"]}
    assert lanes == expected
    assert lane["highest"]["value"] == max(expected.values()) > 0


def test_influencers_and_records_are_found_by_nested_fields(api: Api) -> None:
    by_value = {"terms": {"field": "influencer_field_value", "order": {"highest": "desc"}},
                "aggs": {"highest": {"max": {"field": "influencer_score"}}}}  # fmt: skip
    positive = {"range": {"influencer_score": {"gt": 0}}}
    body = {"size": 0, "query": of_kind("influencer", positive), "aggs": {"values": by_value}}
    first, *_ = api.ok("POST", RESULTS, body)["aggregations"]["values"]["buckets"]
    (best,) = api.ok("GET", f"{J}/results/influencers?size=1")["influencers"]
    assert (first["key"], first["highest"]["value"]) == (
        best["influencer_field_value"], best["influencer_score"],
    )  # fmt: skip
    inside = {"nested": {"path": "influencers", "query": {"bool": {"must": [
        {"match": {"influencers.influencer_field_name": "airline"}},
        {"match": {"influencers.influencer_field_values": first["key"]}}]}}}}  # fmt: skip
    hits = api.ok("POST", RESULTS, {"query": of_kind("record", inside), "sort": [
        {"record_score": {"order": "desc"}}]})["hits"]["hits"]  # fmt: skip
    assert hits
    assert all(first["key"] in hit["_source"]["airline"] for hit in hits)


def test_a_watch_finds_times_and_rounded_scores(api: Api) -> None:
    start = (
        'LocalDateTime.ofEpochSecond((doc["timestamp"].value.getMillis()-doc["bucket_span"]'
        '.value * 1000\n * params.padding)/1000, 0, ZoneOffset.UTC).toString()+":00.000Z"'
    )
    top = {"top_hits": {
        "size": 1, "sort": [{"anomaly_score": {"order": "desc"}}],
        "_source": {"includes": ["job_id", "result_type", "timestamp", "is_interim"]},
        "script_fields": {
            "start": {"script": {"lang": "painless", "source": start, "params": {"padding": 10}}},
            "score": {"script": {"lang": "painless",
                                 "source": "Math.round(doc[\"anomaly_score\"].value)"}},
        },
    }}  # fmt: skip
    # The watch looks at the last two buckets; here they are those of the surprise.
    found = api.ok("POST", RESULTS, {
        "size": 0,
        "query": {"bool": {"filter": [
            {"term": {"job_id": "farequote"}},
            {"range": {"timestamp": {"gte": "2016-02-14T01:00:00Z||-1h"}}},
            {"terms": {"result_type": ["bucket", "record", "influencer"]}}]}},
        "aggs": {"buckets": {"filter": {"range": {"anomaly_score": {"gte": 1}}},
                             "aggs": {"best": top}}},
    })  # fmt: skip
    (hit,) = found["aggregations"]["buckets"]["best"]["hits"]["hits"]
    (bucket,) = api.ok("GET", f"{J}/results/buckets?sort=anomaly_score&desc=true&size=1")["buckets"]
    assert hit["_source"]["timestamp"] == bucket["timestamp"] == BEGIN + 120 * HOUR
    assert hit["fields"] == {
        "start": ["2016-02-13T14:00:00.000Z"], "score": [round(bucket["anomaly_score"])],
    }  # fmt: skip


def test_tables_for_people(api: Api) -> None:
    text = api.request("GET", "/_cat/ml/anomaly_detectors?v&s=id").text.splitlines()
    assert text[0].split() == [
        "id", "state", "data.processed_records", "model.bytes", "model.memory_status",
        "forecasts.total", "buckets.count",
    ]  # fmt: skip
    assert text[1].split()[:3] == ["farequote", "closed", str(130 * 12)]
    wanted = "/_cat/ml/anomaly_detectors/fare*?format=json&h=id,mms,dlr,ot&bytes=b"
    assert api.ok("GET", wanted) == [{
        "id": "farequote", "model.memory_status": "ok", "opened_time": None,
        "data.latest_record": str(rows(129, 130)[-1]["time"]),
    }]  # fmt: skip
    (feed,) = api.ok("GET", "/_cat/ml/datafeeds?format=json")
    assert feed == {
        "id": "feed", "state": "stopped", "buckets.count": "129", "search.count": "1",
    }  # fmt: skip
    assert api.request("GET", "/_cat/ml/anomaly_detectors/none").status_code == 404


def test_whoever_looks_after_jobs_hears_of_their_life(api: Api) -> None:
    body = {"size": 100, "sort": [{"timestamp": "asc"}, {"_seq_no": "asc"}],
            "query": {"bool": {"filter": [{"term": {"job_id": "farequote"}}]}}}  # fmt: skip
    hits = api.ok("POST", "/.ml-notifications-*/_search", body)["hits"]["hits"]
    assert [(hit["_source"]["level"], hit["_source"]["message"]) for hit in hits] == [
        ("info", "Job created"),
        ("info", "Opening job"),
        ("info", "Datafeed started (from: 1970-01-01T00:00:00.000Z to: 2016-02-17T08:00:00.000Z)"),
        ("info", "Datafeed stopped"),
        ("info", "Job is closing"),
    ]


def test_annotations_are_there_before_anybody_wrote_one(api: Api) -> None:
    written = api.ok("GET", "/_alias/.ml-annotations-write")
    assert list(written) == [".ml-annotations-6"]
    note = {"annotation": "looked at it", "job_id": "farequote", "type": "annotation",
            "timestamp": BEGIN, "end_timestamp": BEGIN + HOUR, "event": "user"}  # fmt: skip
    api.request("POST", "/.ml-annotations-write/_doc?refresh=true", note)
    query = {"query_string": {"query": "type:annotation AND (job_id:farequote)"}}
    events = {"terms": {"field": "event", "missing": "__missing__"}}
    found = api.ok("POST", "/.ml-annotations-read/_search", {"query": query, "aggs": {"e": events}})
    assert [hit["_source"] for hit in found["hits"]["hits"]] == [note]
    assert found["aggregations"]["e"]["buckets"][0]["key"] == "user"


def test_memory_that_is_short_is_told_of_once() -> None:
    with opened(now=BEGIN) as api:
        api.create(**WAVES, analysis_limits={"model_memory_limit": "1mb"})
        api.ok("POST", f"{J}/_open")
        for hour in range(3):
            post(api, *({"time": BEGIN + hour * HOUR, "airline": f"A{n}", "responsetime": 1}
                        for n in range(600)))  # fmt: skip
        query = {"query": {"term": {"level": "error"}}}
        hits = api.ok("POST", "/.ml-notifications-*/_search", query)["hits"]["hits"]
        assert [hit["_source"]["message"].partition(";")[0] for hit in hits] == [
            "Job memory status changed to hard_limit"
        ]
