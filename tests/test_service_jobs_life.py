"""The life of jobs over HTTP: data and their counts, flushes, interim results, snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from job_api import START, Api, job, opened
from job_data import BEGIN, HOUR, WAVES, lines, rows

from adcore.service.errors import ApiError
from adcore.service.jobs.names import MODELS

J = "anomaly_detectors/farequote"
STATUS = "status_exception"


@pytest.fixture
def api() -> Iterator[Api]:
    with opened() as served:
        yield served


def started(api: Api, **changes: Any) -> None:
    """An open job."""
    api.create(**changes)
    assert api.ok("POST", f"{J}/_open")["opened"] is True


def post(api: Api, *listed: dict[str, Any]) -> Any:
    response = api.request("POST", f"{J}/_data", content=lines(list(listed)))
    assert response.status_code == 202, response.text
    return response.json()


def buckets(api: Api, **body: Any) -> list[Any]:
    found = api.ok("POST", f"{J}/results/buckets", body)["buckets"]
    assert isinstance(found, list)
    return found


# -- the documented vectors

FIRST = {
    "airline": "AAL",
    "responsetime": "132.2046",
    "sourcetype": "farequote",
    "time": 1403481600,
}
SECOND = {"airline": "JZA", "responsetime": "990.4628", "sourcetype": "farequote",
          "time": 1403481700}  # fmt: skip


@pytest.mark.parametrize(
    "content",
    [
        lines([FIRST, SECOND]),
        b"[" + lines([FIRST]) + b"," + lines([SECOND]) + b"]",
        lines([FIRST]).strip() + lines([SECOND]),
        lines([FIRST]).replace(b",", b",\n") + b"   " + lines([SECOND]),
    ],
    ids=["lines", "array", "concatenated", "spread"],
)
def test_counts_of_two_records(api: Api, content: bytes) -> None:
    started(api)
    response = api.request("POST", f"{J}/_data", content=content)
    assert response.status_code == 202
    counts = response.json()
    expected = {
        "job_id": "farequote",
        "processed_record_count": 2,
        "processed_field_count": 4,
        "input_bytes": len(content),
        "input_field_count": 6,
        "invalid_date_count": 0,
        "missing_field_count": 0,
        "out_of_order_timestamp_count": 0,
        "empty_bucket_count": 0,
        "sparse_bucket_count": 0,
        "bucket_count": 0,
        "earliest_record_timestamp": 1403481600000,
        "latest_record_timestamp": 1403481700000,
        "last_data_time": START,
        "input_record_count": 2,
        "log_time": START,
    }
    assert counts == expected
    flushed = api.ok("POST", f"{J}/_flush")
    assert flushed == {"flushed": True, "last_finalized_bucket_end": 1403481600000}
    stats = api.ok("GET", f"{J}/_stats")["jobs"][0]
    assert stats["data_counts"] == expected
    assert stats["state"] == "opened"
    assert stats["open_time"] == "0s"


def test_a_flush_before_any_data(api: Api) -> None:
    started(api)
    assert api.ok("POST", f"{J}/_flush") == {"flushed": True}


def test_time_is_skipped(api: Api) -> None:
    started(api)
    post(api, FIRST | {"time": 1403481600}, FIRST | {"time": 1403485200})
    flushed = api.ok("POST", f"{J}/_flush", {"skip_time": "1403488700"})
    assert flushed["last_finalized_bucket_end"] == 1403488800000
    counts = post(api, FIRST | {"time": 1403488600}, FIRST | {"time": 1403488700})
    assert counts["out_of_order_timestamp_count"] == 2
    post(api, FIRST | {"time": 1403488900}, FIRST | {"time": 1403492400})
    api.ok("POST", f"{J}/_close")
    found = [(bucket["timestamp"], bucket["event_count"]) for bucket in buckets(api)]
    assert found == [(1403481600000, 1), (1403488800000, 1)]
    assert all(isinstance(bucket["event_count"], int) for bucket in buckets(api))


def test_open_buckets_begin_anew(tmp_path: Path) -> None:
    config = WAVES | {"analysis_config": WAVES["analysis_config"] | {"latency": "2h"}}
    with opened(tmp_path) as api:
        started(api, **config)
        post(api, *rows(0, 3))
        again = f"{J}/_data?reset_start={BEGIN + HOUR}&reset_end={BEGIN + 2 * HOUR}"
        response = api.request("POST", again, content=lines(rows(1, 2)[:5]))
        assert (response.status_code, response.json()["processed_record_count"]) == (202, 5)
        assert api.refused("POST", f"{J}/_data?reset_end=1", content=b"{}")[2] == (
            "Invalid reset range parameters: 'reset_start' has not been specified."
        )
    # The log has it too.
    with opened(tmp_path) as api:
        api.ok("POST", f"{J}/_flush", {"advance_time": BEGIN + 3 * HOUR})
        assert [bucket["event_count"] for bucket in buckets(api)] == [12, 5, 12]


def test_data_that_are_posted_twice_are_counted_and_change_no_result(api: Api) -> None:
    started(api, **WAVES)
    sent = rows(0, 6)
    first = post(api, *sent)
    finished = buckets(api)
    open_from = finished[-1]["timestamp"] + HOUR
    assert open_from == BEGIN + 5 * HOUR
    late = [row for row in sent if row["time"] < open_from]
    again = post(api, *late)
    assert again["processed_record_count"] == 0
    assert again["out_of_order_timestamp_count"] == len(late)
    assert buckets(api) == finished
    stats = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
    assert stats["processed_record_count"] == first["processed_record_count"] == len(sent)
    # The last bucket is still open: what is said of it twice counts twice.
    repeated = [row for row in sent if row["time"] >= open_from]
    assert post(api, *repeated)["out_of_order_timestamp_count"] == 0
    api.ok("POST", f"{J}/_flush", {"advance_time": BEGIN + 6 * HOUR})
    assert [bucket["event_count"] for bucket in buckets(api)][-1] == 2 * len(repeated)


def test_what_is_wrong_with_records_is_counted(api: Api) -> None:
    started(api)
    counts = post(
        api,
        FIRST,
        FIRST | {"time": "yesterday"},
        {"airline": "AAL", "responsetime": 1.0},
        {"time": 1403481650, "airline": "", "more": {"of": [1, 2]}},
        FIRST | {"time": 1403481599},
        FIRST | {"time": 1403481601},
        FIRST | {"time": 1403488800},
        FIRST | {"time": 1403481602},
    )
    named = {
        "processed_record_count": 4,
        "invalid_date_count": 2,
        "missing_field_count": 2,
        "out_of_order_timestamp_count": 2,
        "bucket_count": 2,
        "input_record_count": 8,
    }
    assert {name: counts[name] for name in named} == named
    assert counts["processed_field_count"] == 4 * 2 - 2


def test_too_much_that_is_no_json(api: Api) -> None:
    started(api)
    few = lines([FIRST]) + b'{"a": \n' * 50 + lines([SECOND])
    assert api.request("POST", f"{J}/_data", content=few).status_code == 202
    refused = api.refused("POST", f"{J}/_data", content=b'{"a": \n' * 101)
    assert refused == (400, "parse_exception", "The input JSON data is malformed.")
    assert api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]["processed_record_count"] == 2


# -- results as data come


def test_buckets_come_when_they_are_over(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 3))
    # The empty ones in between come too.
    post(api, *rows(5, 6))
    found = [(b["timestamp"] - BEGIN, b["event_count"], b["is_interim"]) for b in buckets(api)]
    assert found == [
        (0, 12, False),
        (HOUR, 12, False),
        (2 * HOUR, 12, False),
        (3 * HOUR, 0, False),
        (4 * HOUR, 0, False),
    ]
    counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
    assert (counts["bucket_count"], counts["empty_bucket_count"]) == (5, 2)


def test_interim_results_are_replaced(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 101, surprise=100)[:-2])
    last = BEGIN + 100 * HOUR
    api.ok("POST", f"{J}/_flush?calc_interim=true")
    (interim,) = buckets(api, start=last)
    assert (interim["is_interim"], interim["event_count"]) == (True, 10)
    records = api.ok("POST", f"{J}/results/records", {"start": last})
    assert [record["is_interim"] for record in records["records"]] == [True]
    hidden = {"start": last, "exclude_interim": True}
    assert api.ok("POST", f"{J}/results/records", hidden)["count"] == 0
    # Again, with more data: one bucket still.
    post(api, *rows(100, 101)[-2:])
    api.ok("POST", f"{J}/_flush", {"calc_interim": True})
    (interim,) = buckets(api, start=last)
    assert interim["event_count"] == 12
    api.ok("POST", f"{J}/_flush", {"advance_time": str(last + HOUR)})
    (final,) = buckets(api, start=last)
    assert (final["is_interim"], final["event_count"]) == (False, 12)
    (record,) = api.ok("POST", f"{J}/results/records", {"start": last})["records"]
    assert (record["is_interim"], record["by_field_value"]) == (False, "AAL")
    assert record["record_score"] == record["initial_record_score"] > 10
    assert record["airline"] == ["AAL"]
    (influencer,) = api.ok("POST", f"{J}/results/influencers", {"start": last})["influencers"]
    assert influencer["airline"] == "AAL"


def test_scores_change_as_data_come(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 121, surprise=110, by=60.0))
    before = records(api)
    first = buckets(api, page={"size": 1_000})
    post(api, *rows(121, 301, surprise=250, by=900.0))
    after = records(api)
    assert before.keys() <= after.keys()
    changed = {name for name, old in before.items() if after[name] != old}
    assert changed
    for name in changed:
        old, new = before[name], after[name]
        assert old["record_score"] != new["record_score"]
        assert new | {"record_score": 0} == old | {"record_score": 0}
    for old, bucket in zip(first, buckets(api, page={"size": 1_000}), strict=False):
        assert bucket["initial_anomaly_score"] == old["initial_anomaly_score"]
        assert bucket["anomaly_score"] == max(
            (each["anomaly_score"] for each in bucket["bucket_influencers"]), default=0.0
        )


def records(api: Api) -> dict[tuple[int, str], Any]:
    """All records by bucket and airline."""
    found = api.ok("POST", f"{J}/results/records", {"page": {"size": 5_000}})["records"]
    return {(each["timestamp"], each["by_field_value"]): each for each in found}


# -- open and closed


def test_states(api: Api) -> None:
    started(api)
    assert api.refused("POST", f"{J}/_open") == (
        409, STATUS, "Cannot open job [farequote] because it has already been opened",
    )  # fmt: skip
    assert api.refused("DELETE", J) == (
        409, STATUS, "Cannot delete job [farequote] because the job is opened",
    )  # fmt: skip
    assert api.refused("POST", f"{J}/model_snapshots/empty/_revert") == (
        409, STATUS, "Can only revert to a model snapshot when the job is closed.",
    )  # fmt: skip
    limits = {"analysis_limits": {"model_memory_limit": "2gb"}}
    assert api.refused("POST", f"{J}/_update", limits) == (
        409, STATUS, "Cannot update analysis_limits while the job is open",
    )  # fmt: skip
    assert api.refused("POST", f"{J}/_reset")[0] == 409
    assert api.ok("POST", f"{J}/_close") == {"closed": True}
    assert api.ok("POST", "anomaly_detectors/_all/_close") == {"closed": True}
    shown = api.ok("GET", J)["jobs"][0]
    assert shown["finished_time"] == START
    assert api.refused("POST", f"{J}/_data", content=b"{}")[0] == 409
    api.ok("POST", f"{J}/_open")
    assert "finished_time" not in api.ok("GET", J)["jobs"][0]
    assert api.ok("DELETE", f"{J}?force=true") == {"acknowledged": True}
    assert api.refused("GET", J)[0] == 404


def test_a_job_that_is_being_deleted(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    api.create()
    forget, seen = api.service.results.forget, []

    def meanwhile(config: Any) -> None:
        for call in (api.service.life.open, lambda job: api.service.life.close(job, force=False)):
            try:
                call(config.job_id)
            except ApiError as error:
                seen.append((error.status, error.reason))
        forget(config)

    monkeypatch.setattr(api.service.results, "forget", meanwhile)
    api.ok("DELETE", J)
    assert seen == [(409, "Cannot open job [farequote] because it is being deleted")]
    monkeypatch.undo()
    started(api)


def test_a_job_whose_models_cannot_be_read(tmp_path: Path) -> None:
    with opened(tmp_path) as api:
        started(api)
        post(api, FIRST)
        api.service.close()
        api.store.checkpoints.put_many({f"{MODELS}farequote|": b"nothing"})
    with opened(tmp_path) as api:
        assert api.ok("GET", f"{J}/_stats")["jobs"][0]["state"] == "failed"
        assert api.refused("POST", f"{J}/_data", content=lines([SECOND]))[0] == 409
        assert api.refused("POST", f"{J}/_close") == (
            409, STATUS, "cannot close job [farequote] because it failed, use force close",
        )  # fmt: skip
        assert api.ok("POST", f"{J}/_close?force=true") == {"closed": True}
        assert api.ok("GET", f"{J}/_stats")["jobs"][0]["state"] == "closed"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"end": 1, "calc_interim": True},
         "Invalid flush parameters: 'start' has not been specified."),
        ({"start": 1}, "Invalid flush parameters: unexpected 'start'."),
        ({"end": 1}, "Invalid flush parameters: unexpected 'end'."),
        ({"advance_time": 1, "skip_time": 2}, "Invalid flush parameters: unexpected 'skip_time'."),
        ({"calc_interim": True, "start": 9, "end": 3},
         "Invalid time range: end time '3' is earlier than start time '9'."),
        ({"advance_time": "abc"},
         ("Query param [advance_time] with value [abc] cannot be parsed as a date or converted to "
          "a number (epoch).")),
    ],
)  # fmt: skip
def test_flushes_that_contradict_themselves(api: Api, body: Any, reason: str) -> None:
    started(api)
    status, _, found = api.refused("POST", f"{J}/_flush", body)
    assert (status, found) == (400, reason)


def test_the_open_bucket_survives_a_close(api: Api) -> None:
    started(api, **WAVES)
    data = rows(0, 10)
    post(api, *data[:-7])
    api.ok("POST", f"{J}/_close")
    assert len(buckets(api)) == 9
    api.ok("POST", f"{J}/_open")
    post(api, *data[-7:])
    api.ok("POST", f"{J}/_flush", {"advance_time": BEGIN + 10 * HOUR})
    assert [bucket["event_count"] for bucket in buckets(api)] == [12] * 10


def test_a_reset_job_begins_anew(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 30))
    first = buckets(api)
    api.ok("POST", f"{J}/_close")
    assert api.ok("POST", f"{J}/_reset") == {"acknowledged": True}
    assert buckets(api) == []
    stats = api.ok("GET", f"{J}/_stats")["jobs"][0]
    assert stats["data_counts"]["processed_record_count"] == 0
    assert api.ok("POST", f"{J}/model_snapshots")["count"] == 0
    api.ok("POST", f"{J}/_open")
    post(api, *rows(0, 30))
    assert without_times(buckets(api)) == without_times(first)


def without_times(listed: list[Any]) -> list[Any]:
    """Without what the clock on the wall says."""
    return [{k: v for k, v in each.items() if k != "processing_time_ms"} for each in listed]


# -- snapshots


def test_the_life_of_snapshots(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 60))
    api.ok("POST", f"{J}/_close")
    api.ok("POST", f"{J}/_open")
    post(api, *rows(60, 120))
    api.ok("POST", f"{J}/_close")
    found = api.ok("GET", f"{J}/model_snapshots?sort=snapshot_id&desc=false")
    assert found["count"] == 2
    first, second = found["model_snapshots"]
    assert first["latest_record_time_stamp"] == BEGIN + 59 * HOUR + 2_700_000
    assert first["latest_result_time_stamp"] == BEGIN + 58 * HOUR
    assert first["model_size_stats"]["memory_status"] == "ok"
    name = first["snapshot_id"]
    assert stands_on(api) == (second["snapshot_id"], second["min_version"])
    assert api.ok("POST", f"{J}/model_snapshots/{name}")["model_snapshots"] == [first]
    assert api.ok("POST", f"{J}/model_snapshots/{name[:3]}*")["count"] == 2
    changed = api.ok("POST", f"{J}/model_snapshots/{name}/_update",
                     {"description": "the first", "retain": True})  # fmt: skip
    assert changed["model"] == first | {"description": "the first", "retain": True}
    active = second["snapshot_id"]
    assert api.refused("DELETE", f"{J}/model_snapshots/{active}") == (
        409, STATUS,
        (f"Model snapshot '{active}' is the active snapshot for job 'farequote', so cannot be "
         "deleted"),
    )  # fmt: skip

    full = without_times(buckets(api, page={"size": 200}))
    body = {"delete_intervening_results": True}
    model = api.ok("POST", f"{J}/model_snapshots/{name}/_revert", body)["model"]
    assert model["snapshot_id"] == name
    assert stands_on(api) == (name, first["min_version"])
    assert len(buckets(api, page={"size": 200})) == 59
    api.ok("POST", f"{J}/_open")
    post(api, *rows(60, 120))
    api.ok("POST", f"{J}/_close")  # tells old scores anew, as the first time
    assert without_times(buckets(api, page={"size": 200})) == full
    assert api.ok("DELETE", f"{J}/model_snapshots/{active}") == {"acknowledged": True}
    assert api.ok("POST", f"{J}/model_snapshots/{name}/_upgrade")["completed"] is True
    api.ok("POST", f"{J}/model_snapshots/empty/_revert", body)
    assert stands_on(api) == (None, None)
    assert buckets(api) == []


def stands_on(api: Api) -> tuple[str | None, str | None]:
    """The snapshot that a job goes on from, and the version that wrote it."""
    job = api.ok("GET", J)["jobs"][0]
    return job.get("model_snapshot_id"), job.get("model_snapshot_min_version")


def test_old_snapshots_expire(api: Api) -> None:
    day = 24 * HOUR
    started(api, **WAVES, model_snapshot_retention_days=3)
    for number in range(6):
        api.ok("POST", f"{J}/_close")
        api.clock.now += day // 2
        api.ok("POST", f"{J}/_open")
        assert number < 6
    assert api.ok("POST", f"{J}/model_snapshots")["count"] == 6
    assert api.ok("DELETE", "_delete_expired_data/farequote") == {"deleted": True}
    kept = api.ok("POST", f"{J}/model_snapshots?desc=false")["model_snapshots"]
    # Of the days that are over the first ones, and all of the last day.
    assert [(each["timestamp"] - START) * 2 // day for each in kept] == [0, 1, 3, 4, 5]


# -- forecasts


def test_the_life_of_a_forecast(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 24 * 14))
    made = api.ok("POST", f"{J}/_forecast", {"duration": "1d", "expires_in": "1h"})
    assert made["acknowledged"] is True
    only = {"query": {"term": {"forecast_id": made["forecast_id"]}}, "size": 1_000}
    hits = api.ok("POST", "/.ml-anomalies-farequote/_search", only)["hits"]["hits"]
    points = [h["_source"] for h in hits if h["_source"]["result_type"] == "model_forecast"]
    stats = [h["_source"] for h in hits if h["_source"]["result_type"] != "model_forecast"]
    assert len(points) == 24 * 3
    assert len(stats) == 1
    assert (stats[0]["forecast_status"], stats[0]["processed_record_count"]) == ("finished", 72)
    shown = api.ok("GET", f"{J}/_stats")["jobs"][0]["forecasts_stats"]
    assert (shown["total"], shown["status"], shown["records"]["max"]) == (1, {"finished": 1}, 72)
    api.clock.now += HOUR
    api.ok("DELETE", "_delete_expired_data")
    assert api.ok("POST", "/.ml-anomalies-farequote/_count", {"query": only["query"]})["count"] == 0
    second = api.ok("POST", f"{J}/_forecast")["forecast_id"]
    assert api.ok("DELETE", f"{J}/_forecast/{second}") == {"acknowledged": True}
    assert api.refused("DELETE", f"{J}/_forecast/{second}")[0] == 404


def test_populations_have_no_forecast(api: Api) -> None:
    config = job()
    config["analysis_config"]["detectors"] = [
        {"function": "mean", "field_name": "responsetime", "over_field_name": "airline"}
    ]
    started(api, **config)
    post(api, FIRST, SECOND)
    assert api.refused("POST", f"{J}/_forecast")[0] == 400


# -- calendars and filters of open jobs


def test_events_keep_a_job_quiet(api: Api) -> None:
    started(api, **WAVES)
    post(api, *rows(0, 100))
    api.ok("PUT", "calendars/holidays", {"job_ids": ["farequote"]})
    event = {
        "description": "sale",
        "start_time": BEGIN + 150 * HOUR,
        "end_time": BEGIN + 151 * HOUR,
    }
    api.ok("POST", "calendars/holidays/events", {"events": [event]})
    post(api, *rows(100, 200, surprise=150))
    at = {"start": BEGIN + 150 * HOUR, "end": BEGIN + 151 * HOUR}
    assert api.ok("POST", f"{J}/results/records", at)["count"] == 0
    assert buckets(api, **at)[0]["scheduled_events"] == ["sale"]


def test_rules_follow_their_filter(api: Api) -> None:
    api.ok("PUT", "filters/safe", {"items": ["BA"]})
    config: dict[str, Any] = {"analysis_config": {**WAVES["analysis_config"]}}
    rule = {"actions": ["skip_result"], "scope": {"airline": {"filter_id": "safe"}}}
    detector = {**config["analysis_config"]["detectors"][0], "custom_rules": [rule]}
    config["analysis_config"]["detectors"] = [detector]
    started(api, **(WAVES | config))
    post(api, *rows(0, 151, surprise=150))
    # Rules hold for the buckets that end after they were made.
    api.ok("POST", f"{J}/_flush", {"advance_time": BEGIN + 151 * HOUR})
    api.ok("POST", "filters/safe/_update", {"add_items": ["AAL"]})
    post(api, *rows(151, 200, surprise=180))
    api.ok("POST", f"{J}/_flush", {"advance_time": BEGIN + 200 * HOUR})
    found = api.ok("POST", f"{J}/results/records", {"record_score": 10})["records"]
    hours = {(each["timestamp"] - BEGIN) // HOUR for each in found}
    assert (150 in hours, 180 in hours) == (True, False)


# -- categories


def test_categories_of_messages(api: Api) -> None:
    analysis = {
        "bucket_span": "1h",
        "categorization_field_name": "message",
        "detectors": [{"function": "count", "by_field_name": "mlcategory"}],
    }
    started(api, analysis_config=analysis)
    post(api, *(
        {"time": 1403481600 + minute * 60, "message": text}
        for minute, text in enumerate(["Node 1 started", "Node 2 started", "Disk full", 7, ""])
    ))  # fmt: skip
    found = api.ok("GET", f"{J}/results/categories")
    assert found["count"] == 2
    assert found["categories"][0] == {
        "job_id": "farequote",
        "category_id": 1,
        "terms": "Node started",
        "regex": ".*?Node.+?started.*",
        "max_matching_length": 14,
        "examples": ["Node 1 started", "Node 2 started"],
        "grok_pattern": ".*?Node.+?started.*",
        "num_matches": 2,
        "preferred_to_categories": [],
    }
    assert api.ok("POST", f"{J}/results/categories/2")["categories"][0]["terms"] == "Disk full"
    assert api.refused("POST", f"{J}/results/categories/3")[0] == 404
    assert api.ok("POST", f"{J}/results/categories", {"page": {"from": 1}})["count"] == 2
    size = api.ok("GET", f"{J}/_stats")["jobs"][0]["model_size_stats"]
    assert (size["total_category_count"], size["categorized_doc_count"]) == (2, 3)


# -- restarts


def test_a_restart_changes_no_result(tmp_path: Path) -> None:
    data = rows(0, 300, surprise=250)
    with opened() as api:
        started(api, **WAVES)
        for first in range(0, len(data), 240):
            post(api, *data[first : first + 240])
        expected = everything(api)
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
    with opened(tmp_path) as api:
        started(api, **WAVES)
    for first in range(0, len(data), 240):
        # Few calls are in the log, then more than are kept in it.
        with opened(tmp_path, posted_calls=3) as api:
            post(api, *data[first : first + 240])
    with opened(tmp_path) as api:
        assert everything(api) == expected
        found = api.ok("GET", f"{J}/_stats")["jobs"][0]
        assert (found["state"], found["data_counts"]) == ("opened", counts)


def everything(api: Api) -> list[list[Any]]:
    page = {"page": {"size": 1_000}, "sort": "timestamp", "desc": False}
    return [
        without_times(api.ok("POST", f"{J}/results/{kind}", page)[kind])
        for kind in ("buckets", "records", "influencers")
    ]


def test_interim_results_outlive_a_restart(tmp_path: Path) -> None:
    with opened(tmp_path) as api:
        started(api, **WAVES)
        post(api, *rows(0, 101, surprise=100)[:-2])
        api.ok("POST", f"{J}/_flush?calc_interim=true")
        before = everything(api)
    with opened(tmp_path) as api:
        assert everything(api) == before
        # They go when the bucket is over.
        post(api, *rows(101, 103))
        assert all(not bucket["is_interim"] for bucket in everything(api)[0])
        assert all(not record["is_interim"] for record in everything(api)[1])
