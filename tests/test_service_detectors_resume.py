"""Historical analyses whose process ends: the next one goes on, as if nothing had happened."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import detection_api
import pytest
from detection_api import START, Api, Clock
from detector_bodies import MINUTE
from ends_of_processes import EndOfProcessError, ending_after

from adcore.detector import DetectorResults
from adcore.service.detectors.analysis import INTERRUPTED
from adcore.service.detectors.names import ANALYSES
from adcore.service.detectors.result_writer import ResultWriter
from adcore.service.detectors.service import DetectionService
from adcore.service.detectors.settings import DetectionSettings
from adcore.store import Store

NOW = START + 400 * MINUTE
MINUTES, HOSTS = 300, 2
SETTINGS: dict[str, Any] = {
    "min_samples": 30,
    "batch_task_piece_size": 75,
    "max_running_entities_per_detector_for_historical_analysis": 1,
}
KINDS = pytest.mark.parametrize("kind", [{}, {"category_field": ["ip"]}], ids=["one", "many"])


def begun(api: Api, kind: dict[str, Any]) -> str:
    """A detector whose analysis is under way."""
    detection_api.feed(api.store, 0, MINUTES, hosts=HOSTS, spike=(250, 1))
    created = api.create(**kind)
    body = {"start_time": START, "end_time": START + MINUTES * MINUTE}
    api.ok("POST", f"detectors/{created}/_start", body)
    return created


def task_of(api: Api, detector: str) -> dict[str, Any]:
    found = api.ok("GET", f"detectors/{detector}?task=true")["historical_analysis_task"]
    assert isinstance(found, dict)
    return found


def found_by(api: Api, detector: str) -> list[tuple[Any, ...]]:
    """The results of the analysis that has ended, without what differs from one to the next."""
    ended = task_of(api, detector)
    assert (ended["state"], ended["task_progress"], ended["error"]) == ("FINISHED", 1, "")
    assert list(api.store.checkpoints.keys(ANALYSES)) == []
    results = api.results({"term": {"task_id": ended["task_id"]}})
    assert sum(result["anomaly_grade"] > 0 for result in results) > 0
    return sorted(
        (r["data_start_time"], str(r.get("entity")), r["anomaly_score"], r["anomaly_grade"],
         r["confidence"], r["feature_data"][0]["data"])
        for r in results
    )  # fmt: skip


def undisturbed(kind: dict[str, Any]) -> list[tuple[Any, ...]]:
    with detection_api.opened(now=NOW, **SETTINGS) as api:
        created = begun(api, kind)
        assert api.service.historical.wait(created, 60)
        return found_by(api, created)


def went_on(folder: Path, detector: str) -> bool:
    """A process that takes the analysis up; returns whether it came to its end."""
    clock = Clock(NOW)
    store = Store.open(folder, clock=clock)
    service = DetectionService(store, clock, "node", DetectionSettings(**SETTINGS))
    try:
        service.recover()
        assert service.historical.wait(detector, 60)
        task = service.historical.latest(detector)
        return task is not None and task.source["state"] == "FINISHED"
    except EndOfProcessError:
        service.historical.wait(detector, 60)
        return False
    finally:
        store.close()


@KINDS
def test_a_process_that_ends_between_any_two_writes(tmp_path: Path, kind: dict[str, Any]) -> None:
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        created = begun(api, kind)
        api.service.historical.close()
        assert task_of(api, created)["state"] in ("INIT", "RUNNING")
    ends = 0
    while not ended_after(3 + ends % 4, tmp_path, created):
        ends += 1
    assert ends > 1
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        assert found_by(api, created) == undisturbed(kind)


def ended_after(writes: int, folder: Path, detector: str) -> bool:
    """Whether a process that ends after so many writes comes to the end of the analysis."""
    with ending_after(writes):
        return went_on(folder, detector)


def test_a_process_that_nobody_lets_finish_a_piece(tmp_path: Path) -> None:
    """It may be the analysis that ends the processes: after some it is given up."""
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        created = begun(api, {})
        api.service.historical.close()
    for _ in range(5):
        with ending_after(2):
            assert not went_on(tmp_path, created)
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        assert api.service.historical.wait(created, 60)
        ended = task_of(api, created)
        assert (ended["state"], ended["error"]) == ("FAILED", INTERRUPTED)
        assert list(api.store.checkpoints.keys(ANALYSES)) == []


def test_one_that_was_cancelled_is_not_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work, go_on = threading.Event(), threading.Event()
    write = ResultWriter.write

    def gated(writer: ResultWriter, config: Any, results: DetectorResults, **rest: Any) -> int:
        at_work.set()
        assert go_on.wait(60)
        return write(writer, config, results, **rest)

    monkeypatch.setattr(ResultWriter, "write", gated)
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        created = begun(api, {})
        assert at_work.wait(60)
        api.ok("POST", f"detectors/{created}/_stop?historical=true")
        go_on.set()
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        assert task_of(api, created)["state"] == "STOPPED"
        assert not api.service.historical.is_running(created)


def test_what_was_kept_of_it_is_damaged(tmp_path: Path) -> None:
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        created = begun(api, {})
        api.service.historical.close()
        kept = api.store.checkpoints
        (models,) = (key for key in kept.keys(ANALYSES) if key.endswith(":models"))
        kept.put_many({models: kept.get_many([models])[models][:-1]})
    with detection_api.opened(tmp_path, now=NOW, **SETTINGS) as api:
        assert api.service.historical.wait(created, 60)
        assert found_by(api, created) == undisturbed({})
