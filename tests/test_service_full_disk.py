"""A disk that is full: the service stays up for those who read, and recovers when there is room."""

from __future__ import annotations

import hashlib
import json
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from service_process import Service, running

pytestmark = pytest.mark.skipif(
    not hasattr(resource, "prlimit"), reason=f"{sys.platform} limits no other process"
)
DETECTORS = "/_plugins/_anomaly_detection/detectors"
NDJSON = {"content-type": "application/x-ndjson"}
FULL = "cluster_block_exception"


@contextmanager
def no_room(service: Service, size: int) -> Iterator[None]:
    """The system refuses the service to write behind `size` bytes of any file, as a full disk."""
    soft, hard = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (soft, hard))


def bulk(http: httpx.Client, number: int) -> httpx.Response:
    """Fifty documents that no compression makes smaller."""
    lines = []
    for i in range(50):
        text = hashlib.shake_256(b"%d:%d" % (number, i)).hexdigest(1000)
        document = {"@timestamp": time.time_ns() // 1_000_000, "load": 1.0, "text": text}
        lines += ['{"index":{"_index":"loads"}}', json.dumps(document)]
    return http.post("/_bulk", content="\n".join(lines) + "\n", headers=NDJSON)


def fill(http: httpx.Client) -> int:
    """Write until it is refused; how many documents were acknowledged."""
    for number in range(1, 1_000):
        answer = bulk(http, number)
        if answer.status_code != 200:
            assert (answer.status_code, answer.json()["error"]["type"]) == (429, FULL)
            return 50 * (number - 1)
        assert not answer.json()["errors"]
    raise AssertionError("the limit was never reached")


def count(http: httpx.Client) -> int:
    return int(http.get("/loads/_count").json()["count"])


def detector(name: str) -> dict[str, object]:
    aggregation = {"load": {"avg": {"field": "load"}}}
    feature = {"feature_name": "load", "feature_enabled": True, "aggregation_query": aggregation}
    second = {"period": {"interval": 1, "unit": "Seconds"}}
    return {"name": name, "time_field": "@timestamp", "indices": ["loads"],
            "feature_attributes": [feature], "detection_interval": second}  # fmt: skip


def test_reads_go_on_and_writes_come_back(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    with running(tmp_path, "--data", data) as service, service.client() as http:
        mapping = {"properties": {"@timestamp": {"type": "date"}}}
        assert http.put("/loads", json={"mappings": mapping}).status_code == 200
        assert bulk(http, 0).status_code == 200
        created = http.post(DETECTORS, json=detector("live")).json()["_id"]
        assert http.post(f"{DETECTORS}/{created}/_start").status_code == 200
        with no_room(service, 3_000_000):
            written = 50 + fill(http)
            assert count(http) == written
            # Whoever reads sees nothing of it.
            for path in ("/", "/_cluster/health", "/loads/_search", f"{DETECTORS}/{created}",
                         f"{DETECTORS}/{created}/_profile/_all", f"{DETECTORS}/results/_search",
                         "/_plugins/_anomaly_detection/stats", "/metrics"):  # fmt: skip
                assert http.get(path).status_code == 200, path
            for method, path, body in (
                ("POST", DETECTORS, detector("new") | {"description": "d" * 900}),
                ("POST", "/loads/_doc", {"load": 1.0, "text": "t" * 3_000_000}),
                ("POST", f"{DETECTORS}/results/_search", {"query": {"nope": {}}}),
            ):
                answer = http.request(method, path, json=body)
                assert answer.status_code < 500, answer.text
            assert answer.status_code == 400  # mistakes are still told as such
            assert count(http) == written
        # There is room again: nothing has to be started anew.
        assert bulk(http, 2_000).json()["errors"] is False
        assert count(http) == written + 50
        assert http.post(DETECTORS, json=detector("later")).status_code == 201
        shown = http.get(f"{DETECTORS}/{created}/_profile/state,error").json()
        assert shown["state"] == "INIT"
        assert service.stop() == 0
    with running(tmp_path, "--data", data) as service, service.client() as http:
        assert count(http) == written + 50
        job = http.get(f"{DETECTORS}/{created}?job=true").json()["anomaly_detector_job"]
        assert job["enabled"] is True
