"""Results leave through the Arrow C data interface as they leave by name."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import duckdb
import nanoarrow
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from strategies import wave

from adcore import Detector, EntityCache, RandomCutForest, ThresholdedForest
from adcore.arrow_export import arrow_stream


def results() -> dict[str, Any]:
    rows = wave(400, spike_at=300)
    times = 60_000 * np.arange(400)
    table = pd.DataFrame({"ts": times, "host": ["a", "bé"] * 200, "load": rows[:, 0]})
    detector = Detector(
        time_field="ts", features={"load": "mean(load)"}, category_field=["host"],
        detection_interval="1m",
    )  # fmt: skip
    cache = EntityCache(1, byte_budget=1 << 24)
    return {
        "ThresholdedResult": ThresholdedForest(1).process(rows, times),
        "no rows": ThresholdedForest(1).process(rows[:0]),
        "DetectorResults": detector.run(table),
        "EntityResult": cache.process(np.arange(400) % 3, rows, times),
    }


RESULTS = results()
EACH = pytest.mark.parametrize("result", RESULTS.values(), ids=RESULTS)


@EACH
def test_every_reader_gets_the_columns(result: Any) -> None:
    expected = result.to_dict()
    read = pa.table(result)
    assert read.column_names == list(expected)
    for name, column in expected.items():
        found = read[name].to_numpy()
        np.testing.assert_array_equal(found, column.astype(found.dtype))
    assert pl.DataFrame(result).columns == list(expected)
    assert duckdb.execute("SELECT count(*) FROM result").fetchall() == [(len(result),)]
    assert nanoarrow.ArrayStream(result).read_all().schema.type == nanoarrow.Type.STRUCT


@EACH
def test_the_tables_by_name_are_the_same(result: Any) -> None:
    if not hasattr(result, "to_arrow"):
        assert isinstance(result, type(RESULTS["EntityResult"]))
        return
    by_name = result.to_arrow()
    streamed = pa.table(result).cast(by_name.schema)
    assert streamed.to_pandas().equals(by_name.to_pandas())


def test_a_result_is_input_again() -> None:
    result = RESULTS["ThresholdedResult"]
    scores = RandomCutForest(1).process(pl.DataFrame(result).select("score"))
    np.testing.assert_array_equal(scores, RandomCutForest(1).process(result.score))


def test_numbers_are_not_copied() -> None:
    scores = np.arange(1000.0)
    read = pa.table(nanoarrow.ArrayStream(nanoarrow.c_array_stream(arrow_stream({"x": scores}))))
    assert read["x"].chunk(0).buffers()[1].address == scores.ctypes.data


def test_texts_may_be_missing() -> None:
    capsule = arrow_stream(
        {"t": np.array(["a", None, "ü"], dtype=object), "b": np.array([True, False, True])}
    )
    read = pa.table(nanoarrow.ArrayStream(nanoarrow.c_array_stream(capsule)))
    assert read.to_pydict() == {"t": ["a", None, "ü"], "b": [True, False, True]}


def test_no_arrow_library_is_loaded() -> None:
    code = (
        "import sys, adcore; r = adcore.ThresholdedForest(1).process([1, 2]); "
        "r.__arrow_c_stream__(); assert 'pyarrow' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
