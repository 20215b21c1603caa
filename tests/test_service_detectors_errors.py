"""What is refused: status, type and text, as clients of the API know them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE, sent

from adcore.service.requests import Call

RANGE = {"start_time": START, "end_time": START + 300 * MINUTE}
CUSTOM = "searchguard-ad-result-"
AGG = {"test": {"sum": {"field": "value"}}}


def feature(**changes: Any) -> dict[str, Any]:
    return {"feature_name": "f", "feature_enabled": True, "aggregation_query": AGG} | changes


def agg(name: str, field: str = "value", kind: str = "sum") -> dict[str, Any]:
    return {name: {kind: {"field": field}}}


def period(interval: int, unit: str = "Minutes") -> dict[str, Any]:
    return {"period": {"interval": interval, "unit": unit}}


SIX = [feature(feature_name=f"f{i}", aggregation_query=agg(f"a{i}")) for i in range(6)]
TWINS = [feature(), feature(aggregation_query=agg("other"))]
SAME_AGGS = [feature(), feature(feature_name="g")]
FAILED = "Validation failed for feature(s) of detector test-detector Exceptions: ["
VALID_NAMES = "Valid characters for name are a-z, A-Z, 0-9, -(hyphen), _(underscore) and .(period)"
TWO_FIELDS = (
    "Currently we only support up to 2 categorical field/s in order to bound system resource "
    "consumption."
)
VALID_INDICES = (
    "Result index name has invalid character. Valid characters are a-z, 0-9, -(hyphen) and "
    "_(underscore)"
)
ODD_FREQUENCY = (
    "Frequency (90 Seconds) must be a multiple of interval (1 Minutes), including the interval "
    "itself."
)
TAKEN = "Cannot create anomaly detector with name [taken] as it's already used by another detector"

# What is changed in a detector that is right (None: left out), status, and reason of the refusal.
CREATES: list[tuple[dict[str, Any], int, str]] = [
    ({"name": None}, 400, "name should be set"),
    ({"name": "  "}, 400, "name should be set"),
    ({"name": "a b"}, 400, VALID_NAMES),
    ({"name": "n" * 65}, 400,
     "Name should be shortened. The maximum limit is 64 characters."),
    ({"time_field": None}, 400, "Time field should be set"),
    ({"time_field": "value"}, 400, "Timestamp field: (value) must be of type date"),
    ({"time_field": "nope"}, 400, "Timestamp field: (nope) is not found in index mapping"),
    ({"indices": None}, 400, "Indices should be set"),
    ({"indices": []}, 400, "Indices should be set"),
    ({"indices": [""]}, 400, "Indices should be set"),
    ({"indices": ["empty"]}, 400,
     "Can't create anomaly detector as no document is found in the indices: [empty]"),
    ({"detection_interval": period(0)}, 400, "Detection interval must be a positive integer"),
    ({"detection_interval": period(1, "hours")}, 400, "Time unit HOURS is not supported"),
    ({"detection_interval": {}}, 400, "Find no schedule definition"),
    ({"window_delay": period(-1)}, 400, "Window delay interval must be a positive integer"),
    ({"shingle_size": 0}, 400, "Suggested shingle size must be between 1 and 128. Got 0."),
    ({"shingle_size": 129}, 400, "Suggested shingle size must be between 1 and 128. Got 129."),
    ({"category_field": ["ip", "error_type", "message"]}, 400, TWO_FIELDS),
    ({"category_field": ["message"]}, 400,
     "Categorical field message must be of type keyword or ip."),
    ({"category_field": ["nope"]}, 400,
     "Can't find the categorical field nope in index server_log*"),
    ({"feature_attributes": SIX}, 400, "Can't create more than 5 feature(s)"),
    ({"feature_attributes": TWINS}, 400, "There are duplicate feature names: f"),
    ({"feature_attributes": SAME_AGGS}, 400,
     "Config has duplicate feature aggregation query names: test"),
    ({"feature_attributes": [feature(feature_name="")]}, 400, "Feature name should be set"),
    ({"feature_attributes": [feature(aggregation_query=None)]}, 400,
     "Feature aggregation query should be set"),
    ({"feature_attributes": [feature(aggregation_query=agg("a", "nope"))]}, 400,
     FAILED + "Feature has invalid query returning empty aggregated data: f]"),
    ({"feature_attributes": [feature(aggregation_query=agg("a", "value", "terms"))]}, 400,
     FAILED + "Feature has an invalid query causing a runtime exception: f]"),
    ({"feature_attributes": [feature(aggregation_query=agg("a", "value", "nope"))]}, 400,
     "Custom query error: Unknown aggregation type [nope]"),
    ({"feature_attributes": [feature(aggregation_query={"a": {"avg": {"wild": "value"}}})]}, 400,
     "Custom query error: [avg] unknown field [wild]"),
    ({"filter_query": {"nope": {}}}, 400,
     "Custom query error in data filter: unknown query [nope]"),
    ({"imputation_option": {"method": "FIXED_VALUES"}}, 400,
     "Enabled features are present, but no default fill values are provided."),
    ({"frequency": period(90, "Seconds")}, 400, ODD_FREQUENCY),
    ({"frequency": period(0)}, 400, "Frequency must be a positive integer"),
    ({"rules": [{"action": "IGNORE_ANOMALY", "conditions": []}]}, 400,
     "Suppression Rule Error: conditions should be set"),
    ({"description": "d" * 1001}, 400,
     "Description length is too long. Max length is 1000 characters."),
    ({"result_index": "results"}, 400, "Result index must start with searchguard-ad-result-"),
    ({"result_index": CUSTOM + "x" * 256}, 400,
     "Result index name size must contains less than 255 characters"),
    ({"result_index": CUSTOM + "A"}, 400, VALID_INDICES),
    ({"result_index": CUSTOM + "wrong"}, 400,
     f"Result index mapping is not correct for index: {CUSTOM}wrong"),
    ({"recency_emphasis": 1}, 400, "Recency emphasis must be an integer greater than 1."),
    ({"history": 10_001}, 400, "We cannot look back more than 10000 intervals."),
    ({"name": "taken"}, 409, TAKEN),
]  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Iterator[tuple[Api, dict[str, str]]]:
    with detection_api.opened(now=START + 300 * MINUTE) as opened:
        detection_api.feed(opened.store, 0, 300, hosts=2)
        documents = opened.store.documents
        documents.create_index("empty", detection_api.MAPPING)
        documents.create_index(CUSTOM + "wrong", {"properties": {"detector_id": {"type": "text"}}})
        names = {
            "id": opened.create(name="taken"),
            "hc": opened.create(name="hc", category_field=["ip", "error_type"]),
            "bare": opened.create(name="bare", feature_attributes=[]),
            "off": opened.create(name="off", feature_attributes=[feature(feature_enabled=False)]),
            "running": opened.create(name="running"),
            "stopped": opened.create(name="stopped"),
            "node": opened.service.parts.node_id,
        }
        for name in ("running", "stopped"):
            opened.ok("POST", f"detectors/{names[name]}/_start")
        opened.ok("POST", f"detectors/{names['stopped']}/_stop")
        yield opened, names


def body_of(changes: dict[str, Any]) -> dict[str, Any]:
    changed = sent() | changes
    return {k: v for k, v in changed.items() if v is not None or changes.get(k, 0) is not None}


def reason(response: Any) -> str:
    error = response.json()["error"]
    assert error["root_cause"] == [{"type": error["type"], "reason": error["reason"]}]
    return str(error["reason"])


@pytest.mark.parametrize(("changes", "status", "text"), CREATES, ids=[c[2] for c in CREATES])
def test_create(
    api: tuple[Api, dict[str, str]], changes: dict[str, Any], status: int, text: str
) -> None:
    opened, _ = api
    response = opened.request("POST", "detectors", body_of(changes))
    assert (response.status_code, reason(response)) == (status, text)
    assert response.json()["status"] == status
    assert response.json()["error"]["type"] == "status_exception"


@pytest.mark.parametrize(("changes", "status", "text"), CREATES, ids=[c[2] for c in CREATES])
def test_validate_tells_the_same_and_is_200(
    api: tuple[Api, dict[str, str]], changes: dict[str, Any], status: int, text: str
) -> None:
    del status
    opened, _ = api
    response = opened.request("POST", "detectors/_validate", body_of(changes))
    assert response.status_code == 200
    ((aspect, fields),) = response.json().items()
    ((field, issue),) = fields.items()
    assert aspect == "detector"
    expected = text.removeprefix(FAILED).removesuffix("]") if text.startswith(FAILED) else text
    assert issue["message"] == expected
    named = next(iter(changes))
    assert field == named


@pytest.mark.trap(number=13)
def test_validate_of_nothing_names_what_is_missing_first(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    issue = opened.ok("POST", "detectors/_validate", {})
    assert issue == {"detector": {"name": {"message": "name should be set"}}}


def test_searches_end_with_the_time_of_their_request(
    api: tuple[Api, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, _ = api
    init = Call.__init__

    def over(call: Call, *arguments: Any) -> None:
        init(call, *arguments)
        call.stop()

    monkeypatch.setattr(Call, "__init__", over)
    for name in ("detectors", "detectors/tasks", "detectors/results"):
        response = opened.request("POST", f"{name}/_search", {})
        assert response.status_code == 408
        assert response.json()["error"]["type"] == "timeout_exception"


def test_an_interval_that_is_null_is_none(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    body = sent() | {"detection_interval": None, "name": "null-interval"}
    response = opened.request("POST", "detectors", body)
    assert reason(response) == "Detection interval should be set"


def test_an_index_that_is_none(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    response = opened.request("POST", "detectors", sent() | {"indices": ["nope"]})
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (404, "index_not_found_exception")
    assert (error["reason"], error["index"]) == ("no such index [nope]", "nope")
    issue = opened.ok("POST", "detectors/_validate", sent() | {"indices": ["nope"]})
    assert issue == {"detector": {"indices": {"message": "index does not exist"}}}


def test_strict_status_is_that_of_the_plugins() -> None:
    with detection_api.opened(strict_status=True) as api:
        detection_api.feed(api.store, 0, 10)
        assert api.request("POST", "detectors", sent() | {"name": ""}).status_code == 500
        assert api.request("POST", "detectors", sent() | {"shingle_size": 0}).status_code == 500
        many = sent() | {"feature_attributes": SIX}
        assert api.request("POST", "detectors", many).status_code == 400


@pytest.mark.trap(number=29)
def test_limits_of_detectors() -> None:
    limits: dict[str, Any] = {"max_multi_entity_anomaly_detectors": 1, "max_anomaly_detectors": 2}
    with detection_api.opened(**limits) as api:
        detection_api.feed(api.store, 0, 10)
        api.create(name="a", category_field=["ip"])
        body = sent() | {"name": "b", "category_field": ["ip"]}
        text = "Can't create more than 1 HC anomaly detectors."
        assert reason(api.request("POST", "detectors", body)) == text
        issue = api.ok("POST", "detectors/_validate", body)
        assert issue == {"detector": {"general_settings": {"message": text}}}
        # The time field comes first, the category fields after it.
        both = body | {"time_field": "value"}
        assert list(api.ok("POST", "detectors/_validate", both)["detector"]) == ["time_field"]
        refused = reason(api.request("POST", "detectors", both))
        assert refused == "Timestamp field: (value) must be of type date"
        neither = body | {"category_field": ["nope"]}
        assert list(api.ok("POST", "detectors/_validate", neither)["detector"]) == [
            "general_settings"
        ]
        api.create(name="b")
        text = "Can't create more than 2 single-stream anomaly detectors."
        assert reason(api.request("POST", "detectors", sent() | {"name": "c"})) == text


FAULTS: list[tuple[str, str, Any, str]] = [
    ("POST", "detectors", sent() | {"name": "fault"}, "Fail to create detector"),
    ("PUT", "detectors/{id}", sent(), "Fail to update detector"),
    ("GET", "detectors/{id}", None, "Fail to get detector"),
    ("DELETE", "detectors/{id}", None, "Fail to delete detector"),
    ("POST", "detectors/_preview", {"period_start": 1, "period_end": 2, "detector": sent()},
     "Fail to preview detector"),
    ("POST", "detectors/{id}/_start", None, "Fail to start detector"),
    ("POST", "detectors/{id}/_stop", None, "Fail to stop detector"),
    ("POST", "detectors/_search", {}, "Fail to search"),
    ("DELETE", "detectors/results", {"query": {"match_all": {}}},
     "Fail to delete anomaly result"),
    ("GET", "detectors/count", None, "Fail to get detector info"),
    ("GET", "stats", None, "Fail to get stats"),
    ("GET", "detectors/{id}/_profile", None, "Fail to get detector"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "text"), FAULTS, ids=[f[3] for f in FAULTS])
def test_faults_of_the_service_are_told_in_general(
    api: tuple[Api, dict[str, str]], method: str, path: str, body: Any, text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    opened, names = api

    def broken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("a secret")

    for name in ("resolve", "exists", "entry"):
        monkeypatch.setattr(opened.store.documents, name, broken)
    response = opened.request(method, path.format(**names), body)
    assert (response.status_code, reason(response)) == (500, text)
    assert response.json()["error"]["type"] == "status_exception"


def test_switched_off() -> None:
    with detection_api.opened(enabled=False) as api:
        response = api.request("GET", "stats")
        assert response.status_code == 500
        assert reason(response) == (
            "AD functionality is disabled. To enable update plugins.anomaly_detection.enabled to "
            "true"
        )


TOP = {"start_time_ms": 1, "end_time_ms": 2}
UNKNOWN = "AAAAAAAAAAAAAAAAAAAA"
STATS = detection_api.PREFIX + "stats"
NO_TIME = "Validation Failed: 1: Must set both start time and end time with epoch of milliseconds;"
NEAR_STAT = (
    "request [/_anomaly_detection/api/stats/detector_coun] contains unrecognized stat: "
    "[detector_coun] -> did you mean [detector_count]?"
)
NEAR_PARAMETER = (
    "request [/_anomaly_detection/api/stats] contains unrecognized parameter: [timeouts] -> did "
    "you mean [timeout]?"
)
NO_UNIT = (
    "failed to parse setting [timeout] with value [1] as a time value: unit is missing or "
    "unrecognized"
)
NO_OBJECT = (
    "Failed to parse object: expecting token of type [START_OBJECT] but found [VALUE_STRING]"
)
# Method, path, body, status, type, reason.
REFUSED: list[tuple[str, str, Any, int, str, str]] = [
    ("GET", f"detectors/{UNKNOWN}", None, 404, "status_exception",
     f"Can't find detector with id: {UNKNOWN}"),
    ("GET", f"detectors/{UNKNOWN}/_profile", None, 404, "status_exception",
     f"Can't find detector with id: {UNKNOWN}"),
    ("PUT", f"detectors/{UNKNOWN}", sent(), 404, "status_exception",
     f"Can't find detector with id: {UNKNOWN}"),
    ("PUT", "detectors/{running}", sent(), 400, "status_exception",
     "Detector job is running: {running}"),
    ("PUT", "detectors/{hc}", sent(), 400, "status_exception", "Can't change category field"),
    ("PUT", "detectors/{id}", sent() | {"result_index": CUSTOM + "x"}, 400, "status_exception",
     "Can't change custom result index"),
    ("PUT", "detectors/{id}", sent() | {"flatten_custom_result_index": True}, 400,
     "status_exception", "Can't change flatten result index"),
    ("PUT", "detectors/{id}", sent() | {"name": "hc"}, 409, "status_exception",
     "Cannot create anomaly detector with name [hc] as it's already used by another detector"),
    ("PUT", "detectors/{id}?if_seq_no=99&if_primary_term=1", sent(), 400, "status_exception",
     "There was a problem updating the config:[{id}]"),
    ("POST", "detectors?refresh=maybe", sent(), 400, "illegal_argument_exception",
     "Unknown value for refresh: [maybe]."),
    ("POST", "detectors", None, 400, "parse_exception", "request body is required"),
    ("POST", "detectors", {}, 400, "status_exception", "name should be set"),
    ("POST", "insights/_start", {"frequency": "often"}, 400, "status_exception",
     "Failed to parse frequency [often]: it must be like 24h, 30m or 1d"),
    ("POST", "insights/_start", {"frequency": 0}, 400, "status_exception",
     "Failed to parse frequency [0]: it must be like 24h, 30m or 1d"),
    ("GET", "detectors/{id}?job=maybe", None, 400, "illegal_argument_exception",
     "Failed to parse value [maybe] as only [true] or [false] are allowed."),
    ("DELETE", "detectors/{running}", None, 400, "status_exception",
     "Detector job is running: {running}"),
    ("POST", "detectors/_validate/nope", sent(), 400, "illegal_state_exception",
     "The given validation type doesn't exist"),
    ("POST", "detectors/_suggest/nope", sent(), 400, "illegal_state_exception",
     "The given suggest type doesn't exist"),
    ("POST", "detectors/_preview", RANGE | {"period_start": 1, "period_end": 2,
     "detector": sent() | {"feature_attributes": []}}, 400, "status_exception",
     "Can't preview detector without feature"),
    ("POST", "detectors/nope/_preview", {"period_start": 1, "period_end": 2}, 404,
     "status_exception", "Can't find anomaly detector with id:nope"),
    ("POST", "detectors/{running}/_start", None, 200, "status_exception",
     "Anomaly detector job is already running: {running}"),
    ("POST", "detectors/{bare}/_start", None, 400, "status_exception",
     "Can't start detector job as no features configured"),
    ("POST", "detectors/{off}/_start", None, 400, "status_exception",
     "Can't start detector job as no enabled features configured"),
    ("POST", f"detectors/{UNKNOWN}/_start", None, 404, "status_exception",
     f"Can't find detector with id: {UNKNOWN}"),
    ("POST", "detectors/{id}/_start", {"end_time": 2}, 400, "status_exception",
     "Detection data range's start time must not be null"),
    ("POST", "detectors/{id}/_start", {"start_time": 2}, 400, "status_exception",
     "Detection data range's end time must not be null"),
    ("POST", "detectors/{id}/_start", {"start_time": 2, "end_time": 2}, 400, "status_exception",
     "Detection data range's end time must be after start time"),
    ("POST", "detectors/{stopped}/_stop", None, 200, "status_exception",
     "Anomaly detector job is already stopped: {stopped}"),
    ("POST", "detectors/{id}/_stop", None, 400, "status_exception",
     "Anomaly detector job not exist: {id}"),
    ("POST", f"detectors/{UNKNOWN}/_stop", None, 404, "status_exception",
     f"Can't find detector with id: {UNKNOWN}"),
    ("POST", "detectors/{id}/_stop?historical=true", None, 400, "status_exception",
     "Detector not started"),
    ("POST", "detectors/results/_search?only_query_custom_result_index=true", {}, 400,
     "illegal_state_exception", "No custom result index set."),
    ("POST", f"detectors/results/_search/{CUSTOM}no?only_query_custom_result_index=true", {}, 400,
     "status_exception", "No custom result indices found"),
    ("POST", "detectors/_search", {"query": {"nope": {}}}, 400, "parsing_exception",
     "unknown query [nope]"),
    ("POST", "detectors/{hc}/results/_topAnomalies", None, 400,
     "action_request_validation_exception", NO_TIME),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"start_time_ms": 0}, 400,
     "action_request_validation_exception", NO_TIME),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"start_time_ms": 3}, 400,
     "action_request_validation_exception",
     "Validation Failed: 1: Start time should be before end time;"),
    ("POST", "detectors/{id}/results/_topAnomalies", TOP, 400, "status_exception",
     "No category fields found for detector ID {id}"),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"category_field": ["x"]}, 400,
     "status_exception", "Category field x doesn't exist for detector ID {hc}"),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"order": "x"}, 400,
     "status_exception", "Ordering by x is not a valid option"),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"size": 0}, 400,
     "status_exception", "Size must be a positive integer"),
    ("POST", "detectors/{hc}/results/_topAnomalies", TOP | {"size": 10_001}, 400,
     "status_exception", "Size cannot exceed 10000"),
    ("POST", "detectors/{hc}/results/_topAnomalies?historical=true", TOP, 404,
     "status_exception", "No historical tasks found for detector ID {hc}"),
    ("DELETE", "detectors/results", None, 400, "action_request_validation_exception",
     "Validation Failed: 1: query is missing;"),
    ("DELETE", "detectors/results", {"query": {"nope": {}}}, 400, "parsing_exception",
     "unknown query [nope]"),
    ("GET", "stats/nope", None, 400, "illegal_argument_exception",
     "request [/_anomaly_detection/api/stats/nope] contains unrecognized stat: [nope]"),
    ("GET", "stats/detector_coun", None, 400, "illegal_argument_exception",
     NEAR_STAT),
    ("GET", "stats/_all,models", None, 400, "illegal_argument_exception",
     "Request /_anomaly_detection/api/stats/_all,models contains _all and individual stats"),
    ("GET", "detectors/{id}/_profile/nope", None, 400, "status_exception",
     "profiles to collect are missing or invalid"),
    ("GET", "detectors/{id}/_profile", {"entity": [{"name": "ip", "value": "a"}]}, 400,
     "status_exception", "This is not a high cardinality detector"),
    ("GET", "detectors/{hc}/_profile", {"entity": []}, 400, "status_exception",
     "Empty entity attributes"),
    ("GET", "detectors/{hc}/_profile", {"entity": [{"name": "x", "value": "a"}]}, 400,
     "status_exception", "Cannot find x"),
    ("GET", "detectors/{hc}/_profile", {"entity": [{"name": "ip", "value": "a"}]}, 400,
     "status_exception", "Cannot find entity"),
    ("GET", "stats?timeout=1", None, 400, "illegal_argument_exception",
     NO_UNIT),
    ("POST", "detectors/_preview", {"period_start": 1, "period_end": 2, "detector": "x"}, 400,
     "parsing_exception", NO_OBJECT),
    ("POST", "detectors/{id}/_start", {"start_time": "soon", "end_time": 2}, 400,
     "status_exception", "[start_time] must be epoch milliseconds, got [soon]"),
    ("GET", "stats?timeouts=1s", None, 400, "illegal_argument_exception",
     NEAR_PARAMETER),
]  # fmt: skip


# A change with two mistakes, the one that is told first.
FIRST_OF_TWO: list[tuple[str, dict[str, Any], str]] = [
    ("running", {"result_index": CUSTOM + "A"}, VALID_INDICES),
    ("running", {"name": "a b"}, VALID_NAMES),
    ("running", {"time_field": "nope"}, "Timestamp field: (nope) is not found in index mapping"),
    ("hc", {"time_field": "value"}, "Timestamp field: (value) must be of type date"),
    (UNKNOWN, {"time_field": "value"}, "Timestamp field: (value) must be of type date"),
    ("running", {"category_field": ["nope"]}, "Detector job is running: {running}"),
    ("hc", {"category_field": ["nope"]}, "Can't change category field"),
    ("id", {"result_index": CUSTOM + "x", "indices": ["empty"]},
     "Can't change custom result index"),
    ("hc", {"category_field": ["ip", "error_type"], "indices": ["empty"]},
     "Can't create anomaly detector as no document is found in the indices: [empty]"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "changes", "text"), FIRST_OF_TWO)
def test_changes_are_checked_in_the_order_of_the_api(
    api: tuple[Api, dict[str, str]], name: str, changes: dict[str, Any], text: str
) -> None:
    opened, names = api
    path = f"detectors/{names.get(name, name)}"
    told = reason(opened.request("PUT", path, sent() | {"name": "taken"} | changes))
    assert told == text.replace("{running}", names["running"])


# The rows that pin a trap.
OF_TRAPS = {
    "Anomaly detector job is already running: {running}": pytest.mark.trap(number=1),
    "Anomaly detector job is already stopped: {stopped}": pytest.mark.trap(number=1),
    "There was a problem updating the config:[{id}]": pytest.mark.trap(number=4),
    f"request [{STATS}/nope] contains unrecognized stat: [nope]": pytest.mark.trap(number=6),
    "No custom result index set.": pytest.mark.trap(number=36),
    "No historical tasks found for detector ID {hc}": pytest.mark.trap(number=37),
    "Detector job is running: {running}": pytest.mark.trap(number=42),
}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "kind", "text"),
    [
        pytest.param(*row, id=f"{i}-{row[5]}", marks=OF_TRAPS.get(row[5], ()))
        for i, row in enumerate(REFUSED)
    ],
)
def test_refused(
    api: tuple[Api, dict[str, str]],
    method: str,
    path: str,
    body: Any,
    status: int,
    kind: str,
    text: str,
) -> None:
    opened, names = api
    for name, value in names.items():
        path, text = path.replace(f"{{{name}}}", value), text.replace(f"{{{name}}}", value)
    response = opened.request(method, path, body)
    assert response.status_code == status, response.text
    assert (response.json()["error"]["type"], reason(response)) == (kind, text)
    assert response.json()["status"] == status


PREVIEWS = [
    ({}, "Must set both period start and end date with epoch of milliseconds"),
    ({"period_start": -1, "period_end": 2},
     "Must set both period start and end date with epoch of milliseconds"),
    ({"period_start": 2, "period_end": 2}, "Period start date should be before end date"),
    ({"period_start": 1, "period_end": 2}, "Must set detector id or detector"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "text"), PREVIEWS)
@pytest.mark.trap(number=2)
def test_previews_are_refused_in_plain_text(
    api: tuple[Api, dict[str, str]], body: dict[str, Any], text: str
) -> None:
    opened, _ = api
    response = opened.request("POST", "detectors/_preview", body)
    assert (response.status_code, response.text) == (400, text)
    assert response.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize("kind", [str, lambda time: time + 0.5], ids=["text", "fraction"])
def test_times_are_numbers_of_any_kind(api: tuple[Api, dict[str, str]], kind: Any) -> None:
    opened, names = api
    first, last = kind(START), kind(START + 410 * MINUTE)
    body = {"period_start": first, "period_end": last, "detector": sent()}
    start = opened.ok("POST", "detectors/_preview", body)["anomaly_detector"]
    assert start["name"] == "test-detector"
    top = {"start_time_ms": first, "end_time_ms": last}
    assert opened.ok("POST", f"detectors/{names['hc']}/results/_topAnomalies", top) == {
        "buckets": []
    }
    opened.ok("POST", f"detectors/{names['stopped']}/_start", {"start_time": first,
                                                               "end_time": last})  # fmt: skip
    assert opened.service.historical.wait(names["stopped"], 60)


@pytest.mark.trap(number=39)
def test_a_preview_of_little_data_is_empty(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    body = {"period_start": START, "period_end": START + 399 * MINUTE, "detector": sent()}
    assert opened.ok("POST", "detectors/_preview", body)["anomaly_result"] == []


def test_only_so_many_previews_at_a_time() -> None:
    with detection_api.opened(max_concurrent_preview=0) as api:
        detection_api.feed(api.store, 0, 10)
        body = {"period_start": START, "period_end": START + MINUTE, "detector": sent()}
        response = api.request("POST", "detectors/_preview", body)
        assert response.status_code == 500
        assert reason(response) == "Request throttled. Please try again later."


@pytest.mark.trap(number=43)
def test_before_the_first_detector() -> None:
    with detection_api.opened() as api:
        for path in ("detectors/_search", "detectors/tasks/_search"):
            error = api.request("POST", path, {}).json()["error"]
            assert error["type"] == "index_not_found_exception"
        assert api.request("GET", f"detectors/{UNKNOWN}").status_code == 404
        assert api.request("DELETE", f"detectors/{UNKNOWN}").status_code == 404
        assert api.ok("POST", "detectors/results/_search")["hits"]["hits"] == []
        deleted = api.ok("DELETE", "detectors/results", {"query": {"match_all": {}}})
        assert (deleted["total"], deleted["batches"]) == (0, 0)
        assert api.ok("GET", "detectors/count") == {"count": 0}
        assert api.ok("GET", "detectors/match?name=x") == {"match": False}
        stats = api.ok("GET", "stats")
        assert stats["anomaly_detectors_index_status"] == "non-existent"
        assert stats["detector_count"] == 0


@pytest.mark.trap(number=6)
def test_unknown_nodes_and_profile_types_are_passed_over(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    assert opened.ok("GET", "nope/stats") == {"nodes": {}}
    node = names["node"]
    for meant in ("_all", "_local", "*", f"nope,{node[:4]}*", node):
        assert list(opened.ok("GET", f"{meant}/stats/model_count")["nodes"]) == [node]
    assert opened.ok("GET", "stats/detector_count") == {
        "detector_count": 6, "nodes": {names["node"]: {}},
    }  # fmt: skip
    profile = opened.ok("GET", f"detectors/{names['running']}/_profile/nope,state")
    assert profile == {"state": "INIT"}


@pytest.mark.trap(number=10)
def test_update_keeps_what_it_may_and_gives_features_new_ids(
    api: tuple[Api, dict[str, str]],
) -> None:
    opened, _ = api
    created = opened.create(name="updated", result_index=None)
    before = opened.ok("GET", f"detectors/{created}")
    opened.clock.pass_minutes(1)
    body = sent() | {"name": "updated", "shingle_size": 4}
    answer = opened.ok("PUT", f"detectors/{created}", body)
    after = answer["anomaly_detector"]
    assert answer["_version"] == 2
    assert answer["_seq_no"] > before["_seq_no"]
    assert after["shingle_size"] == 4
    assert after["last_update_time"] == opened.clock()
    old, new = before["anomaly_detector"]["feature_attributes"], after["feature_attributes"]
    assert old[0]["feature_id"] != new[0]["feature_id"]
    again = opened.ok("PUT", f"detectors/{created}", after | {"description": "x"})
    assert again["anomaly_detector"]["feature_attributes"] == new
    # A full replacement: what is left out has its default.
    least = {k: after[k] for k in ("name", "time_field", "indices", "feature_attributes")}
    plain = opened.ok("PUT", f"detectors/{created}", least)["anomaly_detector"]
    assert plain["shingle_size"] == 8
    assert plain["detection_interval"] == period(10)
    assert plain["filter_query"] == {"match_all": {"boost": 1}}
    assert plain["description"] == ""
    opened.ok("DELETE", f"detectors/{created}")


def test_the_user_is_the_one_who_asks(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    created = opened.create(name="whose", user={"name": "somebody else"}, last_update_time=1)
    got = opened.ok("GET", f"detectors/{created}")["anomaly_detector"]
    assert got["user"]["name"] == "admin"
    assert got["last_update_time"] == opened.clock()
    opened.ok("DELETE", f"detectors/{created}")


def test_methods_and_paths_that_are_none(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    assert opened.request("PUT", "stats", {}).status_code == 405
    assert opened.request("GET", "nope/nope/nope").status_code == 400


@pytest.mark.parametrize("name", ["ü" * 10, "名前", "a\u0000b", "x" * 32_768])
def test_names_that_are_none_and_keys_that_are_long(
    api: tuple[Api, dict[str, str]], name: str
) -> None:
    opened, _ = api
    assert opened.request("POST", "detectors", sent() | {"name": name}).status_code == 400
    created = opened.ok("POST", "detectors", sent() | {"name": "plain", name: name})
    assert name not in created["anomaly_detector"]
    opened.ok("DELETE", f"detectors/{created['_id']}")


NESTED: Any = 1
for _ in range(300):
    NESTED = {"bool": {"filter": NESTED}}


@pytest.mark.parametrize("query", [
    NESTED,
    {"wildcard": {"value": "*" * 5_000}},
    {"query_string": {"query": "(" * 2_000}},
    {"terms": {"value": list(range(70_000))}},
    [],
    "text",
])  # fmt: skip
def test_hostile_filters_are_refused(api: tuple[Api, dict[str, str]], query: Any) -> None:
    opened, _ = api
    body = sent() | {"name": "hostile", "filter_query": query}
    response = opened.request("POST", "detectors", body)
    if response.status_code == 201:
        # What is only expensive may be stored; it is not told as an error of the service.
        opened.ok("DELETE", f"detectors/{response.json()['_id']}")
    else:
        assert response.status_code == 400, response.text


BROKEN: list[Any] = [
    {"feature_attributes": "text"}, {"feature_attributes": [1]},
    {"detection_interval": "text"}, {"detection_interval": period(2**60)}, {"shingle_size": "x"},
    {"category_field": {"a": 1}}, {"window_delay": []}, {"rules": 3},
    {"imputation_option": {"method": "NOPE"}}, {"frequency": period(7, "Seconds")},
    {"rules": [{"action": "NOPE"}]}, {"history": -1}, {"ui_metadata": "x"}, {"time_field": {}},
]  # fmt: skip


@pytest.mark.parametrize("changes", BROKEN, ids=[str(b)[:60] for b in BROKEN])
def test_fields_of_the_wrong_kind(api: tuple[Api, dict[str, str]], changes: dict[str, Any]) -> None:
    opened, _ = api
    response = opened.request("POST", "detectors", sent() | {"name": "broken"} | changes)
    assert response.status_code == 400, response.text
    assert response.json()["error"]["type"] == "status_exception"
    issue = opened.ok("POST", "detectors/_validate", sent() | {"name": "broken"} | changes)
    assert list(issue) == ["detector"]
