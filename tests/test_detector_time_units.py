"""Numbers that tell times: one rule for tables and files."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adcore import Detector
from adcore.errors import SnapshotError
from adcore.snapshot_parts import join_snapshot, split_snapshot
from adcore.times import EARLIEST, LATEST, UNITS, unit_between

MINUTE = 60_000
START = 1_704_067_200_000  # 2024-01-01
SCALES = {"s": 1e-3, "ms": 1, "us": 1e3, "ns": 1e6}
FORMS = ["dict", "pandas", "arrow", "csv"]


def detector(interval: str = "1m") -> Detector:
    return Detector(
        time_field="ts", features=["sum(x)"], detection_interval=interval, min_samples=5
    )


def given_as(form: str, times: npt.NDArray[Any], folder: Path) -> Any:
    data = {"ts": times, "x": np.arange(len(times), dtype=float)}
    if form == "pandas":
        return pd.DataFrame(data)
    if form == "arrow":
        return pa.table(data)
    if form == "dict":
        return data
    path = folder / "rows.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(data)
        writer.writerows(zip(times.tolist(), data["x"].tolist(), strict=True))
    return path


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("unit", SCALES)
def test_numbers_are_in_the_unit_that_makes_times_of_them(
    form: str, unit: str, tmp_path: Path
) -> None:
    times = ((START + MINUTE * np.arange(200)) * SCALES[unit]).astype(np.int64)
    results = detector().run(given_as(form, times, tmp_path))
    assert results.data_start_time.tolist() == [START + MINUTE * i for i in range(200)]
    assert results.feature_data[:, 0].tolist() == list(range(200))


@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_no_unit_makes_times_of_are_milliseconds(form: str, tmp_path: Path) -> None:
    # As those of examples, that begin with 0; 100 days, so that most look like seconds.
    times = np.arange(0, 100 * 1440, 360, dtype=np.int64) * MINUTE
    results = detector("6h").run(given_as(form, times, tmp_path))
    assert results.data_start_time.tolist() == times.tolist()


@pytest.mark.parametrize("form", FORMS)
def test_a_few_broken_ones_decide_nothing(form: str, tmp_path: Path) -> None:
    times = START // 1000 + 60 * np.arange(300, dtype=np.int64)
    times[7] = 10**10  # the year 2286
    results = detector().run(given_as(form, times, tmp_path), START, START + 300 * MINUTE)
    assert results.data_start_time[-1] == START + 299 * MINUTE


def test_fractions_of_seconds_count() -> None:
    times = START / 1000 + np.array([0.25, 59.999, 60.0])
    results = detector().run({"ts": times, "x": [1.0, 2.0, 4.0]})
    assert results.feature_data[:, 0].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("form", FORMS)
def test_the_first_decide_for_all_that_follow(form: str, tmp_path: Path) -> None:
    # Days 5 to 10 of 1970 in milliseconds could be seconds of 1983, had nothing come before.
    times = np.arange(0, 10 * 1440, 30, dtype=np.int64) * MINUTE
    watching = detector("30m")
    parts = []
    for first in range(0, len(times), 120):
        parts += [watching.process(given_as(form, times[first : first + 120], tmp_path))]
        watching = Detector.from_bytes(watching.to_bytes())
    starts = np.concatenate([part.data_start_time for part in (*parts, watching.flush())])
    assert starts.tolist() == times.tolist()


def test_history_decides_and_a_new_start_begins_anew() -> None:
    watching = detector()
    watching.process({"ts": [0], "x": [1.0]})
    watching.start({"ts": START // 1000 + 60 * np.arange(50), "x": np.ones(50)})
    watching.process({"ts": [START // 1000 + 3000], "x": [1.0]})
    assert watching.flush().data_start_time.tolist() == [START + 3_000_000]


def test_the_unit_is_part_of_a_snapshot() -> None:
    watching = detector()
    watching.process({"ts": [0], "x": [1.0]})
    facts, parts = split_snapshot(watching.to_bytes())
    assert facts["time_unit"] == "ms"
    kept = Detector.from_bytes(join_snapshot(facts, parts))
    kept.process({"ts": [400_000_000], "x": [1.0]})
    assert kept.watermark == 400_000_000
    with pytest.raises(SnapshotError, match="'d' is not allowed"):
        Detector.from_bytes(join_snapshot(facts | {"time_unit": "d"}, parts))


_inside = st.integers(EARLIEST + 1, LATEST - 1)


@given(st.sampled_from(sorted(UNITS)), _inside, _inside)
def test_no_two_units_fit(unit: str, one: int, other: int) -> None:
    low, high = sorted((one / UNITS[unit], other / UNITS[unit]))
    assert unit_between(low, high) == unit
