"""Datafeeds at work: what is there, what comes, and what a restart makes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, rows
from test_service_jobs_life import J, everything, post

from adcore.store import Action, WriteResult

FEED = "datafeeds/feed"
MAPPING = {
    "properties": {
        "time": {"type": "date"},
        "airline": {"type": "keyword"},
        "responsetime": {"type": "double"},
    }
}


def index(api: Api, listed: list[Any]) -> None:
    """Put rows into the store."""
    if not api.store.documents.exists("fares"):
        api.store.documents.create_index("fares", MAPPING)
    written = api.store.documents.bulk([Action("index", "fares", None, row) for row in listed])
    assert all(isinstance(result, WriteResult) for result in written)


def prepared(api: Api, **feed: Any) -> None:
    """An open job with a datafeed."""
    api.create(**WAVES)
    config = {"job_id": "farequote", "indices": ["fares"], "query_delay": "60s",
              "frequency": "30m"}  # fmt: skip
    api.ok("PUT", FEED, config | feed)
    api.ok("POST", f"{J}/_open")


def tick(api: Api, until: int, step: int = 30 * 60_000) -> None:
    """Time passes, and what is due is done."""
    while api.clock.now < until:
        api.clock.now += step
        api.service.datafeeds.scheduler.run_due()


def state(api: Api) -> tuple[str, str]:
    feed = api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]
    return feed["state"], api.ok("GET", f"{J}/_stats")["jobs"][0]["state"]


def settled(results: list[list[Any]]) -> list[list[Any]]:
    """Final results without their present scores, which are told anew once a call."""
    present = ("anomaly_score", "record_score", "influencer_score", "bucket_influencers")
    return [
        [
            {name: value for name, value in each.items() if name not in present}
            for each in kind
            if not each["is_interim"]
        ]
        for kind in results
    ]


def posted(last: int, **surprise: Any) -> list[list[Any]]:
    """The results of the same rows when they are posted."""
    with opened(now=BEGIN) as api:
        api.create(**WAVES)
        api.ok("POST", f"{J}/_open")
        post(api, *rows(0, last, **surprise))
        return settled(everything(api))


def test_what_is_there_is_read_and_the_job_closed() -> None:
    expected = posted(120, surprise=100)
    with opened(now=BEGIN + 200 * HOUR) as api:
        index(api, rows(0, 120, surprise=100))
        prepared(api, scroll_size=100)
        body = {"start": "2016-02-09T00:00:00Z", "end": BEGIN + 120 * HOUR}
        assert api.ok("POST", f"{FEED}/_start", body)["started"] is True
        assert state(api) == ("started", "opened")
        api.service.datafeeds.scheduler.run_due()
        assert state(api) == ("stopped", "closed")
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
        assert counts["processed_record_count"] == 120 * 12
        assert settled(everything(api)) == expected
        timing = api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]["timing_stats"]
        assert (timing["search_count"], timing["bucket_count"]) == (1, 119)
        assert timing["average_search_time_per_bucket_ms"] == pytest.approx(
            timing["total_search_time_ms"] / 119
        )
        # Another start goes on counting.
        api.ok("POST", f"{J}/_open")
        api.ok("POST", f"{FEED}/_start", body | {"end": BEGIN + 121 * HOUR})
        api.service.datafeeds.scheduler.run_due()
        timing = api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]["timing_stats"]
        assert (timing["search_count"], timing["bucket_count"]) == (2, 119)


def test_an_end_at_the_present_is_not_waited_for() -> None:
    with opened(now=BEGIN + 200 * HOUR) as api:
        index(api, rows(0, 120))
        prepared(api, query_delay="90s", frequency="10m")
        api.ok("POST", f"{FEED}/_start", {"start": "0", "end": "now"})
        api.service.datafeeds.scheduler.run_due()
        assert state(api) == ("stopped", "closed")
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
        # Time is not moved on to the present: the hours since the latest document are not empty.
        assert (counts["processed_record_count"], counts["bucket_count"]) == (120 * 12, 119)


def test_what_comes_is_read_as_it_comes() -> None:
    with opened(now=BEGIN + 100 * HOUR) as api:
        index(api, rows(0, 100))
        prepared(api)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 101 * HOUR)
        running = api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]["running_state"]
        assert running == {"real_time_configured": True, "real_time_running": True}
        index(api, [row for row in rows(101, 103) if row["time"] < BEGIN + 102.6 * HOUR])
        tick(api, BEGIN + int(102.6 * HOUR) + 60_000)
        body = {"start": BEGIN + 99 * HOUR}
        found = api.ok("POST", f"{J}/results/buckets", body)["buckets"]
        # The hour without data is over too, and the present one is told as far as it goes.
        assert [(b["event_count"], b["is_interim"]) for b in found] == [
            (12, False), (0, False), (12, False), (6, True),
        ]  # fmt: skip
        assert api.ok("POST", f"{FEED}/_stop") == {"stopped": True}
        assert state(api) == ("stopped", "opened")


def test_a_job_that_is_fed_stays_open() -> None:
    with opened(now=BEGIN + 30 * HOUR) as api:
        index(api, rows(0, 20))
        prepared(api)
        api.ok("POST", f"{FEED}/_start")
        assert api.refused("POST", f"{FEED}/_start")[2] == (
            "cannot start datafeed [feed] because it has already been started"
        )
        assert api.refused("DELETE", FEED)[2] == (
            "Cannot delete datafeed [feed] while its status is started"
        )
        assert api.refused("POST", f"{FEED}/_update", {"scroll_size": 5})[2] == (
            "Cannot update datafeed [feed] while its status is started"
        )
        assert api.refused("POST", f"{J}/_close")[0] == 409
        assert api.ok("POST", f"{J}/_close?force=true") == {"closed": True}
        assert state(api) == ("stopped", "closed")


def test_a_stop_may_close_the_job() -> None:
    with opened(now=BEGIN + 30 * HOUR) as api:
        index(api, rows(0, 20))
        prepared(api)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 31 * HOUR)
        api.ok("POST", "datafeeds/*/_stop", {"close_job": True})
        assert state(api) == ("stopped", "closed")
        assert api.ok("DELETE", FEED) == {"acknowledged": True}


def test_no_document_is_lost_or_read_twice(tmp_path: Path) -> None:
    expected = posted(130, surprise=120)
    with opened(tmp_path, now=BEGIN + 100 * HOUR) as api:
        index(api, rows(0, 100))
        prepared(api, scroll_size=7)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 101 * HOUR)
    # The service is away, and documents come all the same.
    for end in (110, 120, 131):
        with opened(tmp_path, now=BEGIN + end * HOUR) as api:
            known = api.store.documents.stats("fares").documents // 12
            index(api, rows(known, min(end, 130), surprise=120))
            assert state(api) == ("started", "opened")
            tick(api, BEGIN + end * HOUR + 30 * 60_000)
    with opened(tmp_path, now=BEGIN + 131 * HOUR) as api:
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
        assert counts["processed_record_count"] == 130 * 12
        found = settled(everything(api))
        times = {bucket["timestamp"] for bucket in expected[0]}
        assert [[each for each in kind if each["timestamp"] in times] for kind in found] == expected


def test_aggregations_feed_a_job() -> None:
    config: dict[str, Any] = {
        "analysis_config": {
            "bucket_span": "1h",
            "summary_count_field_name": "doc_count",
            "detectors": [{"function": "mean", "field_name": "responsetime",
                           "by_field_name": "airline"}],
        },
        "data_description": {"time_field": "time"},
    }  # fmt: skip
    inner = {"terms": {"field": "airline"}, "aggs": {"responsetime": {"avg": {"field":
             "responsetime"}}}}  # fmt: skip
    hours = {
        "date_histogram": {"field": "time", "fixed_interval": "30m"},
        "aggregations": {"time": {"max": {"field": "time"}}, "airline": inner},
    }
    with opened(now=BEGIN + 200 * HOUR) as api:
        index(api, rows(0, 110, surprise=100))
        api.create(**config)
        feed = {"job_id": "farequote", "indices": ["fares"], "aggregations": {"hours": hours}}
        api.ok("PUT", FEED, feed)
        api.ok("POST", f"{J}/_open")
        api.ok("POST", f"{FEED}/_start", {"start": BEGIN, "end": BEGIN + 110 * HOUR})
        api.service.datafeeds.scheduler.run_due()
        buckets = [b for b in everything(api)[0] if not b["is_interim"]]
        assert {bucket["event_count"] for bucket in buckets} == {12}
        best = api.ok("POST", f"{J}/results/records", {"size": 1})["records"]
        assert [(each["timestamp"] - BEGIN) // HOUR for each in best] == [100]


def test_a_search_that_fails_is_tried_again() -> None:
    with opened(now=BEGIN + 100 * HOUR) as api:
        index(api, rows(0, 50))
        prepared(api)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 101 * HOUR)
        api.store.documents.delete_index("fares")
        tick(api, BEGIN + 102 * HOUR)
        feed = api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]
        assert feed["state"] == "started"
        assert feed["assignment_explanation"] == (
            "datafeed [feed] cannot retrieve data because index [fares] does not exist"
        )
        index(api, rows(101, 103))
        tick(api, BEGIN + 104 * HOUR)
        assert api.ok("GET", f"{FEED}/_stats")["datafeeds"][0]["assignment_explanation"] == ""
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
        assert counts["processed_record_count"] == 52 * 12


def test_a_datafeed_that_finds_nothing_gives_up() -> None:
    with opened(now=BEGIN + 100 * HOUR) as api:
        index(api, rows(0, 100))
        prepared(api, max_empty_searches=3)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 105 * HOUR)
        assert state(api) == ("stopped", "closed")


def test_what_has_expired_goes_once_a_day() -> None:
    with opened(now=BEGIN) as api:
        api.create(**WAVES, results_retention_days=1)
        api.ok("POST", f"{J}/_open")
        post(api, *rows(0, 50))
        tick(api, BEGIN + 23 * HOUR)
        assert len(everything(api)[0]) == 49
        tick(api, BEGIN + 24 * HOUR)
        # A day before the latest bucket, whatever the day is.
        assert [(b["timestamp"] - BEGIN) // HOUR for b in everything(api)[0]] == list(range(24, 49))
