"""Whatever JSON is sent, the answer is one of the API's, and the service goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE, sent
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = 100
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["value", "ip", "timestamp", "server_log*", "Minutes"]),
)  # fmt: skip
NAMES = st.sampled_from([
    *sent(), "period", "interval", "unit", "sum", "field", "bool", "filter", "entity", "name",
    "query", "size", "sort", "aggs", "terms", "feature_name", "aggregation_query", "rules",
    "imputation_option", "category_field", "shingle_size", "period_start", "period_end",
    "detector", "start_time", "end_time", "start_time_ms", "end_time_ms", "order",
])  # fmt: skip
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)
REQUESTS = [
    ("POST", "detectors"), ("POST", "detectors/_validate/model"), ("POST", "detectors/_preview"),
    ("POST", "detectors/_search"), ("POST", "detectors/tasks/_search"),
    ("POST", "detectors/results/_search"), ("DELETE", "detectors/results"),
    ("POST", "detectors/{hc}/results/_topAnomalies"), ("GET", "detectors/{hc}/_profile"),
    ("PUT", "detectors/{id}"), ("POST", "detectors/{hc}/_start"), ("POST", "detectors/{id}/_run"),
    ("POST", "detectors/_suggest/history"),
]  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Api, dict[str, str]]]:
    with detection_api.opened(now=START + 300 * MINUTE) as opened:
        detection_api.feed(opened.store, 0, 300)
        names = {"id": opened.create(name="id"), "hc": opened.create(category_field=["ip"])}
        yield opened, names


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(request=st.sampled_from(REQUESTS), body=JSON)
def test_any_json(api: tuple[Api, dict[str, str]], request: tuple[str, str], body: Any) -> None:
    _send(api, request, body)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    request=st.sampled_from([r for r in REQUESTS if "_search" not in r[1]]),
    field=st.sampled_from([*sent(), "rules", "history", "frequency", "category_field"]),
    value=JSON,
)
def test_any_field_of_a_detector(
    api: tuple[Api, dict[str, str]], request: tuple[str, str], field: str, value: Any
) -> None:
    _send(api, request, sent() | {"name": "hostile"} | {field: value})


FULL = sent() | {
    "name": "hostile", "category_field": ["ip"], "shingle_size": 4, "history": 50,
    "imputation_option": {"method": "FIXED_VALUES",
                          "default_fill": [{"feature_name": "test", "data": 1.5}]},
    "rules": [{"action": "IGNORE_ANOMALY", "conditions": [
        {"feature_name": "test", "threshold_type": "ACTUAL_OVER_EXPECTED_RATIO",
         "operator": "LTE", "value": 0.3}]}],
    "frequency": {"period": {"interval": 2, "unit": "Minutes"}}, "recency_emphasis": 100,
    "suggested_seasonality": 8, "ui_metadata": {"a": {"b": [1]}}, "schema_version": 1,
    "result_index": "searchguard-ad-result-hostile", "result_index_min_age": 1,
    "flatten_custom_result_index": False, "user": {"name": "x"},
}  # fmt: skip
PERIOD = {"period_start": START, "period_end": START + 10 * MINUTE}
QUERY = {"bool": {"filter": [{"term": {"detector_id": "{hc}"}},
                             {"range": {"anomaly_grade": {"gt": 0}}}]}}  # fmt: skip
# Bodies that are right, of which one part is replaced.
RIGHT: list[tuple[str, str, Any]] = [
    ("POST", "detectors", FULL),
    ("POST", "detectors/_validate/model", FULL),
    ("POST", "detectors/_preview", PERIOD | {"detector": FULL}),
    ("POST", "detectors/_suggest/detection_interval,window_delay", FULL),
    ("PUT", "detectors/{id}", sent() | {"name": "id"}),
    ("POST", "detectors/{id}/_run", PERIOD),
    ("POST", "detectors/{hc}/_start", {"start_time": START, "end_time": START + 10 * MINUTE}),
    ("POST", "detectors/results/_search", {"query": QUERY, "size": 1, "aggs": {
        "e": {"nested": {"path": "entity"}, "aggs": {"v": {"terms": {"field": "entity.value"}}}}}}),
    ("POST", "detectors/{hc}/results/_topAnomalies",
     {"start_time_ms": 1, "end_time_ms": 2, "size": 3, "order": "severity",
      "category_field": ["ip"], "task_id": "x"}),
    ("GET", "detectors/{hc}/_profile?_all", {"entity": [{"name": "ip", "value": "192.168.1.0"}]}),
    ("DELETE", "detectors/results", {"query": QUERY}),
]  # fmt: skip


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    request=st.sampled_from(RIGHT),
    part=st.integers(0, 200),
    value=st.one_of(LEAVES, JSON, st.sampled_from([[], {}, [None], {"a": None}, -1, 10**30])),
)
def test_bodies_that_are_nearly_right(
    api: tuple[Api, dict[str, str]], request: tuple[str, str, Any], part: int, value: Any
) -> None:
    method, path, body = request
    places = list(_places(body))
    changed = _replaced(body, places[part % len(places)], value)
    _send(api, (method, path), changed)


def _places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all parts of a body."""
    yield path
    if isinstance(body, (dict, list)):
        for key, inner in body.items() if isinstance(body, dict) else enumerate(body):
            yield from _places(inner, (*path, key))


