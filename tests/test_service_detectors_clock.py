"""Clocks that jump, and data from the future."""

from __future__ import annotations

from collections.abc import Iterator

import detection_api
import pytest
from detection_api import START, Api, row
from detector_bodies import MINUTE, sent

NOW = START + 300 * MINUTE
DAY = 24 * 60
YEAR = 365 * DAY * MINUTE


@pytest.fixture
def api() -> Iterator[Api]:
    with detection_api.opened(now=NOW) as opened:
        detection_api.feed(opened.store, 0, 700)
        yield opened


def ends(api: Api, detector: str) -> list[int]:
    """The minutes at which the windows with results end."""
    found = api.results({"term": {"detector_id": detector}})
    return [(result["data_end_time"] - START) // MINUTE for result in found]


def start(api: Api) -> str:
    detector = api.create()
    api.ok("POST", f"detectors/{detector}/_start")
    return detector


def test_a_jump_forward_skips_no_window(api: Api) -> None:
    detector = start(api)
    api.tick(5)
    api.clock.pass_minutes(2 * DAY)
    api.service.scheduler.run_due()
    # From the start of the job on, a minute late as the detector asks for.
    assert ends(api, detector) == list(range(300, 305 + 2 * DAY))
    profile = api.ok("GET", f"detectors/{detector}/_profile/state")
    assert profile["state"] == "RUNNING"


def test_a_clock_that_jumped_and_was_put_right(api: Api) -> None:
    detector = start(api)
    api.tick(5)
    api.clock.pass_minutes(DAY)
    api.service.scheduler.run_due()
    before = ends(api, detector)
    api.clock.pass_minutes(-DAY)
    api.tick(20)
    assert ends(api, detector) == before  # nothing is done twice
    api.ok("POST", f"detectors/{detector}/_stop")
    api.ok("POST", f"detectors/{detector}/_start")
    api.tick(5)
    # What is started anew begins at the time of day.
    assert len(ends(api, detector)) == len(before) + 5
    assert ends(api, detector).count(327) == 2


@pytest.mark.parametrize("moment", [START + 10 * YEAR, 253_402_300_799_999])
def test_data_in_the_future_waits_for_its_time(api: Api, moment: int) -> None:
    with detection_api.opened(now=NOW) as other:
        detection_api.feed(other.store, 0, 700)
        undisturbed = start(other)
        other.tick(30)
        expected = [
            r["anomaly_score"] for r in other.results({"term": {"detector_id": undisturbed}})
        ]
    api.store.documents.index("server_log", row(5) | {"timestamp": moment, "value": 1e6})
    detector = start(api)
    api.tick(30)
    found = api.results({"term": {"detector_id": detector}})
    assert [result["anomaly_score"] for result in found] == expected
    profile = api.ok("GET", f"detectors/{detector}/_profile/state,error")
    assert profile == {"state": "RUNNING", "error": ""}


def test_a_history_that_ends_in_the_future(api: Api) -> None:
    """A row in 20 years makes no range of ten million minutes to wait for."""
    body = {"start_time": START, "end_time": START + 20 * YEAR}
    detector = api.create()
    api.ok("POST", f"detectors/{detector}/_start", body)
    assert api.service.historical.wait(detector, 60)
    task = api.ok("GET", f"detectors/{detector}?task=true")["historical_analysis_task"]
    assert (task["state"], task["task_progress"], task["error"]) == ("FINISHED", 1, "")
    period = {"period_start": START, "period_end": START + 20 * YEAR, "detector": sent()}
    assert len(api.ok("POST", "detectors/_preview", period)["anomaly_result"]) > 400
