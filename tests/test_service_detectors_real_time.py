"""Jobs with a clock that is set by hand: windows, states, restarts, failures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import detection_api
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE

from adcore.detector.index_source import IndexSource
from adcore.service.detectors.names import CHECKPOINTS, DETECTORS, OPENSEARCH_NAMES
from adcore.store import Action
from adcore.store.errors import StoreFullError

NOW = START + 300 * MINUTE


def started(api: Api, **changes: Any) -> str:
    created = api.create(**changes)
    api.ok("POST", f"detectors/{created}/_start")
    api.service.scheduler.run_due()
    return created


def task(api: Api, detector_id: str) -> dict[str, Any]:
    found = api.ok("GET", f"detectors/{detector_id}?task=true")["realtime_detection_task"]
    assert isinstance(found, dict)
    return found


def of(detector_id: str) -> dict[str, Any]:
    return {"term": {"detector_id": detector_id}}


# -- windows


def test_windows_lie_on_the_moment_of_the_start() -> None:
    with detection_api.opened(now=NOW + 17_123) as api:
        detection_api.feed(api.store, 0, 320)
        created = started(api)
        api.tick(3)
        found = api.results(of(created))
        assert [r["data_end_time"] - NOW for r in found] == [17_123 + i * MINUTE for i in range(3)]
        assert all(r["data_end_time"] - r["data_start_time"] == MINUTE for r in found)
        fired = [r["execution_start_time"] - NOW for r in found]
        assert fired == [17_123 + i * MINUTE for i in (1, 2, 3)]


def test_results_are_those_of_a_replay() -> None:
    """A job that fires each minute finds what one run over all documents finds."""
    with detection_api.opened(now=NOW + 17_123) as api:
        detection_api.feed(api.store, 0, 303)
        created = started(api)
        for minute in range(20):
            detection_api.feed(api.store, 303 + minute, 304 + minute)
            api.tick()
        found = api.results(of(created))
        parts = api.service.parts
        config = parts.registry.config(created)
        detector = parts.detector(created, config)
        source = IndexSource(api.store.documents, config.indices)
        # What the cold start looks back, and then the intervals of the ticks.
        first = NOW + 17_123 - MINUTE - 160 * MINUTE
        replayed = detector.run(source, first, NOW + 17_123 + 19 * MINUTE, started_at=NOW + 17_123)
        assert len(found) == 20
        assert [r["anomaly_score"] for r in found] == replayed.anomaly_score[-20:].tolist()


def test_the_frequency_and_the_history_are_those_of_the_detector() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 320)
        five = {"period": {"interval": 5, "unit": "Minutes"}}
        slow, short = started(api, name="slow", frequency=five), started(api, history=50)
        told = []
        for _ in range(11):
            api.tick()
            told.append([(r["data_end_time"] - NOW) // MINUTE for r in api.results(of(slow))])
        assert told == [[0]] * 5 + [[0, 1, 2, 3, 4, 5]] * 5 + [list(range(11))]
        assert task(api, short)["init_progress"] == pytest.approx(61 / 128, abs=1e-6)


# -- states


@pytest.mark.trap(number=20)
def test_from_created_to_running_to_stopped() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 270, 700)
        created = api.create()
        api.ok("POST", f"detectors/{created}/_start")
        assert (task(api, created)["state"], task(api, created)["init_progress"]) == ("CREATED", 0)
        assert task(api, created)["estimated_minutes_left"] == 128
        profile = api.ok("GET", f"detectors/{created}/_profile?_all")
        assert profile["state"] == "INIT"
        assert profile["init_progress"] == {"percentage": "0%", "needed_shingles": 128}
        assert profile["total_size_in_bytes"] == 0

        api.service.scheduler.run_due()
        assert task(api, created)["state"] == "INIT"
        assert task(api, created)["init_progress"] == pytest.approx(29 / 128, abs=1e-6)
        api.tick(98)
        assert task(api, created)["state"] == "INIT"
        assert task(api, created)["estimated_minutes_left"] == 1
        profile = api.ok("GET", f"detectors/{created}/_profile/init_progress,state,error")
        assert profile == {
            "state": "INIT", "error": "",
            "init_progress": {
                "percentage": "99%", "estimated_minutes_left": 1, "needed_shingles": 1,
            },
        }  # fmt: skip
        assert api.results(of(created)) == []
        api.tick(3)
        assert (task(api, created)["state"], task(api, created)["init_progress"]) == ("RUNNING", 1)
        profile = api.ok("GET", f"detectors/{created}/_profile/init_progress,state")
        assert profile == {"state": "RUNNING", "init_progress": {"percentage": "100%"}}
        assert api.results(of(created))

        api.ok("POST", f"detectors/{created}/_stop")
        stopped = task(api, created)
        assert (stopped["state"], stopped["stopped_by"]) == ("STOPPED", "admin")
        assert stopped["execution_end_time"] == api.clock()
        assert api.ok("GET", f"detectors/{created}/_profile") == {"state": "DISABLED", "error": ""}
        job = api.ok("GET", f"detectors/{created}?job=true")["anomaly_detector_job"]
        assert (job["enabled"], job["disabled_time"]) == (False, api.clock())
        before = len(api.results(of(created)))
        api.tick(3)
        assert len(api.results(of(created))) == before


def test_starting_again_makes_a_new_task_of_the_same_job() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        first = task(api, created)["task_id"]
        api.tick(2)
        api.ok("POST", f"detectors/{created}/_stop")
        api.clock.pass_minutes(5)
        again = api.ok("POST", f"detectors/{created}/_start")
        assert again["_id"] == created
        assert again["_version"] == 3
        api.service.scheduler.run_due()
        # Data from before makes it ready at once.
        assert task(api, created)["state"] == "RUNNING"
        assert task(api, created)["task_id"] != first
        query = {"query": {"term": {"detector_id": created}}, "sort": "execution_start_time"}
        old, new = api.ok("POST", "detectors/tasks/_search", query)["hits"]["hits"]
        assert (old["_id"], old["_source"]["is_latest"]) == (first, False)
        assert (new["_source"]["state"], new["_source"]["is_latest"]) == ("RUNNING", True)


def test_only_so_many_old_tasks_are_kept() -> None:
    with detection_api.opened(now=NOW, max_old_ad_task_docs_per_detector=2) as api:
        detection_api.feed(api.store, 0, 400)
        created = api.create()
        for _ in range(5):
            api.ok("POST", f"detectors/{created}/_start")
            api.ok("POST", f"detectors/{created}/_stop")
            api.clock.pass_minutes(1)
        query = {"query": {"term": {"detector_id": created}}, "sort": "execution_start_time"}
        hits = api.ok("POST", "detectors/tasks/_search", query)["hits"]["hits"]
        times = [hit["_source"]["execution_start_time"] - NOW for hit in hits]
        assert times == [2 * MINUTE, 3 * MINUTE, 4 * MINUTE]
        assert [hit["_source"]["is_latest"] for hit in hits] == [False, False, True]


def test_a_last_interval_without_rows_does_not_keep_it_from_running() -> None:
    """Documents that come a little late are usual: a look back has some intervals to spare."""
    with detection_api.opened(now=NOW + 17_123) as api:
        detection_api.feed(api.store, 0, 298)
        created = started(api, feature_attributes=[MEAN])
        assert task(api, created)["state"] == "RUNNING"


def test_an_interval_without_rows_is_told() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 300)
        created = started(api, window_delay={"period": {"interval": 0, "unit": "Minutes"}},
                          feature_attributes=[MEAN])  # fmt: skip
        api.tick()
        text = "No data in current detection window"
        assert task(api, created)["error"] == text
        assert task(api, created)["state"] == "RUNNING"
        (result,) = api.results(of(created))
        assert (result["error"], result["feature_data"]) == (text, [])
        assert "anomaly_score" not in result
        detection_api.feed(api.store, 301, 302)
        api.tick()
        assert task(api, created)["error"] == ""


MEAN = {
    "feature_name": "test",
    "feature_enabled": True,
    "aggregation_query": {"test": {"avg": {"field": "value"}}},
}


# -- restarts


SPIKE = 318


def steady(category: list[str] | None) -> list[dict[str, Any]]:
    """The results of a service that is never away."""
    body: dict[str, Any] = {"category_field": category} if category else {}
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 330, hosts=3, spike=(SPIKE, 1))
        created = started(api, **body)
        api.tick(30)
        return _comparable(api.results(of(created)))


@pytest.mark.parametrize("category", [None, ["ip"]])
@pytest.mark.parametrize("ends", ["closed", "killed", "without a checkpoint"])
def test_a_restart_catches_up(tmp_path: Path, category: list[str] | None, ends: str) -> None:
    """A service that was away gives the results of one that was not, each once."""
    body: dict[str, Any] = {"category_field": category} if category else {}
    expected = steady(category)
    assert any(r["anomaly_grade"] > 0 for r in expected)

    with detection_api.opened(tmp_path / "away", now=NOW) as api:
        detection_api.feed(api.store, 0, 330, hosts=3, spike=(SPIKE, 1))
        created = started(api, **body)
        api.tick(14)
        if ends != "closed":
            # As after kill -9: nothing is kept beyond what was kept on the way.
            for run in api.service.scheduler.runs():
                run._is_stopped = True
        if ends == "without a checkpoint":
            api.store.checkpoints.delete_prefix(CHECKPOINTS)
    with detection_api.opened(tmp_path / "away", now=NOW + 27 * MINUTE) as api:
        api.service.scheduler.run_due()
        api.tick(3)
        assert task(api, created)["state"] == "RUNNING"
        found = _comparable(api.results(of(created)))
        assert found == expected
        # Those of before the restart are the documents that they were.
        hits = api.ok("POST", "detectors/results/_search", {"size": 1000})["hits"]["hits"]
        assert [hit["_version"] for hit in hits] == [1] * len(expected)


def _comparable(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Results without what must differ: ids of detectors and features, and times of work."""
    moving = ("detector_id", "model_id", "execution_start_time", "execution_end_time")
    kept = [{k: v for k, v in r.items() if k not in moving} for r in results]
    return [_without_ids(r) for r in kept]


