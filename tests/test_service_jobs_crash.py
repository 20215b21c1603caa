"""A service that is killed while it takes data: what it had answered is there."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import httpx
from job_data import BEGIN, WAVES, lines, rows
from service_process import Service, running

J = "/_ml/anomaly_detectors/killed"
HEADERS = {"content-type": "application/x-ndjson"}
HOURS = 6


def post_until_killed(service: Service, answered: list[int], first: int) -> None:
    """Post six hours at a time, until there is nobody any more."""
    with service.client() as http:
        hour = first
        while True:
            try:
                content = lines(rows(hour, hour + HOURS, surprise=80))
                response = http.post(f"{J}/_data", content=content, headers=HEADERS)
            except httpx.HTTPError:
                return
            assert response.status_code == 202, response.text
            hour += HOURS
            answered.append(hour)


def kill_while_posting(folder: Path, first: int, posts: int, seconds: float) -> int:
    """The hour up to which posts were answered before the kill.

    Parameters
    ----------
    posts : int
        Answers that are waited for.
    seconds : float
        How long it is waited then.
    """
    answered = [first]
    with running(folder, "--data", str(folder / "data")) as service:
        with service.client() as http:
            if first == 0:
                assert http.put(J, json=WAVES).status_code == 200
                assert http.post(f"{J}/_open").status_code == 200
            else:
                first = answered[0] = reached(http)
        poster = threading.Thread(target=post_until_killed, args=(service, answered, first))
        poster.start()
        end = time.monotonic() + 60
        while len(answered) <= posts and time.monotonic() < end:
            time.sleep(0.01)
        time.sleep(seconds)
        service.process.kill()
        service.process.wait()
        poster.join()
    return answered[-1]


def reached(http: httpx.Client) -> int:
    """The hour after the last record that is in the job."""
    stats: Any = http.get(f"{J}/_stats").json()["jobs"][0]
    assert stats["state"] == "opened", stats
    counts = stats["data_counts"]
    hours = counts["processed_record_count"] // 12
    assert counts["processed_record_count"] == hours * 12
    assert counts["out_of_order_timestamp_count"] == 0
    return int(hours)


def results(http: httpx.Client, last: int) -> list[Any]:
    body = {"end": str(BEGIN + last * 3_600_000), "page": {"size": 5_000}}
    buckets: Any = http.post(f"{J}/results/buckets", json={**body, "expand": True}).json()
    for bucket in buckets["buckets"]:
        bucket["processing_time_ms"] = 0
    return [buckets, http.post(f"{J}/results/influencers", json=body).json()]


def test_what_was_answered_survives_kills(tmp_path: Path) -> None:
    hour = 0
    for number, (posts, seconds) in enumerate(((9, 0.03), (1, 0.11), (8, 0.07))):
        done = kill_while_posting(tmp_path, hour, posts, seconds)
        data = str(tmp_path / "data")
        with running(tmp_path, "--data", data) as service, service.client() as http:
            # The last post may be in it though its answer was lost.
            hour = reached(http)
            assert done <= hour <= done + HOURS, number
            found = results(http, hour - 1)
    (tmp_path / "whole").mkdir()
    with running(tmp_path / "whole") as service, service.client() as http:
        http.put(J, json=WAVES)
        http.post(f"{J}/_open")
        for first in range(0, hour, HOURS):
            content = lines(rows(first, first + HOURS, surprise=80))
            assert http.post(f"{J}/_data", content=content, headers=HEADERS).status_code == 202
        assert results(http, hour - 1) == found
        assert len(found[0]["buckets"]) > 100
