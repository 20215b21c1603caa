"""The report of a job: what its page holds, from results as the API gives them."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adcore.report import JobLimits, JobView, write_job_report
from adcore.report.job_payload import job_payload

HOUR = 3_600_000
START = 1_700_006_400_000


def record(hour: int, host: str, score: float, **fields: Any) -> dict[str, Any]:
    return {
        "timestamp": START + hour * HOUR,
        "detector_index": 0,
        "record_score": score,
        "initial_record_score": score / 2,
        "probability": 1e-9,
        "function": "mean",
        "field_name": "cpu",
        "partition_field_name": "host",
        "partition_field_value": host,
        "influencers": [{"influencer_field_name": "host", "influencer_field_values": [host]}],
        "actual": [9.0],
        "typical": [3.0],
        "is_interim": False,
    } | fields


def plotted(hour: int, host: str, actual: float | None) -> dict[str, Any]:
    point = {
        "timestamp": START + hour * HOUR,
        "detector_index": 0,
        "partition_field_name": "host",
        "partition_field_value": host,
        "model_feature": "'mean value by person'",
        "model_lower": 1.0,
        "model_median": 2.0,
        "model_upper": 3.0,
    }
    return point if actual is None else point | {"actual": actual}


@pytest.fixture
def view() -> JobView:
    scores = {3: 80.2, 5: 30.0}
    return JobView(
        title="cpu",
        description="CPU of <hosts>",
        bucket_span=HOUR,
        detectors=["mean(cpu) partitionfield=host"],
        influencers=["host"],
        buckets=[
            {"timestamp": START + h * HOUR, "anomaly_score": scores.get(h, 0.0), "event_count": 10}
            for h in range(10)
        ],
        records=[record(5, "b", 30.0), record(3, "a", 80.2)],
        influencer_results=[
            {
                "timestamp": START + 3 * HOUR,
                "influencer_field_name": "host",
                "influencer_field_value": "a",
                "influencer_score": 80.2,
            }
        ],
        model_plot=[plotted(h, host, 2.0 + h) for host in ("c", "b", "a") for h in range(9, -1, -1)]
        + [plotted(10, "a", None)],
    )


RECORDS = [
    {"detector": 0, "keys": [["host", host]], "t": hour * HOUR, "score": score}
    for hour, host, score in (
        (30, "a", 90),
        (31, "a", 80),
        (30, "b", 70),
        (50, "a", 60),
        (32, "a", 5),
    )
]


@pytest.mark.parametrize(
    ("interval", "rows"),
    [
        (0, [(30, 0), (31, 0), (30, 0), (50, 0), (32, 0)]),
        (HOUR, [(30, 0), (31, 0), (30, 0), (50, 0), (32, 0)]),
        (24 * HOUR, [(30, 2), (30, 0), (50, 0)]),
    ],
)
def test_one_row_for_what_went_wrong_together(interval: int, rows: list[tuple[int, int]]) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("the page is run by Node, which is not there")
    script = files("adcore.report").joinpath("assets/job_table.js").read_text()
    told = f"console.log(JSON.stringify(strongest({json.dumps(RECORDS)}, {interval})))"
    done = subprocess.run([node, "-e", script + told], capture_output=True, check=True, timeout=30)
    found = json.loads(done.stdout)
    assert [(each["record"]["t"] // HOUR, each["others"]) for each in found] == rows


def unpacked(text: str, dtype: str) -> list[float]:
    return np.frombuffer(base64.b64decode(text), dtype).tolist()  # type: ignore[no-any-return]


def test_records_come_strongest_first_and_know_their_series(view: JobView) -> None:
    payload = job_payload(view)
    assert [r["score"] for r in payload["records"]] == [80.2, 30.0]
    assert [r["series"] for r in payload["records"]] == [0, 1]
    assert [s["keys"] for s in payload["series"]] == [[("host", h)] for h in ("a", "b", "c")]


def test_a_lane_shows_the_highest_score_of_each_stretch(view: JobView) -> None:
    payload = job_payload(view, JobLimits(cells=5))
    assert payload["cells"] == {"count": 5, "width": 2 * HOUR}
    assert unpacked(payload["overall"], "u1") == [0, 81, 30, 0, 0]
    (host,) = payload["lanes"]["host"]
    assert (host["value"], unpacked(host["cells"], "u1")) == ("a", [0, 81, 0, 0, 0])
    (detector,) = payload["lanes"]["detector"]
    assert unpacked(detector["cells"], "u1") == [0, 81, 30, 0, 0]


def test_a_series_is_in_the_order_of_time_and_its_gaps_stay(view: JobView) -> None:
    series = job_payload(view)["series"][0]
    times = unpacked(series["t"], "<f8")
    assert times == [START + h * HOUR for h in range(11)]
    actual = unpacked(series["actual"], "<f4")
    assert actual[:10] == [2.0 + h for h in range(10)]
    assert np.isnan(actual[10])


def test_the_record_of_a_population_shows_the_values_of_its_cause(view: JobView) -> None:
    cause = {
        "by_field_name": "action",
        "by_field_value": "login",
        "probability": 2e-4,
        "actual": [40.0],
        "typical": [1.5],
    }
    population = record(1, "a", 50.0, causes=[cause])
    del population["actual"], population["typical"]
    (shown,) = job_payload(JobView("p", "", HOUR, view.detectors, [], [], [population]))["records"]
    assert (shown["actual"], shown["typical"]) == ([40.0], [1.5])
    assert shown["causes"][0]["keys"] == [("action", "login")]


def test_limits_bound_the_page(view: JobView) -> None:
    payload = job_payload(view, JobLimits(records=1, values=0, series=1))
    assert len(payload["records"]) == len(payload["series"]) == 1
    assert payload["totalRecords"] == 2
    assert payload["lanes"] == {"host": [], "detector": []}


def test_a_job_without_results_has_a_page() -> None:
    payload = job_payload(JobView("empty", "", HOUR, [], [], [], []))
    assert payload["records"] == payload["series"] == []
    # No bucket, no time: the page says so and shows no year of 1970.
    assert payload["cells"]["count"] == 0
    assert next(what for _, what in payload["facts"]) == "events"


def test_the_page_fetches_nothing_and_names_are_no_tags(view: JobView, tmp_path: Path) -> None:
    path = tmp_path / "job.html"
    write_job_report(view, path)
    page = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    assert "<" not in found[1]
    assert json.loads(found[1])["description"] == "CPU of <hosts>"
    assert not re.search(r'(?:src|href)="(?!data:)', page.split("<script>")[0])
    assert "{{" not in page.split("<script>")[0]
