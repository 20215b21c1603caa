"""Settings that clients change while the service runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE, sent

NAME = "plugins.anomaly_detection."
OLD = "opendistro.anomaly_detection."
SEARCH_GUARD = "anomaly_detection."
PATH = "/_cluster/settings"


def put(api: Api, *, transient: dict[str, Any] | None = None, **persistent: Any) -> Any:
    body = {
        "persistent": {NAME + name: value for name, value in persistent.items()},
        "transient": transient or {},
    }
    response = api.request("PUT", PATH, body, prefix="")
    assert response.status_code == 200, response.text
    return response.json()


def shown(api: Api, parameters: str = "?flat_settings=true") -> Any:
    return api.request("GET", PATH + parameters, prefix="").json()


def create(api: Api, name: str, **changes: Any) -> Any:
    return api.request("POST", "detectors", sent() | {"name": name} | changes)


def test_a_limit_holds_as_soon_as_it_is_set_and_no_longer_than_that() -> None:
    with detection_api.opened() as api:
        detection_api.feed(api.store, 0, 10)
        answer = put(api, max_anomaly_detectors=1)
        nested = {"plugins": {"anomaly_detection": {"max_anomaly_detectors": "1"}}}
        assert answer == {"acknowledged": True, "persistent": nested, "transient": {}}
        assert shown(api, "") == {"persistent": nested, "transient": {}}
        assert create(api, "a").status_code == 201
        text = "Can't create more than 1 single-stream anomaly detectors."
        assert create(api, "b").json()["error"]["reason"] == text
        assert put(api, max_anomaly_detectors=None)["persistent"] == {}
        assert create(api, "b").status_code == 201
        assert shown(api) == {"persistent": {}, "transient": {}}


def test_what_is_switched_off_can_be_switched_on() -> None:
    with detection_api.opened() as api:
        put(api, enabled=False)
        assert api.request("GET", "stats").status_code == 500
        put(api, enabled="true")
        assert api.request("GET", "stats").status_code == 200


def test_transient_ones_count_first_and_new_names_before_old_ones() -> None:
    with detection_api.opened() as api:
        settings = api.service.settings
        api.request("PUT", PATH, {"persistent": {OLD + "max_anomaly_features": 2}}, prefix="")
        assert settings.max_anomaly_features == 2
        put(api, max_anomaly_features=3)
        assert settings.max_anomaly_features == 3
        put(api, transient={"anomaly_detection": {"max_anomaly_features": 4}})
        assert settings.max_anomaly_features == 4
        assert shown(api) == {
            "persistent": {OLD + "max_anomaly_features": "2", NAME + "max_anomaly_features": "3"},
            "transient": {SEARCH_GUARD + "max_anomaly_features": "4"},
        }
        put(api, transient={SEARCH_GUARD + "max_anomaly_features": None})
        assert settings.max_anomaly_features == 3


def test_persistent_ones_outlive_the_service(tmp_path: Path) -> None:
    with detection_api.opened(tmp_path) as api:
        put(
            api,
            transient={NAME + "max_entities_for_preview": 9},
            request_timeout="90s",
            ad_result_history_retention_period="2d",
            page_size=10,
        )
    with detection_api.opened(tmp_path, max_entities_for_preview=7) as api:
        settings = api.service.settings
        assert settings.request_timeout == 90
        assert settings.ad_result_history_retention_period == 2 * 24 * 60 * MINUTE
        assert settings.max_entities_for_preview == 7
        kept = shown(api, "?flat_settings=true&include_defaults=true")
        assert kept["persistent"] == {
            NAME + "request_timeout": "90s", NAME + "page_size": "10",
            NAME + "ad_result_history_retention_period": "2d",
        }  # fmt: skip
        assert kept["defaults"][NAME + "max_entities_for_preview"] == "7"
        assert NAME + "request_timeout" not in kept["defaults"]


def test_previews_and_tasks_follow() -> None:
    with detection_api.opened(now=START + 300 * MINUTE, max_concurrent_preview=0) as api:
        detection_api.feed(api.store, 0, 300)
        body = {"period_start": START, "period_end": START + MINUTE, "detector": sent()}
        assert api.request("POST", "detectors/_preview", body).status_code == 500
        put(api, max_concurrent_preview=1, max_old_ad_task_docs_per_detector=3)
        assert api.request("POST", "detectors/_preview", body).status_code == 200
        created = api.create()
        for _ in range(6):
            api.ok("POST", f"detectors/{created}/_start")
            api.ok("POST", f"detectors/{created}/_stop")
        found = api.ok("POST", "detectors/tasks/_search", {"size": 0})
        assert found["hits"]["total"]["value"] == 4


WRONG: list[tuple[Any, str, str]] = [
    ({}, "action_request_validation_exception", "Validation Failed: 1: no settings to update;"),
    ({"persistent": {"a.b": 1}}, "illegal_argument_exception",
     "persistent setting [a.b], not recognized"),
    ({"transient": {"plugins": {"x": 1}}}, "illegal_argument_exception",
     "transient setting [plugins.x], not recognized"),
    ({"persistent": {NAME + "max_anomaly_features": "x"}}, "illegal_argument_exception",
     f"Failed to parse value [x] for setting [{NAME}max_anomaly_features]"),
    ({"persistent": {NAME + "max_anomaly_features": 11}}, "illegal_argument_exception",
     f"Failed to parse value [11] for setting [{NAME}max_anomaly_features] must be <= 10"),
    ({"persistent": {NAME + "batch_task_piece_size": 0}}, "illegal_argument_exception",
     f"Failed to parse value [0] for setting [{NAME}batch_task_piece_size] must be >= 1"),
    ({"persistent": {NAME + "enabled": 1}}, "illegal_argument_exception",
     "Failed to parse value [1] as only [true] or [false] are allowed."),
    ({"persistent": {NAME + "page_size": [1]}}, "illegal_argument_exception",
     f"Failed to parse value [[1]] for setting [{NAME}page_size]"),
    ({"persistent": 5}, "illegal_argument_exception", "settings must be an object, got [5]"),
    ({"settings": {}}, "illegal_argument_exception",
     "unknown field [settings], expected one of persistent, transient"),
]  # fmt: skip


@pytest.fixture(scope="module")
def api() -> Any:
    with detection_api.opened() as opened:
        yield opened


@pytest.mark.parametrize(("body", "kind", "text"), WRONG, ids=[w[2] for w in WRONG])
def test_what_is_refused_changes_nothing(api: Api, body: Any, kind: str, text: str) -> None:
    right = {"persistent": {NAME + "category_field_limit": 1}}
    if isinstance(body.get("persistent"), dict):
        body = {"persistent": right["persistent"] | body["persistent"]}
    response = api.request("PUT", PATH, body, prefix="")
    assert response.status_code == 400
    error = response.json()["error"]
    assert (error["type"], error["reason"]) == (kind, text)
    assert api.service.settings.category_field_limit == 2
    assert shown(api) == {"persistent": {}, "transient": {}}


def test_a_time_without_a_unit_is_none(api: Api) -> None:
    body = {"persistent": {NAME + "request_timeout": 5}}
    error = api.request("PUT", PATH, body, prefix="").json()["error"]
    assert error["reason"] == (
        f"failed to parse setting [{NAME}request_timeout] with value [5] as a time value: unit is "
        "missing or unrecognized"
    )
