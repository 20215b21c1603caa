"""Historical analyses: their states, their pieces, their entities, their end."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE

from adcore.detector import DetectorResults
from adcore.service.detectors.result_writer import ResultWriter

NOW = START + 700 * MINUTE
GRADED = {"range": {"anomaly_grade": {"gt": 0}}}


def analyse(api: Api, detector_id: str, first: int = 0, last: int = 600) -> str:
    """Start an analysis from one minute to another; returns its task."""
    body = {"start_time": START + first * MINUTE, "end_time": START + last * MINUTE}
    return str(api.ok("POST", f"detectors/{detector_id}/_start", body)["_id"])


def done(api: Api, detector_id: str) -> dict[str, Any]:
    """The task when the analysis has ended."""
    assert api.service.historical.wait(detector_id, 60)
    return task(api, detector_id)


def task(api: Api, detector_id: str) -> dict[str, Any]:
    found = api.ok("GET", f"detectors/{detector_id}?task=true")["historical_analysis_task"]
    assert isinstance(found, dict)
    return found


def children(api: Api, task_id: str) -> list[dict[str, Any]]:
    body = {"query": {"term": {"parent_task_id": task_id}}, "size": 1000}
    hits = api.ok("POST", "detectors/tasks/_search", body)["hits"]["hits"]
    return [hit["_source"] for hit in hits]


class Gate:
    """Stops an analysis before each piece is written, until it is let go on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.reached = threading.Semaphore(0)
        self.open = threading.Semaphore(0)
        write: Callable[..., int] = ResultWriter.write

        def gated(writer: ResultWriter, config: Any, results: DetectorResults, **rest: Any) -> int:
            self.reached.release()
            assert self.open.acquire(timeout=60)
            return write(writer, config, results, **rest)

        patch.setattr(ResultWriter, "write", gated)

    def wait(self) -> None:
        assert self.reached.acquire(timeout=60)

    def let(self, pieces: int = 1) -> None:
        self.open.release(pieces)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Gate:
    return Gate(monkeypatch)


@pytest.fixture
def api() -> Iterator[Api]:
    with detection_api.opened(now=NOW, batch_task_piece_size=200) as opened:
        detection_api.feed(opened.store, 0, 600, hosts=3, spike=(500, 1))
        yield opened


# -- a single series


@pytest.mark.trap(number=40)
def test_states_and_progress_piece_by_piece(api: Api, gate: Gate) -> None:
    created = api.create()
    started = analyse(api, created)
    gate.wait()
    now = task(api, created)
    assert (now["task_id"], now["state"], now["task_progress"]) == (started, "INIT", 0)
    assert "current_piece" not in now
    gate.let()
    gate.wait()
    now = task(api, created)
    # 32-bit digits, as clients see them.
    assert (now["state"], now["task_progress"]) == ("RUNNING", 0.33333334)
    assert (now["init_progress"], now["current_piece"]) == (1, START + 200 * MINUTE)
    profile = api.ok("GET", f"detectors/{created}/_profile/ad_task")["ad_task"]
    assert profile["ad_task"] == now
    assert profile["rcf_total_updates"] == 400
    assert profile["threshold_model_trained"] is True
    assert profile["model_size_in_bytes"] > 1000
    assert (profile["shingle_size"], profile["detector_task_slots"]) == (8, 1)
    assert profile["node_id"] == now["worker_node"]
    assert api.ok("GET", "stats/ad_executing_batch_task_count")["nodes"][profile["node_id"]] == {
        "ad_executing_batch_task_count": 1
    }
    gate.let(2)
    ended = done(api, created)
    assert (ended["state"], ended["task_progress"], ended["error"]) == ("FINISHED", 1, "")
    assert ended["execution_end_time"] == NOW
    (node,) = api.ok("GET", "stats")["nodes"].values()
    assert node["ad_executing_batch_task_count"] == 0
    assert node["ad_total_batch_task_execution_count"] == 1


def test_results_are_those_of_a_run(api: Api) -> None:
    created = api.create()
    started = analyse(api, created, 10, 590)
    done(api, created)
    parts = api.service.parts
    config = parts.registry.config(created)
    run = parts.detector(created, config).run(
        parts.registry.source(config), START + 10 * MINUTE, START + 590 * MINUTE
    )
    found = api.results({"term": {"task_id": started}})
    assert [r["anomaly_score"] for r in found] == run.anomaly_score.tolist()
    assert [r["data_start_time"] for r in found] == run.data_start_time.tolist()
    assert any(r["anomaly_grade"] > 0 for r in found)


