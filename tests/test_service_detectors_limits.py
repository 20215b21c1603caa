"""What takes too long is stopped, and says so in the words of the API."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import detection_api
import duckdb
import pytest
from detection_api import START, Api, row
from detector_bodies import MINUTE, sent

from adcore.service.detectors.time_limit import time_limit
from adcore.service.errors import ApiError
from adcore.store import Action

PERIOD = {"period_start": START, "period_end": START + 600 * MINUTE}
PREVIEW = "timeout to get preview results.  Please retry later."
TOP = "Timed out getting all top anomaly results. Please retry later."


@pytest.fixture(scope="module", params=[60.0, 0.0])
def api(request: pytest.FixtureRequest) -> Iterator[Api]:
    """The service with the time limit of the API, and with one that nothing can keep."""
    with detection_api.opened(request_timeout=request.param) as opened:
        detection_api.feed(opened.store, 1, 600, hosts=2, spike=(500, 1))
        yield opened


def is_short(api: Api) -> bool:
    return api.service.settings.request_timeout == 0


@pytest.mark.parametrize("category", [None, ["ip"]])
def test_previews(api: Api, category: list[str] | None) -> None:
    body = PERIOD | {"detector": sent() | {"category_field": category}}
    for _ in range(3):  # more than may run at a time: a stopped one leaves its place
        answer = api.request("POST", "detectors/_preview", body)
        if is_short(api):
            assert answer.status_code == 500
            assert answer.json()["error"]["reason"] == PREVIEW
        else:
            assert answer.status_code == 200
            assert len(answer.json()["anomaly_result"]) > 400


def test_top_anomalies(api: Api) -> None:
    detector = api.create(name="top", category_field=["ip"])
    api.ok(
        "POST",
        f"detectors/{detector}/_start",
        {"start_time": START, "end_time": START + 600 * MINUTE},
    )
    assert api.service.historical.wait(detector, 60)
    body = {"start_time_ms": START, "end_time_ms": START + 600 * MINUTE}
    path = f"detectors/{detector}/results/_topAnomalies?historical=true"
    answer = api.request("POST", path, body)
    if is_short(api):
        assert (answer.status_code, answer.json()["error"]["reason"]) == (500, TOP)
    else:
        assert answer.json()["buckets"][0]["key"] == {"ip": "192.168.1.1"}


def test_validation_of_the_model(api: Api) -> None:
    issue = api.ok("POST", "detectors/_validate/model", sent() | {"window_delay": None})
    # What is configured is told in any case; only looking at the data is limited.
    assert api.ok("POST", "detectors/_validate", sent()) == {}
    expected = "timeout" if is_short(api) else "time_field"
    assert list(issue["model"]) == [expected]
    if is_short(api):
        text = "Timed out getting interval recommendation"
        assert issue["model"]["timeout"] == {"message": text}


def limited(seconds: float, work: Callable[[duckdb.DuckDBPyConnection], object]) -> None:
    with duckdb.connect() as connection, time_limit(seconds, "over") as watch:
        watch(connection)
        work(connection)


def test_a_query_is_stopped_in_its_middle() -> None:
    query = "SELECT count(*) FROM range(100000000) a(i), range(1000) b(j) WHERE hash(i + j) = 1"
    with pytest.raises(ApiError) as caught:
        limited(0.3, lambda connection: connection.execute(query).fetchall())
    assert (caught.value.status, caught.value.reason) == (500, "over")


def test_other_errors_stay_as_they_are() -> None:
    with pytest.raises(duckdb.ParserException):
        limited(60, lambda connection: connection.execute("no SQL"))
    with pytest.raises(KeyError):
        limited(60, lambda _: os.environ["ADCORE_NOTHING"])


def test_work_that_was_done_too_late_is_refused_too() -> None:
    with pytest.raises(ApiError, match="over"):
        limited(0.0, lambda _: None)


def test_a_profile_does_not_wait_for_the_interval_that_is_at_work() -> None:
    with detection_api.opened(now=START + 300 * MINUTE) as api, ThreadPoolExecutor() as pool:
        detection_api.feed(api.store, 0, 300, hosts=2)
        rows = [row(300, 1) | {"error_type": f"new{i}"} for i in range(1_100)]
        api.store.documents.bulk([Action("index", "server_log", None, each) for each in rows])
        created = api.create(category_field=["error_type"], window_delay=None)
        api.ok("POST", f"detectors/{created}/_start")
        api.service.scheduler.run_due()
        api.tick()
        detector = api.service.scheduler.runs()[0].detector
        assert detector is not None
        entity = [{"name": "error_type", "value": "new7"}]
        with detector._lock:  # as it is while an interval is at work
            found = pool.submit(api.service.profile, created, ["_all"], None).result(timeout=30)
            own = pool.submit(api.service.profile, created, ["_all"], entity).result(timeout=30)
    assert found["state"] == "RUNNING"
    assert found["active_entities"] == found["model_count"] == 1_102
    assert len(found["models"]) == 1_000
    assert sum(model["model_size_in_bytes"] for model in found["models"]) > 1_000 * 1_000
    assert (own["is_active"], own["state"]) == (True, "INIT")
    assert own["last_sample_timestamp"] == START + 300 * MINUTE + 1_000
    assert own["last_active_timestamp"] == START + 301 * MINUTE
    assert own["model"]["model_size_in_bytes"] > 1_000
    assert own["init_progress"] == {"percentage": "0%", "needed_shingles": 128}
