"""The whole life of detectors, by the client people have, against a process of its own."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opensearchpy import AsyncOpenSearch, OpenSearch, RequestError, helpers
from service_process import running

AD = "/_plugins/_anomaly_detection"
SECOND = 1_000
MINUTE = 60 * SECOND
# Minutes of history, and where anomalies are planted: (minute, host).
HISTORY = 800
SPIKES = {(500, "web-1"), (640, "web-2")}
_WAIT = 40


def history(end: int) -> Iterator[dict[str, Any]]:
    """Two hosts, a row a minute each, up to a time."""
    noise = np.random.default_rng(3).normal(size=(HISTORY, 3))
    for minute in range(HISTORY):
        for number in range(3):
            host = f"web-{number}"
            load = 50 + 10 * np.sin(minute / 5 + number) + noise[minute, number]
            yield {
                "_index": "loads",
                "@timestamp": end - (HISTORY - minute) * MINUTE,
                "host": host,
                "load": float(load * (10 if (minute, host) in SPIKES else 1)),
            }


def body(name: str, interval: int, unit: str, **changes: Any) -> dict[str, Any]:
    period = {"period": {"interval": interval, "unit": unit}}
    return {
        "name": name,
        "time_field": "@timestamp",
        "indices": ["loads*"],
        "feature_attributes": [
            {
                "feature_name": "load",
                "feature_enabled": True,
                "aggregation_query": {"load": {"avg": {"field": "load"}}},
            }
        ],
        "detection_interval": period,
        "window_delay": {"period": {"interval": 0, "unit": "Seconds"}},
    } | changes


def until(ask: Callable[[], Any], is_good: Callable[[Any], bool]) -> Any:
    """Ask again until the answer is as it should be."""
    end = time.monotonic() + _WAIT
    while True:
        answer = ask()
        if is_good(answer):
            return answer
        assert time.monotonic() < end, answer
        time.sleep(0.05)


class Detection:
    """The endpoints as people call them through the client's transport."""

    def __init__(self, url: str) -> None:
        self.client = OpenSearch(url, timeout=30)

    def __call__(self, method: str, path: str, content: Any = None, **params: Any) -> Any:
        return self.client.transport.perform_request(
            method, f"{AD}/{path}", params=params, body=content
        )

    def state(self, detector_id: str) -> str:
        return str(self("GET", f"detectors/{detector_id}/_profile/state")["state"])

    def search(self, *filters: dict[str, Any]) -> list[dict[str, Any]]:
        content = {"query": {"bool": {"filter": list(filters)}}, "size": 10_000}
        found = self("POST", "detectors/results/_search", content)
        return [hit["_source"] for hit in found["hits"]["hits"]]

    def starts(self, task_id: str) -> list[int]:
        """When the intervals of an analysis begin, page by page."""
        content = {
            "query": {"term": {"task_id": task_id}}, "size": 10_000, "_source": False,
            "sort": [{"data_start_time": "asc"}],
        }  # fmt: skip
        found: list[int] = []
        while True:
            hits = self("POST", "detectors/results/_search", content)["hits"]["hits"]
            found += [hit["sort"][0] for hit in hits]
            if not hits:
                return found
            content["search_after"] = hits[-1]["sort"]

    def write(self, load: float) -> None:
        now = time.time_ns() // 1_000_000
        content = {"@timestamp": now, "host": "web-9", "load": load}
        self.client.index(index="loads-live", body=content)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_from_documents_to_anomalies_and_through_a_crash(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    now = time.time_ns() // 1_000_000
    end = now - now % MINUTE
    with running(tmp_path, "--data", data) as service:
        call = Detection(service.url)
        mapping = {
            "properties": {
                "@timestamp": {"type": "date"},
                "host": {"type": "keyword"},
                "load": {"type": "double"},
            }
        }
        for index in ("loads", "loads-live"):
            call.client.indices.create(index=index, body={"mappings": mapping})
        done, errors = helpers.bulk(call.client, history(end))
        assert (done, errors) == (HISTORY * 3, [])

        hosts = body("hosts", 1, "Minutes", category_field=["host"])
        assert call("POST", "detectors/_validate", hosts) == {}
        created = call("POST", "detectors", hosts)["_id"]
        with pytest.raises(RequestError, match="name should be set"):
            call("POST", "detectors", hosts | {"name": ""})
        range_ = {"start_time": end - HISTORY * MINUTE, "end_time": end}
        task_id = call("POST", f"detectors/{created}/_start", range_)["_id"]
        task = until(
            lambda: call("GET", f"detectors/{created}", task="true")["historical_analysis_task"],
            lambda task: task["state"] in ("FINISHED", "FAILED", "STOPPED"),
        )
        assert (task["state"], task["task_id"], task["task_progress"]) == ("FINISHED", task_id, 1)
        graded = {"range": {"anomaly_grade": {"gt": 0}}}
        found = call.search({"term": {"task_id": task_id}}, graded)
        begin = end - HISTORY * MINUTE
        assert {
            ((r["data_start_time"] - begin) // MINUTE, r["entity"][0]["value"]) for r in found
        } == SPIKES
        top = call(
            "POST", f"detectors/{created}/results/_topAnomalies",
            {"start_time_ms": begin, "end_time_ms": end}, historical="true",
        )["buckets"]  # fmt: skip
        assert [(b["key"], b["doc_count"]) for b in top] == [
            ({"host": "web-1"}, 1), ({"host": "web-2"}, 1),
        ]  # fmt: skip

        # In real time, a second at a time: a fifth of a minute of history is enough to see it run.
        live = body(
            "live", 1, "Seconds", indices=["loads-live"],
            feature_attributes=[
                {
                    "feature_name": "rows",
                    "feature_enabled": True,
                    "aggregation_query": {"rows": {"value_count": {"field": "load"}}},
                }
            ],
        )  # fmt: skip
        actions = [
            {"_index": "loads-live", "@timestamp": now - i * SECOND, "host": "web-9", "load": 1.0}
            for i in range(600)
        ]
        helpers.bulk(call.client, actions)
        running_id = call("POST", "detectors", live)["_id"]
        call("POST", f"detectors/{running_id}/_start")
        assert until(lambda: call.state(running_id), lambda s: s == "RUNNING")
        of_live = {"term": {"detector_id": running_id}}
        until(lambda: call.search(of_live), lambda found: len(found) >= 3)
        # And an analysis that has a lot to do when the process is killed.
        seconds = {"period": {"interval": 2, "unit": "Seconds"}}
        long = call("POST", "detectors", hosts | {
            "name": "long", "detection_interval": seconds, "category_field": [],
        })["_id"]  # fmt: skip
        long_task = call("POST", f"detectors/{long}/_start", range_)["_id"]
        analysis = until(
            lambda: call("GET", f"detectors/{long}", task="true")["historical_analysis_task"],
            lambda task: task["task_progress"] > 0,
        )
        assert analysis["task_progress"] < 1
        service.process.send_signal(signal.SIGKILL)
        service.process.wait(30)

    with running(tmp_path, "--data", data) as service:
        call = Detection(service.url)
        assert until(lambda: call.state(running_id), lambda s: s == "RUNNING")
        went_on = until(
            lambda: call("GET", f"detectors/{long}", task="true")["historical_analysis_task"],
            lambda task: task["state"] in ("FINISHED", "FAILED", "STOPPED"),
        )
        assert (went_on["state"], went_on["task_id"]) == ("FINISHED", long_task)
        starts = call.starts(long_task)
        assert starts == list(range(begin, begin + len(starts) * 2 * SECOND, 2 * SECOND))
        assert starts[-1] == end - 2 * SECOND
        assert call("DELETE", f"detectors/{long}")["result"] == "deleted"
        found = until(lambda: call.search(of_live), lambda found: len(found) >= 8)
        starts = sorted(r["data_start_time"] for r in found)
        # No interval is missing, and none is there twice: also those of the time it was away.
        assert [b - a for a, b in pairwise(starts)] == ([SECOND] * (len(starts) - 1))
        assert call("POST", f"detectors/{running_id}/_stop")["_id"] == running_id
        again = call("POST", f"detectors/{running_id}/_stop")
        assert again["error"]["reason"] == (
            f"Anomaly detector job is already stopped: {running_id}"
        )
        assert call.state(running_id) == "DISABLED"
        assert call("DELETE", f"detectors/{running_id}")["result"] == "deleted"
        deleted = call("DELETE", "detectors/results", {"query": of_live})
        assert deleted["deleted"] == deleted["total"] >= 8
        assert call.search(of_live) == []
        asyncio.run(_ask_async(service.url, created))
        assert service.stop() == 0


async def _ask_async(url: str, detector_id: str) -> None:
    """The same through the client for asyncio."""
    async with AsyncOpenSearch(url, timeout=30) as client:
        path = f"{AD}/detectors/{detector_id}"
        found = await client.transport.perform_request("GET", path)
        assert found["anomaly_detector"]["name"] == "hosts"
        stats = await client.transport.perform_request("GET", f"{AD}/stats/detector_count")
        assert stats["detector_count"] == 1
