"""Requests to jobs that are nearly right: each is answered, none is a fault of the service."""

from __future__ import annotations

import json
import logging
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from job_api import START, Api, job, opened
from job_documents import bucket, influencer, record, store
from test_service_fuzz import nearly, scalars

J = "anomaly_detectors/j"
RULE = {
    "actions": ["skip_result"],
    "scope": {"airline": {"filter_id": "f", "filter_type": "include"}},
    "conditions": [{"applies_to": "time", "operator": "gt", "value": 3}],
}
HISTOGRAM = {
    "h": {
        "date_histogram": {"field": "time", "fixed_interval": "5m"},
        "aggregations": {"time": {"max": {"field": "time"}}, "a": {"terms": {"field": "k"}}},
    }
}
FEED = {
    "job_id": "j", "indices": ["data"], "query": {"term": {"k": "a"}}, "frequency": "150s",
    "query_delay": "60s", "scroll_size": 10, "max_empty_searches": 3,
    "chunking_config": {"mode": "manual", "time_span": "1h"},
    "delayed_data_check_config": {"enabled": True, "check_window": "2h"},
    "indices_options": {"ignore_unavailable": True, "expand_wildcards": ["open"]},
}  # fmt: skip
# One body that each endpoint takes.
TAKEN: list[tuple[str, str, Any]] = [
    ("PUT", "anomaly_detectors/new", job(
        groups=["g"], description="d", custom_settings={"a": {"b": 1}},
        analysis_limits={"model_memory_limit": "16mb", "categorization_examples_limit": 2},
        model_plot_config={"enabled": True, "terms": "a,b"}, results_index_name="own",
        model_snapshot_retention_days=3, renormalization_window_days=1,
    )),
    ("PUT", "anomaly_detectors/ruled", {
        "analysis_config": {"bucket_span": "10m", "influencers": ["airline"], "latency": "0s",
                            "detectors": [{"function": "mean", "field_name": "responsetime",
                                           "by_field_name": "airline", "custom_rules": [RULE]}]},
        "data_description": {"time_field": "time", "time_format": "epoch"}}),
    ("PUT", "anomaly_detectors/fed", job(datafeed_config={"indices": ["data"]})),
    ("POST", f"{J}/_update", {
        "description": "d", "groups": ["g"], "detectors": [
            {"detector_index": 0, "description": "x", "custom_rules": [RULE]}]}),
    ("POST", f"{J}/results/records", {
        "start": "2016-02-08", "end": "now", "desc": True, "sort": "timestamp",
        "exclude_interim": False, "record_score": 1.5, "page": {"from": 0, "size": 10}}),
    ("POST", f"{J}/results/buckets", {
        "start": START, "end": -1, "expand": True, "anomaly_score": 0, "from": 0, "size": 3}),
    ("POST", f"{J}/results/buckets", {"timestamp": START}),
    ("POST", f"{J}/results/influencers", {"influencer_score": 10, "sort": "probability"}),
    ("POST", f"{J}/results/overall_buckets", {
        "top_n": 2, "bucket_span": "2h", "overall_score": 1, "start": "2016-01-01",
        "exclude_interim": True, "allow_no_match": True}),
    ("POST", f"{J}/results/categories", {"page": {"from": 0, "size": 1}}),
    ("POST", f"{J}/model_snapshots", {
        "sort": "description", "start": START, "end": "now", "desc": False, "page": {"size": 3}}),
    ("POST", f"{J}/_close", {"force": True, "timeout": "5s", "allow_no_match": True}),
    ("POST", "anomaly_detectors/_validate", job(job_id="v")),
    ("POST", "anomaly_detectors/_validate/detector", {
        "function": "rare", "by_field_name": "a", "over_field_name": "b", "use_null": True,
        "exclude_frequent": "all", "custom_rules": []}),
    ("POST", "anomaly_detectors/_estimate_model_memory", {
        "analysis_config": job()["analysis_config"], "overall_cardinality": {"airline": 100},
        "max_bucket_cardinality": {"host": 5}}),
    ("PUT", "datafeeds/feed", FEED),
    ("POST", "datafeeds/there/_update", {"scroll_size": 7, "query": {"match_all": {}}}),
    ("POST", "datafeeds/_preview", {
        "datafeed_config": {"indices": ["data"], "query": {"match_all": {}}},
        "job_config": job(), "start": START - 1_000_000, "end": START + 10_000}),
    ("POST", "datafeeds/_preview", {
        "datafeed_config": {"indices": ["data"], "aggregations": HISTOGRAM},
        "job_config": job(analysis_config={
            "bucket_span": "1h", "summary_count_field_name": "doc_count",
            "detectors": [{"function": "count"}]})}),
    ("PUT", "calendars/new", {"description": "d", "job_ids": ["j", "g"]}),
    ("POST", "calendars/c/events", {"events": [
        {"description": "x", "start_time": START, "end_time": "now+1h", "skip_result": True,
         "skip_model_update": False, "force_time_shift": 60}]}),
    ("POST", "calendars", {"page": {"from": 0, "size": 5}}),
    ("PUT", "filters/new", {"description": "d", "items": ["a", "*.b.com"]}),
    ("POST", "filters/f/_update", {"description": "d", "add_items": ["x"], "remove_items": ["a"]}),
]  # fmt: skip


