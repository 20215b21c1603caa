"""``adcore job``: a file in, tables and files out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from job_streams import SPAN, START, hosts
from typer.testing import CliRunner

from adcore.cli import app
from adcore.job import Job
from adcore.report import job_view

BURST = 250
DETECTOR = ["--detector", "mean(load) by host", "--influencer", "host"]


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    frame: pd.DataFrame = pd.DataFrame(hosts(300, burst=BURST))
    return frame


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["job", *map(str, arguments)])


def test_a_file_becomes_records_buckets_and_influencers(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    source = tmp_path / "load.parquet"
    table.sample(frac=1, random_state=1).to_parquet(source)
    records, buckets = tmp_path / "records.parquet", tmp_path / "buckets.csv"
    influencers, state = tmp_path / "influencers.jsonl", tmp_path / "job.bin"
    done = run(
        source, *DETECTOR, "--output", records, "--buckets", buckets,
        "--influencers", influencers, "--save", state,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "3,000 rows in 299 buckets" in done.stderr
    assert "host=web-2" in done.stdout
    found = pl.read_parquet(records).sort("record_score", descending=True)
    assert found["by_field_value"][0] == "web-2"
    assert int(found["timestamp"].dt.epoch("ms")[0]) == START + BURST * SPAN
    lines = pd.read_csv(buckets)
    assert (len(lines), lines["is_interim"].sum()) == (300, 1)
    assert lines["event_count"].sum() == 3000
    assert lines["timestamp"][0] == "2023-11-15T00:00:00Z"
    (first, *_) = sorted(
        map(json.loads, influencers.read_text().splitlines()), key=lambda d: -d["influencer_score"]
    )
    assert (first["influencer_field_name"], first["influencer_field_value"]) == ("host", "web-2")
    assert Job.load(state).buckets(exclude_interim=True).count == 299


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_other_files_give_the_same(table: pd.DataFrame, tmp_path: Path, kind: str) -> None:
    source, config = tmp_path / f"load.{kind}", tmp_path / "job.json"
    if kind == "csv":
        table.assign(time=pd.to_datetime(table["time"], unit="ms")).to_csv(source, index=False)
    else:
        table.to_json(source, orient="records", lines=True)
    analysis = {"detectors": [{"function": "mean", "field_name": "load", "by_field_name": "host"}]}
    config.write_text(
        json.dumps({"job_id": "load", "analysis_config": analysis, "data_description": {}})
    )
    records = tmp_path / "records.csv"
    done = run(source, "--config", config, "--output", records)
    assert done.exit_code == 0, done.output
    strongest = pd.read_csv(records).sort_values("record_score").iloc[-1]
    assert strongest["by_field_value"] == "web-2"
    assert strongest["actual"] == pytest.approx(115, abs=4)


def test_a_report_shows_the_series(table: pd.DataFrame, tmp_path: Path) -> None:
    source, report = tmp_path / "load.parquet", tmp_path / "job.html"
    table.to_parquet(source)
    done = run(source, *DETECTOR, "--report", report)
    assert done.exit_code == 0, done.output
    assert "web-2" in report.read_text()
    assert f"wrote {report}" in done.stderr.replace("\n", "")


def test_a_page_has_the_series_and_what_is_to_come(table: pd.DataFrame) -> None:
    job = Job(detectors="mean(load) by host", model_plot_config={"enabled": True})
    job.process(table)
    view = job_view(job)
    assert (len(view.buckets), len(view.records)) == (299, job.records().count)
    ahead = {document["timestamp"] for document in view.forecasts}
    assert (len(ahead), min(ahead)) == (75, START + 299 * SPAN)
    assert {point["by_field_value"] for point in view.model_plot} == {"web-1", "web-2"}
    rare = Job(detectors="rare by host")
    rare.process(table)
    assert job_view(rare).forecasts == []


def test_a_saved_job_goes_on(table: pd.DataFrame, tmp_path: Path) -> None:
    first, second, whole = (tmp_path / f"{name}.parquet" for name in ("first", "second", "whole"))
    table.head(1_500).to_parquet(first)
    table.tail(1_500).to_parquet(second)
    table.to_parquet(whole)
    state, parts, once = (tmp_path / name for name in ("job.bin", "parts.csv", "once.csv"))
    assert run(first, *DETECTOR, "--save", state).exit_code == 0
    done = run(second, "--load", state, "--buckets", parts, "--report", tmp_path / "job.html")
    assert done.exit_code == 0, done.output
    assert run(whole, *DETECTOR, "--buckets", once).exit_code == 0
    pd.testing.assert_frame_equal(pd.read_csv(parts), pd.read_csv(once))
    assert "series" in (tmp_path / "job.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--detector", "mean(load"], 2, "it must be written like"),
        (["--detector", "average(load)"], 2, "Unknown function 'average'"),
        (["--detector", "mean(loads)"], 2, "there is no column 'loads'; did you mean 'load'?"),
        ([], 2, "No detectors configured"),
        ([*DETECTOR, "--output", "records.xls"], 2, "expected a name that ends in .parquet"),
        ([*DETECTOR, "--buckets", "-"], 2, "--buckets is '-', expected a name that ends in"),
        ([*DETECTOR, "--output", "/nowhere/records.csv"], 4, "there is no folder"),
        ([*DETECTOR, "--load", "job.bin"], 2, "--detector, --influencer: the job of --load has"),
        (["--load", "nowhere.bin"], 2, "--load nowhere.bin cannot be read"),
        (["--config", "nowhere.json"], 2, "--config nowhere.json cannot be read"),
    ],
)
def test_what_is_wrong_is_said_before_the_work(
    table: pd.DataFrame, tmp_path: Path, arguments: list[str], code: int, text: str
) -> None:
    source = tmp_path / "load.parquet"
    table.head(50).to_parquet(source)
    done = run(source, *arguments)
    assert done.exit_code == code
    assert text in done.stderr.replace("\n", " ")


def test_it_is_said_that_memory_was_too_short(tmp_path: Path) -> None:
    source = tmp_path / "many.parquet"
    rows = 3_000
    names = [f"user-{n % 1_000}" for n in range(rows)]
    times = START + 300_000 * (np.arange(rows) // 1_000)
    pd.DataFrame({"time": times, "user": names}).to_parquet(source)
    done = run(source, "--detector", "count by user", "--model-memory-limit", "1mb")
    assert "new series of 2 buckets were not modelled: model_memory_limit is reached" in done.stderr


@pytest.mark.parametrize(
    ("rows", "said"), [(1, "no bucket has ended yet"), (400, "nothing was unusual")]
)
def test_it_is_said_that_nothing_was_found(tmp_path: Path, rows: int, said: str) -> None:
    source = tmp_path / "calm.csv"
    pd.DataFrame({"time": START + 300_000 * np.arange(rows), "load": 5}).to_csv(source)
    done = run(source, "--detector", "mean(load)")
    assert done.exit_code == 0, done.output
    assert said in done.stderr


def test_a_file_that_is_none(tmp_path: Path) -> None:
    assert run(tmp_path / "nothing.csv", *DETECTOR).exit_code == 3
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    done = run(empty, *DETECTOR)
    assert (done.exit_code, "is empty" in done.stderr) == (3, True)


def test_options_beside_a_configuration_are_refused(tmp_path: Path) -> None:
    config = tmp_path / "job.json"
    config.write_text("{}")
    done = run("x.csv", "--config", config, "--bucket-span", "1h")
    assert done.exit_code == 2
    assert "--bucket-span: say this in" in done.stderr.replace("\n", " ")
