"""Clocks that jump, and data from the future."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import detection_api
import pytest
from detection_api import START, Api, row
from detector_bodies import MINUTE, sent

from adcore.service.detectors.run_errors import CLOCK

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


def start(api: Api, **changes: Any) -> str:
    detector = api.create(**changes)
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


@pytest.mark.parametrize("kind", [{}, {"category_field": ["ip"]}], ids=["one", "many"])
@pytest.mark.parametrize("minutes", [7, DAY])
def test_a_clock_that_jumped_and_was_put_right(kind: dict[str, Any], minutes: int) -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 305, hosts=2)
        detector = start(api, **kind)
        api.tick(5)
        api.clock.pass_minutes(minutes)
        api.service.scheduler.run_due()
        for minute in range(305, 308):
            detection_api.feed(api.store, minute, minute + 1, hosts=2, spike=(306, 1))
            api.tick()
        assert max(ends(api, detector)) > (304 + minutes if not kind else 303)
        api.clock.pass_minutes(-minutes)
        # What was looked at before its time is taken back at once, and looked at in time.
        api.service.scheduler.run_due()
        assert max(ends(api, detector)) == 307
        for minute in range(308, 325):
            detection_api.feed(api.store, minute, minute + 1, hosts=2)
            api.tick()
        expected = [end for end in range(300, 325) for _ in range(2 if kind else 1)]
        assert ends(api, detector) == expected
        (graded,) = api.results({"range": {"anomaly_grade": {"gt": 0}}})
        assert graded["data_start_time"] == START + 306 * MINUTE
        profile = api.ok("GET", f"detectors/{detector}/_profile/state,error")
        assert profile == {"state": "RUNNING", "error": ""}


def test_a_job_started_by_a_clock_that_was_ahead() -> None:
    with detection_api.opened(now=NOW + DAY * MINUTE) as api:
        detection_api.feed(api.store, 0, 330)
        detector = start(api)
        api.tick(2)
        api.clock.pass_minutes(-DAY)
        api.tick(20)
        # Intervals that had ended when the clock was right belong to nobody's job.
        assert ends(api, detector) == list(range(303, 322))


def test_a_clock_that_was_put_right_while_the_service_was_away(tmp_path: Path) -> None:
    with detection_api.opened(tmp_path, now=NOW) as api:
        detection_api.feed(api.store, 0, 330)
        detector = start(api)
        api.tick(5)
        api.clock.pass_minutes(DAY)
        api.service.scheduler.run_due()
    with detection_api.opened(tmp_path, now=NOW + 6 * MINUTE) as api:
        api.service.scheduler.run_due()
        api.tick(10)
        assert ends(api, detector) == list(range(300, 316))


def test_a_clock_far_ahead_lets_no_results_be_deleted(tmp_path: Path) -> None:
    month = 40 * DAY
    two_days: Any = {"ad_result_history_retention_period": 2 * DAY * MINUTE}

    def look(api: Api, hours: int) -> None:
        for _ in range(hours):
            api.clock.pass_minutes(60)
            api.service.scheduler.run_due()

    with detection_api.opened(tmp_path, now=NOW, **two_days) as api:
        detection_api.feed(api.store, 0, 305)
        detector = start(api)
        api.tick(5)
        expected = api.results()
        assert len(expected) == 5
        api.ok("POST", f"detectors/{detector}/_stop")
        look(api, 2)
        api.clock.pass_minutes(month)
        look(api, 3)
    with detection_api.opened(tmp_path, now=NOW + (month + 6 * 60) * MINUTE, **two_days) as api:
        look(api, 3)
        api.clock.pass_minutes(-month)
        look(api, 24)
        assert api.results() == expected
        look(api, 24)  # two days by a clock that is right
        assert api.results() == []


def test_a_clock_that_went_wrong_backwards(api: Api) -> None:
    """What was found in its time is not taken back."""
    with detection_api.opened(now=NOW) as other:
        detection_api.feed(other.store, 0, 700)
        undisturbed = start(other)
        other.tick(40)
        expected = other.results({"term": {"detector_id": undisturbed}})
    detector = start(api)
    api.tick(25)
    api.clock.pass_minutes(-120)
    api.tick(5)
    profile = api.ok("GET", f"detectors/{detector}/_profile/state,error")
    assert profile == {"state": "RUNNING", "error": CLOCK}
    api.clock.pass_minutes(115)
    api.tick(15)
    found = api.results({"term": {"detector_id": detector}})
    assert [r["anomaly_score"] for r in found] == [r["anomaly_score"] for r in expected]
    assert api.ok("GET", f"detectors/{detector}/_profile/error") == {"error": ""}


def test_a_clock_that_is_kept_right_by_moments(api: Api) -> None:
    detector = start(api)
    api.tick(5)
    models = api.service.scheduler.runs()[0].detector
    for _ in range(5):
        api.clock.now -= 900
        api.service.scheduler.run_due()
        api.tick()
    assert ends(api, detector) == list(range(300, 309))
    assert api.service.scheduler.runs()[0].detector is models


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
