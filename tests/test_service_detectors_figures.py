"""What Prometheus is told about detectors."""

from __future__ import annotations

import re
from collections.abc import Iterator

import anyio
import detection_api
import httpx
import pytest
from detection_api import START, Api
from detector_bodies import MINUTE
from prometheus_client import CollectorRegistry, generate_latest

from adcore.service import create_app
from adcore.service.detectors.figures import DetectorFigures
from adcore.store import Store

ANALYSIS = {"start_time": START, "end_time": START + 300 * MINUTE}


@pytest.fixture
def api() -> Iterator[Api]:
    with detection_api.opened(now=START + 300 * MINUTE) as opened:
        detection_api.feed(opened.store, 1, 400, hosts=3)
        yield opened


def figures(text: str) -> dict[str, float]:
    lines = re.findall(r"^(adcore_(?:detector|historical)\S*) (\S+)$", text, re.MULTILINE)
    return {name: float(value) for name, value in lines}


def told(api: Api) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(DetectorFigures(api.service))
    return figures(generate_latest(registry).decode())


def test_figures_are_those_of_the_stats(api: Api) -> None:
    assert set(told(api).values()) == {0}
    single, multi = api.create(name="single"), api.create(name="multi", category_field=["ip"])
    for detector in (single, multi):
        api.ok("POST", f"detectors/{detector}/_start")
    api.tick(3)
    api.ok("POST", f"detectors/{multi}/_start", ANALYSIS)
    assert api.service.historical.wait(multi, 60)
    found = told(api)
    assert found == {
        'adcore_detectors{kind="single_entity"}': 1,
        'adcore_detectors{kind="multi_entity"}': 1,
        "adcore_detector_jobs": 2,
        "adcore_detector_model_bytes": found["adcore_detector_model_bytes"],
        "adcore_detector_models": found["adcore_detector_models"],
        "adcore_detector_runs_total": found["adcore_detector_runs_total"],
        "adcore_detector_run_failures_total": 0,
        "adcore_detector_entity_runs_total": found["adcore_detector_entity_runs_total"],
        "adcore_detector_entity_run_failures_total": 0,
        "adcore_historical_tasks_total": 3,
        "adcore_historical_tasks_cancelled_total": 0,
        "adcore_historical_task_failures_total": 0,
        "adcore_historical_tasks_running": 0,
    }
    assert found["adcore_detector_models"] == 4
    profiles = [api.ok("GET", f"detectors/{d}/_profile/_all") for d in (single, multi)]
    models = sum(profile["total_size_in_bytes"] for profile in profiles)
    assert 0 < models < found["adcore_detector_model_bytes"]
    assert (
        found["adcore_detector_runs_total"] == 2 * found["adcore_detector_entity_runs_total"] >= 6
    )
    node = next(iter(api.ok("GET", "stats")["nodes"].values()))
    assert node["ad_execute_request_count"] == found["adcore_detector_runs_total"]
    api.ok("POST", f"detectors/{single}/_stop")
    assert told(api)["adcore_detector_jobs"] == 1


def test_they_are_in_the_figures_of_the_service() -> None:
    async def ask(store: Store) -> str:
        transport = httpx.ASGITransport(app=create_app(store))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:9200") as http:
            return (await http.get("/metrics")).text

    with Store.open(None) as store:
        text = anyio.run(ask, store)
    assert figures(text)["adcore_detector_jobs"] == 0
    assert "# TYPE adcore_detector_runs_total counter" in text
    assert "# TYPE adcore_detectors gauge" in text
