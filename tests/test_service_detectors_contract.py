"""Every request of the Anomaly Detection API's description, and every field of its response.

The tables below were transcribed by hand; each shape names the fields that the response shown there
has, with their types. Fields may be added, none may be missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE, received, sent

from adcore.store import Action

ANY = object()
NUMBER = (int, float)
USER = {
    "name": str, "backend_roles": [str], "roles": [str], "custom_attribute_names": list,
    "user_requested_tenant": str,
}  # fmt: skip
PERIOD = {"period": {"interval": int, "unit": str}}
FEATURE = {
    "feature_id": str, "feature_name": str, "feature_enabled": bool, "aggregation_query": dict,
}  # fmt: skip
PREVIEWED = {
    "name": str, "description": str, "time_field": str, "indices": [str], "filter_query": dict,
    "detection_interval": PERIOD, "window_delay": PERIOD, "shingle_size": int,
    "schema_version": int, "feature_attributes": [FEATURE], "detector_type": str,
}  # fmt: skip
DETECTOR = PREVIEWED | {"last_update_time": int, "user": USER}
MULTI = DETECTOR | {"category_field": [str]}
WRITTEN = {"_id": str, "_version": int, "_seq_no": int, "_primary_term": int}
CREATED = WRITTEN | {"anomaly_detector": DETECTOR}
JOB = {
    "name": str,
    "schedule": {"interval": {"start_time": int, "period": int, "unit": str}},
    "window_delay": PERIOD, "enabled": bool, "enabled_time": int, "last_update_time": int,
    "lock_duration_seconds": int, "user": USER,
}  # fmt: skip
TASK = {
    "task_id": str, "last_update_time": int, "started_by": str, "state": str, "detector_id": str,
    "task_progress": NUMBER, "init_progress": NUMBER, "execution_start_time": int,
    "is_latest": bool, "task_type": str, "coordinating_node": str, "detector": DETECTOR,
    "user": USER,
}  # fmt: skip
REAL_TIME_TASK = TASK | {"error": str, "estimated_minutes_left": int}
RANGE = {"start_time": int, "end_time": int}
HISTORICAL_TASK = TASK | {
    "current_piece": int, "worker_node": str, "detection_date_range": RANGE,
}  # fmt: skip
MULTI_TASK = {k: v for k, v in TASK.items() if k != "task_id"} | {
    "error": str, "detection_date_range": RANGE, "execution_end_time": int, "detector": MULTI,
}  # fmt: skip
ENTITY = {"name": str, "value": str}
PREVIEW = {
    "detector_id": ANY, "data_start_time": int, "data_end_time": int, "schema_version": int,
    "feature_data": [{"feature_id": str, "feature_name": str, "data": NUMBER}],
    "anomaly_grade": NUMBER, "confidence": NUMBER,
}  # fmt: skip
RESULT = {
    "detector_id": str, "confidence": NUMBER, "model_id": str, "schema_version": int,
    "anomaly_score": NUMBER, "execution_start_time": int, "data_end_time": int,
    "data_start_time": int, "execution_end_time": int, "user": USER, "anomaly_grade": NUMBER,
    "feature_data": [{"feature_id": str, "feature_name": str, "data": NUMBER}],
    "entity": [ENTITY],
    "relevant_attribution": [{"feature_id": str, "data": NUMBER}],
    "expected_values": [
        {"likelihood": NUMBER, "value_list": [{"feature_id": str, "data": NUMBER}]}
    ],
}  # fmt: skip


def hits(source: Any, score: Any = NUMBER) -> dict[str, Any]:
    hit = {
        "_index": str, "_id": str, "_version": int, "_seq_no": int, "_primary_term": int,
        "_score": score, "_source": source,
    }  # fmt: skip
    return found({"total": {"value": int, "relation": str}, "max_score": score, "hits": [hit]})


def found(listed: dict[str, Any]) -> dict[str, Any]:
    shards = {"total": int, "successful": int, "skipped": int, "failed": int}
    return {"took": int, "timed_out": bool, "_shards": shards, "hits": listed}


NODE = {
    "ad_execute_request_count": int, "models": [
        {"detector_id": str, "model_type": str, "last_used_time": int, "model_id": str,
         "last_checkpoint_time": int},
    ],
    "ad_canceled_batch_task_count": int, "ad_hc_execute_request_count": int,
    "ad_hc_execute_failure_count": int, "model_count": int, "ad_execute_failure_count": int,
    "ad_batch_task_failure_count": int, "ad_total_batch_task_execution_count": int,
    "ad_executing_batch_task_count": int,
}  # fmt: skip
STATS = {
    "anomaly_detectors_index_status": str, "anomaly_detection_state_status": str,
    "single_entity_detector_count": int, "detector_count": int, "multi_entity_detector_count": int,
    "anomaly_detection_job_index_status": str, "models_checkpoint_index_status": str,
    "anomaly_results_index_status": str, "nodes": {"{node}": NODE},
}  # fmt: skip
MODEL = {"model_id": str, "entity": [ENTITY], "model_size_in_bytes": int, "node_id": str}
PROFILE = {
    "state": str, "error": str, "models": [MODEL], "total_size_in_bytes": int,
    "init_progress": {"percentage": str}, "total_entities": int, "active_entities": int,
    "ad_task": {"ad_task": TASK | {"detector": MULTI, "detection_date_range": RANGE}},
    "model_count": int,
}  # fmt: skip
DELETED_RESULTS = {
    "took": int, "timed_out": bool, "total": int, "updated": int, "created": int, "deleted": int,
    "batches": int, "version_conflicts": int, "noops": int,
    "retries": {"bulk": int, "search": int}, "throttled_millis": int,
    "requests_per_second": NUMBER, "throttled_until_millis": int, "failures": list,
}  # fmt: skip

END = START + 600 * MINUTE
NO_FIELD = {
    "feature_name": "average_total_rev", "feature_enabled": True,
    "aggregation_query": {"average_total_rev": {"avg": {"field": "total_rev"}}},
}  # fmt: skip
CREATE = sent() | {"name": "created", "result_index": "searchguard-ad-result-test"}
PERIOD_BODY = {"period_start": START, "period_end": END}
INLINE = PERIOD_BODY | {"detector": sent()}
INLINE_HC = PERIOD_BODY | {"detector": sent() | {"category_field": ["error_type"]}}
CUSTOM_SEARCH = "detectors/results/_search/searchguard-ad-result-test"
OF_HC = {"term": {"detector_id": "{hc}"}}
GRADED = {"range": {"anomaly_grade": {"gt": 0}}}
IS_LATEST = {"term": {"is_latest": "true"}}


def task_query(task_type: str) -> dict[str, Any]:
    return {"query": {"bool": {"filter": [OF_HC, {"term": {"task_type": task_type}}, IS_LATEST]}}}


CHILDREN = {
    "size": 0,
    "query": {
        "bool": {
            "filter": [
                {"term": {"detector_id": {"value": "{hc}", "boost": 1}}},
                {"term": {"parent_task_id": {"value": "{hc_task}", "boost": 1}}},
                {"terms": {"task_type": ["HISTORICAL_HC_ENTITY"], "boost": 1}},
            ]
        }
    },
    "aggs": {"test": {"terms": {"field": "state", "size": 100}}},
}
CHILDREN_SHAPE = found(
    {"total": {"value": int, "relation": str}, "max_score": type(None), "hits": list}
) | {
    "aggregations": {
        "test": {
            "doc_count_error_upper_bound": int,
            "sum_other_doc_count": int,
            "buckets": [{"key": str, "doc_count": int}],
        }
    }
}
LIVE = {
    "query": {"bool": {"filter": [OF_HC, GRADED], "must_not": [{"exists": {"field": "task_id"}}]}}
}
OF_TASK = {"query": {"bool": {"filter": [OF_HC, GRADED, {"term": {"task_id": "{hc_task}"}}]}}}
TOP = {
    "size": 3, "category_field": ["ip"], "order": "severity", "task_id": "example-task-id",
    "start_time_ms": START, "end_time_ms": END * 2,
}  # fmt: skip
DELETE = {
    "query": {
        "bool": {
            "filter": [
                {"term": {"detector_id": {"value": "{hc}"}}},
                {"term": {"task_id": {"value": "{hc_task}"}}},
                {"range": {"data_start_time": {"lte": START + 100 * MINUTE}}},
            ]
        }
    }
}
WILDCARD = {"query": {"wildcard": {"indices": {"value": "server_log*"}}}}
ENTITY_BODY = {"entity": [{"name": "ip", "value": "192.168.1.1"}]}
ENTITY_PROFILE = {
    "is_active": bool, "last_active_timestamp": int, "last_sample_timestamp": int,
    "init_progress": {"percentage": str},
    "model": {"model_id": str, "model_size_in_bytes": int, "node_id": str}, "state": str,
}  # fmt: skip

# Method, path, body, and the shape of the response; in an order in which they may be sent.
REQUESTS: list[tuple[str, str, Any, Any]] = [
    ("POST", "detectors", CREATE, CREATED),
    ("POST", "detectors", CREATE | {"name": "created-hc", "category_field": ["ip"]},
     CREATED | {"anomaly_detector": MULTI}),
    ("POST", "detectors/_validate", sent() | {"name": "new"}, {}),
    ("POST", "detectors/_validate/detector", sent() | {"name": "new"}, {}),
    ("POST", "detectors/_validate/model", sent() | {"name": "new", "indices": ["every_5_minutes"]},
     {"model": {"detection_interval": {"message": str, "suggested_value": PERIOD}}}),
    ("POST", "detectors/_validate", sent() | {"name": "new", "feature_attributes": [NO_FIELD]},
     {"detector": {"feature_attributes": {
         "message": str, "sub_issues": {"average_total_rev": str}}}}),
    ("GET", "detectors/{id}", None, WRITTEN | {"anomaly_detector": DETECTOR}),
    ("GET", "detectors/{id}?job=true", None, CREATED | {"anomaly_detector_job": JOB}),
    ("GET", "detectors/{id}?task=true", None,
     CREATED | {"realtime_detection_task": REAL_TIME_TASK,
                "historical_analysis_task": HISTORICAL_TASK}),
    ("PUT", "detectors/{idle}", sent() | {"name": "idle", "description": "Test update detector"},
     CREATED),
    ("POST", "detectors/_preview", INLINE,
     {"anomaly_result": [PREVIEW], "anomaly_detector": PREVIEWED}),
    ("POST", "detectors/_preview", INLINE_HC,
     {"anomaly_result": [PREVIEW | {"entity": [ENTITY]}],
      "anomaly_detector": PREVIEWED | {"category_field": [str]}}),
    ("POST", "detectors/_preview", PERIOD_BODY | {"detector_id": "{id}"},
     {"anomaly_result": [PREVIEW | {"user": USER}], "anomaly_detector": DETECTOR}),
    ("POST", "detectors/{id}/_preview", {"period_start": START, "period_end": END},
     {"anomaly_result": [PREVIEW | {"user": USER}], "anomaly_detector": DETECTOR}),
    ("GET", "detectors/_search", WILDCARD, hits(DETECTOR)),
    ("POST", "detectors/_search", WILDCARD, hits(DETECTOR)),
    ("GET", "detectors/tasks/_search", task_query("HISTORICAL_HC_DETECTOR"), hits(MULTI_TASK)),
    ("POST", "detectors/tasks/_search", task_query("HISTORICAL_HC_DETECTOR"), hits(MULTI_TASK)),
    ("POST", "detectors/tasks/_search",
     task_query("HISTORICAL_HC_ENTITY")
     | {"sort": [{"execution_start_time": {"order": "desc"}}], "size": 100},
     hits(MULTI_TASK | {"entity": [ENTITY], "parent_task_id": str}, type(None))),
    ("GET", "detectors/tasks/_search", CHILDREN, CHILDREN_SHAPE),
    ("POST", "detectors/tasks/_search", CHILDREN, CHILDREN_SHAPE),
    ("POST", "detectors/results/_search/", None, hits(dict)),
    ("POST", "detectors/results/_search/searchguard-ad-result-test", LIVE, hits(RESULT)),
    ("GET", "detectors/results/_search/searchguard-ad-result-test", LIVE, hits(RESULT)),
    ("POST", CUSTOM_SEARCH + "?only_query_custom_result_index=false", LIVE, hits(RESULT)),
    ("POST", CUSTOM_SEARCH + "?only_query_custom_result_index=true", None, hits(dict)),
    ("GET", "detectors/results/_search", OF_TASK, hits(RESULT | {"task_id": str})),
    ("POST", "detectors/results/_search", OF_TASK, hits(RESULT | {"task_id": str})),
    ("GET", "detectors/{hc}/results/_topAnomalies?historical=false", TOP,
     {"buckets": [{"key": {"ip": str}, "doc_count": int, "max_anomaly_grade": NUMBER}]}),
    ("GET", "stats", None, STATS),
    ("GET", "{node}/stats", None, {"nodes": {"{node}": NODE}}),
    ("GET", "{node}/stats/ad_execute_request_count", None,
     {"nodes": {"{node}": {"ad_execute_request_count": int}}}),
    ("GET", "stats/ad_executing_batch_task_count", None,
     {"nodes": {"{node}": {"ad_executing_batch_task_count": int}}}),
    ("GET", "detectors/{hc}/_profile/", None, {"state": str, "error": str}),
    ("GET", "detectors/{hc}/_profile?_all=true&pretty", None, PROFILE),
    ("GET", "detectors/{hc}/_profile?_all", None, PROFILE),
    ("GET", "detectors/{hc}/_profile/total_size_in_bytes", None, {"total_size_in_bytes": int}),
    ("GET", "detectors/{hc}/_profile/state,models", None, {"state": str, "models": [MODEL]}),
    ("GET", "detectors/{hc}/_profile/ad_task", None, {"ad_task": PROFILE["ad_task"]}),
    ("GET", "detectors/{id}/_profile?_all=true", None,
     {"state": str, "total_size_in_bytes": int, "init_progress": {"percentage": str},
      "ad_task": {"ad_task": HISTORICAL_TASK}}),
    ("GET", "detectors/{hc}/_profile?_all=true", ENTITY_BODY, ENTITY_PROFILE),
    ("DELETE", "detectors/results", DELETE, DELETED_RESULTS),
    ("POST", "detectors/{id}/_stop", None, WRITTEN),
    ("POST", "detectors/{id}/_start", None, WRITTEN),
    ("POST", "detectors/{id}/_start", {"start_time": START, "end_time": END}, WRITTEN),
    ("POST", "detectors/{id}/_stop?historical=true", None, WRITTEN),
    ("DELETE", "detectors/{idle}", None,
     WRITTEN | {"_index": str, "result": str, "forced_refresh": bool,
                "_shards": {"total": int, "successful": int, "failed": int}}),
]  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Api, dict[str, str]]]:
    """Detectors that have run for an hour, with analyses that are done."""
    with detection_api.opened(now=START + 601 * MINUTE) as opened:
        detection_api.feed(opened.store, 0, 600, hosts=2)
        detection_api.feed(opened.store, 600, 640, hosts=2, spike=(620, 1))
        names = {
            "id": opened.create(),
            "hc": opened.create(name="hc", category_field=["ip"]),
            "idle": opened.create(name="idle"),
            "custom": opened.create(name="custom", result_index="searchguard-ad-result-test"),
            "node": opened.service.parts.node_id,
        }
        opened.store.documents.create_index("every_5_minutes", detection_api.MAPPING)
        minutes = range(-2_500, 600, 5)
        rows = [detection_api.row(i) for i in minutes]
        opened.store.documents.bulk([Action("index", "every_5_minutes", None, r) for r in rows])
        for name in ("id", "hc", "custom"):
            opened.ok("POST", f"detectors/{names[name]}/_start")
        opened.service.scheduler.run_due()
        opened.tick(38)
        for name in ("id", "hc"):
            range_ = {"start_time": START, "end_time": START + 640 * MINUTE}
            started = opened.ok("POST", f"detectors/{names[name]}/_start", range_)
            assert opened.service.historical.wait(names[name], 60)
            names[f"{name}_task"] = started["_id"]
        yield opened, names


def filled(template: Any, names: dict[str, str]) -> Any:
    """A template with the ids put in."""
    if isinstance(template, str):
        for name, value in names.items():
            template = template.replace("{" + name + "}", value)
        return template
    if isinstance(template, dict):
        return {filled(k, names): filled(v, names) for k, v in template.items()}
    return [filled(v, names) for v in template] if isinstance(template, list) else template


def check(shape: Any, value: Any, path: str = "$") -> None:
    """Every field of the shape is there with the right type."""
    if shape is ANY:
        return
    if isinstance(shape, dict):
        assert isinstance(value, dict), f"{path} is {value!r}"
        for name, inner in shape.items():
            assert name in value, f"{path}.{name} is missing in {sorted(value)}"
            check(inner, value[name], f"{path}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), f"{path} is {value!r}"
        assert value, f"{path} is empty"
        for i, item in enumerate(value):
            check(shape[0], item, f"{path}[{i}]")
    else:
        assert isinstance(value, shape), f"{path} is {value!r}"
        assert shape is bool or not isinstance(value, bool), f"{path} is {value!r}"


@pytest.mark.parametrize(
    ("method", "path", "body", "shape"),
    REQUESTS,
    ids=[f"{i}-{r[0]} {r[1]}" for i, r in enumerate(REQUESTS)],
)
def test_request(
    api: tuple[Api, dict[str, str]], method: str, path: str, body: Any, shape: Any
) -> None:
    opened, names = api
    response = opened.request(method, filled(path, names), filled(body, names))
    assert response.status_code == (201 if path == "detectors" else 200), response.text
    check(filled(shape, names), response.json())
    if shape == {}:
        assert response.json() == {}


# -- what shapes cannot say


@pytest.mark.trap(number=8)
def test_the_detector_that_was_sent_comes_back_normalised(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    answer = opened.ok("GET", f"detectors/{names['hc']}")
    assert list(answer) == ["_id", "_version", "_primary_term", "_seq_no", "anomaly_detector"]
    got = answer["anomaly_detector"]
    expected = received() | {"name": "hc"}
    assert list(got) == list(expected)
    for moving in ("last_update_time", "feature_attributes"):
        del got[moving], expected[moving]
    assert got == expected


@pytest.mark.trap(number=8)
def test_create_answers_in_its_own_order_with_a_location(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    for prefix in ("_plugins/_anomaly_detection/", "_opendistro/_anomaly_detection/"):
        body = sent() | {"name": "at" + prefix.strip("/").replace("/", "-")}
        response = opened.request("POST", "detectors", body, prefix="/" + prefix)
        assert response.status_code == 201
        answer = response.json()
        assert list(answer) == ["_id", "_version", "_seq_no", "anomaly_detector", "_primary_term"]
        assert response.headers["location"] == f"/{prefix}detectors/{answer['_id']}"
        assert len(answer["_id"]) == 20
        assert opened.request("GET", f"detectors/{answer['_id']}/", prefix="/" + prefix).json()
        opened.ok("DELETE", f"detectors/{answer['_id']}")


def test_values_of_the_job_and_the_tasks(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    answer = opened.ok("GET", f"detectors/{names['hc']}?job&task")
    job = answer["anomaly_detector_job"]
    assert job["name"] == names["hc"]
    assert job["schedule"]["interval"] == {
        "start_time": START + 601 * MINUTE, "period": 1, "unit": "Minutes",
    }  # fmt: skip
    assert (job["enabled"], job["lock_duration_seconds"]) == (True, 60)
    task = answer["realtime_detection_task"]
    assert (task["state"], task["init_progress"], task["error"]) == ("RUNNING", 1, "")
    assert (task["task_type"], task["estimated_minutes_left"]) == ("REALTIME_HC_DETECTOR", 0)
    assert task["task_progress"] == 0
    assert "worker_node" not in task
    analysis = answer["historical_analysis_task"]
    assert (analysis["state"], analysis["task_progress"]) == ("FINISHED", 1)
    assert (analysis["init_progress"], analysis["task_id"]) == (0, names["hc_task"])
    assert analysis["detection_date_range"]["end_time"] == START + 640 * MINUTE


@pytest.mark.trap(number=7)
def test_keys_are_there_although_nothing_was_started(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    created = opened.create(name="never-started")
    answer = opened.ok("GET", f"detectors/{created}?job=true&task=true")
    assert answer["anomaly_detector_job"] is None
    assert answer["realtime_detection_task"] is None
    assert answer["historical_analysis_task"] is None
    assert opened.ok("GET", f"detectors/{created}/_profile?_all") == {"state": "DISABLED"}
    opened.ok("DELETE", f"detectors/{created}")


def test_the_planted_anomaly_is_found_live_and_in_history(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    (live,) = opened.results(
        {"term": {"detector_id": names["hc"]}}, GRADED,
        {"bool": {"must_not": {"exists": {"field": "task_id"}}}},
    )  # fmt: skip
    assert live["data_start_time"] == START + 620 * MINUTE
    assert live["data_end_time"] == START + 621 * MINUTE
    assert live["entity"] == [{"name": "ip", "value": "192.168.1.1"}]
    assert live["model_id"] == f"{names['hc']}_entity_192.168.1.1"
    assert live["anomaly_grade"] == 1
    assert [part["data"] for part in live["relevant_attribution"]] == [1]
    assert (
        live["expected_values"][0]["value_list"][0]["data"] < 70 < live["feature_data"][0]["data"]
    )
    found = opened.results({"term": {"task_id": names["hc_task"]}}, GRADED)
    assert [r["data_start_time"] for r in found] == [live["data_start_time"]]


@pytest.mark.trap(number=18)
def test_analysis_stores_every_interval_and_real_time_what_has_a_score(
    api: tuple[Api, dict[str, str]],
) -> None:
    opened, names = api
    every = opened.results({"term": {"task_id": names["id_task"]}})
    assert [r["data_start_time"] for r in every] == [START + i * MINUTE for i in range(640)]
    assert all(r["anomaly_score"] == 0 for r in every[:128])
    assert every[128]["anomaly_score"] > 0
    live = opened.results(
        {"term": {"detector_id": names["id"]}},
        {"bool": {"must_not": {"exists": {"field": "task_id"}}}},
    )
    assert all(r["anomaly_score"] > 0 for r in live)
    # Fired at the minute, a minute of delay: the windows end a minute before.
    assert live[0]["data_end_time"] == START + 601 * MINUTE
    assert len(live) == 38


@pytest.mark.trap(number=15)
def test_top_anomalies_of_an_analysis(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    path = f"detectors/{names['hc']}/results/_topAnomalies?historical=true"
    times = {"start_time_ms": START, "end_time_ms": START + 621 * MINUTE}
    expected = [{"key": {"ip": "192.168.1.1"}, "doc_count": 1, "max_anomaly_grade": 1}]
    assert opened.ok("POST", path, times) == {"buckets": expected}
    assert opened.ok("POST", path, times | {"order": "occurrence"}) == {"buckets": expected}
    # Both ends are inclusive, and compared with the ends of intervals.
    assert opened.ok("POST", path, times | {"end_time_ms": START + 621 * MINUTE - 1}) == {
        "buckets": []
    }
    assert opened.ok("POST", path, times | {"start_time_ms": START + 621 * MINUTE}) == {
        "buckets": expected
    }
    assert opened.ok("POST", path, times | {"task_id": "another"}) == {"buckets": []}


@pytest.mark.trap(number=25)
def test_what_the_dashboards_ask(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    ui = {"features": {"test": {"featureType": "simple_aggs"}}, "filters": []}
    created = opened.create(name="of-the-dashboards", ui_metadata=ui)
    assert opened.ok("GET", "detectors/match?name=of-the-dashboards") == {"match": True}
    assert opened.ok("GET", "detectors/match?name=OF-the-dashboards") == {"match": False}
    query = {"query": {"term": {"name.keyword": "of-the-dashboards"}}}
    count = opened.ok("GET", "detectors/count")["count"]
    assert count == opened.ok("POST", "detectors/_search", {"size": 0})["hits"]["total"]["value"]
    (hit,) = opened.ok("POST", "detectors/_search", query)["hits"]["hits"]
    assert "ui_metadata" not in hit["_source"]
    agent = {"user-agent": "OpenSearch Dashboards/2.19"}
    response = opened.request("POST", "detectors/_search", query, headers=agent)
    assert response.json()["hits"]["hits"][0]["_source"]["ui_metadata"] == ui
    assert opened.request("HEAD", f"detectors/{created}").status_code == 200
    opened.ok("DELETE", f"detectors/{created}")
    assert opened.request("HEAD", f"detectors/{created}").status_code == 404


def test_the_words_of_validation(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    sparse = sent() | {"name": "new", "indices": ["every_5_minutes"]}
    text = "The selected detector interval might collect sparse data. Consider changing interval "
    assert opened.ok("POST", "detectors/_validate/model", sparse)["model"] == {
        "detection_interval": {
            "message": text + "length to: 4",
            "suggested_value": {"period": {"interval": 4, "unit": "Minutes"}},
        }
    }
    missing = sent() | {"name": "new", "feature_attributes": [NO_FIELD]}
    empty = "Feature has invalid query returning empty aggregated data"
    assert opened.ok("POST", "detectors/_validate", missing) == {
        "detector": {
            "feature_attributes": {
                "message": f"{empty}: average_total_rev",
                "sub_issues": {"average_total_rev": empty},
            }
        }
    }


def test_suggestions_and_a_single_run(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    suggested = opened.ok(
        "POST", "detectors/_suggest/detection_interval,history,window_delay,shingle_size", sent()
    )
    assert suggested == {
        "interval": {"interval": 1, "unit": "Minutes"},
        "history": 160,
        "windowDelay": {"interval": 0, "unit": "Minutes"},
        "shingleSize": 8,
    }
    period = {"period_start": START + 620 * MINUTE, "period_end": START + 621 * MINUTE}
    one = opened.ok("POST", f"detectors/{names['id']}/_run", period)
    assert one["data_start_time"] == period["period_start"]
    assert one["anomaly_grade"] == 1
    assert one["features"][0]["feature_name"] == "test"
