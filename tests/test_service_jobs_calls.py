"""Every call that clients make, with every parameter and field that they may send, in one life."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, rows

J, FEED, CALENDAR = "anomaly_detectors/all", "datafeeds/all", "calendars/all"
END = BEGIN + 60 * HOUR
INDICES = (
    "allow_no_indices=true&expand_wildcards=open&ignore_throttled=true&ignore_unavailable=true"
)
FACES = "pretty&human=true&error_trace=false"
SETTINGS: dict[str, Any] = {
    "allow_lazy_open": True, "background_persist_interval": "2h", "custom_settings": {"a": 1},
    "daily_model_snapshot_retention_after_days": 1, "description": "d", "groups": ["g"],
    "model_plot_config": {"enabled": True, "terms": "AAL", "annotations_enabled": False},
    "model_snapshot_retention_days": 5, "renormalization_window_days": 30,
    "results_retention_days": 100,
}  # fmt: skip
LIMITS = {"analysis_limits": {"model_memory_limit": "64mb", "categorization_examples_limit": 3}}
ANALYSIS = WAVES["analysis_config"] | {"latency": "0s", "model_prune_window": "30d"}
JOB = WAVES | {"analysis_config": ANALYSIS} | SETTINGS | LIMITS
RULE = {"actions": ["skip_result"], "conditions": [{"applies_to": "actual", "operator": "gt",
        "value": 1e9}]}  # fmt: skip
READ: dict[str, Any] = {"desc": True, "end": str(END), "exclude_interim": True, "start": BEGIN}
PAGE = {"page": {"from": 0, "size": 2}}
FEEDING: dict[str, Any] = {
    "job_id": "all", "indices": ["fares"], "query": {"match_all": {}}, "frequency": "150s",
    "query_delay": "60s", "scroll_size": 500,
    "chunking_config": {"mode": "manual", "time_span": "3h"},
    "delayed_data_check_config": {"enabled": True, "check_window": "2h"},
    "indices_options": {"expand_wildcards": ["open"]}, "max_empty_searches": 10,
    "runtime_mappings": {"k": {"type": "double", "script": {"source": "emit(1.0)"}}},
    "script_fields": {"s": {"script": {"source": "doc['responsetime'].value * 2"}}},
}  # fmt: skip
MAPPING = {"properties": {"time": {"type": "date"}, "airline": {"type": "keyword"},
           "responsetime": {"type": "double"}}}  # fmt: skip
EVENT = {"description": "e", "start_time": BEGIN, "end_time": END, "skip_result": True,
         "skip_model_update": True, "force_time_shift": 3600}  # fmt: skip


class Call(NamedTuple):
    """A call, and the fields that its answer has at least; {} stands for an id seen before."""

    method: str
    path: str
    body: Any
    fields: str


CALLS = [
    Call("GET", f"info?{FACES}", None, "defaults upgrade_mode native_code limits"),
    Call("PUT", f"{J}?{INDICES}", JOB | {"results_index_name": "foo"}, "job_id create_time"),
    Call("GET", "anomaly_detectors/g,a*?allow_no_match=false&exclude_generated=true", None,
         "count jobs"),
    Call("POST", f"{J}/_update",
         SETTINGS | LIMITS | {"model_prune_window": "40d", "per_partition_categorization":
         {"enabled": False}, "detectors": [{"detector_index": 0, "description": "m",
         "custom_rules": [RULE]}]}, "job_id analysis_config"),
    Call("POST", f"{J}/_open?timeout=30m", {"job_id": "all", "timeout": "30m"}, "opened node"),
    Call("POST", f"{J}/_data", rows(0, 60, surprise=50), "job_id processed_record_count"),
    Call("POST", f"{J}/_flush", {"calc_interim": True, "start": str(END - HOUR), "end": END},
         "flushed last_finalized_bucket_end"),
    Call("POST", f"{J}/_flush?advance_time={END}", None, "flushed"),
    Call("POST", f"{J}/_flush", {"skip_time": str(END + HOUR)}, "flushed"),
    Call("POST", f"{J}/_forecast",
         {"duration": "1h", "expires_in": "1d", "max_model_memory": "30mb"}, "forecast_id"),
    Call("GET", f"anomaly_detectors/_all/_stats?allow_no_match=true&{FACES}", None, "count jobs"),
    Call("POST", f"{J}/results/buckets?from=0&size=2",
         READ | {"anomaly_score": 1, "expand": True, "sort": "anomaly_score"}, "count buckets"),
    Call("POST", f"{J}/results/buckets", PAGE, "count buckets"),
    Call("POST", f"{J}/results/buckets/{BEGIN}", {"expand": True}, "count buckets"),
    Call("GET", f"{J}/results/buckets?timestamp={BEGIN}&expand=true", None, "count buckets"),
    Call("POST", f"{J}/results/records?from=0&size=2",
         READ | {"record_score": 1, "sort": "record_score"}, "count records"),
    Call("GET", f"{J}/results/records?desc=true&end={END}&exclude_interim=true&record_score=1"
         f"&sort=timestamp&start={BEGIN}", PAGE, "count records"),
    Call("POST", f"{J}/results/influencers?desc=true&end={END}&exclude_interim=true&from=0&size=1"
         f"&influencer_score=1&sort=influencer_score&start={BEGIN}", None, "count influencers"),
    Call("POST", f"{J}/results/influencers", PAGE, "count influencers"),
    Call("POST", "anomaly_detectors/all,g/results/overall_buckets",
         {"allow_no_match": True, "bucket_span": "2h", "end": str(END), "exclude_interim": True,
          "overall_score": 1, "start": str(BEGIN), "top_n": 1}, "count overall_buckets"),
    Call("POST", f"{J}/results/categories?from=0&size=1&partition_field_value=x", None,
         "count categories"),
    Call("POST", f"{J}/results/categories", PAGE, "count categories"),
    Call("DELETE", f"{J}/_forecast/_all?allow_no_forecasts=true&timeout=1m", None, "acknowledged"),
    Call("POST", f"{J}/_close", {"allow_no_match": True, "force": False, "timeout": "30m"},
         "closed"),
    Call("GET", f"{J}/model_snapshots?desc=true&start=-1&end=now%2B1h&from=0&size=1&sort=timestamp",
         None, "count model_snapshots"),
    Call("POST", f"{J}/model_snapshots/{{}}", {"job_id": "all", "snapshot_id": "{}", **PAGE},
         "count model_snapshots"),
    Call("POST", f"{J}/model_snapshots/{{}}/_update",
         {"job_id": "all", "description": "kept", "retain": True}, "acknowledged model"),
    Call("POST", f"{J}/model_snapshots/{{}}/_upgrade?timeout=1m&wait_for_completion=true", None,
         "completed node"),
    Call("GET", f"{J}/model_snapshots/{{}}/_upgrade/_stats?allow_no_match=true", None,
         "count model_snapshot_upgrades"),
    Call("POST", f"{J}/model_snapshots/{{}}/_revert", {"delete_intervening_results": True},
         "model"),
    Call("POST", f"{J}/model_snapshots/empty/_revert", None, "model"),
    Call("DELETE", f"{J}/model_snapshots/{{}}", None, "acknowledged"),
    Call("POST", "anomaly_detectors/_validate", WAVES | LIMITS | {"job_id": "v"}, "acknowledged"),
    Call("POST", "anomaly_detectors/_validate/detector", {"function": "count"}, "acknowledged"),
    Call("POST", "anomaly_detectors/_estimate_model_memory",
         {"analysis_config": WAVES["analysis_config"], "max_bucket_cardinality": {"airline": 3},
          "overall_cardinality": {"airline": 3}}, "model_memory_estimate"),
    Call("PUT", f"{FEED}?{INDICES}", FEEDING, "datafeed_id"),
    Call("POST", f"{FEED}/_update?{INDICES}", FEEDING, "datafeed_id"),
    Call("GET", f"{FEED}?allow_no_match=true&exclude_generated=true", None, "count datafeeds"),
    Call("GET", f"{FEED}/_preview?start={BEGIN}&end={BEGIN + HOUR}", None, ""),
    Call("POST", "datafeeds/_preview?start=-1", {"job_config": WAVES,
         "datafeed_config": {"indices": ["fares"]}}, ""),
    Call("POST", f"{J}/_open", None, "opened"),
    Call("POST", f"{FEED}/_start", {"start": BEGIN, "end": str(END), "timeout": "20s"},
         "started node"),
    Call("GET", f"{FEED}/_stats?allow_no_match=true", None, "count datafeeds"),
    Call("POST", "datafeeds/a*/_stop",
         {"allow_no_match": True, "close_job": True, "force": True, "timeout": "20s"}, "stopped"),
    Call("DELETE", f"{FEED}?force=true", None, "acknowledged"),
    Call("PUT", CALENDAR, {"description": "d", "job_ids": ["all"]}, "calendar_id job_ids"),
    Call("PUT", f"{CALENDAR}/jobs/other", None, "calendar_id"),
    Call("DELETE", f"{CALENDAR}/jobs/other", None, "calendar_id"),
    Call("POST", "calendars?from=0&size=1", None, "count calendars"),
    Call("POST", "calendars", PAGE, "count calendars"),
    Call("POST", f"{CALENDAR}/events", {"events": [EVENT]}, "events"),
    Call("GET", f"calendars/_all/events?start={BEGIN}&end={END}&from=0&size=1&job_id=all", None,
         "count events"),
    Call("DELETE", f"{CALENDAR}/events/{{}}", None, "acknowledged"),
    Call("DELETE", CALENDAR, None, "acknowledged"),
    Call("PUT", "filters/all", {"filter_id": "all", "description": "d", "items": ["a"]}, "items"),
    Call("GET", "filters?from=0&size=1", None, "count filters"),
    Call("POST", "filters/all/_update",
         {"description": "d", "add_items": ["b"], "remove_items": ["a"]}, "items"),
    Call("DELETE", "filters/all", None, "acknowledged"),
    Call("DELETE", "_delete_expired_data/a*?requests_per_second=-1&timeout=8h",
         {"requests_per_second": -1.0, "timeout": "8h"}, "deleted"),
    Call("POST", "set_upgrade_mode?enabled=true&timeout=30s", None, "acknowledged"),
    Call("POST", "set_upgrade_mode?enabled=false&timeout=30s", None, "acknowledged"),
    Call("POST", f"{J}/_reset?wait_for_completion=false&delete_user_annotations=true", None,
         "task"),
    Call("GET", "/_tasks/{}?wait_for_completion=true&timeout=1m", None, "completed task response"),
    Call("DELETE", f"{J}?force=true&wait_for_completion=true&delete_user_annotations=true", None,
         "acknowledged"),
]  # fmt: skip


def id_in(answer: Any) -> str | None:
    """The id that the next calls name."""
    if "task" in answer and isinstance(answer["task"], str):
        return answer["task"]
    for listed in ("model_snapshots", "events"):
        for each in answer.get(listed, []):
            found: str = each.get("snapshot_id") or each["event_id"]
            return found
    return None


@pytest.mark.parametrize("prefix", ["/_ml/", "/_xpack/ml/"])
def test_all_calls_in_turn(prefix: str) -> None:
    with opened(now=END + 5 * HOUR) as api:
        api.store.documents.create_index("fares", MAPPING)
        api.store.documents.index("fares", rows(0, 1)[0])
        seen = ""
        for call in CALLS:
            path = call.path.replace("{}", seen)
            where = path if path.startswith("/") else prefix + path
            answer = answered(api, call, where, seen)
            if call.fields:
                assert set(call.fields.split()) <= set(answer), (call.path, answer)
                seen = id_in(answer) or seen


def answered(api: Api, call: Call, where: str, seen: str) -> Any:
    """The body of an answer, which is no error and says whose it is."""
    body = call.body
    if isinstance(body, dict) and body.get("snapshot_id"):
        body = body | {"snapshot_id": seen}
    response = api.request(call.method, where, body)
    wanted = 202 if where.endswith("/_data") else 200
    assert response.status_code == wanted, (call.method, where, response.text)
    assert response.headers["x-elastic-product"] == "Elasticsearch"
    return response.json()


def test_a_client_without_a_body_may_say_its_type(api_with_job: Api) -> None:
    headers = {"content-type": "application/vnd.elasticsearch+json; compatible-with=9"}
    for path in (f"{J}/results/records", f"{J}/results/buckets", f"{J}/_open", f"{J}/_close"):
        response = api_with_job.request("POST", path, content=b"", headers=headers)
        assert response.status_code == 200, response.text


@pytest.fixture
def api_with_job() -> Any:
    with opened() as api:
        api.create("all", **WAVES)
        yield api


def test_who_does_not_wait_asks_for_what_came_of_it(api_with_job: Api) -> None:
    task = api_with_job.ok("DELETE", f"{J}?wait_for_completion=false")["task"]
    found = api_with_job.ok("GET", f"/_tasks/{task}")
    assert (found["completed"], found["response"]) == (True, {"acknowledged": True})
    assert found["task"]["description"] == "delete-job-all"
    unknown = task.rpartition(":")[0] + ":99"
    assert api_with_job.refused("GET", f"/_tasks/{unknown}") == (
        404, "resource_not_found_exception",
        f"task [{unknown}] isn't running and hasn't stored its results",
    )  # fmt: skip
    assert api_with_job.refused("GET", "/_tasks/nothing")[2] == "malformed task id nothing"


@pytest.mark.parametrize(
    "path",
    [
        f"{J}/_open?timeout=soon", f"{J}/_close?timeout=soon", "datafeeds/_all/_stop?timeout=soon",
        f"{J}/_forecast/_all?timeout=soon", "set_upgrade_mode?timeout=soon",
        "_delete_expired_data?timeout=soon",
    ],
)  # fmt: skip
def test_times_to_wait_are_lengths_of_time(api_with_job: Api, path: str) -> None:
    method = "DELETE" if "_forecast" in path or "_expired" in path else "POST"
    assert api_with_job.refused(method, path) == (
        400, "illegal_argument_exception",
        ("failed to parse setting [timeout] with value [soon] as a time value: unit is missing or "
         "unrecognized"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "reason"),
    [
        ("GET", f"{J}/results/records?size=x", "int parameter [size] with value [x]"),
        ("GET", f"{J}/results/records?record_score=x",
         "double parameter [record_score] with value [x]"),
        ("GET", f"{J}/results/overall_buckets?top_n=x", "int parameter [top_n] with value [x]"),
        ("GET", f"{J}/results/categories?from=x", "int parameter [from] with value [x]"),
        ("GET", "filters?size=1.5", "int parameter [size] with value [1.5]"),
        ("DELETE", "_delete_expired_data?requests_per_second=x",
         "double parameter [requests_per_second] with value [x]"),
    ],
)  # fmt: skip
def test_parameters_that_are_no_numbers(
    api_with_job: Api, method: str, path: str, reason: str
) -> None:
    assert api_with_job.refused(method, path) == (
        400, "illegal_argument_exception", f"Failed to parse {reason}",
    )  # fmt: skip
