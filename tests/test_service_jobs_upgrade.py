"""Upgrade mode: jobs and datafeeds rest, and go on as if nothing had been."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from job_api import Api, opened
from job_data import BEGIN, HOUR, WAVES, lines, rows
from test_service_jobs_datafeeds import FEED, index, prepared, tick
from test_service_jobs_life import J, everything, post

from adcore.service.errors import ApiError

WHY = "persistent task cannot be assigned while upgrade mode is enabled."


def switch(api: Api, *, enabled: bool) -> None:
    path = f"set_upgrade_mode?enabled={str(enabled).lower()}"
    assert api.ok("POST", path) == {"acknowledged": True}
    assert api.ok("GET", "info")["upgrade_mode"] is enabled


def stats(api: Api) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        api.ok("GET", f"{J}/_stats")["jobs"][0],
        api.ok("GET", f"{FEED}/_stats")["datafeeds"][0],
    )


def test_jobs_rest_and_go_on(tmp_path: Path) -> None:
    with opened() as api:
        api.create(**WAVES)
        api.ok("POST", f"{J}/_open")
        for first in (0, 20):
            post(api, *rows(first, first + 20))
        expected = everything(api)
        counts = api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"]
    with opened(tmp_path) as api:
        api.create(**WAVES)
        api.ok("POST", f"{J}/_open")
        post(api, *rows(0, 20))
        switch(api, enabled=True)
        resting = api.ok("GET", f"{J}/_stats")["jobs"][0]
        assert (resting["state"], resting["assignment_explanation"]) == ("opened", WHY)
        assert resting["data_counts"]["processed_record_count"] == 240
        assert not {"node", "open_time"} & resting.keys()
        assert api.refused("POST", f"{J}/_data", content=lines(rows(20, 21))) == (
            409, "status_exception",
            ("Cannot process data because job [farequote] does not have a corresponding autodetect "
             "process"),
        )  # fmt: skip
        api.create("other", **WAVES)
        assert api.refused("POST", "anomaly_detectors/other/_open") == (
            409, "status_exception", "Cannot open jobs when upgrade mode is enabled",
        )  # fmt: skip
    # It rests after a restart too.
    with opened(tmp_path) as api:
        assert api.ok("GET", f"{J}/_stats")["jobs"][0]["assignment_explanation"] == WHY
        switch(api, enabled=True)
        switch(api, enabled=False)
        assert api.ok("GET", f"{J}/_stats")["jobs"][0]["assignment_explanation"] == ""
        post(api, *rows(20, 40))
        assert everything(api) == expected
        assert api.ok("GET", f"{J}/_stats")["jobs"][0]["data_counts"] == counts


def test_a_job_that_rests_can_be_closed() -> None:
    with opened() as api:
        api.create(**WAVES)
        api.ok("POST", f"{J}/_open")
        post(api, *rows(0, 3))
        run = api.service.life.run("farequote", "process data")
        switch(api, enabled=True)
        # A call that was on its way then comes too late.
        with pytest.raises(ApiError, match=r"because job \[farequote\] is not open$"):
            run.post(lines(rows(3, 4)))
        api.ok("POST", f"{J}/_close")
        switch(api, enabled=False)
        job = api.ok("GET", f"{J}/_stats")["jobs"][0]
        assert (job["state"], job["data_counts"]["processed_record_count"]) == ("closed", 36)
        api.ok("POST", f"{J}/_open")
        assert post(api, *rows(3, 4))["bucket_count"] == 1


def test_datafeeds_rest_and_go_on() -> None:
    with opened(now=BEGIN + 10 * HOUR) as api:
        index(api, rows(0, 20))
        prepared(api)
        api.ok("POST", f"{FEED}/_start")
        tick(api, BEGIN + 11 * HOUR)
        before, feed = stats(api)
        assert (feed["state"], feed["assignment_explanation"]) == ("started", "")
        switch(api, enabled=True)
        tick(api, BEGIN + 15 * HOUR)
        job, feed = stats(api)
        assert (feed["state"], feed["assignment_explanation"]) == ("started", WHY)
        assert not {"node", "running_state"} & feed.keys()
        assert feed["timing_stats"]["search_count"] > 0
        assert job["data_counts"] == before["data_counts"]
        api.ok("PUT", "anomaly_detectors/idle", WAVES)
        api.ok("PUT", "datafeeds/idle", {"job_id": "idle", "indices": ["fares"]})
        assert api.refused("POST", "datafeeds/idle/_start")[2] == (
            "Cannot start datafeeds when upgrade mode is enabled"
        )
        switch(api, enabled=False)
        tick(api, BEGIN + 16 * HOUR)
        job, feed = stats(api)
        assert feed["running_state"]["real_time_running"] is True
        assert job["data_counts"]["processed_record_count"] == 12 * 15 + 6
