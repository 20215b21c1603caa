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
