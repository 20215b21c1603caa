"""Insights: anomalies that happened together, and the job that looks for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE
from hypothesis import given, settings
from hypothesis import strategies as st

from adcore.service.detectors.correlation import AnomalyWindow, happened_together

NOW = START + 600 * MINUTE
HOUR = 60 * MINUTE


def window(start: float, length: float = 1, *, early: bool = False) -> AnomalyWindow:
    """Of so many minutes; its detector has intervals of the same length."""
    at, milliseconds = int(start * MINUTE), int(length * MINUTE)
    return AnomalyWindow(at, at + milliseconds, milliseconds, early)


def alike(a: AnomalyWindow, b: AnomalyWindow) -> bool:
    """The rule, written down the obvious way."""
    ends = a.end + 5 * MINUTE, b.end + 5 * MINUTE
    shared = min(ends) - max(a.wide_start, b.wide_start)
    if shared < 3 * MINUTE:
        return False
    short, long = sorted([ends[0] - a.wide_start, ends[1] - b.wide_start])
    of_both, of_short = shared / (short + long - shared), shared / short
    difference = abs((a.end - a.start) - (b.end - b.start))
    if of_short >= 0.8 and short / long <= 0.25:
        scale = max(30 * MINUTE, a.interval, b.interval)
        overlap = 0.4 * of_both + 0.6 * of_short
        return bool(overlap * math.exp(-difference / scale) ** 0.45 >= 0.3)
    return bool(of_both * math.exp(-difference / (30 * MINUTE)) >= 0.3)


WINDOWS = st.builds(window, st.integers(0, 300), st.sampled_from([1, 5, 10, 60, 240]),
                    early=st.booleans())  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.lists(WINDOWS, max_size=12))
def test_groups_are_those_that_the_rule_connects(windows: list[AnomalyWindow]) -> None:
    groups = [{i} for i in range(len(windows))]
    for i in range(len(windows)):
        for j in range(i):
            if alike(windows[i], windows[j]):
                joined = groups[i] | groups[j]
                for each in joined:
                    groups[each] = joined
    expected = [sorted(group) for i, group in enumerate(groups) if min(group) == i]
    assert happened_together(windows) == expected


PAIRS = [
    (window(0), window(4), True),  # four minutes apart, but both widened by five
    (window(0), window(9), False),
    (window(0, 60), window(58), True),  # what is short lies in what is long
    (window(0, 60), window(80), False),
    (window(60, 60), window(40), False),
    (window(60, 60, early=True), window(40), True),  # a mean of an hour is late
]


@pytest.mark.parametrize(("a", "b", "expected"), PAIRS)
def test_two_windows(a: AnomalyWindow, b: AnomalyWindow, expected: bool) -> None:
    assert (happened_together([a, b]) == [[0, 1]]) is expected


def test_ten_thousand_anomalies_of_one_minute_are_one_event() -> None:
    assert happened_together([window(3)] * 10_000) == [list(range(10_000))]


@pytest.fixture
def api() -> Iterator[tuple[Api, dict[str, str]]]:
    """Two detectors, one of hosts, that have found the same two spikes; a third is idle."""
    with detection_api.opened(now=NOW, min_samples=64) as opened:
        detection_api.feed(opened.store, 480, 600, hosts=2)
        detection_api.feed(opened.store, 600, 615, hosts=2, spike=(606, 1))
        names = {name: opened.create(name=name, **changes) for name, changes in DETECTORS.items()}
        for name in ("all", "hosts"):
            opened.ok("POST", f"detectors/{names[name]}/_start")
        opened.service.scheduler.run_due()
        opened.tick(9)
        yield opened, names


DETECTORS: dict[str, dict[str, Any]] = {
    "all": {}, "hosts": {"category_field": ["ip"]}, "idle": {},
}  # fmt: skip


def look(api: Api) -> Any:
    api.service.insights.scheduler.run_due()
    return api.ok("GET", "insights/_results")


def test_an_event_of_two_detectors(api: tuple[Api, dict[str, str]]) -> None:
    opened, names = api
    assert opened.ok("GET", "insights/_results") == {"total_hits": 0, "results": []}
    assert opened.ok("POST", "insights/_start", {"frequency": "1h"}) == {
        "message": "Insights job created successfully with frequency: 1h"
    }
    found = look(opened)
    assert found["total_hits"] == 1
    (insight,) = found["results"]
    (cluster,) = insight.pop("clusters")
    now, series = opened.clock(), sorted([
        f"{names['all']}_model_rcf_0", f"{names['hosts']}_entity_192.168.1.1",
    ])  # fmt: skip
    both = sorted([names["all"], names["hosts"]])
    assert insight == {
        "window_start": now - HOUR, "window_end": now, "generated_at": now,
        "doc_detector_ids": both, "doc_detector_names": ["all", "hosts"],
        "doc_indices": ["server_log*"], "doc_model_ids": series,
        "stats": {"num_clusters": 1, "num_anomalies": 2, "num_detectors": 2, "num_indices": 1,
                  "num_series": 2},
    }  # fmt: skip
    when = {"data_start_time": START + 606 * MINUTE, "data_end_time": START + 607 * MINUTE}
    assert cluster.pop("anomalies") == sorted([
        {"model_id": f"{names['all']}_model_rcf_0", "detector_id": names["all"]} | when,
        {"model_id": f"{names['hosts']}_entity_192.168.1.1", "detector_id": names["hosts"]} | when,
    ], key=lambda one: one["model_id"])  # fmt: skip
    assert cluster == {
        "event_start": START + 606 * MINUTE, "event_end": START + 607 * MINUTE,
        "cluster_text": "2 anomalies of 2 detector(s), in 1 entities, from 2021-10-01 10:06 to "
                        "2021-10-01 10:07 UTC.",
        "detector_ids": both, "detector_names": ["all", "hosts"], "indices": ["server_log*"],
        "entities": ["ip=192.168.1.1"], "model_ids": series, "num_anomalies": 2,
    }  # fmt: skip
    # Others may read them where they are kept, and ask for those of one detector.
    hits = opened.request("GET", "opensearch-ad-plugin-insights/_search", prefix="/").json()
    assert hits["hits"]["hits"][0]["_source"]["stats"] == insight["stats"]
    one = f"insights/_results?detector_id={names['hosts']}&index=server_log*&size=1"
    assert opened.ok("GET", one)["total_hits"] == 1
    assert opened.ok("GET", f"insights/_results?detector_id={names['idle']}")["results"] == []


def test_when_it_looks(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    opened.ok("POST", "insights/_start", {"frequency": "10m"})
    begun = opened.clock()
    looks: list[int] = []
    for _ in range(25):
        before = look(opened)["total_hits"]
        if before > len(looks):
            looks.append((opened.clock() - begun) // MINUTE)
        opened.clock.pass_minutes(1)
    # At once, after five minutes and each ten; at twenty there are no anomalies of ten minutes.
    assert looks == [0, 5]


def test_a_clock_that_was_ahead_at_the_start(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api
    opened.clock.pass_minutes(60 * 24)
    opened.ok("POST", "insights/_start", {"frequency": "1h"})
    assert look(opened)["total_hits"] == 0
    opened.clock.pass_minutes(-60 * 24)
    assert look(opened)["total_hits"] == 1
    opened.clock.pass_minutes(30)
    assert look(opened)["total_hits"] == 1
    opened.clock.pass_minutes(30)
    opened.service.insights.scheduler.run_due()
    assert opened.service.insights.scheduler.runs()[0].next_fire == opened.clock() + HOUR


def test_starting_and_stopping(api: tuple[Api, dict[str, str]]) -> None:
    opened, _ = api

    def message(what: str, body: Any = None) -> str:
        return str(opened.ok("POST", f"insights/{what}", body)["message"])

    assert message("_stop") == "Insights job is not running"
    assert opened.ok("GET", "insights/_status") == {"job_name": "ad_insights_job", "enabled": False}
    assert message("_start") == "Insights job created successfully with frequency: 24h"
    now = opened.clock()
    schedule = {"interval": {"start_time": now, "period": 24, "unit": "Hours"}}
    assert opened.ok("GET", "insights/_status") == {
        "job_name": "ad_insights_job", "enabled": True, "enabled_time": now,
        "last_update_time": now, "schedule": schedule,
    }  # fmt: skip
    assert message("_start") == "Insights job is already running"
    opened.clock.pass_minutes(1)
    assert message("_stop") == "Insights job stopped successfully"
    assert message("_stop") == "Insights job is already stopped"
    assert opened.ok("GET", "insights/_status")["disabled_time"] == now + MINUTE
    assert look(opened)["total_hits"] == 0
    restarted = "Insights job restarted successfully with frequency: 30m"
    assert message("_start", {"frequency": "30m"}) == restarted
    assert look(opened)["total_hits"] == 1
    # The job stands among those of detectors, and is none.
    assert opened.ok("GET", "stats/detector_count")["detector_count"] == len(DETECTORS)


def test_it_goes_on_in_the_next_process(tmp_path: Path) -> None:
    with detection_api.opened(tmp_path, now=NOW) as api:
        detection_api.feed(api.store, 0, 600, spike=(590, 0))
        for name in ("a", "b"):
            range_ = {"start_time": START, "end_time": NOW}
            detector = api.create(name=name)
            api.ok("POST", f"detectors/{detector}/_start", range_)
            assert api.service.historical.wait(detector, 60)
        api.ok("POST", "insights/_start", {"frequency": "1d"})
    with detection_api.opened(tmp_path, now=NOW + HOUR) as api:
        assert look(api)["results"][0]["stats"]["num_detectors"] == 2
        assert api.ok("GET", "insights/_status")["enabled"] is True