def _without_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_ids(v) for k, v in value.items() if k != "feature_id"}
    return [_without_ids(v) for v in value] if isinstance(value, list) else value


def test_the_end_does_not_wait_until_all_is_caught_up(tmp_path: Path) -> None:
    """A service that was away for long may be ended while it catches up, and goes on from there."""
    with detection_api.opened(tmp_path, now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
    with detection_api.opened(tmp_path, now=NOW + 100_000 * MINUTE) as api:
        api.service.scheduler.start()
        while not api.results(of(created)):
            assert api.service.scheduler.runs()
    with detection_api.opened(tmp_path, now=NOW + 1_000 * MINUTE) as api:
        (run,) = api.service.scheduler.runs()
        kept = api.service.parts.checkpoints.load(created, run.enabled_time)
        assert kept is not None
        assert NOW < kept.reached < NOW + 100_000 * MINUTE
        found = api.results(of(created))
        assert kept.reached - NOW == len(found) * MINUTE


def test_a_damaged_checkpoint_is_made_anew(tmp_path: Path) -> None:
    with detection_api.opened(tmp_path, now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.tick(5)
    with detection_api.opened(tmp_path, now=NOW + 10 * MINUTE) as api:
        api.store.checkpoints.put_many({CHECKPOINTS + created: b"adcJ" + bytes(60)})
        api.service.scheduler.run_due()
        assert task(api, created)["state"] == "RUNNING"
        assert len(api.results(of(created))) == 10


# -- what goes wrong


def test_a_job_whose_index_vanishes_is_stopped_after_seven_failures() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.store.documents.delete_index("server_log")
        api.tick(6)
        reason = "Having trouble querying data: no such index [server_log*]"
        assert task(api, created)["error"] == reason
        assert task(api, created)["state"] == "RUNNING"
        assert api.ok("GET", f"detectors/{created}/_profile")["error"] == reason
        errors = api.results(of(created), {"exists": {"field": "error"}})
        assert [r["error"] for r in errors] == [reason] * 6
        api.tick()
        ended = task(api, created)
        assert ended["state"] == "STOPPED"
        assert ended["error"] == (
            f"Stopped detector as job failed consecutively for more than 6 times: {reason}"
        )
        assert api.ok("GET", f"detectors/{created}/_profile") == {
            "state": "DISABLED", "error": ended["error"],
        }  # fmt: skip
        assert not api.ok("GET", f"detectors/{created}?job=true")["anomaly_detector_job"]["enabled"]
        assert api.service.scheduler.runs() == []


def test_what_no_waiting_cures_stops_a_job_at_once() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        gone, odd = started(api, name="gone"), api.create(name="odd")
        api.store.documents.delete(DETECTORS, gone)
        stored = api.ok("GET", f"detectors/{odd}")["anomaly_detector"]
        api.store.documents.index(DETECTORS, stored | {"filter_query": NO_DATE}, odd)
        api.ok("POST", f"detectors/{odd}/_start")
        api.tick()
        for detector, reason in ((gone, DELETED), (odd, INVALID_QUERY)):
            query = {"query": {"term": {"detector_id": detector}}}
            (hit,) = api.ok("POST", "detectors/tasks/_search", query)["hits"]["hits"]
            ended = hit["_source"]
            assert (ended["state"], ended["error"]) == ("STOPPED", f"Stopped detector: {reason}")
        errors = api.results(of(odd), {"exists": {"field": "error"}})
        assert [r["error"] for r in errors] == [f"Stopped detector: {INVALID_QUERY}"]
        assert api.service.scheduler.runs() == []


@pytest.mark.parametrize("rolls", [{}, {"result_index_min_age": 1}], ids=["index", "alias"])
def test_a_job_whose_own_index_of_results_is_gone_is_stopped(rolls: dict[str, int]) -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        custom = "searchguard-ad-result-gone"
        created = started(api, result_index=custom, **rolls)
        api.tick()
        assert len(api.results(only=custom)) == 1
        for target in api.store.documents.resolve(custom):
            api.store.documents.delete_index(target.index)
        api.tick()
        ended = task(api, created)
        text = f"Stopped detector: Can't find result index {custom}"
        assert (ended["state"], ended["error"]) == ("STOPPED", text)
        profile = api.ok("GET", f"detectors/{created}/_profile")
        assert profile == {"state": "DISABLED", "error": text}
        # It is not made behind the back of who deleted it; the default one has the error.
        assert not api.store.documents.exists(custom)
        assert [r["error"] for r in api.results(of(created))] == [text]
        # Starting makes it anew.
        api.ok("POST", f"detectors/{created}/_start")
        api.service.scheduler.run_due()
        api.tick()
        assert task(api, created)["state"] == "RUNNING"
        assert api.results(of(created), only=custom)


def test_a_job_whose_own_index_of_results_became_another_is_stopped() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        custom = "searchguard-ad-result-other"
        created = started(api, result_index=custom)
        api.store.documents.delete_index(custom)
        api.store.documents.create_index(custom, {"properties": {"detector_id": {"type": "text"}}})
        api.tick()
        reason = f"Stopped detector: Result index mapping is not correct for index: {custom}"
        assert (task(api, created)["state"], task(api, created)["error"]) == ("STOPPED", reason)
        assert [r["error"] for r in api.results(of(created))] == [reason]


# A detector cannot be made with it; the mapping of what it watches may change.
NO_DATE = {"range": {"timestamp": {"gte": "no date"}}}
DELETED, INVALID_QUERY = "AnomalyDetector is not available.", "Invalid search query."


def test_a_job_recovers_from_a_failure_and_misses_nothing() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 300)
        created = started(api)
        api.tick(2)
        api.store.documents.delete_index("server_log")
        api.tick(3)
        detection_api.feed(api.store, 0, 400)
        api.tick(2)
        assert task(api, created)["error"] == ""
        found = api.results(of(created), {"range": {"anomaly_score": {"gt": 0}}})
        assert [(r["data_end_time"] - NOW) // MINUTE for r in found] == list(range(7))


def test_a_full_disk_stops_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing can be written, nothing is; then all of it is."""
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.tick(2)

        def full(actions: Any, appended: Any = ()) -> None:
            del actions, appended
            raise StoreFullError("no space left")

        with monkeypatch.context() as patch:
            patch.setattr(api.store.documents, "bulk", full)
            api.tick(12)
            assert api.ok("GET", f"detectors/{created}/_profile")["state"] == "INIT"
            assert len(api.results(of(created))) == 2
        api.tick()
        assert task(api, created)["state"] == "RUNNING"
        assert len(api.results(of(created))) == 15


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.tick(5)
        api.clock.pass_minutes(-4)
        api.service.scheduler.run_due()
        api.tick(6)
        assert len(api.results(of(created))) == 7


# -- where results go


@pytest.mark.trap(number=36)
def test_custom_result_index_flattened_and_default_ones_are_apart() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400, hosts=2)
        custom = "searchguard-ad-result-own"
        own = started(api, name="Own", category_field=["ip"], result_index=custom,
                      flatten_custom_result_index=True)  # fmt: skip
        plain = started(api, name="plain")
        api.tick(2)
        assert {r["detector_id"] for r in api.results()} == {plain}
        assert {r["detector_id"] for r in api.results(only=custom)} == {own}
        both = api.ok("POST", f"detectors/results/_search/{custom}", {"size": 0})
        assert both["hits"]["total"]["value"] == 6
        flat = api.store.documents.resolve(f"{custom}-flattened-own")
        assert [t.index for t in flat] == ["searchguard-ad-result-own-flattened-own"]
        assert {"entity_ip", "feature_data_test", "anomaly_grade"} <= set(flat[0].mapping.fields)
        # Only those that a detector writes to may be searched.
        missing = "searchguard-ad-result-other"
        only = f"detectors/results/_search/{missing}?only_query_custom_result_index=true"
        response = api.request("POST", only, {})
        assert (response.status_code, response.json()["error"]["reason"]) == (
            400, "No custom result indices found",
        )  # fmt: skip


def test_indices_have_the_names_that_opensearch_gives_them() -> None:
    day = 24 * 60
    with detection_api.opened(now=NOW, min_samples=20) as api:
        detection_api.feed(api.store, 0, 310)
        detector = started(api, shingle_size=1)
        api.tick(2)
        for _ in range(2):  # results of two indices
            api.service.parts.indices.roll_over({})
            api.clock.pass_minutes(day)
        detection_api.feed(api.store, 2 * day + 300, 2 * day + 310)
        api.tick(2)
        for own, name in OPENSEARCH_NAMES.items():
            counts = [
                api.request("GET", "/_count", prefix=f"/{each}").json()["count"]
                for each in (own, name, f"{name}*")
            ]
            assert len(set(counts)) == 1
            assert counts[0] > 0
        indices = {t.index for t in api.store.documents.resolve(".opendistro-anomaly-results*")}
        assert len(indices) > 1
        assert api.results(of(detector))


def test_default_results_roll_over_and_are_deleted_in_time() -> None:
    day = 24 * 60
    with detection_api.opened(now=NOW, ad_result_history_retention_period=2 * day * MINUTE) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.tick(1)
        api.ok("POST", f"detectors/{created}/_stop")
        (first,) = api.store.documents.resolve(".searchguard-ad-results*")
        assert first.index == ".searchguard-ad-results-history-2021.10.01-1"
        api.clock.pass_minutes(day)
        api.service.scheduler.run_due()
        names = [t.index for t in api.store.documents.resolve(".searchguard-ad-results*")]
        assert names == [first.index, ".searchguard-ad-results-history-2021.10.02-000002"]
        for _ in range(2 * 24):
            api.clock.pass_minutes(60)
            api.service.scheduler.run_due()
        names = [t.index for t in api.store.documents.resolve(".searchguard-ad-results*")]
        assert first.index not in names


def test_results_and_state_go_with_the_detector_if_that_is_wanted() -> None:
    with detection_api.opened(now=NOW, delete_anomaly_result_when_delete_detector=True) as api:
        detection_api.feed(api.store, 0, 400)
        created = started(api)
        api.tick(3)
        response = api.request("DELETE", f"detectors/{created}")
        assert response.json()["error"]["reason"] == f"Detector job is running: {created}"
        api.ok("POST", f"detectors/{created}/_stop")
        assert api.ok("DELETE", f"detectors/{created}")["result"] == "deleted"
        assert api.results() == []
        assert api.ok("POST", "detectors/tasks/_search")["hits"]["total"]["value"] == 0
        assert list(api.store.checkpoints.keys(CHECKPOINTS)) == []
        assert api.request("GET", f"detectors/{created}").status_code == 404


def test_stats_count_firings_and_models() -> None:
    with detection_api.opened(now=NOW) as api:
        detection_api.feed(api.store, 0, 400, hosts=3)
        started(api)
        started(api, name="hc", category_field=["ip", "error_type"])
        api.tick(4)
        (node,) = api.ok("GET", "stats")["nodes"].values()
        assert node["ad_execute_request_count"] == 10
        assert node["ad_hc_execute_request_count"] == 5
        assert node["ad_execute_failure_count"] == 0
        assert node["model_count"] == len(node["models"]) == 4
        assert sorted(m["model_type"] for m in node["models"]) == ["entity"] * 3 + ["rcf"]


EXPLODED = 302


def explosion(model_memory: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Results, and profiles on the way, of a job that meets a thousand new entities at once."""
    profiles = []
    with detection_api.opened(now=NOW, model_memory=model_memory, min_samples=9) as api:
        detection_api.feed(api.store, 0, 340, hosts=2)
        created = started(api, category_field=["error_type", "ip"])
        api.tick(2)
        for minute in range(EXPLODED, EXPLODED + 14):
            rows = [
                detection_api.row(minute) | {"ip": f"10.0.{i // 250}.{i % 250}"}
                for i in range(1_000)
            ]
            api.store.documents.bulk([Action("index", "server_log", None, row) for row in rows])
            api.tick()
            run = api.service.scheduler.get(created)
            assert run is not None
            assert run.view.models.bytes <= model_memory
            profiles.append(api.ok("GET", f"detectors/{created}/_profile?_all"))
            assert task(api, created)["state"] == "RUNNING"
        return _comparable(api.results(of(created))), profiles


def test_an_explosion_of_entities_stays_within_its_memory_and_loses_nothing() -> None:
    """Models that do not fit wait in the store: results are those of who has memory for all."""
    budget = 2_500_000
    bounded, profiles = explosion(budget)
    plenty, rich = explosion(2**30)
    assert len(bounded) > 3_000
    assert bounded == plenty
    assert rich[-1]["total_size_in_bytes"] > 2 * budget
    for profile in profiles[1:]:
        assert 0 < profile["active_entities"] < 500 < profile["total_entities"] == 1_002
        assert profile["model_count"] == profile["active_entities"] == len(profile["models"])
        sizes = [model["model_size_in_bytes"] for model in profile["models"]]
        assert profile["total_size_in_bytes"] == sum(sizes)
        assert profile["state"] == "RUNNING"


def test_no_room_for_a_single_model_stops_the_job_with_a_word() -> None:
    with detection_api.opened(now=NOW, model_memory=10_000) as api:
        detection_api.feed(api.store, 0, 310, hosts=2)
        created = started(api, category_field=["error_type", "ip"])
        text = "Stopped detector: AD models memory usage exceeds our limit."
        assert (task(api, created)["state"], task(api, created)["error"]) == ("STOPPED", text)
        assert api.ok("GET", f"detectors/{created}/_profile") == {
            "state": "DISABLED", "error": text,
        }  # fmt: skip
        assert api.ok("GET", f"detectors/{created}/_profile/total_size_in_bytes") == {
            "total_size_in_bytes": 0
        }