@pytest.mark.trap(number=42)
def test_cancelled(api: Api, gate: Gate) -> None:
    created = api.create()
    started = analyse(api, created)
    gate.wait()
    text = "Detector is already running"
    body = {"start_time": START, "end_time": START + MINUTE}
    error = api.request("POST", f"detectors/{created}/_start", body).json()["error"]
    assert error["reason"] == text
    for method in ("PUT", "DELETE"):
        sent = api.ok("GET", f"detectors/{created}")["anomaly_detector"]
        error = api.request(method, f"detectors/{created}", sent).json()
        assert error["error"]["reason"] == "Detector is running"
        assert error["status"] == 400
    stopped = api.ok("POST", f"detectors/{created}/_stop?historical=true")
    assert stopped == {"_id": started, "_version": 0, "_seq_no": 0, "_primary_term": 0}
    gate.let(3)
    ended = done(api, created)
    assert (ended["state"], ended["stopped_by"]) == ("STOPPED", "admin")
    assert ended["error"] == "Historical analysis cancelled by user"
    assert ended["task_progress"] < 1
    (node,) = api.ok("GET", "stats")["nodes"].values()
    assert node["ad_canceled_batch_task_count"] == 1
    response = api.request("POST", f"detectors/{created}/_stop?historical=true")
    assert response.json()["error"]["reason"] == "Detector not started"
    # It can be run again, and is then the latest.
    again = analyse(api, created)
    gate.let(3)
    assert done(api, created)["task_id"] == again
    query = {"query": {"term": {"detector_id": created}}, "sort": "state"}
    hits = api.ok("POST", "detectors/tasks/_search", query)["hits"]["hits"]
    assert [(h["_source"]["state"], h["_source"]["is_latest"]) for h in hits] == [
        ("FINISHED", True), ("STOPPED", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        (0, 100, "There is not enough data to train model"),
        (1_000, 2_000, "There is no data in the detection date range"),
    ],
)
def test_failed(api: Api, first: int, last: int, error: str) -> None:
    created = api.create()
    analyse(api, created, first, last)
    ended = done(api, created)
    assert (ended["state"], ended["error"]) == ("FAILED", error)
    (node,) = api.ok("GET", "stats")["nodes"].values()
    assert node["ad_batch_task_failure_count"] == 1


def test_failed_as_the_documents_are_gone(api: Api) -> None:
    created = api.create()
    api.store.documents.delete_by_rows("server_log", "TRUE")
    analyse(api, created)
    assert done(api, created)["error"] == "There is no data in the time field"
    api.store.documents.delete_index("server_log")
    analyse(api, created)
    ended = done(api, created)
    assert ended["state"] == "FAILED"
    assert ended["error"] == "Having trouble querying data: no such index [server_log*]"


def test_failed_as_its_own_index_of_results_is_gone(api: Api, gate: Gate) -> None:
    custom = "searchguard-ad-result-gone"
    created = api.create(result_index=custom)
    analyse(api, created)
    gate.let()
    gate.wait()
    gate.wait()
    assert len(api.results(only=custom)) == 200
    api.store.documents.delete_index(custom)
    gate.let(2)
    ended = done(api, created)
    assert (ended["state"], ended["error"]) == ("FAILED", f"Can't find result index {custom}")
    assert not api.store.documents.exists(custom)


# -- many entities


def test_entities_have_tasks_of_their_own(api: Api) -> None:
    created = api.create(category_field=["ip", "error_type"])
    started = analyse(api, created)
    ended = done(api, created)
    assert (ended["state"], ended["task_progress"], ended["init_progress"]) == ("FINISHED", 1, 0)
    assert "worker_node" not in ended
    found = children(api, started)
    assert len(found) == 3
    for child in found:
        assert (child["state"], child["task_progress"]) == ("FINISHED", 1)
        assert (child["task_type"], child["detector_id"]) == ("HISTORICAL_HC_ENTITY", created)
        assert [part["name"] for part in child["entity"]] == ["error_type", "ip"]
    (graded,) = api.results({"term": {"task_id": started}}, GRADED)
    assert graded["data_start_time"] == START + 500 * MINUTE
    assert {"name": "ip", "value": "192.168.1.1"} in graded["entity"]


