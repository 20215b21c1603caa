"""What a job takes and what it gives, in every form that people have."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from job_streams import SPAN, START, hosts

from adcore import Job
from adcore.errors import DataError

BUCKETS = 60


def made(name: str = "job", **options: Any) -> Job:
    return Job(
        job_id=name,
        detectors=["mean(load) by host"],
        bucket_span=timedelta(milliseconds=SPAN),
        influencers=["host"],
        model_plot_config={"enabled": True},
        **options,
    )


@pytest.fixture(scope="module")
def columns() -> dict[str, Any]:
    return hosts(BUCKETS, burst=50)


@pytest.fixture(scope="module")
def watched(columns: dict[str, Any]) -> Job:
    job = made()
    job.process(columns)
    return job


def lines(columns: dict[str, Any]) -> str:
    return "\n".join(map(json.dumps, pd.DataFrame(columns).to_dict("records")))


FORMS: dict[str, Any] = {
    "a table whose index is the time": lambda c: pd.DataFrame(c).set_index("time"),
    "a lazy table": lambda c: pl.DataFrame(c).lazy(),
    "an open file": lambda c: io.BytesIO(lines(c).encode()),
    "lines of text": lambda c: lines(c).splitlines(),
    "rows as they come": lambda c: (json.loads(line) for line in lines(c).splitlines()),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_rows_gives_the_same(
    form: str, columns: dict[str, Any], watched: Job
) -> None:
    job = made()
    job.process(FORMS[form](columns))
    assert job.counts["processed_record_count"] == watched.counts["processed_record_count"]
    assert job.records(size=None).documents == watched.records(size=None).documents


def test_rows_that_are_none_are_shown() -> None:
    with pytest.raises(DataError, match="data holds 3: expected rows as dicts, or JSON"):
        made().process(iter([3, 4]))


PAGES: dict[str, Any] = {
    "records": lambda job: job.records(size=None),
    "buckets": lambda job: job.buckets(size=None),
    "influencers": lambda job: job.influencers(size=None),
    "overall buckets": lambda job: job.overall_buckets(),
    "model plot": lambda job: job.model_plot(),
    "forecast": lambda job: job.forecast(timedelta(hours=1)),
}


@pytest.mark.parametrize("name", PAGES)
def test_every_result_is_documents_and_tables(name: str, watched: Job) -> None:
    page = PAGES[name](watched)
    assert len(page) > 0
    assert list(page) == page.documents
    assert page[0] == page[:1][0] == page.documents[0]
    times = [document["timestamp"] for document in page]
    frame = page.to_pandas()
    assert frame["timestamp"].astype("datetime64[ms]").astype("int64").tolist() == times
    assert page.to_polars()["timestamp"].dt.epoch("ms").to_list() == times
    assert page.to_arrow().column_names == page.to_polars().columns == list(frame)


@pytest.mark.parametrize("name", PAGES)
def test_no_results_are_tables_too(name: str) -> None:
    if name == "forecast":
        pytest.skip("there is none before the first record")
    page = PAGES[name](made())
    assert page.documents == []
    assert len(page.to_pandas()) == len(page.to_polars()) == len(page.to_arrow()) == 0


def test_plots_are_asked_for_by_time(watched: Job) -> None:
    first, last = START + 10 * SPAN, START + 12 * SPAN
    plot = watched.model_plot(start=first, end=last)
    assert {point["timestamp"] for point in plot} == {first, first + SPAN}
    assert len(plot) == len(plot.to_pandas()) == 4


def test_overall_buckets_have_a_column_for_each_job(columns: dict[str, Any], watched: Job) -> None:
    late = made("late")
    late.process({name: column[len(column) // 2 :] for name, column in columns.items()})
    table = watched.overall_buckets(late, top_n=2).to_pandas()
    assert list(table)[3:] == ["max_anomaly_score.job", "max_anomaly_score.late"]
    missing = table["max_anomaly_score.late"].isna()
    assert missing.any()
    assert not missing.all()
    known = table[~missing]
    both = known[["max_anomaly_score.job", "max_anomaly_score.late"]].mean(axis=1)
    np.testing.assert_allclose(known["overall_score"], both)


def test_a_snapshot_has_the_time_of_the_latest_record(watched: Job, tmp_path: Path) -> None:
    snapshot = watched.snapshot()
    assert snapshot.timestamp == watched.counts["latest_record_timestamp"]
    watched.save(tmp_path / "job.bin")
    again = Job.load(tmp_path / "job.bin")
    again.revert(snapshot)
    assert again.records(size=None).documents == watched.records(size=None).documents
