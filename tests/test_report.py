"""The HTML report: what is kept of long series, and what the page holds."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from adcore.detect.entities import EntityNames
from adcore.detect.forests import ForestOptions
from adcore.detect.interrupts import Interrupt
from adcore.detect.plan import Request, make_plan
from adcore.detect.progress import ProgressBar
from adcore.detect.run import Outcome, run_detection
from adcore.detect.sources import open_source
from adcore.detect.workspace import Workspace
from adcore.errors import InvalidArgumentError
from adcore.report import check_report, write_report
from adcore.report.downsample import extremes, usual_range
from adcore.report.run_payload import ReportLimits, run_payload

SMALL = ForestOptions(number_of_trees=20, sample_size=64, shingle_size=4)

# -- downsampling


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")), min_size=1, max_size=400),
    st.integers(1, 40).map(lambda half: 2 * half),
)
def test_extremes_are_few_ascending_and_keep_the_range(numbers: list[float], points: int) -> None:
    values = np.array(numbers)
    kept = extremes(values, points)
    assert (np.diff(kept) > 0).all()
    assert len(kept) <= max(points, 1)
    if np.isnan(values).all():
        assert np.isnan(values[kept]).all()
        return
    assert np.nanmin(values[kept]) == np.nanmin(values)
    assert np.nanmax(values[kept]) == np.nanmax(values)


def test_a_single_peak_and_a_gap_survive_a_factor_of_thousand() -> None:
    values = np.zeros(1_000_000)
    values[123_456] = 9.0
    values[500_000:510_000] = np.nan
    kept = extremes(values, 1_000)
    assert 123_456 in kept
    assert np.isnan(values[kept]).sum() >= 5
    assert len(kept) <= 1_000


def test_a_short_series_is_kept_whole() -> None:
    assert extremes(np.array([3.0, 1.0, 2.0]), 10).tolist() == [0, 1, 2]


def test_the_usual_range_is_that_of_numpy() -> None:
    rng = np.random.default_rng(3)
    values = rng.normal(size=500)
    values[rng.random(500) < 0.2] = np.nan
    at = np.array([100, 250, 499])
    low, high = usual_range(values, at, window=64)
    for i, position in enumerate(at):
        before = values[position - 64 : position]
        assert low[i] == pytest.approx(np.nanquantile(before, 0.05))
        assert high[i] == pytest.approx(np.nanquantile(before, 0.95))


def test_there_is_no_usual_range_where_too_little_was_seen() -> None:
    low, high = usual_range(np.arange(100.0), np.array([0, 7, 8, 50]), window=64)
    assert np.isnan(low).tolist() == [True, True, False, False]
    assert np.isnan(high).tolist() == [True, True, False, False]


# -- the page


@dataclass
class Finished:
    """A run, while its workspace is open."""

    outcome: Outcome

    def payload(self, **limits: int) -> dict[str, Any]:
        return run_payload(self.outcome, ReportLimits(**limits), SMALL.shingle_size)


def detect(workspace: Workspace, path: Path, **request: Any) -> Outcome:
    plan = make_plan(workspace, open_source(workspace, str(path)), Request(**request))
    return run_detection(workspace, plan, SMALL, ProgressBar(Console(quiet=True)), Interrupt())


def write_series(path: Path, entities: int = 3, length: int = 400) -> None:
    """Minutes of a wave per entity; each has one spike, in the minute 300 + its number."""
    lines = ["ts,host,load"]
    for minute in range(length):
        for host in range(entities):
            spike = 20 if minute == 300 + host else 0
            value = np.sin(minute / 7 + host) + spike
            lines.append(f"{1_700_000_000_000 + 60_000 * minute},h{host},{value:.4f}")
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finished]:
    path = tmp_path_factory.mktemp("report") / "odd & <b>name.csv"
    write_series(path)
    with Workspace() as workspace:
        yield Finished(detect(workspace, path, entities=("host",), values=("load",)))


def unpack(text: str, dtype: str) -> npt.NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype=dtype)


def test_the_spikes_are_the_strongest_anomalies(finished: Finished) -> None:
    data = finished.payload()
    labels = [entity["label"] for entity in data["entities"]]
    found = {(labels[a["entity"]], a["t"]) for a in data["top"][:3]}
    assert found == {("h0", 300), ("h1", 301), ("h2", 302)}
    why = data["top"][0]["why"][0]
    assert why[0] == 0
    assert why[1] > 15
    assert abs(why[2]) < 3


def test_series_are_what_was_read(finished: Finished) -> None:
    entity = finished.payload()["entities"][0]
    host = int(entity["label"][1:])
    series = entity["series"][0]
    minutes = unpack(series["t"], "<i4")
    assert minutes.tolist() == list(range(400))
    values = unpack(series["value"], "<f4")
    assert values[10] == pytest.approx(np.sin(10 / 7 + host), abs=1e-3)
    assert len(unpack(series["band"]["low"], "<f4")) == len(unpack(series["band"]["t"], "<i4"))


def test_the_overview_has_each_entity_where_its_anomaly_is(finished: Finished) -> None:
    data = finished.payload(columns=400)
    overview = data["overview"]
    grades = unpack(overview["grades"], "u1").reshape(-1, overview["columns"])
    assert overview["width"] == 1
    for row, entity in zip(grades, data["entities"], strict=True):
        assert row[300 + int(entity["label"][1:])] > 0


def test_limits_are_kept_and_said(finished: Finished) -> None:
    data = finished.payload(entities=2, points_per_series=200, top=1, columns=10)
    assert len(data["entities"]) == 2
    assert data["totalEntities"] == 3
    assert len(data["top"]) == 1
    assert data["overview"]["columns"] <= 10
    assert len(unpack(data["entities"][0]["series"][0]["t"], "<i4")) <= 200


def test_the_page_is_one_file_that_fetches_nothing(finished: Finished, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    write_report(finished.outcome, path)
    page = path.read_text(encoding="utf-8")
    assert "{{" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert "default-src 'none'" in page
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", page)
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert json.loads(data[1])["source"].endswith("odd & <b>name.csv")
    assert "<title>Anomalies in" in page
    assert "odd &amp; &lt;b&gt;name.csv</title>" in page
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]


def test_names_cannot_end_the_script(finished: Finished, tmp_path: Path) -> None:
    bad = "</script><script>alert(1)//{{script}}"
    names = EntityNames(("host",), [(bad,)] * 3)
    write_report(replace(finished.outcome, names=names), tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page
    assert "{{script}}" in page


def test_a_million_points_make_a_small_page(tmp_path: Path) -> None:
    """By way of the limits alone: the size does not depend on the number of points."""
    path = tmp_path / "a.csv"
    write_series(path, entities=1, length=30_000)
    with Workspace() as workspace:
        outcome = detect(workspace, path, values=("load",))
        text = json.dumps(run_payload(outcome, ReportLimits(), 4))
    assert len(text) < 400_000


def test_a_report_without_anomalies(tmp_path: Path) -> None:
    path = tmp_path / "flat.csv"
    path.write_text("load\n" + "5\n" * 300)
    with Workspace() as workspace:
        outcome = detect(workspace, path)
        data = run_payload(outcome, ReportLimits(), 4)
    assert data["top"] == []
    assert not data["hasTime"]
    assert "mean(load) never changes: no anomaly can be found in it" in data["notes"]


def test_a_report_is_a_html_file() -> None:
    check_report(Path("report.html"))
    with pytest.raises(InvalidArgumentError, match=r"--report is 'report.pdf'.*\.html"):
        check_report(Path("report.pdf"))


def test_without_the_plotting_library_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(InvalidArgumentError, match=r"pip install 'adcore\[report\]'"):
        check_report(Path("report.html"))