def test_groups_of_entities_give_what_one_pass_gives(api: Api) -> None:
    api.service.close()
    found = []
    for slots in (1, 2, 10):
        with detection_api.opened(
            now=NOW, max_running_entities_per_detector_for_historical_analysis=slots
        ) as other:
            detection_api.feed(other.store, 0, 300, hosts=3, spike=(250, 2))
            created = other.create(category_field=["ip"])
            started = analyse(other, created, 0, 300)
            assert done(other, created)["state"] == "FINISHED"
            results = other.results({"term": {"task_id": started}})
            found.append(sorted(
                (r["data_start_time"], r["entity"][0]["value"], r["anomaly_score"])
                for r in results
            ))  # fmt: skip
    assert len(found[0]) == 900
    assert found[0] == found[1] == found[2]


@pytest.mark.trap(number=21)
def test_profile_of_entities_at_work(monkeypatch: pytest.MonkeyPatch) -> None:
    slots: dict[str, Any] = {"max_running_entities_per_detector_for_historical_analysis": 2}
    with detection_api.opened(now=NOW, **slots) as api:
        detection_api.feed(api.store, 0, 300, hosts=5)
        gate = Gate(monkeypatch)
        created = api.create(category_field=["ip"])
        started = analyse(api, created, 0, 300)
        gate.wait()
        profile = api.ok("GET", f"detectors/{created}/_profile/ad_task")["ad_task"]
        assert profile["ad_task"]["state"] == "RUNNING"
        assert profile["task_id"] == started
        assert profile["task_type"] == "HISTORICAL_HC_DETECTOR"
        counts = ("total", "pending", "running")
        assert [profile[f"{name}_entities_count"] for name in counts] == [5, 3, 2]
        assert profile["detector_task_slots"] == 2
        assert profile["running_entities"][0] == '[{"name":"ip","value":"192.168.1.0"}]'
        first = profile["entity_task_profiles"][0]
        assert first["rcf_total_updates"] == 300
        assert first["entity"] == [{"name": "ip", "value": "192.168.1.0"}]
        assert first["task_type"] == "HISTORICAL_HC_ENTITY"
        assert first["model_size_in_bytes"] > 100
        assert "shingle_size" not in profile
        api.ok("POST", f"detectors/{created}/_stop?historical=true")
        gate.let(10)
        assert done(api, created)["state"] == "STOPPED"
        states = sorted(child["state"] for child in children(api, started))
        assert states in (["FINISHED"] * 2, ["STOPPED"] * 2)


def test_entities_without_enough_data_fail_alone() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 300, hosts=1)
        detection_api.feed(api.store, 250, 300, hosts=2)
        created = api.create(category_field=["ip"])
        started = analyse(api, created, 0, 300)
        assert done(api, created)["state"] == "FINISHED"
        by_host = {c["entity"][0]["value"]: c for c in children(api, started)}
        assert by_host["192.168.1.0"]["state"] == "FINISHED"
        failed = by_host["192.168.1.1"]
        assert failed["state"] == "FAILED"
        assert failed["error"] == "There is not enough data to train model"


def test_no_entity() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 300)
        never = {"term": {"error_type": "never"}}
        created = api.create(category_field=["ip"], filter_query=never)
        analyse(api, created, 0, 300)
        assert done(api, created)["error"] == "No entity found"


@pytest.mark.trap(number=22)
def test_only_the_top_entities() -> None:
    with detection_api.opened(now=NOW, max_top_entities_for_historical_analysis=2) as api:
        detection_api.feed(api.store, 0, 300, hosts=4)
        detection_api.feed(api.store, 0, 10, hosts=4, spike=None)
        api.store.documents.delete_by_rows("server_log", "\"ip\" = '192.168.1.0'")
        created = api.create(category_field=["ip"])
        started = analyse(api, created, 0, 300)
        done(api, created)
        assert sorted(c["entity"][0]["value"] for c in children(api, started)) == [
            "192.168.1.1", "192.168.1.2",
        ]  # fmt: skip


# -- several


def test_only_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    with detection_api.opened(now=NOW, max_batch_task_per_node=1) as api:
        detection_api.feed(api.store, 0, 300)
        gate = Gate(monkeypatch)
        first, second = api.create(name="a"), api.create(name="b")
        analyse(api, first, 0, 300)
        gate.wait()
        body = {"start_time": START, "end_time": START + 300 * MINUTE}
        error = api.request("POST", f"detectors/{second}/_start", body).json()["error"]
        assert error["reason"] == "No available task slot"
        gate.let()
        done(api, first)
        analyse(api, second, 0, 300)
        gate.let()
        assert done(api, second)["state"] == "FINISHED"
