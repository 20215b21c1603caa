"""Documents that come late: that whoever looks after a job hears of them."""

from __future__ import annotations

from typing import Any

import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, rows
from test_service_jobs_datafeeds import FEED, index, prepared, tick
from test_service_jobs_life import J


def search(api: Api, name: str) -> list[dict[str, Any]]:
    if not api.store.documents.exists(name):
        return []
    hits = api.ok("GET", f"/{name}/_search", {"sort": "timestamp"})["hits"]["hits"]
    return [hit["_source"] for hit in hits]


def warnings(api: Api) -> list[dict[str, Any]]:
    return [each for each in search(api, ".ml-notifications-*") if each["level"] == "warning"]


def started(api: Api, start: int = 0, **feed: Any) -> None:
    """A datafeed that has read eight hours and goes on."""
    index(api, rows(0, 8))
    prepared(api, **feed)
    api.ok("POST", f"{FEED}/_start", {"start": start})
    tick(api, BEGIN + 8 * HOUR + 120_000, step=60_000)


def test_late_documents_are_told_of_once() -> None:
    with opened(now=BEGIN + 8 * HOUR) as api:
        started(api)
        assert search(api, ".ml-annotations-read") == []
        index(api, [row for row in rows(5, 7) if row["airline"] == "BA"])
        tick(api, BEGIN + 12 * HOUR)
        text = (
            "Datafeed has missed 8 documents due to ingest latency, latest bucket with missing "
            "data is [2016-02-09T06:00:00.000Z]. Consider increasing query_delay"
        )
        (note,) = search(api, ".ml-annotations-read")
        told = note["modified_time"]
        assert note == {
            "annotation": text,
            "timestamp": BEGIN + 5 * HOUR,
            "end_timestamp": BEGIN + 7 * HOUR,
            "job_id": "farequote",
            "type": "annotation",
            "event": "delayed_data",
            "create_time": told,
            "create_username": "_xpack",
            "modified_time": told,
            "modified_username": "_xpack",
        }
        (heard,) = warnings(api)
        assert heard == {
            "job_id": "farequote",
            "job_type": "anomaly_detector",
            "level": "warning",
            "message": text,
            "node_name": "adcore",
            "timestamp": told,
        }
        # More of them: the same note says so.
        index(api, [row for row in rows(7, 8) if row["airline"] == "BA"])
        tick(api, BEGIN + 13 * HOUR)
        (note,) = search(api, ".ml-annotations-write")
        assert note["annotation"].startswith("Datafeed has missed 12 documents")
        assert note["create_time"] == told < note["modified_time"]
        assert len(warnings(api)) == 2


def test_what_is_earlier_than_the_start_is_not_late() -> None:
    with opened(now=BEGIN + 8 * HOUR) as api:
        started(api, BEGIN + 2 * HOUR + 60_000)
        tick(api, BEGIN + 9 * HOUR)
        assert search(api, ".ml-annotations-read") == []
        index(api, rows(3, 4)[:1])
        tick(api, BEGIN + 10 * HOUR)
        assert len(search(api, ".ml-annotations-read")) == 1


@pytest.mark.parametrize(
    "feed",
    [
        {"delayed_data_check_config": {"enabled": False}},
        # The hours in question are further back than is looked.
        {"delayed_data_check_config": {"enabled": True, "check_window": "2h"}},
    ],
)
def test_where_is_not_looked_nothing_is_told(feed: dict[str, Any]) -> None:
    with opened(now=BEGIN + 8 * HOUR) as api:
        started(api, **feed)
        index(api, [row for row in rows(3, 5) if row["airline"] == "BA"])
        tick(api, BEGIN + 11 * HOUR)
        assert search(api, ".ml-annotations-read") == []


def test_the_window_has_bounds() -> None:
    with opened() as api:
        api.create(**WAVES)
        for window, reason in (
            ("1h", "[1h] must be greater than the bucket_span [3600s]"),
            ("10001h", "[10001h] must be at most 10,000 times the bucket_span [3600s]"),
        ):
            check = {"enabled": True, "check_window": window}
            body = {"job_id": "farequote", "indices": ["fares"], "delayed_data_check_config": check}
            status, _, told = api.refused("PUT", FEED, body)
            assert (status, told) == (400, f"delayed_data_check_config: check_window {reason}")


def test_annotations_of_users_stay_unless_they_are_to_go() -> None:
    with opened(now=BEGIN + 8 * HOUR) as api:
        started(api)
        index(api, [row for row in rows(5, 7) if row["airline"] == "BA"])
        tick(api, BEGIN + 11 * HOUR)
        mine = {"annotation": "known", "job_id": "farequote", "type": "annotation",
                "timestamp": BEGIN, "create_username": "me"}  # fmt: skip
        api.request("POST", "/.ml-annotations-write/_doc?refresh=true", mine)
        api.ok("POST", f"{FEED}/_stop", {"close_job": True})
        api.ok("POST", f"{J}/_reset")
        assert search(api, ".ml-annotations-read") == [mine]
        api.ok("DELETE", f"{J}?force=true&delete_user_annotations=true")
        assert search(api, ".ml-annotations-read") == []