def ask(method: str, path: str, bodies: list[Any]) -> list[httpx.Response]:
    """The answers of a fresh service that has one of everything."""
    with opened() as api:
        prepare(api)
        return [api.request(method, path, content=json.dumps(b).encode()) for b in bodies]


def prepare(api: Api) -> None:
    fields = {"time": {"type": "date"}, "k": {"type": "keyword"}, "responsetime": {"type": "long"},
              "airline": {"type": "keyword"}}  # fmt: skip
    api.store.documents.create_index("data", {"properties": fields})
    source = {"time": START, "k": "a", "responsetime": 1, "airline": "AAL"}
    api.store.documents.index("data", source)
    api.create("j")
    store(api, "j", bucket("j", 0, 50.0), record("j", 0, 60.0), influencer("j", 0, 70.0))
    api.ok("PUT", "filters/f", {"items": ["a"]})
    api.ok("PUT", "calendars/c", {"job_ids": ["j"]})
    api.create("other")
    api.ok("PUT", "datafeeds/there", {"job_id": "other", "indices": ["data"]})


def test_all_are_taken_as_they_are() -> None:
    for method, path, body in TAKEN:
        (answer,) = ask(method, path, [body])
        assert answer.status_code == 200, answer.text


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=1)
@given(data=st.data())
@pytest.mark.parametrize(("method", "path", "body"), TAKEN, ids=lambda x: str(x)[:30])
def test_bodies_that_are_nearly_right(
    method: str, path: str, body: Any, data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    bodies = data.draw(st.lists(nearly(body), min_size=15, max_size=15))
    caplog.clear()
    for answer in ask(method, path, bodies):
        faults = [record.exc_info for record in caplog.records if record.levelno >= logging.ERROR]
        assert answer.status_code < 500, (answer.request.content, answer.text, faults)
        json.loads(answer.content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=5)
@given(data=st.data())
def test_parameters_that_are_nearly_right(
    data: st.DataObject, caplog: pytest.LogCaptureFixture
) -> None:
    names = ("start", "end", "desc", "sort", "from", "size", "record_score", "exclude_interim",
             "include_interim", "expand", "partition_value", "human")  # fmt: skip
    drawn = data.draw(st.dictionaries(st.sampled_from(names), scalars.map(str), max_size=3))
    caplog.clear()
    with opened() as api:
        prepare(api)
        query = str(httpx.QueryParams(drawn))
        answer = api.request("GET", f"{J}/results/records?{query}")
        assert answer.status_code < 500, (query, answer.text)