def _replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copied: Any = dict(body) if isinstance(body, dict) else list(body)
    copied[path[0]] = _replaced(body[path[0]], path[1:], value)
    return copied


def _send(api: tuple[Api, dict[str, str]], request: tuple[str, str], body: Any) -> None:
    opened, names = api
    method, path = request
    for name, value in names.items():
        path = path.replace(f"{{{name}}}", value)
    response = opened.request(method, path, body)
    assert response.status_code in (200, 201, 400, 404, 409), response.text
    if response.status_code == 201:
        opened.ok("DELETE", f"detectors/{response.json()['_id']}")
    if path.endswith("_start") and response.status_code == 200:
        assert opened.service.historical.wait(names["hc"], 60)
    if method == "PUT" and response.status_code == 200:
        opened.ok("PUT", path, sent() | {"name": "id"})


# -- patterns and keys


STARS = "*a" * 5_000 + "*"
PERIOD = {"period_start": START, "period_end": START + 300 * MINUTE}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("detectors", sent() | {"indices": [STARS]}, 400),
        ("detectors", sent() | {"indices": ["*a*b*c"] * 5_000}, 400),
        ("detectors/_validate/model", sent() | {"indices": [STARS]}, 200),
        ("detectors/_preview", PERIOD | {"detector": sent() | {"indices": [STARS]}}, 400),
        ("detectors/_search", {"query": {"wildcard": {"indices": STARS}}}, 200),
        ("detectors/_search", {"query": {"query_string": {"query": STARS}}}, 200),
        ("detectors/results/_search", {"_source": [STARS], "sort": [{STARS: "asc"}]}, 400),
        (f"detectors/results/_search/{STARS[:500]}", {}, 400),
        ("detectors/{hc}/_start", {"start_time": 0, "end_time": 2**53}, 200),
        ("detectors/_preview", {"period_start": 0, "period_end": 2**53, "detector": sent()}, 200),
        ("detectors/{hc}/_run", {"period_start": 0, "period_end": 2**53}, 200),
    ],
    ids=lambda value: str(value)[:40],
)
def test_patterns_and_ranges_without_end(
    api: tuple[Api, dict[str, str]], path: str, body: dict[str, Any], status: int
) -> None:
    opened, names = api
    answer = opened.request("POST", path.format(**names), body)
    assert answer.status_code == status, answer.text[:300]
    assert opened.service.historical.wait(names["hc"], 60)
    assert opened.ok("GET", "detectors/count") == {"count": 2}


KEYS = {"32 KB": "k" * 32_768, "257": "é" * 257, "256": "💥" * 256, "nothing": "\u0000"}


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_entities_of_any_text_harm_no_others(key: str) -> None:
    """Those of more than 256 characters have no models; they are in no profile and no result."""
    with detection_api.opened(now=START + 300 * MINUTE, min_samples=20) as api:
        detection_api.feed(api.store, 0, 310, hosts=2)
        for minute in range(250, 310):
            row = detection_api.row(minute) | {"error_type": key}
            api.store.documents.index("server_log", row)
        created = api.create(category_field=["error_type"], shingle_size=1)
        api.ok("POST", f"detectors/{created}/_start")
        api.service.scheduler.run_due()
        api.tick(3)
        whole = {"start_time": START, "end_time": START + 300 * MINUTE}
        api.ok("POST", f"detectors/{created}/_start", whole)
        assert api.service.historical.wait(created, 60)
        expected = {"error0", "error1"} | ({key} if len(key) <= 256 else set())
        profile = api.ok("GET", f"detectors/{created}/_profile/_all")
        assert profile["state"] == "RUNNING"
        assert {model["entity"][0]["value"] for model in profile["models"]} == expected
        is_live = {"bool": {"must_not": {"exists": {"field": "task_id"}}}}
        for kind in (is_live, {"exists": {"field": "task_id"}}):
            values = {result["entity"][0]["value"] for result in api.results(kind)}
            assert values == expected
        entity = {"entity": [{"name": "error_type", "value": key}]}
        known = api.ok("GET", f"detectors/{created}/_profile", entity)
        assert known == ({"state": "RUNNING"} if len(key) <= 256 else {})
